"""Holds, later parts and pay on collection in the ledger: what was released is taken back, the rest is cancelled."""

from meed.engine.facts import Facts
from meed.engine.pay_ledger.accruals import accruals, total
from meed.engine.pay_ledger.entries import Earned, Payable
from meed.engine.pay_ledger.life import balance
from meed.engine.pay_ledger.standing import Standing

from ..evaluators import checked, facts_of
from ..pay_books import PayBook

HEAD = (
    'policy "Released" { version: "1"  currency: USD }\n'
    "facts standard\n"
    'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
)
PARTS = checked(
    HEAD + "scheme sales for every rep per month {\n"
    "  pay commission = 10% of bookings  release 60% on deal.closed, 40% on deal.closed + 2 months\n}\n"
)
COLLECTED = checked(
    HEAD + "scheme sales for every rep per month {\n"
    "  pay commission = 10% of bookings  release deal.collected / deal.amount else 0%\n}\n"
)


def deal(amount: str = "1000", stage: str = "won", collected: str = "0") -> Facts:
    row = {"id": ["D1"], "owner": ["Ada"], "amount": [amount], "collected": [collected], "stage": [stage]}
    return facts_of(PARTS, {"rep": {"id": ["Ada"]}, "deal": {**row, "closed": ["2026-01-10"]}})


def parts(standing: Standing) -> list[tuple[str, int]]:
    return [(record.due, record.amount) for record in standing.records if isinstance(record, Payable)]


def paid(book: PayBook, day: str) -> list[tuple[str, int]]:
    return [(type(record).__name__, record.amount) for record in book.pay(day)]


def test_parts_are_paid_on_their_days() -> None:
    book = PayBook("USD", "2026-01")
    book.close(PARTS, deal())
    assert parts(book.standing) == [("2026-01-10", 6_000), ("2026-03-10", 4_000)]
    assert paid(book, "2026-02-05") == [("Paid", 6_000)]
    book.close(PARTS, deal())
    assert paid(book, "2026-03-09") == []
    assert paid(book, "2026-03-10") == [("Paid", 4_000)]


def test_a_refund_takes_back_what_was_released_and_cancels_the_rest() -> None:
    book = PayBook("USD", "2026-01")
    book.close(PARTS, deal())
    book.pay("2026-02-05")
    book.close(PARTS, deal(stage="lost"))
    assert parts(book.standing)[2:] == [("2026-02-01", -6_000), ("2026-03-10", -4_000)]
    assert paid(book, "2026-03-05") == [("Carried", -6_000)]
    assert paid(book, "2026-03-10") == [("Carried", -6_000)]  # the rest cancels out
    stands = balance(book.standing, book.standing.lines.values(), "2026-03-10")
    assert (stands.earned, stands.paid, stands.due, stands.scheduled, stands.held) == (0, 6_000, -6_000, 0, 0)


def test_a_refund_before_anything_was_paid_takes_back_nothing() -> None:
    book = PayBook("USD", "2026-01")
    book.close(PARTS, deal())
    book.close(PARTS, deal(stage="lost"))
    assert paid(book, "2026-03-05") == [("Paid", 0)]
    assert paid(book, "2026-03-10") == [("Paid", 0)]


def test_what_is_collected_later_is_released_and_no_adjustment() -> None:
    book = PayBook("USD", "2026-01")
    book.close(COLLECTED, deal())
    january = total(accruals(book.standing, book.standing.closed[0]))
    assert (january.earned, january.payable, january.held) == (10_000, 0, 10_000)
    assert paid(book, "2026-02-05") == []
    book.close(COLLECTED, deal(collected="250"))
    assert [record.amount for record in book.earned()] == [10_000]
    assert parts(book.standing) == [("2026-02-01", 2_500)]
    assert book.changed(COLLECTED, deal(collected="250")) == []
    assert paid(book, "2026-03-05") == [("Paid", 2_500)]
    book.close(COLLECTED, deal(collected="1000"))
    assert paid(book, "2026-04-05") == [("Paid", 7_500)]
    march = total(accruals(book.standing, book.standing.closed[2]))
    assert (march.payable, march.paid, march.closing, march.held) == (7_500, 2_500, 7_500, 0)
    book.must_be_sound()


def test_a_line_that_shrinks_takes_back_the_released_part_of_the_difference() -> None:
    book = PayBook("USD", "2026-01")
    book.close(COLLECTED, deal(collected="500"))
    assert paid(book, "2026-02-05") == [("Paid", 5_000)]
    book.close(COLLECTED, deal(amount="800", collected="400"))
    (_, adjustment) = [record for record in book.standing.records if isinstance(record, Earned)]
    assert adjustment.amount == -2_000
    assert parts(book.standing)[1:] == [("2026-02-01", -1_000)]
    assert paid(book, "2026-03-05") == [("Carried", -1_000)]
    book.close(COLLECTED, deal(amount="800", collected="800"))
    assert paid(book, "2026-04-05") == [("Paid", 3_000)]
    book.must_be_sound()
