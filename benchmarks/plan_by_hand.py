"""The plan as a loop over whole numbers, for a sample of reps: what every exact result has to be."""

from __future__ import annotations

from collections.abc import Sequence

from invented_deals import FIRST_DAY, Deals, month_of

__all__ = ["by_hand"]

TIERS = ((0, 4), (200_000_00, 6), (400_000_00, 8), (600_000_00, 10))  # from so many cents: percent
CAP = 48_000_00
PRIZES = (3_000_00, 2_000_00, 1_000_00)


def by_hand(deals: Deals, sample: Sequence[int]) -> tuple[dict[tuple[int, int], int], dict[int, list[int]]]:
    """Cents by rep and month (0 to 11), and by rep the cents of each of its deals in order of day, then key."""
    months: list[int] = month_of().tolist()
    booked = [[0] * 12 for _ in range(deals.reps)]
    chosen: dict[int, list[tuple[int, int, int]]] = {rep: [] for rep in sample}
    columns = zip(deals.rep.tolist(), deals.day.tolist(), deals.cents.tolist(), strict=True)
    for number, (rep, day, cents) in enumerate(columns):
        booked[rep][months[day - FIRST_DAY]] += cents
        if rep in chosen:
            chosen[rep].append((day, number, cents))
    paid: dict[tuple[int, int], int] = {}
    lines: dict[int, list[int]] = {}
    for rep in sample:
        lines[rep] = []
        for month in range(12):
            paid[rep, month] = _prize([booked[other][month] for other in range(deals.reps)], rep)
        quarter, total, before = -1, 0, 0
        for day, _, cents in sorted(chosen[rep]):
            month = months[day - FIRST_DAY]
            if month // 3 != quarter:
                quarter, total, before = month // 3, 0, 0
            total += cents
            after = _commission(total)
            paid[rep, month] += after - before
            lines[rep].append(after - before)
            before = after
    return paid, lines


def _commission(total: int) -> int:
    """Cents on the quarter so far, half a cent up."""
    hundredths = 0
    for (low, percent), (high, _) in zip(TIERS, (*TIERS[1:], (total, 0)), strict=True):
        hundredths += max(0, min(total, high) - low) * percent
    return (2 * min(hundredths, CAP * 100) + 100) // 200


def _prize(booked: list[int], rep: int) -> int:
    """Cents for the place among all; equals divide the prizes of their places, what is left goes to the first."""
    ahead = sum(other > booked[rep] for other in booked)
    equals = [other for other, cents in enumerate(booked) if cents == booked[rep]]
    pot = sum(PRIZES[ahead : ahead + len(equals)])
    each, left = divmod(pot, len(equals))
    return each + (equals.index(rep) < left)
