"""Problems with names: unknown, taken, twice, or not of this place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from ..words import PERIODS, TABLES
from .wording import did_you_mean, error, listed, named, warning

__all__ = [
    "aggregate_needs_name", "circular", "column_bound", "column_twice", "column_with_of", "column_without_row",
    "ever_looks_ahead", "facts_without_columns", "kind_alone", "name_taken", "name_twice", "no_columns",
    "no_currency", "no_key", "no_policy", "no_reps", "not_a_column", "of_too_many", "over_needs_name", "over_what",
    "policy_twice", "quote_the_text", "row_not_here", "setting_kind", "setting_twice", "setting_word",
    "total_of_name", "two_keys", "unknown_column", "unknown_function", "unknown_kind", "unknown_name",
    "unknown_period", "unknown_period_part", "unknown_setting", "unknown_timezone", "unknown_type", "unknown_window",
    "unused", "value_of_no_row", "which_date", "whose", "window_count",
]  # fmt: skip


def unknown_name(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A name that nothing declares."""
    help_ = did_you_mean(word, known) or "declare it with `let` or `credit`, or as a column in `facts`"
    if word.lower() in {"nobody", "null", "none", "nil", "empty", "blank", "unassigned"}:
        help_ = "what is not there is asked for by `... is missing`"
    return error("E0201", span, f"nothing here is called `{word}`", help_)


def unknown_column(span: Span, word: str, kind: str, columns: Iterable[str]) -> Diagnostic:
    """A column that a kind of fact does not have."""
    known = list(columns)
    help_ = did_you_mean(word, known) or f"add it with `facts {kind} {{ {word}: ... }}`"
    return error("E0202", span, f"`{kind}` has no column `{word}`", help_)


def unknown_kind(span: Span, word: str, kinds: Iterable[str]) -> Diagnostic:
    """A kind of fact that is not declared."""
    known = list(kinds)
    help_ = did_you_mean(word, known) or (
        f"declare it with `facts {word} {{ ... }}`" + ("" if known else ", or write `facts standard`")
    )
    return error("E0203", span, f"`{word}` is not a kind of fact", help_)


def not_a_column(span: Span, word: str, kind: str) -> Diagnostic:
    """`rep.bookings` for an account."""
    return error(
        "E0204", span, f"`{word}` is not a column of `{kind}`",
        f"write `{word} of {kind}`, or `{word}` alone",
    )  # fmt: skip


def column_with_of(span: Span, word: str, kind: str) -> Diagnostic:
    """`amount of deal` for a column."""
    return error("E0205", span, f"`{word}` is a column of `{kind}`", f"write `{kind}.{word}`")


def column_without_row(span: Span, word: str, kind: str) -> Diagnostic:
    """`amount` for `deal.amount`."""
    return error("E0206", span, f"`{word}` is a column and needs its row", f"write `{kind}.{word}`")


def row_not_here(
    span: Span, word: str, here: Iterable[str], people: Iterable[str] = (), *, assigns: bool = False
) -> Diagnostic:
    """A row of a kind that is not at hand; `people` are ways from the row at hand to a rep; `assigns`: in a rule."""
    known = list(here)
    help_ = f"here the row is {listed(known)}"
    rep = next(iter(people), None)
    if word == "rep" and assigns:
        help_ += "; what is asked of reps stands behind `where`: `to any rep where ...`"
    elif word == "rep" and rep is not None:
        help_ += f"; write `{rep}` for its rep"
    elif known == ["rep"]:
        help_ += f"; add up the rows of `{word}` with a `credit`"
    return error(
        "E0207", span, f"there is no `{word}` here",
        help_ if known else "write an account or a `let`",
    )  # fmt: skip


def whose(span: Span, word: str, people: Iterable[str]) -> Diagnostic:
    """A bare account where no rep is at hand; `people` are ways from the row at hand to one."""
    example = next(iter(people), "deal.owner")
    help_ = "write `let ... of rep = ...`" if word == "within" else f"write `{word} of {example}`"
    return error("E0208", span, f"whose `{word}`? there is no rep here", help_)


def value_of_no_row(span: Span, word: str, kind: str, known: Sequence[str]) -> Diagnostic:
    """A `let` of deals in the value of a component, where there is a rep."""
    way = "put it into the `credit` that counts them" if tuple(known) == ("rep",) else "read it where there is one"
    here = f"; here the row is {listed(known, 'and')}" if known else ""
    return error("E0265", span, f"`{word}` is of a {kind}, and there is no {kind} here", f"{way}{here}")


def over_what(span: Span, word: str) -> Diagnostic:
    """An account read where there is no period."""
    return error(
        "E0209", span, f"`{word}` over what time? a single row has no period",
        f"say it: `{word} ... over quarter`",
    )  # fmt: skip


