"""Scenarios of other systems as whole policies: `scenarios/*.meed`, each with the tests that say what is due.

The first line of each names the systems that have it. They are checked without a finding, laid out, and pass.
"""

from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl.formatter import is_formatted
from meed.dsl.source import SourceFile
from meed.policies.testing import run_tests

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.meed"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_is_said_without_a_finding_and_comes_out_as_it_should(path: Path) -> None:
    source = SourceFile(path.name, path.read_text(encoding="utf-8"))
    assert source.text.startswith("# ")
    found = check(source)
    assert [one.message for one in found.diagnostics] == []
    assert found.policy is not None
    assert is_formatted(source)
    results = run_tests(found.policy)
    assert results
    assert [failure for result in results for failure in result.failures] == []


def test_none_is_lost() -> None:
    assert len(FILES) == 49
