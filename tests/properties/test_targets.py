"""Splits of any total by any weights, in any calendar: both evaluators agree, and every total is exact."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.calendar.periods import Period, containing, within
from meed.engine.targets.targets import target_sheets

from ..evaluators import checked, facts_of, values_by_both
from .policies import CALENDARS

PAIRS = [
    ("week", "quarter"), ("month", "year"), ("month", "quarter"), ("quarter", "year"), ("week", "year"), ("half", "year"),
    ("day", "month"),
]  # fmt: skip
_NAMES = ["A", "B", "C", "D", "E"]


@st.composite
def splits(draw: st.DrawFn) -> tuple[str, dict[str, list[object]], str]:
    """A policy with a split, its reps, and the longer period."""
    per, over = draw(st.sampled_from(PAIRS))
    calendar = draw(st.sampled_from(CALENDARS))
    unit, total = draw(st.sampled_from([1, 5, 100])), draw(st.integers(1, 100_000))
    subtotals = draw(st.sampled_from(["", "  subtotals: team"]))
    weight = draw(st.sampled_from(["rep.weight * season", "rep.weight", "(rep.weight / 3) * season"]))
    text = (
        f'policy "Goals" {{ currency: USD{calendar} }}\nfacts standard\nfacts rep {{ weight: number }}\n'
        f"let season = step month_of_year {{ from 1: {draw(st.integers(0, 3))}  from 7: 2 }}\n"
        f"target goal to rep per {per} {{ round_to: {unit}{subtotals} }} =\n"
        f"  share {total} among every rep over {over} by {weight}\n"
    )
    names = draw(st.permutations(_NAMES[: draw(st.integers(1, 5))]))
    reps: dict[str, list[object]] = {
        "id": list(names),
        "team": [draw(st.sampled_from(["X", "Y"])) for _ in names],
        "weight": [draw(st.sampled_from(["0", "1", "2.5", "7", "-1"])) for _ in names],
        "hired": [draw(st.sampled_from(["2020-01-01", "2026-05-20"])) for _ in names],
    }
    return text, reps, over


@settings(max_examples=40)
@given(splits())
def test_all_totals_are_exact_and_each_goal_is_within_one_step(made: tuple[str, dict[str, list[object]], str]) -> None:
    text, reps, over = made
    policy = checked(text)
    facts = facts_of(policy, {"rep": reps})
    target = policy.targets["goal"]
    outer = containing(over, Period.parse("2026-06-20").start, policy.calendar)
    sheet = target_sheets(policy, facts, outer)[0]
    unit = target.unit
    cells = {
        (row.key, period): goal for row in sheet.rows for period, goal in zip(sheet.periods, row.goals, strict=True)
    }
    for goal in cells.values():
        assert abs(goal.amount - goal.exact) < unit
        assert Fraction(goal.amount) % unit == 0
        assert goal.exact or goal.amount == 0

    def must_be_exact(chosen: list[tuple[str, Period]]) -> None:
        exact = sum((Fraction(cells[place].exact) for place in chosen), Fraction(0))
        amount = sum((Fraction(cells[place].amount) for place in chosen), Fraction(0))
        assert exact // unit * unit <= amount <= -(-exact // unit) * unit

    groups = {row.key: row.group for row in sheet.rows}
    must_be_exact(list(cells))
    for key in groups:
        must_be_exact([place for place in cells if place[0] == key])
        for part in within(outer, "quarter") if over == "year" else ():
            inside = [place for place in cells if place[0] == key and part.start < place[1].end <= part.end]
            must_be_exact(inside)
    for group in set(groups.values()):
        must_be_exact([place for place in cells if groups[place[0]] == group])
        for period in sheet.periods:
            must_be_exact([place for place in cells if groups[place[0]] == group and place[1] == period])
    for kind in ("month", "quarter", "half"):
        for part in {containing(kind, period.end - 1, policy.calendar) for period in sheet.periods}:
            must_be_exact([place for place in cells if part.start < place[1].end <= part.end])


@settings(max_examples=30)
@given(splits(), st.randoms(use_true_random=False))
def test_both_evaluators_read_the_same_goals_in_whatever_order_the_rows_stand(
    made: tuple[str, dict[str, list[object]], str], dice: object
) -> None:
    text, reps, over = made
    policy = checked(text)
    facts = facts_of(policy, {"rep": reps})
    outer = containing(over, Period.parse("2026-06-20").start, policy.calendar)
    periods = [outer, *within(outer, policy.targets["goal"].per)[:3], outer.previous()]
    single, columns = values_by_both(policy, facts, "goal", periods)
    assert columns == single
    order = list(range(len(reps["id"])))
    dice.shuffle(order)  # pyright: ignore[reportAttributeAccessIssue]
    other = facts_of(policy, {"rep": {name: [cells[at] for at in order] for name, cells in reps.items()}})
    before, after = (list(target_sheets(policy, one, outer)[0].cells()) for one in (facts, other))
    assert before == after
