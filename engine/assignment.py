"""Assignment: rules in order, tiers in order, candidates filtered, and one chosen by the declared sharing.

`round_robin` and `capability_weighted` give the fact to the eligible rep with the largest credit after adding this
one's share; ties go to the declared order. See docs/fairness.md for what that promises.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from typing import Any

from ..dsl import checked as c
from .days import SECONDS_PER_DAY
from .decisions import Candidate, Decision, TierTried, decision_id
from .draws import canonical_record, commitment, draw
from .facts import Facts
from .periods import containing
from .phrases import say, show
from .scalar import Env, Evaluator
from .shares import Candidate as Contender
from .shares import NobodyWeighs, ShareLedger
from .weights import integer_weights
from .windows import BEGINNING

__all__ = ["Assigner", "DrawKeys", "NotSupported"]

_KEY_PERIODS = {"monthly": "month", "quarterly": "quarter", "yearly": "year"}


class NotSupported(ValueError):
    """A policy part that is checked and cannot be run yet."""


class DrawKeys:
    """The secret keys of random draws, one a period, derived from one seed of at least 16 bytes.

    Publish `commitment_of` a period before it begins and `key_of` after it ends: anyone can then verify its draws.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) < 16:
            raise ValueError("a seed of draws has at least 16 bytes")
        self._seed = seed

    def key_of(self, period: str) -> bytes:
        """The key of a period: HMAC-SHA256(seed, "meed draws " + period)."""
        return hmac.new(self._seed, f"meed draws {period}".encode(), sha256).digest()

    def commitment_of(self, period: str) -> str:
        """What is published before the period: the SHA-256 of its key, in hexadecimal digits."""
        return commitment(self.key_of(period))