def of_too_many(span: Span, word: str, params: Iterable[str]) -> Diagnostic:
    """`fit of rep` for a let of two kinds."""
    return error(
        "E0210", span, f"`{word}` is of {listed(params, 'and')}",
        f"write `{word}` alone where both rows are at hand",
    )  # fmt: skip


def circular(span: Span, word: str, through: Iterable[str]) -> Diagnostic:
    """A value that needs itself."""
    first, *rest = [f"`{name}`" for name in [*through, word]]
    chain = f"{first} needs {', which needs '.join(rest)}"
    return error("E0211", span, f"`{word}` is worked out from itself", f"break the circle: {chain}")


def name_taken(span: Span, word: str) -> Diagnostic:
    """A name that the language or a kind of fact uses."""
    return error("E0212", span, f"`{word}` already means something else", "choose another name")


def name_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """Two meanings of a name."""
    return error(
        "E0213", span, f"`{word}` is declared twice",
        "rename one of them", Note(first, "first here"),
    )  # fmt: skip


def column_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """A column declared twice."""
    return error(
        "E0214", span, f"column `{word}` is declared twice",
        "keep one of them", Note(first, "first here"),
    )  # fmt: skip


def column_bound(span: Span, compare: str) -> Diagnostic:
    """A bound that a column cannot have."""
    return error(
        "E0215", span, f"this column cannot be bounded with `{compare}`",
        "a quantity may have a least value: `> 0` or `>= 0`",
    )  # fmt: skip


def facts_without_columns(span: Span, word: str) -> Diagnostic:
    """`facts deal` without a block."""
    return error(
        "E0216", span, f"`facts {word}` needs its columns",
        f"write `facts {word} {{ id: key  ... }}`; only `facts standard` stands alone",
    )  # fmt: skip


def no_key(span: Span, kind: str) -> Diagnostic:
    """A kind whose rows have no name."""
    return error(
        "E0217", span, f"the rows of `{kind}` have no key",
        "declare the column that names a row: `id: key`",
    )  # fmt: skip


def two_keys(span: Span, first: str, second: str) -> Diagnostic:
    """A kind with two keys."""
    return error("E0218", span, f"`{first}` and `{second}` cannot both be the key", "keep one of them")


_SPOKEN = {
    "integer": "count", "int": "count", "decimal": "number", "float": "number", "double": "number", "numeric": "number",
    "boolean": "flag", "bool": "flag", "string": "text", "str": "text", "varchar": "text", "enum": '"a" or "b"',
    "datetime": "moment", "timestamp": "moment", "percent": "rate", "percentage": "rate", "currency": "money",
    "amount": "money", "duration": "days", "list": "set of text", "array": "set of text", "user": "rep", "agent": "rep",
}  # fmt: skip
"""What databases and other systems say for a type."""


