"""Authored messages for the slips of syntax: one entry a slip, the first that recognises it speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import slips_of_assignment as assignment
from . import slips_of_blocks as blocks
from . import slips_of_facts as facts
from . import slips_of_incentives as incentives
from . import slips_of_measures as measures
from . import slips_of_omission as omission
from . import slips_of_phrases as phrases
from . import slips_of_signs as signs
from . import slips_of_words as words
from .diagnostics import Diagnostic
from .grammar import keywords
from .machine import END
from .slip import Entry, Found, Repair, Slip
from .source import Span

__all__ = ["SLIPS", "Explained", "explain", "lower_case", "no_statement_at_all", "shortened", "unread"]

SLIPS: tuple[Entry, ...] = (
    Entry("E0110", "a text is not closed", signs.unclosed_text),
    Entry("E0111", "a comment of another language", signs.comment_sign),
    Entry("E0112", "single quotes", signs.single_quotes),
    Entry("E0113", "`=` in a condition", signs.equals_for_is),
    Entry("E0114", "`=` and `:` mixed up", signs.equals_for_colon, 0),
    Entry("E0115", "`!=`", signs.not_equal_sign),
    Entry("E0116", "`=>`", signs.swapped_comparison),
    Entry("E0117", "a date in another order", signs.foreign_date),
    Entry("E0118", "an upper bound of a tier", blocks.upper_bound, 1),
    Entry("E0119", "a mathematical sign", signs.mathematical_sign),
    Entry("E0120", "a currency sign", signs.currency_sign),
    Entry("E0121", "`&&`, `||`, `!`", signs.and_or_signs),
    Entry("E0122", "`;`", signs.semicolon),
    Entry("E0123", "square brackets", signs.square_bracket),
    Entry("E0124", "`%` apart from its number", signs.apart_percent),
    Entry("E0125", "a decimal comma or blanks between thousands", signs.digits_slip),
    Entry("E0126", "a number with `k` or `million`", words.large_number),
    Entry("E0185", "`recoverable` for `carry`", incentives.recoverable_word),
    Entry("E0127", "an unknown unit", words.unknown_unit, 0),
    Entry("E0128", "a reserved word in upper case", words.upper_case, 2),
    Entry("E0189", "`optional` for `?`", facts.optional_word),
    Entry("E0190", "a list of texts", facts.list_of_texts),
    Entry("E0191", "a default of a column", facts.default_of_column),
    Entry("E0192", "a moment without quotes", facts.moment_without_quotes),
    Entry("E0193", "`in the last` for `over last`", facts.in_last),
    Entry("E0166", "`at most` inside a value", phrases.limit_inside),
    Entry("E0167", "a reading with words behind it, without brackets", phrases.open_phrase),
    Entry("E0168", "a sum without brackets", phrases.bare_sum),
    Entry("E0169", "a sum of a `let` over rows, without brackets", phrases.let_of_rows),
    Entry("E0170", "a person in quotes", phrases.person_by_text),
    Entry("E0171", "a row in a setting", phrases.row_in_setting),
    Entry("E0172", "a team in quotes", assignment.team_by_text),
    Entry("E0173", "a step behind `if nobody`", assignment.step_behind_nobody),
    Entry("E0174", "an action by another name", assignment.action_word),
    Entry("E0175", "a timer with `if`", assignment.timer_condition),
    Entry("E0176", "a desk without quotes", assignment.unquoted_desk),
    Entry("E0177", "a limit per day", assignment.limit_per_period),
    Entry("E0178", "a way to choose without `by`, or by two words", assignment.spoken_sharing),
    Entry("E0179", "`accept` left out", assignment.accept_left_out),
    Entry("E0180", "a set that contains", assignment.contained),
    Entry("E0181", "a direction in a setting", assignment.direction_in_setting),
    Entry("E0182", "`of` left out behind a rate", incentives.of_left_out),
    Entry("E0183", "a component that is paid to somebody", incentives.paid_to),
    Entry("E0184", "a draw by name", incentives.draw_word),
    Entry("E0186", "an amount per deal", incentives.amount_per_row),
    Entry("E0187", "a group with `in`", incentives.group_in),
    Entry("E0188", "`monthly` for `per month`", incentives.period_adverb),
    Entry("E0129", "a `{` is not closed", blocks.unclosed_block),
    Entry("E0130", "a `(` is not closed", blocks.unclosed_bracket),
    Entry("E0131", "a `}` or `)` too many", blocks.closes_nothing),
    Entry("E0132", "no `otherwise`", blocks.missing_otherwise, 1),
    Entry("E0133", "no `if nobody`", blocks.missing_nobody, 1),
    Entry("E0134", "a table without a reading", blocks.table_without_reading),
    Entry("E0135", "prizes without a rule for ties", blocks.table_without_ties),
    Entry("E0136", "a table of a phrase with filters", blocks.filtered_table),
    Entry("E0137", "a tier without `from`", blocks.tier_without_from, 1),
    Entry("E0138", "a tier without a colon", blocks.tier_without_colon),
    Entry("E0139", "a condition or a rule after `otherwise`", blocks.after_otherwise),
    Entry("E0140", "`else` for `otherwise`", words.else_for_otherwise),
    Entry("E0141", "`and` with `or` without brackets", blocks.mixed_and_or),
    Entry("E0142", "a chain of comparisons", blocks.chained_comparison),
    Entry("E0143", "`cap`, `max` or `min`", words.cap_words, 2),
    Entry("E0144", "`between`", words.between, 1),
    Entry("E0145", "a comparison in words", words.comparison_words, 3),
    Entry("E0146", "`to reps where`", words.to_many),
    Entry("E0147", "a group without `every`", words.among_all),
    Entry("E0148", "`if` or `?` in a value", words.if_expression),
    Entry("E0149", "a clause outside of its block", blocks.outside_block),
    Entry("E0163", "a target without its person and period", omission.bare_target),
    Entry("E0164", "a total without `share` or `among`", omission.total_without_share),
    Entry("E0150", "a value is missing", omission.missing_value, 2),
    Entry("E0158", "a clause that is not finished", omission.unfinished_clause, 2),
    Entry("E0156", "`of` beside an operator", blocks.of_beside_operator),
    Entry("E0157", "a filter after `where`", blocks.after_where),
    Entry("E0162", "a `{` is missing", omission.missing_brace, 0),
    Entry("E0151", "a reserved word as a name", words.reserved_name),
    Entry("E0165", "`then` between measures", measures.joined_by_word),
    Entry("E0160", "a word twice", omission.doubled, 5),
    Entry("E0159", "a name is missing", omission.missing_name, 1),
    Entry("E0154", "a sign is missing", omission.missing_sign, 0),
    Entry("E0161", "a word is missing", omission.missing_word, 1),
    Entry("E0152", "another word belongs here", words.other_word, 1),
    Entry("E0153", "a misspelt word", words.misspelt_word, 2),
    Entry("E0155", "a sign too many", omission.unneeded_sign, 2),
)

# Terminals without a word of their own, as a person would call them.
_CALLED = {
    "NAME": "a name", "NUMBER": "a number", "RATE": "a rate such as `5%`", "STRING": 'a text such as `"won"`',
    "QUANTITY": "a number with a unit such as `24 months`", "DATE": "a date such as `2026-04-01`",
    "TIME": "a time such as `09:00`", "PERIOD": "a period such as `2026-Q2`", "LBRACE": "`{`", "RBRACE": "`}`",
    "LPAR": "`(`", "RPAR": "`)`", "COLON": "`:`", "COMMA": "`,`", "DOT": "`.`", "EQUAL": "`=`", "OPTIONAL": "`?`",
    "MINUS": "`-`", "_DOTS": "`..`", "SIGN": "an operator", "SCALE": "an operator", "COMPARE": "a comparison",
    "IS": "a comparison", "IN": "a comparison", "NOT": "`not`", END: "the next statement",
}  # fmt: skip
_ANYWHERE = ("`not`", "an operator", "a comparison", "`,`", "`.`", "`(`", "the next statement")
_MOST_NAMED = 9
_LONGEST = 60
_VALUES = frozenset({
    "NAME", "NUMBER", "RATE", "STRING", "QUANTITY", "DATE", "TIME", "LPAR", "CHOOSE", "BLEND", "TOTAL", "NOT", "SIGN"
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explained:
    """The code and diagnostic of a slip, and how reading goes on. The span's offsets are in the statement."""

    diagnostic: Diagnostic
    repair: Repair


