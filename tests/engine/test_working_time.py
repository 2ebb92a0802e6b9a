"""Time that counts only while something is open: held against a clock that is looked at minute by minute."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.calendar.clocks import WEEKDAYS, during
from meed.engine.calendar.opening import (
    NEVER,
    Always,
    Closed,
    Counted,
    Each,
    Opening,
    Some,
    Stretch,
    Weekly,
    holds_for,
    spans,
)
from meed.engine.calendar.working_time import counted, counted_back, days_later, worked
from meed.engine.calendar.zones import instant_of, moment_of

ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
HOUR, DAY = 3600, 86_400
SPRING = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp())
AUTUMN = int(datetime(2026, 10, 23, tzinfo=UTC).timestamp())
OFFICE = Weekly("Europe/Berlin", frozenset(WEEKDAYS[:5]), 9 * HOUR, 18 * HOUR)


def at(text: str, zone: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def is_open(opening: Opening, instant: int) -> bool:
    """The definition, by the clock on the wall."""
    match opening:
        case Always(holds=holds):
            return holds
        case Weekly(zone=zone, days=days, begin=begin, end=end):
            return during(wall(instant, zone), days, begin, end)
        case Stretch(zone=zone, first=first, after=after):
            shown = wall(instant, zone)
            return (first is None or first <= shown) and (after is None or shown < after)
        case Closed(part=part):
            return not is_open(part, instant)
        case Each(parts=parts):
            return all(is_open(part, instant) for part in parts)
        case Some(parts=parts):
            return any(is_open(part, instant) for part in parts)
        case Counted(parts=parts, op=op, number=number):
            return holds_for(op, sum(is_open(part, instant) for part in parts), number)


def wall(instant: int, zone: str) -> int:
    shown = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)).astimezone(ZoneInfo(zone))
    passed = shown.replace(tzinfo=None) - datetime(1970, 1, 1)  # noqa: DTZ001 - what the clock shows
    return passed.days * DAY + passed.seconds


minutes = st.integers(0, 1440 - 1).map(lambda at: at * 60)
zones = st.sampled_from(ZONES)
leaves: st.SearchStrategy[Opening] = st.one_of(
    st.booleans().map(Always),
    st.builds(Weekly, zones, st.frozensets(st.sampled_from(WEEKDAYS)), minutes, minutes),
    st.builds(
        lambda zone, day, days: Stretch(zone, day, day + days),
        zones, st.sampled_from([SPRING + DAY, AUTUMN + DAY]), st.sampled_from([DAY, 2 * DAY, HOUR]),
    ),
)  # fmt: skip
openings = st.recursive(
    leaves,
    lambda parts: st.one_of(
        parts.map(Closed),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: Each(tuple(found))),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: Some(tuple(found))),
        st.builds(
            lambda found, op, number: Counted(tuple(found), op, Fraction(number)),
            st.lists(parts, max_size=3), st.sampled_from(["<", "<=", ">", ">=", "=", "!"]), st.integers(0, 3),
        ),
    ),
    max_leaves=5,
)  # fmt: skip
instants = st.builds(lambda base, at: base + at * 60, st.sampled_from([SPRING, AUTUMN]), st.integers(0, 5 * 1440))


@settings(max_examples=60, deadline=None)
@given(openings, instants, st.integers(0, 3 * 1440))
def test_it_is_open_in_the_very_minutes_in_which_the_clock_says_so(opening: Opening, begin: int, length: int) -> None:
    end = begin + length * 60
    open_minutes = [minute for minute in range(begin, end, 60) if is_open(opening, minute)]
    assert worked(opening, begin, end) == 60 * len(open_minutes)
    within = [minute for start, stop in spans(opening, begin, end) for minute in range(start, stop, 60)]
    assert within == open_minutes


@settings(max_examples=60, deadline=None)
@given(openings, instants, st.integers(0, 40 * 1440), st.integers(0, 40 * 1440))
def test_time_adds_up_over_neighbouring_stretches(opening: Opening, begin: int, one: int, other: int) -> None:
    middle, end = begin + one * 60, begin + (one + other) * 60
    assert worked(opening, begin, end) == worked(opening, begin, middle) + worked(opening, middle, end)
    assert worked(opening, end, begin) == -worked(opening, begin, end)


@settings(max_examples=60, deadline=None)
@given(openings, instants, st.integers(0, 50 * HOUR), st.integers(0, 50 * HOUR))
def test_what_is_added_is_measured_again(opening: Opening, begin: int, seconds: int, more: int) -> None:
    term = counted(opening, begin, seconds)
    if term.over is None:
        assert worked(opening, begin, begin + 20 * 366 * DAY) < seconds
        return
    assert worked(opening, begin, term.over) == seconds == sum(stop - start for start, stop in term.parts)
    assert not seconds or worked(opening, begin, term.over - 1) == seconds - 1
    assert counted(opening, begin, seconds + more).over == counted(opening, term.over, more).over or not more
    back = counted_back(opening, term.over, seconds)
    assert back.over is not None
    assert worked(opening, back.over, term.over) == seconds


@settings(max_examples=40, deadline=None)
@given(openings, instants, st.integers(1, 5), st.integers(1, 5))
def test_working_days_go_on_and_end_while_it_is_open(opening: Opening, begin: int, days: int, more: int) -> None:
    term, later = days_later(opening, begin, days, "UTC"), days_later(opening, begin, days + more, "UTC")
    if term.over is None:
        assert later.over is None
        return
    assert worked(opening, begin, term.over) > 0
    assert worked(opening, term.over - 1, term.over + 1) > 0
    assert later.over is None or later.over > term.over
    assert len(term.days) == days + 1
    assert list(term.days) == sorted(set(term.days))


@given(st.sampled_from(ZONES), instants)
def test_an_instant_is_shown_as_a_moment_and_read_again_never_earlier(zone: str, instant: int) -> None:
    again = instant_of(moment_of(instant, zone), zone)
    assert instant <= again <= instant + HOUR
    assert again == instant or wall(instant, zone) < wall(instant - HOUR, zone) + HOUR


def test_a_weekend_does_not_count() -> None:
    term = counted(OFFICE, at("2026-03-06 17:50"), 30 * 60)
    assert term.over == at("2026-03-09 09:20")
    assert term.parts == ((at("2026-03-06 17:50"), at("2026-03-06 18:00")), (at("2026-03-09 09:00"), term.over))
    assert counted(OFFICE, at("2026-03-06 17:50"), 10 * 60).over == at("2026-03-06 18:00")
    assert counted_back(OFFICE, at("2026-03-09 09:20"), 30 * 60).over == at("2026-03-06 17:50")


def test_a_night_shift_has_seven_hours_or_nine_where_clocks_change() -> None:
    night = Weekly("Europe/Berlin", frozenset(WEEKDAYS), 22 * HOUR, 6 * HOUR)
    assert worked(night, at("2026-03-28 20:00"), at("2026-03-29 12:00")) == 7 * HOUR
    assert worked(night, at("2026-10-24 20:00"), at("2026-10-25 12:00")) == 9 * HOUR
    twice = Weekly("Europe/Berlin", frozenset(WEEKDAYS), 2 * HOUR, 2 * HOUR + 1800)
    assert worked(twice, at("2026-10-24 20:00"), at("2026-10-25 12:00")) == HOUR
    assert worked(twice, at("2026-03-28 20:00"), at("2026-03-29 12:00")) == 0


def test_working_days_keep_the_hour_and_end_with_a_short_day() -> None:
    fridays = Weekly("Europe/Berlin", frozenset({"Fri"}), 9 * HOUR, 13 * HOUR)
    week = Some((Weekly("Europe/Berlin", frozenset(WEEKDAYS[:4]), 9 * HOUR, 18 * HOUR), fridays))

    def due(text: str, days: int) -> int | None:
        return days_later(week, at(text), days, "UTC").over

    assert due("2026-03-02 10:30", 2) == at("2026-03-04 10:30")
    assert due("2026-03-05 17:00", 1) == at("2026-03-06 13:00")  # that Friday is shorter
    assert due("2026-03-06 17:00", 1) == at("2026-03-10 09:00")  # Friday is over: Monday is the first day
    assert due("2026-03-07 12:00", 2) == at("2026-03-11 09:00")
    night = Weekly("Asia/Shanghai", frozenset(WEEKDAYS[:5]), 22 * HOUR, 6 * HOUR)
    assert days_later(night, at("2026-03-07 02:00", "Asia/Shanghai"), 1, "UTC").over == at(
        "2026-03-10 02:00", "Asia/Shanghai"
    )
    noon = Weekly("Pacific/Auckland", frozenset(WEEKDAYS[:5]), 9 * HOUR, 12 * HOUR)
    rest = Weekly("Pacific/Auckland", frozenset(WEEKDAYS[:5]), 13 * HOUR, 18 * HOUR)
    assert days_later(Some((noon, rest)), at("2026-03-05 14:00", "Pacific/Auckland"), 2, "UTC").over == at(
        "2026-03-09 14:00", "Pacific/Auckland"
    )
    always = days_later(Always(holds=True), at("2026-03-07 12:34"), 3, "Europe/Berlin")
    assert always.over == at("2026-03-10 12:34")


def test_hours_that_never_come_are_never_over_and_found_so_at_once() -> None:
    empty = Weekly("Europe/Berlin", frozenset(), 9 * HOUR, 18 * HOUR)
    for hours in (NEVER, empty, Each((OFFICE, Closed(OFFICE)))):
        assert counted(hours, SPRING, 1).over is None
        assert counted_back(hours, SPRING, 1).over is None
        assert days_later(hours, SPRING, 1, "UTC").over is None
        assert worked(hours, SPRING, SPRING + 10 * 366 * DAY) == 0
