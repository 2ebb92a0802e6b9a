"""A pay ledger in memory, driven as the command line drives one: facts change, periods close, people are paid."""

from collections.abc import Sequence

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts
from meed.engine.pay_ledger.chain import BEGINNING, Entry, broken_links, sealed
from meed.engine.pay_ledger.closing import Closing, close, differences, spans_by_policy
from meed.engine.pay_ledger.entries import Carried, Earned, Founded, Paid, PeriodOpened, Record
from meed.engine.pay_ledger.outcome import Outcome, outcome, span_of
from meed.engine.pay_ledger.payment import pay
from meed.engine.pay_ledger.rates import PayoutCurrencies
from meed.engine.pay_ledger.standing import Standing, replayed

from .evaluators import checked, facts_of

__all__ = ["SALES", "PayBook", "limited", "sold"]

SALES = checked(
    'policy "Sales" { version: "1"  currency: USD }\n'
    "facts standard\n"
    "facts rep { quota: money > 0 }\n"
    'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
    "scheme sales for every rep per month {\n"
    "  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 10% }\n"
    "}\n"
)
"""5% up to quota, 10% beyond it, by month."""


def limited(units: int) -> c.Policy:
    """The same with a limit above which somebody has to approve."""
    return checked(SALES.source.text.replace("currency: USD", f"currency: USD  approval_above: {units}"))


def sold(*deals: str, quota: str = "10000", policy: c.Policy = SALES) -> Facts:
    """Facts of two reps, Ada and Bo, and of deals as `D1 Ada 8000 2026-01-10`, with `lost` behind it or not."""
    rows = [(*deal.split(), "won")[:5] for deal in deals]
    columns = ("id", "owner", "amount", "closed", "stage")
    made = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    return facts_of(policy, {"rep": {"id": ["Ada", "Bo"], "quota": [quota, "8000"]}, "deal": made})


class PayBook:
    """The entries of a ledger, and the state that they lead to."""

    def __init__(
        self, currency: str, first: str | Period, negative: str = "carry", rate_date: str = "payment",
        rounding: str = "half_up",
    ) -> None:  # fmt: skip
        begins = Period.parse(first) if isinstance(first, str) else first
        self.entries: list[Entry] = []
        self.standing = Standing()
        self.policies: dict[str, c.Policy] = {}
        self.add(Founded(currency, negative, rate_date, rounding), PeriodOpened(*span_of(begins)))

    def add(self, *records: Record) -> None:
        for record in records:
            self.standing.apply(record, "2026-01-01T00:00:00+00:00")
        head = self.entries[-1].head if self.entries else BEGINNING
        self.entries += sealed(records, head, "2026-01-01T00:00:00+00:00")

    def outcomes(self, policy: c.Policy, facts: Facts, period: str, restated: Sequence[str] = ()) -> list[Outcome]:
        self.policies[policy.hash] = policy
        spans = spans_by_policy(self.standing, period, policy.hash, restated)
        last = self.standing.periods[period].last
        return [outcome(self.policies[name], facts, there, last) for name, there in spans.items()]

    def close(self, policy: c.Policy, facts: Facts, *, restated: Sequence[str] = ()) -> Closing:
        """Close the open period; the one of the same kind behind it is opened."""
        name = self.standing.open.name
        outcomes = self.outcomes(policy, facts, name, restated)
        following = span_of(Period.parse(name, policy.calendar).next())
        made = close(self.standing, name, policy, facts.hash, outcomes, following, restated=restated)
        self.add(*made.records)
        return made

    def changed(self, policy: c.Policy, facts: Facts) -> list[str]:
        """The lines of closed periods that are not what was posted."""
        last = self.standing.closed[-1].name
        return [one.place.line for one in differences(self.standing, self.outcomes(policy, facts, last))]

    def pay(self, as_of: str, payouts: PayoutCurrencies | None = None) -> list[Paid | Carried]:
        made = pay(self.standing, as_of, payouts)
        self.add(*made)
        return made

    def earned(self) -> list[Earned]:
        return [record for record in self.standing.records if isinstance(record, Earned)]

    def sums(self) -> dict[tuple[str, str, str], int]:
        """What is posted for each rep, scheme and component; those of zero are left out."""
        made: dict[tuple[str, str, str], int] = {}
        for record in self.earned():
            key = record.rep, record.scheme, record.component
            made[key] = made.get(key, 0) + record.amount
        return {key: amount for key, amount in made.items() if amount}

    def must_be_sound(self) -> None:
        """The chain holds, and the entries alone lead to the state that was kept."""
        assert broken_links(self.entries) == []
        again, problems = replayed(self.entries)
        assert problems == []
        assert again.records == self.standing.records
        for name in ("periods", "lines", "rows", "disputes", "totals", "approvals", "payments", "carries"):
            assert getattr(again, name) == getattr(self.standing, name)
