"""Watches over random histories, in plain Python: every hour is looked at, and nothing of the engine is used.

A history has deals and activities on whole hours. A rule is a tuple; `text_of` writes it as policy text, and
`fired` says when it fires, from what the reference says about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["HOUR", "START", "Deal", "History", "fired", "policy_text"]

HOUR = 3_600
START = datetime(2026, 3, 2)  # noqa: DTZ001 - by the policy's clocks
KINDS = ("call", "visit")
OPEN = "open"
"""Beside a number: so many hours that count only while it is open."""

Rule = tuple[Any, ...]
Condition = tuple[Any, ...]


@dataclass(frozen=True)
class Deal:
    """A deal: the hour in which it came, and its stage from one day on to the next."""

    key: str
    came: int
    stages: tuple[tuple[int, str], ...]  # (day, stage); the first one is from ever


@dataclass(frozen=True)
class Act:
    """An activity: its hour, what kind, about which deal, and whether it went well."""

    hour: int
    kind: str
    deal: str
    good: bool


@dataclass(frozen=True)
class History:
    """What happened, and to which hour it is looked at."""

    deals: tuple[Deal, ...]
    acts: tuple[Act, ...]
    until: int


# --- text ----------------------------------------------------------------------------------------------------

_HEAD = """policy "Oracle" { currency: EUR  timezone: "UTC" }
facts standard
facts deal { created: moment }
facts activity { good: flag }
let calls of deal = count of activity where activity.deal is deal and activity.kind is "call"
let visits of deal = count of activity where activity.deal is deal and activity.kind is "visit"
let run of deal = streak of activity.good where activity.deal is deal
let call of deal = latest of activity.at where activity.deal is deal and activity.kind is "call"
let open = during(now, ("Mon", "Tue", "Thu"), 08:00, 18:00) or during(now, "Fri", 22:00, 04:00)
let visit of deal = latest of activity.at where activity.deal is deal and activity.kind is "visit"
"""


def policy_text(rules: list[Rule]) -> str:
    """A policy of these rules."""
    lines = [f'  {_rule(rule)} notify deal.owner "{number}"' for number, rule in enumerate(rules, start=1)]
    return f"{_HEAD}watch deal {{\n" + "\n".join(lines) + "\n}\n"


def _rule(rule: Rule) -> str:
    if rule[0] == "when":
        return f"when {_condition(rule[1])}"
    word, wait, since, unless = rule
    made = f"{word} {_span(wait)}"
    made += f" since {since}" if since else ""
    return made + (f" unless {_condition(unless)}" if unless else "")


def _span(wait: int | tuple[str, int]) -> str:
    return f"{wait} hours" if isinstance(wait, int) else f"{wait[1]} hours of {OPEN}"


def _condition(node: Condition) -> str:
    match node:
        case ("and" | "or" as word, *parts):
            return f" {word} ".join(f"({_condition(part)})" for part in parts)
        case ("not", part):
            return f"not ({_condition(part)})"
        case ("rows", name, hours, op, number):
            read = name if hours is None else f"({name} over last {hours} hours)"
            return f"{read} {op} {number}"
        case ("before", left, op, right, (_, hours)):
            return f"{left} is known and {right} is known and {left} {op} {right} + {hours} hours of {OPEN}"
        case ("before", left, op, right, hours):
            sign = "+" if hours >= 0 else "-"
            known = f"{left} is known and {right} is known and "
            return known + f"{left} {op} {right} {sign} {abs(hours)} hours"
        case ("known", name):
            return f"{name} is known"
        case ("stage", word):
            return f'deal.stage is "{word}"'
        case _:
            raise AssertionError(node)


# --- meaning -------------------------------------------------------------------------------------------------


def fired(history: History, rules: list[Rule]) -> list[tuple[int, str, int]]:
    """Hour, deal and number of every rule that fires, in order."""
    found = [
        (hour, deal.key, number)
        for deal in history.deals
        for number, rule in enumerate(rules, start=1)
        for hour in _hours(history, deal, rule)
    ]
    return sorted(found)


def _hours(history: History, deal: Deal, rule: Rule) -> list[int]:
    hours = range(deal.came, history.until + 1)
    if rule[0] == "when":
        held = [False] + [_holds(history, deal, rule[1], hour) for hour in hours]
        return [hour for place, hour in enumerate(hours) if held[place + 1] and not held[place]]
    word, wait, since, unless = rule
    made: list[int] = []
    over: set[int] = set()
    for hour in hours:
        start = deal.came if not since else _latest(history, deal, since, hour)
        if start is None:
            continue
        passed, length = _passed(wait, start, hour), wait if isinstance(wait, int) else wait[1]
        if word == "after":
            due = start not in over and passed >= length
            over |= {start} if due else set()
        else:
            due = hour > start and passed > _passed(wait, start, hour - 1) and passed % length == 0
        if due and not (unless and _holds(history, deal, unless, hour)):
            made.append(hour)
    return made


def _passed(wait: int | tuple[str, int], start: int, hour: int) -> int:
    """How many hours have passed, all of them or those that are open."""
    return hour - start if isinstance(wait, int) else sum(map(_is_open, range(start, hour)))


def _is_open(hour: int) -> bool:
    day, clock = hour // 24 % 7, hour % 24  # it begins on a Monday
    return (day in {0, 1, 3} and 8 <= clock < 18) or (day == 4 and clock >= 22) or (day == 5 and clock < 4)


def _latest(history: History, deal: Deal, kind: str, hour: int) -> int | None:
    return max((act.hour for act in _acts(history, deal, hour) if act.kind == kind), default=None)


def _acts(history: History, deal: Deal, hour: int) -> list[Act]:
    return [act for act in history.acts if act.deal == deal.key and act.hour <= hour]


def _stage(deal: Deal, hour: int) -> str:
    return [stage for day, stage in deal.stages if day * 24 <= hour or day == 0][-1]


def _holds(history: History, deal: Deal, node: Condition, hour: int) -> bool:
    match node:
        case ("and", *parts):
            return all(_holds(history, deal, part, hour) for part in parts)
        case ("or", *parts):
            return any(_holds(history, deal, part, hour) for part in parts)
        case ("not", part):
            return not _holds(history, deal, part, hour)
        case ("rows", name, hours, op, number):
            return _compare(_counted(history, deal, name, hours, hour), op, number)
        case ("before", left, op, right, (_, hours)):
            one, other = _latest(history, deal, left, hour), _latest(history, deal, right, hour)
            if one is None or other is None:
                return False
            edge = next(
                later for later in range(other, other + 24 * 365) if _passed((OPEN, hours), other, later) == hours
            )
            return _compare(one, op, edge)
        case ("before", left, op, right, hours):
            one, other = _latest(history, deal, left, hour), _latest(history, deal, right, hour)
            return one is not None and other is not None and _compare(one, op, other + hours)
        case ("known", name):
            return _latest(history, deal, name, hour) is not None
        case ("stage", word):
            return _stage(deal, hour) == word
        case _:
            raise AssertionError(node)


def _counted(history: History, deal: Deal, name: str, hours: int | None, hour: int) -> int:
    acts = [act for act in _acts(history, deal, hour) if hours is None or act.hour > hour - hours]
    if name != "run":
        return sum(1 for act in acts if f"{act.kind}s" == name)
    count = 0
    for act in sorted(acts, key=lambda one: (one.hour, history.acts.index(one)), reverse=True):
        if not act.good:
            break
        count += 1
    return count


def _compare(left: int, op: str, right: int) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "is": left == right}[op]


# --- facts ---------------------------------------------------------------------------------------------------


def moment(hour: int) -> str:
    """An hour as a moment of a file."""
    return (START + timedelta(hours=hour)).strftime("%Y-%m-%d %H:%M")


def tables(history: History) -> dict[str, list[dict[str, object]]]:
    """The history as rows of files."""
    deals: list[dict[str, object]] = []
    for deal in history.deals:
        for day, stage in deal.stages:
            since = moment(24 * day)[:10] if day else ""
            deals.append(
                {"id": deal.key, "owner": "R", "created": moment(deal.came), "stage": stage, "valid_from": since}
            )
        acts: list[dict[str, object]] = [
            {
                "id": f"A{number:03}",
                "at": moment(act.hour),
                "kind": act.kind,
                "deal": act.deal,
                "good": "yes" if act.good else "no",
            }
            for number, act in enumerate(history.acts)
        ]
    return {"rep": [{"id": "R"}], "deal": deals, "activity": acts}