def unknown_type(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A type that does not exist."""
    known = list(known)
    spoken = _SPOKEN.get(word.lower())
    help_ = f"write `{spoken}`" if spoken else did_you_mean(word, known) or f"types are {listed(known)}"
    return error("E0219", span, f"`{word}` is not a type", help_)


def no_policy(span: Span) -> Diagnostic:
    """A file without a head."""
    return error(
        "E0220", span, "the file has no `policy` statement",
        'begin with `policy "name" { currency: USD }`',
    )  # fmt: skip


def policy_twice(span: Span, first: Span) -> Diagnostic:
    """Two heads."""
    return error(
        "E0221", span, "a file holds one policy",
        "keep one `policy` statement", Note(first, "first here"),
    )  # fmt: skip


def no_currency(span: Span) -> Diagnostic:
    """No currency."""
    return error(
        "E0222", span, "the policy names no currency",
        "add `currency: USD` (or another) to its settings",
    )  # fmt: skip


def no_reps(span: Span) -> Diagnostic:
    """A policy that pays or assigns without reps."""
    return error(
        "E0223", span, "the policy has no `rep` facts",
        "add `facts standard`, or declare `facts rep { id: key }`",
    )  # fmt: skip


def unknown_setting(span: Span, word: str, block: str, known: Iterable[str]) -> Diagnostic:
    """A setting that a block does not have."""
    known = list(known)
    none = f"leave it out: `{block}` takes no settings"
    help_ = did_you_mean(word, known) or (f"settings of `{block}` are {listed(known)}" if known else none)
    return error("E0224", span, f"`{block}` has no setting `{word}`", help_)


def setting_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """The same setting or cell twice."""
    return error("E0225", span, f"`{word}` is said twice", "keep one of them", Note(first, "first here"))


def setting_word(span: Span, name: str, word: str, allowed: Iterable[str]) -> Diagnostic:
    """A value that a setting cannot have."""
    allowed = list(allowed)
    help_ = did_you_mean(word, allowed) or f"`{name}` is {listed(allowed)}"
    return error("E0226", span, f"`{name}` cannot be `{word}`", help_)


def setting_kind(span: Span, name: str, shape: str) -> Diagnostic:
    """A value of the wrong shape."""
    return error("E0227", span, f"`{name}` has the wrong form", f"write {shape}")


def unknown_timezone(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A time zone that the tz database does not list."""
    return error(
        "E0228", span, f"`{word}` is not a time zone",
        did_you_mean(word, known) or 'write one like `"Asia/Shanghai"`',
    )  # fmt: skip


def unknown_function(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A function that does not exist."""
    known = list(known)
    if word in {"min", "max"}:
        return error(
            "E0229", span, f"there is no `{word}`",
            "write the limit as `at most` or `at least` behind the value",
        )  # fmt: skip
    help_ = did_you_mean(word, known) or f"functions are {listed(known)}"
    return error("E0229", span, f"there is no function `{word}`", help_)


def unknown_period(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """Not a kind of period."""
    known = list(known)
    return error(
        "E0230", span, f"`{word}` is not a period",
        did_you_mean(word, known) or f"periods are {listed(known)}",
    )  # fmt: skip


def unknown_period_part(span: Span, word: str) -> Diagnostic:
    """`period.x`."""
    return error(
        "E0231", span, f"a period has no `{word}`",
        "write `period.start`, `period.end`, `period.month`, `period.quarter` or `period.year`",
    )  # fmt: skip


def unknown_window(span: Span, word: str) -> Diagnostic:
    """`over x`."""
    help_ = did_you_mean(word, (*PERIODS, "last", "previous", "all")) or (
        "write `over year`, `over last 90 days`, `over previous 4 quarters`, `over all` or `over 2026-Q1`"
    )
    return error("E0232", span, f"`over {word}` is not a stretch of time", help_)


def ever_looks_ahead(span: Span) -> Diagnostic:
    """`over ever` where the future is not known."""
    return error(
        "E0244", span, "`over ever` looks ahead, and only a `credit` may: what it credits is settled later",
        "write `over all`: everything so far; a `where` that says when, by `now` or `today`, may look at every row",
    )  # fmt: skip


def window_count(span: Span, text: str) -> Diagnostic:
    """`over last 0 days`."""
    return error(
        "E0233", span, f"`{text}` is not a stretch of time",
        "write a whole number above zero and a unit of time",
    )  # fmt: skip


def over_needs_name(span: Span) -> Diagnostic:
    """`over` behind something without a name."""
    return error(
        "E0234", span, "`over` takes the name of an account or of a `let`",
        "give the value a name with `let` first",
    )  # fmt: skip


def total_of_name(span: Span) -> Diagnostic:
    """`total` of something without a name."""
    return error(
        "E0235", span, "`total` takes the name of an account or of a `let` of rep",
        "give the value a name with `credit` or `let` first",
    )  # fmt: skip


def aggregate_needs_name(span: Span) -> Diagnostic:
    """An aggregate over rows inside a formula."""
    return error(
        "E0236", span, "an aggregate over rows needs a name",
        "write it as a `let` of its own, so that explanations can name it",
    )  # fmt: skip


def which_date(span: Span, kind: str) -> Diagnostic:
    """A kind with no date or several."""
    return error("E0237", span, f"by which date do rows of `{kind}` count?", f"say it: `on {kind}.some_date`")


def kind_alone(span: Span, word: str) -> Diagnostic:
    """`marginal` where a value is due."""
    example = f"{word} bookings {{ ... }}" if word in TABLES else f"{word} of bookings"
    example += " ties same" if word == "rank" else ""
    return error(
        "E0238", span, f"`{word}` needs what it reads",
        f"write what it reads behind it: `{example}`",
    )  # fmt: skip


def no_columns(span: Span, word: str, type_: Type) -> Diagnostic:
    """`deal.amount.x`."""
    return error(
        "E0239", span, f"{named(type_)} has no column `{word}`",
        "only rows, and columns that refer to rows, have columns",
    )  # fmt: skip


def quote_the_text(span: Span, word: str) -> Diagnostic:
    """Text without quotes."""
    return error("E0240", span, f"`{word}` is text and needs quotes", f'write `"{word}"`')


def unused(span: Span, word: str) -> Diagnostic:
    """A name that nothing reads."""
    return warning("W0801", span, f"nothing reads `{word}`", "use it, or take it out")
