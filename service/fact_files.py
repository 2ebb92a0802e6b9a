"""The fact files of a run as the command line names them, and the facts in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..dsl.schema import FactKind
from ..dsl.width import shown
from ..engine.calendar.days import DayError, parse_day
from ..engine.facts import Facts
from ..engine.intake.intake_report import IntakeReport
from ..engine.intake.opening import FactsRefused, open_facts
from ..engine.intake.raw_table import RawTable
from ..engine.intake.reads import Purpose
from ..engine.wording.spelling import did_you_mean
from .mapping import FactMapping, MappingRefused, read_mapping
from .read_problem import ReadProblem
from .readers import read_table
from .stopped import Findings, Stopped, WrongUse

__all__ = ["FactFiles", "ReadFiles", "files_named"]

_MOST_PROBLEMS = 20
_NO_FILE = re.compile(r"no file was given for `(\w+)`")


def files_named(values: Iterable[str]) -> dict[str, str]:
    """The file of each kind, from `NAME=FILE`. Raises `WrongUse`."""
    made: dict[str, str] = {}
    for value in values:
        name, _, file = value.partition("=")
        if not name or not file:
            missing = "file" if name else "kind of fact"
            raise WrongUse(f"`--facts {value}` names no {missing}", "write it like `--facts rep=reps.csv`")
        if name in made:
            raise WrongUse(f"`--facts` names two files for `{name}`", "put the rows into one file")
        made[name] = file
    return made


@dataclass(frozen=True, slots=True)
class FactFiles:
    """Where facts come from, as given: a file for each kind, a mapping file, kinds without rows, and how strict.

    `known_by`: the day (`2026-04-05`) at whose end things are looked at as they were known; None: as they are known.
    """

    files: Mapping[str, str]
    mapping: str | None = None
    without: tuple[str, ...] = ()
    strict: bool = False
    known_by: str | None = None

    def open(self, policy: c.Policy, purpose: Purpose) -> tuple[Facts, IntakeReport]:
        """The facts as far as the policy reads them. Raises `WrongUse` and, for refused facts, `Findings`."""
        return self.read(policy).open(policy, purpose)

    def read(self, *policies: c.Policy) -> ReadFiles:
        """What stands in the files, to be typed for each of the policies. Raises `WrongUse` and `Findings`."""
        kinds = {name: kind for policy in reversed(policies) for name, kind in policy.kinds.items()}
        self._must_be_kinds(policies, kinds)
        known_by = self._known_by()
        mapping = self._mapping(kinds)
        return ReadFiles(self, mapping, self._tables(mapping), known_by)

    def _known_by(self) -> int | None:
        try:
            return None if self.known_by is None else parse_day(self.known_by)
        except DayError as problem:
            advice = "write the day like `--known-by 2026-04-05`"
            raise WrongUse(f"`--known-by {self.known_by}` is not a day", advice) from problem

    def _must_be_kinds(self, policies: Sequence[c.Policy], kinds: Mapping[str, FactKind]) -> None:
        for option, names in (("--facts", self.files), ("--without", self.without)):
            for name in names:
                if name not in kinds:
                    there = ", ".join(f"`{kind}`" for kind in kinds)
                    advice = did_you_mean(name, kinds) or f"it has {there}"
                    raise WrongUse(
                        f"`{option} {name}`: policy `{policies[0].name}` has no kind of fact `{name}`", advice
                    )
                if name in self.files and name in self.without:
                    raise WrongUse(f"`{name}` has a file and is said to have none", "leave one of the two out")

    def _mapping(self, kinds: Mapping[str, FactKind]) -> FactMapping:
        if self.mapping is None:
            return FactMapping()
        if not _path(self.mapping).is_file():
            raise WrongUse(f"{self.mapping}: there is no such file", "`--map` names a mapping file, see docs/facts.md")
        try:
            return read_mapping(_path(self.mapping), kinds)
        except MappingRefused as refused:
            raise _mapping_refused(self.mapping, refused) from None

    def _tables(self, mapping: FactMapping) -> dict[str, RawTable]:
        raw: dict[str, RawTable] = {}
        for kind, file in self.files.items():
            try:
                table = read_table(_path(file), encoding=mapping.encoding(kind))
                raw[kind] = mapping.apply(kind, table)
            except ReadProblem as problem:
                place = f"{file} row {problem.row}" if problem.row is not None else file
                raise WrongUse(f"{place}: {problem.message}", problem.help) from None
            except MappingRefused as refused:
                raise _mapping_refused(self.mapping or "", refused) from None
        return raw

    def must_not_be_among(self, written: Iterable[Path]) -> None:
        """Raises `WrongUse` where a run would write over what it reads."""
        read = {_path(file).resolve(): file for file in (*self.files.values(), *filter(None, (self.mapping,)))}
        for path in written:
            if path.resolve() in read:
                raise WrongUse(f"`--out` would write over {read[path.resolve()]}", "name another place")

    def as_json(self) -> dict[str, Any]:
        """As it was given; `from_json` reads it back."""
        return {
            "facts": dict(self.files), "map": self.mapping, "without": list(self.without), "strict": self.strict,
            "known_by": self.known_by,
        }  # fmt: skip

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> FactFiles:
        """What `as_json` wrote. Raises `KeyError` and `TypeError` for anything else."""
        files, without = dict(said["facts"]), tuple(said["without"])
        return FactFiles(files, said["map"], without, bool(said["strict"]), said["known_by"])


@dataclass(frozen=True, slots=True, eq=False)
class ReadFiles:
    """The rows of fact files, not typed yet; a policy that does not know a kind does not see its rows."""

    given: FactFiles
    mapping: FactMapping
    raw: Mapping[str, RawTable]
    known_by: int | None = None

    def open(
        self, policy: c.Policy, purpose: Purpose, also: Mapping[str, frozenset[str]] | None = None
    ) -> tuple[Facts, IntakeReport]:
        """The facts as far as the policy reads them, and the columns `also`. Raises `WrongUse` and `Findings`."""
        try:
            return open_facts(
                policy,
                {kind: table for kind, table in self.raw.items() if kind in policy.kinds},
                purpose,
                strict=self.given.strict,
                formats=self.mapping.formats,
                translations=self.mapping.translations,
                joins=self.mapping.joins,
                empty=frozenset(self.given.without),
                known_by=self.known_by,
                also=also,
            )
        except FactsRefused as refused:
            raise _refused(refused.report) from None


def _path(file: str) -> Path:
    """The shell leaves `rep=~/reps.csv` as it is, so the home folder is found here."""
    return Path(file).expanduser()


def _mapping_refused(file: str, refused: MappingRefused) -> Findings:
    lines = [shown(str(problem)) for problem in refused.problems]
    return Findings(f"{file} cannot be used as a mapping file", "correct it; docs/facts.md says how", lines)


def _refused(report: IntakeReport) -> Stopped:
    missing = [found[1] for problem in report.refusals if (found := _NO_FILE.search(problem.message))]
    if missing:
        kinds = " and ".join(f"`{kind}`" for kind in missing)
        options = " ".join(f"{kind}=FILE" for kind in missing)
        none = " ".join(f"--without {kind}" for kind in missing)
        return WrongUse(f"no file was given for {kinds}", f"add `--facts {options}`, or `{none}` if there are none")
    rows = [shown(line) for line in IntakeReport((), (), report.problems).lines(_MOST_PROBLEMS)]
    if report.refusals:
        lines = [*(shown(str(refusal)) for refusal in report.refusals), *rows]
        return Findings("the facts cannot be used", "correct what is said above", lines)
    count = len({(found.file, found.row) for found in report.problems if found.severity == "error"})
    what = "1 row cannot be used" if count == 1 else f"{count:,} rows cannot be used"
    return Findings(f"{what}, and `--strict` was asked for", "correct the rows, or leave `--strict` out", rows)
