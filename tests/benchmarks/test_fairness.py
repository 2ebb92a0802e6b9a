"""A small year shared by every rule: meed keeps its promise, the naive ways do not, and a broken rule is caught."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def year(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.syspath_prepend(FOLDER)
    for name in ("fairness", "fairness_lived", "fairness_policy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import fairness  # pyright: ignore[reportMissingImports]

    return fairness


def test_the_naive_ways_drift_and_share_credit_does_not(year: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert year.main(["--leads", "2000", "--reps", "16", "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    for title in ("equal weights", "weights that change"):
        mine, *naive = made[title]
        assert (mine["rule"], mine["outside"]) == ("share credit (meed)", 0)
        assert max(mine["over"], mine["under"]) <= mine["promised"] == 7_500
        assert max(mine["over"], mine["under"]) < 2_000
        assert all(max(one["over"], one["under"]) > max(mine["over"], mine["under"]) for one in naive)
    assert made["policy"]["within"] is True
    assert made["floor"]["within"] is made["floor"]["same"] is made["people"]["within"] is True
    for way in ("policy", "floor", "people"):
        assert made[way]["assigned"] + made[way]["held"] == 2000
    done = made["people"]["done"]
    assert min(done[what] for what in ("accept", "decline", "ended: lapsed", "release", "override", "transfer")) > 20


def test_it_reads_well_and_a_rule_that_leaves_the_promise_is_an_error(
    year: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--leads", "800", "--reps", "8", "--without-policy"]
    assert year.main(small) == 0
    assert "promised: 3.500 leads either way" in capsys.readouterr().out
    monkeypatch.setitem(year.RULES, "share credit (meed)", lambda: lambda among: among[0][0])
    assert year.main(small) == 1


def test_both_runs_of_a_seed_are_the_same_year(year: Any) -> None:
    one, two, other = (year.invented(500, 10, seed, weighted=True) for seed in (1, 1, 2))
    assert one == two
    assert one != other