def explain(slip: Slip) -> Explained:
    """What a slip is, in words, and how reading goes on behind it."""
    for entry in SLIPS:
        found = _recognise(entry, slip)
        if found is not None:
            span, help_ = Span(found.start, found.end), _one_line(found.help)
            said = Diagnostic(entry.code, "error", _one_line(found.message), span, help=help_, fix=found.fix)
            return Explained(said, found.repair)
    message = _one_line(f"`{slip.text}` cannot stand here") if slip.text else "the statement ends too early"
    could = _could_stand(slip.machine.expected())
    return Explained(
        Diagnostic(
            "E0100",
            "error",
            message,
            Span(slip.start, slip.end),
            help=f"what could: {could}" if could else "",
        ),
        Repair(slip.start, skip=True),
    )


def unread(span: Span) -> Diagnostic:
    """A statement that cannot be read, where nothing more is known."""
    return Diagnostic("E0100", "error", "this statement cannot be read", span, help="write it again, bit by bit")


def lower_case(word: str, span: Span) -> Diagnostic:
    """An opening word in upper case."""
    return Diagnostic(
        "E0128",
        "error",
        f"`{word}` is written in lower case",
        span,
        help=f"write `{word.lower()}`",
        fix=word.lower(),
    )


def _recognise(entry: Entry, slip: Slip) -> Found | None:
    """What an entry finds; where it only guesses, the first guess with which reading goes on."""
    if entry.back < 0:
        return entry.recognise(slip)
    for back in range(entry.back + 1):
        blamed = slip.back(back)
        found = entry.recognise(blamed) if blamed else None
        if found is not None:
            found = replace(found, repair=replace(found.repair, back=found.repair.back + back))
            if slip.reads_on(found.repair):
                return found
    return None


