"""A forecast as people read it, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine.money import format_money, plain_amount
from ..engine.what_if.forecast import Forecast, Spread
from .figures_shown import amount_text, counted, plain_fraction
from .tables_shown import say_table
from .terminal import say, say_list
from .version import meed_version

__all__ = ["forecast_json", "show_forecast"]

_TOP = 10
_HEADERS = ("won already", "P10", "P50", "P90", "mean", "all won")


def forecast_json(made: Forecast, given: Mapping[str, Any]) -> dict[str, Any]:
    """Everything, as plain values; amounts as texts, the mean rounded half up to the smallest unit."""
    policy, pipeline = made.policy, made.pipeline
    return {
        "meed": meed_version(),
        "job": "forecast",
        "given": dict(given),
        "policy": {"name": policy.name, "version": policy.version, "hash": policy.hash},
        "facts": {"hash": pipeline.facts.hash},
        "period": str(made.period),
        "currency": policy.currency,
        "runs": made.runs,
        "seed": made.seed,
        "quantiles": "nearest rank: the value of rank ceil(part x runs) in rising order",
        "open_deals": len(pipeline.rows),
        "left_out": [{"why": group.why, "deals": list(group.deals)} for group in pipeline.left_out],
        "cost": _spread_json(made.cost, policy.currency),
        "reps": [{"rep": rep, **_spread_json(spread, policy.currency)} for rep, spread in made.reps.items()],
        "costs": [plain_amount(cost, policy.currency) for cost in made.costs],
    }


def _spread_json(spread: Spread, currency: str) -> dict[str, str]:
    return {
        "certain": plain_amount(spread.certain, currency),
        "p10": plain_amount(spread.p10, currency),
        "p50": plain_amount(spread.p50, currency),
        "p90": plain_amount(spread.p90, currency),
        "mean": plain_fraction(spread.mean, currency),
        "least": plain_amount(spread.least, currency),
        "most": plain_amount(spread.most, currency),
        "all_won": plain_amount(spread.all_won, currency),
    }


def show_forecast(made: Forecast) -> None:
    """The cost of the period, then the reps who may be paid most."""
    policy, pipeline = made.policy, made.pipeline
    version = f" {policy.version}" if policy.version else ""
    deals = f"{counted(len(pipeline.rows), 'open deal')} may be won"
    say(f"{policy.name}{version} over {made.period}: {deals}, {counted(made.runs, 'run')}, seed {made.seed}")
    say()
    say_table(("", *_HEADERS), [("cost", *_row(made.cost, policy.currency))], right=range(1, 7))
    say()
    table = pipeline.facts.table("rep")
    top = sorted(made.reps, key=lambda rep: (-made.reps[rep].p50, rep))[:_TOP]
    rows: list[tuple[str, ...]] = []
    for rep in top:
        row = table.row(rep)
        name = str(table.cell(row, "name") or "") if row is not None and "name" in table.columns else ""
        rows.append((rep, name, *_row(made.reps[rep], policy.currency)))
    say_table(("top reps", "name", *_HEADERS), rows, right=range(2, 8))
    if len(made.reps) > _TOP:
        say(f"and {len(made.reps) - _TOP:,} more, with `--format json`")
    say_list(
        "left open",
        [
            f"{counted(len(group.deals), 'open deal')} {_verb(group.why, len(group.deals))}"
            for group in pipeline.left_out
        ],
    )


def _verb(why: str, deals: int) -> str:
    if deals != 1:
        return why
    return why.replace("have ", "has ", 1).replace("were ", "was ", 1).replace("are ", "is ", 1)


def _row(spread: Spread, currency: str) -> tuple[str, ...]:
    amounts = (spread.certain, spread.p10, spread.p50, spread.p90)
    return (
        *(format_money(amount, currency) for amount in amounts),
        amount_text(spread.mean, currency),
        format_money(spread.all_won, currency),
    )
