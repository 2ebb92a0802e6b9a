"""Hours of a policy: told ahead, they hold in the very minutes in which their condition does, by both evaluators."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.clocks import WEEKDAYS
from meed.engine.calendar.windows import BEGINNING
from meed.engine.columns.columnar import Columns
from meed.engine.frames import Frame
from meed.engine.scalars.scalar import Env, Evaluator

from ..evaluators import checked, facts_of

HEAD = """policy "Hours" { currency: EUR  timezone: "ZONE" }
facts standard
facts rep { timezone: zone  works: set of weekday  starts: time  ends: time  until: moment? }
facts shift { id: key  rep: rep  days: set of weekday  starts: time  ends: time }
facts holiday { id: key  region: text  date: date }
facts leave { id: key  rep: rep  starts: date  ends: date }
facts outage { id: key  starts: moment  ends: moment }
let here of rep = local(now, rep.timezone)
let day of rep = date(here)
let shifts of rep = count of shift where shift.rep is rep and during(here, shift.days, shift.starts, shift.ends)
let holidays of rep = count of holiday over ever where holiday.region is rep.region and holiday.date is day
let seen of rep = count of holiday where holiday.date <= today and holiday.region is rep.region
let away of rep = count of leave where leave.rep is rep and leave.starts <= day and day <= leave.ends
let out = count of outage where outage.starts <= now and now < outage.ends
let weekend of rep = weekday(here) in ("Sat", "Sun")
"""
HOURS = (
    "during(local(now, rep.timezone), rep.works, rep.starts, rep.ends)",
    "shifts > 0 and away is 0",
    "shifts >= 1 and holidays is 0 and rep.on_duty",
    "not (weekend or away > 0) and time(here) >= rep.starts and rep.ends > time(here)",
    '(shifts > 0 or during(now, "Sat", 10:00, 14:00)) and out is 0',
    'rep.until is known and now < rep.until and weekday(today) is not "Wed"',
    "seen is 0 or time(now) < 12:00",
    "during(here, rep.works, rep.starts, rep.ends) and today < 2026-03-30 and (out is 0 or today is 2026-03-27)",
)
SPRING, AUTUMN = ("2026-03-27", "2026-10-23")

times = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.sampled_from([0, 30, 59]))
weekdays = st.sets(st.sampled_from(WEEKDAYS)).map(lambda found: ";".join(sorted(found)))
zones = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York"])


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, dict[str, list[Any]]], int]:
    """Two reps with their shifts and absences about a change of the clocks, and the moment from which to count."""
    first = draw(st.sampled_from([SPRING, AUTUMN]))
    days = [f"{first[:-2]}{int(first[-2:]) + more:02d}" for more in range(4)]
    day, shifts, leaves = st.sampled_from(days), draw(st.integers(0, 3)), draw(st.integers(0, 2))
    reps = st.sampled_from(["a", "b"])
    made: dict[str, dict[str, list[Any]]] = {
        "rep": {
            "id": ["a", "b"], "region": ["N", "S"], "on_duty": ["yes", draw(st.sampled_from(["yes", "no"]))],
            "timezone": [draw(zones), draw(zones)],
            "works": [draw(weekdays), draw(weekdays)], "starts": [draw(times), draw(times)],
            "ends": [draw(times), draw(times)], "until": [f"{draw(day)} 13:30", ""],
        },
        "shift": {
            "id": [f"S{at}" for at in range(shifts)], "rep": [draw(reps) for _ in range(shifts)],
            "days": [draw(weekdays) for _ in range(shifts)], "starts": [draw(times) for _ in range(shifts)],
            "ends": [draw(times) for _ in range(shifts)],
        },
        "leave": {
            "id": [f"V{at}" for at in range(leaves)], "rep": [draw(reps) for _ in range(leaves)],
            "starts": [draw(day) for _ in range(leaves)], "ends": [draw(day) for _ in range(leaves)],
        },
        "holiday": {"id": ["H1", "H2"], "region": ["N", "S"], "date": [draw(day), draw(day)]},
        "outage": {"id": ["O1"], "starts": [f"{draw(day)} 10:15"], "ends": [f"{draw(day)} 17:45"]},
        "lead": {"id": ["L1"], "created": [f"{days[0]} {draw(times)}"]},
    }  # fmt: skip
    return made, seconds(days[3])


def policy_of(hours: str, zone: str = "UTC") -> c.Policy:
    text = HEAD.replace("ZONE", zone)
    return checked(text + f"""let working of rep = {hours}
