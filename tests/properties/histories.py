"""Policies in which everything that an `assign` can say meets, and random histories for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.facts import Facts
from meed.engine.life import Activate, Arrive, Change, Event, Fire, Move, Tick
from meed.engine.life.events import Changes

from ..evaluators import checked, facts_of

__all__ = ["POLICIES", "START", "events_of", "histories", "loaded"]

START = 1_775_520_000  # 2026-04-07 00:00, a Tuesday
MINUTE, HOUR, DAY = 60, 3_600, 86_400

HEAD = """policy "NAME" { version: "1"  currency: EUR  timezone: "Europe/Berlin" }
facts standard
facts team { part: number }
facts rep { score: number?  team: team  timezone: zone }
facts shift { id: key  rep: rep  days: set of weekday  starts: time  ends: time }
facts leave { id: key  rep: rep  starts: date  ends: date }
facts holiday { id: key  date: date  works: flag }
facts lead { domain: text?  visit: moment? }
let here of rep = local(now, rep.timezone)
let day of rep = date(here)
let shifts of rep = count of shift where shift.rep is rep and during(here, shift.days, shift.starts, shift.ends)
let away of rep = count of leave where leave.rep is rep and leave.starts <= day and day <= leave.ends
let closed = count of holiday over ever where holiday.date is today and not holiday.works
let workday = weekday(today) not in ("Sat", "Sun") and closed is 0
let office = workday and time(now) >= 08:00 and time(now) < 17:00
let at_work of rep = shifts > 0 and away is 0
let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
let busy of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
  and assignment.lead is known and assignment.lead.status is "open"
let open_leads of rep = count of lead where lead.owner is rep and lead.status is "open"
let touched of lead = latest of activity.at where activity.lead is lead
let last_call of rep = latest of activity.at where activity.rep is rep
let sibling of lead = latest of other.assigned where other.source is lead.source and other.region is lead.region
let owner_called of lead = last_call of lead.owner
let calls of rep = count of activity where activity.rep is rep and activity.kind is "call"
let left of rep, lead = latest of assignment.ended where assignment.lead is lead and assignment.rep is rep
let twin_owner of lead = latest of other.owner where lower(other.domain else "") is lower(lead.domain else "-")
let twins of lead = count of other where other.account is known and lead.account is known and other.account is lead.account
let alike of rep, lead = count of other where other.owner is rep and other.source is lead.source
let skill of rep = rep.score else 0
let worth of rep = sum of lead.value on lead.assigned where lead.owner is rep
credit received to lead.owner on lead.assigned = 1
credit taken to assignment.rep on assignment.began = 1 when assignment.lead is known and assignment.lead.segment is "key"
"""
BODIES = {
    "shifts": """assign lead { extend: 9 hours of office
  needs rep.on_duty and away is 0
  rule asked when lead.region is "N"
    to any rep where at_work and rep.region is lead.region by fewest holds accept within 1 hour of at_work
    to any rep by round_robin accept within 2 hours of office
    if nobody next
  rule late when working_time(lead.created, now, office) > 4 hours hold "late"
  otherwise to any rep by capability_weighted rep.capacity accept within 30 minutes
  if nobody hold "desk"
  after 4 hours of office since lead.created unless lead.owner is known hold "late"
  after 2 hours of at_work of lead.owner since touched return
  every 3 hours of office unless lead.owner is missing notify lead.owner "look"
  after 1 day of office next
}""",
    "teams": """assign lead { queue: QUEUE  newcomer: average  leave: 2 days  order: longest_waiting
  needs rep.on_duty and holds < rep.capacity
  rule pilot when lot("pilot") < 30% to any rep where lead.region is rep.region
    by round_robin accept within 90 minutes
  rule known when twin_owner is known and twins < 3 to twin_owner if nobody next
  otherwise to any rep within rep.team by capability_weighted rep.team.part, round_robin accept within 2 hours
  if nobody hold "queue"
  every 5 hours unless lead.status is "open" next
  after 9 hours return
}""",
    "pool": """assign lead { decline: uses_turn  timeout: gives_turn_back  extend: 2 days
  needs rep.on_duty and (left is missing or now >= left + 2 hours) and (received over last 3 hours) < 3
  rule open when lead.region is "N"
    to any rep where rep.region is lead.region by claim accept within 90 minutes
    to any rep where at_work by claim accept within 3 hours of office
    to any rep by random accept within 1 hour
  rule own when lead.account_owner is known
    to lead.account_owner accept within 20 minutes
    to any rep where rep.team is lead.account_owner.team by deck
  otherwise to any rep where busy < 2 and (taken over last 1 day) < 2 by best calls, fewest alike
  if nobody return
  after 1 hour since touched notify lead.owner "call"
  after 2 hours since owner_called notify lead.owner "idle"
  after 5 hours since sibling unless lead.owner is missing next
  every 6 hours unless lead.owner is missing return
  after 1 day hold "old"
}""",
    "measures": """let first of lead = choose { when lead.segment is "key": 2  otherwise: 1 }
