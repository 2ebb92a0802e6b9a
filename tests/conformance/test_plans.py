"""Published pay plans as policies of our own, each run by both evaluators and met to the cent.

A case in `plans/*.yaml`: `policy`; `facts`, a table a kind; `pays`, what is due, amounts by rep, period and
component. A column `total` is what the clauses of `total` added, `sum` is all of a rep's lines. The period may be
longer than a scheme's; an empty cell says nothing. Nothing else may be paid. `lines` are all the lines of the
components in it; the row is empty for what no row carries. `payable` are all the parts of the lines in it: the day
on which each may be paid, empty for what is held. `balances` are what a `carry` has left open after a period.
`awards` are all awards. `values` are lets and accounts of a row over a period; `~` before a value: once rounded to
as many decimals. `period`: what is run, the years in `pays` unless said. `remarks`: how each remark begins that
says that something cannot be worked out. `{1..3}` in a row of a table makes three rows of it. `left_out` says what
a figure needs that the engine lacks. `edges.yaml` holds what no published plan reaches. `mechanics/*.yaml` are
plans of our own, at least two for each way to pay that the field knows (`mechanic`), worked out by hand
(`by_hand`).
"""

import csv
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.dsl import checked as c
from meed.engine.arrays.rounding import round_fraction
from meed.engine.calendar.days import parse_day
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts
from meed.engine.money import parse_amount, parse_number
from meed.engine.pay.payables import HELD
from meed.engine.pay.simulation import run

from ..evaluators import Line, Outcome, by_columns, by_statements, checked, facts_of, value_by_both

Case = dict[str, Any]
Row = dict[str, str]

HERE = Path(__file__).parent
FILES = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((HERE / "plans").glob("*.yaml"))]
EDGES: list[Case] = yaml.safe_load((HERE / "edges.yaml").read_text(encoding="utf-8"))["cases"]
OWN = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((HERE / "mechanics").glob("*.yaml"))]
MECHANICS: list[Case] = [case for file in OWN for case in file["cases"]]
CASES: list[Case] = [case for file in FILES for case in file["cases"]]
LEFT_OUT: list[Case] = [gap for file in FILES for gap in file.get("left_out", [])]
PUBLISHED = 50
LISTED = """
threshold, accelerator, decelerator, mixed marginal and retroactive tiers, linear curve, interpolated curve, grid,
weighted components, MBO, scorecard, multipliers that multiply, multipliers that add,
gate as a zero-rate band, gate as a cliff, gate on another measure, year-to-date gate,
SPIFF, contest, duel, personal record, streak, award that is not money, development goals, steps to a management track,
base pay, gross-margin base, net of refunds and tax, renewal pay, residual pay, retention pay, seniority allowance,
accumulation per deal, accumulation per period with reset, year to date with true-up,
profit-sharing pool, option-like units, points, "team pool, equal", "team pool, by weight", "team pool, by credit",
mentor override, manager override, roll-up without double pay,
split with roles, overlay, rules by sales stage, most specific rule wins, credit for transferred or merged deals,
FX with a plan rate, FX with a dated market rate,
recoverable draw, non-recoverable draw, netted advance, elective loan, guarantee, carried cap, pay on collection,
instalments and holdback
"""
RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


def rows(text: str) -> list[Row]:
    """The rows of a table written with commas; a range in a row makes a row of each of its numbers."""
    lines = [line for line in text.splitlines() if line.strip()]
    header = [name.strip() for name in lines[0].split(",")]
    made: list[Row] = []
    for line in lines[1:]:
        for one in _numbered(line):
            cells = [cell.strip() for cell in one.split(",")]
            made.append(dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True)))
    return made


def _numbered(line: str) -> list[str]:
    found = RANGE.search(line)
    if found is None:
        return [line]
    first, last = found.groups()
    width = len(first) if first.startswith("0") else 0
    return [RANGE.sub(str(number).zfill(width), line) for number in range(int(first), int(last) + 1)]


def table(text: str) -> dict[str, list[str]]:
    """A table by column."""
    found = rows(text)
    return {name: [row[name] for row in found] for name in (found[0] if found else {})}


def periods_of(case: Case, policy: c.Policy) -> list[Period]:
    """What is run: as the case says, or the years of what is due."""
    texts = str(case["period"]).split(",") if "period" in case else {row["period"][:4] for row in rows(case["pays"])}
    return [Period.parse(text, policy.calendar) for text in sorted(texts)]


def outcome_of(case: Case, policy: c.Policy, facts: Facts) -> Outcome:
    """What both evaluators agree on, over all that is run."""
    made = Outcome({}, [], set())
    for period in periods_of(case, policy):
        one, other = by_statements(policy, facts, period), by_columns(run(policy, facts, period))
        assert one == other
        made = Outcome(
            made.lines | one.lines, made.awards + one.awards, made.members | one.members, made.parts | one.parts,
            made.balances + one.balances,
        )  # fmt: skip
    return made


def within(inner: str, outer: str, policy: c.Policy) -> bool:
    small, large = (Period.parse(text, policy.calendar) for text in (inner, outer))
    return large.start <= small.start and small.end <= large.end


