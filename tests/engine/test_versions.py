"""Versions of rows: the version of a window, one by one and for whole columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.arrays.exact import Column
from meed.engine.calendar.days import SECONDS_PER_DAY
from meed.engine.calendar.windows import BEGINNING
from meed.engine.versions import ALWAYS, EVER, Versions


def versions(*spans: tuple[int, int, int]) -> Versions:
    row, start, end = (np.array([span[place] for span in spans], dtype=np.int64) for place in range(3))
    return Versions(row, start, end, {"quota": Column.of(list(range(len(spans))))})


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 10, 20), (0, 19, 30)],
        [(0, 10, 20), (0, 5, 10)],
        [(1, EVER, ALWAYS), (0, EVER, ALWAYS)],
        [(0, 10, 10)],
    ],
)
def test_versions_are_in_order_and_never_overlap(spans: list[tuple[int, int, int]]) -> None:
    with pytest.raises(ValueError, match="out of order, or overlap"):
        versions(*spans)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Up to three versions of up to three rows, with gaps."""
    made: list[tuple[int, int, int]] = []
    for row in range(3):
        bounds = sorted(draw(st.sets(st.integers(-40, 40), max_size=6)))
        pairs = [
            (bounds[place], bounds[place + 1]) for place in range(0, len(bounds) - 1, draw(st.sampled_from([1, 2])))
        ]
        if pairs and draw(st.booleans()):
            pairs[0] = (EVER, pairs[0][1])
        if pairs and draw(st.booleans()):
            pairs[-1] = (pairs[-1][0], ALWAYS)
        made += [(row, start, end) for start, end in pairs]
    return made


WINDOWS = st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 30)), min_size=1, max_size=5)


@given(spans(), WINDOWS, st.booleans())
def test_the_version_of_a_window_is_that_of_the_last_day_on_which_the_row_holds(
    spans: list[tuple[int, int, int]], windows: list[tuple[int, int]], whole: bool
) -> None:
    """Against a look at every day."""
    made = versions(*spans)
    shift = 0 if whole else 3_600  # windows may begin and end within a day
    for row in range(-1, 4):
        rows = np.full(len(windows), row, dtype=np.int64)
        start = np.array([first for first, _ in windows], dtype=np.int64) * SECONDS_PER_DAY + shift
        end = np.array([first + days for first, days in windows], dtype=np.int64) * SECONDS_PER_DAY
        found = made.at(rows, start, end).tolist()
        for (first, days), at in zip(windows, found, strict=True):
            holding = [
                place
                for day in range(first, first + days)
                for place, (of, begin, after) in enumerate(spans)
                if of == row and begin <= day < after
            ]
            assert at == (holding[-1] if holding else -1)
            assert row < 0 or made.of(row, first * SECONDS_PER_DAY + shift, (first + days) * SECONDS_PER_DAY) == at


@given(spans(), st.integers(-50, 50))
def test_time_without_beginning_stands_for_its_last_day_and_no_time_for_the_latest(
    spans: list[tuple[int, int, int]], day: int
) -> None:
    made = versions(*spans)
    end = (day + 1) * SECONDS_PER_DAY
    for row in range(3):
        assert made.of(row, BEGINNING, end) == made.of(row, day * SECONDS_PER_DAY, end)
        latest = max((place for place, span in enumerate(spans) if span[0] == row), default=-1)
        assert made.of(row, BEGINNING, BEGINNING) == latest
        rows, begin = np.array([row]), np.array([BEGINNING])
        assert made.at(rows, begin, np.array([end])).tolist() == [made.of(row, BEGINNING, end)]
        assert made.at(rows, begin, begin).tolist() == [latest]
