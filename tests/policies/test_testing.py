"""Tests of policies: what they may ask for, as of when, and what they say when it came out otherwise."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl.checked import Policy
from meed.engine.calendar.periods import Period
from meed.engine.pay.simulation import run
from meed.policies.testing import TestResult, run_tests
from meed.policies.trial_facts import trial_facts

PAY = """policy "Pay" { currency: CNY  timezone: "Asia/Shanghai" }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
let attainment of rep = bookings / rep.quota else 0%
scheme hunters for competitive per quarter {
  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }
  award "Above quota" when attainment > 100%
}
scheme keepers for conservative per month {
  pay yearly over year = retroactive bookings { from 0: 1%  from 100_000: 2% }
  award "Kept promise" to rep.mentor when rep.mentor is known and bookings >= 50_000
  total at least 8_000
}
"""
LEADS = """policy "Leads" { currency: CNY  timezone: "Asia/Shanghai" }
facts standard
assign lead {
  needs rep.on_duty
  rule big when lead.value >= 500_000 to any rep where "big" in rep.skills by round_robin
  otherwise to any rep by round_robin
  if nobody hold "ops desk"
}
"""
TWO = "given rep Bo { on_duty: yes }  given rep Li { on_duty: yes }"


def policy_of(text: str) -> Policy:
    checked = check(text)
    assert checked.policy is not None, [(one.code, one.message) for one in checked.diagnostics]
    return checked.policy


def result_of(head: str, body: str) -> TestResult:
    """The result of one test with the given steps."""
    (found,) = run_tests(policy_of(head + f'test "it" {{ {body} }}'))
    return found


def said(head: str, body: str) -> str:
    """The one failure of a test, without the place at its beginning."""
    found = result_of(head, body)
    assert not found.passed
    (failure,) = found.failures
    return re.sub(r"^policy\.meed:\d+:\d+: ", "", failure)


def holds(head: str, body: str) -> bool:
    found = result_of(head, body)
    assert found.passed == (not found.failures)
    return found.passed


LI = 'given rep Li { type: "competitive", quota: 1_000_000 }'
WON = 'stage: "won"'


# --- what holds, and what is said when it does not ------------------------------------------------------------


def test_results_come_in_the_order_of_the_tests_with_title_and_place() -> None:
    body = f"{{ {LI} given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }} expect Li.commission is "
    policy = policy_of(f'{PAY}test "right" {body}5 }}\ntest "wrong" {body}6 }}')
    right, wrong = run_tests(policy)
    assert (right.title, right.passed, right.place, right.failures) == ("right", True, "policy.meed:14:1", ())
    assert (wrong.title, wrong.passed, wrong.place) == ("wrong", False, "policy.meed:15:1")


def test_a_failure_says_expected_and_got_in_long_form_and_why() -> None:
    deal = f"given deal {{ owner: Li, amount: 1_200_000, {WON}, closed: 2026-04-10 }}"
    assert said(PAY, f"{LI} {deal} expect Li.commission is 64_000").split("\n") == [
        "Li.commission is 64,000.00 CNY: got 66,000.00 CNY",
        "  hunters.commission of Li in 2026-Q2 is 66,000.00 CNY",
        "  marginal bookings of rep over this period against rep.quota { from 0%: 5%  from 100%: 8% } = 66,000.00 CNY",
        "  with bookings of rep over this period = 1,200,000.00 CNY, rep.quota = 1,000,000.00 CNY",
    ]


def test_every_expectation_that_fails_is_told_with_its_place() -> None:
    deal = f"given deal D {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}"
    found = result_of(PAY, f"{LI} {deal}\n expect Li.commission is 6\n expect D.commission is 5\n expect Li.total is 7")
    assert [failure.split(": ")[0] for failure in found.failures] == ["policy.meed:15:2", "policy.meed:17:2"]


def test_only_the_part_that_fails_is_told() -> None:
    deal = f"given deal D {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}"
    text = said(PAY, f"{LI} {deal} expect Li.commission is 5 and D.commission < -5 and Li.total is 5")
    assert text.split("\n") == [
        "D.commission < -5.00 CNY: got 5.00 CNY",
        "  hunters.commission of Li in 2026-Q2: D carries 5.00 CNY",
    ]


def test_amounts_are_told_in_the_currency_of_the_policy() -> None:
    head = PAY.replace("CNY", "JPY")
    deal = f"given deal {{ owner: Li, amount: 1_000, {WON}, closed: 2026-04-10 }}"
    assert said(head, f"{LI} {deal} expect Li.commission is 51").startswith("Li.commission is 51 JPY: got 50 JPY\n")


@pytest.mark.parametrize(
    ("expectation", "text"),
    [
        ('"Above quota" in Li.awards', '"Above quota" in Li.awards: got none'),
        ("Li.attainment over 2026-Q2 >= 100%", "Li.attainment over 2026-Q2 >= 100%: got 0.01%"),
        ("Li.bookings is 99", "Li.bookings is 99.00 CNY: got 100.00 CNY"),
        ("Li.bookings is Li.commission", "Li.bookings is Li.commission: got 100.00 CNY and 5.00 CNY"),
        (
            "not (Li.commission is 5)",
            "not Li.commission is 5: does not hold; got Li.commission = 5.00 CNY",
        ),
    ],
)
def test_other_conditions_are_told_too(expectation: str, text: str) -> None:
    deal = f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}"
    assert said(PAY, f"{LI} {deal} expect {expectation}").split("\n")[0] == text


# --- what a test does not give ----------------------------------------------------------------------------------


def test_reading_what_is_not_given_fails_and_says_what() -> None:
    deal = f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}"
    text = said(PAY, f'given rep Li {{ type: "competitive" }} {deal} expect Li.commission is 5')
    assert text == "the test reads `rep.quota` of Li, which it does not give"


def test_what_is_not_read_need_not_be_given() -> None:
    deal = f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}"
    assert holds(PAY, f'given rep Li {{ type: "conservative" }} {deal} expect Li.yearly is 1')


def test_what_may_be_missing_is_missing_where_it_is_not_given() -> None:
    deal = f"given deal {{ owner: Li, amount: 60_000, {WON}, closed: 2026-04-10 }}"
    assert holds(PAY, f'given rep Li {{ type: "conservative" }} {deal} expect "Kept promise" not in Li.awards')


def test_a_deal_without_a_date_is_never_paid() -> None:
    assert holds(PAY, f"{LI} given deal D {{ owner: Li, amount: 100, {WON} }} on 2026-03-31 expect Li.commission is 0")


@pytest.mark.parametrize("asked", ["Li.commission is 0", "Li.total is 0", "Li.bookings is 0"])
def test_a_test_without_any_date_asks_for_one(asked: str) -> None:
    assert said(PAY, f"{LI} expect {asked}").startswith("nothing in the test says when: write `on 2026-03-31` above")


def test_two_rows_with_one_key_are_told() -> None:
    text = said(PAY, 'given deal { id: "D1" } given deal { id: "D1" } on 2026-01-31 expect 1 is 2')
    assert "two rows of `deal` the key `D1`" in text


# --- when -----------------------------------------------------------------------------------------------------


DEALS = f"""given rep An {{ type: "conservative" }}
given deal D1 {{ owner: An, amount: 80_000, {WON}, closed: 2026-01-20 }}
given deal D2 {{ owner: An, amount: 40_000, {WON}, closed: 2026-03-10, created: 2026-02-01 }}
"""


def test_a_payout_is_the_sum_over_periods_and_a_window_picks_some() -> None:
    # 1% of 80,000 = 800 in January; 2% of 120,000 = 2,400 by March, of which 800 were paid.
    assert holds(PAY, DEALS + "expect An.yearly is 2_400 and An.yearly over 2026-01 is 800")
    assert holds(PAY, DEALS + "expect An.yearly over 2026-03 is 1_600 and An.yearly over 2026-Q1 is 2_400")
    assert holds(PAY, DEALS + "on 2026-03-31 expect An.yearly over month is 1_600 and An.yearly over quarter is 2_400")
    assert holds(PAY, DEALS + "on 2026-03-31 expect An.yearly over last month is 0")


def test_the_months_between_dated_rows_count() -> None:
    # Three months, each topped up to the floor.
    assert holds(PAY, DEALS + "expect An.total is 24_000 and An.total over 2026-02 is 8_000")


def test_on_a_day_only_what_happened_until_then_is_known() -> None:
    assert holds(PAY, DEALS + "on 2026-03-09 expect An.yearly is 800 and An.bookings is 80_000 and An.total is 24_000")
    assert holds(PAY, DEALS + "on 2026-03-10 expect An.yearly is 2_400 and An.bookings is 120_000")
    assert holds(PAY, DEALS + "on 2026-01-31 expect An.total is 8_000  on 2026-02-01 expect An.total is 16_000")


def test_a_row_that_was_created_later_is_not_there_yet() -> None:
    # Closed on paper in January, entered in February.
    row = f"given deal D {{ owner: Li, amount: 100, {WON}, closed: 2026-01-20, created: 2026-02-03 }}"
    assert holds(PAY, f"{LI} {row} on 2026-01-31 expect Li.commission is 0  on 2026-02-03 expect Li.commission is 5")


def test_a_failure_as_of_a_day_names_the_day() -> None:
    assert "(as of 2026-03-09)" in said(PAY, DEALS + "on 2026-03-09 expect An.yearly is 801").split("\n")[0]


def test_periods_in_which_the_policy_is_not_in_force_are_not_paid() -> None:
    head = PAY.replace("currency", "effective: 2026-02-01 ..  currency")
    assert holds(head, DEALS + "expect An.total is 16_000 and An.total over 2026-01 is 0")


def test_a_month_of_a_quarterly_scheme_is_refused() -> None:
    deal = f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-01-10 }}"
    text = said(PAY, f"{LI} {deal} expect Li.commission over 2026-01 is 5")
    assert text == "scheme `hunters` pays per quarter: ask over whole ones, like `over 2026-Q1`"


def test_a_let_that_reads_a_quarterly_amount_is_asked_over_a_quarter() -> None:
    deal = f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-01-10 }}"
    text = said(PAY, f"{LI} {deal} expect Li.attainment is 1%")
    assert text == "`attainment` reads an amount per quarter: say over which quarter, like `over 2026-Q1`"


def test_dates_far_apart_end_in_a_sentence() -> None:
    far = f"given deal {{ owner: An, amount: 1, {WON}, closed: 1970-01-20 }}"
    assert said(PAY, DEALS + far + " expect An.total is 1").startswith("the test spans more than 400 periods")


# --- lines and awards -------------------------------------------------------------------------------------------


def test_a_deal_carries_its_lines() -> None:
    deals = f"""given deal D1 {{ owner: Li, amount: 700_000, {WON}, closed: 2026-04-10 }}
    given deal D2 {{ owner: Li, amount: 500_000, {WON}, closed: 2026-05-10 }}
    given deal D3 {{ owner: Li, amount: -200_000, {WON}, closed: 2026-06-10 }}"""
    assert holds(
        PAY, f"{LI} {deals} expect D1.commission is 35_000 and D2.commission is 31_000 and D3.commission is -16_000"
    )


def test_ten_deals_of_a_day_without_a_name_come_in_the_order_given() -> None:
    rep = 'given rep Li { type: "competitive", quota: 900 }'
    deals = " ".join(f"given deal {{ owner: Li, amount: 100, {WON}, closed: 2026-04-10 }}" for _ in range(9))
    last = f"given deal {{ owner: Li, amount: 300, {WON}, closed: 2026-04-10 }}"
    named = 'given deal zz { owner: Li, amount: 100, stage: "won", closed: 2026-04-11 }'
    policy = policy_of(f'{PAY}test "it" {{ {rep} {deals} {last} {named} expect zz.commission is 8 }}')
    facts = trial_facts(policy, policy.tests[0]).facts
    amounts = facts.table("deal").cells("amount")
    assert [facts.table("deal").cell(row, "amount") for row in (8, 9)] == [10000, 30000], amounts
    assert run_tests(policy)[0].passed


def test_a_component_that_no_deal_carries_is_told() -> None:
    text = said(LEADS, f'{TWO} given lead L {{ value: 1 }} expect L.rule is "big"')
    assert text.startswith('L.rule is "big": got "otherwise"')
    carried = said(
        PAY + "scheme s for every rep per month { pay bonus = 100 }",
        f"{LI} given deal D {{ owner: Li, closed: 2026-01-10 }} expect D.bonus is 1",
    )
    assert carried == "no deal carries a line of `bonus`: ask for it of a rep"


def test_an_award_to_somebody_else_is_theirs() -> None:
    reps = 'given rep Hu { type: "competitive", quota: 1 } given rep An { type: "conservative", mentor: Hu }'
    deal = f"given deal {{ owner: An, amount: 50_000, {WON}, closed: 2026-01-10 }}"
    assert holds(PAY, f'{reps} {deal} expect "Kept promise" in Hu.awards and "Kept promise" not in An.awards')


# --- assignment ---------------------------------------------------------------------------------------------------


def test_leads_without_a_date_arrive_in_the_order_given() -> None:
    numbers = [10, 9, 2, 1]
    leads = " ".join(f"given lead L{number} {{ value: 1 }}" for number in numbers)
    expected = " and ".join(
        f"L{number}.owner is {owner}" for number, owner in zip(numbers, ("Bo", "Li", "Bo", "Li"), strict=True)
    )
    assert holds(LEADS, f"{TWO} {leads} expect {expected}")


def test_a_lead_without_a_date_arrives_a_minute_after_the_one_before() -> None:
    leads = """given lead A { value: 1, created: "2026-04-03 09:30" } given lead C { value: 1 }
    given lead B { value: 1, created: "2026-04-03 09:30" }"""
    assert holds(LEADS, f"{TWO} {leads} expect A.owner is Bo and B.owner is Li and C.owner is Bo")


def test_owner_rule_and_desk() -> None:
    leads = "given lead L1 { value: 900_000 } given lead L2 { value: 1, owner: Li }"
    reps = 'given rep Bo { on_duty: no } given rep Li { on_duty: yes, skills: ("small", "tiny") }'
    assert holds(LEADS, f'{reps} {leads} expect L1.held is "ops desk" and L1.rule is "big" and L1.owner is missing')
    assert holds(LEADS, f"{reps} {leads} expect L2.owner is Li and L2.rule is missing")
    text = said(LEADS, f"{reps} {leads} expect L1.owner is Li")
    lines = text.split("\n")
    assert lines[0] == "L1.owner is Li: got missing"
    # Whoever was asked for is told first.
    assert lines[2].startswith("  Li: ")
    assert '"big"' in lines[2]


def test_a_lead_that_has_not_arrived_has_no_owner() -> None:
    lead = 'given lead L { value: 1, created: "2026-04-03 09:30" }'
    assert holds(LEADS, f"{TWO} {lead} on 2026-04-02 expect L.owner is missing  on 2026-04-03 expect L.owner is Bo")
    text = said(LEADS, f"{TWO} {lead} on 2026-04-02 expect L.owner is Bo")
    assert text.endswith("this lead has an owner from the start, or has not arrived by 2026-04-02")


def test_without_a_date_the_day_may_not_be_asked() -> None:
    head = LEADS.replace("needs rep.on_duty", "needs tenure >= 6 months")
    text = said(head, "given rep Li { hired: 2020-01-01 } given lead L { value: 1 } expect L.owner is Li")
    assert text == "the policy asks what day it is, and the test has no date: give the first lead its date"
    dated = 'given rep Li { hired: 2020-01-01 } given lead L { value: 1, created: "2026-04-03" } expect L.owner is Li'
    assert holds(head, dated)
    assert holds(
        head.replace("currency", "effective: 2026-01-01 .. currency"),
        "given rep Li { hired: 2020-01-01 } given lead L { value: 1 } expect L.owner is Li",
    )


def test_draws_are_the_same_in_every_run() -> None:
    head = LEADS.replace("by round_robin", "by random")
    leads = " ".join(f"given lead L{number} {{ value: 1 }}" for number in range(20))
    policy = policy_of(
        f'{head}test "it" {{ {TWO} {leads} expect L1.owner is Bo and L2.owner is Bo and L3.owner is Bo }}'
    )
    assert run_tests(policy) == run_tests(policy)


# --- properties -----------------------------------------------------------------------------------------------


DATES = st.sampled_from(["2026-01-05", "2026-01-31", "2026-02-01", "2026-03-15", "2026-07-01", "2026-12-31"])
ROWS = st.lists(
    st.tuples(st.sampled_from(["Li", "An"]), st.integers(-30_000, 1_500_000), DATES), min_size=1, max_size=12
)


@settings(max_examples=40)
@given(ROWS)
def test_a_payout_in_a_test_is_the_payout_of_a_simulation(rows: list[tuple[str, int, str]]) -> None:
    deals = " ".join(
        f"given deal D{number:02d} {{ owner: {owner}, amount: {amount}, {WON}, closed: {day} }}"
        for number, (owner, amount, day) in enumerate(rows)
    )
    body = f'{LI} given rep An {{ type: "conservative" }} {deals} on 2026-12-31 expect Li.total is 0'
    policy = policy_of(f'{PAY}test "it" {{ {body} }}')
    made = run(policy, trial_facts(policy, policy.tests[0]).facts, Period.parse("2026"))
    lines = made.lines_frame()

    def of(component: str, **where: Any) -> str:
        kept = lines[lines["component"] == component]
        for column, value in where.items():
            kept = kept[kept[column] == value]
        total = sum(kept["amount"].tolist())
        return f"{total:f}" if total else "0"

    last = max(day for _, _, day in rows)
    expected = [
        f"Li.commission is {of('commission', rep='Li')}",
        f"An.yearly is {of('yearly', rep='An')}",
        *(f"D{number:02d}.commission is {of('commission', deal=f'D{number:02d}')}" for number in range(len(rows))),
    ]
    text = body.replace("on 2026-12-31 expect Li.total is 0", f"on {last} expect {' and '.join(expected)}")
    assert run_tests(policy_of(f'{PAY}test "it" {{ {text} }}'))[0].failures == ()


CELLS = {
    "rep Li": ['type: "competitive"', "quota: 1_000", "hired: 2020-01-01", "mentor: An", "on_duty: yes"],
    "rep An": ['type: "conservative"', "quota: 0", "left: 2026-03-01"],
    "deal D1": ["owner: Li", "amount: 100", WON, "closed: 2026-01-10", "created: 2026-01-01"],
    "deal": ["owner: An", "amount: -5", WON, "closed: 2026-03-10"],
    "lead L": ["value: 1", 'created: "2026-02-01 10:00"', "owner: Li"],
}
ASKED = [
    "Li.commission is 5", "An.total is 8_000", "Li.bookings over month is 1", "Li.attainment over last quarter is 1%",
    '"Kept promise" in Li.awards', "D1.commission is 5", "L.owner is Li", 'L.rule is "big"', "L.held is missing",
    "Li.total over 2026-W05 is 1", "An.yearly over last 45 days is 1",
]  # fmt: skip


@given(st.data())
def test_a_test_never_ends_in_a_traceback(data: st.DataObject) -> None:
    rows = [
        f"given {name} {{ {', '.join(cell for cell in cells if data.draw(st.booleans()))} }}"
        for name, cells in CELLS.items()
    ]
    on = data.draw(st.sampled_from(["", "on 1999-12-31 ", "on 2026-02-15 "]))
    asked = data.draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=3))
    assign = LEADS[LEADS.index("assign lead") :]
    found = result_of(PAY + assign, " ".join([*rows, on, *(f"expect {one} " for one in asked)]))
    assert all("cannot be worked out" not in failure for failure in found.failures)
    assert len(found.failures) <= len(asked)


OFFERS = LEADS.replace(
    "otherwise to any rep by round_robin", "otherwise to any rep by round_robin accept within 40 seconds"
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 119))
def test_a_test_asks_as_of_a_second(second: int) -> None:
    moment = f"2026-03-02 09:{second // 60:02}:{second % 60:02}"
    lead = f'{TWO} given lead L1 {{ value: 1, created: "2026-03-02 09:00" }} on "{moment}"'
    offered = "Bo" if second < 40 else "Li" if second < 80 else "missing"
    asked = "is missing" if offered == "missing" else f"is {offered}"
    assert result_of(OFFERS, f"{lead} expect L1.offered {asked}").passed


def test_what_was_expected_of_a_second_is_told_with_it() -> None:
    lead = f'{TWO} given lead L1 {{ value: 1, created: "2026-03-02 09:00" }}'
    told = said(OFFERS, f'{lead} on "2026-03-02 09:00:40" expect L1.offered is Bo')
    assert told.startswith("L1.offered is Bo: got Li (as of 2026-03-02 09:00:40)\n")
    early = said(OFFERS, f'{lead} on "2026-03-02 08:59" expect L1.offered is Bo')
    assert early.endswith("this lead has an owner from the start, or has not arrived by 2026-03-02 08:59")


@pytest.mark.parametrize(
    "moment", ["2026-03-02 25:00", "2026-13-02", "2026-03-02 09:00:60", "2026-03-02 09:00Z", "soon"]
)
def test_a_moment_that_there_is_not_is_refused(moment: str) -> None:
    found = check(LEADS + f'test "it" {{ {TWO} on "{moment}" expect Bo.awards is ("x", "y") }}')
    assert "E0320" in {one.code for one in found.diagnostics}


def test_a_set_of_one_text_is_given_in_brackets_or_without() -> None:
    for one in ('("big")', '"big"'):
        lead = "given lead L1 { value: 600_000 }"
        assert result_of(LEADS, f"given rep Bo {{ on_duty: yes, skills: {one} }} {lead} expect L1.owner is Bo").passed
