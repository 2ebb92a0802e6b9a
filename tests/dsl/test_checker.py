"""What the checker promises: types and units, values that may be missing, lines, columns read, and the hash."""

import itertools
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl import checked as c
from meed.dsl.checker import Checked

PRELUDE = """policy "P" { currency: USD }
facts standard
facts rep { yearly: money per year > 0 }
facts deal { presales: rep?  cancelled: date? }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
credit margins to deal.owner on deal.closed = deal.amount - deal.collected
let attainment of rep = bookings / rep.quota else 0%
let progress of rep = bookings / rep.yearly
let capped of rep = bookings at most 100_000
let floored of rep = bookings at least 100_000
let half of rep = 50% of bookings
"""


def codes(checked: Checked) -> list[str]:
    """The codes of errors, in order."""
    return [found.code for found in checked.diagnostics if found.severity == "error"]


def policy(text: str) -> c.Policy:
    """The policy of a text behind the prelude, which must check."""
    checked = check(PRELUDE + text)
    assert checked.policy is not None, codes(checked)
    return checked.policy


def value(expression: str, of: str = "rep") -> c.Expr:
    """The checked value of `let x of KIND = EXPRESSION`."""
    return policy(f"let x of {of} = {expression}").lets["x"].value


def errors(text: str) -> list[str]:
    return codes(check(PRELUDE + text))


# --- types and units -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "type_"),
    [
        ("12", "count"),
        ("1_000.5", "number"),
        ("5%", "rate"),
        ("100 USD", "money"),
        ("(10% of bookings) + (5% of margins)", "money"),
        ("rank of bookings ties same", "place"),
        ("100 EUR + 5 EUR", "money in EUR"),
        ("2026-01-01", "date"),
        ("09:30", "time"),
        ("5 minutes + 2 days", "duration in days"),
        ("1 year + 2 quarters", "duration in months"),
        ("yes", "yes or no"),
        ('"won"', "text"),
        ("bookings", "money"),
        ("bookings / 2", "money"),
        ("5% of bookings", "money"),
        ("5% of 5%", "rate"),
        ("5% of rep.capacity", "number"),
        ("bookings / 100 USD", "rate"),
        ("2 * 5%", "number"),
        ("rep.capacity * rep.declared_goal", "count"),
        ("tenure * 2", "duration in months"),
        ("tenure / 12 months", "rate"),
        ("years(tenure)", "count"),
        ("weekday(rep.hired)", "text"),
        ("rep.hired + 3 months", "date"),
        ("rep.hired - 3 days", "date"),
        ("today - rep.hired", "duration in days"),
        ("rep.yearly * 3 months", "money"),
        ("step tenure { from 0 months: 5  from 12 months: 6.5 }", "number"),
        ('step tenure { from 0 months: "a"  from 12 months: "b" }', "text"),
        ("marginal rep.capacity { from 0: 10 USD }", "money"),
        ("retroactive bookings { from 0: 5% }", "money"),
        ("grid rep.capacity by tenure { by 0 months, 12 months  from 0: 5%, 6% }", "rate"),
        ("blend { 50%: bookings  50%: margins }", "money"),
        ("choose { when rep.on_duty: bookings  otherwise: 0 }", "money"),
        ("prize rank of bookings ties share { 1: 5_000 }", "money"),
        ("share (2% of (total bookings)) among every rep by 1", "money"),
        ("rank of bookings within rep.team ties same", "place"),
        ("rank of bookings within rep.team where rep.on_duty ties same", "place?"),
        ("count of deal where deal.owner is rep", "count"),
        ("average of deal.amount where deal.owner is rep", "money?"),
        ("highest of bookings per quarter over previous 4 quarters", "money"),
        ("average of bookings within rep.team", "money?"),
        ("bookings over last 90 days", "money"),
        ("rep.skills", "set of text"),
        ("rep.mentor", "rep?"),
        ("rep.mentor.region", "text?"),
        ("bookings of rep.mentor", "money?"),
        ("rep.left - rep.hired else 0 days", "duration in days"),
    ],
)
def test_a_value_has_the_type_of_its_meaning(expression: str, type_: str) -> None:
    assert str(value(expression).type) == type_


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("tenure + 30 days", "E0304"),
        ("tenure >= 730 days", "E0305"),
        ("100 USD + 100 EUR", "E0304"),
        ("bookings + 5%", "E0304"),
        ("bookings * margins", "E0304"),
        ("bookings >= 5%", "E0305"),
        ("bookings is 5%", "E0305"),
        ("attainment >= 80", "E0301"),
        ("attainment >= 0.8", "E0301"),
        ("tenure >= 24", "E0302"),
        ("rep.hired < 5 days", "E0305"),
        ('rep.region > "North"', "E0306"),
        ("rep.region / 2", "E0304"),
        ("rep.on_duty + 1", "E0304"),
        ('rep.type is "competitiv"', "E0319"),
        ("rep.region in rep.region", "E0322"),
        ("bookings is known and not rep.capacity", "E0308"),
        ('rep.region is "a" or "b"', "E0310"),
        ("marginal bookings { from 0: 100 USD }", "E0406"),
        ("marginal bookings { from 0%: 5% }", "E0403"),
        ("blend { 50%: bookings  50%: attainment }", "E0318"),
        ("choose { when rep.on_duty: bookings  otherwise: tenure }", "E0318"),
    ],
)
def test_units_that_do_not_fit_are_refused(expression: str, code: str) -> None:
    assert errors(f"let x of rep = {expression}") == [code]


