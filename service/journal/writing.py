"""Writing: requests that wait are recorded in one transaction, after what other processes have recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection

from ...dsl import checked as c
from ...engine.life.events import Activate
from ...engine.life.refused import Refused
from ...engine.turns.draws import DrawKeys
from ..clock import Clock, utc_text
from ..collector import sweep
from ..database import Occupied, StoreUnavailable
from ..loading import Loaded
from ..settings import CannotStart
from ..store import Store
from ..strict_json import canonical
from .asked import Asked, RequestIdTaken, Result
from .entries import Entry, Head
from .entry_index import EntryIndex
from .fold import Broken, Fold
from .kept import Load, keep, keep_policy
from .policy_acts import Act, add_act, due_plans, entry_id
from .rows import append, entry_at, head

__all__ = ["Round", "Writing", "ended"]

_LOG = logging.getLogger("meed.service")
Round: TypeAlias = Generator[None, None, Sequence[Asked]]
"""A round under way."""


class _Defect(Exception):
    """The engine failed at one of several requests; `place` is which."""

    def __init__(self, place: int, error: Exception) -> None:
        self.place, self.error = place, error
        super().__init__(str(error))


class _PlanFailed(Exception):
    """A policy that was to take over cannot."""

    def __init__(self, plan: Act, error: Exception) -> None:
        self.plan, self.error = plan, error
        super().__init__(str(error))


class Writing:
    """The fold of one process, and how it goes on. For one thread at a time.

    The fold changes before the commit. Where the commit fails, its entries are kept as unsure: next time they are
    there after all, or they are written then, or others have written meanwhile and the fold is made anew from the
    journal. Until that is settled nothing else is recorded, and whoever waits is told that the store cannot be used.
    An answer is only given for what is on disk.
    """

    def __init__(
        self, store: Store, keys: DrawKeys, clock: Clock, load: Load, loaded: Loaded, contents: dict[str, bytes],
        moment: Callable[[], int],
    ) -> None:  # fmt: skip
        self._store, self._keys, self._clock, self._moment = store, keys, clock, moment
        self._load, self._loaded, self._contents = load, loaded, contents
        self.policy = loaded.policy
        self.policies: tuple[c.Policy, ...] = ()
        self.load, self.loaded = load, loaded
        self.index, self.last = EntryIndex(), 0
        self._fold: Fold | None = None
        self._next_due: int | None = None
        self._unsure: list[Entry] = []
        self._broken: tuple[Head, str] | None = None
        self._others_write = False
        self._again = store.again

    def start(self) -> None:
        """Fold the journal, and record what is loaded where that is something else than before.

        Raises `CannotStart` where the journal does not hold.
        """
        try:
            with self._store.writing() as tx:
                keep_policy(tx, self._loaded.policy)
                keep(tx, self._contents)
                fold = self._current(tx)
                if fold.load is None or not fold.load.is_like(self._load):
                    self._record_load(tx, fold)
            self._seen(fold)
        except Broken as broken:
            raise CannotStart(f"{self._store.name}: {broken}; `meed audit log` says more") from None
        except Refused as refused:
            raise CannotStart(f"{refused}") from None
        except StoreUnavailable as unavailable:
            raise CannotStart(f"{self._store.name}: {unavailable}") from None
        self._contents = {}

    def _record_load(self, tx: Connection, fold: Fold) -> None:
        step = fold.apply(tx, self._load)
        request = f"load {fold.head.number + 1}"  # no request of others has a blank in its id
        event = canonical(self._load.as_json())
        append(tx, [fold.recorded(step, request, "", utc_text(self._clock()), event)])

    def _seen(self, fold: Fold) -> None:
        """Let other threads see how things are, as of the last entry on disk."""
        is_other = fold.floor.policy is not self.policy
        self.policy, self.load, self.loaded = fold.floor.policy, fold.load or self.load, fold.loaded or self.loaded
        self.index, self.last, self._next_due = fold.index, fold.head.number, fold.due
        if len(self.policies) != len(fold.policies):
            self.policies = tuple(fold.policies.values())
        if is_other:
            sweep()

    # --- rounds ------------------------------------------------------------------------------------------

    def record(self, some: Sequence[Asked]) -> None:
        """Record requests in their order, in one transaction, and tell each what came of it."""
        while some:
            some = ended(self.round(some))

    @property
    def number(self) -> int:
        """The number of the last entry that this process knows."""
        return 0 if self._fold is None else self._fold.head.number

    def due(self, now: int) -> int | None:
        """The moment of what is due by now and has not happened, as far as this process knows."""
        due = None if self._fold is None else self._next_due
        return due if due is not None and due <= now else None

    @property
    def is_near(self) -> bool:
        """Whether a round begins with what is at hand, as far as this process knows."""
        fold_is_true = self._fold is not None and not self._unsure and self._again == self._store.again
        return fold_is_true and not self._others_write

    def round(self, some: Sequence[Asked], waits: bool = True) -> Round:
        """One transaction. It stops once, when only the commit is left; that and what follows another thread may do.

        It ends with those that have to be tried again: the others, where one request showed a defect. With `waits`
        false it does not wait for others either, nor for what they recorded or a policy that takes over: it raises
        `Occupied`, and nothing has happened.
        """
        results: list[Any] = []
        try:
            if waits:
                self._settle()
                self._come_near()
            with self._store.writing(waits) as tx:
                plans = due_plans(tx, self._moment())
                if not waits and (plans or not self._has_all(tx)):
                    raise Occupied
                fold = self._current(tx)
                self._apply_all(tx, fold, plans, some, results)
                append(tx, self._unsure)
                yield
            self._sure()
            self._seen(fold)
        except StoreUnavailable as problem:
            results = [problem] * len(some)
        except Broken as broken:
            self._start_over()
            _LOG.critical("%s; nothing is decided until that is mended: `meed audit log` says more", broken)
            results = [StoreUnavailable(f"the journal does not hold: {broken}")] * len(some)
        except _PlanFailed as failed:
            self._start_over()
            _LOG.error(
                "the policy %s does not take over: it cannot be put in force", failed.plan.hash, exc_info=failed.error
            )
            self._refuse(failed.plan, "it cannot be put in force: see the log of the service")
            return some
        except _Defect as defect:
            self._start_over()
            some[defect.place].told(defect.error)
            return [asked for place, asked in enumerate(some) if place != defect.place]
        for asked, result in zip(some, results, strict=True):
            asked.told(result)
        return ()

    def _apply_all(
        self, tx: Connection, fold: Fold, plans: Sequence[Act], some: Sequence[Asked], results: list[Any]
    ) -> None:
        moment = utc_text(self._clock())
        for plan in plans:
            self._take_over(tx, fold, plan, moment)
        before: dict[str, Entry] = {}
        for place, asked in enumerate(some):
            try:
                results.append(self._one(tx, fold, asked, before, moment))
            except (Refused, RequestIdTaken) as refused:
                results.append(refused)
            except Exception as error:
                raise _Defect(place, error) from error

    def _one(self, tx: Connection, fold: Fold, asked: Asked, before: dict[str, Entry], moment: str) -> Any:
        if asked.event is None:
            return _looked(asked, fold)
        number = fold.index.of_request(asked.request_id)
        if number is not None:
            found = before.get(asked.request_id) or entry_at(tx, number)
            assert found is not None  # all that the fold has is on disk, but for what this round has added
            if found.body_hash != asked.body_hash:
                raise RequestIdTaken(found)
            return Result(found)
        objection = None if asked.guard is None else asked.guard(fold)
        if objection is not None:
            return objection
        step = fold.apply(tx, asked.event)
        event = asked.text if asked.text is not None else canonical(asked.event.as_json())
        entry = fold.recorded(step, asked.request_id, asked.body_hash, moment, event)
        self._unsure.append(entry)
        before[asked.request_id] = entry
        return Result(entry, step.outcome)

    # --- policies that were to take over ----------------------------------------------------------------

    def has_plan(self) -> bool:
        """Whether the moment of a policy that is to take over has come, and it has not."""
        try:
            with self._store.reading() as tx:
                return bool(due_plans(tx, self._moment()))
        except StoreUnavailable:
            return False

    def _take_over(self, tx: Connection, fold: Fold, plan: Act, moment: str) -> None:
        """The policy of a plan, from its moment on: before whatever is asked now."""
        at = max(plan.at or 0, fold.floor.now or 0)
        event = Activate(at, plan.hash)
        try:
            step = fold.apply(tx, event)
        except Refused as refused:
            _LOG.error("the policy %s does not take over: %s", plan.hash, refused)
            add_act(tx, "refused", plan.hash, plan.by, str(refused), moment, plan=plan.number)
            return
        except Exception as error:
            raise _PlanFailed(plan, error) from error
        text = canonical(event.as_json())
        self._unsure.append(fold.recorded(step, entry_id(plan.number), "", moment, text))

    def _refuse(self, plan: Act, why: str) -> None:
        try:
            with self._store.writing() as tx:
                add_act(tx, "refused", plan.hash, plan.by, why, utc_text(self._clock()), plan=plan.number)
        except StoreUnavailable as problem:
            _LOG.warning("that could not be written down yet: %s", problem)

    # --- where the journal stands ------------------------------------------------------------------------

    def _current(self, tx: Connection) -> Fold:
        """The fold, with everything in it that is recorded, and nothing else. Raises `Broken`."""
        if self._again != self._store.again:
            self._again = self._store.again
            self._start_over()
        if self._fold is not None:
            try:
                self._others_write = self._fold.catch_up(tx) > 0
                return self._fold
            except Broken as problem:
                _LOG.error("%s; the journal is read again from its beginning", problem)
                self._start_over()
        return self._folded(tx)

    def _has_all(self, tx: Connection) -> bool:
        """Whether the fold has everything that is recorded."""
        return self._fold is not None and head(tx) == self._fold.head

    def _come_near(self) -> None:
        """Where others write, too: fold in what they recorded before the lock is taken, so that it is held briefly."""
        if self._fold is not None and not self._others_write:
            return
        with self._store.reading() as tx:
            self._current(tx)

    def _folded(self, tx: Connection) -> Fold:
        """The fold, made anew. A journal that did not hold is not read again before it has changed."""
        last = head(tx)
        if self._broken is not None and self._broken[0] == last:
            raise Broken(self._broken[1])
        fold = Fold(self._keys)
        fold.at_hand(self._load, self._loaded)
        try:
            fold.catch_up(tx)
        except Broken as problem:
            self._broken = last, str(problem)
            raise
        self._fold, self._broken = fold, None
        return fold

    def _settle(self) -> None:
        """Bring fold and journal together again after a commit that failed."""
        if not self._unsure:
            return
        with self._store.writing() as tx:
            found, first = head(tx), self._unsure[0]
            if found == Head(first.number - 1, first.previous_hash):
                append(tx, self._unsure)
            elif found != self._unsure[-1].head:
                self._start_over()
        self._sure()

    def _sure(self) -> None:
        """What the fold has is on disk."""
        self._unsure = []

    def _start_over(self) -> None:
        """The fold is of no use any more."""
        self._fold = None
        self._sure()


def ended(round_: Round) -> Sequence[Asked]:
    """Bring a round to its end; whoever has to be tried again."""
    while True:
        try:
            next(round_)
        except StopIteration as end:
            return end.value


def _looked(asked: Asked, fold: Fold) -> object:
    try:
        return None if asked.look is None else asked.look(fold)
    except Exception as error:  # told to who asked; the fold is as it was
        return error
