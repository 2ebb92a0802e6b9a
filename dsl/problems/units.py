"""Problems with types and units."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .. import checked as c
from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from .wording import did_you_mean, error, listed, named, percent, warning

__all__ = [
    "argument_count", "bare_text", "cannot_combine", "cannot_compare", "compared_with_itself", "divides_by_zero",
    "else_without_need",
    "group_type", "let_wrong_period", "may_be_missing", "never_missing", "no_order", "no_such_date",
    "not_a_condition", "not_a_duration", "not_a_quantity", "not_a_set", "not_an_option",
    "number_for_duration", "number_for_rate", "of_wrong_kind", "on_needs_date", "or_text",
    "other_currency", "part_of_month", "parts_differ", "period_as_value", "range_backwards", "rate_of_what",
    "set_of_texts", "wrong_argument", "wrong_period", "wrong_type",
]  # fmt: skip

_APART = "days and months are different: a month has no fixed number of days"


def number_for_rate(span: Span, text: str, value: Fraction) -> Diagnostic:
    """`80` or `0.05` where a rate is due."""
    meant = f"`{text}%`" if value >= 1 else f"`{percent(value)}`"
    if value == 1:
        meant = "`100%` for all of it, or `1%`"
    return error("E0301", span, f"`{text}` is a number, and a rate is due here", f"write {meant}")


def number_for_duration(span: Span, text: str, wanted: Type) -> Diagnostic:
    """`30` where a duration is due."""
    unit = "months" if wanted.name == "months" else "days"
    return error(
        "E0302", span, f"`{text}` has no unit, and {named(wanted)} is due here",
        f"write `{text} {unit}`",
    )  # fmt: skip


def wrong_type(span: Span, found: Type, wanted: Type) -> Diagnostic:
    """A value of another type than its place asks for."""
    help_ = "use a value of that type"
    if wanted.name == "money" and found.is_plain:
        help_ = "write an amount, or a part of one: `5% of ...`"
    elif wanted.name == "rate" and found.name == "money":
        help_ = "write a rate, or divide by the amount that is 100%"
    return error("E0303", span, f"this is {named(found)}, and {named(wanted)} is due here", help_)


def cannot_combine(span: Span, op: str, left: c.Expr, right: c.Expr) -> Diagnostic:
    """Units that do not add, multiply or divide."""
    one, other = named(left.type), named(right.type)
    done = {
        "+": f"add {one} and {other}", "-": f"subtract {other} from {one}",
        "*": f"multiply {one} by {other}", "/": f"divide {one} by {other}",
    }[op]  # fmt: skip
    names = {left.type.name, right.type.name}
    help_ = "give both sides the same unit"
    if names == {"days", "months"}:
        help_ = _APART
    elif names == {"date", "moment"}:
        help_ = "take the day of the moment, `date(...)`; or `now` where it says `today`"
    elif names == {"money"} and left.type.currency != right.type.currency:
        help_ = "amounts in different currencies do not mix: write both in one"
    elif op in "+-" and names == {"money", "rate"}:
        help_ = "write the rate as a part of an amount: `5% of ...`"
    elif op in "+-" and "rate" in names and names <= {"rate", "number", "count"}:
        help_ = "a rate times a number is a number: `1 * (...)`"
    elif op == "*":
        help_ = "one of the two must be a rate, a number or a count"
    elif op == "/":
        help_ = "divide by a rate, a number or a count, or by a value of the same unit"
    return error(
        "E0304", span, f"cannot {done}", help_,
        Note(left.span, f"this is {one}"), Note(right.span, f"this is {other}"),
    )  # fmt: skip


def cannot_compare(span: Span, op: str, left: c.Expr, right: c.Expr) -> Diagnostic:
    """Values of types that do not compare."""
    one, other = named(left.type), named(right.type)
    help_ = "compare values of the same type"
    if {left.type.name, right.type.name} == {"days", "months"}:
        help_ = _APART
    elif {left.type.name, right.type.name} == {"ref", "text"}:
        help_ = "compare a column of the row with the text, like `....name is ...`"
        text = right if right.type.name == "text" else left
        if isinstance(text, c.Constant) and isinstance(left if text is right else right, c.TestRead):
            help_ = f"what a test gave is named without quotes: `{text.value}`"
    return error(
        "E0305", span, f"cannot compare {one} with {other}", help_,
        Note(left.span, f"this is {one}"), Note(right.span, f"this is {other}"),
    )  # fmt: skip


def no_order(span: Span, type_: Type) -> Diagnostic:
    """`<` between texts."""
    help_ = "compare with `is`, or use a quantity or a date"
    if type_.name == "text":
        help_ = 'compare with `is`, or ask how it begins: `starts_with(..., ("a", "b"))`'
    return error("E0306", span, f"{named(type_)} has no order", help_)


def not_a_quantity(span: Span, type_: Type) -> Diagnostic:
    """A sum over texts, the fewest of a moment."""
    help_ = "use money, a rate, a number, a count or a duration"
    if type_.name in {"date", "moment"}:
        ago = "now - ..." if type_.name == "moment" else "days(..., today)"
        help_ = f"say how long ago it is, which is most for the earliest: `{ago}`"
    return error("E0307", span, f"a quantity is due here, and this is {named(type_)}", help_)


def not_a_condition(span: Span, type_: Type) -> Diagnostic:
    """A value where yes or no is due."""
    return error(
        "E0308", span, f"a condition is due here, and this is {named(type_)}",
        "compare it with something: `... >= ...`, `... is ...`",
    )  # fmt: skip


def bare_text(span: Span, text: str) -> Diagnostic:
    """A text as condition."""
    return error("E0309", span, f'`"{text}"` alone is not a condition', f'write `... is "{text}"`')


def or_text(span: Span, text: str) -> Diagnostic:
    """`is "x" or "y"`."""
    return error("E0310", span, f'`"{text}"` alone is not a condition', f'write `... in ("...", "{text}")`')


_INSTEAD = {
    "money": "0", "number": "0", "count": "0", "rate": "0%", "days": "0 days", "months": "0 months", "text": '"none"',
    "flag": "no",
}  # fmt: skip


def may_be_missing(
    span: Span, divisor: str | None, type_: Type, why: Note | None, *, unlike: bool = False
) -> Diagnostic:
    """An optional value read as if it were always there; `divisor` is given where it is a division, `""` unnamed."""
    instead = _INSTEAD.get(type_.name)
    if divisor is not None:
        declare = f", or declare `{divisor}` as `> 0`" if divisor else ""
        say = f"say what then: `(... else {instead or 0})`"
        return error("E0311", span, "this divides by what may be zero", say + declare)
    ask = f"ask first: `... is {'missing or' if unlike else 'known and'} ...`"
    help_ = f"say what then: `(... else {instead})`, or {ask}" if instead else ask
    if type_.name == "text":  # two that are missing would be alike
        help_ = f"{ask}; or say what then: `(... else {instead})`"
    return error("E0311", span, "this may be missing", help_, *([why] if why is not None else []))


def never_missing(span: Span, operand: Span) -> Diagnostic:
    """`is known` of what is always there."""
    return warning(
        "W0802", span, "this is never missing",
        "take the question out, or declare the column with `?`", Note(operand, "always there"),
    )  # fmt: skip


def else_without_need(span: Span, value: Span) -> Diagnostic:
    """`else` behind what is always there."""
    return warning("W0803", span, "this `else` is never reached", "take it out", Note(value, "never missing"))


def compared_with_itself(span: Span, holds: bool) -> Diagnostic:
    """`lead.region is lead.region`, which in an aggregate over leads is meant to compare one with another."""
    return warning(
        "W0806", span, f"both sides are the same, so this {'always' if holds else 'never'} holds",
        "compare with something else; rows that are compared with one of their own kind are `other`: `count of other`",
    )  # fmt: skip


def wrong_period(span: Span, per: str, scope: str | None) -> Diagnostic:
    """An annual quota in a quarterly scheme."""
    where = f"this stands in a scheme per {scope}" if scope else "there is no period here"
    return error(
        "E0312", span, f"this is an amount per {per}, and {where}",
        f"declare the column as `money per {scope}`, or read it in a `let` with `over {per}`" if scope
        else f"read it in a scheme per {per}",
    )  # fmt: skip


def let_wrong_period(span: Span, name: str, per: str, scope: str | None, place: Span) -> Diagnostic:
    """A let that reads an annual quota, read in a quarterly scheme."""
    here = f"one {scope}" if scope else f"another stretch of time than one {per}"
    return error(
        "E0313", span, f"`{name}` reads an amount per {per}, and here it is read over {here}",
        f"write `{name} over {per}`, or declare the amount for the period of this scheme",
        Note(place, f"an amount per {per}"),
    )  # fmt: skip


def other_currency(span: Span, found: str, policy: str) -> Diagnostic:
    """Pay in another currency."""
    return error(
        "E0314", span, f"this pays {found}, and the policy pays {policy}",
        f"write the amount in {policy}",
    )  # fmt: skip


def of_wrong_kind(span: Span, word: str, wanted: str, found: Type) -> Diagnostic:
    """`bookings of deal`."""
    return error(
        "E0315", span, f"`{word}` is of a {wanted}, and this is {named(found)}",
        f"write what refers to a {wanted}, like `{word} of deal.owner`",
    )  # fmt: skip


def rate_of_what(span: Span, type_: Type) -> Diagnostic:
    """`5% of "x"`."""
    return error(
        "E0317", span, f"a rate of {named(type_)} means nothing",
        "take a rate of money or of a number",
    )  # fmt: skip


def parts_differ(span: Span, first: c.Expr, other: c.Expr) -> Diagnostic:
    """Branches of different types."""
    one, another = named(first.type), named(other.type)
    return error(
        "E0318", span, f"one part is {one}, another is {another}", "give all parts the same type",
        Note(first.span, f"this is {one}"), Note(other.span, f"this is {another}"),
    )  # fmt: skip


def not_an_option(span: Span, text: str, options: Iterable[str]) -> Diagnostic:
    """A text that a closed list does not hold."""
    known = list(options)
    help_ = did_you_mean(text, known) or f"one of {listed(known)}"
    return error("E0319", span, f'`"{text}"` is not one of the texts that can stand here', help_)


def no_such_date(span: Span, text: str) -> Diagnostic:
    """`2026-02-30`."""
    return error(
        "E0320", span, f"`{text}` does not exist in the calendar or on the clock",
        "write it like `2026-02-28`, `09:30` or `\"2026-02-28 09:30\"`",
    )  # fmt: skip


def part_of_month(span: Span, text: str) -> Diagnostic:
    """`1.5 months` is fine in no calendar."""
    return error("E0321", span, f"`{text}` is not a whole number of months", "write whole months, or days")


def not_a_set(span: Span, type_: Type) -> Diagnostic:
    """`in` without a set."""
    return error(
        "E0322", span, f"`in` needs a set, and this is {named(type_)}",
        'write `in ("a", "b")`, or use `is`',
    )  # fmt: skip


def set_of_texts(span: Span) -> Diagnostic:
    """A set of something else."""
    return error("E0323", span, "a set holds texts", 'write `("a", "b")`')


def period_as_value(span: Span, text: str) -> Diagnostic:
    """A period where a value is due."""
    return error("E0324", span, f"`{text}` is a period, not a value", f"write `... over {text}`, or a date")


def divides_by_zero(span: Span) -> Diagnostic:
    """Division by a literal zero."""
    return error("E0325", span, "this divides by zero", "divide by something else")


def argument_count(span: Span, word: str, wanted: int, found: int) -> Diagnostic:
    """A call with too few or too many values."""
    return error(
        "E0326", span, f"`{word}` takes {wanted} value{'s' if wanted != 1 else ''}, not {found}",
        "the language reference lists what each function takes",
    )  # fmt: skip


def wrong_argument(span: Span, word: str, wanted: str, found: Type) -> Diagnostic:
    """A call with a value of the wrong type."""
    kinds = " or ".join(named(Type(part)) for part in wanted.split("|") if part)  # pyright: ignore[reportArgumentType]
    return error(
        "E0327", span, f"`{word}` takes {kinds} here, and this is {named(found)}",
        "use a value of that type",
    )  # fmt: skip


def on_needs_date(span: Span, type_: Type) -> Diagnostic:
    """`on` something that is no date."""
    return error(
        "E0328", span, f"a date is due here, and this is {named(type_)}",
        "name a column that holds a date",
    )  # fmt: skip


def range_backwards(span: Span) -> Diagnostic:
    """A range that ends before it begins."""
    return error("E0329", span, "this range ends before it begins", "write the earlier day first")


def not_a_duration(span: Span, text: str) -> Diagnostic:
    """`after 5 USD`."""
    return error("E0330", span, f"`{text}` is not a stretch of time", "write it like `30 days` or `1 hour`")


def group_type(span: Span, type_: Type) -> Diagnostic:
    """`within` something that does not group."""
    return error(
        "E0331", span, f"{named(type_)} does not make groups",
        "use a text, a count, a yes-or-no column, or one that refers to a row",
    )  # fmt: skip
