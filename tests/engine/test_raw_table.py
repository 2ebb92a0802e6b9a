"""Raw columns: values come back as they were, and binary numbers as the decimals that people see."""

from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.intake.raw_table import Coded, RawTable, frames_in, plain


@given(st.lists(st.none() | st.booleans() | st.integers(0, 2) | st.text(max_size=1) | st.sampled_from([1.0, 0.5])))
def test_a_coded_column_gives_its_values_back(values: list[object]) -> None:
    found = Coded.of(values).values()
    assert found == [plain(value) for value in values]
    assert list(map(type, found)) == [type(plain(value)) for value in values]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_binary_number_becomes_its_shortest_decimal(number: float) -> None:
    found = plain(number)
    assert isinstance(found, Decimal)
    assert float(found) == number
    assert len(found.as_tuple().digits) <= 17


FRAMES: list[tuple[str, list[object], list[object]]] = [
    ("object", [True, 1, "1", 0.5, None], [True, 1, "1", Decimal("0.5"), None]),
    ("str", ["NA", None, "NA"], ["NA", None, "NA"]),
    ("string[pyarrow]", ["a", None], ["a", None]),
    ("category", ["b", "a", None, "b"], ["b", "a", None, "b"]),
    ("Int64", [1, None, 3], [1, None, 3]),
    ("int32", [1, 2], [1, 2]),
    ("boolean", [True, None], [True, None]),
    ("bool", [True, False], [True, False]),
    ("float64", [0.1, None, 2.0], [Decimal("0.1"), None, Decimal("2.0")]),
    ("float32", [0.1], [Decimal("0.1")]),
    ("Float32", [0.1, None], [Decimal("0.1"), None]),
    ("datetime64[ns]", ["2026-04-30 09:30", None], [datetime.fromisoformat("2026-04-30T09:30"), None]),
]


@pytest.mark.parametrize(("dtype", "values", "expected"), FRAMES, ids=[dtype for dtype, _, _ in FRAMES])
def test_a_column_of_a_frame_gives_plain_values(dtype: str, values: list[object], expected: list[object]) -> None:
    frame = pd.DataFrame({"cell": pd.array(values, dtype=dtype)})  # type: ignore[call-overload]
    found = frames_in({"thing": frame})["thing"].columns["cell"].values()
    assert found == expected
    assert [isinstance(value, bool) for value in found] == [isinstance(value, bool) for value in expected]


def test_a_column_is_coded_when_it_is_first_read() -> None:
    calls: list[str] = []

    def make() -> Coded:
        calls.append("made")
        return Coded.of(["a"])

    table = RawTable("x.csv", {"a": make, "b": ["1"]}, [2])
    assert (list(table.columns), "a" in table.columns, calls) == (["a", "b"], True, [])
    assert (table.columns["a"][0], table.columns["a"][0], calls) == ("a", "a", ["made"])
