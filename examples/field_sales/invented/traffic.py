"""What comes in and what is done about it: leads and activities."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random

from .accounts import INDUSTRIES
from .draws import allocated, chance, pick, shuffled, weighed
from .pipeline import LEAST, Deal, size
from .workforce import FREE_DAYS, LAST, WORKDAYS, Rep

__all__ = ["activity_rows", "lead_rows"]

LEADS, RETURNING_LEADS, ACTIVITIES = 5_000, 400, 15_000
LEAD_REGIONS = {"East": 36, "South": 32, "North": 17, "West": 15}
LEAD_SOURCES = {"web": 42, "referral": 14, "exhibition": 14, "partner": 17, "campaign": 13}
FAIRS = ("2026-04-16T17:30", "2026-06-11T17:00", "2026-11-06T16:45")
ACTIVITY_MIX = {
    "competitive": {"call": 55, "mail": 20, "meeting": 17, "visit": 8},
    "achievement": {"call": 45, "mail": 25, "meeting": 20, "visit": 10},
    "self_appreciation": {"call": 30, "mail": 25, "meeting": 30, "visit": 15},
    "conservative": {"call": 30, "mail": 30, "meeting": 15, "visit": 25},
}


def lead_times(rng: Random) -> list[str]:
    """Minutes of the year, mostly in working hours; three fairs bring a dozen leads in one minute each."""
    times = [fair for fair in FAIRS for _ in range(12)]
    while len(times) < LEADS:
        day = pick(rng, FREE_DAYS if chance(rng, 7) else WORKDAYS)
        minute = 7 * 60 + rng.randrange(16 * 60) if chance(rng, 12) else 9 * 60 + rng.randrange(9 * 60)
        times.append(f"{day}T{minute // 60:02d}:{minute % 60:02d}")
    return sorted(times)


def lead_status(rng: Random, created: date) -> str:
    """As it stands at the end of the year."""
    days = (LAST - created).days
    if days < 10:
        return "new" if chance(rng, 70) else "working"
    return "working" if chance(rng, 75 if days < 45 else 6) else "converted" if chance(rng, 34) else "lost"


def lead_row(rng: Random, time: str, owner: Rep | None) -> list[object]:
    """A lead without its id; of an account that comes back, it is of the kind that its owner knows."""
    region, industry = weighed(rng, LEAD_REGIONS), pick(rng, list(INDUSTRIES))
    source = "exhibition" if time in FAIRS else weighed(rng, LEAD_SOURCES)
    if owner is not None:
        region, industry, source = owner.region, pick(rng, owner.skills), "referral"
    fen = min(2_000_000_00, size(rng) * pick(rng, (1, 1, 2, 4, 8)))
    value = max(LEAST, fen) // 100_00 * 100
    segment = "small" if value < 20_000 else "medium" if value < 150_000 else "large"
    score = min(100, 10 + rng.randrange(70) + rng.randrange(15) + (20 if source == "referral" else 0))
    language = "en" if chance(rng, 18) else "zh"
    status = lead_status(rng, date.fromisoformat(time[:10]))
    known = owner.id if owner else ""
    return [time, source, region, industry, language, segment, value, score, known, status]


def lead_rows(rng: Random, reps: Sequence[Rep]) -> list[list[object]]:
    """All leads in the order in which they came, which is the order of their ids."""
    times = lead_times(rng)
    one_off = [n for n, time in enumerate(times) if time not in FAIRS]
    returning = set(shuffled(rng, one_off)[:RETURNING_LEADS])
    rows: list[list[object]] = []
    for n, time in enumerate(times):
        there = [rep for rep in reps if rep.works_on(date.fromisoformat(time[:10]))]
        owner = pick(rng, there) if n in returning else None
        rows.append([f"L{n + 1:05d}", *lead_row(rng, time, owner)])
    return rows


def between(days: Sequence[date], first: date, last: date) -> Sequence[date]:
    """Those of the days, which are in order, from the first to the last, both included."""
    return days[bisect_left(days, first) : bisect_right(days, last)]


def activity_rows(rng: Random, reps: Sequence[Rep], deals: Sequence[Deal]) -> list[list[object]]:
    """All activities in order of time: on working days of the rep, two in three about a deal then open."""
    own: dict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        own[deal.owner].append(deal)
    present = {rep: [day for day in WORKDAYS if rep.works_on(day)] for rep in reps}
    pace = [len(days) * (rng.randrange(60, 140) + 30 * (rep.role == "prospecting")) for rep, days in present.items()]
    found: list[tuple[str, str, str, str]] = []
    for (rep, days), count in zip(present.items(), allocated(ACTIVITIES, pace), strict=True):
        for _ in range(count):
            deal = pick(rng, own[rep.id]) if chance(rng, 70) else None
            open_days: Sequence[date] = between(days, deal.created, deal.closed or LAST) if deal else []
            minute = 8 * 60 + 30 + rng.randrange(10 * 60)
            at = f"{pick(rng, open_days or days)}T{minute // 60:02d}:{minute % 60:02d}"
            about = deal.id if deal and open_days else ""
            found.append((at, rep.id, weighed(rng, ACTIVITY_MIX[rep.type]), about))
    return [[f"A{n:05d}", rep, at, kind, about] for n, (at, rep, kind, about) in enumerate(sorted(found), 1)]
