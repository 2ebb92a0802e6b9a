"""JSON is read without losses, and has one text for one meaning."""

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.service.strict_json import canonical, parse

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=60)
@given(VALUES)
def test_the_canonical_text_is_read_back_as_the_value(value: object) -> None:
    again = parse(canonical(value).encode())
    assert canonical(again) == canonical(value)
    assert json.loads(canonical(value), parse_float=Decimal) == again


@settings(max_examples=30)
@given(st.dictionaries(TEXTS, VALUES, max_size=3))
def test_the_order_of_names_does_not_matter(value: dict[str, object]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_decimals_keep_every_digit(number: Decimal) -> None:
    found = parse(f"[{number}]".encode())
    assert isinstance(found, list)
    assert str(found[0]) == str(number)
