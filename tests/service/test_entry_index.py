"""What the index says of entries is what a search through all of them would find."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meed.service.journal.entry_index import EntryIndex

NAMES = st.sampled_from(["a", "b", "c", ""])
SUBJECTS = st.lists(st.tuples(NAMES, NAMES), max_size=4, unique=True)
ENTRIES = st.lists(st.tuples(st.lists(NAMES, max_size=2), SUBJECTS), max_size=12)


@given(ENTRIES)
def test_everything_is_found_where_it_is(entries: list[tuple[list[str], list[tuple[str, str]]]]) -> None:
    index = EntryIndex()
    for number, (ids, about) in enumerate(entries, 1):
        decisions: list[Any] = [SimpleNamespace(id=id_) for id_ in ids]
        index.add(number, f"r-{number}", decisions, about)
    numbered = list(enumerate(entries, 1))
    assert index.decisions == sum(len(ids) for ids, _ in entries)
    for name in ("a", "b", "c", ""):
        assert index.number(name) == next((number for number, (ids, _) in numbered if name in ids), None)
        for key in ("a", "b", "c", ""):
            assert index.about(name, key) == [number for number, (_, about) in numbered if (name, key) in about]
    for number in range(len(entries) + 2):
        assert index.of_request(f"r-{number}") == (number if 0 < number <= len(entries) else None)


def test_what_is_found_is_no_part_of_the_index() -> None:
    index = EntryIndex()
    for number in (1, 2):
        index.add(number, f"r-{number}", (), [("lead", "L1")])
    index.about("lead", "L1").clear()
    assert index.about("lead", "L1") == [1, 2]