@pytest.mark.parametrize(
    ("bare", "explicit"),
    [
        ("bookings + 100", "bookings + 100 USD"),
        ("100 + bookings", "100 USD + bookings"),
        ("bookings >= 100", "bookings >= 100 USD"),
        ("bookings at most 100", "bookings at most 100 USD"),
        ("marginal bookings { from 0: 5%  from 100: 8% }", "marginal bookings { from 0 USD: 5%  from 100 USD: 8% }"),
        ("choose { when rep.on_duty: half  otherwise: 7 }", "choose { when rep.on_duty: half  otherwise: 7 USD }"),
        ("bookings over last 2 months else 5", "bookings over last 2 months else 5 USD"),
        ("1,234,567", "1_234_567"),
    ],
)
def test_a_bare_number_takes_the_unit_of_its_place(bare: str, explicit: str) -> None:
    assert value(bare) == value(explicit)


@pytest.mark.parametrize(("amount", "minor"), [("10.5 USD", 1050), ("10 JPY", 10), ("10.5 KWD", 10_500)])
def test_an_amount_is_held_in_the_smallest_unit_of_its_currency(amount: str, minor: int) -> None:
    held = value(amount)
    assert isinstance(held, c.Constant)
    assert held.value == minor


# --- money per period ----------------------------------------------------------------------------------------

QUOTA_GATE = "scheme s for every rep per {per} {{ pay c = 5% of bookings when {value} }}"


@pytest.mark.parametrize(
    ("per", "gate", "code"),
    [
        ("quarter", "bookings >= rep.quota", None),
        ("month", "bookings >= rep.quota", "E0312"),
        ("year", "bookings >= rep.quota", "E0312"),
        ("year", "bookings >= rep.yearly", None),
        ("quarter", "attainment >= 100%", None),
        ("month", "attainment >= 100%", "E0313"),
        ("month", "(attainment over quarter) >= 100%", None),
        ("month", "(attainment over previous quarter) >= 100%", None),
        ("month", "(attainment over last 90 days) >= 100%", "E0313"),
        ("quarter", "progress >= 100%", "E0313"),
        ("quarter", "(progress over year) >= 100%", None),
    ],
)
def test_an_amount_per_period_is_read_over_its_period_only(per: str, gate: str, code: str | None) -> None:
    assert errors(QUOTA_GATE.format(per=per, value=gate)) == ([code] if code else [])


