"""Closing periods: what is posted where, what corrects what and why, and what is refused."""

import pytest

from meed.engine.pay_ledger.closing import period_to_close, spans_by_policy
from meed.engine.pay_ledger.entries import Earned, PeriodClosed
from meed.engine.pay_ledger.refusal import Refused
from meed.engine.pay_ledger.standing import Unsound

from ..evaluators import checked
from ..pay_books import SALES, PayBook, sold

D1, D2, D3 = "D1 Ada 8000 2026-01-10", "D2 Ada 4000 2026-01-20", "D3 Bo 6000 2026-01-15"


@pytest.fixture
def book() -> PayBook:
    """January is closed: Ada 8,000 at 5%, then 2,000 at 5% and 2,000 at 10%; Bo 6,000 at 5%."""
    made = PayBook("USD", "2026-01")
    made.close(SALES, sold(D1, D2, D3))
    return made


def posted(records: list[Earned]) -> list[tuple[str, str, int]]:
    return [(record.key, record.cause, record.amount) for record in records]


def test_a_period_posts_what_the_run_gives(book: PayBook) -> None:
    assert posted(book.earned()) == [("D1", "earned", 40_000), ("D2", "earned", 30_000), ("D3", "earned", 30_000)]
    assert (
        {record.posted_in for record in book.earned()} == {record.earned_in for record in book.earned()} == {"2026-01"}
    )
    assert {record.policy for record in book.earned()} == {SALES.hash}
    assert book.standing.open.name == "2026-02"


def test_a_late_deal_is_posted_in_the_open_period_and_named_by_those_it_moves(book: PayBook) -> None:
    made = book.close(SALES, sold(D1, D2, D3, "D0 Ada 1000 2026-01-02")).earned
    assert posted(made) == [("D0", "late", 5_000), ("D2", "affected", 5_000)]
    assert made[0].corrects == 0
    assert book.standing.earned(made[1].corrects) == book.earned()[1]
    assert made[0].because == ("deal D0 had no line before",)
    assert made[1].because == ("deal D0 had no line before",)
    assert {record.posted_in for record in made} == {"2026-02"}


def test_an_adjustment_corrects_the_entry_before_it_on_its_line(book: PayBook) -> None:
    book.close(SALES, sold(D1, "D2 Ada 3000 2026-01-20", D3))
    book.close(SALES, sold(D1, "D2 Ada 2000 2026-01-20", D3))
    on_line = [(n, r) for n, r in enumerate(book.standing.records, 1) if isinstance(r, Earned) and r.key == "D2"]
    assert [record.corrects for _, record in on_line] == [0, on_line[0][0], on_line[1][0]]
    assert [record.before for _, record in on_line] == [0, 30_000, 20_000]
    assert on_line[1][1].because == ("deal D2: amount was 4,000.00 USD, is 3,000.00 USD",)


@pytest.mark.parametrize(
    ("facts", "expected", "because"),
    [
        (sold(D1, D2), [("D3", "gone", -30_000)], "deal D3 is no longer in the facts"),
        (sold(D1, D2, f"{D3} lost"), [("D3", "changed", -30_000)], 'deal D3: stage was won, is lost'),
        (
            sold(D1, D2, D3, quota="8000"), [("D2", "changed", 10_000)],
            "rep Ada: quota was 10,000.00 USD, is 8,000.00 USD",
        ),
        (
            sold(D1, D2, "D3 Ada 6000 2026-01-15"),
            [("D2", "affected", 10_000), ("D3", "changed", -30_000), ("D3", "changed", 50_000)],
            "deal D3: owner was Bo, is Ada",
        ),
    ],
)  # fmt: skip
def test_what_changed_is_named(book: PayBook, facts, expected, because: str) -> None:
    made = book.close(SALES, facts).earned
    assert sorted(posted(made)) == expected
    assert because in made[-1].because


def test_a_row_that_comes_back_is_said_to_be_there_again(book: PayBook) -> None:
    book.close(SALES, sold(D1, D2))
    made = book.close(SALES, sold(D1, D2, D3)).earned
    assert [(record.amount, record.because) for record in made] == [(30_000, ("deal D3 is there again",))]


def test_the_same_facts_post_nothing(book: PayBook) -> None:
    assert book.changed(SALES, sold(D1, D2, D3)) == []
    assert book.close(SALES, sold(D1, D2, D3)).earned == []


def test_an_order_of_periods_is_kept(book: PayBook) -> None:
    with pytest.raises(Refused, match="2026-04 cannot be closed: 2026-02 is open: close 2026-02"):
        period_to_close(book.standing, "2026-04")
    assert period_to_close(book.standing, "2026-01").closed
    with pytest.raises(Unsound):
        book.add(PeriodClosed("2026-01", "", "", "", None, ()))


def test_nothing_is_posted_into_a_closed_period(book: PayBook) -> None:
    first = book.earned()[0]
    with pytest.raises(Unsound, match="2026-01 is not open"):
        book.add(first)


# --- policies ------------------------------------------------------------------------------------------------

BETTER = checked(SALES.source.text.replace('version: "1"', 'version: "2"').replace("5%", "6%"))


def test_a_closed_period_keeps_its_policy(book: PayBook) -> None:
    made = book.close(BETTER, sold(D1, D2, D3, "D4 Bo 1000 2026-02-10")).earned
    assert posted(made) == [("D4", "earned", 6_000)]
    made = book.close(BETTER, sold("D1 Ada 7000 2026-01-10", D2, D3, "D4 Bo 2000 2026-02-10")).earned
    assert posted(made) == [("D1", "changed", -5_000), ("D2", "affected", -5_000), ("D4", "changed", 6_000)]
    assert [record.policy for record in made] == [SALES.hash, SALES.hash, BETTER.hash]


def test_a_period_is_restated_under_another_policy_when_asked(book: PayBook) -> None:
    made = book.close(BETTER, sold(D1, D2, D3), restated=["2026-01"]).earned
    assert posted(made) == [("D1", "restated", 8_000), ("D2", "restated", 2_000), ("D3", "restated", 6_000)]
    assert made[0].because[0] == f"2026-01 is worked out under policy {BETTER.hash[:12]}, no longer {SALES.hash[:12]}"
    assert book.standing.periods["2026-01"].policy == BETTER.hash
    assert book.close(BETTER, sold(D1, D2, D3)).earned == []
    with pytest.raises(Refused, match="2026-09 cannot be restated"):
        spans_by_policy(book.standing, book.standing.open.name, BETTER.hash, ["2026-09"])


def test_a_quarter_is_posted_in_the_month_in_which_it_ends() -> None:
    text = SALES.source.text + "scheme bonus for every rep per quarter { pay extra = 1% of bookings }\n"
    policy = checked(text)
    book = PayBook("USD", "2026-01")
    facts = sold(D1, "D2 Ada 4000 2026-03-20", policy=policy)
    sums = [book.close(policy, facts).earned for _ in range(3)]
    assert [sorted((record.scheme, record.key) for record in made) for made in sums] == [
        [("sales", "D1")], [], [("bonus", "D1"), ("bonus", "D2"), ("sales", "D2")],
    ]  # fmt: skip
    made = book.close(policy, sold(D1, policy=policy)).earned
    assert sorted((record.scheme, record.earned_in, record.amount) for record in made) == [
        ("bonus", "2026-03", -4_000), ("sales", "2026-03", -20_000),
    ]  # fmt: skip
