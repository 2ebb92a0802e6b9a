"""Tests of policies ask what was told to whom, and when: by assignments, and by watches as a service runs them."""

import pytest

from meed.dsl import check
from meed.engine.watching.supervisor import availability
from meed.policies.testing import TestResult, run_tests

HEAD = """policy "Told" { currency: CNY  timezone: "Asia/Shanghai"  effective: 2026-03-02 .. }
facts standard
facts deal { created: moment }
let visits of deal = count of activity where activity.deal is deal
"""
ASSIGN = """assign lead {
  otherwise to any rep by round_robin
  if nobody hold "desk"
  after 1 hour unless lead.first_contact is known notify lead.owner "call them"
  after 150 minutes unless lead.first_contact is known award "Slow" to lead.owner
}
"""
WATCH = """watch lead {
  after 1 day unless lead.first_contact is known return
  when lead.returned is known notify lead.last_owner "lost it"
}
watch deal {
  every 7 days unless deal.stage is not "open" notify deal.owner "weekly look"
  when (visits over last 7 days) >= 2 award "Keen" to deal.owner
}
"""
ROWS = """
  given rep Li { }
  given rep Wu { }
  given lead L1 { created: "2026-03-02 09:00" }
  given lead L2 { created: "2026-03-02 09:00", first_contact: "2026-03-02 09:30" }
  given deal D1 { owner: Wu, created: "2026-03-02 09:00", stage: "open" }
  given activity A1 { at: "2026-03-04 09:00", deal: D1 }
  given activity A2 { at: "2026-03-05 09:30", deal: D1 }
"""
needs_rules = pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))


def ran(policy: str, expects: str) -> TestResult:
    found = check(f'{HEAD}{policy}test "t" {{{ROWS}{expects}\n}}')
    assert found.policy is not None, [one.message for one in found.diagnostics]
    (result,) = run_tests(found.policy)
    return result


HOLDS = [
    (ASSIGN, "2026-03-02", '"Li: call them" in L1.notices'),
    (ASSIGN, "2026-03-02", '"2026-03-02 10:00 Li: call them" in L1.notices'),
    (ASSIGN, "2026-03-02", '"Li: call them" not in L2.notices and "Wu: call them" not in L2.notices'),
    (
        ASSIGN,
        "2026-03-02",
        '"lead L1: call them" in Li.notices and "2026-03-02 10:00 lead L1: call them" in Li.notices',
    ),
    (ASSIGN, "2026-03-02", '"lead L1: call them" not in Wu.notices'),
    (ASSIGN, "2026-03-02", '"2026-03-02 11:30 Li: Slow" in L1.awards'),
    (ASSIGN, "2026-03-02", '"Slow" in Li.awards and "Slow" not in Wu.awards'),
]
WATCHED = [
    ("2026-03-08", '"Wu: weekly look" not in D1.notices'),
    ("2026-03-09", '"2026-03-09 09:00 Wu: weekly look" in D1.notices'),
    ("2026-03-16", '"2026-03-16 09:00 Wu: weekly look" in D1.notices and "deal D1: weekly look" in Wu.notices'),
    ("2026-03-04", '"Wu: Keen" not in D1.awards'),
    ("2026-03-05", '"2026-03-05 09:30 Wu: Keen" in D1.awards'),
    ("2026-03-05", '"Wu: Keen" in D1.awards and "Keen" in Wu.awards'),
    ("2026-03-02", '"Li: lost it" not in L1.notices and L1.owner is Li'),
    ("2026-03-03", '"2026-03-03 09:00 Li: lost it" in L1.notices and L1.state is "pool" and L2.owner is Wu'),
]


@pytest.mark.parametrize(("policy", "on", "expects"), HOLDS)
def test_what_an_assignment_tells_is_told(policy: str, on: str, expects: str) -> None:
    assert ran(policy, f"on {on}\n  expect {expects}").failures == ()


@needs_rules
@pytest.mark.parametrize(("on", "expects"), WATCHED)
def test_what_a_watch_does_is_done_at_its_moment(on: str, expects: str) -> None:
    assert ran(ASSIGN + WATCH, f"on {on}\n  expect {expects}").failures == ()


@needs_rules
def test_without_a_day_everything_is_told_that_the_rows_bring_about() -> None:
    assert ran(ASSIGN + WATCH, 'expect "Wu: Keen" in D1.awards and "Wu: weekly look" not in D1.notices').passed


@pytest.mark.parametrize(
    ("expects", "says"),
    [
        (
            '"Li: ring them" in L1.notices',
            """"Li: ring them" in L1.notices: got "2026-03-02 10:00 Li: call them" (as of 2026-03-02)
  2026-03-02 10:00, about lead L1 to Li: "call them" (<policy>:8:51)""",
        ),
        (
            '"Wu: call them" in L2.notices',
            '"Wu: call them" in L2.notices: got none (as of 2026-03-02)\n  no notices about lead L2 by then',
        ),
        (
            '"x" in Wu.notices',
            '"x" in Wu.notices: got none (as of 2026-03-02)\n  no notices to Wu by then',
        ),
    ],
)
def test_what_was_told_instead_is_said_with_its_place(expects: str, says: str) -> None:
    (failure,) = ran(ASSIGN, f"on 2026-03-02\n  expect {expects}").failures
    assert failure.partition(": ")[2] == says.replace("<policy>", failure.partition(":")[0])


def test_a_test_that_does_not_ask_runs_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meed.engine.watching.supervisor.find_spec", lambda name: None)
    assert ran(ASSIGN + WATCH, "on 2026-03-04\n  expect L1.owner is Li").passed
    (failure,) = ran(ASSIGN + WATCH, 'on 2026-03-09\n  expect "Wu: weekly look" in D1.notices').failures
    assert "pip install 'meed-engine[watch]'" in failure or "use Python" in failure
