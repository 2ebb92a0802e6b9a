"""The shipped policies: they check, are formatted, pass their tests, and are listed."""

import re
from pathlib import Path

import pytest

from meed.dsl.formatter import format_source
from meed.dsl.schema import REP_TYPES
from meed.dsl.words import SHARING
from meed.policies.bundle import library_folder, read_policy
from meed.policies.testing import run_tests

FILES = sorted(library_folder().glob("*.meed"))
INDEX = (library_folder() / "INDEX.md").read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_shipped_policy_checks_without_an_error_or_a_warning(path: Path) -> None:
    checked = read_policy(path)
    assert checked.policy is not None
    assert [one for one in checked.diagnostics if one.severity != "note"] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_shipped_policy_runs_whole(path: Path) -> None:
    policy = read_policy(path).policy
    assert policy is not None
    assert policy.unsupported == ()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_shipped_policy_is_formatted(path: Path) -> None:
    checked = read_policy(path)
    assert format_source(checked.source) == checked.source.text


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_shipped_policy_passes_its_tests(path: Path) -> None:
    policy = read_policy(path).policy
    assert policy is not None
    results = run_tests(policy)
    assert len(results) >= 2
    assert [failure for result in results for failure in result.failures] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_figure_expected_is_worked_out_in_a_comment(path: Path) -> None:
    """A test that pins an amount of more than a round thousand has the arithmetic above it."""
    text = path.read_text(encoding="utf-8")
    for comment, _, body in re.findall(r'((?:^#.*\n)*)^(test "[^"]*") \{\n(.*?)^\}', text, re.M | re.S):
        amounts = re.findall(r"(?:is|over [\w-]+ is) ([1-9][\d_]{4,})\b", body)
        told = comment + "".join(re.findall(r"#.*", body))
        assert not amounts or told, body


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_shipped_policy_is_listed_once(path: Path) -> None:
    lines = [line for line in INDEX.splitlines() if f"({path.name})" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"- [`{path.name}`]({path.name}): ")


def test_nothing_else_is_listed() -> None:
    assert set(re.findall(r"\((\w+\.meed)\)", INDEX)) == {path.name for path in FILES}


def test_there_is_one_for_each_way_to_share_and_each_type_of_person() -> None:
    policies = [read_policy(path).policy for path in FILES]
    words = {
        tier.sharing
        for p in policies
        if p
        for a in p.assigns
        for rule in (*a.rules, a.otherwise)
        for tier in rule.tiers
    }
    assert set(SHARING) <= words
    assert set(REP_TYPES) <= {path.stem for path in FILES}