def check_pays(case: Case, policy: c.Policy, outcome: Outcome) -> None:
    lines = outcome.lines
    said: set[Line] = set()
    for row in rows(case["pays"]):
        rep, period = row.pop("rep"), row.pop("period")
        paid_in = {when for who, when, _ in outcome.members if who == rep}
        assert any(within(when, period, policy) for when in paid_in), f"{rep} is in no scheme in {period}"
        for component, due in row.items():
            if not due:
                continue
            those = [
                line
                for line in lines
                if line.rep == rep and within(line.period, period, policy) and component in {line.component, "sum"}
            ]
            said.update(those)
            paid = sum(lines[line] for line in those)
            assert paid == parse_amount(due, policy.currency), f"{rep} {period} {component}"
    assert set(lines) - said == set(), "paid, and nothing is said of it"


def check_lines(case: Case, currency: str, lines: dict[Line, int]) -> None:
    due: dict[tuple[str, ...], dict[str, int]] = {}
    for row in rows(case["lines"]):
        place = row["rep"], row["period"], row["component"]
        due.setdefault(place, {})[row["row"]] = parse_amount(row["amount"], currency)
    for place, expected in due.items():
        found = {line.row: amount for line, amount in lines.items() if (line.rep, line.period, line.component) == place}
        assert found == expected, place


def check_payables(case: Case, currency: str, outcome: Outcome) -> None:
    due: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for row in rows(case["payable"]):
        day = parse_day(row["day"]) if row["day"] else HELD
        place = row["rep"], row["period"], row["component"], row["row"]
        due.setdefault(place, []).append((day, parse_amount(row["amount"], currency)))
    for place, expected in due.items():
        assert [
            part
            for line, parts in outcome.parts.items()
            if (line.rep, line.period, line.component, line.row) == place
            for part in parts
        ] == expected, place


def check_balances(case: Case, currency: str, outcome: Outcome) -> None:
    after = {(rep, period, component): left for rep, period, _, component, _, left in outcome.balances}
    for row in rows(case["balances"]):
        place = row["rep"], row["period"], row["component"]
        assert after.get(place, 0) == parse_amount(row["after"], currency), place


def check_values(case: Case, policy: c.Policy, facts: Facts) -> None:
    for row in rows(case["values"]):
        value = value_by_both(policy, facts, row["name"], row["of"], Period.parse(row["over"], policy.calendar))
        text = row["is"]
        reading = policy.lets[row["name"]].value if row["name"] in policy.lets else policy.accounts[row["name"]]
        if reading.type.name == "money":
            assert value == parse_amount(text, policy.currency), row
            continue
        due = _number(text.lstrip("~"))
        if text.startswith("~"):
            decimals = len(text.rstrip("%").partition(".")[2]) + 2 * text.endswith("%")
            value = Fraction(round_fraction(value * 10**decimals), 10**decimals)
        assert value == due, row


def check_remarks(case: Case, policy: c.Policy, facts: Facts) -> None:
    remarks = [remark for period in periods_of(case, policy) for remark in run(policy, facts, period).remarks]
    found = [remark for remark in remarks if "cannot be worked out" in remark]
    due: list[str] = case.get("remarks", [])
    assert len(found) == len(due), found
    assert all(remark.startswith(start) for remark, start in zip(found, due, strict=True)), found


def _number(text: str) -> Fraction:
    return parse_number(text.rstrip("%")) / (100 if text.endswith("%") else 1)


@pytest.mark.parametrize("case", [*CASES, *EDGES, *MECHANICS], ids=lambda case: case["id"])
def test_both_evaluators_pay_what_is_due(case: Case) -> None:
    policy = checked(case["policy"])
    assert policy.unsupported == ()
    facts = facts_of(policy, {kind: table(text) for kind, text in case["facts"].items()})
    outcome = outcome_of(case, policy, facts)
    check_pays(case, policy, outcome)
    if "lines" in case:
        check_lines(case, policy.currency, outcome.lines)
    if "payable" in case:
        check_payables(case, policy.currency, outcome)
    if "balances" in case:
        check_balances(case, policy.currency, outcome)
    if "awards" in case:
        found = [(rep, period, title) for rep, period, _, title, _ in outcome.awards]
        assert found == [tuple(row.values()) for row in rows(case["awards"])]
    check_remarks(case, policy, facts)
    if "values" in case:
        check_values(case, policy, facts)


def test_every_published_plan_stands_once_or_is_left_out_for_a_reason() -> None:
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    assert all(case["source"] for case in CASES)
    for gap in LEFT_OUT:
        assert gap["reason"]
        assert gap["needs"]
        assert (gap["id"] in ids) == ("part" in gap)
    assert len(ids) + sum("part" not in gap for gap in LEFT_OUT) == PUBLISHED


def test_every_way_to_pay_has_two_plans_of_our_own_worked_out_by_hand() -> None:
    listed = next(csv.reader([LISTED.replace("\n", " ")], skipinitialspace=True))
    plans: dict[str, list[Case]] = {mechanic.strip(): [] for mechanic in listed}
    for case in MECHANICS:
        plans[case["mechanic"]].append(case)
        assert re.search(r"\d", case["by_hand"]), case["id"]
    assert [mechanic for mechanic, cases in plans.items() if len(cases) < 2] == []
    published = {case["policy"] for case in CASES}
    assert not [case["id"] for case in MECHANICS if case["policy"] in published]
    ids = [case["id"] for case in (*CASES, *MECHANICS)]
    assert len(set(ids)) == len(ids)


def test_a_range_in_a_row_makes_rows() -> None:
    assert rows("id, n\nR{08..10}, {08..10}\nX") == [
        {"id": "R08", "n": "08"}, {"id": "R09", "n": "09"}, {"id": "R10", "n": "10"}, {"id": "X", "n": ""},
    ]  # fmt: skip
