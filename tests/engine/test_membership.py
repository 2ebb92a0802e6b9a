"""Who is paid for which days: reps who move inside a period, and policies that begin or end inside one."""

from typing import Any

import pytest

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.facts import Facts
from meed.engine.pay.simulation import Run, run
from meed.policies.testing import run_tests

from ..evaluators import by_columns, by_statements, checked, facts_of

HEAD = """policy "Moves" { currency: CNY }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
"""
EAST_WEST = """
scheme east for every rep where rep.region is "East" per quarter {
  changes: split
  pay commission = 10% of bookings
  pay base = 900 CNY times part_by_days(period.start, period.end)
}
scheme west for every rep where rep.region is "West" per quarter {
  changes: split
  pay commission = 5% of bookings
  pay base = 90 CNY times part_by_days(period.start, period.end)
}
"""
QUARTER = Period.parse("2026-Q1")


def moves(*versions: tuple[str | None, str], **more: list[Any]) -> dict[str, list[Any]]:
    """Li, from which day in which region."""
    return {
        "id": ["Li"] * len(versions), "valid_from": [day for day, _ in versions],
        "region": [region for _, region in versions], "hired": ["2020-01-01"] * len(versions), **more,
    }  # fmt: skip


def deals(*days: str) -> dict[str, list[Any]]:
    """A deal of 100 on each of the days, by the name of the day."""
    rows = len(days)
    return {
        "id": list(days), "owner": ["Li"] * rows, "closed": list(days), "amount": ["100"] * rows,
        "stage": ["won"] * rows,
    }  # fmt: skip


def paid(
    schemes: str, rep: dict[str, list[Any]], deal: dict[str, list[Any]], head: str = HEAD
) -> tuple[c.Policy, Facts, Run]:
    """A run over the first quarter, which both evaluators agree on."""
    policy = checked(head + schemes)
    facts = facts_of(policy, {"rep": rep, "deal": deal})
    made = run(policy, facts, QUARTER)
    assert by_columns(made) == by_statements(policy, facts, QUARTER)
    return policy, facts, made


def amounts(made: Run) -> dict[tuple[str, str, str], str]:
    lines = made.lines_frame()
    assert lines["line id"].is_unique
    rows = zip(lines["scheme"], lines["component"], lines["deal"], lines["amount"], strict=True)
    return {(scheme, component, deal): str(amount) for scheme, component, deal, amount in rows}


# --- changes: split ------------------------------------------------------------------------------------------


def test_each_scheme_pays_for_the_days_on_which_the_rep_is_in_its_group() -> None:
    _, _, made = paid(EAST_WEST, moves((None, "East"), ("2026-02-15", "West")), deals("2026-02-14", "2026-02-15"))
    assert amounts(made) == {
        ("east", "commission", "2026-02-14"): "10.00",
        ("east", "base", ""): "450.00",  # 45 of 90 days
        ("west", "commission", "2026-02-15"): "5.00",
        ("west", "base", ""): "45.00",
    }
    assert list(made.remarks) == []


def test_at_the_end_of_the_period_the_last_group_has_it_all() -> None:
    for said in ("", "changes: at_end"):
        text = EAST_WEST.replace("changes: split", said)
        _, _, made = paid(text, moves((None, "East"), ("2026-02-15", "West")), deals("2026-02-14", "2026-02-15"))
        assert amounts(made) == {
            ("west", "commission", "2026-02-14"): "5.00",
            ("west", "commission", "2026-02-15"): "5.00",
            ("west", "base", ""): "90.00",
        }
        assert [remark.partition(" for ")[0] for remark in made.remarks] == [
            "`rep.region` changes inside a quarter of scheme `west`"
        ]


