"""Controlled rounding: every total of a table is the floor or ceiling of its exact value, and so is every cell."""

from collections import Counter
from collections.abc import Hashable
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.apportionment import largest_remainder
from meed.engine.numbers.controlled_rounding import Cell, Margins, Why, round_table

Table = list[list[int]]


def margins_of(rows: int, columns: int, team: list[int], quarter: int) -> list[list[Margins]]:
    """Rows in teams, columns in quarters: with the totals of rows in quarters, and of teams in columns."""
    return [
        [
            Margins(
                (("row", row, column // quarter), ("row", row), ("team", team[row]), "all"),
                (("team", team[row], column), ("column", column), ("quarter", column // quarter), "all"),
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def totals(shares: Table, cells: list[list[Cell]], margins: list[list[Margins]]) -> dict[Hashable, tuple[int, int]]:
    """The exact numerator and the units of each total."""
    made: dict[Hashable, tuple[int, int]] = {}
    for row, line in enumerate(margins):
        for column, margin in enumerate(line):
            for name in {*margin.rows, *margin.columns}:
                exact, units = made.get(name, (0, 0))
                made[name] = exact + shares[row][column], units + cells[row][column].units
    return made


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, int, list[list[Margins]]]:
    """A total shared by weights, of which many are zero, in any nesting."""
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    weight = st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 10_000))
    weights = draw(st.lists(st.lists(weight, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    total = draw(st.integers(-50, 100_000))
    team = draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows))
    divisor = sum(map(sum, weights)) or 1
    shares = [[total * weight for weight in line] for line in weights]
    return shares, divisor, margins_of(rows, columns, team, draw(st.integers(1, 4)))


@given(tables())
def test_every_cell_and_every_total_is_within_one_unit_of_its_exact_value(
    made: tuple[Table, int, list[list[Margins]]],
) -> None:
    shares, divisor, margins = made
    cells = round_table(shares, divisor, margins)
    for line, exact in zip(cells, shares, strict=True):
        for cell, share in zip(line, exact, strict=True):
            assert share // divisor <= cell.units <= -(-share // divisor)
            assert (cell.floor, cell.remainder) == divmod(share, divisor)
            assert share or cell.units == 0
    for name, (exact, units) in totals(shares, cells, margins).items():
        assert exact // divisor <= units <= -(-exact // divisor), name


@given(tables())
def test_the_same_table_is_rounded_the_same_way_and_says_why(made: tuple[Table, int, list[list[Margins]]]) -> None:
    cells = round_table(*made)
    assert round_table(*made) == cells
    for line in cells:
        for cell in line:
            up = cell.units > cell.floor
            assert (cell.why.word == "whole") == (cell.remainder == 0)
            assert not up or cell.why.word in {"remainder", "needed"}
            assert up or cell.why.word in {"whole", "full", "gave_way"}
            assert (cell.why.total is not None) == (cell.why.word in {"full", "needed", "gave_way"})


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(0, 1000))
def test_with_one_column_it_is_hamiltons_method(weights: list[int], total: int) -> None:
    if not any(weights):
        return
    margins = [[Margins((("row", row), "all"), ("all",))] for row in range(len(weights))]
    cells = round_table([[total * weight] for weight in weights], sum(weights), margins)
    assert [line[0].units for line in cells] == largest_remainder(total, [Fraction(weight) for weight in weights])


def test_a_table_by_hand() -> None:
    """100 in 3 rows and 4 columns: 8 1/3 a cell, 33 1/3 a row, 25 a column."""
    margins = [[Margins((("row", r), "all"), (("column", c), "all")) for c in range(4)] for r in range(3)]
    units = [[cell.units for cell in line] for line in round_table([[100] * 4] * 3, 12, margins)]
    assert [sum(column) for column in zip(*units, strict=True)] == [25] * 4
    assert sorted(map(sum, units)) == [33, 33, 34]
    assert {unit for line in units for unit in line} == {8, 9}


def test_a_cell_with_a_large_remainder_goes_down_where_its_row_is_full() -> None:
    """Both cells of the first row are 0.8, and their total 1.6 has room for two; the column 0.8 + 0.2 for one."""
    shares = [[8, 8], [2, 2]]
    margins = [[Margins((("row", r), "all"), (("column", c), "all")) for c in range(2)] for r in range(2)]
    cells = round_table(shares, 10, margins)
    assert [[cell.units for cell in line] for line in cells] == [[1, 1], [0, 0]]
    assert cells[1][0].why == Why("full", ("column", 0))


def test_totals_that_cross_are_refused() -> None:
    crossing = [[Margins(("a", "b", "all"), ("all",))], [Margins(("a", "c", "all"), ("all",))]]
    with pytest.raises(ValueError, match="lies in two others"):
        round_table([[1], [1]], 2, crossing)


def test_shares_have_a_divisor() -> None:
    with pytest.raises(ValueError, match="above zero"):
        round_table([[1]], 0, [[Margins(("all",), ("all",))]])


def test_a_table_of_a_department_has_every_total_too() -> None:
    """Large enough that what totals lack is sent around in several turns."""
    dice = Random(7)
    weights = [[dice.randrange(1, 1000) for _ in range(12)] for _ in range(200)]
    shares, margins = (
        [[77_777 * weight for weight in line] for line in weights],
        margins_of(200, 12, [*range(9)] * 23, 3),
    )
    divisor = sum(map(sum, weights))
    cells = round_table(shares, divisor, margins)
    assert sum(cell.units for line in cells for cell in line) == 77_777
    assert Counter(cell.why.word for line in cells for cell in line)["needed"] > 10
    for exact, units in totals(shares, cells, margins).values():
        assert exact // divisor <= units <= -(-exact // divisor)


def test_no_rounding_has_the_quarters_of_teams_too() -> None:
    """Halves in 4 rows of 2 teams and 4 months of 2 quarters: of all 512 roundings, none has every total."""
    halves = [[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1]]
    margins = margins_of(4, 4, [0, 1, 1, 0], 2)
    open_ = [(row, column) for row in range(4) for column in range(4) if halves[row][column]]

    def has_all(up: tuple[int, ...], *, quarters_of_teams: bool) -> bool:
        sums: dict[Hashable, tuple[int, int]] = {}
        for (row, column), unit in zip(open_, up, strict=True):
            margin = margins[row][column]
            more = [("team quarter", margin.rows[2], column // 2)] if quarters_of_teams else []
            for name in {*margin.rows, *margin.columns, *more}:
                exact, units = sums.get(name, (0, 0))
                sums[name] = exact + 1, units + unit
        return all(exact // 2 <= units <= -(-exact // 2) for exact, units in sums.values())

    every = list(product((0, 1), repeat=len(open_)))
    assert any(has_all(up, quarters_of_teams=False) for up in every)
    assert not any(has_all(up, quarters_of_teams=True) for up in every)
