"""A stream that was decided once and is decided again: from fact files, or as a run of `meed assign` recorded it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ..dsl import checked as c
from ..engine.assigning.assignment import DrawKeys
from ..engine.calendar.days import SECONDS_PER_DAY, DayError, parse_day
from ..engine.facts import Facts
from ..engine.fairness.lead_facts import LeadFact
from ..engine.life import Floor, Outcome
from ..engine.life.stream import Replay, assign_for, draws_at_random, replay
from .assignment_section import assigned_kind
from .assignment_stream import known_beside
from .decision_files import decision_log, read_decisions, run_of_decisions
from .fact_files import FactFiles, ReadFiles
from .key_file import read_seed
from .policy_files import sound_policy
from .stopped import Findings, WrongUse
from .terminal import note, working

__all__ = ["DecidedStream", "RecordedStream", "StreamAsked", "end_of", "open_stream", "stream_asked"]

_WAYS = "name a policy and its facts with `--facts rep=FILE lead=FILE`, a run with `--run`, or a store with `--db`"


class DecidedStream(Protocol):
    """A stream that was decided and can be decided again: of files, or the journal of a service."""

    @property
    def policy(self) -> c.Policy:
        """By which it was decided."""
        ...

    @property
    def kind(self) -> str:
        """What is decided."""
        ...

    @property
    def facts(self) -> Facts:
        """By which it was decided."""
        ...

    @property
    def leads(self) -> Mapping[str, LeadFact]:
        """What is known of the leads."""
        ...

    def knows(self, kind: str, key: str) -> bool:
        """Whether there is a fact of a kind by its key."""
        ...

    def decided(
        self, policy: c.Policy | None = None, before: Callable[[Floor, int], list[Outcome]] | None = None,
        until: int | None = None,
    ) -> Replay:  # fmt: skip
        """All decisions, by the policy or by another one, or with what `before` does."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RecordedStream:
    """A policy with the facts that it decides, the seed of its draws, and what is known of the leads."""

    policy: c.Policy
    files: FactFiles
    read: ReadFiles
    kind: str
    seed: bytes
    facts: Facts
    leads: Mapping[str, LeadFact]

    def knows(self, kind: str, key: str) -> bool:
        """Whether there is a fact of a kind by its key."""
        return self.facts.table(kind).row(key) is not None

    def decided(
        self, policy: c.Policy | None = None, before: Callable[[Floor, int], list[Outcome]] | None = None,
        until: int | None = None,
    ) -> Replay:  # fmt: skip
        """All decisions, by the policy or by another one. Raises `Findings` for what it cannot do yet.

        Another policy draws with the records of this one: see `compare_replays`. `until`: the last moment; where it is
        None the end of the day of the last row, so that what is due on that day happens.
        """
        asked, facts = self.policy, self.facts
        if policy is not None:
            asked = replace(policy, hash=self.policy.hash)
            facts, _ = self.read.open(policy, "assign")
        made = Replay(self.kind)
        with working(f"deciding {self.kind}s", counted=True) as step:
            for done, (outcome, there) in enumerate(
                replay(asked, facts, DrawKeys(self.seed), self.kind, before=before, ends=_end(until))
            ):
                made = outcome
                step(done, there)
        return made


@dataclass(frozen=True, slots=True)
class StreamAsked:
    """Where a stream is to be found: a policy with files, a run, or a store."""

    policy: str | None
    files: FactFiles
    run: Path | None
    keys: Path | None
    kind: str
    db: str | None
    until: str | None


@contextmanager
def stream_asked(asked: StreamAsked, *others: c.Policy) -> Generator[DecidedStream]:
    """The stream that was asked for. `others`: policies that are to decide it, too. Raises `WrongUse`, `Findings`.

    `ModuleNotFoundError` where a part for stores is not installed.
    """
    if asked.db is None:
        yield open_stream(asked.policy, asked.files, asked.run, asked.keys, asked.kind, *others)
        return
    if asked.policy or asked.files.files or asked.files.mapping or asked.files.without or asked.run or asked.keys:
        raise WrongUse("a store has its policy, facts and keys", "leave POLICY, `--facts` and the like out, or `--db`")
    if asked.until is not None:
        raise WrongUse("a journal ends with its last entry", "leave `--until` out: it is for facts in files")
    from .journal_stream import JournalStream
    from .opened_store import opened_store

    with opened_store(asked.db) as store:
        yield JournalStream(store, asked.kind)


def _end(until: int | None) -> Callable[[int], int]:
    """Until when time goes on after the last row."""

    def end(last: int) -> int:
        return (last // SECONDS_PER_DAY + 1) * SECONDS_PER_DAY - 1 if until is None else until

    return end


def end_of(until: str | None) -> int | None:
    """The last second of the day that `--until` names. Raises `WrongUse`."""
    try:
        return None if until is None else (parse_day(until) + 1) * SECONDS_PER_DAY - 1
    except DayError:
        raise WrongUse(f"`--until {until}` is not a day", "write it like `--until 2026-04-30`") from None


def open_stream(
    policy: str | None, files: FactFiles, run: Path | None, keys: Path | None, kind: str, *others: c.Policy
) -> RecordedStream:
    """The stream that was asked for. `others`: policies that are to decide it, too. Raises `WrongUse`."""
    if run is not None:
        if policy is not None or files.files:
            raise WrongUse("a run has its policy and facts in its report", "leave POLICY and `--facts` out, or `--run`")
        policy, files, keys, kind = _recorded(run, keys)
    if policy is None or not files.files:
        raise WrongUse("there is no stream to decide", _WAYS)
    made = sound_policy(policy)
    stream = assign_for(made, assigned_kind(made, kind))
    with working("reading facts"):
        read = files.read(made, *others)
        facts, _ = read.open(made, "assign")
        known = known_beside(made, files, read, stream.kind, (), must=False)
    seed = bytes(32)
    if keys is not None:
        seed = read_seed(keys)
    elif draws_at_random(stream):
        note("drawn with a seed that everybody knows: `--keys` names the real one")
    opened = RecordedStream(made, files, read, stream.kind, seed, facts, known.leads)
    if run is not None:
        _must_be_as_recorded(run, opened)
    return opened


def _recorded(run: Path, keys: Path | None) -> tuple[str, FactFiles, Path | None, str]:
    """The policy file, the facts, the seed and the kind of a run."""
    found = run_of_decisions(decision_log(run))
    if found is None:
        raise WrongUse(
            f"{run}: the report of the run is not beside it", "`--run` names what `--out` of `meed assign` was"
        )
    try:
        given = found.report["given"]
        named = keys or (Path(given["keys"]) if given["keys"] else None)
        return str(given["policy"]), FactFiles.from_json(given), named, str(given["kind"])
    except (KeyError, TypeError):
        raise WrongUse(f"{run}: the report of the run is not complete", "run `meed assign` again") from None


def _must_be_as_recorded(run: Path, opened: RecordedStream) -> None:
    """Policy and facts are still those of the run, or what differs would be blamed on the new policy."""
    log = decision_log(run)
    first = next(read_decisions(log), None)
    if first is not None and first.get("policy_hash") != opened.policy.hash:
        raise Findings(f"the policy of {log} has changed since", "put it back, or run `meed assign` again")
    found = run_of_decisions(log)
    recorded = "" if found is None else str(found.report["facts"]["hash"])
    if recorded != opened.facts.hash:
        raise Findings(f"the facts of {log} have changed since", "put them back, or run `meed assign` again")