def no_statement_at_all() -> Diagnostic:
    """A text with nothing but blanks and comments."""
    return Diagnostic(
        "E0105", "error", "the file holds no statement", Span(0, 0),
        help='begin with `policy "name" { currency: USD }`',
    )  # fmt: skip


def shortened(word: str) -> str:
    """A word of the author's as a message shows it."""
    return word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"


def _one_line(message: str) -> str:
    """A message without line ends, and with long words of the author's cut short."""
    return re.sub(r"`([^`]+)`", lambda found: f"`{shortened(found[1])}`", " ".join(message.split()))


def _could_stand(accepts: Iterable[str]) -> str:
    """A list in words of the terminals that could stand somewhere, the most telling first."""
    left = set(accepts)
    named: dict[str, None] = {}
    if {"NAME", "NUMBER", "LPAR"} <= left:
        named["a value"] = None
        left -= _VALUES
    named.update((_CALLED[one], None) for one in _CALLED if one in left)
    words = [f"`{word}`" for word, terminal in keywords().items() if terminal in left and terminal not in _CALLED]
    # Signs and values first, then words, then what goes on with nearly everything.
    items = [one for one in named if one not in _ANYWHERE] + words + [one for one in named if one in _ANYWHERE]
    if len(items) > _MOST_NAMED:
        items = [*items[: _MOST_NAMED - 1], "other words"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}" if items else ""
