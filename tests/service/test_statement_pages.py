"""Statements of every shipped policy, over the rows of its own tests, in every language."""

from pathlib import Path

import pytest

from meed.dsl import checked as c
from meed.engine.periods import Period, PeriodError
from meed.engine.simulation import Run, run
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