def test_the_period_of_an_amount_passes_through_lets() -> None:
    through = "let reached of rep = attainment >= 100%\nlet twice of rep = reached\n"
    assert errors(through + QUOTA_GATE.format(per="quarter", value="twice")) == []
    assert errors(through + QUOTA_GATE.format(per="month", value="twice")) == ["E0313"]


def test_a_component_over_a_year_reads_amounts_of_the_year() -> None:
    capped = "scheme s for every rep per quarter {{ pay c over year = 5% of bookings at most {cap} }}"
    assert errors(capped.format(cap="rep.yearly")) == []
    assert errors(capped.format(cap="rep.quota")) == ["E0312"]


# --- what may be missing -------------------------------------------------------------------------------------

RETURNING = """assign lead {
  rule returning when lead.account_owner is known
    to any rep where rep.team is lead.account_owner.team by random
  otherwise hold
  if nobody hold
}"""


@pytest.mark.parametrize(
    "text",
    [
        'let x of rep = rep.mentor is known and rep.mentor.region is "a"',
        'let x of rep = rep.mentor is missing or rep.mentor.region is "a"',
        'let x of rep = not (rep.mentor is missing) and rep.mentor.region is "a"',
        "let x of deal = choose { when deal.cancelled is known: deal.cancelled  otherwise: 2026-01-01 }",
        "let x of deal = (choose { when deal.cancelled is missing: today  otherwise: deal.cancelled }) > today",
        "let x of rep = (bookings of rep.mentor else 0) > 5",
        "let x of rep = progress > 5%",
        "credit x to deal.presales on deal.closed = deal.amount when deal.presales is known",
        "credit x to deal.owner on deal.cancelled = deal.amount when deal.cancelled is known",
        'scheme s for every rep per month { award "a" to rep.mentor when rep.mentor is known }',
        RETURNING,
    ],
)
def test_a_question_makes_a_value_known_where_it_has_been_answered(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'let x of rep = rep.mentor.region is "a"',
        'let x of rep = rep.mentor.region is "a" and rep.mentor is known',
        'let x of rep = rep.mentor is known or rep.mentor.region is "a"',
        'let x of rep = rep.mentor is missing and rep.mentor.region is "a"',
        'let x of rep = not (rep.mentor is known) and rep.mentor.region is "a"',
        'let x of rep = rep.mentor is known and rep.manager.region is "a"',
        "let x of rep = bookings / rep.quota >= 100%",
        "let x of rep = (bookings of rep.mentor) > 5",
        "scheme s for every rep per month { pay c = bookings of rep.mentor }",
        "scheme s for every rep per month { pay c = 5% of bookings at most average of bookings }",
    ],
)
def test_a_value_that_may_be_missing_must_be_handled(text: str) -> None:
    assert errors(text)[:1] == ["E0311"]


def test_a_divisor_declared_above_zero_needs_no_else() -> None:
    assert not value("bookings / rep.yearly").type.optional
    assert value("bookings / rep.quota").type.optional
    assert value("bookings / rep.capacity").type.optional
    assert not value("bookings / 2").type.optional


# --- lines ---------------------------------------------------------------------------------------------------

