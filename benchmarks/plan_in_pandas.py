"""The plan as a practitioner writes it with pandas: amounts are binary floats, one sort, cumulative sums by group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from invented_deals import Deals

__all__ = ["frame_of", "read", "with_pandas"]

BOUNDS = (0.0, 200_000.0, 400_000.0, 600_000.0)
RATES = (0.04, 0.06, 0.08, 0.10)
CAP = 48_000.0
PRIZES = {1.0: 3_000.0, 2.0: 2_000.0, 3.0: 1_000.0}


def frame_of(deals: Deals) -> pd.DataFrame:
    """The deals as pandas holds them: rep, day as a datetime, amount."""
    closed = pd.to_datetime(deals.day.astype("datetime64[D]").astype("datetime64[s]"))
    return pd.DataFrame({"rep": deals.rep, "closed": closed, "amount": deals.cents / 100})


def read(path: Path) -> pd.DataFrame:
    """The deals from a Parquet file that has the amounts as floats."""
    return pd.read_parquet(path, columns=["owner", "closed", "amount"])


def with_pandas(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every deal with its commission, and the pay by rep and month."""
    deals = frame.sort_values(["rep", "closed"])
    deals["month"] = deals["closed"].dt.month
    deals["quarter"] = deals["closed"].dt.quarter
    after = deals.groupby(["rep", "quarter"])["amount"].cumsum()
    deals["commission"] = (_earned(after) - _earned(after - deals["amount"])).round(2)
    months = deals.groupby(["rep", "month"])[["commission", "amount"]].sum()
    place = months.groupby("month")["amount"].rank(method="min", ascending=False)
    pay = months["commission"] + place.map(PRIZES).fillna(0.0)
    return deals, pay.unstack(fill_value=0)


def _earned(total: pd.Series) -> pd.Series:
    earned = total * 0.0
    for low, high, rate in zip(BOUNDS, (*BOUNDS[1:], np.inf), RATES, strict=True):
        earned += (total - low).clip(lower=0.0, upper=high - low) * rate
    return earned.clip(upper=CAP)
