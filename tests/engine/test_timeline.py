"""Whose credits in a window have changed: never anybody too few."""

from hypothesis import given
from hypothesis import strategies as st

from meed.engine.assigning.remembered import _Followed  # pyright: ignore[reportPrivateUsage]
from meed.engine.scalars.timeline import Timeline

moments = st.integers(0, 30)
credits_of = st.lists(st.tuples(moments, st.integers(0, 3)), max_size=12)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("came"), moments, st.integers(0, 3)),
        st.tuples(st.just("went"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("asked"), moments, moments),
    ),
    max_size=25,
)


def within(credits_now: list[tuple[int, int]], rep: int, start: int, end: int) -> list[int]:
    return sorted(time for time, who in credits_now if who == rep and start <= time < end)


@given(credits_of, st.tuples(moments, moments), steps)
def test_whoever_has_other_credits_in_a_window_than_when_it_was_asked_last_is_named(
    first: list[tuple[int, int]], window: tuple[int, int], made: list[tuple[str, int, int]]
) -> None:
    now = list(first)
    timeline = Timeline(sorted(now))
    followed = _Followed(timeline, *window)
    seen = {rep: within(now, rep, *window) for rep in range(4)}
    for word, one, other in made:
        if word == "came":
            now.append((one, other))
            timeline.added(one, other)
        elif word == "went":
            if now:
                _, rep = now.pop(one % len(now))
                timeline.removed(rep)
        else:
            named = followed.changed(one, other)
            after = {rep: within(now, rep, one, other) for rep in range(4)}
            assert {rep for rep in after if after[rep] != seen[rep]} <= set(named)
            seen = after


def test_nobody_is_named_while_nothing_comes_goes_or_crosses_an_edge() -> None:
    timeline = Timeline([(5, 0), (9, 1)])
    followed = _Followed(timeline, 0, 10)
    assert followed.changed(0, 10) == []
    assert followed.changed(4, 12) == []
    assert followed.changed(6, 12) == [0]
    timeline.added(11, 1)
    assert followed.changed(6, 12) == [1]
    assert followed.changed(6, 12) == []