assign lead { queue: first  fair_in: value  band: 100  zero_weight: mean_of_others  order: hired  manual: MANUAL
  needs rep.on_duty and busy < rep.capacity and (during(now, ("Mon", "Tue", "Wed", "Thu"), 07:00, 20:00) or rep.region is "N")
  rule many when twins > 1 and lead.segment is "key" to any rep by fewest (total worth) if nobody next
  rule deck when lead.region is "N" to any rep within rep.region by deck, fewest open_leads, best skill
  rule least when lead.segment is "key" to any rep by fewest worth accept within 4 hours
  otherwise to any rep by capability_weighted skill
  if nobody hold "queue"
  after 3 hours since lead.first_contact notify lead.owner "again"
  after 8 hours since lead.visit unless lead.owner is known next
}""",
    "plain": """assign lead { queue: oldest_first
  needs rep.on_duty and holds < rep.capacity and (taken over last 2 days) < 4
  rule known when twin_owner is known to twin_owner accept within 1 hour if nobody next
  rule team when lead.account_owner is known to any rep within rep.region by deck, best calls accept within 4 hours of at_work
  otherwise to any rep by fewest busy, best alike
  if nobody hold "queue"
}""",
    "bare": """assign lead { newcomer: average
  needs rep.on_duty
  rule key when lead.segment is "key" to any rep where holds < 2 by capability_weighted rep.capacity
    to any rep by fewest holds
  rule mine when lead.account_owner is known to any rep where (left is missing or lead.account_owner is rep) and (office or rep.region is "N") by deck
  otherwise to any rep by fewest holds, best (received over day)
  if nobody hold "queue"
}""",
    "days": """assign lead { queue: newest_first  leave: 3 days  newcomer: last_in_line
  needs rep.on_duty and (received over day) < 2 and rep.hired <= today
  rule team when lead.account_owner is known
    to any rep where rep.team is lead.account_owner.team by round_robin accept within 1 day
    to any rep within rep.team by round_robin, best skill accept within 6 hours of at_work
  rule soon when lead.visit is known and now >= lead.visit - 4 hours of office to any rep where at_work by round_robin if nobody next
  otherwise to any rep by best (open_leads + 1), fewest (received over last 2 days)
  if nobody hold "tomorrow"
  after 1 day since touched unless lead.status is "done" next
  after 10 hours of office return
}""",
}


def policy(name: str, **said: str) -> c.Policy:
    text = HEAD.replace("NAME", name) + BODIES[name]
    for word, value in {"QUEUE": "oldest_first", "MANUAL": "uses_turn", **said}.items():
        text = text.replace(word, value)
    return checked(text)


POLICIES = {name: policy(name) for name in BODIES}
REPS, TEAMS = "abcd", "xyz"
LEADS = [f"L{number}" for number in range(9)]

FIRST: dict[str, dict[str, list[Any]]] = {
    "team": {"id": list(TEAMS), "part": ["1", "2", "1"]},
    "rep": {
        "id": list(REPS), "name": ["Ann", "Ben", "Cem", "Dan"], "on_duty": ["yes"] * 4, "team": ["x", "x", "y", "z"],
        "region": ["N", "S", "N", "S"], "capacity": ["1", "2", "3", "2"], "score": ["1", "2", "", "0"],
        "hired": ["2020-01-04", "2020-01-03", "2020-01-02", "2026-04-08"], "timezone": ["Europe/Berlin"] * 3 + ["Asia/Tokyo"],
    },
    "shift": {
        "id": ["A", "B", "C"], "rep": ["a", "b", "d"], "days": ["Mon;Tue;Wed", "Tue;Thu;Fri", "Mon;Tue;Wed;Thu"],
        "starts": ["08:00", "12:00", "22:00"], "ends": ["16:00", "20:00", "06:00"],
    },
    "holiday": {"id": ["H1"], "date": ["2026-04-09"], "works": ["no"]},
    "account": {"id": ["A1", "A2"], "owner": ["a", "c"]},
    "lead": {
        "id": ["P1", "P2", "P3"], "created": ["2026-04-05 10:00", "2026-04-06 11:00", "2026-04-06 12:00"],
        "owner": ["a", "b", ""], "assigned": ["2026-04-06 10:00", "", ""], "region": ["N", "S", "N"], "status": ["open"] * 3,
        "segment": ["key", "any", "any"], "value": ["100", "50", "20"], "domain": ["m", "", "n"], "source": ["web"] * 3,
        "account": ["A1", "", "A2"], "account_owner": ["a", "", ""], "visit": ["", "", ""], "first_contact": ["", "", ""],
    },
}  # fmt: skip


def loaded(policy: c.Policy) -> Facts:
    """The facts that every history begins with, as a policy reads them."""
    return facts_of(policy, FIRST)


def some(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


REP, LEAD = some("a b c d e"), some(" ".join([*LEADS, "P1", "P2", "P3"]))
LATER = st.sampled_from([0, 0, 0, 1, 1, 5, 15, 30, 59, 60, 61, 90, 120, 240, 300, 600])
MOMENT = st.integers(-4, 30)
WHAT = st.one_of(
    st.tuples(st.just("arrive"), some(" ".join(LEADS)), some("N S"), some("key any"), some("0 10 100 250"), some("m n - M"),
              some("- A1 A2"), some("- - a b c"), some("web fair"), st.one_of(st.none(), MOMENT)),
    st.tuples(st.just("rep"), REP, st.sampled_from([
        ("on_duty", True), ("on_duty", False), ("capacity", 0), ("capacity", 1), ("capacity", 3), ("region", "N"), ("region", "S"),
        ("team", "x"), ("team", "y"), ("team", "z"), ("score", 0), ("score", "0.5"), ("score", 3), ("score", None),
        ("hired", "2019-01-01"), ("hired", "2026-04-07"), ("hired", "2026-04-10"), ("timezone", "Asia/Tokyo"), ("timezone", "UTC"),
        ("name", "Nobody"),
    ])),
    st.tuples(st.just("lead"), LEAD, st.sampled_from([
        ("region", "N"), ("region", "S"), ("segment", "key"), ("segment", "any"), ("value", 5), ("value", 200), ("status", "open"),
        ("status", "done"), ("domain", "m"), ("domain", "N"), ("domain", None), ("source", "web"), ("source", "fair"),
        ("account", "A1"), ("account", None), ("account_owner", "a"), ("account_owner", "d"), ("account_owner", None),
    ])),
    st.tuples(st.just("dated"), LEAD, some("visit first_contact"), MOMENT),
    st.tuples(st.just("touch"), LEAD, some("X Y Z"), REP, some("call mail"), MOMENT),
    st.tuples(st.just("part"), some("x y z w"), st.integers(0, 3)),
    st.tuples(st.just("shift"), some("A B C D"), REP, some("Mon;Tue Wed Tue;Wed;Thu;Fri;Sat"), some("00:00 08:00 13:00 22:00"), some("06:00 12:00 16:00")),
    st.tuples(st.just("leave"), some("V W"), REP, st.integers(-1, 4), st.integers(0, 2)),
    st.tuples(st.just("holiday"), some("H1 H2"), st.integers(-1, 5), st.booleans()),
    st.tuples(st.just("duties"), some("ab cd abcd e"), st.booleans()),
    st.tuples(st.just("move"), LEAD, some("accept decline confirm release return transfer override claim extend close"),
              st.one_of(st.just(""), REP), REP, some("boss -")),
    st.tuples(st.just("move"), LEAD, some("accept accept decline release claim close"), st.just(""), REP, st.just("-")),
    st.tuples(st.just("fire"), LEAD, some("return hold next notify"), REP),
    st.tuples(st.just("tick")),
    st.tuples(st.just("policy"), st.integers(0, 9)),
)  # fmt: skip
STEP = st.tuples(LATER, WHAT)


def histories(most: int) -> st.SearchStrategy[list[Any]]:
    """Lists of steps: minutes since the one before, and what happens then."""
    return st.lists(STEP, min_size=most // 2, max_size=most)


def _shown(moment: int) -> str:
    day, second = divmod(moment, DAY)
    date = np.datetime64("1970-01-01") + day
    return f"{date} {second // HOUR:02d}:{second % HOUR // MINUTE:02d}"


def events_of(steps: list[Any], policies: list[c.Policy]) -> list[Event]:
    """The events of a history."""
    at, made = START + 7 * HOUR, list[Event]()
    for later, what in steps:
        at += later * MINUTE
        made.append(_event(at, what, policies))
    return made


def _event(at: int, what: tuple[Any, ...], policies: list[c.Policy]) -> Event:
    match what:
        case ("arrive", key, region, segment, value, domain, account, owner, source, visit):
            fact = {
                "id": key, "region": region, "segment": segment, "value": value, "domain": domain, "source": source,
                "account": None if account == "-" else account, "account_owner": None if owner == "-" else owner,
                "status": "open", "visit": None if visit is None else _shown(at + visit * HOUR), "created": None,
                "first_contact": None,
            }  # fmt: skip
            return Arrive(at, "lead", fact)
        case ("rep", key, (column, value)):
            whole = {
                "name": "Eve", "on_duty": True, "team": "y", "region": "N", "capacity": 2, "score": 1, "hired": "2026-04-07",
                "timezone": "UTC",
            }  # fmt: skip
            return Change(at, "rep", key, (whole if key == "e" else {}) | {column: value})
        case ("lead", key, (column, value)):
            return Change(at, "lead", key, {column: value})
        case ("dated", key, column, hours):
            return Change(at, "lead", key, {column: _shown(at + hours * HOUR)})
        case ("touch", key, activity, rep, kind, hours):
            values = {"lead": key, "rep": rep, "kind": kind, "at": _shown(at + hours * HOUR)}
            return Change(at, "activity", activity, values)
        case ("part", team, part):
            return Change(at, "team", team, {"part": part})
        case ("shift", key, rep, days, starts, ends):
            values = {"rep": rep, "days": days.split(";"), "starts": starts, "ends": ends}
            return Change(at, "shift", key, values)
        case ("leave", key, rep, later, days):
            begins = at // DAY + later
            values = {"rep": rep, "starts": _shown(begins * DAY)[:10], "ends": _shown((begins + days) * DAY)[:10]}
            return Change(at, "leave", key, values)
        case ("holiday", key, later, works):
            return Change(at, "holiday", key, {"date": _shown(at + later * DAY)[:10], "works": works})
        case ("duties", reps, value):
            return Changes(at, "rep", {rep: {"on_duty": value} for rep in reps})
        case ("move", key, word, rep, to, by):
            given = to if word in {"transfer", "override"} else ""
            said = {"by": "boss", "reason": "so"} if by == "boss" or word == "override" else {"reason": "so"}
            return Move(at, "lead", key, word, rep or (to if word == "claim" else ""), to=given, **said)
        case ("fire", key, does, to):
            return Fire(at, "lead", key, does, at, "watch", ("it fired",), text="desk", to=to)
        case ("policy", number):
            return Activate(at, policies[number % len(policies)].hash)
        case _:
            return Tick(at)
