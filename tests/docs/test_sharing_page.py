"""The policies of docs/sharing.md: each checks, its test passes, and decisions say the very words of the page."""

import re
from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl import checked as c
from meed.dsl.words import ASSIGN_SETTINGS
from meed.policies.testing import run_tests
from meed.policies.trial_facts import trial_facts
from meed.policies.trial_results import TrialResults

PAGE = (Path(__file__).parents[2] / "docs" / "sharing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```meed\n(.*?)^```\n```text\n(.*?)^```", PAGE, flags=re.M | re.S)
TITLES = [re.search(r'^policy "(.*?)"', policy, flags=re.M) for policy, _ in BLOCKS]


def policy_of(text: str) -> c.Policy:
    outcome = check(text)
    assert [(one.code, one.message) for one in outcome.diagnostics if one.severity != "note"] == []
    assert outcome.policy is not None
    return outcome.policy


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=[title[1] if title else "" for title in TITLES])
def test_an_example_checks_and_its_test_passes(text: str, told: str) -> None:
    results = run_tests(policy_of(text))
    assert results
    assert [result.failures for result in results if not result.passed] == []


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=[title[1] if title else "" for title in TITLES])
def test_a_decision_says_why_in_these_words(text: str, told: str) -> None:
    policy = policy_of(text)
    (test,) = policy.tests
    results = TrialResults(policy, trial_facts(policy, test), None)
    for line in told.splitlines():
        lead, _, rep, why = re.fullmatch(r"(\w+)(, (\w+))?: (.*)", line).groups()  # pyright: ignore[reportOptionalMemberAccess]
        row = results.built.facts.table("lead").row(lead)
        assert row is not None
        decision = results.decision("lead", row)
        assert decision is not None
        assert (decision.why_not(rep) if rep else decision.because) == why


@pytest.mark.parametrize("name", ["fair_in", "band", "cards", "zero_weight", "newcomer", "leave", "order"])
def test_a_setting_and_each_of_its_words_is_on_the_page(name: str) -> None:
    rule = ASSIGN_SETTINGS[name]
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"{name}: " in line]
    assert rows
    assert all(f"{word}`" in row for row in rows for word in rule.allowed)
    assert not rule.default or f"`{name}: {rule.default}" in rows[0]
