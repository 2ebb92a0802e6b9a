"""The shelf of policies: texts that are checked, kept by their hash, and taken down to be in force."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from ..dsl import SourceFile, check
from ..dsl import checked as c
from ..policies.testing import run_tests
from .clock import Clock, utc_text
from .journal.fold import POLICY
from .journal.kept import Load, keep_policy, kept_policy, opened
from .journal.policy_acts import Act, act_of_request, acts, add_act, entry_id, plan_of
from .journal.rows import entries_of_plans
from .policy_schemas import Activated, Finding, Planned, PolicyChecked, Published, TestRun
from .problems import Problem
from .recording import Recorder
from .schemas import FieldError, PolicyNamed
from .settings import CannotStart
from .store import Store

__all__ = ["PolicyShelf", "named"]

_FILE = "policy.meed"
_MOST_HISTORY = 100


class PolicyShelf:
    """Policies of a store. Methods are for threads; they raise `Problem`, and `StoreUnavailable`."""

    def __init__(self, store: Store, recorder: Recorder, clock: Clock) -> None:
        self._store, self._recorder, self._clock = store, recorder, clock

    # --- texts -------------------------------------------------------------------------------------------

    def checked(self, text: str, load: Load) -> PolicyChecked:
        """Whether a text is a sound policy, what its tests say, and what the facts lack for it."""
        source = SourceFile(_FILE, text)
        found = check(source)
        findings: list[Finding] = []
        for one in found.diagnostics:
            line, column = source.position(one.span.start)
            findings.append(
                Finding(
                    code=one.code, severity=one.severity, message=one.message, help=one.help or None, line=line,
                    column=column,
                )
            )  # fmt: skip
        policy = found.policy
        if policy is None:
            return PolicyChecked(policy=None, findings=findings, tests=[], missing=[])
        tests = [TestRun(name=one.title, passed=one.passed, findings=list(one.failures)) for one in run_tests(policy)]
        return PolicyChecked(policy=named(policy), findings=findings, tests=tests, missing=self.missing(policy, load))

    def missing(self, policy: c.Policy, load: Load) -> list[str]:
        """What the facts that were loaded lack for a policy, a line each."""
        with self._store.reading() as tx:
            try:
                opened(tx, load, policy)
            except CannotStart as problem:
                return list(problem.lines)
        return []

    def publish(self, text: str, note: str, by: str, load: Load) -> tuple[c.Policy, list[str]]:
        """Keep a sound policy whose tests pass; the policy, and what the facts lack for it."""
        found = self.checked(text, load)
        wrong = list(_wrong(found))
        if wrong:
            raise Problem("bad-policy", _counted(found), wrong)
        policy = check(SourceFile(_FILE, text)).policy
        assert policy is not None
        with self._store.writing() as tx:
            keep_policy(tx, policy)
            before = [one for one in acts(tx) if one.act == "publish" and one.hash == policy.hash]
            if not before:
                add_act(tx, "publish", policy.hash, by, note, utc_text(self._clock()))
        return policy, found.missing

    def policy(self, hash_: str) -> c.Policy:
        """A policy that is kept."""
        with self._store.reading() as tx:
            return self._kept(tx, hash_)

    # --- taking over -------------------------------------------------------------------------------------

    def before(self) -> str:
        """The hash of the policy that was in force before the present one."""
        hashes = [one.hash for one in self.history()]
        if len(hashes) < 2:
            raise Problem("nothing-to-roll-back", "the policy in force is the first one")
        return hashes[1]

    def asked_before(self, request_id: str) -> str | None:
        """The hash of the policy that a request put in force; None where there was no such request."""
        with self._store.reading() as tx:
            act = act_of_request(tx, request_id)
        return None if act is None else act.hash

    def note(self, act: str, hash_: str, by: str, note: str, request_id: str, at: int | None) -> Act:
        """Write down that a policy is to take over; the act of the same request, where there is one already."""
        with self._store.writing() as tx:
            before = act_of_request(tx, request_id)
            if before is not None:
                if (before.act, before.hash) != (act, hash_) or (act == "plan" and before.at != at):
                    detail = (
                        f"request id `{request_id}` was used for something else; give each request an id of its own"
                    )
                    raise Problem("request-id-taken", detail)
                return before
            self._kept(tx, hash_)
            return add_act(tx, act, hash_, by, note, utc_text(self._clock()), at=at, request_id=request_id)

    def withdraw(self, hash_: str, by: str, note: str) -> None:
        """End every plan of a policy that has not come true."""
        with self._store.writing() as tx:
            waiting = [one for one in self._plans(tx) if one.hash == hash_ and _ended(tx, one) is None]
            if not waiting:
                raise Problem("unknown-policy", f"no policy of the hash `{hash_}` is to take over")
            for plan in waiting:
                add_act(tx, "withdraw", hash_, by, note, utc_text(self._clock()), plan=plan.number)

    # --- showing -----------------------------------------------------------------------------------------

    def published(self) -> list[Published]:
        """What was published, in the order of that."""
        with self._store.reading() as tx:
            return [
                Published(**_name(self._kept(tx, one.hash)), by=one.by, recorded=one.recorded, note=one.note)
                for one in acts(tx)
                if one.act == "publish"
            ]

    def history(self) -> list[Activated]:
        """Which policy took over when, the last one first; a service that starts with another one is in it, too."""
        found: list[Activated] = []
        entries = self._recorder.desk.journal.last_about(*POLICY, _MOST_HISTORY)
        with self._store.reading() as tx:
            by_number = {one.number: one for one in acts(tx)}
            by_request = {one.request_id: one for one in by_number.values() if one.request_id is not None}
            for entry in reversed(entries):
                if found and found[-1].hash == entry.policy_hash:
                    continue
                plan = plan_of(entry.request_id)
                act = by_number.get(plan) if plan is not None else by_request.get(entry.request_id)
                found.append(
                    Activated(
                        **_name(self._kept(tx, entry.policy_hash)), number=entry.number,
                        at=self._recorder.shown(entry.at), by="" if act is None else act.by,
                        note="" if act is None else act.note,
                    )
                )  # fmt: skip
        return found[::-1]

    def planned(self) -> list[Planned]:
        """What is to take over, and what was to and was refused, by moment."""
        found: list[tuple[int, Planned]] = []
        with self._store.reading() as tx:
            for plan in self._plans(tx):
                end = _ended(tx, plan)
                if end is None or end.act == "refused":
                    at = plan.at or 0
                    shown = Planned(
                        **_name(self._kept(tx, plan.hash)), at=self._recorder.shown(at), by=plan.by, note=plan.note,
                        refused=None if end is None else end.note,
                    )  # fmt: skip
                    found.append((at, shown))
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def _plans(self, tx: Connection) -> list[Act]:
        """Plans that have not come true."""
        plans = [one for one in acts(tx) if one.act == "plan"]
        done = entries_of_plans(tx, [entry_id(one.number) for one in plans])
        return [one for one in plans if entry_id(one.number) not in done]

    def _kept(self, tx: Connection, hash_: str) -> c.Policy:
        try:
            return kept_policy(tx, hash_=hash_)
        except LookupError:
            raise Problem("unknown-policy", f"no policy has the hash `{hash_}`") from None


def named(policy: c.Policy) -> PolicyNamed:
    """A policy by name, version and hash."""
    return PolicyNamed(name=policy.name, version=policy.version, hash=policy.hash)


def _name(policy: c.Policy) -> dict[str, str]:
    return {"name": policy.name, "version": policy.version, "hash": policy.hash}


def _ended(tx: Connection, plan: Act) -> Act | None:
    return next((one for one in acts(tx) if one.plan == plan.number), None)


def _counted(found: PolicyChecked) -> str:
    errors = sum(one.severity == "error" for one in found.findings)
    failed = sum(not one.passed for one in found.tests)
    counts = ((errors, "error"), (failed, "failed test"))
    return " and ".join(f"{many} {what}{'s' if many > 1 else ''}" for many, what in counts if many)


def _wrong(found: PolicyChecked) -> Iterator[FieldError]:
    """Errors and failed tests of a policy, by their places in it."""
    for one in found.findings:
        if one.severity == "error":
            place, says = f"text:{one.line}:{one.column}", f"[{one.code}] {one.message}"
            yield FieldError(field=place, message=says, help=one.help or "see docs/diagnostics.md")
    for test in found.tests:
        if not test.passed:
            says = test.findings[0] if test.findings else "it does not hold"
            yield FieldError(field=f"test {test.name}", message=says, help="correct the policy or the test")
