"""The plans of docs/cookbook.md: each is checked, short, laid out as `meed fmt` would, and pays what its test says."""

import re
from pathlib import Path
from statistics import mean

import pytest

from meed.dsl import check
from meed.dsl.checked import Policy
from meed.policies.testing import run_tests

PAGE = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.M)[1:]
FENCE = re.compile(r"^```meed\n(.*?)^```", re.M | re.S)
PLANS = [(section.split("\n", 1)[0], FENCE.findall(section)) for section in SECTIONS]


def policy_of(text: str) -> Policy:
    outcome = check(text)
    assert [one for one in outcome.diagnostics if one.severity != "note"] == []
    assert outcome.policy is not None
    return outcome.policy


def test_there_is_one_plan_a_section() -> None:
    assert len(PLANS) >= 25
    assert [title.split(".", 1)[0] for title, _ in PLANS] == [str(number) for number in range(1, len(PLANS) + 1)]
    assert all(len(blocks) == 1 for _, blocks in PLANS)


@pytest.mark.parametrize(("title", "blocks"), PLANS, ids=[title for title, _ in PLANS])
def test_a_plan_checks_and_its_tests_pass(title: str, blocks: list[str]) -> None:
    results = run_tests(policy_of(blocks[0]))
    assert results, f"{title} has no test"
    assert [result.failures for result in results if not result.passed] == []


@pytest.mark.parametrize(("title", "blocks"), PLANS, ids=[title for title, _ in PLANS])
def test_a_section_says_when_to_use_its_plan(title: str, blocks: list[str]) -> None:
    section = next(text for text in SECTIONS if text.startswith(title))
    says = section.split("```", 1)[0].split("\n", 1)[1].strip()
    assert 30 < len(says) < 400


def test_plans_are_short() -> None:
    lines = [len(blocks[0].split('\ntest "', 1)[0].splitlines()) for _, blocks in PLANS]
    assert mean(lines) < 15
    assert max(lines) <= 45
