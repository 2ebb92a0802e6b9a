"""Moves: what people do with a fact that is assigned, or could be, and why it may not be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from ..assigning.decisions import Decision, decision_id
from ..calendar.days import SECONDS_PER_DAY, format_day
from .deadlines import over
from .events import MOVES, Move
from .giving import Giver
from .lives import Fact, Lives
from .record import Record
from .refused import Refused
from .stay import Stay
from .taking import Taker, Why

__all__ = ["Mover"]


class Mover:
    """Does moves on the floor of a giver. Each raises `Refused` before it changes anything."""

    def __init__(self, giver: Giver) -> None:
        self._giver, self._taker = giver, Taker(giver)
        self._does: dict[str, Callable[[Move, Fact, Stay, Record], None]] = {
            "accept": self._accept, "decline": self._decline, "confirm": self._confirm, "release": self._release,
            "return": self._return,
            "transfer": self._transfer, "claim": self._claim, "extend": self._extend, "close": self._close,
        }  # fmt: skip

    @property
    def _lives(self) -> Lives:
        return self._giver.lives

    def do(self, move: Move, record: Record) -> None:
        """Do a move."""
        fact = (move.kind, move.key)
        if move.word not in MOVES:
            raise Refused("unknown-move", f"there is no move `{move.word}`", f"it is one of {', '.join(MOVES)}")
        for rep in (move.rep, move.to):
            if rep and self._lives.rep(rep) is None:
                raise Refused("unknown-rep", f"there is no rep `{rep}`")
        self._giver.must_decide(move.kind)
        if self._lives.live.find(*fact) is None:
            raise Refused("unknown-fact", f"there is no {_named(move)}")
        stay = self._lives.stay(*fact)
        if stay is not None and move.at < stay.changed:
            raise Refused("out-of-order", f"{_named(move)} has changed since then", "say what is done when it is done")
        if stay is not None and stay.state == "closed":
            raise Refused("closed", f"{_named(move)} is closed")
        if move.word == "override":
            self._override(move, fact, stay, record)
            return
        if stay is None:
            raise Refused("unknown-fact", f"{_named(move)} was not decided yet, and has no owner")
        self._does[move.word](move, fact, stay, record)

    # --- by the rep who has it ---------------------------------------------------------------------------

    def _accept(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        self._of_the_rep(move, stay, "offered")
        self._lives.accept(fact, move.at)
        self._lives.put(fact, _accepted(stay, move.at), move.at)

    def _decline(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        self._of_the_rep(move, stay, "offered")
        self._giver.pass_on(fact, stay, move.at, "declined", record)

    def _confirm(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        """That somebody has the fact; who is offered it accepts it so."""
        if stay.state == "offered":
            self._accept(move, fact, stay, record)
            stay = self._lives.stay(*fact) or stay
        self._of_the_rep(move, stay, "owned")
        if stay.confirmed is None:
            self._lives.put(fact, replace(stay, confirmed=move.at, changed=move.at), move.at)

    def _release(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        """Give it back: the rules give it to somebody else."""
        self._of_the_rep(move, stay, "owned")
        self._giver.end(fact, stay, move.at, "released", record, by=move.by, reason=move.reason)
        self._giver.take_back(fact, stay, move.at, "decline", f"{stay.rep} has given it back", record)
        self._giver.again(fact, stay, move.at, ((stay.rep, "released"),), record)

    def _return(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        """Into the public pool: by who has it, or by somebody else, who takes it away and says who that is."""
        if stay.state == "pool":
            raise Refused("open-already", f"{_named(move)} is open to all already")
        if not move.reason:
            raise Refused("needs-reason", "a return needs `reason`", "say why it goes back to the pool")
        taken_away = bool(move.by) and move.by != stay.rep
        if not taken_away:
            self._of_the_rep(move, stay, "owned")
        elif move.rep and move.rep != stay.rep:
            raise Refused("not-yours", f"{_named(move)} is {_where(stay)}, not with {move.rep}")
        says = f"{move.by} has put it into the pool" if taken_away else f"{stay.rep} has put it back into the pool"
        why = Why(says, "timeout" if taken_away else "decline", move.by, move.reason)
        self._taker.to_pool(fact, stay, move.at, why, record)

    def _extend(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        self._of_the_rep(move, stay, "owned")
        extension = self._giver.assigners[move.kind].assign.extension
        if extension is None:
            raise Refused("no-extension", "the policy allows no extension", "`extend: 30 days` in the `assign` would")
        ev, row = self._lives.live.ev, self._lives.row(*fact)
        limit = over(ev, extension, stay.since, {move.kind: row}, move.at)
        if limit is None:
            raise Refused("beyond-limit", f"{_named(move)} cannot be extended: its hours never come")
        until = limit if not move.until else _moment(move.until)
        if until > limit:
            raise Refused("beyond-limit", f"{_named(move)} may be held until {_shown(limit)} at most")
        if until <= max(move.at, stay.until or move.at):
            raise Refused("beyond-limit", f"an extension until {_shown(until)} adds nothing")
        self._lives.put(fact, replace(stay, until=until, changed=move.at), move.at)

    def _of_the_rep(self, move: Move, stay: Stay, state: str) -> None:
        """That the fact is with the rep who does the move; where the move names nobody, it is."""
        if stay.state != state:
            what = "is not offered to anybody now" if state == "offered" else f"is {_where(stay)}"
            raise Refused("not-offered" if state == "offered" else "not-owned", f"{_named(move)} {what}")
        if move.rep and move.rep != stay.rep:
            whose = "is offered to" if state == "offered" else "is with"
            raise Refused("not-yours", f"{_named(move)} {whose} {stay.rep}, not {move.rep}")

    # --- to somebody else --------------------------------------------------------------------------------

    def _transfer(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        """From rep to rep, within the needs of the policy."""
        self._of_the_rep(move, stay, "owned")
        to, row = self._receiver(move, stay), self._lives.row(*fact)
        failed = self._giver.assigners[move.kind].fails(row, move.at, self._row(to))
        if failed:
            raise Refused(
                "not-eligible", f"{to} cannot take {_named(move)}: {failed}", "an `override` may set it aside"
            )
        by = move.by or stay.rep
        decision = self._decision(move, to, "transferred", by, "")
        self._giver.end(fact, stay, move.at, "transferred", record, by=by, reason=move.reason)
        self._giver.by_hand(fact, stay, move.at, decision, record)

    def _override(self, move: Move, fact: Fact, stay: Stay | None, record: Record) -> None:
        """A manager gives it to a rep, whatever the policy says of that; it is told what it says."""
        if not move.by or not move.reason:
            raise Refused("needs-reason", "an override needs `by` and `reason`", "say who decides it, and why")
        _as_it_was_seen(move, stay)
        to, row = self._receiver(move, stay), self._lives.row(*fact)
        beyond = self._giver.assigners[move.kind].fails(row, move.at, self._row(to))
        decision = self._decision(move, to, "manual", move.by, beyond)
        if stay is not None:
            how = "withdrawn" if stay.state == "offered" else "overridden"
            self._giver.end(fact, stay, move.at, how, record, by=move.by, reason=move.reason)
        self._giver.by_hand(fact, stay, move.at, decision, record)

    def _claim(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        if stay.state != "pool":
            raise Refused("not-open", f"{_named(move)} is {_where(stay)}: it cannot be claimed")
        if not move.rep:
            raise Refused("unknown-rep", "a claim needs `rep`", "say who takes it")
        self._giver.claim(fact, stay, move.rep, move.at, record)

    def _close(self, move: Move, fact: Fact, stay: Stay, record: Record) -> None:
        """It is done with: whoever has it keeps it, and nothing is due any more."""
        _as_it_was_seen(move, stay)
        how = "withdrawn" if stay.state == "offered" else "closed"
        self._giver.end(fact, stay, move.at, how, record, by=move.by, reason=move.reason)
        rep = stay.rep if stay.state == "owned" else ""
        self._lives.put(fact, Stay("closed", move.at, move.at, rep, stay.decision, fired=stay.fired), move.at)

    def _receiver(self, move: Move, stay: Stay | None) -> str:
        if not move.to:
            raise Refused("unknown-rep", f"a move `{move.word}` needs `to`", "say who gets it")
        if stay is not None and stay.state == "owned" and stay.rep == move.to:
            raise Refused("same-rep", f"{move.to} has {_named(move)} already")
        return move.to

    def _row(self, rep: str) -> int:
        row = self._lives.rep(rep)
        assert row is not None
        return row

    def _decision(self, move: Move, to: str, came: str, by: str, beyond: str) -> Decision:
        policy = self._giver.policy
        sequence = self._lives.sequence(move.kind)
        return Decision(
            decision_id(policy.hash, move.kind, move.key, sequence), move.kind, move.key, move.at, sequence, to, None,
            "", move.word, "", policy.hash, came=came, by=by, reason=move.reason, beyond=beyond,
        )  # fmt: skip


def _accepted(stay: Stay, at: int) -> Stay:
    return replace(stay, state="owned", since=at, changed=at, passed=(), lapses=None, fired=())


def _as_it_was_seen(move: Move, stay: Stay | None) -> None:
    """That the fact is with the rep whom the move names, so that nobody overrules an owner that he has not seen."""
    if move.rep and (stay is None or stay.rep != move.rep):
        where = "with nobody" if stay is None else _where(stay)
        raise Refused("not-yours", f"{_named(move)} is {where}, not with {move.rep}", "leave `rep` out, or look again")


def _named(move: Move) -> str:
    return f"{move.kind} `{move.key}`"


def _where(stay: Stay) -> str:
    match stay.state:
        case "owned":
            return f"with {stay.rep}"
        case "offered":
            return f"offered to {stay.rep}"
        case "held":
            return f"held at `{stay.desk}`" if stay.desk else "held"
        case "pool":
            return "open to all"
        case "closed":
            return "closed"


def _moment(text: str) -> int:
    """A moment as text, in seconds; a day means its end."""
    try:
        if len(text) <= len("2026-01-01"):
            return (date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal() + 1) * SECONDS_PER_DAY
        moment = datetime.fromisoformat(text)
        days = moment.toordinal() - date(1970, 1, 1).toordinal()
        return days * SECONDS_PER_DAY + moment.hour * 3600 + moment.minute * 60 + moment.second
    except ValueError:
        raise Refused(
            "bad-moment", f"`{text}` is no moment", "write it like `2026-04-03` or `2026-04-03 09:30`"
        ) from None


def _shown(moment: int) -> str:
    day, time = divmod(moment, SECONDS_PER_DAY)
    return format_day(day) + (f" {time // 3600:02d}:{time % 3600 // 60:02d}" if time else "")
