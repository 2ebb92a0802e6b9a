"""The deals as Parquet files, as companies export them: keys as texts, amounts in the main unit."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from invented_deals import Deals
from pyarrow import parquet

__all__ = ["Files", "write_files"]

COMPUTE: Any = importlib.import_module("pyarrow.compute")  # its functions are made when it is imported


@dataclass(frozen=True)
class Files:
    """`decimals` has the amounts as decimals, `floats` the same deals with binary floats; columns without a name."""

    folder: Path

    @property
    def reps(self) -> Path:
        """Every rep."""
        return self.folder / "reps.parquet"

    @property
    def decimals(self) -> Path:
        """Deals for meed: id, owner, amount, closed."""
        return self.folder / "deals.parquet"

    @property
    def floats(self) -> Path:
        """Deals for pandas; `closed` is a timestamp, as pandas reads dates."""
        return self.folder / "deals_float.parquet"

    def deals(self) -> Deals:
        """The deals as they were invented."""
        with np.load(self.folder / "deals.npz") as columns:
            return Deals(int(columns["reps"]), columns["rep"], columns["day"], columns["cents"])


def write_files(deals: Deals, folder: Path) -> Files:
    """Write the deals in all forms."""
    files = Files(folder)
    np.savez(folder / "deals.npz", reps=deals.reps, rep=deals.rep, day=deals.day, cents=deals.cents)
    keys = _numbered("R", 6, deals.reps)
    columns = {
        "id": _numbered("D", 9, len(deals)),
        "owner": pa.DictionaryArray.from_arrays(deals.rep, keys).cast(pa.string()),
        "closed": pa.array(deals.day).cast(pa.date32()),
    }
    hundred = pa.scalar(100, pa.decimal128(3, 0))
    exact = COMPUTE.divide(pa.array(deals.cents).cast(pa.decimal128(19, 0)), hundred).cast(pa.decimal128(18, 2))
    parquet.write_table(pa.table({"id": keys}), files.reps)
    parquet.write_table(pa.table({**columns, "amount": exact}), files.decimals)
    columns["closed"] = columns["closed"].cast(pa.timestamp("s"))
    parquet.write_table(pa.table({**columns, "amount": pa.array(deals.cents / 100)}), files.floats)
    return files


def _numbered(letter: str, digits: int, count: int) -> pa.Array:
    numbers = COMPUTE.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), digits, "0")
    return COMPUTE.binary_join_element_wise(letter, numbers, "")
