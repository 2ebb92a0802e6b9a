"""Reps that change inside a period: what is read, how it is blended, and what a run says about it."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import explain_component
from meed.engine.facts import Facts
from meed.engine.jobs import simulate
from meed.engine.pay.simulation import Run, run
from meed.engine.pay.statements import statements

from ..evaluators import by_columns, by_statements, checked, facts_of, value_by_both

HEAD = """policy "Changes" { currency: CNY }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
credit eastern to deal.owner on deal.closed = deal.amount when deal.stage is "won" and deal.owner.region is "East"
"""
QUARTER = Period.parse("2026-Q1")


def reps(**columns: list[Any]) -> dict[str, list[Any]]:
    rows = len(next(iter(columns.values())))
    return {
        "id": ["Li"] * rows,
        "quota": ["900"] * rows,
        "region": ["East"] * rows,
        "hired": ["2020-01-01"] * rows,
    } | columns


DEALS = {
    "id": ["d1", "d2"], "owner": ["Li", "Li"], "closed": ["2026-02-14", "2026-02-15"], "amount": ["100", "1000"],
    "stage": ["won", "won"], "region": ["East", "East"],
}  # fmt: skip
RISING = reps(valid_from=[None, "2026-02-15"], quota=["900", "1800"], region=["East", "West"])


def pay(components: str, table: dict[str, list[Any]] = RISING) -> tuple[c.Policy, Facts, Run]:
    """A run over the first quarter, which both evaluators agree on."""
    policy = checked(f"{HEAD}scheme all for every rep per quarter {{\n{components}\n}}\n")
    facts = facts_of(policy, {"rep": table, "deal": DEALS})
    made = run(policy, facts, QUARTER)
    assert by_columns(made) == by_statements(policy, facts, QUARTER)
    return policy, facts, made


def amounts(made: Run) -> dict[tuple[str, str], int]:
    lines = made.lines_frame()
    return {
        (component, deal): int(amount * 100)
        for component, deal, amount in zip(lines["component"], lines["deal"], lines["amount"], strict=True)
    }


def test_a_credit_is_read_on_its_own_day_and_a_component_as_of_the_last() -> None:
    _, _, made = pay("pay own = 10% of eastern pay quota = 1% of rep.quota")
    assert amounts(made) == {("own", "d1"): 1000, ("quota", ""): 1800}


def test_a_quota_that_changes_on_15_february_is_blended_by_days_and_by_months() -> None:
    policy = checked(
        f"{HEAD}let by_days of rep = average of rep.quota per day over quarter\n"
        "let by_months of rep = average of rep.quota per month over quarter\n"
        "scheme all for every rep per quarter { pay days = 10% of by_days  pay months = 10% of by_months }\n"
    )
    facts = facts_of(policy, {"rep": RISING, "deal": DEALS})
    # 45 of 90 days at 900 and 45 at 1,800; a month counts as it ends: January at 900, two months at 1,800.
    assert value_by_both(policy, facts, "by_days", "Li", QUARTER) == 135_000
    assert value_by_both(policy, facts, "by_months", "Li", QUARTER) == 150_000
    made = run(policy, facts, QUARTER)
    assert amounts(made) == {("days", ""): 13_500, ("months", ""): 15_000}
    assert [remark for remark in made.remarks if "changes inside" in remark] == []


def test_a_run_says_what_changed_inside_a_period_and_what_was_taken() -> None:
    _, _, made = pay('pay quota = 1% of rep.quota when rep.region is "West"')
    each = "changes inside a quarter of scheme `all` for Li: what holds last counts for all of it"
    assert list(made.remarks) == [
        f"`rep.quota` {each} (Li in 2026-Q1: 1,800.00 CNY, since 2026-02-15)",
        f'`rep.region` {each} (Li in 2026-Q1: "West", since 2026-02-15)',
    ]


def test_what_changes_on_the_first_day_of_a_period_or_is_not_read_is_no_remark() -> None:
    for table in (
        reps(valid_from=[None, "2026-01-01"], quota=["900", "1800"]),
        reps(valid_from=[None, "2026-02-01"], region=["East", "West"]),
    ):
        assert list(pay("pay quota = 1% of rep.quota", table)[2].remarks) == []


def test_a_change_and_back_is_a_change() -> None:
    table = reps(valid_from=[None, "2026-02-01", "2026-03-01"], quota=["900", "1800", "900"])
    (remark,) = pay("pay quota = 1% of rep.quota", table)[2].remarks
    assert "(Li in 2026-Q1: 900.00 CNY, since 2026-03-01)" in remark


def test_a_rep_of_whom_no_row_holds_is_paid_by_no_scheme() -> None:
    table = reps(valid_from=["2026-04-01"])
    _, facts, made = pay("pay quota = 1% of rep.quota pay own = 10% of bookings", table)
    assert amounts(made) == {}
    assert list(made.remarks) == [
        "Li: 2 credits to `bookings` (1,100.00 CNY) are paid by no scheme: the rep is in none at that time"
    ]
    assert facts.table("rep").keys == ("Li",)


def test_a_leaver_is_read_from_the_latest_version() -> None:
    table = reps(valid_from=[None, "2026-02-01"], left=[None, "2025-12-31"])
    policy, facts, made = pay("pay quota = 1% of rep.quota", table)
    assert len(made.lines) == 0
    assert list(statements(policy, facts, QUARTER)) == []


def test_an_explanation_says_since_when_a_value_holds() -> None:
    policy, facts, _ = pay("pay quota = 1% of rep.quota")
    made = explain_component(policy, facts, "Li", "2026-Q1", "all", "quota")
    assert "    rep.quota (since 2026-02-15) = 1,800.00 CNY" in made.lines()
    (fact,) = [part for part in made.as_json()["because"][0]["parts"] if part["op"] == "fact"]
    assert (fact["key"], fact["column"], fact["since"]) == ("Li", "quota", "2026-02-15")


def test_two_reps_of_one_team_may_differ_from_day_to_day() -> None:
    policy = checked(
        f"{HEAD}let pool of rep = sum of bookings within rep.team\n"
        "scheme all for every rep per month { pay part = share (pool) among every rep within rep.team by 1 }\n"
    )
    table = {
        "id": ["Li", "Li", "Wang"], "valid_from": [None, "2026-02-01", None], "team": ["one", "two", "one"],
        "hired": ["2020-01-01"] * 3, "region": ["East"] * 3,
    }  # fmt: skip
    deals = {
        "id": ["d1", "d2"], "owner": ["Wang", "Wang"], "closed": ["2026-01-14", "2026-02-15"],
        "amount": ["100", "1000"], "stage": ["won", "won"],
    }  # fmt: skip
    facts = facts_of(policy, {"rep": table, "deal": deals})
    made = run(policy, facts, QUARTER)
    assert by_columns(made) == by_statements(policy, facts, QUARTER)
    lines = made.lines_frame()
    paid = {
        (rep, period): int(amount)
        for rep, period, amount in zip(lines["rep"], lines["period"], lines["amount"], strict=True)
    }
    assert paid == {("Li", "2026-01"): 50, ("Wang", "2026-01"): 50, ("Wang", "2026-02"): 1000}


def test_frames_may_say_when_rows_hold_and_by_when_they_are_known() -> None:
    policy = checked(f"{HEAD}scheme all for every rep per quarter {{ pay own = 10% of eastern }}\n")
    rep = pd.DataFrame(RISING | {"valid_from": [None, date(2026, 2, 15)]})
    deal = pd.DataFrame(DEALS | {"known_at": [pd.Timestamp("2026-02-20 08:00"), pd.Timestamp("2026-02-21")]})
    frames = {
        "rep": rep,
        "deal": pd.concat([deal, deal.head(1).assign(amount="300", known_at=pd.Timestamp("2026-03-01"))]),
    }
    paid = [
        int(simulate(policy, frames, "2026-Q1", known_by=day).lines["amount"].sum())
        for day in (None, "2026-02-28", date(2026, 2, 19))
    ]
    assert paid == [30, 10, 0]
    with pytest.raises(ValueError, match="is not a day"):
        simulate(policy, frames, "2026-Q1", known_by="soon")
