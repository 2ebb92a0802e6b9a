"""Lines add up: to the amount of their component, to the rep's total in the summary, and to that of the run."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.engine.arrays.rounding import step_of
from meed.engine.money import minor_digits
from meed.engine.pay.simulation import run
from meed.engine.pay.statements import statements

from ..evaluators import checked, facts_of, year_of
from .policies import CURRENCIES, policies
from .sales import sales


@settings(max_examples=50)
@given(st.data(), st.sampled_from(CURRENCIES))
def test_lines_add_up(data: st.DataObject, currency: str) -> None:
    tables = data.draw(sales(currency, dated=data.draw(st.booleans())))
    text = data.draw(policies(currency))
    note(text)
    policy = checked(text)
    facts = facts_of(policy, tables)
    made = run(policy, facts, year_of(policy))
    lines, reps = made.lines_frame(), facts.table("rep").keys
    unit = 10 ** minor_digits(currency)
    paid: Counter[tuple[str, ...]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    names = ("rep", "period", "scheme", "component", "amount")
    for rep, period, scheme, component, amount in lines[list(names)].itertuples(index=False):
        paid[rep, period, scheme, component] += amount
        totals[rep, period] += amount
        assert amount * unit % step_of(policy) == 0
    due = {
        (reps[statement.rep], str(statement.period), statement.scheme.name, component): amount
        for statement in statements(policy, facts, year_of(policy))
        for component, amount in statement.amounts
    }
    assert {place: sum_ * unit for place, sum_ in paid.items() if sum_} == {k: v for k, v in due.items() if v}
    summary = {(rep, period): total for rep, period, total in made.summary_frame().itertuples(index=False)}
    assert all(summary[place] == total for place, total in totals.items())
    assert sum(summary.values(), Decimal(0)) * unit == made.total == sum(made.by_type().values()) == sum(due.values())
    assert lines["line id"].is_unique
    assert set(reps) == {rep for rep, _ in summary}


@settings(max_examples=60)
@given(
    st.data(),
    st.sampled_from(CURRENCIES),
    st.sampled_from(["half_up", "half_even", "up", "down", "floor", "ceiling"]),
    st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1), Fraction(5), Fraction(1000)]),
)
def test_a_rate_of_a_sum_is_rounded_as_declared(
    data: st.DataObject, currency: str, mode: str, round_to: Fraction
) -> None:
    """Against decimal arithmetic, which shares nothing with the engine."""
    unit = 10 ** minor_digits(currency)
    if (round_to * unit).denominator != 1:
        round_to = Fraction(0)
    step = f"  round_to: {Decimal(round_to.numerator) / round_to.denominator}" if round_to else ""
    rate = data.draw(st.sampled_from(["5%", "7.25%", "33.33%", "150%"]))
    policy = checked(
        f'policy "Rounded" {{ version: "1"  currency: {currency}  rounding: {mode}{step} }}\nfacts standard\n'
        "facts deal { owner: rep?  closed: date? }\n"
        "credit bookings to deal.owner on deal.closed = deal.amount\n"
        f"scheme all for every rep per year {{ pay commission = {rate} of bookings }}\n"
    )
    tables = data.draw(sales(currency))
    sums = dict.fromkeys(tables["rep"]["id"], Decimal(0))
    joined = dict(
        zip(tables["rep"]["id"], zip(tables["rep"]["hired"], tables["rep"]["left"], strict=True), strict=True)
    )
    deals = tables["deal"]
    for owner, amount, closed in zip(deals["owner"], deals["amount"], deals["closed"], strict=True):
        if owner is not None and (closed or "").startswith("2026"):
            sums[owner] += Decimal(amount)
    by_rep: Counter[str] = Counter(dict.fromkeys(sums, 0))
    read = {"rep": ("id", "hired", "left"), "deal": ("id", "owner", "amount", "closed")}
    facts = facts_of(policy, {kind: {name: tables[kind][name] for name in names} for kind, names in read.items()})
    lines = run(policy, facts, year_of(policy)).lines_frame()
    for rep, amount in lines[["rep", "amount"]].itertuples(index=False):
        by_rep[rep] += amount
    grain = Decimal(round_to.numerator) / round_to.denominator if round_to else Decimal(1) / unit
    for rep, total in sums.items():
        hired, left = joined[rep]
        exact = total * Decimal(rate[:-1]) / 100 if hired < "2027" and (left or "2026") >= "2026" else Decimal(0)
        due = (exact / grain).quantize(Decimal(1), rounding=f"ROUND_{mode.upper()}") * grain
        assert by_rep[rep] == due