def test_several_stretches_of_a_period_have_one_line_where_no_row_carries_it() -> None:
    rep = moves((None, "East"), ("2026-02-01", "West"), ("2026-03-01", "East"))
    policy, facts, made = paid(EAST_WEST, rep, deals("2026-01-31", "2026-02-01", "2026-03-01"))
    assert amounts(made) == {
        ("east", "commission", "2026-01-31"): "10.00",
        ("east", "commission", "2026-03-01"): "10.00",
        ("east", "base", ""): "620.00",  # 62 of 90 days
        ("west", "commission", "2026-02-01"): "5.00",
        ("west", "base", ""): "28.00",
    }
    told = Explainer(policy, facts)
    base = told.line("Li", "2026-Q1", "east", "base")
    assert base.amount == 62_000
    assert base.lines()[1:3] == [
        "  the days of this scheme together = 620.00 CNY",
        "    from 2026-01-01 to 2026-01-31 = 310.00 CNY",
    ]
    assert "    from 2026-03-01 to 2026-03-31 = 310.00 CNY" in base.lines()
    assert told.component("Li", "2026-Q1", "east", "commission").amount == 2_000
    assert told.line("Li", "2026-Q1", "east", "commission", "2026-03-01").amount == 1_000


def test_a_tier_begins_anew_with_each_stretch_and_a_longer_scope_runs_on() -> None:
    text = """
    scheme east for every rep where rep.region is "East" per quarter {
      changes: split
      pay own = marginal bookings { from 0: 10%  from 100: 20% }
      pay year over year = marginal bookings { from 0: 10%  from 100: 20% }
    }
    """
    rep = moves((None, "East"), ("2026-02-01", "West"), ("2026-03-01", "East"))
    _, _, made = paid(text, rep, deals("2026-01-31", "2026-02-01", "2026-03-01"))
    assert amounts(made) == {
        ("east", "own", "2026-01-31"): "10.00",
        ("east", "own", "2026-03-01"): "10.00",
        ("east", "year", "2026-01-31"): "10.00",
        ("east", "year", "2026-03-01"): "20.00",  # the year's third hundred
    }
    assert [remark for remark in made.remarks if "paid by no scheme" in remark] == [
        "Li: 1 credit to `bookings` (100.00 CNY) are paid by no scheme: the rep is in none at that time"
    ]


def test_days_on_which_no_row_of_a_rep_holds_are_not_paid_for() -> None:
    text = EAST_WEST.replace('where rep.region is "East" ', "").partition("scheme west")[0]
    rep = moves((None, "East"), ("2026-03-01", "East"), valid_until=["2026-01-31", None])
    _, _, made = paid(text, rep, deals("2026-01-31", "2026-02-15", "2026-03-01"))
    assert amounts(made) == {
        ("east", "commission", "2026-01-31"): "10.00",
        ("east", "commission", "2026-03-01"): "10.00",
        ("east", "base", ""): "620.00",
    }


def test_a_group_may_hang_on_somebody_else_who_changes() -> None:
    text = """
    scheme led for every rep where rep.manager is known and rep.manager.region is "East" per quarter {
      changes: split
      pay commission = 10% of bookings
    }
    """
    rep = moves((None, "North"), (None, "East"), ("2026-02-15", "West"), manager=["Boss", None, None])
    rep["id"] = ["Li", "Boss", "Boss"]
    _, _, made = paid(text, rep, deals("2026-02-14", "2026-02-15"))
    assert amounts(made) == {("led", "commission", "2026-02-14"): "10.00"}


def test_what_the_group_does_not_read_cuts_nothing() -> None:
    text = EAST_WEST.replace("10% of bookings", "marginal bookings { from 0: 10%  from 100: 20% }")
    rep = moves((None, "East"), ("2026-02-15", "East"), team=["one", "two"])
    text += 'scheme one for every rep where rep.team is "one" per quarter { pay x = 1% of bookings }\n'
    _, _, made = paid(text, rep, deals("2026-02-14", "2026-02-15"))
    assert amounts(made)["east", "commission", "2026-02-15"] == "20.00"


def test_an_award_won_in_two_stretches_is_one_award() -> None:
    text = """
    scheme east for every rep where rep.region is "East" per quarter {
      changes: split
      pay commission = 10% of bookings
      award "Hundred" when bookings >= 100
    }
    """
    rep = moves((None, "East"), ("2026-02-01", "West"), ("2026-03-01", "East"))
    _, _, made = paid(text, rep, deals("2026-01-31", "2026-03-01"))
    assert [award.title for award in made.awards] == ["Hundred"]


