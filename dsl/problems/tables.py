"""Problems with tables, aggregates, ranks and shares."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from .wording import did_you_mean, error, listed, named, note, percent

__all__ = [
    "aggregate_of_rows", "bad_place", "band_in_prize", "band_value", "blend_total", "bounds_not_rising",
    "case_never", "distinct_of_column", "filter_on_periods", "filter_on_value", "grid_below", "grid_width",
    "latest_of_people",
    "nothing_below", "per_without_over", "place_in_table", "pool_not_money", "prize_of_rank",
    "rank_without_ties", "share_among_reps", "sloped_text", "table_without_rows", "ties_not_here",
    "unknown_table", "unknown_ties", "weight_not_positive", "weight_type", "wrong_bound", "wrong_edge",
]  # fmt: skip


def unknown_table(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A table of a kind that does not exist."""
    known = list(known)
    help_ = did_you_mean(word, known) or f"tables are {listed(known)}"
    return error("E0401", span, f"`{word}` is not a way to read a table", help_)


def table_without_rows(span: Span, word: str) -> Diagnostic:
    """`marginal of x` without rows."""
    return error("E0402", span, f"`{word}` needs its rows", f"write `{word} ... {{ from 0%: 5% }}`")


def wrong_bound(span: Span, found: Type, wanted: Type) -> Diagnostic:
    """A bound in another unit than what is read."""
    help_ = "write the bound in that unit"
    if found.name == "rate" and wanted.name == "money":
        help_ = "write an amount, or say what 100% is: `against rep.quota`"
    return error("E0403", span, f"this bound is {named(found)}, and the table reads {named(wanted)}", help_)


def bounds_not_rising(span: Span, before: Span) -> Diagnostic:
    """Bounds out of order."""
    return error(
        "E0404", span, "bounds must rise",
        "put the bands in rising order, each bound once", Note(before, "after this one"),
    )  # fmt: skip


def wrong_edge(span: Span, edge: str, word: str) -> Diagnostic:
    """`at` in a banded table or `from` in a sloped one."""
    if edge == "at":
        return error("E0405", span, f"`at` marks a point, and `{word}` reads bands", "write `from`")
    return error("E0405", span, f"`{edge}` opens a band, and `{word}` reads points", "write `at`")


def band_value(span: Span, word: str, operand: Type, values: Type) -> Diagnostic:
    """A marginal table whose product means nothing."""
    return error(
        "E0406", span, f"`{word}` would multiply {named(operand)} by {named(values)}",
        "use rates in the bands, or read the table with `step`",
    )  # fmt: skip


def place_in_table(span: Span, word: str) -> Diagnostic:
    """`1: 20_000` in a banded table."""
    return error("E0407", span, f"`{word}` reads bands", "open each row with `from`, `above` or `at`")


def band_in_prize(span: Span) -> Diagnostic:
    """`from 1: 20_000` in a list of prizes."""
    return error("E0408", span, "prizes go by place", "write `1: 20_000`")


def bad_place(span: Span, text: str) -> Diagnostic:
    """A place below one, or twice."""
    return error(
        "E0409", span, f"`{text}` is not a place of its own",
        "places are whole numbers from 1, each once",
    )  # fmt: skip


def sloped_text(span: Span, type_: Type) -> Diagnostic:
    """A slope between texts."""
    return error(
        "E0410", span, f"`sloped` draws a line between quantities, and this is {named(type_)}",
        "use `step`",
    )  # fmt: skip


def grid_width(span: Span, wanted: int, found: int) -> Diagnostic:
    """A grid row of another width."""
    return error(
        "E0411", span, f"this row has {found} values, and the grid has {wanted} columns",
        "give each column a value",
    )  # fmt: skip


def grid_below(span: Span, row: Span, column: Span) -> Diagnostic:
    """What a grid pays below its first bounds."""
    return note(
        "N0901", span, "below its first row or column a grid gives nothing",
        "add a lower bound if that is not meant", Note(row, "first row"), Note(column, "first column"),
    )  # fmt: skip


