"""Amounts are whole minor units of a known currency, and text becomes money exactly or not at all."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.currency import CURRENCIES, UnknownCurrency, minor_digits
from meed.engine.money import (
    AmountError,
    CurrencyMismatch,
    Money,
    format_money,
    parse_amount,
    parse_number,
    plain_amount,
)

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-(10**20), 10**20)


@given(minors, currencies)
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    assert parse_amount(plain_amount(minor, currency), currency) == minor
    assert parse_amount(format_money(minor, currency), currency) == minor


@given(minors, currencies)
def test_the_plain_form_is_the_decimal_with_the_digits_of_its_currency(minor: int, currency: str) -> None:
    assert plain_amount(minor, currency) == f"{Decimal(minor).scaleb(-minor_digits(currency)):f}"


@given(minors, currencies)
def test_european_separators_read_the_same_amount(minor: int, currency: str) -> None:
    european = format_money(minor, currency).translate(str.maketrans(".,", ",."))
    assert parse_amount(european, currency, decimal=",", thousands=".") == minor


@given(minors, currencies)
def test_spaces_between_thousands_read_the_same_amount(minor: int, currency: str) -> None:
    spaced = format_money(minor, currency).replace(",", "\u202f").replace(".", ",")
    assert parse_amount(spaced, currency, decimal=",", thousands=" ") == minor


@given(minors)
def test_brackets_mean_a_negative_amount(minor: int) -> None:
    assert parse_amount(f"({plain_amount(abs(minor), 'USD')})", "USD") == -abs(minor)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_number_is_read_exactly(number: Decimal) -> None:
    assert parse_number(f"{number:f}") == Fraction(number)
    assert parse_number(f"{number:f}%") == Fraction(number) * Fraction(1, 100)


@given(st.text(alphabet="0123456789.,-+() $¥%eEUSDx１．\u3000'_", max_size=12))
def test_any_text_keeps_all_its_digits_or_is_refused(text: str) -> None:
    try:
        minor = parse_amount(text, "USD")
    except AmountError:
        return
    digits = "".join(mark for mark in text.replace("１", "1") if mark in "0123456789")
    assert digits.strip("0") == str(abs(minor)).strip("0")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234.50", "USD", 123450),
        ("¥1,234.5", "CNY", 123450),
        ("￥１，２３４．５", "CNY", 123450),
        ("￥12", "JPY", 12),
        ("$12", "USD", 1200),
        ("-$12", "USD", -1200),
        ("$-12", "USD", -1200),
        ("− 12", "USD", -1200),
        ("+12", "USD", 1200),
        ("(12.00)", "USD", -1200),
        ("$(12.00)", "USD", -1200),
        ("（12.00） USD", "USD", -1200),
        ("12 USD", "USD", 1200),
        ("usd 12", "USD", 1200),
        ("US$12", "USD", 1200),
        ("12元", "CNY", 1200),
        (" \t12\u00a0 ", "USD", 1200),
        ("$.50", "USD", 50),
        ("12.", "USD", 1200),
        (".0120", "KWD", 12),
        ("1.500", "USD", 150),
        ("12,34,567.8", "INR", 123456780),
        ("1.2345", "CLF", 12345),
        ("12.0", "JPY", 12),
    ],
)
def test_amounts_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "problem"),
    [
        ("", "USD", "is empty"),
        ("  ", "USD", "is empty"),
        (".0120", "USD", "has more than 2 decimals: `USD` has 2, round the amount first"),
        ("1.5", "JPY", "has more than 0 decimals"),
        ("$12", "CNY", "is not in `CNY`: write the amount in `CNY`"),
        ("12 EUR", "USD", "is not in `USD`"),
        ("12 万", "CNY", "is not in `CNY`"),
        ("12%", "USD", "is not in `USD`"),
        ("1,5", "USD", "has misplaced separators: use `.` for decimals and `,` between thousands"),
        ("1,2345", "USD", "has misplaced separators"),
        ("1,2345,678", "USD", "has misplaced separators"),
        (",123", "USD", "is not an amount"),
        ("1.2.3", "USD", "has misplaced separators"),
        ("12 .", "USD", "is not an amount"),
        ("12,", "USD", "is not an amount"),
        ("1 2", "USD", "is not an amount"),
        ("1e5", "USD", "is not an amount"),
        ("1_000", "USD", "is not an amount"),
        ("--1", "USD", "is not an amount"),
        ("(-1)", "USD", "is not an amount"),
        ("(1", "USD", "is not an amount"),
        ("USD 1 USD", "USD", "is not an amount"),
        ("12²", "USD", "is not in `USD`"),
        ("٣", "USD", "is not an amount"),
        ("n/a", "USD", "is not an amount"),
        ("9" * 61, "USD", "is too long: write at most 60 digits"),
    ],
)
def test_what_is_not_exactly_one_amount_is_refused(text: str, currency: str, problem: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text, currency)
    assert str(caught.value).startswith(f"`{text}` {problem}")


def test_a_number_takes_no_currency() -> None:
    with pytest.raises(AmountError, match=r"^`12 USD` is not a plain number: remove `USD`$"):
        parse_number("12 USD")


@pytest.mark.parametrize(("decimal", "thousands"), [(",", ","), ("", "."), (".", "1"), ("-", ","), (".", ",.")])
def test_separators_must_be_two_different_marks(decimal: str, thousands: str) -> None:
    with pytest.raises(ValueError, match="cannot separate digits"):
        parse_amount("1", "USD", decimal=decimal, thousands=thousands)


@pytest.mark.parametrize(
    ("digits", "codes"),
    [
        (0, "JPY KRW VND CLP ISK XAF XOF PYG UGX"),
        (2, "USD EUR CNY GBP INR CHF MGA ZWG XCG BGN"),
        (3, "BHD KWD OMR JOD TND IQD LYD"),
        (4, "CLF UYW"),
    ],
)
def test_decimals_follow_iso_4217(digits: int, codes: str) -> None:
    assert {minor_digits(code) for code in codes.split()} == {digits}


def test_the_list_of_currencies_is_whole() -> None:
    assert len(CURRENCIES) > 160
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)


@pytest.mark.parametrize(("code", "near"), [("RMB", "CNY"), ("usd", "USD"), ("EURO", "EUR"), ("CNH", "CNY")])
def test_an_unknown_currency_names_a_near_one(code: str, near: str) -> None:
    with pytest.raises(UnknownCurrency) as caught:
        minor_digits(code)
    assert str(caught.value).startswith(f"unknown currency `{code}`: ")
    assert f"did you mean `{near}`?" in caught.value.help


@pytest.mark.parametrize("code", ["XAU", "XXX", "QQQ", "", "元"])
def test_what_has_no_minor_unit_is_no_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        Money(1, code)


@given(minors, minors, st.integers(-1000, 1000))
def test_money_adds_and_compares_as_its_minor_units_do(left: int, right: int, times: int) -> None:
    one, other = Money(left, "CNY"), Money(right, "CNY")
    assert one + other == Money(left + right, "CNY")
    assert one - other == Money(left - right, "CNY")
    assert -one == Money(-left, "CNY")
    assert one * times == times * one == Money(left * times, "CNY")
    assert (one < other, one <= other, one > other, one >= other, one == other) == (
        left < right,
        left <= right,
        left > right,
        left >= right,
        left == right,
    )


def test_currencies_do_not_mix() -> None:
    yuan, dollars = Money(1, "CNY"), Money(1, "USD")
    assert yuan != dollars
    for mixed in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__):
        with pytest.raises(CurrencyMismatch, match=r"^`CNY` and `USD` do not mix"):
            mixed(yuan, dollars)


@pytest.mark.parametrize("minor", [True, 1.0, Decimal(1), "1", None])
def test_money_is_a_whole_number(minor: object) -> None:
    with pytest.raises(TypeError, match="count money in minor units"):
        Money(minor, "CNY")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="count money in minor units"):
        Money.__mul__(Money(1, "CNY"), minor)  # pyright: ignore[reportArgumentType]


def test_money_reads_as_people_write_it() -> None:
    assert str(Money(6600000, "CNY")) == "66,000.00 CNY"
    assert format_money(-1234567, "KWD") == "-1,234.567 KWD"
    assert format_money(500, "JPY") == "500 JPY"
    assert plain_amount(-5, "USD") == "-0.05"
