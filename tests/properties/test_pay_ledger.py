"""The pay ledger under any sequence of late, changed and vanished facts, of closes and of payments."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.days import format_day, parse_day
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts
from meed.engine.pay.simulation import run
from meed.engine.pay_ledger.accruals import accruals, payments, total
from meed.engine.pay_ledger.chain import broken_links
from meed.engine.pay_ledger.entries import Carried, Paid, PeriodClosed
from meed.engine.pay_ledger.life import balance
from meed.engine.pay_ledger.refusal import Refused

from ..evaluators import by_columns, checked, facts_of, year_of
from ..pay_books import PayBook
from .policies import CURRENCIES, policies
from .sales import Tables, sales

CLOSES = {"quarter": 4, "half": 2, "year": 1}
"""How often a year is closed by periods of each kind."""


def varied(tables: Tables, seed: int) -> Tables:
    """The same facts at another time: some deals are not there yet, or say something else."""
    dice = Random(seed)
    deals = tables["deal"]
    kept = [row for row in range(len(deals["id"])) if dice.randrange(4)]
    made: dict[str, list[Any]] = {name: [column[row] for row in kept] for name, column in deals.items()}
    for row in range(len(kept)):
        if not dice.randrange(4):
            made["amount"][row] = dice.choice(deals["amount"])
        if not dice.randrange(6):
            made["stage"][row] = "lost"
        if not dice.randrange(6):
            made["owner"][row] = dice.choice(deals["owner"])
        if not dice.randrange(8):
            made["closed"][row] = dice.choice(deals["closed"])
    return {**tables, "deal": made}


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, str, str, list[Tables], list[int]]:
    """A policy, a kind of period, how negative nets are met, the facts at each close, and the days of payments."""
    currency = draw(st.sampled_from(CURRENCIES))
    text = draw(policies(currency))
    kind = draw(st.sampled_from(list(CLOSES)))
    tables = draw(sales(currency))
    closes = CLOSES[kind]
    seeds = draw(st.lists(st.integers(0, 2**32), min_size=closes - 1, max_size=closes - 1))
    negative = draw(st.sampled_from(["carry", "deduct"]))
    days = draw(st.lists(st.integers(0, 27), min_size=closes, max_size=closes))
    return text, kind, negative, [*(varied(tables, seed) for seed in seeds), tables], days


def told(story: Any) -> tuple[PayBook, c.Policy, Facts, list[tuple[int, list[Any]]]]:
    """A whole story as a book, with what the closed periods said when each was closed."""
    text, kind, negative, versions, days = story
    note(text)
    policy = checked(text)
    book = PayBook(policy.currency, Period(kind, 2026, 1, policy.calendar), negative)
    facts = facts_of(policy, versions[-1])
    said: list[tuple[int, list[Any]]] = []
    for tables, day in zip(versions, days, strict=True):
        facts = facts_of(policy, tables)
        closed = book.standing.open.name
        book.close(policy, facts)
        said.append((len(book.entries), accruals(book.standing, book.standing.periods[closed])))
        book.pay(format_day(parse_day(book.standing.open.first) + day))
    return book, policy, facts, said


@settings(max_examples=60)
@given(stories())
def test_the_entries_add_up_to_what_a_fresh_run_gives_and_replay_to_the_same(story: Any) -> None:
    book, policy, facts, _ = told(story)
    fresh: dict[tuple[str, str, str], int] = {}
    for line, amount in by_columns(run(policy, facts, year_of(policy))).lines.items():
        key = line.rep, line.scheme, line.component
        fresh[key] = fresh.get(key, 0) + amount
    assert book.sums() == {key: amount for key, amount in fresh.items() if amount}
    assert book.changed(policy, facts) == []
    book.must_be_sound()


@settings(max_examples=40)
@given(stories())
def test_a_closed_period_says_the_same_for_ever_and_accruals_tie(story: Any) -> None:
    book, _, _, said = told(story)
    standing = book.standing
    closing = 0
    for period, (_, then) in zip(standing.closed, said, strict=True):
        now = accruals(standing, period)
        assert now == then
        whole = total(now)
        assert whole.opening == closing
        assert whole.opening + whole.earned + whole.adjustments - whole.paid == whole.closing
        assert whole.due + whole.scheduled + whole.held == whole.closing
        paid = sum(row.paid.amount for row in payments(standing, period))
        assert paid == whole.paid
        closing = whole.closing
    earned = sum(record.amount for record in book.earned())
    after = total(accruals(standing, standing.open))
    assert after.closing == earned - sum(standing.payment(number).amount for number in standing.payments)


@settings(max_examples=40)
@given(stories())
def test_paid_less_payable_is_outstanding_at_every_step(story: Any) -> None:
    """Step by step through the entries: what is due to a rep afterwards is what was payable less what was paid."""
    book, *_ = told(story)
    again = PayBook.__new__(PayBook)
    again.standing = standing = type(book.standing)()
    payable: dict[str, int] = {}
    paid: dict[str, int] = {}
    for record in book.standing.records:
        standing.apply(record)
        match record:
            case PeriodClosed():
                last = standing.periods[record.period].last
                for rep in standing.reps():
                    lines = [line for line in standing.lines.values() if line.place.rep == rep]
                    payable[rep] = sum(part.record.amount for line in lines for part in line.parts)
                    stands = balance(standing, lines, last)
                    assert paid.get(rep, 0) - payable[rep] == stands.outstanding - stands.scheduled - stands.waiting
            case Paid():
                paid[record.rep] = paid.get(record.rep, 0) + record.amount
                assert standing.due(record.rep, record.as_of) == []
                assert record.amount >= 0 or standing.rules.negative == "deduct"
            case Carried():
                due = sum(part.record.amount for part in standing.due(record.rep, record.as_of))
                assert due == record.amount < 0
                lines = [line for line in standing.lines.values() if line.place.rep == record.rep]
                later = balance(standing, lines, record.as_of).scheduled
                assert paid.get(record.rep, 0) - payable[record.rep] == -due - later
            case _:
                pass


@settings(max_examples=40)
@given(stories(), st.data())
def test_any_tampered_byte_breaks_the_chain(story: Any, data: st.DataObject) -> None:
    book, *_ = told(story)
    at = data.draw(st.integers(0, len(book.entries) - 1))
    entry = book.entries[at]
    name = data.draw(st.sampled_from(["recorded", "kind", "body", "previous", "hash"]))
    text = getattr(entry, name)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != text[place]))
    changed = [*book.entries]
    changed[at] = replace(entry, **{name: text[:place] + other + text[place + 1 :]})
    assert broken_links(book.entries) == []
    assert broken_links(changed) != []
    assert broken_links([*book.entries[:at], *book.entries[at + 1 :]]) != [] or at == len(book.entries) - 1


@settings(max_examples=30)
@given(stories(), st.data())
def test_paying_twice_or_into_a_closed_period_changes_nothing(story: Any, data: st.DataObject) -> None:
    book, *_ = told(story)
    standing = book.standing
    assert book.pay(max(standing.paid_until, standing.open.first)) == []
    closed = data.draw(st.sampled_from(standing.closed))
    with pytest.raises(Refused):
        book.pay(closed.last)
