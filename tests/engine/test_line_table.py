"""The names of lines are the same one by one and many at a time."""

from meed.engine.calendar.periods import Period
from meed.engine.pay.line_table import line_id
from meed.engine.pay.simulation import run

from ..evaluators import checked, facts_of


def test_lines_are_named_as_one_by_one() -> None:
    policy = checked(
        'policy "P" { currency: USD }\nfacts standard\n'
        "credit sold to deal.owner on deal.closed = deal.amount\n"
        "scheme a for every rep per month { pay part = 10% of sold  pay base = 100 }\n"
        "scheme b for every rep per quarter { pay more = 1% of sold }\n"
    )
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 7) for day in (3, 9, 27)]
    deal = {"id": [f"D{at}" for at in range(18)], "owner": ["甲", "Bo"] * 9, "amount": ["100"] * 18, "closed": days}
    made = run(policy, facts_of(policy, {"rep": {"id": ["甲", "Bo"]}, "deal": deal}), Period.parse("2026"))
    frame = made.lines_frame()
    named = list(made.lines.named())
    assert [name for name, _ in named] == [line_id(*place) for _, place in named] == frame["line id"].tolist()
    assert [place[-1] for _, place in named] == frame["deal"].tolist()
    assert len({name for name, _ in named}) == len(named) == 36 + 24
