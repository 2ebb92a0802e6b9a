"""Long columns of Arrow give the same raw cells as short ones, without a Python object for each."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from meed.dsl import check
from meed.engine.arrays.number_array import DecimalArray, WholeArray
from meed.engine.arrays.text_array import TextArray
from meed.engine.facts import Facts
from meed.engine.intake.intake_report import IntakeReport
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable, frames_in
from meed.service.arrow_arrays import words_in
from meed.service.readers import read_table
from meed.service.sheet_files import coded

POLICY = """
policy "P" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount
scheme sales for every rep per quarter { pay commission = 5% of bookings }
"""
TEXTS = st.text(max_size=6)
WHOLE = st.integers(-(2**63), 2**63 - 1)
DECIMALS = st.integers(-(10**20), 10**20).map(lambda number: Decimal(number).scaleb(-2))
COLUMNS = [(pa.string(), TEXTS), (pa.large_string(), TEXTS), (pa.int64(), WHOLE), (pa.decimal128(24, 2), DECIMALS)]


@st.composite
def columns(draw: st.DrawFn) -> pa.ChunkedArray:
    kind, values = draw(st.sampled_from(COLUMNS))
    missing = st.none() if draw(st.booleans()) else st.nothing()
    chunks = draw(st.lists(st.lists(values | missing, max_size=6), min_size=1, max_size=3))
    column = pa.chunked_array([pa.array(chunk, type=kind) for chunk in chunks], type=kind)
    return column.slice(draw(st.integers(0, 2)))


@given(columns())
def test_values_are_the_same_by_either_way(column: pa.ChunkedArray) -> None:
    expected = coded(pa, column).values()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("meed.service.arrow_arrays._WORTHWHILE", 1)
        patch.setattr("meed.service.arrow_arrays._SAMPLE", 2)
        assert coded(pa, column).values() == expected
        words = words_in(pa, column)
    if words is not None:
        assert list(words) == column.to_pylist()
    elif not column.null_count and len(column):
        assert pa.types.is_decimal128(column.type)


def opened(deals: RawTable, reps: int) -> tuple[Facts, IntakeReport]:
    policy = check(POLICY).policy
    assert policy is not None
    reps_ = RawTable("reps.csv", {"id": [f"R{rep}" for rep in range(reps)]})
    return open_facts(policy, {"rep": reps_, "deal": deals}, "simulate")


ROWS = 70_000


def long_table() -> dict[str, list[object]]:
    """Long enough for both thresholds, out of order, with a key twice, an amount too fine and two unknown reps."""
    order = np.random.default_rng(7).permutation(ROWS).tolist()
    ids = [f"D{number}" for number in order]
    ids[ROWS - 1] = ids[5]
    amounts = [Decimal(number * 37 % 1_000_003).scaleb(-2) for number in order]
    return {
        "id": list(ids),
        "owner": [f"R{number % 5_000}" if number % 30_000 else "R?" for number in order],
        "amount": list(amounts),
        "closed": [f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}" for number in order],
    }


@pytest.fixture(scope="module")
def expected() -> tuple[str, list[int]]:
    """What the values give one by one."""
    facts, report = opened(RawTable("deals", long_table()), 5_000)
    assert len(facts.table("deal")) == ROWS - 5
    assert len(report.problems) == 5
    return facts.hash, [problem.row for problem in report.problems]


def test_a_long_parquet_file_gives_the_same_facts(tmp_path: Path, expected: tuple[str, list[int]]) -> None:
    table = long_table()
    path = tmp_path / "deals.parquet"
    amounts = pa.array(table["amount"], type=pa.decimal128(12, 2))
    parquet.write_table(pa.table({**table, "amount": amounts}), path, row_group_size=20_000)
    raw = read_table(path)
    assert isinstance(raw.columns["amount"].words, DecimalArray)
    assert isinstance(raw.columns["owner"].words, TextArray)
    facts, report = opened(raw, 5_000)
    # A Parquet file has no header: its first row is row 1.
    assert (facts.hash, [problem.row + 1 for problem in report.problems]) == expected


def test_a_long_csv_file_gives_the_same_facts(tmp_path: Path, expected: tuple[str, list[int]]) -> None:
    path = tmp_path / "deals.csv"
    pd.DataFrame(long_table()).to_csv(path, index=False)
    raw = read_table(path)
    assert isinstance(raw.columns["amount"].words, TextArray)
    assert opened(raw, 5_000)[0].hash == expected[0]


def test_a_long_frame_gives_the_same_facts(expected: tuple[str, list[int]]) -> None:
    frame = pd.DataFrame(long_table())
    raw = frames_in({"deal": frame})["deal"]
    assert opened(raw, 5_000)[0].hash == expected[0]


def test_long_columns_of_a_frame_stay_arrays() -> None:
    frame = pd.DataFrame({"id": [f"D{row}" for row in range(ROWS)], "amount": np.arange(ROWS)})
    columns = frames_in({"deal": frame})["deal"].columns
    assert isinstance(columns["id"].words, TextArray)
    assert isinstance(columns["amount"].words, WholeArray)
