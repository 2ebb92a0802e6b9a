"""The sections of `meed fairness` as people read them, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..engine.calendar.days import format_day
from ..engine.fair_pay.marginal_pay import CLIFF, MarginalPay, Marginals
from ..engine.fair_pay.pay_fairness import SIGNIFICANT, AttributePay, GroupPay, PayFairness
from ..engine.money import format_money, plain_amount
from ..engine.numbers.permutation import PermutationTest
from ..engine.numbers.quantiles import mean, nearest_rank
from .figures_shown import amount_text, counted, percent, plain_fraction, times_text
from .tables_shown import say_table
from .terminal import say

__all__ = ["marginal_json", "pay_json", "show_marginal", "show_pay"]

_MOST = 15


# --- pay per unit of result ----------------------------------------------------------------------------------


def pay_json(made: PayFairness, account: str, currency: str) -> dict[str, Any]:
    """Everything about payouts; rates, ratios and p-values exact as fractions."""
    return {
        "bookings_account": account,
        "reps": [
            {
                "rep": rep.rep,
                "payout": plain_amount(rep.payout, currency),
                "bookings": plain_fraction(rep.bookings, currency),
                "rate": str(rep.rate),
                "attainment": str(rep.attainment) if rep.attainment is not None else None,
            }
            for rep in made.reps
        ],
        "without_bookings": list(made.without),
        "evenness": {"jain": str(made.evenness[0]), "gini": str(made.evenness[1])} if made.evenness else None,
        "by": {one.attribute: _attribute_json(one, currency) for one in made.attributes},
    }


def _attribute_json(made: AttributePay, currency: str) -> dict[str, Any]:
    return {
        "groups": [_group_json(group, currency) for group in made.groups],
        "strata": [
            {
                "stratum": cell.stratum, "group": cell.group, "reps": cell.reps,
                "payout": plain_amount(cell.payout, currency), "bookings": plain_fraction(cell.bookings, currency),
                "rate": str(cell.rate),
            }
            for cell in made.strata
        ],
        "permutation_test": _test_json(made.test),
        "finding": made.finding,
        "warnings": list(made.warnings),
    }  # fmt: skip


def _group_json(group: GroupPay, currency: str) -> dict[str, Any]:
    return {
        "group": group.group,
        "reps": group.reps,
        "payout": plain_amount(group.payout, currency),
        "bookings": plain_fraction(group.bookings, currency),
        "rate": str(group.rate),
        "to_highest": str(group.ratio) if group.ratio is not None else None,
        "to_highest_under_four_fifths": group.low,
        "at_equal_attainment": str(group.index),
        "at_equal_attainment_to_highest": str(group.index_ratio) if group.index_ratio is not None else None,
        "at_equal_attainment_under_four_fifths": group.adverse,
    }


def _test_json(test: PermutationTest | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {"p": str(test.p), "extreme": test.extreme, "tried": test.tried, "exact": test.exact}


def show_pay(made: PayFairness, account: str, currency: str, seed: int) -> None:
    """Pay per unit of result by group, and whether chance could do that."""
    say(f"same result, different pay? pay per unit of `{account}`, {counted(len(made.reps), 'rep')}")
    if made.without:
        say(f"  {counted(len(made.without), 'rep')} without bookings left out: {', '.join(made.without[:5])}")
    if made.evenness is not None:
        say(f"  evenness over all reps: Jain {times_text(made.evenness[0])}, Gini {times_text(made.evenness[1])}")
    for one in made.attributes:
        say()
        _show_attribute(one, currency, seed)


def _show_attribute(made: AttributePay, currency: str, seed: int) -> None:
    say_table(
        (made.attribute, "reps", "payout", "pay", "to highest", "at equal attainment", "to highest"),
        [
            (
                group.group,
                f"{group.reps:,}",
                format_money(group.payout, currency),
                percent(group.rate),
                times_text(group.ratio),
                times_text(group.index),
                times_text(group.index_ratio),
            )
            for group in made.groups
        ],
        right=(1, 2, 3, 4, 5, 6),
    )
    for group in made.groups:
        if group.low:
            _say_low(made, group, "per unit of result", [one.ratio for one in made.groups], group.ratio)
        if group.adverse:
            _say_low(made, group, "at equal attainment", [one.index_ratio for one in made.groups], group.index_ratio)
    if made.test is not None:
        say(_test_text(made.test, seed))
    for warning in made.warnings:
        say(f"careful: {warning}")


def _say_low(
    made: AttributePay, group: GroupPay, what: str, ratios: Sequence[Fraction | None], ratio: Fraction | None
) -> None:
    """The four-fifths rule, with counts."""
    best = made.groups[ratios.index(Fraction(1))]
    counts = f"{counted(group.reps, 'rep')} against {best.reps:,}"
    say(f"under four fifths: `{group.group}` is paid {times_text(ratio)} of `{best.group}` {what} ({counts})")


def _test_text(test: PermutationTest, seed: int) -> str:
    how = "all arrangements" if test.exact else f"drawn, seed {seed}"
    verdict = "chance would hardly do that" if test.p <= SIGNIFICANT else "chance may well do that"
    return f"permutation test: p = {test.extreme:,}/{test.tried:,} = {percent(test.p)} ({how}): {verdict}"


# --- one more unit -------------------------------------------------------------------------------------------


def marginal_json(made: Marginals, stopped: Mapping[str, Sequence[str]], currency: str) -> dict[str, Any]:
    """What one more deal pays every rep."""
    middle, cliffs = made.middle, {rep.rep for rep in made.cliffs()}
    return {
        "unit": plain_amount(made.unit, currency),
        "date": format_day(made.day),
        "one_run": made.one_run,
        "reps_act_on_each_other": list(made.because),
        "median_of_paid": plain_fraction(middle, currency) if middle is not None else None,
        "reps": [
            {
                "rep": rep.rep,
                "pays": plain_amount(rep.pays, currency),
                "part_of_unit": str(Fraction(rep.pays, made.unit)),
                "costs": plain_amount(rep.costs, currency),
                "cliff": rep.rep in cliffs,
                "because": list(stopped.get(rep.rep, ())),
            }
            for rep in made.reps
        ],
        "paid_by_no_scheme": list(made.outside),
    }


def show_marginal(
    made: Marginals, names: Mapping[str, str], stopped: Mapping[str, Sequence[str]], currency: str
) -> None:
    """The distribution, those whom one more deal pays nothing, and cliffs."""
    size = format_money(made.unit, currency)
    say(f"what one more deal of {size} on {format_day(made.day)} pays its owner")
    if made.one_run:
        say("  all reps in one run: nobody's pay depends on what others sell")
    else:
        say(f"  a run for each rep, since {'; '.join(made.because[:3])}{'; ...' if len(made.because) > 3 else ''}")
    if not made.reps:
        say("  no scheme pays anybody on that day")
        return
    say()
    _show_spread([rep.pays for rep in made.reps], made.unit, currency)
    nothing, cliffs = made.nothing(), made.cliffs()
    if nothing:
        say()
        _show_some(
            "pays nothing", nothing, names, currency, [("; ".join(stopped.get(r.rep, ()))) for r in nothing], "because"
        )
    if cliffs and made.middle is not None:
        say()
        times = [times_text(Fraction(rep.pays) / made.middle) for rep in cliffs]  # exact: fraction
        _show_some(f"cliffs: over {CLIFF} times the median", cliffs, names, currency, times, "times")
    if made.outside:
        say(f"{counted(len(made.outside), 'rep')} paid by no scheme on that day: {', '.join(made.outside[:5])}")


def _show_spread(pays: list[int], unit: int, currency: str) -> None:
    quantiles = [nearest_rank(pays, Fraction(part, 100)) for part in (0, 10, 50, 90, 100)]
    amounts = [*(format_money(amount, currency) for amount in quantiles), amount_text(mean(pays), currency)]
    exact = [*map(Fraction, quantiles), mean(pays)]
    parts = [percent(value / unit) for value in exact]  # exact: fraction
    headers = (counted(len(pays), "rep"), "least", "P10", "P50", "P90", "most", "mean")
    say_table(headers, [("pays", *amounts), ("of the deal", *parts)], right=range(1, 7))


def _show_some(
    title: str, some: Sequence[MarginalPay], names: Mapping[str, str], currency: str, says: Sequence[str], header: str
) -> None:
    rows = [
        (rep.rep, names.get(rep.rep, ""), format_money(rep.pays, currency), text)
        for rep, text in zip(some[:_MOST], says, strict=False)
    ]
    say_table((title, "name", "pays", header), rows, right=(2,))
    if len(some) > _MOST:
        say(f"and {len(some) - _MOST:,} more, with `--format json`")
