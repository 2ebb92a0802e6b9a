"""What has become of every published scenario: `pytest tests/conformance/test_published.py -vv` lists them.

`published_ids.yaml` has their ids. Each is a case that passes (in this folder, under its id), or is refused with a
reason; one that passes may have a part that is refused. A refusal that a policy can run into shows the policy, and what
the checker says of it.
"""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.dsl import check

from .test_assignment_cases import LEFT_OUT as REFUSED_TURNS
from .test_assignment_cases import PUBLISHED_CASES as TURNS
from .test_fairness_cases import CASES as FIGURES
from .test_fairness_cases import LEFT_OUT as REFUSED_FIGURES

FOLDER = Path(__file__).parent
IDS: dict[str, list[str]] = yaml.safe_load((FOLDER / "published_ids.yaml").read_text(encoding="utf-8"))
LIVES = yaml.safe_load((FOLDER / "assignment" / "lives" / "published.yaml").read_text(encoding="utf-8"))["cases"]
CASES: list[dict[str, Any]] = [*TURNS, *LIVES, *FIGURES]
REFUSED: list[dict[str, Any]] = [*REFUSED_TURNS, *REFUSED_FIGURES]
PASSING = {case["id"] for case in CASES}
WHOLLY_REFUSED = {gap["id"]: gap["reason"] for gap in REFUSED if "part" not in gap}
PARTLY_REFUSED = {gap["id"]: f"{gap['part']}: {gap['reason']}" for gap in REFUSED if "part" in gap}


def state(id_: str) -> str:
    """In one line, for the name of the test."""
    if id_ in WHOLLY_REFUSED:
        return f"refused: {WHOLLY_REFUSED[id_]}"
    return f"passes, but for {PARTLY_REFUSED[id_]}" if id_ in PARTLY_REFUSED else "passes"


EVERY = [pytest.param(id_, id=f"{id_} {state(id_)}") for id_ in chain(*IDS.values())]


@pytest.mark.parametrize("id_", EVERY)
def test_a_published_scenario_passes_or_is_refused_with_a_reason(id_: str):
    assert (id_ in PASSING) != (id_ in WHOLLY_REFUSED)


def test_nothing_is_refused_that_was_not_published_and_every_reason_is_said_once():
    known = [gap["id"] for gap in REFUSED if "part" not in gap]
    assert len(set(known)) == len(known)
    assert all(gap["reason"] for gap in REFUSED)
    assert {gap["id"] for gap in REFUSED} <= set(chain(*IDS.values()))
    assert set(PARTLY_REFUSED) <= PASSING


def test_every_case_says_where_it_is_from_and_stands_once_in_its_collection():
    assert all(case["source"] for case in CASES)
    for cases in (TURNS, LIVES, FIGURES):
        assert len({case["id"] for case in cases}) == len(cases)
    assert len(set(IDS["assignment"])) == len(IDS["assignment"]) == 68
    assert len(set(IDS["fairness"])) == len(IDS["fairness"]) == 25


@pytest.mark.parametrize("gap", [gap for gap in REFUSED if "policy" in gap], ids=lambda gap: gap["id"])
def test_the_checker_refuses_what_is_refused_in_so_many_words(gap: dict[str, Any]):
    text = f'policy "{gap["id"]}" {{ version: "1"  currency: USD }}\nfacts standard\n{gap["policy"]}'
    found = check(text)
    assert [one.message for one in found.diagnostics] == [gap["says"]]
