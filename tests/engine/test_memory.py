"""A memory forgets rather than grows."""

from hypothesis import given
from hypothesis import strategies as st

from meed.engine.memory import Memory


@given(st.lists(st.tuples(st.integers(0, 9), st.integers())), st.integers(1, 5))
def test_it_never_holds_more_than_it_may_and_never_something_else(writes: list[tuple[int, int]], most: int) -> None:
    memory, everything = Memory[int, int](most), dict[int, int]()
    for key, value in writes:
        memory[key] = everything[key] = value
        assert len(memory) <= most
        assert memory[key] == value
        assert memory.items() <= everything.items()


def test_a_key_that_is_there_already_pushes_nothing_out() -> None:
    memory = Memory[str, int](2)
    memory["a"], memory["b"] = 1, 2
    memory["b"] = 3
    assert memory == {"a": 1, "b": 3}
    memory["c"] = 4
    assert memory == {"c": 4}
