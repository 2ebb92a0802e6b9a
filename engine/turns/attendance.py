"""Attendance: who is there for what a pool shares out, and who of them begins with it, new or after a long time."""

from __future__ import annotations

from collections.abc import Sequence

from ..calendar.waits import after
from .beginnings import Beginning
from .shares import ShareLedger
from .sharing_terms import SharingTerms

__all__ = ["attended"]


def attended(
    ledger: ShareLedger, terms: SharingTerms, pool: str, keys: Sequence[str], at: int
) -> tuple[Beginning, ...]:
    """Reps are there for a pool at a moment, in the declared order; posts the credits with which some of them begin.

    Whoever came new, or had no share for as long as the terms say, begins among those of them who are known, and among
    whoever began before. Nothing happens where the terms do not ask who is there.
    """
    if not terms.attended:
        return ()
    known = ledger.credits(pool)
    back = {key for key in keys if key in known and _is_back(terms, ledger.seen(pool, key), at)}
    there = [key for key in keys if key in known and key not in back]
    begun: list[Beginning] = []
    for key in keys:
        if there and (key in back or (key not in known and terms.newcomer != "zero")):
            moves = ledger.begin_anew(pool, key, terms.newcomer, there)
            credit = ledger.credit(pool, key)
            begun.append(Beginning(pool, key, terms.newcomer, key in back, credit, tuple(moves.items())))
            there.append(key)
    ledger.attend(pool, keys, at)
    return tuple(begun)


def _is_back(terms: SharingTerms, seen: int | None, at: int) -> bool:
    """Whether somebody who was there at a moment before begins anew now."""
    return terms.forgets is not None and seen is not None and after(seen, terms.forgets) <= at
