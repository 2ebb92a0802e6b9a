"""Problems with credits, schemes, assigns, promises and tests."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ..currency import CURRENCIES
from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from .wording import did_you_mean, error, listed, named, note, percent, warning

__all__ = [
    "above_a_rep", "above_without_manager", "any_rep", "assign_twice", "award_to", "bad_currency",
    "carry_in_let", "cell_never_missing", "clause_twice", "component_twice", "credited_twice",
    "credits_of_two_units", "credits_to_two_kinds", "empty_scheme", "factor_not_plain", "floor_after_gate",
    "floor_or_comparison", "given_twice", "next_at_end", "no_sharing", "not_run_yet", "over_not_longer",
    "pays_not_money", "receiver_is_row", "receiver_not_a_row", "receivers_differ", "release_rate",
    "release_total", "rule_twice", "scheme_for_reps", "sharing_needs", "sharing_of_one",
    "sharing_takes_nothing", "split_total", "split_without_rate", "test_path_too_long",
    "test_without_expect", "tier_not_a_rep", "total_twice", "two_names", "unknown_given", "unknown_rep_type",
    "unknown_result", "unknown_verb", "which_row", "wrong_cell",
]  # fmt: skip


def bad_currency(span: Span, word: str) -> Diagnostic:
    """A currency that is no code."""
    help_ = "write a three-letter code of ISO 4217, like `CNY`"
    return error("E0501", span, f"`{word}` is not a currency", did_you_mean(word, CURRENCIES) or help_)


def split_without_rate(span: Span) -> Diagnostic:
    """A split with a part that is not said."""
    return error(
        "E0502", span, "which part does this receiver get?",
        "give every receiver of a split its rate, totalling 100%",
    )  # fmt: skip


def split_total(span: Span, total: Fraction) -> Diagnostic:
    """A split off 100%."""
    return error(
        "E0503", span, f"the split totals {percent(total)}",
        "make it total 100%; an overlay is a `credit` of its own",
    )  # fmt: skip


def receiver_not_a_row(span: Span, type_: Type) -> Diagnostic:
    """A credit to a text."""
    return error(
        "E0504", span, f"credit goes to a rep, and this is {named(type_)}",
        "name a column that refers to a rep, like `deal.owner`",
    )  # fmt: skip


def receiver_is_row(span: Span, kind: str) -> Diagnostic:
    """`credit x to rep`."""
    return error(
        "E0505", span, f"credit goes from a row to a rep, and `{kind}` is the row itself",
        "write it as a `let` of rep, or name the rep of a row, like `deal.owner`",
    )  # fmt: skip


def receivers_differ(span: Span, kinds: Iterable[str]) -> Diagnostic:
    """A split between different kinds."""
    return error(
        "E0506", span, f"the receivers are of different kinds: {listed(kinds, 'and')}",
        "credit each kind by a `credit` of its own",
    )  # fmt: skip


def credited_twice(span: Span, word: str, kind: str, first: Span) -> Diagnostic:
    """The same rows to the same people on the same day, twice under one name."""
    return error(
        "E0540", span, f"`{word}` credits the same rows of `{kind}` twice",
        "take one away, give it a name of its own, or tell them apart by `when`", Note(first, "first here"),
    )  # fmt: skip


def credits_of_two_units(span: Span, word: str, first: Type, second: Type) -> Diagnostic:
    """An account of money and of pieces."""
    return error(
        "E0541", span, f"`{word}` counts {named(first)} elsewhere, and this is {named(second)}",
        "credits of one name add up: give this one a name of its own",
    )  # fmt: skip


def credits_to_two_kinds(span: Span, word: str, first: str, second: str) -> Diagnostic:
    """An account of reps and of accounts."""
    return error(
        "E0542", span, f"`{word}` is credited to `{first}` elsewhere, and here to `{second}`",
        "credits of one name add up: give this one a name of its own",
    )  # fmt: skip


def above_a_rep(span: Span, kind: str, type_: Type) -> Diagnostic:
    """`every team above ...`, or above what is no rep."""
    what = f"`{kind}`" if kind != "rep" else named(type_)
    return error(
        "E0543", span, f"only reps stand above one another, and this is {what}",
        "write `every rep above deal.owner`, with the column that refers to the rep",
    )  # fmt: skip


def above_without_manager(span: Span) -> Diagnostic:
    """A roll-up without a column that says who stands above whom."""
    return error(
        "E0544", span, "`rep` has no column `manager` that says who stands above a rep",
        "declare it: `facts rep { manager: rep? }`",
    )  # fmt: skip


def carry_in_let(span: Span) -> Diagnostic:
    """`carry` in a let."""
    return error("E0507", span, "a `let` carries nothing over", "put `carry` on a component or on `total`")


def unknown_rep_type(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A scheme for an unknown type."""
    known = list(known)
    help_ = did_you_mean(word, known) or f"types are {listed(known)}; any other group is `every rep where ...`"
    return error("E0508", span, f"`{word}` is not a type of rep", help_)


