"""A fact that arrives is typed as it would be in a file, and decided as it would be in a table."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.intake import take_in
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.intake.reads import columns_read
from meed.engine.life.arrival import Arrival, ArrivalRefused, Arrivals, LiveAssigner
from meed.engine.life.stream import replay

KEYS = DrawKeys(b"sixteen bytes...")
DAY = 1_775_952_000  # 2026-04-12
TEXT = """policy "Arrivals" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
facts lead { urgent: flag  tags: set of text  share: rate?  due: date?  effort: number }
facts rep { weight: count }
let strength of rep = rep.weight
let held_leads of rep = count of lead where lead.owner is rep
let all_leads of rep = count of lead where lead.region is "East"
assign lead {
  needs (held_leads over last 30 days) < rep.capacity
  rule returning when lead.account_owner is known
    to lead.account_owner
    if nobody next
  rule tagged when lead.urgent and "key" in lead.tags and lead.share is known and lead.due is known
    to any rep where lead.effort > 2 by random strength
    if nobody next
  rule small when lead.value < 1_000
    to any rep by fewest (held_leads over last 30 days)
    if nobody hold "small desk"
  otherwise to any rep where lead.region in rep.skills by capability_weighted strength
  if nobody hold "ops desk"
}
"""
REPS = {
    "id": ["a", "b", "c"],
    "weight": ["5", "1", "2"],
    "capacity": ["9", "9", "9"],
    "skills": ["East", "East;West", ""],
}


def policy_of(text: str = TEXT) -> c.Policy:
    found = check(text)
    assert found.policy is not None, [one.message for one in found.diagnostics]
    return found.policy


POLICY = policy_of()
RAW = {"rep": RawTable("reps.csv", REPS)}


def facts_with(leads: list[dict[str, Any]]) -> Facts:
    names = dict.fromkeys(name for row in leads for name in row)
    lead = {"lead": RawTable("leads.csv", {name: [row.get(name) for row in leads] for name in names})} if leads else {}
    return open_facts(POLICY, RAW | lead, "assign", strict=True, empty=frozenset({"lead"} - lead.keys()))[0]


EMPTY = facts_with([])


def live(facts: Facts = EMPTY) -> LiveAssigner:
    return LiveAssigner(POLICY, POLICY.assigns[0], facts, KEYS)


def lead_of(number: int, **columns: Any) -> dict[str, Any]:
    plain = {
        "id": f"L{number:03d}",
        "created": f"2026-04-{number % 28 + 1:02d} 09:00",
        "region": "East",
        "value": "2000",
    }
    return plain | {"urgent": "no", "tags": "", "effort": "1"} | columns


LEADS = st.lists(
    st.fixed_dictionaries(
        {
            "region": st.sampled_from(["East", "West", "North"]),
            "value": st.sampled_from(["10", "999.99", "1,000", "5000.5"]),
            "urgent": st.booleans(),
            "tags": st.sampled_from(["", "key", "key; other", '["key"]']),
            "effort": st.sampled_from(["1", "2.5"]),
        },
        optional={
            "account_owner": st.sampled_from(["a", "b"]),
            "share": st.sampled_from(["5%", "0.05"]),
            "due": st.just("2026-05-01"),
        },
    ),
    max_size=12,
)


@given(LEADS)
def test_facts_that_arrive_are_decided_as_those_of_a_file(made: list[dict[str, Any]]) -> None:
    rows = [lead_of(number, **columns) for number, columns in enumerate(made)]
    facts = facts_with(rows)
    expected = [
        decision.as_json() for *_, (last, _) in [list(replay(POLICY, facts, KEYS))] for decision in last.decisions
    ]
    assigner, arrivals = live(), Arrivals(POLICY, "lead", EMPTY)
    found: list[dict[str, Any]] = []
    for sequence, row in enumerate(rows, start=1):
        at = facts.table("lead").cell(facts.table("lead").row(row["id"]) or 0, "created")
        assert isinstance(at, int)
        arrival = arrivals.read(row, at, assigner)
        found.append(assigner.decide(assigner.arrive("lead", arrival), at, sequence).as_json())
    assert found == expected


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from(
        ["", " ", "-", "NULL", "5%", "12", "12.50", "¥3", "a", "A", "East", "yes", "2026-04-01", "03/04/2026"]
    ),
    st.text(max_size=6),
)


@given(st.sampled_from(sorted(EMPTY.table("lead").columns)), CELLS)
def test_a_cell_means_what_it_means_in_a_file(column: str, cell: Any) -> None:
    if column in {"owner", "created"}:
        return
    row = {**lead_of(1), column: cell}
    needed = columns_read(POLICY, "assign")
    raw = RAW | {"lead": RawTable("fact", {name: [value] for name, value in row.items()}, [1])}
    facts, report = take_in(raw, POLICY.kinds, needed, currency="CNY", timezone="Asia/Shanghai")
    arrival, problems = outcome(row)
    assert problems == [(found.column, found.message, found.help) for found in report.problems]
    table = facts.table("lead")
    expected = [Arrival(table.keys[0], {name: table.cell(0, name) for name in table.columns})] if len(table) else []
    assert arrival == expected


def outcome(row: dict[str, Any]) -> tuple[list[Arrival], list[tuple[str, str, str]]]:
    """The arrival, or why there is none."""
    try:
        return [Arrivals(POLICY, "lead", EMPTY).read(row, 0, live())], []
    except ArrivalRefused as error:
        return [], [(found.column, found.message, found.help) for found in error.problems]


def test_the_moment_of_arrival_dates_a_fact_that_has_no_date_of_its_own() -> None:
    arrivals = Arrivals(POLICY, "lead", EMPTY)
    for created in ({}, {"created": None}, {"created": " "}):
        fact = {name: value for name, value in lead_of(1).items() if name != "created"} | created
        assert arrivals.read(fact, DAY, live()).cells["created"] == DAY


@pytest.mark.parametrize(
    ("fact", "column", "message"),
    [
        ({"owner": "a"}, "owner", "`owner` is what is decided here"),
        ({"assigned": "2026-04-01"}, "assigned", "`assigned` is what is decided here"),
        ({"regoin": "East"}, "regoin", "there is no column `regoin` of a lead"),
        ({"region": {"name": "East"}}, "region", "the value is an object"),
        ({"region": ["East"]}, "region", "the value is a list"),
    ],
)
def test_what_no_file_could_say_is_refused(fact: dict[str, Any], column: str, message: str) -> None:
    with pytest.raises(ArrivalRefused) as caught:
        Arrivals(POLICY, "lead", EMPTY).read({**lead_of(1), **fact}, 0, live())
    assert [(found.column, found.message) for found in caught.value.problems] == [(column, message)]


def test_a_set_may_be_a_list() -> None:
    assert Arrivals(POLICY, "lead", EMPTY).read(lead_of(1, tags=["b", "a"]), 0, live()).cells["tags"] == {"a", "b"}


def test_columns_that_the_policy_does_not_read_are_not_judged() -> None:
    Arrivals(POLICY, "lead", EMPTY).read(lead_of(1, score="many", owner=None), 0, live())


def test_a_key_arrives_once() -> None:
    assigner = live()
    arrival = Arrivals(POLICY, "lead", EMPTY).read(lead_of(1), 0, assigner)
    row = assigner.arrive("lead", arrival)
    assert assigner.find("lead", "L001") == row == 0
    with pytest.raises(ValueError, match="there is a lead `L001` already"):
        assigner.arrive("lead", arrival)


def test_who_was_given_a_fact_before_carries_it() -> None:
    assigner, arrivals = live(), Arrivals(POLICY, "lead", EMPTY)
    for number in range(3):
        row = assigner.arrive("lead", arrivals.read(lead_of(number), 0, assigner))
        assigner.give("lead", row, assigner.find("rep", "a"), 1_775_000_000)
        assert assigner.owner_of("lead", row) == assigner.find("rep", "a")
    assert assigner.owner_of("lead", assigner.arrive("lead", arrivals.read(lead_of(7), 0, assigner))) is None
    small = arrivals.read(lead_of(9, value="1", created="2026-04-03 09:00"), 0, assigner)
    decision = assigner.decide(assigner.arrive("lead", small), 1_775_200_000, 1)
    assert (decision.rule, decision.rep) == ("small", "b")


def test_facts_read_again_keep_what_can_be_read() -> None:
    facts = [
        ({"id": "L1", "region": "East", "value": "much", "account_owner": "nobody"}, DAY),
        ({"id": "L2"}, DAY + 60),
    ]
    first, second = Arrivals(POLICY, "lead", EMPTY).read_again(facts, live())
    assert (first.key, first.cells["region"]) == ("L1", "East")
    assert (first.cells["value"], first.cells["account_owner"]) == (None, None)
    assert (second.key, second.cells["created"], second.cells["urgent"]) == ("L2", DAY + 60, None)


# --- quickly, and with care ----------------------------------------------------------------------------------

WORDS = st.one_of(
    st.sampled_from(
        ["", " ", "a", "b ", "East", "10", "1,000", "-5", "1e3", "5%", "yes", "no", "NULL", "n/a", "-", "#N/A", "true",
         "key; other", '["key"]', "2026-05-01", "2026-04-03 10:00", "x" * 40, "0", "1", "1.0", "12.345"]
    ),
    st.sampled_from([None, True, False, 0, 1, 2, -3, Decimal("1"), Decimal("1.0"), Decimal("2.50"), ["key"], {"a": 1}]),
)  # fmt: skip
NAMES = [*POLICY.kinds["lead"].columns, "id", "colour"]


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=6), min_size=1, max_size=4), st.booleans())
def test_facts_are_read_alike_from_known_cells_and_with_care(odd: list[dict[str, Any]], again: bool) -> None:
    arrivals, among = Arrivals(POLICY, "lead", EMPTY), live().ev.world
    carefully = Arrivals(POLICY, "lead", EMPTY)
    facts = [lead_of(number) | columns for number, columns in enumerate(odd)]
    for fact in facts * (1 + again):
        given = {name: word for name, word in fact.items() if word is not None}
        read = [
            _outcome(lambda given=given: arrivals.read(given, DAY + 3, among)),
            _outcome(lambda given=given: carefully._read_carefully(given, DAY + 3, among, False)),  # pyright: ignore[reportPrivateUsage]
        ]
        assert read[0] == read[1]


def _outcome(read: Callable[[], Arrival]) -> object:
    try:
        made = read()
    except ArrivalRefused as refused:
        return [(one.column, one.message, one.help) for one in refused.problems]
    return made.key, {name: (type(cell), cell) for name, cell in made.cells.items()}