LINES = [
    # Each row adds its own part to one account.
    ("5% of bookings", "bookings", "in_order"),
    ("bookings", "bookings", "in_order"),
    ("5% of bookings * 2", "bookings", "in_order"),
    ("5% of half", "bookings", "in_order"),
    ("5% of capped", "bookings", "in_order"),
    ("5% of bookings at most 1_000", "bookings", "in_order"),
    ("5% of bookings when rep.on_duty", "bookings", "in_order"),
    ("5% of bookings when margins >= 100", "bookings", "in_order"),
    ("5% of bookings times step tenure { from 0 months: 50%  from 12 months: 100% }", "bookings", "in_order"),
    ("marginal bookings { from 0: 5%  from 100_000: 8% }", "bookings", "in_order"),
    ("marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }", "bookings", "in_order"),
    ("10_000 USD * attainment", "bookings", "in_order"),
    ("10_000 USD * marginal attainment { from 0%: 100%  from 100%: 160% }", "bookings", "in_order"),
    ("blend { 60%: bookings  40%: half }", "bookings", "in_order"),
    ("5% of bookings release deal.collected / deal.amount else 0%", "bookings", "in_order"),
    # One row would carry everybody's catch-up.
    ("retroactive bookings { from 0: 5%  from 100_000: 8% }", "bookings", "in_proportion"),
    ("step attainment { from 0%: 0  from 100%: 1_000 }", "bookings", "in_proportion"),
    ("sloped bookings { at 0: 0  at 100_000: 1_000 }", "bookings", "in_proportion"),
    ("grid bookings by rep.declared_goal { by 0, 5  from 0: 0, 10 }", "bookings", "in_proportion"),
    ("5% of floored", "bookings", "in_proportion"),
    ("5% of bookings at least 1_000", "bookings", "in_proportion"),
    ("5% of bookings plus 100", "bookings", "in_proportion"),
    ("5% of bookings when attainment >= 80%", "bookings", "in_proportion"),
    ("5% of bookings times attainment", "bookings", "in_proportion"),
    ("5% of bookings times step attainment { from 0%: 50%  from 100%: 100% }", "bookings", "in_proportion"),
    ("5% of bookings at most 10% of bookings", "bookings", "in_proportion"),
    ("bookings * attainment", "bookings", "in_proportion"),
    ("choose { when attainment >= 100%: 8% of bookings  otherwise: 5% of bookings }", "bookings", "in_proportion"),
    # No account, several, other people or another stretch of time.
    ("100 USD", None, "period"),
    ("100 USD * rep.capacity", None, "period"),
    ("5% of (bookings + margins)", None, "period"),
    ("blend { 60%: bookings  40%: margins }", None, "period"),
    ("choose { when rep.on_duty: 8% of bookings  otherwise: 5% of margins }", None, "period"),
    ("5% of (bookings over year)", None, "period"),
    ("5% of (total bookings)", None, "period"),
    ("prize rank of bookings ties share { 1: 1_000 }", None, "period"),
    ("share (2% of (total bookings)) among every rep within rep.team by 1", None, "period"),
]
YEARLY_LINES = [
    ("5% of bookings", "bookings", "in_order"),
    ("marginal bookings { from 0: 5%  from 100_000: 8% }", "bookings", "in_order"),
    ("rep.yearly * marginal progress { from 0%: 100%  from 100%: 200% }", "bookings", "in_order"),
    ("retroactive bookings { from 0: 5%  from 100_000: 8% }", None, "period"),
    ("5% of bookings when bookings >= 100", None, "period"),
]


def component(pay: str, head: str = "") -> c.Pay:
    made = policy(f"scheme s for every rep per quarter {{ {head} pay x{pay} }}").schemes[0].components[0]
    assert isinstance(made, c.Pay)
    return made


@pytest.mark.parametrize(("worth", "account", "lines"), LINES)
def test_lines_follow_the_rows_where_each_row_has_a_part(worth: str, account: str | None, lines: str) -> None:
    made = component(f" = {worth}")
    assert (made.account, made.lines) == (account, lines)


@pytest.mark.parametrize(("worth", "account", "lines"), YEARLY_LINES)
def test_over_a_year_only_running_sums_have_lines(worth: str, account: str | None, lines: str) -> None:
    made = component(f" over year = {worth}")
    assert (made.account, made.lines) == (account, lines)


def test_the_setting_asks_for_lines_in_proportion_and_never_for_lines_of_no_account() -> None:
    assert component(" = 5% of bookings", "lines: in_proportion").lines == "in_proportion"
    assert component(" = 5% of bookings").lines == "in_order"
    assert errors("scheme s for every rep per month { lines: in_order  pay c = 5% of bookings }") == ["E0226"]
    assert component(" = 100 USD", "lines: in_proportion").lines == "period"


def test_what_is_paid_by_no_deal_is_not_released_by_a_deal() -> None:
    for release in ("deal.collected / deal.amount else 0%", "60% on deal.closed, 40% on deal.closed + 6 months"):
        assert errors(f"scheme s for every rep per month {{ pay c = 100 USD release {release} }}") == ["E0520"]


