"""Orders of rows: what numpy's indirect sort gives, however wide the keys are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.arrays.integers import Index
from meed.engine.arrays.ordering import distinct, is_ascending, order_of, sorted_by

LARGEST = 2**63 - 1
NARROW = st.integers(-3, 3)
WIDE = st.integers(-LARGEST - 1, LARGEST) | st.sampled_from([-LARGEST - 1, -LARGEST, 0, LARGEST])
TIMES = st.integers(1_700_000_000, 1_800_000_000)


@st.composite
def keys(draw: st.DrawFn, most: int = 4) -> list[Index]:
    rows = draw(st.integers(0, 40))
    columns = draw(st.lists(st.sampled_from([NARROW, WIDE, TIMES]), min_size=1, max_size=most))
    return [np.array(draw(st.lists(one, min_size=rows, max_size=rows)), dtype=np.int64) for one in columns]


def tuples(columns: list[Index]) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(keys())
def test_the_order_is_stable_and_that_of_the_keys(columns: list[Index]) -> None:
    rows = tuples(columns)
    assert order_of(*columns).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


@given(keys())
def test_the_keys_are_left_as_they_were(columns: list[Index]) -> None:
    before = tuples(columns)
    order_of(*columns)
    assert tuples(columns) == before


@given(keys(most=1), st.data())
def test_two_keys_come_back_in_their_order(columns: list[Index], data: st.DataObject) -> None:
    first = columns[0]
    second = np.array(data.draw(st.lists(TIMES | WIDE, min_size=len(first), max_size=len(first))), dtype=np.int64)
    order, high, low = sorted_by(first, second)
    assert order.tolist() == order_of(first, second).tolist()
    assert (high.tolist(), low.tolist()) == (first[order].tolist(), second[order].tolist())


@given(keys())
def test_rows_are_ascending_where_sorting_changes_nothing(columns: list[Index]) -> None:
    rows = tuples(columns)
    assert is_ascending(*columns) == (rows == sorted(rows))
    order = order_of(*columns)
    assert is_ascending(*(column[order] for column in columns))


@given(keys())
def test_distinct_keys_are_found_where_they_first_stand(columns: list[Index]) -> None:
    rows = tuples(columns)
    first, which = distinct(*columns)
    found = sorted(set(rows))
    assert first.tolist() == [rows.index(row) for row in found]
    assert which.tolist() == [found.index(row) for row in rows]


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_are_in_order(rows: int) -> None:
    column = np.full(rows, 7, dtype=np.int64)
    assert order_of(column, column).tolist() == list(range(rows))