def scheme_for_reps(span: Span, word: str) -> Diagnostic:
    """A scheme for something else."""
    return error("E0509", span, f"a scheme is for reps, not for `{word}`", "write `for every rep where ...`")


def component_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """Two components of one name."""
    return error(
        "E0510", span, f"this scheme pays `{word}` twice",
        "rename one of them", Note(first, "first here"),
    )  # fmt: skip


def total_twice(span: Span, first: Span) -> Diagnostic:
    """Two totals."""
    return error(
        "E0511", span, "a scheme has one `total`",
        "put all its clauses behind one `total`", Note(first, "first here"),
    )  # fmt: skip


def empty_scheme(span: Span, word: str) -> Diagnostic:
    """A scheme that pays nothing."""
    return error("E0512", span, f"`{word}` pays nothing", "give it a `pay` or an `award`")


def over_not_longer(span: Span, over: str, per: str) -> Diagnostic:
    """`over month` in a quarterly scheme."""
    return error(
        "E0513", span, f"`over {over}` is not longer than the scheme's {per}",
        "a running total is over something longer, like `over year`",
    )  # fmt: skip


def pays_not_money(span: Span, name: str, type_: Type) -> Diagnostic:
    """A component that is not money."""
    help_ = "multiply by an amount, take a rate of an account, or write amounts with their currency: `10 USD`"
    return error("E0514", span, f"`{name}` pays money, and this is {named(type_)}", help_)


def clause_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """The same clause twice."""
    return error("E0515", span, f"`{word}` stands twice", "keep one of them", Note(first, "first here"))


def floor_after_gate(span: Span, gate: Span) -> Diagnostic:
    """A floor behind a gate: those stopped by the gate get the floor."""
    return warning(
        "W0804", span, "this floor is paid even to those whom the gate stops",
        "put `at least` before `when` if that is not meant", Note(gate, "the gate"),
    )  # fmt: skip


def floor_or_comparison(span: Span) -> Diagnostic:
    """`when attainment at least 80%`."""
    return error(
        "E0516", span, "`at least` with a rate is a floor here, not a comparison",
        "write `>= 80%` in the condition",
    )  # fmt: skip


def factor_not_plain(span: Span, type_: Type) -> Diagnostic:
    """`times` an amount."""
    return error(
        "E0517", span, f"`times` takes a rate or a number, and this is {named(type_)}",
        "use `plus` for an amount",
    )  # fmt: skip


def release_rate(span: Span, type_: Type) -> Diagnostic:
    """A release that is no rate."""
    help_ = "write a rate, or dated parts like `60% on deal.closed`"
    if type_.name in {"date", "moment"}:
        help_ = "write how much of it is released then: `release 100% on ...`"
    return error("E0518", span, f"`release` takes a rate, and this is {named(type_.required)}", help_)


def release_total(span: Span, total: Fraction | int) -> Diagnostic:
    """Dated parts off 100%."""
    return error("E0519", span, f"the parts total {percent(Fraction(total))}", "make them total 100%")


def which_row(span: Span) -> Diagnostic:
    """A release by a deal of a component without deals."""
    return error(
        "E0520", span, "which deal? this component has one line a period",
        "release it by dates of the period, or pay it on one account",
    )  # fmt: skip


def award_to(span: Span, type_: Type) -> Diagnostic:
    """An award to no rep."""
    return error(
        "E0521", span, f"an award is for a rep, and this is {named(type_)}",
        "name a rep, like `rep.mentor`",
    )  # fmt: skip


def not_run_yet(span: Span, what: str) -> Diagnostic:
    """Checked, and not run."""
    return note(
        "N0903", span, f"{what} is checked, and cannot be run yet",
        "results do not reflect it; each run says so",
    )  # fmt: skip


# --- assignment ---------------------------------------------------------------------------------------------


def assign_twice(span: Span, kind: str) -> Diagnostic:
    """Two assigns of one kind."""
    return error(
        "E0601", span, f"`assign {kind}` stands more than once",
        "put all its rules into one `assign`",
    )  # fmt: skip


