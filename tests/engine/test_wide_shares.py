"""A pool of more than 64 bits is shared to the last unit, and both evaluators agree."""

from meed.engine.calendar.periods import Period
from meed.engine.pay.simulation import run

from ..evaluators import by_columns, by_statements, checked, facts_of


def test_a_pool_beyond_64_bits_is_shared_to_the_last_unit() -> None:
    policy = checked(
        'policy "Pool" { currency: USD }\nfacts standard\n'
        "credit bookings to deal.owner on deal.closed = deal.amount\n"
        "let pool = 1% of (total bookings)\n"
        "scheme all for every rep per month { pay team = share pool among every rep by rep.capacity }\n"
    )
    whole = 10**24 + 100  # 1% of it is 10**22 + 1 in dollars: 10**24 + 100 cents
    deal = {"id": ["D1"], "owner": ["a"], "amount": [str(whole)], "closed": ["2026-01-10"]}
    facts = facts_of(policy, {"rep": {"id": ["a", "b", "c"], "capacity": ["1", "1", "1"]}, "deal": deal})
    january = Period.parse("2026-01")
    made = by_columns(run(policy, facts, january))
    assert made == by_statements(policy, facts, january)
    third = (10**24 + 100) // 3
    assert {line.rep: amount for line, amount in made.lines.items()} == {"a": third + 1, "b": third + 1, "c": third}
