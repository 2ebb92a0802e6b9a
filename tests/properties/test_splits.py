"""Splits conserve credit: the parts of every deal add up to it, and no part is a whole cent off its share."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from meed.engine.columns.columnar import Columns
from meed.engine.money import parse_amount
from meed.engine.scalars.scalar import Evaluator

from ..evaluators import checked, facts_of
from .sales import amounts, table

PEOPLE = ("first", "second", "third", "fourth")


@st.composite
def shares(draw: st.DrawFn) -> list[Fraction]:
    """Two to four shares in hundredths of a percent that total one."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), min_size=1, max_size=3)))
    return [Fraction(high - low, 10_000) for low, high in zip([0, *cuts], [*cuts, 10_000], strict=True)]


def percent(share: Fraction) -> str:
    whole, hundredths = divmod(int(share * 10_000), 100)
    return f"{whole}.{hundredths:02}%"


@given(st.data(), shares(), st.sampled_from(["CNY", "JPY"]))
def test_parts_add_up_to_the_deal(data: st.DataObject, parts: list[Fraction], currency: str) -> None:
    people = PEOPLE[: len(parts)]
    split = ", ".join(f"deal.{person} {percent(share)}" for person, share in zip(people, parts, strict=True))
    policy = checked(
        f'policy "Split" {{ version: "1"  currency: {currency} }}\nfacts standard\n'
        f"facts deal {{ closed: date  {'  '.join(f'{person}: rep' for person in PEOPLE)} }}\n"
        f"credit shared to {split} on deal.closed = deal.amount\n"
        "scheme all for every rep per month { pay commission = shared }\n"
    )
    row = st.fixed_dictionaries(
        {
            **{person: st.sampled_from(["A", "B", "C"]) for person in PEOPLE},
            "closed": st.sampled_from(["2026-01-01", "2026-02-03"]),
            "amount": amounts(currency),
        }
    )
    deals = [{"id": f"D{number}", **found} for number, found in enumerate(data.draw(st.lists(row, max_size=6)))]
    facts = facts_of(
        policy, {"rep": {"id": ["A", "B", "C"]}, "deal": table(deals, ("id", "closed", "amount", *PEOPLE))}
    )
    ledger, book = Columns(policy, facts).ledger("shared"), Evaluator(policy, facts).book
    by_columns = {
        (rep, row): value
        for rep, row, value in zip(
            ledger.recipients.tolist(), ledger.rows.tolist(), ledger.values.to_fractions(), strict=True
        )
    }
    by_book = {
        (rep, posting.row): posting.value for rep in range(3) for posting in book.of("shared", rep).between(0, 1 << 40)
    }
    assert by_columns == by_book
    for number, deal in enumerate(deals):
        amount = parse_amount(deal["amount"], currency)
        assert sum(value for (_, row), value in by_book.items() if row == number) == amount
        for rep, key in enumerate("ABC"):
            owed = [share for person, share in zip(people, parts, strict=True) if deal[person] == key]
            got = by_book.get((rep, number), 0)
            assert Fraction(got).denominator == 1
            assert abs(got - amount * sum(owed)) < max(1, len(owed))
