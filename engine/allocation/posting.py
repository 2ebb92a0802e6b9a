"""Posting: what a batch leaves as credit, and what everybody was owed, could have and got, pool by pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..turns.shares import SCALE, ShareLedger
from .bands import Bin
from .batch import SharedOut, Valued
from .network import NotLeastCost
from .owed import posted

__all__ = ["PoolLine", "post_facts", "post_values"]


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A rep in a pool of a batch, in facts, or in `value` where facts are shared out by that.

    `owed`: by this batch, as text a fraction; `near` the same to far beyond what is shown. `carried` and `credit`:
    before and after. `least`, `most`: what the rep could have; `got`: what it has. `facts`: how many facts, and how
    many it could have at least and at most. `limit`: the most facts it could take in all. `banded`: a band widens both.
    """

    pool: str
    rep: str
    owed: str
    near: Fraction
    carried: Fraction
    least: Fraction
    most: Fraction
    got: Fraction
    credit: Fraction
    facts: tuple[int, int, int]
    limit: int | None
    banded: bool = False

    @property
    def within(self) -> bool:
        """Whether the bounds were kept."""
        return self.least <= self.got <= self.most and self.facts[1] <= self.facts[0] <= self.facts[2]

    @property
    def obstacle(self) -> str:
        """Why a band was missed: the limit, or the filters, which nobody else passes or too few pass."""
        if self.got < self.least and self.limit is not None:
            return f"a condition lets {self.rep} take no more than {self.limit}"
        if self.got < self.least:
            return f"too few facts could go to {self.rep}, whom earlier turns left {_thousandths(self.carried)} owed"
        return f"too few others could take what {self.rep} has"


def _thousandths(value: Fraction) -> str:
    milli = (abs(value) * 1000 + Fraction(1, 2)).__floor__()
    return f"{milli // 1000}.{milli % 1000:03d}"


def post_facts(shared: SharedOut, names: Sequence[str], ledger: ShareLedger) -> tuple[PoolLine, ...]:
    """Post a batch that is shared out by number. `names`: reps by place in the declared order."""
    bands, served = shared.bands, _served(shared, names)
    slack = {claim.step.pool: claim.step.band for claim in shared.claims}
    lines: list[PoolLine] = []
    for number, pool in enumerate(bands.pools):
        bins = [one for one in bands.bins if one.pool == number]
        got = {names[one.place]: shared.got[one] for one in bins}
        parts = posted([bands.owed[one] for one in bins], sum(got.values()))
        largest = max(1, (slack.get(pool) or Fraction(0)).__ceil__())
        ledger.post_batch(pool, dict(zip(got, parts, strict=True)), got, largest=largest, served=served[pool])
        for one, name in zip(bins, got, strict=True):
            owed, band = bands.owed[one], bands.band[one]
            least, most = max(0, band.low), max(0, band.high)
            lines.append(
                PoolLine(
                    pool, name, owed.text, owed.near(), Fraction(bands.carried[one], SCALE), Fraction(least),
                    Fraction(most), Fraction(got[name]), Fraction(ledger.credit(pool, name), SCALE),
                    (got[name], least, most), bands.limit.get(one.place), slack.get(pool) is not None,
                )
            )  # fmt: skip
    return tuple(lines)


def post_values(shared: SharedOut, valued: Valued, names: Sequence[str], ledger: ShareLedger) -> tuple[PoolLine, ...]:
    """Post a batch that is shared out by value; checks that nobody is off by more than the largest fact."""
    bands, places, den = shared.bands, valued.places, valued.den
    got, owed = _totals(shared, valued)
    served = _served(shared, names)
    lines: list[PoolLine] = []
    for number, pool in enumerate(bands.pools):
        bins = [one for one in bands.bins if one.pool == number]
        name_of = {one: names[one.place] for one in bins}
        ledger.post_batch(
            pool,
            {name_of[one]: owed[one] for one in bins},
            {name_of[one]: got[one] for one in bins},
            largest=max(places.largest[one] for one in bins),
            served=served[pool],
        )
        for one in bins:
            target, largest = Fraction(places.value[one], SCALE), places.largest[one]
            if abs(got[one] - target) > largest:
                raise NotLeastCost("somebody is off by more than the largest fact")
            name, due, count = name_of[one], Fraction(owed[one], SCALE * den), places.count[one]
            lines.append(
                PoolLine(
                    pool, name, str(due), due, Fraction(bands.carried[one], SCALE * den),
                    max(Fraction(0), target - largest) / den, (target + largest) / den,  # exact: fraction
                    Fraction(got[one], den), Fraction(ledger.credit(pool, name), SCALE * den),
                    (shared.got[one], count.low, count.high), None,
                )
            )  # fmt: skip
    return tuple(lines)


def _served(shared: SharedOut, names: Sequence[str]) -> dict[str, list[str]]:
    """Who got something of each pool, fact by fact."""
    made: dict[str, list[str]] = {pool: [] for pool in shared.bands.pools}
    for claim, place, start in zip(shared.claims, shared.chosen, shared.layout.starts.tolist(), strict=False):
        if place >= 0:
            made[claim.step.pool].append(names[shared.bands.bins[int(shared.layout.bin[start + place])].place])
    return made


def _totals(shared: SharedOut, valued: Valued) -> tuple[dict[Bin, int], dict[Bin, int]]:
    """What each bin got, and is owed in 1/SCALE."""
    got = dict.fromkeys(shared.bands.bins, 0)
    owed = dict.fromkeys(shared.bands.bins, 0)
    rows = zip(shared.chosen, valued.bins, valued.loads, valued.shares, strict=True)
    for place, bins, load, share in rows:
        got[bins[place]] += load
        for one, part in zip(bins, share, strict=True):
            owed[one] += part * load
    return got, owed
