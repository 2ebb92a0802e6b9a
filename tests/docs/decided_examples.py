"""Examples of a page that decide leads: a policy with one test, and below it what its decisions say."""

import re
from pathlib import Path

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning.decisions import Decision
from meed.policies.testing import run_tests
from meed.policies.trial_facts import trial_facts
from meed.policies.trial_results import TrialResults


def page(name: str) -> str:
    """A page of the docs."""
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")


def title(policy: str) -> str:
    """The name of a policy, which names its example."""
    found = re.search(r'^policy "(.*?)"', policy, flags=re.M)
    return found[1] if found else ""


def policy_of(text: str) -> c.Policy:
    """The policy of an example, in which nothing is wrong."""
    outcome = check(text)
    assert [(one.code, one.message) for one in outcome.diagnostics if one.severity != "note"] == []
    assert outcome.policy is not None
    return outcome.policy


def must_pass(text: str) -> None:
    """An example checks, has a test, and passes it."""
    results = run_tests(policy_of(text))
    assert results
    assert [result.failures for result in results if not result.passed] == []


class Decided:
    """The decisions of an example's test."""

    def __init__(self, text: str) -> None:
        policy = policy_of(text)
        (test,) = policy.tests
        self._results = TrialResults(policy, trial_facts(policy, test), None)

    def of(self, lead: str) -> Decision:
        """The decision about a lead."""
        row = self._results.built.facts.table("lead").row(lead)
        assert row is not None
        decision = self._results.decision("lead", row)
        assert decision is not None
        return decision
