"""The section of `meed fairness` on who got what, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from ..dsl.types import MONEY
from ..engine.fairness.assignment_fairness import AssignmentFairness
from ..engine.fairness.draw_pools import DrawFairness
from ..engine.fairness.eligibility import ENOUGH, GroupAccess
from ..engine.fairness.lead_quality import SIGNIFICANT, GroupQuality, Quality
from ..engine.fairness.turn_pools import PoolFairness, RepTurns
from ..engine.fairness.waiting import Wait
from ..engine.money import format_money
from ..engine.wording.phrases import show
from .fairness_shown import thousandths
from .figures_shown import counted, part_of, percent, times_text
from .tables_shown import say_table
from .terminal import say

__all__ = ["Manner", "Row", "Table", "assignment_tables", "show_assignment"]

_MOST_REPS, _MOST_SINGLE, _MOST_PLACES = 15, 8, 10
_HARDLY = Fraction(1, 1000)
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the report: a title, a table of which some columns are numbers, and lines below it."""

    title: str
    headers: Row = ()
    rows: tuple[Row, ...] = ()
    right: tuple[int, ...] = ()
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How the report was asked for: the currency of values, which leads are alike, the seed of tests.

    `line`: what stands at a place of the policy; empty where nobody knows.
    """

    currency: str
    alike: str
    seed: int
    line: Callable[[str], str] = lambda _: ""


def show_assignment(made: AssignmentFairness, how: Manner) -> None:
    """All parts, one after the other."""
    for number, table in enumerate(assignment_tables(made, how)):
        if number:
            say()
        say(table.title)
        if table.rows:
            say()
            say_table(table.headers, table.rows, right=table.right)
        for line in table.says:
            say(line)


def assignment_tables(made: AssignmentFairness, how: Manner) -> Iterator[Table]:
    """The parts of the report, in order."""
    yield _counts(made)
    if made.pools:
        yield _pools(made.pools)
        yield _farthest(made.pools)
    if made.lots:
        yield _lots(made.lots, how)
    for attribute, groups in made.access.items():
        yield _access(attribute, groups)
    for one in made.qualities:
        yield _quality(one, how)
    if made.waits.to_contact is not None or (made.waits.to_decision is not None and made.waits.to_decision.longest):
        yield _waits(made)
    if made.stood:
        yield _stood(made, how)


def _counts(made: AssignmentFairness) -> Table:
    held = made.decided - made.assigned
    title = f"who got what: {made.decided:,} decided, {made.assigned:,} assigned, {held:,} held"
    rows = tuple((rule, f"{given:,}", f"{kept:,}") for rule, (given, kept) in made.by_rule.items())
    desks = tuple(
        f"  {count:,} held at `{desk}`" if desk else f"  {count:,} given to nobody" for desk, count in made.held.items()
    )
    return Table(title, ("rule", "assigned", "held"), rows, (1, 2), desks)


# --- turns ---------------------------------------------------------------------------------------------------


def _pools(pools: Sequence[PoolFairness]) -> Table:
    rows = [
        (
            pool.pool, f"{pool.turns:,}", f"{len(pool.reps):,}",
            _amount(pool, max((rep.most_ahead for rep in pool.reps), default=Fraction(0))),
            _amount(pool, max((rep.most_behind for rep in pool.reps), default=Fraction(0))),
            _promised(pool), *_even(pool), f"{pool.overrides:,}", "NO" if pool.breach or pool.wrong_count else "yes",
        )
        for pool in pools
    ]  # fmt: skip
    headers = (
        "pool",
        "turns",
        "reps",
        "most ahead",
        "most behind",
        "promised",
        "Jain",
        "Gini",
        "CV",
        "overrides",
        "ok",
    )
    what = "owed less received" if any(pool.unit.said for pool in pools) else "leads owed less leads received"
    title = f"by turns: {what}, at every lead, against what is promised"
    return Table(title, headers, tuple(rows), tuple(range(1, 10)), tuple(_verdict(pools)))


def _verdict(pools: Sequence[PoolFairness]) -> Iterator[str]:
    broken = [pool for pool in pools if pool.breach is not None]
    for pool in broken:
        breach = pool.breach
        assert breach is not None
        credit = _amount(pool, breach.credit, sign=True)
        yield f"DEFECT: at {breach.at} the credit of {breach.rep} in {pool.pool} is {credit}, beyond what is promised"
    for pool in pools:
        yield from (f"DEFECT: {pool.pool}: {wrong}" for wrong in pool.wrong)
        if pool.moved:
            times = "once" if pool.moved == 1 else f"{pool.moved:,} times"
            yield f"{pool.pool}: credits were moved {times} otherwise than by turns; the promise is as much wider"
        if pool.evenness is not None and pool.turns < 5 * pool.evenness.reps:
            yield f"careful: {pool.pool} had few turns for its reps, so Jain, Gini and CV say little"
    if not broken:
        what = "turn" if any(pool.of for pool in pools) else "lead"  # at two levels a lead is a turn at each
        yield f"every credit was within what is promised at each of {counted(sum(pool.turns for pool in pools), what)}"


def _promised(pool: PoolFairness) -> str:
    return f"-{_amount(pool, pool.promised.over)} .. +{_amount(pool, pool.promised.under)}"


def _amount(pool: PoolFairness, value: Fraction, *, sign: bool = False) -> str:
    """A number of leads, or of what the pool counts, to three decimals; an amount of its currency."""
    unit = pool.unit
    if not unit.currency:
        return thousandths(value / unit.per, sign=sign)  # exact: fraction
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return f"{'-' if value < 0 else '+' if sign else ''}{show(Fraction(whole), MONEY, unit.currency)}"


def _even(pool: PoolFairness) -> Row:
    """Jain, Gini and the coefficient of variation to three decimals."""
    even = pool.evenness
    if even is None:
        return "-", "-", "-"
    variation = Fraction(isqrt((even.cv_squared * 10**12).__floor__()), 10**6)
    return thousandths(even.jain), thousandths(even.gini), thousandths(variation)


def _farthest(pools: Sequence[PoolFairness]) -> Table:
    """Those who are farthest from what they are owed now."""
    lines = [(pool, rep) for pool in pools for rep in pool.reps]
    lines.sort(key=lambda line: (line[1].within, -abs(line[1].credit), line[0].pool, line[1].rep))
    rows = tuple(_rep_row(pool, rep) for pool, rep in lines[:_MOST_REPS])
    more = len(lines) - len(rows)
    says = (f"and {more:,} more who are nearer to what they are owed, with `--format json`",) if more else ()
    headers = ("pool", "rep", "owed", "received", "credit", "ever ahead", "ever behind", "ok")
    return Table("farthest from what they are owed at the end", headers, rows, (2, 3, 4, 5, 6), says)


def _rep_row(pool: PoolFairness, rep: RepTurns) -> Row:
    received = _amount(pool, Fraction(rep.received)) if pool.unit.said else f"{rep.received:,}"
    return (
        pool.pool, rep.rep, _amount(pool, rep.owed), received, _amount(pool, rep.credit, sign=True),
        _amount(pool, rep.most_ahead), _amount(pool, rep.most_behind), "yes" if rep.within else "NO",
    )  # fmt: skip


# --- lots ----------------------------------------------------------------------------------------------------


def _lots(lots: Sequence[DrawFairness], how: Manner) -> Table:
    rows = [
        (
            lot.rule, f"{lot.draws:,}", f"{len(lot.reps):,}", thousandths(lot.statistic),
            "-" if lot.p is None else percent(lot.p),
            "-" if lot.chi_square is None else percent(Fraction(lot.chi_square.p)), _lot_says(lot),
        )
        for lot in lots
    ]  # fmt: skip
    headers = ("rule", "draws", "reps", "chi-square", "p", "p by its tail", "says")
    times = f"{lots[0].drawn - 1:,} times, seed {how.seed}"
    says = (f"p: how often the same draws, made again, are as far from the tickets ({times})",)
    return Table("by lot: leads received against the tickets held", headers, tuple(rows), (1, 2, 3, 4, 5), says)


def _lot_says(lot: DrawFairness) -> str:
    if lot.p is None:
        return "nobody had a rival"
    if lot.suspect:
        return "SUSPECT: nearer to the tickets than chance comes"
    return "SUSPECT: chance would hardly do that" if lot.p <= _HARDLY else "as chance has it"


# --- groups --------------------------------------------------------------------------------------------------


def _access(attribute: str, groups: Sequence[GroupAccess]) -> Table:
    rows = [
        (
            one.group, f"{one.reps:,}", f"{one.looked_at:,}", f"{one.could:,}",
            percent(Fraction(one.could, one.looked_at), 1) if one.looked_at else "-", times_text(one.could_ratio),
            thousandths(one.owed), f"{one.got:,}", times_text(one.got_ratio),
        )
        for one in groups
    ]  # fmt: skip
    headers = (
        attribute, "reps", "looked at", "could take it", "of those", "to highest", "owed", "received", "to highest",
    )  # fmt: skip
    title = f"who could take a lead, and who got it, by {attribute}"
    return Table(title, headers, tuple(rows), tuple(range(1, 9)), tuple(_four_fifths(groups)))


def _four_fifths(groups: Sequence[GroupAccess]) -> Iterator[str]:
    for one in groups:
        if one.low:
            of_highest = f"{times_text(one.could_ratio)} of the highest"
            yield f"under four fifths: `{one.group}` could take {part_of(one.could, one.looked_at)}, {of_highest}"
        if one.short:
            yield f"under four fifths: `{one.group}` got {one.got:,} of the {thousandths(one.owed)} it was owed"
    small = [f"`{one.group}`" for one in groups if one.reps < ENOUGH]
    if small:
        yield f"careful: fewer than {ENOUGH} reps, so not judged: {', '.join(small)}"


def _quality(made: Quality, how: Manner) -> Table:
    def shown(value: Fraction) -> str:
        whole = (value + Fraction(1, 2)).__floor__()
        return format_money(whole, how.currency) if made.quality == "value" else f"{whole:,}"

    def mean(value: Fraction, leads: int) -> str:
        return shown(value / leads) if leads else "-"  # exact: fraction

    groups = list(made.groups)
    if made.attribute == "rep":  # many: those that chance explains least
        groups.sort(key=lambda one: (one.p_adjusted, one.p, one.group))
    rows = tuple(
        (
            one.group, f"{one.leads:,}", mean(one.got, one.leads), mean(one.expected, one.leads),
            times_text(one.index), percent(one.p), percent(one.p_adjusted), _quality_says(one),
        )
        for one in groups[: _MOST_SINGLE if made.attribute == "rep" else None]
    )  # fmt: skip
    headers = (made.attribute, "leads", "mean", "mean of like leads", "times", "p", "p of many", "says")
    like = f"like leads: same {how.alike}, segment, and people who could take them"
    says = (f"{like}; {part_of(made.alike, made.shared)} have one (seed {how.seed})",)
    title = f"are the leads of some better? `{made.quality}` by {made.attribute}"
    return Table(title, headers, rows, tuple(range(1, 7)), says)


def _quality_says(one: GroupQuality) -> str:
    if one.p_adjusted > SIGNIFICANT:
        return "as chance has it"
    return "WORSE than chance would do" if one.got < one.expected else "better than chance would do"


# --- the rest ------------------------------------------------------------------------------------------------


def _waits(made: AssignmentFairness) -> Table:
    waits = made.waits
    named = [("arrival to decision", waits.to_decision), ("decision to first contact", waits.to_contact)]
    by_rep = sorted(waits.by_rep.items(), key=lambda item: (-item[1].median, item[0]))[:_MOST_REPS]
    named += [(f"  {rep}", wait) for rep, wait in by_rep]
    rows = tuple(_wait_row(name, wait) for name, wait in named if wait is not None)
    others = f"{waits.others:,} were contacted by somebody else than the policy chose: left out"
    headers = ("wait", "leads", "half within", "nine of ten within", "longest")
    return Table("how long leads wait", headers, rows, (1, 2, 3, 4), (others,) if waits.others else ())


def _wait_row(name: str, wait: Wait) -> Row:
    return name, f"{wait.leads:,}", *(_lasting(one) for one in (wait.median, wait.nine_of_ten, wait.longest))


def _lasting(seconds: int) -> str:
    """`3 d 4 h`, `25 min`, `40 s`: the two largest units."""
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {name}")
    return " ".join(parts[:2]) or "0 s"


def _stood(made: AssignmentFairness, how: Manner) -> Table:
    """What refused somebody, a rep and a step counting once each time."""
    rows = tuple((f"{count:,}", place, how.line(place)) for place, count in list(made.stood.items())[:_MOST_PLACES])
    more = len(made.stood) - len(rows)
    says = (f"and {more:,} more, with `--format json`",) if more > 0 else ()
    return Table("what stood in the way most often", ("times", "place", "which says"), rows, (0,), says)