def nothing_below(span: Span, word: str) -> Diagnostic:
    """What a table gives below its first band."""
    return note(
        "N0902", span, f"below this bound `{word}` gives nothing",
        "add a band `from 0` if that is not meant",
    )  # fmt: skip


def case_never(span: Span) -> Diagnostic:
    """A case that repeats an earlier one."""
    return error(
        "E0412", span, "this case can never be reached",
        "an earlier one has the same condition: change it, or take one out",
    )  # fmt: skip


def blend_total(span: Span, total: Fraction) -> Diagnostic:
    """Weights that do not total 100%."""
    return error("E0413", span, f"the weights total {percent(total)}", "make them total 100%")


def rank_without_ties(span: Span) -> Diagnostic:
    """A rank without a rule for ties."""
    return error(
        "E0414", span, "a rank needs a rule for ties",
        "add `ties share`, `ties same` or `ties first`",
    )  # fmt: skip


def unknown_ties(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A tie rule that does not exist."""
    known = list(known)
    return error(
        "E0415", span, f"`{word}` is not a rule for ties",
        did_you_mean(word, known) or f"write {listed(known)}",
    )  # fmt: skip


def ties_not_here(span: Span, word: str) -> Diagnostic:
    """`ties` behind something without places."""
    return error("E0416", span, f"`{word}` has no ties", "take `ties` out")


def prize_of_rank(span: Span) -> Diagnostic:
    """A prize of something else."""
    return error("E0417", span, "a prize is for a rank", "write `prize rank of ... ties share { 1: ... }`")


def filter_on_value(span: Span, word: str) -> Diagnostic:
    """A filter behind an account."""
    return error(
        "E0418", span, f"`{word}` cannot be filtered here",
        "put the filter into a `credit` or `let` of its own",
    )  # fmt: skip


def filter_on_periods(span: Span) -> Diagnostic:
    """A filter on an aggregate over periods."""
    return error(
        "E0419", span, "an aggregate over periods takes only `over`",
        "put the filter into a `let` of its own",
    )  # fmt: skip


def per_without_over(span: Span, per: str) -> Diagnostic:
    """`highest of x per quarter` without a stretch."""
    return error("E0420", span, f"over which {per}s?", f"add `over previous 4 {per}s`")


def distinct_of_column(span: Span) -> Diagnostic:
    """`distinct of bookings`."""
    return error(
        "E0440", span, "`distinct` counts how many different things rows name",
        "name a column of rows, as in `distinct of deal.account where deal.owner is rep`",
    )  # fmt: skip


def latest_of_people(span: Span, word: str) -> Diagnostic:
    """`latest` over reps."""
    return error(
        "E0421", span, f"`{word}` goes by time, and reps come in no order of time",
        "use `highest`, `lowest`, `sum`, `average` or `count`",
    )  # fmt: skip


def aggregate_of_rows(span: Span, word: str, kind: str) -> Diagnostic:
    """`sum of deal`."""
    return error(
        "E0422", span, f"`{word}` needs a column of `{kind}`",
        f"write `{word} of {kind}.amount`, or `count of {kind}`",
    )  # fmt: skip


def share_among_reps(span: Span) -> Diagnostic:
    """A share among something else."""
    return error("E0423", span, "a pool is shared among reps", "write `among every rep`")


def pool_not_money(span: Span, type_: Type) -> Diagnostic:
    """A pool that is not money."""
    return error("E0424", span, f"a pool is money, and this is {named(type_)}", "write an amount")


def weight_type(span: Span, type_: Type) -> Diagnostic:
    """A weight that is no quantity."""
    return error(
        "E0425", span, f"a weight is a quantity, and this is {named(type_)}",
        "use a number, a rate or an amount",
    )  # fmt: skip


def weight_not_positive(span: Span) -> Diagnostic:
    """A weight of zero for everybody."""
    return error("E0426", span, "with this weight nobody gets a share", "use a weight above zero")
