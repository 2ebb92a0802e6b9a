"""Postings: sums and counts of a window are those of the plain list, whatever was added or taken out before."""

from hypothesis import given
from hypothesis import strategies as st

from meed.engine.scalars.book import Posting, Postings

postings = st.builds(Posting, st.integers(0, 20), st.integers(0, 1), st.integers(0, 9), st.integers(-5, 5))
changes = st.lists(st.one_of(postings, st.integers(0, 9), st.lists(postings, max_size=5)), max_size=25)
windows = st.tuples(st.integers(-1, 22), st.integers(-1, 22)).map(sorted)


@given(changes, windows)
def test_readings_follow_every_change(made: list[Posting | int | list[Posting]], window: list[int]) -> None:
    start, end = window
    kept, plain = Postings(), list[Posting]()
    for change in made:
        if isinstance(change, Posting):
            kept.add(change)
            plain = [*plain, change]
        elif isinstance(change, int):
            for one in plain:
                if (one.kind, one.row) == (change % 2, change):
                    kept.remove(one)
            plain = [one for one in plain if (one.kind, one.row) != (change % 2, change)]
        else:
            kept.fill(change)
            plain = list(change)
        inside = sorted(one for one in plain if start <= one.time < end)
        assert kept.between(start, end) == inside
        assert kept.count(start, end) == len(inside)
        assert kept.sum(start, end) == sum(one.value for one in inside)
