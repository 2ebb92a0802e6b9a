"""When a line may be paid after its policy has ended, and in weeks that do not end with the run."""

from meed.dsl import checked as c
from meed.engine.calendar.days import format_day
from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.facts import Facts
from meed.engine.pay.payables import HELD
from meed.engine.pay.simulation import run
from meed.policies.testing import run_tests

from ..evaluators import by_columns, by_statements, checked, facts_of
from ..pay_books import PayBook

HEAD = 'policy "Collected" {{ version: "1"  currency: USD{} }}\nfacts standard\n'
SCHEME = (
    "facts payment {{ id: key  deal: deal  made: date  amount: money }}\n"
    "let cash of deal = sum of payment.amount on payment.made where payment.deal is deal\n"
    'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
    "scheme sales for every rep per {} {{\n"
    "  pay commission = 10% of bookings  release (cash of deal over all) / deal.amount else 0%\n}}\n"
)


def plan(per: str = "month", effective: str = "") -> c.Policy:
    return checked((HEAD + SCHEME).format(effective and f"  effective: {effective}", per))


def facts(policy: c.Policy, *payments: tuple[str, str]) -> Facts:
    """A deal of 1,000 in January, and what was collected of it on which day."""
    deal = {"id": ["D1"], "owner": ["Ada"], "amount": ["1000"], "stage": ["won"], "closed": ["2026-01-10"]}
    rows = {"id": [f"P{number}" for number in range(len(payments))], "deal": ["D1"] * len(payments)}
    rows |= {"made": [day for day, _ in payments], "amount": [amount for _, amount in payments]}
    return facts_of(policy, {"rep": {"id": ["Ada"]}, "deal": deal, "payment": rows})


def parts(policy: c.Policy, known: Facts, period: str) -> list[tuple[str, int]]:
    """The parts of the one line of a run, which both evaluators and the explanation agree on."""
    whole = Period.parse(period)
    made = by_columns(run(policy, known, whole))
    assert made == by_statements(policy, known, whole)
    ((line, found),) = made.parts.items()
    explained = Explainer(policy, known).line(
        line.rep, line.period, line.scheme, line.component, line.row, until=whole
    )  # fmt: skip
    told = [(step["day"] or "held", int(step["exact"])) for step in explained.due]
    assert told == [("held" if day == HELD else format_day(day), amount) for day, amount in found]
    return told


def test_what_is_collected_after_a_policy_has_ended_is_payable_then() -> None:
    policy = plan(effective="2026-01-01 .. 2026-01-31")
    known = facts(policy, ("2026-01-20", "100"), ("2026-03-05", "500"))
    assert parts(policy, known, "2026-Q1") == [("2026-01-31", 1_000), ("2026-03-31", 5_000), ("held", 4_000)]


def test_a_week_that_ends_after_the_run_is_not_read() -> None:
    policy = plan("week")
    known = facts(policy, ("2026-12-28", "300"))
    assert parts(policy, known, "2026") == [("held", 10_000)]
    assert parts(policy, known, "2026-W02") == [("held", 10_000)]


def test_a_ledger_pays_what_is_collected_after_its_policy_has_ended() -> None:
    old, new = plan(effective="2026-01-01 .. 2026-01-31"), plan(effective="2026-02-01 .. 2027-12-31")
    book = PayBook("USD", "2026-01")
    book.close(old, facts(old))
    assert book.pay("2026-02-05") == []
    book.close(new, facts(new, ("2026-02-20", "400")))
    assert [(made.rep, made.amount) for made in book.pay("2026-03-05")] == [("Ada", 4_000)]
    assert sum(record.amount for record in book.earned()) == 10_000


def test_a_trial_may_ask_what_is_payable_after_its_policy_has_ended() -> None:
    text = (HEAD + SCHEME).format("  effective: 2026-01-01 .. 2026-01-31", "month")
    text += """test "collected later" {
  given rep Ada { }
  given deal D1 { owner: Ada, amount: 1_000, stage: "won", closed: 2026-01-10 }
  given payment P1 { deal: D1, made: 2026-03-05, amount: 500 }
  on 2026-02-28
  expect Ada.payable is 0 and Ada.held is 100
  on 2026-03-31
  expect Ada.payable is 50 and Ada.held is 50
}
"""
    assert [result.passed for result in run_tests(checked(text))] == [True]