class Assigner:
    """Decides facts of one kind, one after the other; remembers credits and what it has assigned.

    `ledger` carries the credits on from earlier decisions. `facts` may hold the facts to decide, or they are
    decided as rows of a table that holds them already.
    """

    def __init__(
        self, policy: c.Policy, assign: c.Assign, facts: Facts, keys: DrawKeys, ledger: ShareLedger | None = None
    ) -> None:
        for part in policy.unsupported:
            if "sharing by" in part.what and assign.span.start <= part.span.start < assign.span.end:
                raise NotSupported(f"{part.what} at {policy.place(part.span)} is not supported yet")
        self.policy, self.assign, self.keys = policy, assign, keys
        self.ledger = ledger or ShareLedger()
        self.ev = Evaluator(policy, facts)
        self.settings = dict(assign.settings)
        self._order = self._declared_order()

    def decide(self, row: int, at: int, sequence: int) -> Decision:
        """The decision for a row at a moment (seconds); who gets it is written into the row."""
        self.ev.forget()
        skipped: list[tuple[str, str]] = []
        tried: list[TierTried] = []
        for rule in (*self.assign.rules, self.assign.otherwise):
            env = Env({self.assign.kind: row}, BEGINNING, at + 1)
            if rule.when is not None and not self.ev.holds(rule.when, env):
                skipped.append((rule.name, self.why_not(rule.when, env)))
                continue
            if rule.action is not None:
                return self._held(rule, rule.action, row, at, sequence, skipped, tried)
            for tier in rule.tiers:
                chosen, made = self._try(rule, tier, row, at, sequence)
                tried.append(made)
                if chosen is not None:
                    self._take(row, at, chosen)
                    place = self.policy.place(tier.span)
                    return self._decision(row, at, sequence, chosen, None, rule.name, made.strategy, place, skipped, tried)
            action = rule.nobody or (self.assign.nobody if rule is self.assign.otherwise else None)
            if action is not None and action.word != "next":
                return self._held(rule, action, row, at, sequence, skipped, tried)
            if action is None:
                return self._held(rule, self.assign.nobody, row, at, sequence, skipped, tried)
            skipped.append((rule.name, "nobody could take it, and the rule says next"))
        return self._held(self.assign.otherwise, self.assign.nobody, row, at, sequence, skipped, tried)

    # --- candidates --------------------------------------------------------------------------------------

    def _try(
        self, rule: c.Rule, tier: c.Tier, row: int, at: int, sequence: int
    ) -> tuple[int | None, TierTried]:
        """A tier: the rep chosen (None: nobody), and how."""
        candidates: list[Candidate] = []
        eligible: list[tuple[int, Env]] = []
        for rep in self._people(tier, row, at):
            env = Env({self.assign.kind: row, "rep": rep}, BEGINNING, at + 1)
            failed = next((part for part in (*self.assign.needs, tier.where) if part and not self.ev.holds(part, env)), None)
            key = self.ev.world.key("rep", rep)
            if failed is None:
                eligible.append((rep, env))
                candidates.append(Candidate(key))
            else:
                candidates.append(Candidate(key, self.why_not(failed, env), self.policy.place(failed.span)))
        place = self.policy.place(tier.span)
        if tier.person is not None and not candidates:
            candidates.append(Candidate("", f"{say(tier.person)} is missing", place))
        if not eligible:
            return None, TierTried(place, tier.sharing, tuple(candidates))
        if tier.sharing == "direct":
            return eligible[0][0], TierTried(place, tier.sharing, tuple(candidates))
        index = self.assign.otherwise.tiers.index(tier) if rule is self.assign.otherwise else rule.tiers.index(tier)
        pool = f"{self.assign.kind}/{rule.name}/{index + 1}"
        return self._share(tier, pool, row, at, sequence, candidates, eligible)

    def _people(self, tier: c.Tier, row: int, at: int) -> list[int]:
        if tier.person is None:
            return self._order
        person = self.ev.value(tier.person, Env({self.assign.kind: row}, BEGINNING, at + 1))
        return [] if person is None else [person]

    def _declared_order(self) -> list[int]:
        """Reps in the order that breaks ties: by the column of the `order` setting, then by key."""
        world, column = self.ev.world, self.settings.get("order", "id")
        reps = list(range(world.rows("rep")))
        if column in {"id", world.facts.table("rep").key_column}:
            return reps
        values = {rep: world.cell("rep", rep, column) for rep in reps}
        present = sorted((rep for rep in reps if values[rep] is not None), key=lambda rep: (values[rep], rep))  # pyright: ignore[reportArgumentType, reportCallIssue]
        return [*present, *(rep for rep in reps if values[rep] is None)]

    # --- sharing -----------------------------------------------------------------------------------------

    def _share(
        self,
        tier: c.Tier,
        pool: str,
        row: int,
        at: int,
        sequence: int,
        candidates: list[Candidate],
        eligible: list[tuple[int, Env]],
    ) -> tuple[int | None, TierTried]:
        place, key_of = self.policy.place(tier.span), self.ev.world.key
        measured: list[tuple[str, str]] = []
        weights: list[Any] = [1] * len(eligible)
        if tier.weight is not None:
            weights = [self.ev.value(tier.weight, env) for _, env in eligible]
            measured = [
                (key_of("rep", rep), show(weight, tier.weight.type, self.policy.currency))
                for (rep, _), weight in zip(eligible, weights, strict=True)
            ]
        if tier.sharing in {"fewest", "best"}:
            best = min(weights) if tier.sharing == "fewest" else max(weights)
            eligible = [entry for entry, weight in zip(eligible, weights, strict=True) if weight == best]
            weights = [1] * len(eligible)
        kept, candidates = self._weighed(tier, eligible, weights, candidates)
        by_key = {key_of("rep", rep): rep for (rep, _), _ in kept}
        if not kept:
            return None, TierTried(place, tier.sharing, tuple(candidates), measured=tuple(measured))
        if tier.sharing == "random":
            return self._drawn(tier, row, at, sequence, candidates, [(key, w) for key, (_, w) in zip(by_key, kept, strict=True)], by_key, measured)
        try:
            turn = self.ledger.post(pool, [Contender(key, w) for key, (_, w) in zip(by_key, kept, strict=True)])
        except NobodyWeighs:
            return None, TierTried(place, tier.sharing, tuple(candidates), measured=tuple(measured))
        made = TierTried(place, tier.sharing, tuple(candidates), turn=turn, measured=tuple(measured))
        return by_key[turn.winner], made

    def _weighed(
        self, tier: c.Tier, eligible: list[tuple[int, Env]], weights: list[Any], candidates: list[Candidate]
    ) -> tuple[list[tuple[tuple[int, Env], Any]], list[Candidate]]:
        """Those with a weight above zero; the others are told why not."""
        kept: list[tuple[tuple[int, Env], Any]] = []
        refused: dict[str, str] = {}
        for entry, weight in zip(eligible, weights, strict=True):
            if weight > 0:
                kept.append((entry, weight))
            else:
                what = "is zero" if weight == 0 else "is below zero"
                refused[self.ev.world.key("rep", entry[0])] = f"{say(tier.weight) if tier.weight else 'the weight'} {what}"
        place = self.policy.place(tier.weight.span if tier.weight is not None else tier.span)
        told = [Candidate(x.rep, refused[x.rep], place) if x.rep in refused else x for x in candidates]
        return kept, told

    def _drawn(
        self,
        tier: c.Tier,
        row: int,
        at: int,
        sequence: int,
        candidates: list[Candidate],
        weighed: list[tuple[str, Any]],
        by_key: dict[str, int],
        measured: list[tuple[str, str]],
    ) -> tuple[int | None, TierTried]:
        """A keyed draw of integer tickets, in the order of rep keys."""
        weighed = sorted(weighed)
        tickets = integer_weights([Fraction(weight) for _, weight in weighed])
        listed = [(key, count) for (key, _), count in zip(weighed, tickets, strict=True)]
        record = canonical_record(self.ev.world.key(self.assign.kind, row), sequence, listed, self.policy.hash)
        drawn = draw(self.keys.key_of(self.key_period(at)), record, [count for _, count in listed])
        made = TierTried(
            self.policy.place(tier.span), tier.sharing, tuple(candidates), draw=drawn, record=record.decode(),
            measured=tuple(measured),
        )  # fmt: skip
        return by_key[listed[drawn.index][0]], made

    def key_period(self, at: int) -> str:
        """The period whose key draws at a moment."""
        kind = _KEY_PERIODS[self.settings.get("key", "monthly")]
        return str(containing(kind, at // SECONDS_PER_DAY))

    # --- outcomes ----------------------------------------------------------------------------------------

    def _take(self, row: int, at: int, rep: int) -> None:
        """Write who got it, and when, where the facts have a place for it."""
        columns = self.policy.kinds[self.assign.kind].columns
        for name, value in (("owner", rep), ("assigned", at)):
            if name in columns:
                self.ev.world.write(self.assign.kind, row, name, value)
        self.ev.book.changed(self.assign.kind, row)

    def _held(
        self,
        rule: c.Rule,
        action: c.Action,
        row: int,
        at: int,
        sequence: int,
        skipped: list[tuple[str, str]],
        tried: list[TierTried],
    ) -> Decision:
        place = self.policy.place(action.span)
        return self._decision(row, at, sequence, None, action.text, rule.name, action.word, place, skipped, tried)

    def _decision(
        self,
        row: int,
        at: int,
        sequence: int,
        rep: int | None,
        held: str | None,
        rule: str,
        strategy: str,
        place: str,
        skipped: list[tuple[str, str]],
        tried: list[TierTried],
    ) -> Decision:
        key = self.ev.world.key(self.assign.kind, row)
        name = self.ev.world.key("rep", rep) if rep is not None else None
        return Decision(
            decision_id(self.policy.hash, self.assign.kind, key, sequence), self.assign.kind, key, at, sequence, name,
            held, rule, strategy, place, self.policy.hash, tuple(skipped), tuple(tried),
        )  # fmt: skip

    def why_not(self, node: c.Expr, env: Env) -> str:
        """The first part of a condition that fails, with the values that it read."""
        read: Callable[[c.Expr], str] = lambda part: self._with_value(part, env)  # noqa: E731
        match node:
            case c.All(parts=parts):
                return self.why_not(next(part for part in parts if not self.ev.holds(part, env)), env)
            case c.Compare(op=op, left=left, right=right):
                return f"not {read(left)} {op} {read(right)}"
            case c.Same(left=left, right=right, negated=negated):
                return f"{read(left)} {'is' if negated else 'is not'} {read(right)}"
            case c.Member(item=item, group=group, negated=negated):
                return f"{read(item)} {'in' if negated else 'not in'} {read(group)}"
            case _:
                return f"not {say(node)}"

    def _with_value(self, node: c.Expr, env: Env) -> str:
        if isinstance(node, c.Constant):
            return say(node)
        value = self.ev.value(node, env)
        if node.type.name == "ref":
            shown = self.ev.world.key(node.type.kind or "rep", value) if isinstance(value, int) else "missing"
        else:
            shown = show(value, node.type, self.policy.currency)
        return f"{say(node)} ({shown})"
