"""Giving: a fact goes to a rep by the rules, is offered, kept at a desk or left open; its turn may be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from ...dsl import checked as c
from ..assigning.assignment import Assigner, Start
from ..assigning.decisions import Decision
from ..assigning.sharing import NextTurn, NextTurns
from ..assigning.tier_tried import GroupTried
from ..calendar.waits import after
from ..calendar.windows import BEGINNING
from ..scalars.scalar import Env
from ..turns.decks import Card
from ..turns.shares import ShareLedger
from ..turns.turns import Dealt
from .deadlines import deadline
from .lives import Fact, Lives
from .outcome import Award, Ending, Notice
from .record import Record
from .refused import Refused
from .stay import GroupDealt, State, Stay

__all__ = ["Giver"]

_DEFAULTS = {"decline": "gives_turn_back", "timeout": "uses_turn", "manual": "uses_turn"}
_STATES: Mapping[str, State] = {"hold": "held", "return": "pool", "notify": "held", "award": "held", "claim": "pool"}


class Giver:
    """What the rules of the policy in force do with facts, and what that does to credits."""

    def __init__(self, policy: c.Policy, lives: Lives, assigners: Mapping[str, Assigner], ledger: ShareLedger) -> None:
        self.policy, self.lives, self.assigners, self._ledger = policy, lives, assigners, ledger
        self._rules = {
            kind: {rule.name: rule for rule in (*one.assign.rules, one.assign.otherwise)}
            for kind, one in assigners.items()
        }

    def setting(self, kind: str, name: str) -> str:
        """What a setting of the `assign` of a kind says, or its default."""
        return self.assigners[kind].settings.get(name, _DEFAULTS[name])

    # --- by the rules ------------------------------------------------------------------------------------

    def arrive(self, fact: Fact, at: int, record: Record) -> Decision:
        """Decide a fact for the first time."""
        decision = self._decided(fact, at)
        self._place(fact, decision, at, (), record)
        return record.decisions[-1]

    def pass_on(self, fact: Fact, stay: Stay, at: int, how: str, record: Record) -> None:
        """An offer is declined or lapses, or a step by claim ends: the next of the step, then the next step."""
        if stay.state == "pool":
            start, passed = Start(stay.rule, stay.step + 1), stay.passed
        else:
            self.end(fact, stay, at, how, record)
            self.take_back(fact, stay, at, "decline", f"{stay.rep} {_DID[how]}", record)
            start, passed = Start(stay.rule, stay.step), (*stay.passed, (stay.rep, how))
        decision = self._decided(fact, at, start, passed)
        self._place(fact, decision, at, passed, record)

    def again(
        self, fact: Fact, stay: Stay, at: int, passed: tuple[tuple[str, str], ...], record: Record, *,
        queued: bool = False,
    ) -> bool:  # fmt: skip
        """Give a fact by the rules from the first one on; whether it is somewhere else now. `queued`: it had waited."""
        decision = self._decided(fact, at, None, passed)
        waits = decision.rep is None and stay.state in {"held", "pool"}
        where = (_STATES.get(decision.strategy), decision.held or "")
        if waits and where == (stay.state, stay.desk) and (stay.rule, stay.step) == _step(decision):
            return False
        if queued:
            decision = replace(decision, waited=(stay.since, stay.desk))
        self._place(fact, decision, at, passed, record)
        return True

    def _decided(
        self, fact: Fact, at: int, start: Start | None = None, passed: tuple[tuple[str, str], ...] = ()
    ) -> Decision:
        rows = {row: how for rep, how in passed if (row := self.lives.rep(rep)) is not None}
        kind, key = fact
        return self.assigners[kind].decide(self.lives.row(kind, key), at, self.lives.sequence(kind), start, rows)

    def _place(
        self, fact: Fact, decision: Decision, at: int, passed: tuple[tuple[str, str], ...], record: Record
    ) -> None:
        """Put a fact where a decision says."""
        self.lives.count_decision(fact[0])
        tier = self._tier(decision)
        lapses, told = None, ""
        if tier is not None and tier.accept is not None:
            lapses, told = self._stands_until(tier.accept, fact, decision, at)
        if lapses is not None:
            decision = replace(decision, lapses=lapses, lapses_as=told)
        if decision.rep is None:
            record.decisions.append(decision)
            state = _STATES[decision.strategy]
            stay = Stay(
                state, at, at, decision=decision.id, desk=decision.held or "", passed=passed, lapses=lapses,
                rule=decision.rule if decision.strategy == "claim" else "", step=decision.step,
            )  # fmt: skip
            self.lives.put(fact, stay, at)
            self._tell(fact, decision, at, record)
            return
        last = decision.tried[-1]
        turn = None if last.turn is None else last.turn.dealt
        record.decisions.append(decision)
        if last.group is not None:
            record.began(at, *fact, last.group.tried.begun, last.group.tried.unit)
        record.began(at, *fact, last.begun, last.unit)
        group = None if last.group is None else self._chosen(fact, decision, last.group, at, record)
        if turn is not None:
            record.posted(at, *fact, turn, decision.because, decision=decision.id)
        owned = lapses is None
        self.lives.begin(fact, decision.rep or "", at, "assigned" if owned else "offered", owned=owned)
        self.lives.put(
            fact,
            Stay(
                "owned" if owned else "offered", at, at, decision.rep or "", decision.id, decision.rule, decision.step,
                turn=turn, card=last.card, passed=() if owned else passed, lapses=lapses, group=group,
            ),
            at,
        )  # fmt: skip

    def _chosen(self, fact: Fact, decision: Decision, group: GroupTried, at: int, record: Record) -> GroupDealt:
        """What the group of the rep pays for a decision."""
        tried = group.tried
        turn = None if tried.turn is None else tried.turn.dealt
        if turn is not None:
            record.posted(at, *fact, turn, decision.because, decision=decision.id)
        return GroupDealt(group.chosen, decision.rule, decision.step, turn, tried.card)

    def _stands_until(self, accept: c.Wait, fact: Fact, decision: Decision, at: int) -> tuple[int, str]:
        """When an offer, or a step by claim, is over, and how that came: at once where its hours never come."""
        if accept.hours is None:
            return after(at, accept), ""
        kind, key = fact
        rows, rep = {kind: self.lives.row(kind, key)}, self.lives.rep(decision.rep) if decision.rep else None
        if rep is not None:
            rows["rep"] = rep
        found = deadline(self.lives.live.ev, accept, at, rows, at)
        return (at if found.at is None else found.at), found.told

    def _tier(self, decision: Decision) -> c.Tier | None:
        return self._step_of(decision.kind, decision.rule, decision.step)

    def _step_of(self, kind: str, name: str, step: int) -> c.Tier | None:
        """A step of a rule, counted from 1; None where the policy in force has none."""
        rule = self._rules[kind].get(name)
        return rule.tiers[step - 1] if rule is not None and 0 < step <= len(rule.tiers) else None

    def _tell(self, fact: Fact, decision: Decision, at: int, record: Record) -> None:
        """What is done with a fact that nobody takes, where that is to tell somebody."""
        rule = self._rules[decision.kind].get(decision.rule)
        if rule is not None:
            self.tell(fact, rule.action or rule.nobody or self.assigners[decision.kind].assign.nobody, at, record)

    def tell(self, fact: Fact, action: c.Action, at: int, record: Record) -> None:
        """A notice or an award, to whomever it names; nobody is told where that is nobody."""
        if action.word not in {"notify", "award"} or action.to is None:
            return
        kind, key = fact
        ev, row = self.lives.live.ev, self.lives.row(kind, key)
        ev.forget()
        person = ev.value(action.to, Env({kind: row}, BEGINNING, at + 1))
        if not isinstance(person, int):
            return
        to, place = ev.world.key("rep", person), self.policy.place(action.span)
        if action.word == "notify":
            record.notices.append(Notice(at, kind, key, to, action.text, place))
        else:
            record.awards.append(Award(at, kind, key, to, action.text, place))

    # --- from the pool -----------------------------------------------------------------------------------

    def must_decide(self, kind: str) -> None:
        """That the policy in force decides facts of a kind. Raises `Refused`."""
        if kind not in self.assigners:
            raise Refused("unknown-point", f"the policy in force does not decide facts of the kind `{kind}`")

    def claim(self, fact: Fact, stay: Stay, rep: str, at: int, record: Record) -> None:
        """A rep takes an open fact. Raises `Refused` with the condition that stands against it."""
        kind, key = fact
        row, rep_row = self.lives.row(kind, key), self.lives.rep(rep)
        assert rep_row is not None
        here = self._step_of(kind, stay.rule, stay.step)
        start = Start(stay.rule, stay.step) if here is not None and here.sharing == "claim" else None
        made = self.assigners[kind].claim(row, at, self.lives.sequence(kind), rep_row, start)
        if made.rep is None:
            reasons = [one.reason for step in made.tried for one in step.candidates if one.rep == rep and one.reason]
            if not made.tried:
                raise Refused("not-open", f"no step `by claim` of the policy is for {kind} `{key}`")
            raise Refused("not-eligible", f"{rep} cannot take {kind} `{key}`: {'; '.join(dict.fromkeys(reasons))}")
        self.lives.count_decision(kind)
        record.decisions.append(replace(made, came="claimed"))
        self.lives.begin(fact, rep, at, "claimed", owned=True)
        self.lives.put(fact, Stay("owned", at, at, rep, made.id, made.rule, made.step), at)

    # --- endings and credits -----------------------------------------------------------------------------

    def end(
        self, fact: Fact, stay: Stay, at: int, how: str, record: Record, *, by: str = "", reason: str = "",
        because: str = "",
    ) -> None:  # fmt: skip
        """The rep who has a fact, or is offered it, has it no more."""
        if stay.rep:
            self.lives.end(fact, at, how, by, reason)
            record.endings.append(Ending(at, *fact, stay.rep, how, by, reason, because))

    def take_back(self, fact: Fact, stay: Stay, at: int, setting: str, why: str, record: Record) -> None:
        """Take the turn of a fact back on both sides, or lay its card back, where the policy gives it back."""
        if self.setting(fact[0], setting) == "gives_turn_back":
            self._back(fact, stay, at, why, record)

    def _back(self, fact: Fact, stay: Stay, at: int, why: str, record: Record) -> None:
        """Both levels, where a group was chosen first."""
        self._back_one(fact, stay.rep, stay.turn, stay.card, at, why, record)
        if (group := stay.group) is not None:
            self._back_one(fact, group.key, group.turn, group.card, at, why, record)

    def _back_one(
        self, fact: Fact, whose: str, turn: Dealt | None, card: Card | None, at: int, why: str, record: Record
    ) -> None:
        if turn is not None:
            self._ledger.reverse(turn)
            record.posted(at, *fact, turn, why, reversed_=True)
        if card is not None:
            self._ledger.give_card_back(card.pool, *card.group, card.place)
            record.card_back(at, *fact, card, whose, why)

    def by_hand(self, fact: Fact, stay: Stay | None, at: int, decision: Decision, record: Record) -> None:
        """A person gives a fact to a rep: whose turn it was gets it back, and the rep pays, where the policy counts it.

        What timers count from stays as it was where somebody had the fact.
        """
        kind, _ = fact
        to = decision.rep or ""
        turn, card, group = (stay.turn, stay.card, stay.group) if stay is not None else (None, None, None)
        if self.setting(kind, "manual") == "uses_turn":
            (turn, group), card = self._turn_by_hand(fact, stay, at, to, decision.because, record), None
        self.lives.count_decision(kind)
        record.decisions.append(decision)
        self.lives.begin(fact, to, at, decision.came, owned=True, by=decision.by, reason=decision.reason)
        made = Stay("owned", at, at, to, decision.id, turn=turn, card=card, group=group)
        if stay is not None and stay.state == "owned":
            made = replace(made, since=stay.since, fired=stay.fired, until=stay.until)
        self.lives.put(fact, made, at)

    def _turn_by_hand(self, fact: Fact, stay: Stay | None, at: int, to: str, why: str, record: Record) -> _Paid:
        """What the rep pays, and the rep's group."""
        if stay is not None and stay.group is not None:
            return self._between_groups(fact, stay, stay.group, at, to, why, record)
        if stay is not None:
            self._back(fact, stay, at, why, record)
        if stay is not None and stay.turn is not None:
            return self._by_hand_among(fact, stay.turn, to, at, why, record), None
        if stay is not None and stay.rep:
            return None, None  # it was nobody's turn
        row = self.lives.rep(to)
        assert row is not None
        found = self.assigners[fact[0]].turns_now(self.lives.row(*fact), at, row)
        return self._paid(fact, found, at, why, record)

    def _between_groups(
        self, fact: Fact, stay: Stay, group: GroupDealt, at: int, to: str, why: str, record: Record
    ) -> _Paid:
        """From rep to rep of a step that chooses a group first: within a group, no credit of groups moves.

        Else the turns of both levels are taken back. The other group pays among those that contended then, its rep
        among those of it who could take the fact now; nothing is posted where the step is no more.
        """
        assigner, row, rep = self.assigners[fact[0]], self.lives.row(*fact), self.lives.rep(to)
        assert rep is not None
        key = assigner.group_of(row, at, group.rule, group.step, rep)
        if key == group.key:
            self._back_one(fact, stay.rep, stay.turn, stay.card, at, why, record)
            return self._by_hand_among(fact, stay.turn, to, at, why, record), group
        self._back(fact, stay, at, why, record)
        if key is None:
            return None, None
        paid = self._by_hand_among(fact, group.turn, key, at, why, record)
        own = assigner.own_turn(row, at, group.rule, group.step, rep)
        turn = None if own is None else self._post_next(fact, own, at, why, record)
        return turn, GroupDealt(key, group.rule, group.step, paid)

    def _by_hand_among(
        self, fact: Fact, before: Dealt | None, to: str, at: int, why: str, record: Record
    ) -> Dealt | None:
        """Somebody else pays for the turn of a fact, among those who contended for it."""
        if before is None:
            return None
        posted = self._ledger.post_manual(before.pool, to, before.among, value=before.value)
        record.posted(at, *fact, posted, why)
        return posted.dealt

    def _post_next(self, fact: Fact, one: NextTurn, at: int, why: str, record: Record) -> Dealt:
        record.began(at, *fact, one.begun, one.unit)
        posted = self._ledger.post_manual(one.pool, one.winner, one.among, value=one.value)
        record.posted(at, *fact, posted, why)
        return posted.dealt

    def _paid(self, fact: Fact, found: NextTurns | None, at: int, why: str, record: Record) -> _Paid:
        """Post what a fact costs a rep, and the rep's group, to whom a person gives it."""
        if found is None:
            return None, None
        turns = [
            None if one is None else self._post_next(fact, one, at, why, record) for one in (found.of_group, found.own)
        ]
        return turns[1], GroupDealt(found.group, found.rule, found.step, turns[0]) if found.group else None


_Paid: TypeAlias = tuple[Dealt | None, GroupDealt | None]
"""What a rep has paid, and the rep's group."""

_DID = {"declined": "has declined it", "lapsed": "has let the offer lapse"}


def _step(decision: Decision) -> tuple[str, int]:
    return (decision.rule, decision.step) if decision.strategy == "claim" else ("", 0)
