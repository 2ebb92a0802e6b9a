"""The deals of the year: won, lost, open and given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from .accounts import account_names
from .draws import allocated, chance, pick, shuffled
from .workforce import LAST, ON_LEAVE, REGION, WORKDAYS, Rep

__all__ = ["LEAST", "Deal", "made_deals", "size"]

WON, LOST, OPEN, CREDIT_NOTES = 4_484, 4_000, 1_500, 16
LEAST, MOST = 2_000_00, 900_000_00  # fen, of a deal that is no credit note
PRODUCTS = ("Platform", "Analytics", "Mobile", "Support plan", "Training", "云服务")

SEASON = (85, 60, 125, 90, 95, 120, 90, 90, 120, 85, 105, 135)  # closings by month
QUARTER_MOOD = (92, 102, 97, 109)  # percent of a rep's usual attainment
# Attainment in percent of quota from the weakest to the strongest rep of a type, and its swing by quarter.
STRENGTHS = (42, 70, 85, 95, 102, 110, 125, 152, 190)
SWING = {"competitive": 28, "achievement": 20, "self_appreciation": 18, "conservative": 9}
RENEWALS = {"competitive": 12, "achievement": 25, "self_appreciation": 35, "conservative": 82}  # percent
WIN_RATE = {"competitive": 48, "achievement": 52, "self_appreciation": 52, "conservative": 62}
# Ten equally frequent ranges of a deal's size in yuan; a few of the last one are far larger.
SIZES = (2_000, 3_100, 4_500, 6_200, 8_500, 12_000, 17_000, 25_000, 38_000, 65_000, 130_000)


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal; `amount` and `collected` in fen. The id is given when all deals are in order."""

    owner: str
    amount: int
    stage: str
    closed: date | None
    created: date
    account: str
    kind: str
    product: str
    region: str
    collected: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Accounts of one rep by kind of deal, each with its region."""

    new: Sequence[tuple[str, str]]
    renewal: Sequence[tuple[str, str]]


def portfolios(rng: Random, reps: Sequence[Rep]) -> dict[str, Portfolio]:
    """An account belongs to one rep, who knows its industry; most are in the region of the rep."""
    names, regions = account_names(rng), sorted(set(REGION.values()))

    def accounts(rep: Rep, count: int) -> list[tuple[str, str]]:
        out: list[tuple[str, str]] = []
        for _ in range(count):
            region = rep.region if chance(rng, 92) else pick(rng, regions)
            out.append((names[pick(rng, rep.skills)].pop(), region))
        return out

    return {rep.id: Portfolio(accounts(rep, 45), accounts(rep, 30)) for rep in reps if rep.id != ON_LEAVE}


def strengths(rng: Random, reps: Sequence[Rep]) -> dict[str, int]:
    """Usual attainment of each rep in percent: each type has its weak and its strong."""
    levels: dict[str, int] = {}
    for type_ in SWING:
        peers = shuffled(rng, [rep for rep in reps if rep.type == type_ and rep.id != ON_LEAVE])
        for place, rep in enumerate(peers):
            at = place * 100 * (len(STRENGTHS) - 1) // (len(peers) - 1)
            low, high = STRENGTHS[at // 100], STRENGTHS[min(at // 100 + 1, len(STRENGTHS) - 1)]
            level = low + (high - low) * (at % 100) // 100
            # Conservative reps stay nearer to the middle.
            levels[rep.id] = 104 + (level - 104) * 3 // 4 if type_ == "conservative" else level
    return levels


def size(rng: Random) -> int:
    """A deal's size in fen: mostly small, seldom very large."""
    place = rng.randrange(len(SIZES) - 1)
    low, high = SIZES[place], SIZES[place + 1]
    if place == len(SIZES) - 2 and chance(rng, 16):
        low, high = high, high * (7 if chance(rng, 25) else 2)
    return 100 * low + rng.randrange(100 * (high - low))


def priced(rng: Random, fen: int) -> int:
    """Within the limits; half of the deals are at a list price in whole hundreds of yuan."""
    fen = min(MOST, fen) if fen > LEAST else LEAST + rng.randrange(1_500_00)
    return fen // 100_00 * 100_00 if chance(rng, 50) else fen


