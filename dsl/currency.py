"""Currencies and their minor units, after ISO 4217, list one of 2026: two decimals unless said otherwise."""

from __future__ import annotations

from difflib import get_close_matches

__all__ = ["CURRENCIES", "UnknownCurrency", "minor_digits"]

_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
# Withdrawn since 2023, and still the currency of deals in closed periods.
_RECENTLY_WITHDRAWN = "ANG BGN HRK SLL ZWL"
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS: dict[str, int] = dict.fromkeys((_TWO_DIGITS + _RECENTLY_WITHDRAWN).split(), 2)
_DIGITS.update({code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()})
CURRENCIES: frozenset[str] = frozenset(_DIGITS)
"""Every currency code that has a minor unit in ISO 4217."""

_COLLOQUIAL = {"RMB": "CNY", "CNH": "CNY", "NTD": "TWD", "STG": "GBP", "YEN": "JPY"}


class UnknownCurrency(ValueError):
    """A currency code that has no minor unit in ISO 4217; `code` is the text, `help` says what to write."""

    def __init__(self, code: str) -> None:
        near = [_COLLOQUIAL.get(code.upper(), ""), *get_close_matches(code.upper(), sorted(_DIGITS), 1)]
        hint = next((f", did you mean `{other}`?" for other in near if other), "")
        self.code = code
        self.help = f"use a three-letter code of ISO 4217 such as `USD`{hint}"
        super().__init__(f"unknown currency `{code}`: {self.help}")


def minor_digits(currency: str) -> int:
    """Decimals of a currency: 2 for `CNY`, 0 for `JPY`, 3 for `KWD`. Raises `UnknownCurrency`."""
    digits = _DIGITS.get(currency)
    if digits is None:
        raise UnknownCurrency(currency)
    return digits
