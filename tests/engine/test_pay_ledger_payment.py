"""Paying: one net a rep, negative nets by the rule, other currencies at one exact rate, approvals, periods."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.money import minor_digits, parse_number
from meed.engine.pay_ledger.accruals import payments
from meed.engine.pay_ledger.entries import Carried, Paid
from meed.engine.pay_ledger.life import balance
from meed.engine.pay_ledger.payment import Payout
from meed.engine.pay_ledger.questions import adjusted, approved, disputed, explained
from meed.engine.pay_ledger.rates import PayoutCurrencies, Rate, Rates, converted
from meed.engine.pay_ledger.refusal import Refused
from meed.engine.pay_ledger.standing import Unsound

from ..pay_books import SALES, PayBook, limited, sold

D1, D3 = "D1 Ada 8000 2026-01-10", "D3 Bo 6000 2026-01-15"


def closed(*deals: str, limit: int | None = None, **rules: str) -> PayBook:
    book = PayBook("USD", "2026-01", **rules)
    book.close(SALES if limit is None else limited(limit), sold(*deals))
    return book


def amounts(records) -> list[tuple[str, str, int]]:
    return [(type(record).__name__, record.rep, record.amount) for record in records]


def test_everybody_is_paid_once() -> None:
    book = closed(D1, D3)
    assert amounts(book.pay("2026-02-05")) == [("Paid", "Ada", 40_000), ("Paid", "Bo", 30_000)]
    assert book.pay("2026-02-05") == []
    assert book.pay("2026-02-06") == []


def test_a_negative_net_is_carried_to_the_next_payment() -> None:
    book = closed(D1, D3)
    book.pay("2026-02-05")
    book.close(SALES, sold(D1, "D4 Bo 1000 2026-02-03"))
    assert amounts(book.pay("2026-03-05")) == [("Carried", "Bo", -25_000)]
    assert book.pay("2026-03-06") == []  # it was carried: nothing is new
    book.close(SALES, sold(D1, "D4 Bo 1000 2026-02-03", "D5 Bo 8000 2026-03-03", "D6 Bo 1000 2026-02-04"))
    assert amounts(book.pay("2026-04-05")) == [("Paid", "Bo", 20_000)]
    april = book.standing.open
    assert [row.parts for row in payments(book.standing, april)] == [
        Payout(earned=40_000, adjustments=5_000, brought_forward=-25_000)
    ]


def test_a_negative_net_is_deducted_where_the_rule_says_so() -> None:
    book = closed(D1, D3, negative="deduct")
    book.pay("2026-02-05")
    book.close(SALES, sold(D1))
    assert amounts(book.pay("2026-03-05")) == [("Paid", "Bo", -30_000)]
    assert book.pay("2026-03-05") == []


def test_a_refund_before_the_first_payment_is_only_cancelled() -> None:
    book = closed(D1, D3)
    book.close(SALES, sold(D1))
    assert amounts(book.pay("2026-03-05")) == [("Paid", "Ada", 40_000), ("Paid", "Bo", 0)]
    assert book.pay("2026-03-05") == []


def test_days_before_the_last_payment_and_closed_days_are_refused() -> None:
    book = PayBook("USD", "2026-01")
    with pytest.raises(Refused, match="nothing can be paid before a period is closed: close 2026-01 first"):
        book.pay("2026-01-15")
    book.close(SALES, sold(D1, D3))
    with pytest.raises(Refused, match="2026-01-31 lies in a closed period"):
        book.pay("2026-01-31")
    book.pay("2026-02-05")
    with pytest.raises(Refused, match="payments were made as of 2026-02-05, which is later"):
        book.pay("2026-02-04")


@pytest.mark.parametrize(
    "wrong",
    [
        Paid("Ada", "2026-02-05", 39_999, "USD", 39_999, "", ""),
        Paid("Ada", "2026-02-05", 40_000, "USD", 39_999, "", ""),
        Paid("Ada", "2026-02-05", 40_000, "EUR", 40_000, "0.9", "2026-02-05"),
        Paid("Ada", "2026-01-05", 40_000, "USD", 40_000, "", ""),
        Paid("Eve", "2026-02-05", 0, "USD", 0, "", ""),
        Carried("Ada", "2026-02-05", 40_000),
    ],
)
def test_an_entry_that_pays_something_else_is_unsound(wrong: Paid | Carried) -> None:
    book = closed(D1)
    with pytest.raises(Unsound):
        book.add(wrong)


# --- currencies ----------------------------------------------------------------------------------------------

RATES = Rates(
    [Rate("EUR", "2026-01-01", "0.9"), Rate("EUR", "2026-02-03", "0.87655"), Rate("JPY", "2026-01-15", "150.015")]
)
PAYOUTS = PayoutCurrencies({"Ada": "JPY", "Bo": "EUR"}, RATES)


def test_a_payment_is_converted_once_at_the_rate_of_its_day() -> None:
    made = closed(D1, D3).pay("2026-02-05", PAYOUTS)
    assert made == [
        Paid("Ada", "2026-02-05", 40_000, "JPY", 60_006, "150.015", "2026-02-05"),
        Paid("Bo", "2026-02-05", 30_000, "EUR", 26_297, "0.87655", "2026-02-05"),
    ]


def test_or_at_that_of_the_end_of_the_period() -> None:
    made = closed(D1, D3, rate_date="period_end", rounding="down").pay("2026-02-05", PAYOUTS)
    assert made[1] == Paid("Bo", "2026-02-05", 30_000, "EUR", 27_000, "0.9", "2026-01-31")


def test_a_rate_that_is_missing_is_asked_for() -> None:
    early = PayoutCurrencies({"Ada": "JPY"}, Rates([Rate("JPY", "2026-03-01", "150")]))
    with pytest.raises(Refused, match="there is no rate of JPY for 2026-02-05"):
        closed(D1).pay("2026-02-05", early)
    for wrong in (
        [Rate("EUR", "2026-01-01", "0.9"), Rate("EUR", "2026-01-01", "0.8")],
        [Rate("EUR", "2026-01-01", "0")],
    ):
        with pytest.raises(Refused):
            Rates(wrong)


@given(
    st.integers(-(10**9), 10**9),
    st.decimals("0.0001", "9999", places=4).map(str),
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_conversion_is_within_half_a_unit_of_the_exact_amount(minor: int, rate: str, here: str, there: str) -> None:
    exact = Fraction(minor, 10 ** minor_digits(here)) * parse_number(rate) * 10 ** minor_digits(there)
    made = converted(minor, here, rate, there, "half_up")
    assert abs(made - exact) <= Fraction(1, 2)
    assert converted(-minor, here, rate, there, "half_up") == -made


# --- approvals and disputes ----------------------------------------------------------------------------------


def test_a_statement_above_the_limit_waits_and_the_others_are_paid() -> None:
    book = closed(D1, D3, limit=350)
    assert amounts(book.pay("2026-02-05")) == [("Paid", "Bo", 30_000)]
    assert book.standing.waiting_approvals() == [("Ada", "2026-01", "")]
    with pytest.raises(Refused, match="the statement of Bo in 2026-01 does not wait"):
        approved(book.standing, "Bo", "2026-01", "", "Eve", "fine")
    with pytest.raises(Refused, match="it is not said who approves"):
        approved(book.standing, "Ada", "2026-01", "", " ", "fine")
    book.add(approved(book.standing, "Ada", "2026-01", "", "Eve", "a large account"))
    assert amounts(book.pay("2026-02-05")) == [("Paid", "Ada", 40_000)]
    assert book.standing.waiting_approvals() == []
    book.must_be_sound()


def test_what_corrects_a_line_that_waits_waits_with_it() -> None:
    book = closed(D1, limit=350)
    book.close(limited(350), sold("D4 Ada 1000 2026-02-03"))
    assert amounts(book.pay("2026-03-05")) == [("Paid", "Ada", 5_000)]
    book.add(approved(book.standing, "Ada", "2026-01", "", "Eve", "it was refunded"))
    assert amounts(book.pay("2026-03-05")) == [("Paid", "Ada", 0)]


def test_a_line_above_the_limit_waits_alone_where_the_statement_is_not() -> None:
    book = PayBook("USD", "2026-01")
    book.close(SALES, sold(D1))
    book.close(limited(350), sold("D4 Ada 8000 2026-02-03"))
    (key,) = book.standing.waiting_approvals()
    assert key[:2] == ("Ada", "2026-02")
    assert key[2] == book.earned()[-1].line
    book.add(approved(book.standing, *key, "Eve", "fine"))
    assert book.standing.waiting_approvals() == []


def test_a_dispute_is_answered_once_by_an_explanation() -> None:
    book = closed(D1)
    line = book.earned()[0].line
    book.add(disputed(book.standing, line, "the quota was lower", ""))
    number = len(book.standing.records)
    assert book.standing.disputes[number].record.by == "Ada"
    book.add(explained(book.standing, number, "it was 10,000 from January on", "Eve"))
    with pytest.raises(Refused, match=f"dispute {number} was answered"):
        explained(book.standing, number, "again", "Eve")
    for wrong in ("L0", ""):
        with pytest.raises(Refused, match="there is no line"):
            disputed(book.standing, wrong, "text", "")
    with pytest.raises(Refused, match="a dispute needs a text"):
        disputed(book.standing, line, "  ", "")


def test_an_adjustment_stays_when_later_runs_correct_the_line() -> None:
    book = closed(D1)
    line = book.earned()[0].line
    book.add(disputed(book.standing, line, "half of it is missing", ""))
    book.add(*adjusted(book.standing, len(book.standing.records), 2_500, "agreed in the call", "Eve"))
    assert amounts(book.pay("2026-02-05")) == [("Paid", "Ada", 40_000)]  # February is open
    book.close(SALES, sold("D1 Ada 6000 2026-01-10"))
    assert [record.amount for record in book.earned()] == [40_000, 2_500, -10_000]
    assert [record.before for record in book.earned()] == [0, 40_000, 40_000]
    assert amounts(book.pay("2026-03-05")) == [("Carried", "Ada", -7_500)]
    stands = balance(book.standing, book.standing.lines.values(), "2026-03-05")
    assert (stands.earned, stands.paid, stands.due, stands.outstanding) == (32_500, 40_000, -7_500, 7_500)
    book.close(SALES, sold("D1 Ada 6000 2026-01-10"))
    assert len(book.earned()) == 3
    book.must_be_sound()
    with pytest.raises(Refused, match="there is no dispute 1"):
        adjusted(book.standing, 1, 5, "text", "Eve")
