"""Every figure of docs/fairness.md, computed again."""

import contextlib
import io
import re
from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import floor, isqrt
from pathlib import Path

import pytest

from meed.engine.turns.draws import canonical_record, commitment, draw, verify
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, bound, shares

PAGE = (Path(__file__).parents[2] / "docs" / "fairness.md").read_text(encoding="utf-8")
PROSE = " ".join(PAGE.split())
EXAMPLE_KEY = b"an example key, never use this one"


def _rows(first_column: str) -> list[list[str]]:
    """The number rows of the table whose heading starts with this column."""
    table = PAGE.split(f"| {first_column} |", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [row for row in rows if row[0].isdigit()]


def _decimals(value: Fraction) -> str:
    """A value with three decimals, rounded half up."""
    thousandths = floor(2000 * value + 1) // 2
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"


def _sevenths(credit: int, leads: int) -> int:
    nearest = (7 * credit + SCALE // 2) // SCALE
    assert abs(7 * credit - nearest * SCALE) <= 7 * leads  # rounding moves a share by less than one unit
    return nearest


def test_the_worked_table_is_what_the_ledger_does():
    ledger, rows = ShareLedger(), _rows("lead")
    assert len(rows) == 7
    for number, row in enumerate(rows, start=1):
        turn = ledger.post("p", [Candidate("a", 5), Candidate("b", 1), Candidate("c", 1)])
        after_share = [str(_sevenths(line.credit_after_share, number)) for line in turn.standings]
        after = [str(_sevenths(line.credit_after, number)) for line in turn.standings]
        assert row == [str(number), *after_share, turn.winner, *after]
    assert "".join(row[4] for row in rows) == "aabacaa"


def test_the_table_of_bounds_is_what_is_promised():
    rows = _rows("n")
    assert [row[0] for row in rows] == ["2", "3", "5", "10", "20", "50"]
    for row in rows:
        n = int(row[0])
        tight = bound(n, all_eligible_always=True)
        assert row[1:] == [_decimals(bound(n).over), _decimals(tight.over), _decimals(tight.under)]


def test_weight_points_drift_where_shares_do_not():
    weights = {"a": 3, "b": 1, "c": 1}
    points, owed, got = Counter[str](), dict.fromkeys(weights, Fraction(0)), Counter[str]()
    ledger, widest = ShareLedger(), 0
    for lead in range(10_000):
        eligible = "abc" if lead % 2 == 0 else "ab"
        charge = sum(weights[key] for key in eligible)
        for key in eligible:
            points[key] += weights[key]
            owed[key] += Fraction(weights[key], charge)
        winner = max(eligible, key=lambda key: points[key])
        points[winner] -= charge
        got[winner] += 1
        ledger.post("p", [Candidate(key, weights[key]) for key in eligible])
        widest = max(widest, *map(abs, ledger.credits("p").values()))
    assert f"leave b {owed['b'] - got['b']} leads short after 10,000 leads" in PROSE
    assert "no credit passes 1 lead" in PROSE
    assert widest <= SCALE


@pytest.mark.parametrize("n", [2, 3, 5, 10, 20])
def test_shrinking_shares_force_the_harmonic_bound_on_any_rule(n: int):
    ledger = ShareLedger()
    served: set[str] = set()
    for _ in range(n - 1):
        reps = [f"rep {number}" for number in range(n)]
        weights = [Fraction(1, 10**15) if rep in served else 1 for rep in reps]
        served.add(ledger.post("p", [Candidate(r, w) for r, w in zip(reps, weights, strict=True)]).winner)
    most = max(ledger.credits("p").values())
    assert len(served) == n - 1
    assert abs(most - bound(n, all_eligible_always=True).under * SCALE) < n
    assert "after n - 1 leads the last one is owed 1/2 + ... + 1/n = H(n) - 1" in PROSE


@pytest.mark.parametrize("n", [2, 4, 6, 10])
def test_pairs_with_equal_credit_force_a_quarter_of_the_reps(n: int):
    ledger = ShareLedger()
    credit = {f"rep {number}": 0 for number in range(n)}
    while pair := next(((a, b) for a, b in combinations(credit, 2) if credit[a] == credit[b]), None):
        credit.update(_posted(ledger, pair))
    assert 4 * max(credit.values()) == -4 * min(credit.values()) == n * SCALE
    assert "some credit reaches n/4 (n even)" in PROSE


def _posted(ledger: ShareLedger, pair: tuple[str, str]) -> dict[str, int]:
    ledger.post("p", [Candidate(key) for key in pair])
    return {key: ledger.credit("p", key) for key in pair}


def test_the_reversal_example_is_owed_what_the_page_says():
    ledger = ShareLedger()
    pair = [Candidate("b"), Candidate("a")]
    first = ledger.post_manual("p", "a", pair)
    assert [ledger.post("p", pair).winner for _ in range(2)] == ["b", "b"]
    ledger.reverse(first)
    owed = _decimals(Fraction(ledger.credit("p", "a"), SCALE))
    assert f"Now a is owed {owed} lead" in PROSE
    assert f"reversals is {_decimals(bound(2).under)}." in PROSE
    wider = ledger.promise("p").under - bound(2).under
    assert wider == ledger.promise("p").over - bound(2).over
    assert f"After the one above both are {_decimals(wider)}." in PROSE


def test_at_two_levels_a_rep_is_as_near_to_the_part_of_the_group_as_the_page_says():
    teams, reps = 3, 4
    both = Fraction(1, reps) * bound(teams).over + bound(reps).over
    assert f"With {teams} teams of {reps} equal reps that is {_decimals(both)} leads." in PROSE
    ledger, got = ShareLedger(), Counter[str]()
    for number in range(1, 400):  # a team is away for a time, so that turns of teams are no plain rotation
        there = [team for team in "xyz" if team != "y" or number % 7 > 2]
        team = ledger.post(
            "teams", [Candidate(one, 1 + (number // 5) % 3 if one == "x" else 1) for one in there]
        ).winner
        got[ledger.post(team, [Candidate(f"{team}{rep}") for rep in range(reps)]).winner] += 1
        for name in "xyz":
            received = sum(got[f"{name}{rep}"] for rep in range(reps))
            owed = received + Fraction(ledger.credit("teams", name), SCALE)
            assert all(abs(got[f"{name}{rep}"] - owed / reps) <= both for rep in range(reps))


def test_who_is_there_only_while_the_other_team_is_next_gets_nothing_as_the_page_says():
    assert "gets none of 1,000 leads, and is owed none" in PROSE
    ledger, got = ShareLedger(), Counter[str]()
    for number in range(1_000):
        team = ledger.post("teams", [Candidate("x"), Candidate("y")]).winner
        own = ["a", "b"] if number % 2 else ["a"]
        got[ledger.post(team, [Candidate(rep) for rep in (own if team == "x" else ["c"])]).winner] += 1
    assert (got["b"], ledger.credit("x", "b")) == (0, 0)


def test_rounding_is_as_small_as_the_page_says():
    assert f"whole numbers of 1/{SCALE:,} of a lead" in PROSE
    assert f"within 1/{SCALE:,} of the exact one" in PROSE
    assert "after a million leads a credit is within 1/144,000,000 of a lead" in PROSE
    assert Fraction(1_000_000, SCALE) < Fraction(1, 144_000_000)
    for part, weight in zip(shares([53, 19, 2]), [53, 19, 2], strict=True):
        assert abs(part - Fraction(SCALE * weight, 74)) < 1


def test_small_weights_are_exact_and_their_ties_are_ties():
    ledger = ShareLedger()
    turns = [ledger.post("p", [Candidate("a", 3), Candidate("b", 2), Candidate("c", 1)]) for _ in range(6)]
    assert (turns[2].winner, turns[2].runner_up, turns[2].margin, turns[2].tie) == ("a", "c", 0, ("a", "c"))
    assert f"the order is {' '.join(turn.winner for turn in turns)}." in PROSE
    assert "a number that everything up to 36 divides" in PROSE
    assert all(SCALE % number == 0 for number in range(1, 37))
    assert SCALE % 37


def test_rounding_decides_the_tie_that_the_page_names():
    ledger = ShareLedger()
    turns = [ledger.post("p", [Candidate("a", 53), Candidate("b", 19), Candidate("c", 2)]) for _ in range(74)]
    seen = Counter(turn.winner for turn in turns[:36])
    owed = {key: Fraction(37 * weight, 74) - seen[key] for key, weight in {"a": 53, "b": 19, "c": 2}.items()}
    assert owed["a"] == owed["b"] > owed["c"]
    assert (turns[36].winner, turns[36].runner_up) == ("b", "a")
    assert f"b leads by {turns[36].margin}/{SCALE:,} and is first." in PROSE
    assert Counter(turn.winner for turn in turns) == {"a": 53, "b": 19, "c": 2}
    assert "after 74 leads they have 53, 19 and 2." in PROSE


def test_random_draws_of_two_equal_reps_are_off_by_fifty():
    variance = 10_000 * Fraction(1, 2) * Fraction(1, 2)
    assert f"two equal reps are off by {isqrt(int(variance))} leads" in PROSE
    assert isqrt(int(variance)) ** 2 == variance


def test_the_page_checks_a_draw_without_the_program_and_agrees_with_it():
    program = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {})
    record = canonical_record("L-1042", 17, [("ann", 5), ("bo", 3), ("cy", 2)], "9f2c")
    drawn = draw(EXAMPLE_KEY, record, [5, 3, 2])
    assert printed.getvalue() == f"({drawn.ticket}, '{['ann', 'bo', 'cy'][drawn.index]}')\n"
    assert f"# {printed.getvalue().strip()}" in program
    assert commitment(EXAMPLE_KEY) in program
    assert repr(record) in program
    assert verify(commitment(EXAMPLE_KEY), EXAMPLE_KEY, record, drawn) == []
