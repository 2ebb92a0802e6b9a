"""The field sales example: random lines of its year are worked out again from their explanations; statements tie."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.money import plain_amount
from meed.engine.pay.simulation import Run, run
from meed.policies.bundle import read_policy
from meed.service.fact_files import FactFiles
from meed.service.payout_totals import statement_totals
from meed.service.statement_page import PageMaker

from ..recomputed import operations, recomputed

FOLDER = Path(__file__).parents[2] / "examples" / "field_sales"
FILES = {"rep": "reps.csv", "deal": "deals.csv", "activity": "activities.csv"}


@pytest.fixture(scope="module")
def year() -> Run:
    policy = read_policy(FOLDER / "policy.meed").policy
    assert policy is not None
    files = FactFiles({kind: str(FOLDER / name) for kind, name in FILES.items()})
    return run(policy, files.open(policy, "simulate")[0], Period.parse("2026"))


def some(year: Run, language: str, seed: int) -> Iterator[set[str]]:
    """The operations of lines that are drawn from every component; each comes out as it is paid."""
    explainer, dice, lines = Explainer(year.policy, year.facts, language), Random(seed), year.lines.frame()
    for (scheme, component), own in lines.groupby(["scheme", "component"]):
        for at in dice.sample(range(len(own)), min(6, len(own))):
            row = own.iloc[at]
            told = explainer.line(row["rep"], row["period"], str(scheme), str(component), row["deal"])
            because = json.loads(json.dumps(told.as_json()))["because"]
            assert plain_amount(int(recomputed(because)), "CNY") == str(row["amount"])
            yield operations(because)


@pytest.mark.parametrize(("language", "seed"), [("en", 1), ("zh", 2)])
def test_random_lines_are_worked_out_again_from_their_explanations(year: Run, language: str, seed: int) -> None:
    found = set[str]().union(*some(year, language, seed))
    assert {
        "line_in_order",
        "line_in_proportion",
        "credit",
        "marginal",
        "grid",
        "prize",
        "rank",
        "share",
        "at_least",
    } <= found


def test_the_statements_add_up_to_the_run(year: Run) -> None:
    maker = PageMaker(year)
    totals = statement_totals(year)
    keys = year.facts.table("rep").keys
    assert [(keys[rep], str(period)) for rep, period in maker.places] == list(totals)
    some_places = Random(3).sample(maker.places, 40)
    for rep, period in some_places:
        page = maker.page(rep, period)
        assert sum(line.amount for line in page.lines) == page.total == totals[page.rep, str(period)]
        for part in page.components:
            assert sum(line.amount for line in part.lines) == part.amount
            assert part.amount or part.lines or part.name == "total" or part.reason
