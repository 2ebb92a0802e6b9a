"""Facts in: every row is used or reported, order never matters, and nothing is guessed or rounded."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.currency import UnknownCurrency
from meed.dsl.schema import STANDARD, Column, FactKind
from meed.dsl.types import (
    KEY,
    MONEY,
    TEXT,
    ref,
)
from meed.engine.facts import Facts, RefCells
from meed.engine.intake.intake import Formats, IntakeReport, RawTable, frames_in, take_in
from meed.engine.intake.raw_table import plain

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime.fromisoformat("1970-01-01")


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def intake(raw: Mapping[str, RawTable], reads: str, kinds: Mapping[str, FactKind] = STANDARD, **how: object):
    """The facts and the report for a policy that reads these `kind.column` places."""
    needed: dict[str, frozenset[str]] = {}
    for place in reads.split():
        kind, _, column = place.partition(".")
        needed[kind] = needed.get(kind, frozenset()) | ({column} if column else frozenset())
    settings: dict[str, object] = {"currency": "CNY", "timezone": "Asia/Shanghai", **how}
    return take_in(raw, kinds, needed, **settings)  # type: ignore[arg-type]


def deals(**columns: Sequence[object]) -> dict[str, RawTable]:
    rows = len(next(iter(columns.values())))
    return {"deal": RawTable("deals.csv", {"id": [f"d{row}" for row in range(rows)], **columns})}


# Rows

REPS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["r1", "r2", "r3", "r4", "r5", "", "NULL"]),
        "manager": st.sampled_from(["", "r1", "r2", "r3", "r9", "R1", "-"]),
        "quota": st.sampled_from(["100", "200.5", "", "lots", "¥7", "€7", "1.234"]),
        "hired": st.sampled_from(["2020-01-01", "03/04/2020", "00/01/1900", "", "2020-01-01T00:00:00Z"]),
        "skills": st.sampled_from(["a; b", "", "a, b", "[", "NULL"]),
    }
)
DEALS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["d1", "d2", "d3", "d4", "d5", "d6", " ", None, 7, 7.0]),
        "owner": st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6", "", "Li"]),
        "amount": st.sampled_from(["1", "2.50", "x", "", None, 3, 0.1, Decimal("0.001"), True, "1e5"]),
        "stage": st.sampled_from(["won", "LOST", "opne", "", "N/A"]),
        "closed": st.sampled_from(["2026-04-30", "", "2026-02-30", date(2026, 5, 1), 46142]),
        "kind": st.sampled_from(["new", "NA", "", "#N/A"]),
    }
)
READS = "rep.manager rep.quota rep.hired rep.skills deal.owner deal.amount deal.stage deal.closed deal.kind"


def tables(reps: list[dict[str, object]], rows: list[dict[str, object]]) -> dict[str, RawTable]:
    return {
        kind: RawTable(f"{kind}s.csv", {name: [record[name] for record in records] for name in names})
        for kind, records, names in (
            ("rep", reps, ("id", "manager", "quota", "hired", "skills")),
            ("deal", rows, ("id", "owner", "amount", "stage", "closed", "kind")),
        )
    }


def content(facts: Facts) -> dict[str, object]:
    """Everything that facts say; a reference as the key it leads to."""
    found: dict[str, object] = {}
    for name, table in facts.tables.items():
        for row, key in enumerate(table.keys):
            cells = {column: table.cell(row, column) for column in table.columns}
            for column, held in table.columns.items():
                if isinstance(held, RefCells) and cells[column] is not None:
                    cells[column] = facts.table(held.kind).keys[int(held.rows[row])]
            found[f"{name} {key}"] = cells
    return found


damage = st.tuples(st.lists(REPS, max_size=8), st.lists(DEALS, max_size=8))


@given(damage)
def test_rows_in_are_rows_used_and_rows_reported(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    facts, report = intake(tables(*drawn), READS)
    assert not report.refusals
    for count, rows in zip(report.counts, (drawn[0], drawn[1]), strict=True):
        reported = {problem.row for problem in report.problems if problem.file == count.file}
        assert count.rows_in == len(rows) == count.rows_used + count.rows_reported
        assert count.rows_used == len(facts.table(count.kind))
        assert count.rows_reported == len(reported)
        used = {int(line) for line in facts.table(count.kind).places.lines}
        assert used | reported == set(range(2, len(rows) + 2))
        assert not used & reported
    assert report.refuses(strict=True) is bool(report.problems)
    assert not report.refuses(strict=False)


@given(damage, st.randoms())
def test_the_order_of_rows_never_matters(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]], chance: object
) -> None:
    facts, report = intake(tables(*drawn), READS)
    for rows in drawn:
        chance.shuffle(rows)  # type: ignore[attr-defined]
    again, report_again = intake(tables(*drawn), READS)
    assert content(again) == content(facts)
    assert again.hash == facts.hash
    assert [(c.rows_used, c.rows_reported) for c in report_again.counts] == [
        (c.rows_used, c.rows_reported) for c in report.counts
    ]


@given(damage)
def test_a_row_in_use_refers_to_rows_in_use(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    facts, _ = intake(tables(*drawn), READS)
    written = {str(plain(row["id"])): row for row in drawn[1]}
    for row, key in enumerate(facts.table("deal").keys):
        owner = facts.table("deal").cell(row, "owner")
        assert isinstance(owner, int)
        assert facts.table("rep").keys[owner] == written.get(key, written.get(f"{key}.0", {})).get("owner")


@given(damage)
def test_a_report_is_plain_data_and_plain_lines(
    drawn: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    _, report = intake(tables(*drawn), READS)
    assert json.loads(json.dumps(report.as_json())) == report.as_json()
    for line in report.lines():
        assert "\n" not in line
        assert line.partition(" row")[0].partition(":")[0] in {"reps.csv", "deals.csv"}


def test_a_long_chain_of_managers_falls_with_its_head() -> None:
    rows = 3000
    reps = RawTable(
        "reps.csv",
        {
            "id": [f"r{row}" for row in range(rows)],
            "manager": ["nobody", *(f"r{row - 1}" for row in range(1, rows - 1)), ""],
        },
    )
    facts, report = intake({"rep": reps}, "rep.manager")
    assert facts.table("rep").keys == (f"r{rows - 1}",)
    assert len(report.problems) == rows - 1


def test_only_what_the_policy_reads_is_judged() -> None:
    facts, report = intake(deals(amount=["1", "2"], closed=["nonsense", ""], note=["a", "b"]), "deal.amount")
    assert report.problems == ()
    assert report.notes == ("deals.csv: the policy does not read 2 columns: `closed`, `note`",)
    assert list(facts.table("deal").columns) == ["amount"]


def test_what_is_not_read_does_not_change_the_hash() -> None:
    one, _ = intake(deals(amount=["1", "2"], closed=["nonsense", ""]), "deal.amount")
    other, _ = intake(deals(amount=["1.0", "2.00"]), "deal.amount")
    assert one.hash == other.hash


def test_rows_come_in_the_order_of_their_keys() -> None:
    raw = {"deal": RawTable("deals.csv", {"id": ["b", "a", "10", "9"], "amount": ["1", "2", "3", "4"]})}
    facts, _ = intake(raw, "deal.amount")
    table = facts.table("deal")
    assert table.keys == ("10", "9", "a", "b")
    assert [table.cell(row, "amount") for row in range(4)] == [300, 400, 200, 100]
    assert table.place(0) == "deals.csv row 4"


def test_a_kind_without_rows_must_be_said_to_be_empty() -> None:
    raw = deals(owner=["", ""], lead=["", "l1"])
    _, report = intake(raw, "deal.lead")
    assert report.refuses(strict=False)
    facts, report = intake(raw, "deal.lead", empty=frozenset({"lead"}))
    assert len(facts.table("lead")) == 0
    assert facts.table("deal").keys == ("d0",)
    assert report.problems[0].message == "`l1` is no lead: no file of the kind `lead` was given"


def test_facts_under_a_refusal_hold_no_tables() -> None:
    facts, report = intake(deals(amount=["1"]), "deal.amount deal.owner")
    assert [problem.column for problem in report.refusals if problem.column] == ["owner"]
    assert facts.tables == {}
    assert (report.counts[0].rows_used, report.counts[0].rows_reported) == (0, 1)


def test_references_by_another_column() -> None:
    raw = {
        "rep": RawTable("reps.csv", {"id": ["r1", "r2"], "mail": ["a@x", "b@x"]}),
        **deals(owner=["b@x", "a@x", "r1"]),
    }
    facts, report = intake(raw, "deal.owner", joins={"deal.owner": "mail"})
    assert [facts.table("deal").cell(row, "owner") for row in range(2)] == [1, 0]
    assert [problem.message for problem in report.problems] == ["`r1` is not the `mail` of a rep in reps.csv"]
    _, report = intake(raw, "deal.owner", joins={"deal.owner": "phone"})
    assert str(report.refusals[0]).startswith("reps.csv: there is no column `phone`;")


def test_a_translation_comes_before_the_reading() -> None:
    raw = deals(stage=["Closed Won", " gewonnen", "won", "x"], amount=["viel", "1", "2", "3"])
    said = {"deal.stage": {"Closed Won": "won", "gewonnen": "won", "x": ""}, "deal.amount": {"viel": "1000"}}
    facts, report = intake(raw, "deal.stage deal.amount", translations=said)
    assert [facts.table("deal").cell(row, "stage") for row in range(3)] == ["won"] * 3
    assert facts.table("deal").cell(0, "amount") == 100_000
    assert [problem.message for problem in report.problems] == ["`x` counts as blank and the policy reads it"]


def test_formats_go_by_kind_and_by_column() -> None:
    raw = deals(amount=["1,5"], collected=["1"])
    formats = {"deal": Formats(decimal=",", thousands="."), "deal.collected": Formats(scale=1000)}
    facts, _ = intake(raw, "deal.amount deal.collected", formats=formats)
    assert [facts.table("deal").cell(0, name) for name in ("amount", "collected")] == [150, 100_000]


def test_a_kind_without_a_key_column_is_keyed_by_id() -> None:
    kinds = {"visit": FactKind("visit", {"by": Column("by", TEXT)})}
    facts, _ = intake({"visit": RawTable("visits.csv", {"id": ["v1"], "by": ["Li"]})}, "visit.by", kinds)
    assert facts.table("visit").row("v1") == 0


def test_frames_are_read_like_files() -> None:
    frame = pd.DataFrame(
        {
            "id": [3, 1, 2],
            "amount": [0.1, 1234.56, float("nan")],
            "collected": [1, 2, 3],
            "closed": pd.array(["2026-04-30", "2026-05-01", None], dtype="datetime64[us]"),
            "region": ["NA", "East", "West"],
            "kind": ["new", None, "new"],
        },
        index=[7, 8, 9],
    )
    facts, report = intake(frames_in({"deal": frame}), "deal.amount deal.collected deal.closed deal.region")
    table = facts.table("deal")
    assert table.keys == ("1", "3")
    assert [table.cell(1, name) for name in ("amount", "collected", "closed", "region")] == [
        10,
        100,
        day("2026-04-30"),
        "NA",
    ]
    assert table.place(1) == "deal frame row 2"
    assert [(problem.row, problem.column) for problem in report.problems] == [(4, "amount")]


def test_a_frame_with_a_column_twice_is_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["id", "id"])
    with pytest.raises(ValueError, match="the deal frame has two columns `id`"):
        frames_in({"deal": frame})


def test_wrong_use_is_an_error_of_the_caller() -> None:
    with pytest.raises(UnknownCurrency):
        intake(deals(amount=["1"]), "deal.amount", currency="RMB")
    with pytest.raises(ValueError, match="unknown time zone `Asia/Beijing`"):
        intake(deals(amount=["1"]), "deal.amount", timezone="Asia/Beijing")
    with pytest.raises(ValueError, match=r"`deal\.amout` is read and not declared"):
        intake(deals(amount=["1"]), "deal.amout")
    with pytest.raises(ValueError, match="column `b` has 1 cells and there are 2 rows"):
        RawTable("x.csv", {"a": ["1", "2"], "b": ["1"]}, [2, 3])


def test_the_most_lines_are_shown_and_the_others_counted() -> None:
    _, report = intake(deals(amount=["a", "b", "c", "a"]), "deal.amount")
    assert [line.partition(";")[0] for line in report.lines(most=1)] == [
        "deals.csv rows 2 and 5, column `amount`: `a` is not an amount",
        "and 2 more problems",
        "deals.csv: 4 rows, 0 used, 4 set aside",
    ]
    assert len(report.as_json()["problems"]) == 4  # type: ignore[arg-type]


def test_an_empty_report_refuses_nothing() -> None:
    assert not IntakeReport().refuses(strict=True)
    assert IntakeReport().lines() == []


def test_a_long_or_broken_value_is_shown_on_one_line() -> None:
    _, report = intake(deals(amount=["x\ny", "z" * 500]), "deal.amount")
    assert [problem.message.partition(" is")[0] for problem in report.problems] == ["`x y`", f"`{'z' * 60}…`"]
    assert report.problems[0].value == "x\ny"


def test_references_of_another_kind_come_with_their_keys() -> None:
    kinds = {
        "a": FactKind("a", {"id": Column("id", KEY), "b": Column("b", ref("b", optional=True))}),
        "b": FactKind("b", {"id": Column("id", KEY), "x": Column("x", MONEY)}),
    }
    raw = {
        "a": RawTable("a.csv", {"id": ["a1", "a2"], "b": ["b2", None]}),
        "b": RawTable("b.csv", {"id": ["b2", "b1"]}),
    }
    facts, _ = intake(raw, "a.b", kinds)
    assert facts.table("b").keys == ("b1", "b2")
    assert [facts.table("a").cell(row, "b") for row in range(2)] == [1, None]


def test_a_title_with_a_line_end_stays_on_one_line() -> None:
    raw = {"deal": RawTable("deals.csv", {"id": ["d"], "amount": ["x"], "a\nb": [""]}, titles={"amount": "Net\n(CNY)"})}
    _, report = intake(raw, "deal.amount")
    assert [line.partition(":")[0] for line in report.lines()] == [
        "deals.csv row 2, column `Net (CNY)`",
        "deals.csv",
        "deals.csv",
    ]
    assert report.lines()[1].endswith("1 column: `a b`")
