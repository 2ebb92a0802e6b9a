"""Semantic diffs: what counts is the meaning, said in the words of the authors."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import SourceFile, check
from meed.dsl import checked as c
from meed.dsl.formatter import format_source
from meed.policies import policy_changes as diffs
from meed.policies.policy_changes import policy_changes
from meed.policies.wording import became, words

FIELD_SALES = Path(__file__).parents[2] / "examples" / "field_sales" / "policy.meed"
TEXT = FIELD_SALES.read_text(encoding="utf-8")


def read(text: str, name: str = "new.meed") -> c.Policy:
    found = check(SourceFile(name, text))
    assert found.policy is not None, [one.message for one in found.diagnostics]
    return found.policy


BASE = read(TEXT, "old.meed")


def changes(*pairs: tuple[str, str]) -> list[tuple[str, str, str, str]]:
    """What is found when texts take the place of others: what, statement, part, line."""
    text = TEXT
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return [(one.what, one.statement, one.part, one.line()) for one in policy_changes(BASE, read(text))]


CASES = [
    (("from 100%: 7%", "from 100%: 9%"), ("changed", "scheme hunters", "commission", "from 100%: 7% became 9%")),
    (("from 150%: 10%", ""), ("removed", "scheme hunters", "commission", "from 150%: 10%")),
    (("150%: 10%", "150%: 10%\n from 200%: 12%"), ("added", "scheme hunters", "commission", "from 200%: 12%")),
    (
        ("from 100%: 7%", "from 110%: 7%"),
        ("changed", "scheme hunters", "commission", "from 100%: 7% became from 110%: 7%"),
    ),
    (
        ("commission = marginal bookings", "commission = retroactive bookings"),
        ("changed", "scheme hunters", "commission", "marginal became retroactive"),
    ),
    (
        ("total at most 250_000", "total at most 300_000"),
        ("changed", "scheme hunters", "total", "at most 250_000 became 300_000"),
    ),
    (("  total at most 250_000\n", ""), ("removed", "scheme hunters", "total", "total at most 250_000")),
    (
        ("coached  at most 40_000", "coached  when attainment >= 80%  at most 40_000"),
        ("added", "scheme masters", "mentoring", "when attainment >= 80%"),
    ),
    (("1: 15_000", "1: 16_000"), ("changed", "scheme hunters", "race", "place 1: 15_000 became 16_000")),
    (
        ("2_000 CNY * large", "3_000 CNY * large"),
        ("changed", "scheme hunters", "large_deals", "2_000 CNY * large became 3_000 CNY * large"),
    ),
    (
        ("from 25: 3_000, 7_000", "from 25: 3_000, 7_500"),
        ("changed", "scheme builders", "goal", "from 25 by 15: 7_000 became 7_500"),
    ),
    (
        ('when deal.stage is "won"\ncredit sold', 'when deal.stage is "won" and deal.amount > 5\ncredit sold'),
        ("added", "credit bookings", "", "deal.amount > 5"),
    ),
    (
        ("over previous 8 quarters", "over previous 4 quarters"),
        ("changed", "let best_quarter", "", "previous 8 quarters became previous 4 quarters"),
    ),
    (
        ("scheme hunters for competitive", 'scheme hunters for every rep where rep.type is "competitive"'),
        None,
    ),
    (
        ("(received over last 1 hour) < 2", "(received over last 1 hour) < 3"),
        ("changed", "assign lead", "needs", "(received over last 1 hour) < 2 became 3"),
    ),
    (
        ("      by round_robin\n    if nobody next\n\n  # Cold", "      by random\n    if nobody next\n\n  # Cold"),
        ("changed", "assign lead", "rule local", "by round_robin became by random"),
    ),
    (("order: hired", "order: id"), ("changed", "assign lead", "order", "order: hired became id")),
    (('version: "2026.1"', 'version: "2"'), ("changed", "policy", "version", "version: 2026.1 became 2")),
    (
        ("where lead.owner is rep and lead.value >= 150_000", "where lead.owner is rep and lead.value >= 160_000"),
        ("changed", "let key_accounts", "", "lead.value >= 150_000 became 160_000"),
    ),
    (
        ("when sold >= rep.declared_goal", "when sold > rep.declared_goal"),
        (
            "changed",
            "scheme builders",
            'award "Goal kept"',
            "sold >= rep.declared_goal became sold > rep.declared_goal",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), CASES)
def test_the_smallest_difference_is_named(edit: tuple[str, str], expected: tuple[str, str, str, str] | None) -> None:
    assert changes(edit) == ([expected] if expected is not None else [])


def test_statements_that_are_there_in_one_policy_only() -> None:
    found = changes(
        ("credit 拜访 to", "let goal_share of rep = 50%\ncredit 拜访 to"),
        ("scheme hunters for", "scheme chasers for"),
    )
    assert [(what, statement) for what, statement, _, _ in found] == [
        ("added", "let goal_share"), ("removed", "scheme hunters"), ("added", "scheme chasers"),
    ]  # fmt: skip


def test_changes_have_places_in_both_files() -> None:
    (found,) = policy_changes(BASE, read("# a line more\n" + TEXT.replace("from 100%: 7%", "from 100%: 9%")))
    assert (found.before_place, found.after_place) == ("old.meed:43:5", "new.meed:44:5")
    assert (found.before, found.after) == ("from 100%: 7%", "from 100%: 9%")


def test_layout_and_comments_never_count() -> None:
    squeezed = "\n".join(line.strip() for line in TEXT.splitlines() if not line.strip().startswith("#"))
    again = read(squeezed.replace("    ", " ") + "\n# the end\n")
    assert again.hash == BASE.hash
    assert policy_changes(BASE, again) == []
    assert policy_changes(BASE, read(format_source(BASE.source))) == []


def test_a_policy_against_itself_says_nothing_and_swapping_swaps() -> None:
    other = read(TEXT.replace("from 150%: 10%", "").replace("1: 15_000", "1: 16_000"))
    assert policy_changes(BASE, BASE) == []
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there, back = policy_changes(BASE, other), policy_changes(other, BASE)
    assert {(turned[x.what], x.statement, x.part, x.after, x.before) for x in there} == {
        (x.what, x.statement, x.part, x.before, x.after) for x in back
    }


@given(st.lists(st.sampled_from([edit for edit, expected in CASES if expected is not None]), unique=True))
def test_a_difference_in_meaning_never_goes_unsaid(edits: list[tuple[str, str]]) -> None:
    text = TEXT
    for before, after in edits:
        text = text.replace(before, after, 1)
    found = check(SourceFile("new.meed", text))
    if found.policy is not None:
        assert (policy_changes(BASE, found.policy) != []) == (found.policy.hash != BASE.hash)


SMALL = """policy "P" {{ currency: USD {setting} }}
facts standard
credit sold to deal.owner on deal.closed = deal.amount when deal.stage is "won"
{more}
scheme s for every rep per quarter {{ balance: runs_on  leaver: owes  pay x = {value} {clauses} }}
"""


def small(
    value: str = "5% of sold", clauses: str = "at least 1 carry 0%", setting: str = "", more: str = ""
) -> c.Policy:
    return read(SMALL.format(value=value, clauses=clauses, setting=setting, more=more))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            small(),
            small(clauses="at least 1 carry 50%"),
            ("changed", "x", "at least 1 carry 0% became at least 1 carry 50%"),
        ),
        (
            small(clauses="at least 1 carry 0% at most 9"),
            small(clauses="at least 1 carry 0% at most 9 carry 10%"),
            ("changed", "x", "at most 9 became 9 carry 10%"),
        ),
        (
            small(clauses="at least 1 carry 0% at most 9"),
            small(clauses="at most 9 at least 1 carry 0%"),
            ("changed", "x", "at least 1 carry 0%, then at most 9 became at most 9, then at least 1 carry 0%"),
        ),
        (
            small("marginal sold { from 0: 5% }"),
            small("marginal sold against rep.quota { from 0: 5% }".replace("from 0:", "from 0%:")),
            ("added", "x", "against rep.quota"),
        ),
        (small(setting="approval_above: 5"), small(setting="approval_above: 6"),
         ("changed", "approval_above", "approval_above: 5 became 6")),
        (small(), small(setting="approval_above: 6"), ("changed", "approval_above", "approval_above: none became 6")),
        (small(), small(more="guarantee total paid <= 5% of (total sold)"),
         ("added", "", "guarantee total paid <= 5% of (total sold)")),
    ],
)  # fmt: skip
def test_clauses_settings_and_promises(before: c.Policy, after: c.Policy, expected: tuple[str, str, str]) -> None:
    found = policy_changes(before, after)
    assert (found[0].what, found[0].part, found[0].line()) == expected


def test_tests_have_no_meaning_and_are_counted_apart() -> None:
    other = read(TEXT.replace("expect Chen.total is 61_500", "expect Chen.total is 61_500 and Chen.race > 0"))
    assert policy_changes(BASE, other) == []
    assert [(x.what, x.statement) for x in diffs.test_changes(BASE, other)] == [
        ("changed", "test competitive: accelerator, large deal, credit note, race")
    ]


# --- words ---------------------------------------------------------------------------------------------------


def test_words_are_the_authors_without_comments_and_line_ends() -> None:
    policy = read(
        'policy "P" { currency: USD }\nfacts standard\n'
        'credit b to deal.owner on deal.closed = deal.amount  # all of it\n  when deal.kind   is "a # b" # yes\n'
        "scheme s for every rep per quarter { pay x = 1% of b }\n"
    )
    assert words(policy, policy.accounts["b"]) == (
        'credit b to deal.owner on deal.closed = deal.amount when deal.kind is "a # b"'
    )


def test_what_both_begin_with_is_said_once() -> None:
    assert became("from 100%: 7%", "from 100%: 8%") == "from 100%: 7% became 8%"
    assert became("at most 5", "at most 6") == "at most 5 became 6"
    assert became("a + b", "a + c") == "a + b became a + c"
    assert became("x" * 200, "y", longest=None) == f"{'x' * 200} became y"
    assert len(became("x" * 200, "y")) < 120


LEADS = """policy "Leads" {{ currency: USD }}
facts standard
let part of rep = choose {{ when rep.team is "x": 2  otherwise: 1 }}
assign lead {{ otherwise to any rep {step}  if nobody hold "desk" }}
"""


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("by round_robin", "within rep.team by round_robin, round_robin", "rep.team by round_robin"),
        ("within rep.team by round_robin, random", "within rep.team by deck, random", "by round_robin became by deck"),
        (
            "within rep.team by random part, random",
            "within rep.region by random, random",
            "rep.team became rep.region",
        ),
    ],
)
def test_a_group_that_is_chosen_first_is_compared(before: str, after: str, line: str) -> None:
    old, new = read(LEADS.format(step=before)), read(LEADS.format(step=after))
    assert line in [one.line() for one in policy_changes(old, new)]
    assert not policy_changes(new, new)


TIMED = """policy "Timed" {{ currency: USD }}
facts standard
let office = during(now, ("Mon", "Tue"), 09:00, {close})
let evening = during(now, ("Mon", "Tue"), 18:00, 22:00)
assign lead {{
  extend: {extend}
  otherwise to any rep by round_robin accept within {accept}
  if nobody hold "desk"
  {timers}
}}
"""
PLAIN = {"close": "18:00", "extend": "5 days of office", "accept": "1 hour of office", "timers": "after 2 days return"}


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        ({"accept": "60 minutes of office"}, []),
        ({"accept": "1 hour"}, ["accept within 1 hour of office became"]),
        ({"accept": "1 hour of evening"}, ["accept within 1 hour of evening"]),
        ({"extend": "4 days of office"}, ["5 days of office became 4 days of office"]),
        ({"timers": "after 2 days of office return"}, ["2 days became 2 days of office"]),
        ({"timers": 'after 2 days hold "desk"'}, ['return became hold "desk"']),
        ({"timers": "after 2 days return  every 1 day next"}, ["every 1 day next"]),
        ({"timers": ""}, ["after 2 days return"]),
        ({"close": "17:00"}, ["18:00 became 17:00"]),
    ],
)
def test_timers_extensions_and_working_time_are_compared(other: dict[str, str], lines: list[str]) -> None:
    old, new = read(TIMED.format(**PLAIN)), read(TIMED.format(**PLAIN | other))
    found = [one.line() for one in policy_changes(old, new)]
    assert len(found) == len(lines), found
    for line, part in zip(found, lines, strict=True):
        assert part in line