# --- what is read --------------------------------------------------------------------------------------------

LOCAL = """assign lead {
  needs rep.on_duty
  rule local when lead.value > 5 to any rep where rep.region is lead.region by fewest rep.capacity
  otherwise hold
  if nobody hold
}"""


@pytest.mark.parametrize(
    ("text", "kind", "columns"),
    [
        ("credit x to deal.owner on deal.created = deal.amount when deal.created is known", "deal", {"created"}),
        ("credit x to deal.owner.manager on deal.closed = 1 when deal.owner.manager is known", "rep", {"manager"}),
        ("let x of rep = rep.region is rep.team", "rep", {"region", "team"}),
        ("let x of rep = tenure", "rep", {"hired"}),
        ("let x of rep = count of activity where activity.rep is rep", "activity", {"rep", "at"}),
        ('let x of deal = choose { when deal.kind is "a": deal.product  otherwise: deal.region }', "deal",
         {"kind", "product", "region"}),
        ("let x of rep = blend { 50%: rep.capacity  50%: rep.declared_goal }", "rep", {"capacity", "declared_goal"}),
        ("let x of rep = grid rep.capacity by tenure { by 0 months, 6 months  from 0: rep.declared_goal, 5 }", "rep",
         {"capacity", "hired", "declared_goal"}),
        ("let x of rep = prize rank of bookings within rep.team ties share { 1: 5 USD * rep.capacity }", "rep",
         {"team", "capacity"}),
        ('scheme s for competitive per month { award "a" when rep.on_duty }', "rep", {"type", "on_duty"}),
        ("scheme s for every rep per month { pay c = bookings at most 1 USD * rep.capacity }", "rep", {"capacity"}),
        (LOCAL, "lead", {"value", "region", "created"}),
        (LOCAL, "rep", {"on_duty", "region", "capacity"}),
    ],
)  # fmt: skip
def test_every_column_whose_value_decides_something_is_named(text: str, kind: str, columns: set[str]) -> None:
    before = policy("").reads.get(kind, frozenset())
    assert policy(text).reads[kind] == before | columns


def test_columns_that_nothing_reads_are_not_asked_for() -> None:
    reads = policy("").reads
    assert "region" not in reads["deal"]
    assert "lead" not in reads


# --- the hash ------------------------------------------------------------------------------------------------

TEXTS = {
    "pay": """
policy "Pay" { version: "1"  effective: 2026-01-01 ..  currency: USD  timezone: "UTC"  rounding: half_up }
facts standard
credit bookings to deal.owner 60%, deal.owner 40% on deal.closed = deal.amount when deal.stage is "won"
scheme hunters for competitive per quarter {
  lines: in_proportion
  pay commission = marginal bookings { from 0: 5%  above 100_000: 8% } at most 400_000
  pay extra = choose { when rep.region in ("North", "East") and not rep.on_duty: 10 USD  otherwise: 20 USD }
  award "Hit" when bookings > 1_000
  total at least 100
}
test "one" {
  given rep Li { type: "competitive" }
  given deal D1 { owner: Li, amount: 100, stage: "won", closed: 2026-04-10 }
  on 2026-06-30
  expect Li.commission is 5
}
""",
    "an amount per quarter": """
policy "Attainment" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount
let attainment of rep = bookings / rep.quota else 0%
scheme hunters for competitive per quarter { pay commission = 5% of bookings when attainment >= 80% }
""",
    "rows counted in a credit": """
policy "Counted" { currency: USD }
facts standard
credit busy to activity.rep on activity.at = 1 when (count of deal over year) > 5
scheme hunters for competitive per quarter { pay commission = 5 USD * busy }
""",
    "assign": """
policy "Leads" { currency: USD }
facts standard
let open_leads of rep = count of lead where lead.owner is rep and lead.status is "open"
assign lead {
  order: hired
  needs rep.on_duty and open_leads < rep.capacity
  rule returning when lead.account_owner is known
    to lead.account_owner accept within 15 minutes
    to any rep where rep.region is lead.region by capability_weighted (open_leads + 1)
    if nobody next
  otherwise to any rep by random
  if nobody hold "desk"
}
""",
}
# A number and its unit are one word: a comment cannot stand between them.
TOKEN = re.compile(r'"[^"\n]*"|\s+|[0-9][0-9_.]* (?:USD|minutes)\b|[^\s"]+')
SPACING = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\n    ", " # a note\n", "\n# policy, with (brackets\n"])


