"""A deal booked and refunded in one scope nets to zero, and a refund right behind its deal reverses its very line."""

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.engine.pay.simulation import run

from ..evaluators import Line, by_columns, by_statements, checked, facts_of, year_of
from .policies import CURRENCIES, MODES, Author
from .sales import BOUNDS, amounts


@st.composite
def components(draw: st.DrawFn, currency: str) -> str:
    """A component whose lines follow the deals in order: a running sum of them, and clauses that read no deals."""
    author = Author(draw, currency)
    bands = author.bands(author.rising(*BOUNDS), author.rate)
    percents = author.bands(author.percents(), author.rate)
    value = author.word(
        f"{author.rate()} of bookings",
        f"marginal bookings {bands}",
        f"marginal bookings against rep.quota {percents}",
        f"rep.bonus * marginal attained {percents}",
        f"blend {{ 60%: marginal bookings {bands}  40%: bookings }}",
        "(bookings - kept)",
    )
    clauses = author.word(
        "", "times rep.level", "at most rep.bonus", "times 33.33%  at most 77", "when rep.on_duty", "at most 1"
    )
    return f"pay part = {value}  {clauses}"


def policy_text(draw: st.DrawFn, currency: str, component: str, lines: str = "") -> str:
    mode = draw(st.sampled_from(MODES))
    step = draw(st.sampled_from(["", "  round_to: 5"]))
    return (
        f'policy "Refunds" {{ version: "1"  currency: {currency}  rounding: {mode}{step} }}\nfacts standard\n'
        "facts rep { quota: money > 0  bonus: money >= 0  level: rate }\nfacts deal { closed: date }\n"
        "credit bookings to deal.owner on deal.closed = deal.amount\n"
        "let attained of rep = bookings / rep.quota\n"
        "let kept of rep = 12.5% of bookings\n"
        f"scheme all for every rep per quarter {{ {lines} {component} }}\n"
    )


@st.composite
def cases(draw: st.DrawFn, paired: bool) -> tuple[str, dict[str, dict[str, list[str]]]]:
    """A policy, and deals of one quarter of which each has its refund: behind it, or anywhere."""
    currency = draw(st.sampled_from(CURRENCIES))
    text = policy_text(draw, currency, draw(components(currency)))
    booked = draw(st.lists(amounts(currency), min_size=1, max_size=6))
    rows = [(f"D{number}", amount) for number, amount in enumerate(booked)]
    rows += [(f"D{number}R", negative(amount)) for number, amount in enumerate(booked)]
    days = [f"2026-02-{number + 1:02}" for number in range(len(booked))] * 2
    if not paired:
        days = [f"2026-02-{day:02}" for day in draw(st.permutations(range(1, len(rows) + 1)))]
    deals = {
        "id": [key for key, _ in rows],
        "amount": [amount for _, amount in rows],
        "closed": days,
        "owner": ["R"] * len(rows),
    }
    rep = {
        "id": ["R"],
        "quota": [draw(st.sampled_from(["100", "333", "500"]))],
        "bonus": [draw(st.sampled_from(["0", "150", "1000"]))],
        "level": [draw(st.sampled_from(["0%", "33.33%", "120%"]))],
        "on_duty": [draw(st.sampled_from(["yes", "no"]))],
    }
    return text, {"rep": rep, "deal": deals}


def negative(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"


def lines_of(text: str, tables: dict[str, dict[str, list[str]]]) -> dict[Line, int]:
    note(text)
    policy = checked(text)
    facts = facts_of(policy, tables)
    made = by_columns(run(policy, facts, year_of(policy)))
    assert made == by_statements(policy, facts, year_of(policy))
    return made.lines


@settings(max_examples=50)
@given(cases(paired=False))
def test_what_is_booked_and_refunded_nets_to_zero(case) -> None:
    assert sum(lines_of(*case).values()) == 0


@settings(max_examples=50)
@given(cases(paired=True))
def test_a_refund_right_behind_its_deal_reverses_its_line(case) -> None:
    lines = {line.row: amount for line, amount in lines_of(*case).items()}
    assert "" not in lines
    for key in case[1]["deal"]["id"]:
        if not key.endswith("R"):
            assert lines.get(key, 0) == -lines.get(f"{key}R", 0)
