"""A world says what was read, but for what was written, came or went since: as a plain list of rows would."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.world import World

from ..evaluators import checked, facts_of

POLICY = checked("""policy "Some" { version: "1"  currency: EUR }
facts standard
facts lead { domain: text?  size: count? }
let big of lead = lead.size else 0
let named of lead = lead.domain is known
assign lead {
  rule named when named and big > 3 hold "big"
  otherwise hold "desk"
  if nobody hold "desk"
}
""")
LOADED = {"id": ["L0", "L1"], "created": ["2026-03-02", "2026-03-02"], "domain": ["x", ""], "size": ["1", "5"]}
COLUMNS = ("domain", "size")
cells = {"domain": st.sampled_from(["x", "y", None]), "size": st.sampled_from([1, 7, None])}
steps = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.fixed_dictionaries(cells)),
        *[st.tuples(st.just("write"), st.integers(0, 6), st.just(name), cell) for name, cell in cells.items()],
        *[st.tuples(st.just("try"), st.integers(0, 6), st.just(name), cell) for name, cell in cells.items()],
        st.tuples(st.just("take out")),
    ),
    max_size=30,
)


def world() -> World:
    return World(facts_of(POLICY, {"lead": LOADED, "rep": {"id": ["a"]}}))


@settings(max_examples=150, deadline=None)
@given(steps)
def test_a_world_is_as_a_list_of_rows(history: list[tuple[Any, ...]]) -> None:
    made = world()
    rows: list[dict[str, Any]] = [{"id": "L0", "domain": "x", "size": 1}, {"id": "L1", "domain": None, "size": 5}]
    found = made.finder("lead", "by domain", ("domain",), lambda row: made.cell("lead", row, "domain"))
    for word, *rest in history:
        before = made.changes("lead")
        if word == "arrive":
            rows.append({"id": f"L{len(rows)}", **rest[0]})
            assert made.arrive("lead", rows[-1]["id"], rest[0]) == len(rows) - 1
        elif word == "take out":
            if len(rows) == 2:
                continue
            rows.pop()
            made.take_out("lead", len(rows))
        elif rest[0] < len(rows):
            row, column, value = rest
            was = made.written("lead", row, column)
            made.write("lead", row, column, value)
            assert made.written("lead", row, column) == (value,)
            if word == "try":
                made.write_back("lead", row, column, was)
                assert made.written("lead", row, column) == was
            else:
                rows[row][column] = value
        else:
            continue
        assert made.changes("lead") > before
        must_be_alike(made, rows)
        for domain in ("x", "y", None):
            assert set(found.rows(domain)) == {place for place, row in enumerate(rows) if row["domain"] == domain}


def must_be_alike(made: World, rows: list[dict[str, Any]]) -> None:
    assert made.rows("lead") == len(rows)
    for place, row in enumerate(rows):
        assert (made.key("lead", place), made.find("lead", row["id"])) == (row["id"], place)
        assert {column: made.cell("lead", place, column) for column in COLUMNS} == {
            column: row[column] for column in COLUMNS
        }
    assert made.find("lead", f"L{len(rows)}") is None


def test_a_key_comes_once() -> None:
    made = world()
    with pytest.raises(ValueError, match="there is a lead `L1` already"):
        made.arrive("lead", "L1", {})


def test_a_row_that_comes_in_the_place_of_another_has_nothing_of_it() -> None:
    made = world()
    row = made.arrive("lead", "L2", {"domain": "x", "size": 3})
    made.write("lead", row, "size", 9)
    made.take_out("lead", row)
    assert made.arrive("lead", "L3", {}) == row
    assert (made.cell("lead", row, "domain"), made.cell("lead", row, "size")) == (None, None)
    assert made.find("lead", "L2") is None