def test_the_total_of_a_scheme_is_that_of_a_stretch() -> None:
    text = EAST_WEST.replace("}\nscheme west", "  total at most 400\n}\nscheme west")
    rep = moves((None, "East"), ("2026-02-15", "West"))
    _, _, made = paid(text, rep, deals("2026-02-14"))
    assert amounts(made)["east", "total", ""] == "-60.00"


def test_a_test_of_a_policy_splits_as_a_run_does() -> None:
    policy = checked(
        HEAD
        + EAST_WEST
        + """
        test "moved on 15 February" {
          given rep Li { hired: 2020-01-01, region: "East" }
          given rep Li { valid_from: 2026-02-15, region: "West" }
          given deal D1 { owner: Li, amount: 100, stage: "won", closed: 2026-02-14 }
          given deal D2 { owner: Li, amount: 100, stage: "won", closed: 2026-02-15 }
          expect D1.commission is 10 and D2.commission is 5 and Li.commission is 15
          expect Li.base is 495 and Li.total is 510
        }
        """
    )
    assert [result.failures for result in run_tests(policy)] == [()]


# --- policies that begin or end inside a period --------------------------------------------------------------

FLAT = """
scheme all for every rep per quarter {
  pay commission = 10% of bookings
  pay base = 900 CNY times part_by_days(period.start, period.end)
}
"""


def in_force(days: str) -> str:
    return HEAD.replace("currency: CNY", f"currency: CNY  effective: {days}")


@pytest.mark.parametrize(
    ("days", "carried", "base"),
    [
        ("2025-01-01 .. 2026-02-14", ["2026-02-14"], "450.00"),
        ("2026-02-15 ..", ["2026-02-15"], "450.00"),
        ("2026-02-15 .. 2026-02-15", ["2026-02-15"], "10.00"),
        ("2026-01-01 .. 2026-03-31", ["2026-02-14", "2026-02-15"], "900.00"),
    ],
)
def test_a_version_of_a_policy_pays_for_its_own_days(days: str, carried: list[str], base: str) -> None:
    _, _, made = paid(FLAT, moves((None, "East")), deals("2026-02-14", "2026-02-15"), in_force(days))
    assert amounts(made) == {("all", "commission", day): "10.00" for day in carried} | {("all", "base", ""): base}
    cut = len(carried) == 1
    assert [remark.partition(": the policy")[0] for remark in made.remarks] == (
        [f"scheme `all`: of 2026-Q1 only the days {_said(days)} are paid"] if cut else []
    )


def _said(days: str) -> str:
    first, _, last = days.partition(" ..")
    return f"from {first}" + (f" until {last.strip()}" if last else "")


def test_a_week_that_a_policy_cuts_keeps_its_longer_scope() -> None:
    """The scope of weeks over a month begins with a whole week, wherever the policy begins."""
    text = (
        "scheme all for every rep per week { pay tier over month = marginal bookings { from 0: 10%  from 100: 20% } }"
    )
    _, _, made = paid(
        text, moves((None, "East")), deals("2026-01-30", "2026-02-03", "2026-02-04"), in_force("2026-02-04 ..")
    )
    # 30 January lies in the week that ends in February: the scope began with it, and 4 February is its third hundred.
    assert amounts(made) == {("all", "tier", "2026-02-04"): "20.00"}


def test_a_test_of_a_policy_is_cut_where_the_policy_is() -> None:
    policy = checked(
        in_force("2026-02-15 ..")
        + FLAT
        + """
        test "two days" {
          given rep Li { hired: 2020-01-01 }
          given deal D1 { owner: Li, amount: 100, stage: "won", closed: 2026-02-14 }
          given deal D2 { owner: Li, amount: 100, stage: "won", closed: 2026-02-15 }
          expect D1.commission is 0 and D2.commission is 10 and Li.base is 450
        }
        """
    )
    assert [result.failures for result in run_tests(policy)] == [()]
