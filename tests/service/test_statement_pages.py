"""Statements of every shipped policy, over the rows of its own tests, in every language."""

from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.calendar.periods import Period, PeriodError
from meed.engine.pay.simulation import Run, run
from meed.policies.bundle import library_folder, read_policy
from meed.policies.trial_facts import trial_facts
from meed.service.statement_html import StatementPages
from meed.service.statement_page import PageMaker
from meed.service.statement_words import Words

PAYING = [
    path for path in sorted(library_folder().glob("*.meed")) if (policy := read_policy(path).policy) and policy.schemes
]


def runs(policy: c.Policy) -> list[Run]:
    """A run over two years for each test of a policy."""
    made: list[Run] = []
    for test in policy.tests:
        for year in ("2025", "2026"):
            try:
                made.append(run(policy, trial_facts(policy, test).facts, Period.parse(year)))
            except PeriodError:
                continue
    return made


@pytest.mark.parametrize("language", sorted(Words.BY_LANGUAGE))
@pytest.mark.parametrize("path", PAYING, ids=lambda path: path.stem)
def test_a_shipped_policy_has_statements_that_add_up(path: Path, language: str) -> None:
    policy = read_policy(path).policy
    assert policy is not None
    paid = 0
    for made in runs(policy):
        maker = PageMaker(made, language)
        pages = [maker.page(*place) for place in maker.places]
        assert sum(page.total for page in pages) == made.total
        shown = StatementPages(policy, made.facts.hash, language)
        for page in pages:
            text = shown.page(page)
            assert text.count('<tr class="line"') >= sum(1 for line in page.lines if line.because is not None)
            paid += page.total != 0
    assert paid


def test_every_language_has_every_word_of_a_page() -> None:
    english = Words.BY_LANGUAGE["en"]
    for words in Words.BY_LANGUAGE.values():
        assert words.keys() == english.keys()


MOVED = """policy "Moved" { currency: CNY }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme east for every rep where rep.region is "East" per quarter {
  changes: split
  pay commission = 10% of bookings
  pay base = 900 CNY times part_by_days(period.start, period.end)
}
test "away in February" {
  given rep Li { hired: 2020-01-01, region: "East" }
  given rep Li { valid_from: 2026-02-01, region: "West" }
  given rep Li { valid_from: 2026-03-01, region: "East" }
  given deal D1 { owner: Li, amount: 100, stage: "won", closed: 2026-01-31 }
  given deal D2 { owner: Li, amount: 100, stage: "won", closed: 2026-02-01 }
  given deal D3 { owner: Li, amount: 100, stage: "won", closed: 2026-03-01 }
  expect Li.commission is 20 and Li.base is 620
}
"""


def test_several_stretches_of_a_period_are_one_statement() -> None:
    policy = check(MOVED).policy
    assert policy is not None
    made = run(policy, trial_facts(policy, policy.tests[0]).facts, Period.parse("2026-Q1"))
    maker = PageMaker(made)
    (place,) = maker.places
    page = maker.page(*place)
    assert page.total == made.total == 64_000
    assert [(line.key, line.day, line.amount) for line in page.lines] == [
        ("D1", "2026-01-31", 1_000),
        ("D3", "2026-03-01", 1_000),
        ("", "", 62_000),
    ]
    assert len(page.remarks) == 1
    assert "100.00 CNY" in page.remarks[0]  # of the day on which no scheme pays