def rule_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """Two rules of one name."""
    return error(
        "E0602", span, f"rule `{word}` stands twice",
        "rename one of them", Note(first, "first here"),
    )  # fmt: skip


def tier_not_a_rep(span: Span, type_: Type) -> Diagnostic:
    """A tier that is no rep."""
    return error(
        "E0603", span, f"a rep is due here, and this is {named(type_)}",
        "name a rep, like `lead.account_owner`, or write `any rep where ...`",
    )  # fmt: skip


def any_rep(span: Span, word: str) -> Diagnostic:
    """`any lead`."""
    group = f"write `to any rep within rep.{word} by ..., ...`: a {word} is chosen first, then a rep of it"
    help_ = group if word == "team" else "write `to any rep where ...`"
    return error("E0604", span, f"candidates are reps, not `{word}`", help_)


def no_sharing(span: Span, known: Iterable[str]) -> Diagnostic:
    """Candidates without a way to choose."""
    return error("E0605", span, "how is one of these reps chosen?", f"add `by` and one of {listed(known)}")


def sharing_needs(span: Span, word: str) -> Diagnostic:
    """A weight that is not said."""
    return error(
        "E0607", span, f"which value does `{word}` go by?",
        f"add a value of rep: `by {word} strength`",
    )  # fmt: skip


def sharing_takes_nothing(span: Span, word: str) -> Diagnostic:
    """A weight where none is taken."""
    return error("E0608", span, f"`{word}` takes no value", "take it out, or use `capability_weighted`")


def sharing_of_one(span: Span, word: str) -> Diagnostic:
    """A way to choose among one."""
    return error("E0609", span, f"one person needs no `by {word}`", "take it out")


def next_at_end(span: Span) -> Diagnostic:
    """`next` with no rule behind it."""
    return error("E0610", span, "there is no next rule here", 'say what happens: `hold "desk"`')


# --- promises and tests -------------------------------------------------------------------------------------


def unknown_verb(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A promise with another verb."""
    return error("E0701", span, f"a promise cannot speak of what `{word}`", f"write {listed(known)}")


def test_without_expect(span: Span) -> Diagnostic:
    """A test that asks nothing."""
    return error("E0702", span, "this test expects nothing", "add `expect ... is ...`")


def given_twice(span: Span, word: str, first: Span) -> Diagnostic:
    """Two rows of one name."""
    return error("E0703", span, f"`{word}` is given twice", "rename one of them", Note(first, "first here"))


def unknown_given(span: Span, word: str, known: Iterable[str], kind: str = "") -> Diagnostic:
    """A row that the test does not give."""
    if not word:
        return error(
            "E0704", span, f"a {kind} of this test is due here",
            f"write the name of a given {kind}, like `Li`",
        )  # fmt: skip
    what = kind or "row"
    help_ = did_you_mean(word, known) or f"add `given {kind or 'rep'} {word} {{ ... }}`"
    return error("E0704", span, f"the test gives no {what} called `{word}`", help_)


def unknown_result(span: Span, word: str, kind: str, known: Iterable[str]) -> Diagnostic:
    """A result that does not exist."""
    known = sorted(known)
    return error(
        "E0705", span, f"a test knows no `{word}` of a {kind}",
        did_you_mean(word, known) or f"results are {listed(known)}",
    )  # fmt: skip


def test_path_too_long(span: Span) -> Diagnostic:
    """`L1.owner.name`."""
    return error(
        "E0706", span, "a result is one step from its row",
        "write `L1.owner is Li`, or `Li.commission.payable` for what may be paid of it",
    )  # fmt: skip


def cell_never_missing(span: Span, column: str) -> Diagnostic:
    """`missing` in a column that is always there."""
    return error(
        "E0707", span, f"`{column}` is never missing",
        f"leave it out, or declare `{column}` with `?`",
    )  # fmt: skip


def wrong_cell(span: Span, column: str, wanted: Type, found: Type) -> Diagnostic:
    """A cell of another type."""
    return error(
        "E0708", span, f"`{column}` is {named(wanted)}, and this is {named(found)}",
        "write a value of that type",
    )  # fmt: skip


def two_names(span: Span, name: str, first: Span) -> Diagnostic:
    """A row with a name and another key."""
    named = Note(first, "named here")
    return error("E0709", span, f"`{name}` is the key of this row already", "leave the key out", named)