def hash_of(text: str) -> str:
    checked = check(text)
    assert checked.policy is not None, codes(checked)
    return checked.policy.hash


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
@settings(max_examples=20)
@given(spacing=st.lists(SPACING, min_size=1, max_size=12))
def test_the_hash_does_not_see_layout_and_comments(text: str, spacing: list[str]) -> None:
    blanks = itertools.cycle(spacing)
    parts = [next(blanks) if part.isspace() else part for part in TOKEN.findall(text)]
    assert hash_of("".join(parts)) == hash_of(text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_a_policy_may_stand_on_one_line(text: str) -> None:
    assert hash_of(text.strip().replace("\n", " ")) == hash_of(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5%", "5.0001%"),
        ("100_000", "100_001"),
        ("above", "from"),
        ("marginal", "retroactive"),
        ("60%, deal.owner 40%", "50%, deal.owner 50%"),
        ("deal.closed", "deal.created"),
        ('when deal.stage is "won"', ""),
        ('"North"', '"South"'),
        ("not rep.on_duty", "rep.on_duty"),
        ("competitive", "conservative"),
        ("per quarter", "per month"),
        ("half_up", "half_even"),
        ("USD", "EUR"),
        ('"UTC"', '"Asia/Shanghai"'),
        ('version: "1"', 'version: "2"'),
        ("2026-01-01 ..", "2026-01-02 .."),
        ("lines: in_proportion", ""),
        ('"Hit"', '"Hit!"'),
        ("at least 100", "at least 101"),
        ("pay extra", "pay bonus"),
    ],
)
def test_the_hash_sees_every_meaning(old: str, new: str) -> None:
    assert old in TEXTS["pay"]
    assert hash_of(TEXTS["pay"].replace(old, new)) != hash_of(TEXTS["pay"])


def test_the_hash_sees_what_is_carried_and_what_is_released() -> None:
    scheme = "scheme s for every rep per month {{ balance: {} pay c = 5% of bookings at most 100 carry {} release {} }}"
    said = [("runs_on", "50%", "rep.share"), ("ends_with_year", "50%", "rep.share"), ("runs_on", "60%", "rep.share"),
            ("runs_on", "50%", "1% + rep.share"), ("runs_on", "50%", "100% on period.end")]  # fmt: skip
    head = TEXTS["pay"].partition("scheme")[0] + "facts rep { share: rate }\n"
    assert len({hash_of(head + scheme.format(*parts)) for parts in said}) == len(said)


def test_the_hash_does_not_see_where_a_name_is_declared() -> None:
    head, credit, rest = re.split(r"(?m)^(credit [^\n]*\n)", TEXTS["an amount per quarter"])
    assert hash_of(head + rest + credit) == hash_of(TEXTS["an amount per quarter"])


@dataclass(frozen=True, slots=True)
class Account(c.Account):
    """An account as a later version of the checker may know it."""

    capped: bool = False


def test_the_hash_does_not_see_what_nobody_says() -> None:
    """A choice that the language gains later leaves the hash of a policy that does not make it."""
    old = policy("scheme all for every rep per quarter { pay part = 5% of bookings }")

    def with_bookings(capped: bool) -> c.Policy:
        was = old.accounts["bookings"]
        later = Account(
            was.name, was.kind, was.receivers, was.on, was.value, was.when, was.type, was.recipient, capped=capped
        )
        return replace(old, accounts={**old.accounts, "bookings": later})

    assert with_bookings(capped=False).fingerprint() == old.hash
    assert with_bookings(capped=True).fingerprint() != old.hash


