"""What the head of an `assign` says about sharing: what is counted, the band, how decks are laid, what zero weighs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from ...dsl import checked as c
from ...dsl.words import ORDERS
from ..money import minor_digits
from ..wording.phrases import say, show
from .beginnings import BeginsAt
from .credit_unit import LEADS, CreditUnit, units_in_one
from .shares import SCALE

__all__ = ["SharingTerms", "terms_of"]


@dataclass(frozen=True, slots=True)
class SharingTerms:
    """The terms of one `assign`.

    `counts`: the value that is shared out, `named` so, None where it is the number. `band` in that unit as people write
    it (leads, or whole units of a currency). `cards`: how decks are laid. `zero_counts`: a weight of zero is the mean
    of the others'. `newcomer`: with which credit somebody begins, and whoever had no share for as long as `forgets`
    says. `by_waiting`: ties go to whoever had no turn for longest.
    """

    counts: c.Expr | None = None
    named: str = ""
    band: Fraction | None = None
    cards: str = "shuffled"
    zero_counts: bool = False
    currency: str = ""
    newcomer: BeginsAt = "zero"
    forgets: c.Wait | None = None
    by_waiting: bool = False

    @property
    def attended(self) -> bool:
        """Whether it matters who has been there, and when."""
        return self.newcomer != "zero" or self.forgets is not None or self.by_waiting

    def counted(self, value: Fraction | int | None) -> tuple[int, CreditUnit]:
        """What a value counts in the whole numbers of its pool, rounded down, and their unit.

        A value that is missing or not above zero moves no credit of value: such a fact counts one, as a lead.
        """
        assert self.counts is not None
        type_ = self.counts.type
        per = units_in_one(type_)
        count = 0 if value is None else int(value * per)
        if count <= 0:
            return 1, LEADS
        return count, replace(self.unit, lead=show(Fraction(count, per), type_, self.currency))

    @property
    def unit(self) -> CreditUnit:
        """What credits of value are counted in; leads where nothing else is counted."""
        if self.counts is None:
            return LEADS
        type_ = self.counts.type
        currency = (type_.currency or self.currency) if type_.name == "money" else ""
        said = say(self.counts) if isinstance(self.counts, c.FieldOf) else self.named
        return CreditUnit(said, currency, "", units_in_one(type_))

    def unit_of(self, pool: str) -> CreditUnit:
        """What the credits of a pool are counted in, by its name."""
        return self.unit if self.named and pool.partition(" ")[0].count("/") > 2 else LEADS

    def band_in(self, unit: CreditUnit) -> int:
        """The band in 1/SCALE of a pool's unit; one lead where leads worth nothing are shared by number."""
        assert self.band is not None
        if unit is LEADS and self.counts is not None:
            return SCALE
        size = self.band * (10 ** minor_digits(unit.currency) if unit.currency else unit.per)
        return int(size * SCALE)


def terms_of(policy: c.Policy, kind: str) -> SharingTerms:
    """The terms of the `assign` of a kind; those of one that says nothing where there is none."""
    found = next((assign for assign in policy.assigns if assign.kind == kind), None)
    said = dict[str, str](found.settings if found is not None else ())
    return SharingTerms(
        found.fair_in if found is not None else None,
        said.get("fair_in", ""),
        Fraction(said["band"].replace("_", "").replace(",", "")) if "band" in said else None,
        said.get("cards", "shuffled"),
        said.get("zero_weight") == "mean_of_others",
        policy.currency,
        cast("BeginsAt", said.get("newcomer", "zero")),
        found.forgets if found is not None else None,
        said.get("order") in ORDERS and said["order"] not in policy.kinds["rep"].columns,
    )
