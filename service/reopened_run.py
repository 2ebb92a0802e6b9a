"""A run opened again to be explained: the same policy and the same facts, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..engine.calendar.periods import Period, PeriodError
from ..engine.derivations.explanation import Explanation, UnknownLine, explain_component, explain_line
from ..engine.facts import Facts
from ..engine.money import plain_amount
from ..engine.pay.membership import is_member
from ..engine.pay.simulation import Run, periods_in_force
from ..engine.scalars.scalar import Evaluator
from ..engine.wording.phrases import say
from ..engine.wording.spelling import did_you_mean
from .fact_files import FactFiles
from .policy_files import sound_policy
from .run_files import SavedRun, line_rows, open_run
from .run_index import known_runs
from .stopped import Findings, WrongUse

__all__ = ["Reopened", "runs_to_search"]


def runs_to_search(given: Path | None) -> Iterator[SavedRun]:
    """The run that was named, or all known ones, newest first; those that are gone are passed over."""
    if given is not None:
        yield open_run(given)
        return
    for known in known_runs():
        try:
            yield open_run(Path(known.report))
        except WrongUse:
            continue


@dataclass(frozen=True, slots=True)
class Reopened:
    """A simulation with its policy and facts, which are those of that time."""

    run: SavedRun
    policy: c.Policy
    facts: Facts

    @staticmethod
    def of(run: SavedRun) -> Reopened:
        """Raises `Findings` where policy or facts have changed since, `WrongUse` where they are not there."""
        try:
            given, hashes = run.report["given"], (run.report["policy"]["hash"], run.report["facts"]["hash"])
            path, files = str(given["policy"]), FactFiles.from_json(given)
        except (KeyError, TypeError):
            raise WrongUse(f"{run.records.parent}: the report is not complete", "run `meed simulate` again") from None
        _must_be_there([path, *files.files.values(), *([files.mapping] if files.mapping else [])])
        policy = sound_policy(path)
        if policy.hash != hashes[0]:
            raise _changed(f"policy {path} has changed since this run", hashes[0], policy.hash)
        facts, _ = files.open(policy, "simulate")
        if facts.hash != hashes[1]:
            named = ", ".join(files.files.values())
            raise _changed(f"the facts have changed since this run ({named})", hashes[1], facts.hash)
        return Reopened(run, policy, facts)

    def line(self, row: dict[str, str]) -> Explanation:
        """Why a line of the run is what it is. Raises `Findings` where the file says something else."""
        place = [row[name] for name in ("rep", "period", "scheme", "component", "deal", "line id")]
        try:
            until = Period.parse(str(self.run.report["period"]), self.policy.calendar)
            made = explain_line(self.policy, self.facts, *place, until=until)
        except UnknownLine as problem:
            raise self._not_as_written(str(problem)) from None
        amount = plain_amount(made.amount, made.currency)
        if amount != row["amount"]:
            raise self._not_as_written(f"`{row['line id']}` is {amount} {made.currency}, not {row['amount']}")
        return made

    def must_pay_the_same(self, outcome: Run) -> None:
        """Raises `Findings` where the files of the run say something else than `outcome`, which was worked out anew."""
        written = self.run.amounts()
        found = {row[0]: row[-2] for row in line_rows(outcome)}
        for line in [*found, *written]:
            if found.get(line) != written.get(line):
                there, now = written.get(line, "nothing"), found.get(line, "nothing")
                raise self._not_as_written(f"`{line}` is {now} {outcome.policy.currency}, not {there}")

    def _not_as_written(self, why: str) -> Findings:
        return Findings(f"{self.run.records} is not what was written: {why}", "run `meed simulate` again")

    def component(self, rep: str, period: str, scheme: str, component: str) -> Explanation:
        """Why a component earned a rep what it did, be it nothing. Raises `WrongUse` for what is not there."""
        row, found, asked = self._named(rep, period, scheme, component)
        ev = Evaluator(self.policy, self.facts)
        if is_member(ev, found, row, asked):
            return explain_component(self.policy, self.facts, rep, str(asked), scheme, component)
        employed = ev.world.employed(row, asked.start, asked.end - 1)
        group = f" where {say(found.group)}" if found.group is not None else ""
        why = f"`{scheme}` pays reps{group}" if employed else f"{rep} is employed in {asked}"
        step = {"says": why, "value": "no", "exact": False}
        title = f"{rep}, {asked}, {scheme}.{component}"
        place = self.policy.place(found.span)
        return Explanation(title, 0, self.policy.currency, place, self.policy.hash, self.facts.hash, (step,))

    def _named(self, rep: str, period: str, scheme: str, component: str) -> tuple[int, c.Scheme, Period]:
        reps = self.facts.table("rep")
        row = reps.row(rep)
        if row is None:
            raise _unknown(f"there is no rep `{rep}`", rep, reps.keys)
        found = next((made for made in self.policy.schemes if made.name == scheme), None)
        if found is None:
            raise _unknown(f"there is no scheme `{scheme}`", scheme, [made.name for made in self.policy.schemes])
        names = [part.name for part in found.pays]
        names += ["total"] if found.total is not None else []
        if component not in names:
            raise _unknown(f"scheme `{scheme}` has no component `{component}`", component, names)
        return row, found, self._period(found, period)

    def _period(self, scheme: c.Scheme, text: str) -> Period:
        whole = Period.parse(str(self.run.report["period"]), self.policy.calendar)
        there = periods_in_force(self.policy, scheme, whole, [])
        advice = f"scheme `{scheme.name}` pays per {scheme.per}"
        advice += f": use one from `{there[0]}` to `{there[-1]}`" if there else f", and nothing in {whole}"
        try:
            asked = Period.parse(text, self.policy.calendar)
        except PeriodError as problem:
            raise WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", advice) from None
        if asked not in there:
            raise WrongUse(f"period `{text}` is not one of scheme `{scheme.name}` in this run", advice)
        return asked


def _must_be_there(files: list[Any]) -> None:
    for file in files:
        path = Path(str(file)).expanduser()
        stem = path.with_name(path.name.partition("#")[0])
        if not path.exists() and not stem.exists():
            raise WrongUse(f"{file}: there is no such file", "explain where the run was made, with its files in place")


def _changed(what: str, before: str, now: str) -> Findings:
    advice = "put back what it was made of, or run `meed simulate` again"
    return Findings(f"{what} (hash {before[:12]} then, {now[:12]} now)", advice)


def _unknown(problem: str, word: str, names: Sequence[str]) -> WrongUse:
    there = ", ".join(f"`{name}`" for name in names[:10])
    more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
    return WrongUse(problem, did_you_mean(word, names) or f"use {there}{more}")