def won_amounts(rng: Random, count: int, target: int) -> list[int]:
    """Amounts in fen that come close to the target of a quarter."""
    raw = [size(rng) for _ in range(count)]
    return [priced(rng, fen * target // sum(raw)) for fen in raw]


def collected(rng: Random, amount: int, closed: date) -> int:
    """What the customer has paid by the end of the year, in parts: older deals are paid more often."""
    days = (LAST - closed).days
    if chance(rng, 85 if days > 120 else 60 if days > 45 else 20):
        return amount
    return amount * pick(rng, (30, 50, 60, 70, 90) if days > 120 else (0, 0, 30, 50, 70)) // 100


def opened(rng: Random, rep: Rep, amount: int, closed: date) -> date:
    """Larger deals take longer; nobody has a deal from before they were hired."""
    day = closed - timedelta(days=5 + rng.randrange(40) + min(60, amount // 5_000_00))
    return max(rep.hired, day - timedelta(days=max(0, day.weekday() - 4)))


def closings(rng: Random, reps: Sequence[Rep], total: int, won: bool) -> dict[tuple[Rep, int], list[date]]:
    """Closing days of so many deals by rep and quarter; newcomers need a month, month ends are busy."""
    cells: list[tuple[Rep, int, list[date]]] = []
    for rep in reps:
        for month in range(1, 13):
            days = [d for d in WORKDAYS if d.month == month and rep.works_on(d)]
            cells.append((rep, month, [d for d in days if rep.works_on(d - timedelta(days=28))]))
    weights: list[int] = []
    for rep, month, days in cells:
        pace = 60 if rep.role == "team_lead" else 80 + int(rep.id[1:]) * 17 % 47
        rate = WIN_RATE[rep.type] if won else 100 - WIN_RATE[rep.type]
        weights.append(pace * rate * SEASON[month - 1] * len(days) * (60 + rng.randrange(81)))
    found: dict[tuple[Rep, int], list[date]] = defaultdict(list)
    for (rep, month, days), count in zip(cells, allocated(total, weights), strict=True):
        for _ in range(count):
            place = rng.randrange(len(days))
            place = max(place, rng.randrange(len(days))) if chance(rng, 60) else place
            found[rep, (month - 1) // 3].append(days[place])
    return found


def new_deal(rng: Random, rep: Rep, book: Portfolio, amount: int, stage: str, closed: date | None) -> Deal:
    """A deal of a rep with one of their accounts; renewals are won more often than lost."""
    bias = {"won": 6, "lost": -8, "open": 0}[stage]
    kind = "renewal" if chance(rng, RENEWALS[rep.type] + bias) else "new"
    account, region = pick(rng, book.renewal if kind == "renewal" else book.new)
    if closed is None:
        # Two draws: most open deals are young, some have been forgotten.
        days = [d for d in WORKDAYS[-105:] if d >= rep.hired]
        created = days[max(rng.randrange(len(days)), rng.randrange(len(days)))]
    else:
        created = opened(rng, rep, amount, closed)
    usual = PRODUCTS[3:] if kind == "renewal" and chance(rng, 60) else PRODUCTS
    paid = collected(rng, amount, closed) if closed and stage == "won" else 0
    return Deal(rep.id, amount, stage, closed, created, account, kind, pick(rng, usual), region, paid)


def credit_notes(rng: Random, won: Sequence[Deal], reps: Sequence[Rep]) -> list[Deal]:
    """A part of some won deals is given back weeks later, to the same account, and paid out at once."""
    stay = {rep.id for rep in reps if rep.left is None}
    likely = [(d, d.closed) for d in won if d.owner in stay and d.closed and d.amount > 20_000_00]
    early = [(d, closed) for d, closed in likely if closed.month <= 10]
    notes: list[Deal] = []
    for first, closed in shuffled(rng, early)[:CREDIT_NOTES]:
        later = [day for day in WORKDAYS if day > closed + timedelta(days=14)]
        place, back = rng.randrange(24), -(first.amount * (5 + rng.randrange(30)) // 100)
        asked, given = later[place], later[place + 2]
        notes.append(replace(first, amount=back, collected=back, created=asked, closed=given))
    return notes


def quarter_target(rng: Random, rep: Rep, quarter: int, level: int) -> int:
    """What a rep will win in a quarter, in fen: 32% to 218% of quota, by the days they were there."""
    swing = SWING[rep.type]
    percent = max(32, min(218, level * QUARTER_MOOD[quarter] // 100 + rng.randrange(2 * swing + 1) - swing))
    days = [day for day in WORKDAYS if (day.month - 1) // 3 == quarter]
    return rep.quota * percent * sum(map(rep.works_on, days)) // len(days)


def made_deals(rng: Random, reps: Sequence[Rep]) -> list[Deal]:
    """All deals in the order in which they were opened, which is the order of their ids."""
    books, levels = portfolios(rng, reps), strengths(rng, reps)
    deals: list[Deal] = []
    for (rep, quarter), days in closings(rng, reps, WON, won=True).items():
        amounts = won_amounts(rng, len(days), quarter_target(rng, rep, quarter, levels[rep.id]))
        for day, amount in zip(days, amounts, strict=True):
            deals.append(new_deal(rng, rep, books[rep.id], amount, "won", day))
    deals += credit_notes(rng, deals, reps)
    for (rep, _), days in closings(rng, reps, LOST, won=False).items():
        deals += [new_deal(rng, rep, books[rep.id], priced(rng, size(rng)), "lost", day) for day in days]
    # Who left has handed over what was open.
    there = [rep for rep in reps if rep.works_on(LAST)]
    for _ in range(OPEN):
        rep = pick(rng, there)
        deals.append(new_deal(rng, rep, books[rep.id], priced(rng, size(rng)), "open", None))
    deals.sort(key=lambda d: (d.created, d.closed or LAST, d.owner, d.account, d.amount))
    return [replace(d, id=f"D{n:05d}") for n, d in enumerate(deals, 1)]