def test_the_hash_does_not_see_tests() -> None:
    assert hash_of(TEXTS["pay"].split("test ")[0]) == hash_of(TEXTS["pay"])


def test_wide_signs_mean_what_their_twins_mean() -> None:
    twins = {":": "：", "(": "（", ")": "）", "{": "｛", "}": "｝", '"': "＂", "+": "＋", "<": "＜", ",": "，"}
    assert hash_of(TEXTS["assign"].translate(str.maketrans(twins))) == hash_of(TEXTS["assign"])


def test_the_chinese_name_of_a_type_means_the_type() -> None:
    assert hash_of(TEXTS["pay"].replace("for competitive", "for 竞争型")) == hash_of(TEXTS["pay"])


# --- any text ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [*{token for text in TEXTS.values() for token in TOKEN.findall(text)}, "让", "：", "0", "-", "else", "of", "over"]
)


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=40).map(" ".join))
@example("")
@example("policy")
@example("let x = " + "(" * 500)
@example("facts standard\nassign lead {")
def test_no_text_makes_the_checker_fail_and_its_findings_stand_in_the_text(text: str) -> None:
    checked = check(text)
    assert (checked.policy is None) == bool(codes(checked))
    assert check(text).diagnostics == checked.diagnostics
    for found in checked.diagnostics:
        assert 0 <= found.span.start <= found.span.end <= len(text)
        assert found.message == found.message.strip()
        assert "\n" not in found.message + found.help


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_a_policy_with_a_word_left_out_is_understood_or_refused(text: str) -> None:
    parts = TOKEN.findall(text)
    for left_out in range(len(parts)):
        checked = check("".join(parts[:left_out] + parts[left_out + 1 :]))
        assert (checked.policy is None) == bool(codes(checked))


@pytest.mark.parametrize("text", ["pays c = 5% of bookings", "pay c = 5% of bookings awards", "lets x = 5"])
def test_a_word_is_never_read_as_a_shorter_one_and_a_rest(text: str) -> None:
    assert errors(f"scheme s for every rep per month {{ {text} }}") != []


def test_a_name_that_begins_like_a_word_of_the_language_is_a_name() -> None:
    made = policy("let payment of rep = 5% of bookings\nlet ofs of rep = payment\nlet inner of rep = ofs")
    assert {"payment", "ofs", "inner"} <= made.lets.keys()
    assert check(PRELUDE + "letx = 5").policy is None


@pytest.mark.parametrize("seed", ["1", "6", "77"])
def test_the_hash_is_that_of_no_process(seed: str) -> None:
    """A set of texts has no order of its own, and the hash of a policy must have one."""
    text = 'policy "P" { currency: USD }\nfacts standard\nlet x of rep = rep.region in ("north", "east", "south")'
    program = f"from meed.dsl import check; print(check({text!r}).policy.hash)"
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    policy = check(text).policy
    assert policy is not None
    assert done.stdout.decode().strip() == policy.hash


def test_a_step_of_payouts_is_a_multiple_of_the_smallest_unit() -> None:
    head = 'policy "P" {{ currency: {} round_to: {} }}'
    assert [one.code for one in check(head.format("USD", "0.015")).diagnostics] == ["E0226"]
    assert check(head.format("USD", "0.05")).policy is not None
    assert [one.code for one in check(head.format("JPY", "0.5")).diagnostics] == ["E0226"]


@pytest.mark.parametrize(
    ("reading", "missing"),
    [
        ("highest of bookings per quarter over previous 4 quarters", False),
        ("highest of bookings per month over year", False),
        ("highest of bookings per quarter over month", True),
        ("highest of bookings per week over month", True),
        ("average of bookings per quarter over last 10 days", True),
        ("sum of bookings per quarter over month", False),
    ],
)
def test_a_highest_period_is_missing_only_where_none_may_begin(reading: str, missing: bool) -> None:
    policy = check(f"{PRELUDE}let x of rep = {reading}").policy
    assert policy is not None
    assert policy.lets["x"].value.type.optional is missing
