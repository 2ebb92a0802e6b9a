"""Tables of facts: what a cell gives, what is refused, and what the hash says."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.schema import Column as Declared
from meed.dsl.schema import FactKind
from meed.dsl.types import COUNT, DATE, FLAG, KEY, MONEY, RATE, TEXT, ref, set_of
from meed.engine.arrays.exact import Column
from meed.engine.facts import Cells, Facts, FactTable, MissingFacts, Places, RefCells, SetCells, TextCells

KIND = FactKind(
    "rep",
    {
        column.name: column
        for column in (
            Declared("id", KEY),
            Declared("team", TEXT.maybe()),
            Declared("manager", ref("rep", optional=True)),
            Declared("skills", set_of(TEXT)),
            Declared("rate", RATE.maybe()),
            Declared("quota", MONEY),
            Declared("on_duty", FLAG.maybe()),
            Declared("hired", DATE),
            Declared("capacity", COUNT),
        )
    },
)


def table(columns: Mapping[str, Cells] | None = None, keys: tuple[str, ...] = ("a", "b", "c")) -> FactTable:
    lines = np.array([17, 3, 9][: len(keys)], dtype=np.int64)
    return FactTable(KIND, keys, columns or {}, Places("reps.csv", lines))


def whole() -> FactTable:
    known = np.array([True, False, True])
    return table(
        {
            "team": TextCells.of(np.array([1, 0, 2]), ["west", "east", None]),
            "manager": RefCells("rep", np.array([-1, 0, 0], dtype=np.int64)),
            "skills": SetCells((frozenset({"solar"}), frozenset(), None)),
            "rate": Column.of([5, 0, 200], 100, known),
            "quota": Column.of([100, 10**30, -5]),
            "on_duty": Column.of([1, 0, 0], 1, known),
            "hired": Column.of([0, -1, 20_000]),
        }
    )


def test_a_cell_gives_a_plain_value() -> None:
    rows = [{name: whole().cell(row, name) for name in whole().columns} for row in range(3)]
    assert rows[0] == {
        "team": "east", "manager": None, "skills": frozenset({"solar"}), "rate": Fraction(1, 20),
        "quota": 100, "on_duty": True, "hired": 0,
    }  # fmt: skip
    assert rows[1] == {
        "team": "west", "manager": 0, "skills": frozenset(), "rate": None, "quota": 10**30, "on_duty": None,
        "hired": -1,
    }  # fmt: skip
    assert rows[2] == {
        "team": None, "manager": 0, "skills": None, "rate": 2, "quota": -5, "on_duty": False, "hired": 20_000,
    }  # fmt: skip
    assert type(rows[2]["rate"]) is int
    assert type(rows[2]["on_duty"]) is bool


def test_a_row_is_found_by_its_key() -> None:
    assert [whole().row(key) for key in ("a", "b", "c", "", "aa", "d")] == [0, 1, 2, None, None, None]
    assert [whole().cell(row, "id") for row in range(3)] == ["a", "b", "c"]


def test_a_row_knows_its_place() -> None:
    assert [whole().place(row) for row in range(3)] == ["reps.csv row 17", "reps.csv row 3", "reps.csv row 9"]


@pytest.mark.parametrize("keys", [("b", "a", "c"), ("a", "a", "c")])
def test_keys_out_of_order_are_refused(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the keys of `rep` are not in order, or not unique"):
        table(keys=keys)


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        table({"quota": Column.of([1, 2])})


def test_what_was_not_read_is_missing_and_not_empty() -> None:
    with pytest.raises(MissingFacts, match=r"`rep\.capacity` was not read from reps\.csv"):
        whole().cell(0, "capacity")
    with pytest.raises(MissingFacts, match="no facts of the kind `deal` were given"):
        Facts({"rep": whole()}).table("deal")


def test_tables_do_not_change() -> None:
    for column in ("manager", "quota"):
        cells = whole().columns[column]
        array = cells.rows if isinstance(cells, RefCells) else cells.num  # type: ignore[union-attr]
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
    old = Facts({"rep": whole()})
    new = old.with_table(table({"quota": Column.of([1, 2, 3])}))
    assert (old.table("rep").cell(0, "quota"), new.table("rep").cell(0, "quota")) == (100, 1)


words = st.lists(st.none() | st.text(max_size=3), min_size=1, max_size=8)


@given(words.flatmap(lambda w: st.tuples(st.just(w), st.lists(st.integers(0, len(w) - 1), max_size=12))))
def test_texts_have_one_form(drawn: tuple[list[str | None], list[int]]) -> None:
    given_words, codes = drawn
    cells = TextCells.of(np.array(codes, dtype=np.int64), given_words)
    assert [cells.words[code] if code >= 0 else None for code in cells.codes] == [given_words[c] for c in codes]
    assert list(cells.words) == sorted({word for c in codes if (word := given_words[c]) is not None})


# The hash


def hash_of(columns: Mapping[str, Cells], keys: tuple[str, ...] = ("a", "b", "c")) -> str:
    return Facts({"rep": table(columns, keys)}).hash


def test_the_hash_does_not_depend_on_how_numbers_are_held() -> None:
    known = np.array([True, False, True])
    forms = [
        Column.of([5, 0, 200], 100, known),
        Column.of([1, 7, 2], [20, 3, 1], known),
        Column.of(np.array([10, 0, 400], dtype=np.object_), 200, known),
    ]
    assert len({hash_of({"rate": form}) for form in forms}) == 1


def test_the_hash_does_not_depend_on_places_and_order_of_tables() -> None:
    one, other = whole(), FactTable(KIND, whole().keys, whole().columns, Places("b.xlsx", np.arange(3)))
    team = FactTable(FactKind("team", {}), ("t",), {}, Places("t.csv", np.arange(1)))
    assert Facts({"rep": one, "team": team}).hash == Facts({"team": team, "rep": other}).hash


DIFFERENT: list[Mapping[str, Cells]] = [
    {},
    {"quota": Column.of([1, 2, 3])},
    {"quota": Column.of([1, 2, 4])},
    {"quota": Column.of([1, 2, 2**70])},
    {"quota": Column.of([1, 2, -(2**70)])},
    {"quota": Column.of([1, 2, 3], 2)},
    {"quota": Column.of([1, 2, 0], 1, np.array([True, True, False]))},
    {"quota": Column.of([1, 2, 0])},
    {"capacity": Column.of([1, 2, 3])},
    {"team": TextCells.of(np.array([0, 0, 1]), ["a", "b"])},
    {"team": TextCells.of(np.array([0, 1, 1]), ["a", "b"])},
    {"team": TextCells.of(np.array([0, 0, 1]), ["a", None])},
    {"team": TextCells.of(np.array([0, 0, 1]), ["a", ""])},
    {"team": TextCells.of(np.array([0, 0, 1]), ["a", "null"])},
    {"team": TextCells.of(np.array([0, 0, 1]), ['a","', "b"])},
    {"skills": SetCells((frozenset(), None, frozenset({"a"})))},
    {"skills": SetCells((None, None, frozenset({"a"})))},
    {"skills": SetCells((None, None, frozenset({"a", "b"})))},
    {"skills": SetCells((None, None, frozenset({'a", "b'})))},
    {"manager": RefCells("rep", np.array([0, 1, -1]))},
    {"manager": RefCells("rep", np.array([0, 1, 2]))},
    {"manager": RefCells("team", np.array([0, 1, 2]))},
]


def test_different_facts_have_different_hashes() -> None:
    hashes = [hash_of(columns) for columns in DIFFERENT]
    hashes += [hash_of({}, ("a", "b", "d")), hash_of({}, ("a", "b"))]
    hashes += [Facts({}).hash, Facts({"other": table()}).with_table(table()).hash]
    assert len(set(hashes)) == len(hashes)
    assert all(len(found) == 64 for found in hashes)
