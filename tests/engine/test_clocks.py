"""Clocks of other places: what they show, twice a year too; and hours that may pass midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.clocks import WEEKDAYS, during, local
from meed.engine.calendar.days import SECONDS_PER_DAY, weekday
from meed.engine.calendar.periods import within

from ..evaluators import checked, facts_of, values_by_both, year_of

ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by whichever clock is read


def at(text: str) -> int:
    """The seconds of a moment as a clock shows it."""
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds())


def shown(seconds: int | None) -> str:
    assert seconds is not None
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M}"


moments = st.integers(at("2020-01-01"), at("2030-01-01"))


@given(moments, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_a_moment_is_what_the_other_clock_shows_at_the_same_instant(moment: int, home: str, zone: str) -> None:
    instant = datetime.fromtimestamp(moment, UTC)
    here = instant.astimezone(ZoneInfo(home)).replace(tzinfo=None)
    there = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if instant.astimezone(ZoneInfo(home)).fold == 0:  # the second of two hours alike is read as the first
        assert local(int((here - EPOCH).total_seconds()), home, zone) == int((there - EPOCH).total_seconds())


@pytest.mark.parametrize(
    ("moment", "home", "zone", "there"),
    [
        ("2026-03-05 11:40", "UTC", "Asia/Shanghai", "2026-03-05 19:40"),
        ("2026-03-29 00:59", "UTC", "Europe/Berlin", "2026-03-29 01:59"),
        ("2026-03-29 01:00", "UTC", "Europe/Berlin", "2026-03-29 03:00"),
        ("2026-10-25 00:30", "UTC", "Europe/Berlin", "2026-10-25 02:30"),
        ("2026-10-25 01:30", "UTC", "Europe/Berlin", "2026-10-25 02:30"),
        ("2026-10-25 02:30", "Europe/Berlin", "UTC", "2026-10-25 00:30"),
        ("2026-03-29 02:30", "Europe/Berlin", "UTC", "2026-03-29 01:30"),
        ("2026-03-29 02:30", "Europe/Berlin", "Europe/Berlin", "2026-03-29 03:30"),
    ],
)
def test_gaps_and_overlaps_are_read_as_stated(moment: str, home: str, zone: str, there: str) -> None:
    assert shown(local(at(moment), home, zone)) == there


def test_a_moment_before_all_calendars_has_no_clock() -> None:
    assert local(-(1 << 39), "UTC", "Asia/Shanghai") is None


@given(moments, st.sets(st.sampled_from(WEEKDAYS)), st.integers(0, 24), st.integers(0, 24))
def test_hours_are_those_that_a_walk_through_them_meets(moment: int, days: set[str], begin: int, end: int) -> None:
    hours = end - begin if begin < end else 24 - begin + end
    met = False
    for back in (0, 1):
        day = moment // SECONDS_PER_DAY - back
        start = day * SECONDS_PER_DAY + begin * 3600
        met = met or (WEEKDAYS[weekday(day)] in days and start <= moment < start + hours * 3600)
    assert during(moment, frozenset(days), begin * 3600, end * 3600) == met


def _lasts(first: str, hours: int) -> int:
    """How many quarters of an hour of a UTC stretch lie in a night shift from 22:00 to 06:00 in Berlin."""
    quarters = range(at(first), at(first) + hours * 3600, 900)
    clocks = [local(moment, "UTC", "Europe/Berlin") for moment in quarters]
    return sum(during(clock or 0, "Sat", 22 * 3600, 6 * 3600) for clock in clocks)


def test_a_night_shift_is_an_hour_shorter_or_longer_where_clocks_change() -> None:
    assert _lasts("2026-03-28 12:00", 36) == 7 * 4
    assert _lasts("2026-10-24 12:00", 36) == 9 * 4
    assert _lasts("2026-11-07 12:00", 36) == 8 * 4


# --- in both evaluators --------------------------------------------------------------------------------------

HEAD = """policy "p" { currency: CNY  timezone: "Europe/Berlin" }
facts standard
facts rep { zone: zone?  on: set of weekday?  off: weekday  starts: time?  ends: time  since: moment?  level: count }
facts leave { id: key  rep: rep  starts: date  ends: date  weight: number }
facts shift { id: key  rep: rep  on: set of weekday  starts: time  ends: time }
facts visit { id: key  rep: rep  made: date  level: count }
"""
LETS = {
    "here": "local(now, rep.zone) else now",
    "since": "(local(rep.since, rep.zone) else now) - now",
    "works": "choose { when (during(here, rep.on, rep.starts, rep.ends) else yes): 1  otherwise: 0 }",
    "alike": "(choose { when (during(here, rep.off, rep.ends, rep.ends) else no): 2  otherwise: 1 })",
    "away": "count of leave where leave.rep is rep and leave.starts <= today and leave.ends >= today",
    "load": "sum of leave.weight where leave.rep is rep and leave.starts <= date(now) and rep.level > 1",
    "longest": "(highest of leave.weight where leave.rep is rep and leave.starts <= today) else 0",
    "shifts": "count of shift where shift.rep is rep and during(here, shift.on, shift.starts, shift.ends)",
    "peers": "count of visit where visit.level >= rep.level and visit.made <= today",
    "recent": "count of visit over last 30 days where visit.rep is rep and visit.level < rep.level",
    "later": "count of visit over ever where visit.rep is rep and visit.made > today",
    "average_of": "(average of visit.level where visit.rep is rep and visit.level <= rep.level) else 0",
    "different": "distinct of visit.level where visit.level is not rep.level",
}
DAYS = st.sampled_from(
    ["2025-12-31", "2026-02-01", "2026-03-29", "2026-03-31", "2026-06-15", "2026-10-25", "2027-01-03"]
)


@st.composite
def rows(draw: st.DrawFn, columns: dict[str, st.SearchStrategy[str]], least: int = 0) -> dict[str, list[str]]:
    """A table with these columns and keys of its own."""
    count = draw(st.integers(least, 5))
    made = {name: draw(st.lists(cells, min_size=count, max_size=count)) for name, cells in columns.items()}
    return {"id": [f"k{number}" for number in range(count)], **made}


def words(*options: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options)


HOURS = words("00:00", "09:00", "18:00", "22:00", "06:30")
REP = {
    "zone": words("", "Asia/Shanghai", "America/New_York", "Europe/Berlin"),
    "on": words("", "Mon;Tue", "Sat;Sun;Wed", "Thu"),
    "off": words("Mon", "Sun", "Thu"),
    "starts": words("", "09:00", "22:00", "00:00"),
    "ends": HOURS,
    "since": words("", "2026-03-29 02:30", "2026-10-25 02:30", "2026-06-01 12:00"),
    "level": words("0", "1", "2", "3"),
}
IS_REP = words("k0", "k1")


@given(
    st.sampled_from(sorted(LETS)),
    rows(REP, 2),
    rows({"rep": IS_REP, "starts": DAYS, "ends": DAYS, "weight": words("1", "2.5", "-1")}),
    rows({"rep": IS_REP, "on": words("Mon;Tue;Wed", "Sat;Sun"), "starts": HOURS, "ends": HOURS}),
    rows({"rep": IS_REP, "made": DAYS, "level": words("0", "1", "2", "3")}),
)
def test_both_evaluators_agree_on_clocks_and_on_rows_picked_for_a_reader(
    name: str, rep: dict[str, list[str]], leave: dict[str, list[str]], shift: dict[str, list[str]],
    visit: dict[str, list[str]],
) -> None:  # fmt: skip
    policy = policy_of(name)
    facts = facts_of(policy, {"rep": rep, "leave": leave, "shift": shift, "visit": visit})
    periods = [year_of(policy), *within(year_of(policy), "month"), *within(year_of(policy, 2025), "week")]
    single, columns = values_by_both(policy, facts, name, periods)
    assert single == columns


def policy_of(name: str) -> c.Policy:
    values = {"here": LETS["here"], name: LETS[name]}
    lets = "".join(f"let {let} of rep = {value}\n" for let, value in values.items())
    read = f"choose {{ when {name} is {name}: 1  otherwise: 0 }}"
    return checked(f"{HEAD}{lets}scheme all for every rep per month {{ pay x = 1 CNY * {read} }}")
