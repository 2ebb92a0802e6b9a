"""What the ledger makes of facts that hold for a time, of refunds that are rows of their own, and of statements."""

from meed.engine.calendar.periods import Period
from meed.engine.pay.simulation import run, run_over
from meed.engine.pay.totals import statement_totals
from meed.engine.pay_ledger.entries import RowSeen

from ..evaluators import by_columns, checked, facts_of
from ..pay_books import SALES, PayBook, sold

QUOTAS = {"id": ["Ada", "Ada"], "valid_from": [None, "2026-02-01"], "valid_until": ["2026-01-31", None]}
NET = checked(
    'policy "Net" { version: "1"  currency: USD }\n'
    "facts standard\n"
    "facts rep { quota: money > 0 }\n"
    "facts credit_note { id: key  deal: deal  made: date  amount: money }\n"
    "credit refunded to credit_note.deal on credit_note.made = credit_note.amount\n"
    "credit bookings to deal.owner on deal.closed = deal.amount - (refunded of deal over ever)\n"
    "scheme sales for every rep per month {\n"
    "  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 10% }\n"
    "}\n"
)


def dated(before: str, after: str):
    deals = {
        "id": ["D1", "D2"], "owner": ["Ada", "Ada"], "amount": ["12000", "12000"],
        "closed": ["2026-01-10", "2026-02-10"], "stage": ["won", "won"],
    }  # fmt: skip
    return facts_of(SALES, {"rep": {**QUOTAS, "quota": [before, after]}, "deal": deals})


def test_a_quota_corrected_for_a_time_is_told_with_its_days() -> None:
    book = PayBook("USD", "2026-01")
    book.close(SALES, dated("10000", "20000"))
    assert RowSeen("rep", "Ada", {"quota": "10,000.00 USD until 2026-01-31, 20,000.00 USD from 2026-02-01"}) in (
        book.standing.records
    )
    (adjustment, february) = book.close(SALES, dated("12000", "20000")).earned
    assert (adjustment.amount, february.amount) == (-10_000, 60_000)
    later = "20,000.00 USD from 2026-02-01"
    was, now = f"10,000.00 USD until 2026-01-31, {later}", f"12,000.00 USD until 2026-01-31, {later}"
    assert adjustment.because == (f"rep Ada: quota was {was}, is {now}",)


def noted(*notes: str):
    rows = [note.split() for note in notes]
    columns = ("id", "deal", "made", "amount")
    given = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    deals = {"id": ["D1", "D2"], "owner": ["Ada", "Ada"], "amount": ["8000", "4000"],
             "closed": ["2026-01-10", "2026-01-20"]}  # fmt: skip
    return facts_of(NET, {"rep": {"id": ["Ada"], "quota": ["10000"]}, "deal": deals, "credit_note": given})


def test_a_refund_months_later_takes_back_exactly_what_the_deal_was_paid() -> None:
    book = PayBook("USD", "2026-01")
    book.close(NET, noted())
    book.pay("2026-02-05")
    made = book.close(NET, noted("C1 D2 2026-02-20 4000")).earned
    assert [(record.key, record.amount) for record in made] == [("D2", -30_000)]  # 2,000 at 5% and 2,000 at 10%
    made = book.close(NET, noted("C1 D2 2026-02-20 4000", "C2 D1 2026-03-02 8000")).earned
    assert [(record.key, record.amount) for record in made] == [("D1", -40_000)]
    assert sum(record.amount for record in book.earned()) == 0
    book.must_be_sound()


def test_statements_ledger_and_columns_have_the_same_totals() -> None:
    facts = sold("D1 Ada 8000 2026-01-10", "D2 Ada 4000 2026-02-20", "D3 Bo 6000 2026-03-15", "D4 Bo 9000 2026-03-16")
    book = PayBook("USD", "2026-01")
    for _ in range(3):
        book.close(SALES, facts)
    made = run(SALES, facts, Period.parse("2026-Q1"))
    reps = facts.table("rep").keys
    totals = statement_totals(made)
    cells = zip(totals.rep.tolist(), totals.period.tolist(), totals.amount.tolist(), strict=True)
    statements = {(reps[rep], str(totals.periods[period])): total for rep, period, total in cells if total}
    assert {key: total for key, total in book.standing.totals.items() if total} == statements
    assert sum(statements.values()) == made.total


def test_a_run_over_days_is_the_run_over_their_periods() -> None:
    facts = sold("D1 Ada 8000 2026-01-10", "D2 Ada 4000 2026-02-20", "D3 Bo 6000 2026-03-15")
    start, end = Period.parse("2026-01").start, Period.parse("2026-02").end
    made = by_columns(run_over(SALES, facts, start, end)).lines
    months = [by_columns(run(SALES, facts, Period.parse(month))).lines for month in ("2026-01", "2026-02")]
    assert made == {**months[0], **months[1]}