let worked of rep, lead = working_time(lead.created, now, working)
let due of rep, lead = lead.created + 5 hours of working
let due_days of rep, lead = lead.created + 2 days of working
let before of rep, lead = lead.created - 5 hours of working
let of_owner of rep, lead = working_time(lead.created, now, working of lead.owner)
""")  # fmt: skip


def read(policy: c.Policy, name: str) -> c.LetRead:
    let = policy.lets[name]
    args = tuple(c.Subject(c.Type("ref", kind=kind), kind) for kind in let.params)
    return c.LetRead(let.value.type, name, args, c.Window("scope"))


@pytest.mark.parametrize("hours", HOURS)
@settings(max_examples=4, deadline=None)
@given(tables())
def test_hours_told_ahead_hold_in_the_minutes_in_which_their_condition_does(
    hours: str, given_: tuple[dict[str, dict[str, list[Any]]], int]
) -> None:
    raw, end = given_
    policy = policy_of(hours)
    facts = facts_of(policy, raw)
    ev = Evaluator(policy, facts)
    working = read(policy, "working")
    created = ev.world.cell("lead", 0, "created")
    assert isinstance(created, int)
    for rep in (0, 1):
        minutes = [
            at for at in range(created, end, 60) if ev.holds(working, Env({"rep": rep}, BEGINNING, at + 1))
        ]  # as the decision of each minute would read it
        env = Env({"rep": rep, "lead": 0}, BEGINNING, end + 1)
        assert ev.value(read(policy, "worked"), env) == 60 * len(minutes)
        due = ev.value(read(policy, "due"), env)
        assert due == minutes[299] + 60 if len(minutes) >= 300 else due >= end
    rows = {"rep": np.array([0, 1]), "lead": np.array([0, 0])}
    first, last = (np.full(2, edge, dtype=np.int64) for edge in (BEGINNING, end + 1))
    columns = Columns(policy, facts)
    for name in ("worked", "due", "due_days", "before", "of_owner"):
        single = [ev.value(read(policy, name), Env({"rep": rep, "lead": 0}, BEGINNING, end + 1)) for rep in (0, 1)]
        made = columns.column(read(policy, name), Frame(rows, first, last)).to_fractions()
        assert made == single


@settings(max_examples=15, deadline=None)
@given(tables(), st.sampled_from(HOURS), st.integers(0, 2000), st.integers(0, 2000))
def test_what_is_added_is_measured_again_in_a_zone_whose_clocks_change(
    given_: tuple[dict[str, dict[str, list[Any]]], int], hours: str, one: int, other: int
) -> None:
    policy = policy_of(hours, "Europe/Berlin")
    raw, _ = given_
    ev = Evaluator(policy, facts_of(policy, raw))
    created = ev.world.cell("lead", 0, "created")
    assert isinstance(created, int)
    for rep in (0, 1):

        def worked(at: int, rep: int = rep) -> Any:
            return ev.value(read(policy, "worked"), Env({"rep": rep, "lead": 0}, BEGINNING, at + 1))

        due = ev.value(read(policy, "due"), Env({"rep": rep, "lead": 0}, BEGINNING, created + 1))
        if due < created + 80 * 365 * 86_400:
            assert 5 * 3600 <= worked(due) <= 6 * 3600  # an hour that is shown twice is not over before it is
        middle, end = created + 60 * min(one, other), created + 60 * max(one, other)
        assert 0 <= worked(middle) <= worked(end)
