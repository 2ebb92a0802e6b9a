"""Sharing: how a step of a rule chooses among those who can take a case.

`round_robin` and `capability_weighted` give it to the eligible rep with the largest credit after adding this
case's share; ties go to the declared order. `fewest` and `best` do the same among those with the lowest or highest
measure, or those of them who are first in further measures, or choose by these within a band. `random` draws a
ticket, `deck` deals a card. See docs/fairness.md for what each promises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from ...dsl import checked as c
from ...dsl.types import FLAG
from ..memory import Memory
from ..numbers.weights import Weight, integer_weights
from ..turns.attendance import attended
from ..turns.band import Band, choose_within
from ..turns.beginnings import Beginning
from ..turns.credit_unit import LEADS, CreditUnit
from ..turns.decks import Card, deck_record, group_of, lay_out, tickets_of
from ..turns.draws import canonical_record, draw
from ..turns.shares import ShareLedger
from ..turns.sharing_terms import terms_of
from ..turns.turns import Candidate as Contender
from ..turns.turns import Contenders
from ..wording.phrases import show
from .candidates import Field, Judge
from .case import Case, Views
from .compared import Compared
from .decisions import Candidate, TierTried
from .further_measures import FurtherMeasures
from .refusal import Refusal, findings, say_now
from .remembered import UNREAD, Known, Remembered
from .rows_told import row_behind

__all__ = ["Entry", "KeyOf", "NextTurn", "NextTurns", "Sharing"]

KeyOf = Callable[[int], bytes]
"""The key that draws at a moment."""
Measured = tuple[tuple[str, str], ...]
"""Reps with what was measured of them, in words."""

_MOST_DECKS = 64
_MOST_GROUPS = 4_096
_MEASURED = frozenset({"fewest", "best"})
_WITHOUT_TURNS = frozenset({"direct", "claim", "random", "deck"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An eligible rep with what was measured: a weight above zero or not, or a measure to be lowest or highest."""

    rep: int
    value: Any
    shown: str
    counts: bool
    contender: Contender


class NextTurn(NamedTuple):
    """The turn that is dealt next: its pool, among whom, what it counts in which unit, and who begins with it.

    `winner`: who pays for it, where a person gives the case to somebody.
    """

    pool: str
    among: Contenders
    value: int
    unit: CreditUnit
    begun: tuple[Beginning, ...]
    winner: str


class NextTurns(NamedTuple):
    """The turns that a case costs whoever is given it: the rep's `own`, and where a group is chosen first, its turn.

    `group`: the key of the rep's group, empty where there are none. `rule`, `step`: which step of the policy shares.
    """

    own: NextTurn | None
    group: str = ""
    of_group: NextTurn | None = None
    rule: str = ""
    step: int = 0


class Sharing:
    """The choice of one tier, the `number`th of its rule; each tier has its own pool of credits.

    `part`: which part of the tier it is, where that has several pools. `of`: what reps of a group share, where groups
    are chosen and not reps.
    """

    def __init__(
        self, judge: Judge, rule: str, number: int, tier: c.Tier, ledger: ShareLedger, key_at: KeyOf,
        part: str = "", of: str = "",
    ) -> None:  # fmt: skip
        self._judge = judge
        self._word = tier.sharing
        self._weight = tier.weight
        self._person = tier.person if isinstance(tier.person, c.LetRead) else None
        self._rule, self._number, self._of = rule, number, of
        self._terms = terms_of(judge.policy, judge.kind)
        self._pool = f"{judge.kind}/{rule}/{number}{part}"
        self._value_pool = f"{judge.kind}/{rule}/{number}/{self._terms.named}{part}"
        self._ledger = ledger
        self._key_at = key_at
        self._place = judge.policy.place(tier.span)
        said = tier.person or tier.weight
        self._said = "" if said is None else say_now(said, judge.policy.currency)
        self._latest: dict[int, Entry] = {}
        self._decks: dict[bytes, list[int]] = Memory(_MOST_DECKS)
        self._further = FurtherMeasures(judge, tier.further)
        self._lists: dict[tuple[int, int], tuple[Sequence[int], object, list[Entry]]] = Memory(_MOST_GROUPS)
        self._lasting: list[Entry] = []
        self._groups: dict[int | tuple[int, ...], tuple[list[Entry], Contenders]] = Memory(_MOST_GROUPS)
        self._told: dict[int | tuple[int, ...], tuple[list[Entry], Measured]] = Memory(_MOST_GROUPS)
        if tier.weight is not None:
            zero = c.Constant(tier.weight.type, Fraction(0), span=tier.weight.span)
            self._weighs = c.Compare(FLAG, ">", tier.weight, zero, span=tier.weight.span)
            self._remembered = Remembered(judge.ev, judge.dependences, judge.kind, tier.weight)

    def choose(self, field: Field, views: Views) -> tuple[int | None, TierTried]:
        """The rep chosen (None: nobody), and how."""
        if not field.eligible:
            return None, self._tried(field)
        if self._word == "direct":
            return field.eligible[0], self._direct(field, views)
        entries = self._entries(field.eligible, views)
        measured = self._measured(entries) if self._weight is not None else ()
        kept, refused = self._weighed(entries, views)
        compared: list[Compared] = []
        if not self._banded:
            kept = self._narrowed(kept, views, compared)
        field = field.without(refused)
        if not kept:
            return None, self._tried(field, measured=measured)
        if self._word == "random":
            return self._drawn(kept, field, views.case, measured)
        if self._word == "deck":
            return self._dealt(kept, field, views.case, measured)
        pool, value, unit = self._counted(views)
        kept, begun = self._placed(pool, kept, views.case.at)
        contenders = self._contenders(kept)
        band: Band | None = None
        if self._banded:
            size = self._terms.band_in(unit)
            turn, band = choose_within(
                self._ledger, pool, contenders, value, size, self._best_of(kept, views, compared)
            )
        else:
            turn = self._ledger.post(pool, contenders, value=value)
        tried = self._tried(
            field, turn=turn, measured=measured, further=tuple(compared), unit=unit, band=band, begun=begun
        )
        return kept[turn.place].rep, tried

    def _direct(self, field: Field, views: Views) -> TierTried:
        """The person that the step names; from which row, where that was looked up among several."""
        tried = self._tried(field)
        behind = "" if self._person is None else row_behind(self._judge.ev, self._person, views.alone)
        return replace(tried, said=f"{self._said} ({behind})") if behind else tried

    def _contenders(self, kept: list[Entry]) -> Contenders:
        """Those who contend, as the ledger takes them: worked out once for as long as they are the same."""
        key = self._key_of(kept)
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = kept, Contenders.of(self._pool, [entry.contender for entry in kept])
        return found[1]

    def _measured(self, entries: list[Entry]) -> Measured:
        """What was measured of each, in words."""
        found = self._told.get(key := self._key_of(entries))
        if found is None:
            told = tuple([(entry.contender.key, entry.shown) for entry in entries])
            found = self._told[key] = entries, told
        return found[1]

    def _key_of(self, entries: list[Entry]) -> int | tuple[int, ...]:
        """What stands for entries: a list that comes again by itself. They are kept beside, so that ids stay theirs."""
        return id(entries) if entries is self._lasting else tuple(map(id, entries))

    @property
    def deals_turns(self) -> bool:
        """Whether whoever gets something pays with a turn."""
        return self._word not in _WITHOUT_TURNS

    @property
    def _banded(self) -> bool:
        return self._terms.band is not None and self._word in _MEASURED

    def _best_of(
        self, kept: Sequence[Entry], views: Views, compared: list[Compared]
    ) -> Callable[[Sequence[str]], Sequence[str]]:
        """Those of some keys who are first in all measures."""
        entries = {entry.contender.key: entry for entry in kept}

        def best(keys: Sequence[str]) -> Sequence[str]:
            wanted = (min if self._word == "fewest" else max)(entries[key].value for key in keys)
            alike = [entries[key] for key in keys if entries[key].value == wanted]
            return [entry.contender.key for entry in self._narrowed(alike, views, compared)]

        return best

    def _counted(self, views: Views) -> tuple[str, int, CreditUnit]:
        """The pool that a case is shared in, what it counts there, and in which unit.

        Credits of value have a pool of their own, the one that batches post to.
        """
        terms = self._terms
        if terms.counts is None:
            return self._pool, 1, LEADS
        value, unit = terms.counted(self._judge.ev.value(terms.counts, views.alone))
        return (self._pool if unit is LEADS else self._value_pool), value, unit

    def _placed(self, pool: str, kept: list[Entry], at: int) -> tuple[list[Entry], tuple[Beginning, ...]]:
        """Those who contend in the order that breaks ties, and who of them begins with this one, new or after long."""
        if not self._terms.attended:
            return kept, ()
        begun = attended(self._ledger, self._terms, pool, [one.contender.key for one in kept], at)
        if self._terms.by_waiting:
            place = self._ledger.line(pool)
            kept = sorted(kept, key=lambda one: place[one.contender.key])
        return kept, begun

    def turns_of(self, field: Field, views: Views, to: int) -> NextTurns | None:
        """What a case costs a rep (a row) to whom a person gives it; None where nobody could take it by this step."""
        if not field.eligible:
            return None
        own = self.turn_of(field, views, self._judge.ev.world.key("rep", to))
        return None if own is None and self.deals_turns else NextTurns(own, rule=self._rule, step=self._number)

    def turn_of(self, field: Field, views: Views, winner: str) -> NextTurn | None:
        """The turn that is dealt next, with whoever begins placed; None where none is dealt."""
        if not field.eligible or not self.deals_turns:
            return None
        kept, _ = self._weighed(self._entries(field.eligible, views), views)
        if not self._banded:
            kept = self._narrowed(kept, views, [])
        if not kept:
            return None
        pool, value, unit = self._counted(views)
        kept, begun = self._placed(pool, kept, views.case.at)
        return NextTurn(pool, self._contenders(kept), value, unit, begun, winner)

    def able(self, reps: Sequence[int], views: Views) -> tuple[bool, dict[int, Candidate]]:
        """Whether some of those who are eligible have a weight or a measure; and those who have none, as refused."""
        if self._weight is None:
            return len(reps) > 0, {}
        kept, refused = self._weighed(self._entries(reps, views), views)
        return len(kept) > 0, refused

    def _tried(self, field: Field, **how: Any) -> TierTried:
        return TierTried(self._place, self._word, field.candidates, said=self._said, rule=self._rule, **how)

    # --- weights and measures ----------------------------------------------------------------------------

    def _entries(self, reps: Sequence[int], views: Views) -> list[Entry]:
        """Each with what was measured, all alike where nothing is."""
        if self._weight is None:
            return self._once(reps, reps, lambda: [self._alike(rep) for rep in reps])
        node, measured = self._weight, self._remembered.of(views)
        if not self._remembered.lasts:
            return self._read(node, measured, reps, views)
        return self._once(reps, measured, lambda: self._read(node, measured, reps, views))

    def _once(self, reps: Sequence[int], known: object, made: Callable[[], list[Entry]]) -> list[Entry]:
        """The list that is made of reps and what is known of them: the very same one where both are."""
        key = id(reps), id(known)
        found = self._lists.get(key)
        if found is None:
            found = self._lists[key] = reps, known, made()  # both are kept beside, so that their ids stay theirs
        self._lasting = found[2]
        return found[2]

    def _read(self, node: c.Expr, known: Known, reps: Sequence[int], views: Views) -> list[Entry]:
        known.forgotten.clear()
        measured = known.of
        for rep in reps:
            if measured[rep] is UNREAD:
                measured[rep] = self._entry(rep, node, views)
        return [measured[rep] for rep in reps]

    def _entry(self, rep: int, node: c.Expr, views: Views) -> Entry:
        ev = self._judge.ev
        value = ev.value(node, views.of(rep))
        found = self._latest.get(rep)
        if found is None or found.value is not value:
            shown = self._shown(value, node)
            counts = self._counts(value)
            weight: Weight = 1 if self._word in _MEASURED or not counts else value
            contender = Contender(ev.world.key("rep", rep), weight)
            found = self._latest[rep] = Entry(rep, value, shown, counts, contender)
        return found

    def _shown(self, value: Any, node: c.Expr) -> str:
        return show(value, node.type, self._judge.policy.currency)

    def _counts(self, value: Any) -> bool:
        """Whether somebody of this weight or measure takes part."""
        return value is not None and (self._word in _MEASURED or value > 0)

    def _alike(self, rep: int) -> Entry:
        found = self._latest.get(rep)
        if found is None:
            contender = Contender(self._judge.ev.world.key("rep", rep))
            found = self._latest[rep] = Entry(rep, 1, "", True, contender)
        return found

    def _weighed(self, entries: list[Entry], views: Views) -> tuple[list[Entry], dict[int, Candidate]]:
        """Those among whom the choice is made; and the others, of weight zero or less, or whose measure is missing."""
        if self._weight is None:
            return entries, {}
        if self._terms.zero_counts and self._word not in _MEASURED:
            entries = self._raised(entries)
        kept, refused = entries, dict[int, Candidate]()
        if False in [entry.counts for entry in entries]:
            kept = [entry for entry in entries if entry.counts]
            refused = {entry.rep: self._refused(entry, views) for entry in entries if not entry.counts}
        if kept and self._word in _MEASURED and not self._banded:
            wanted = (min if self._word == "fewest" else max)(entry.value for entry in kept)
            kept = [entry for entry in kept if entry.value == wanted]
        return kept, refused

    def _raised(self, entries: list[Entry]) -> list[Entry]:
        """The same with a weight of zero as the mean of the others' (1 where all are zero)."""
        weights = [Fraction(entry.value) for entry in entries if entry.counts]
        mean = sum(weights, Fraction(0)) / len(weights) if weights else Fraction(1)  # exact: fraction
        return [
            entry
            if entry.counts or entry.value is None or entry.value < 0
            else replace(entry, counts=True, contender=Contender(entry.contender.key, mean))
            for entry in entries
        ]

    def _narrowed(self, kept: list[Entry], views: Views, compared: list[Compared]) -> list[Entry]:
        """Of those who are alike in the first measure, those who are first in the further ones, as compared."""
        if not self._further or len(kept) < 2:
            return kept
        reps, found = self._further.narrow({entry.rep: entry.contender.key for entry in kept}, views)
        compared += found
        return [entry for entry in kept if entry.rep in reps]

    def _refused(self, entry: Entry, views: Views) -> Candidate:
        found = findings(self._judge.ev, self._weighs, views.of(entry.rep))
        place = self._judge.policy.place(self._weighs.span)
        return Candidate(entry.contender.key, Refusal(found, place, self._judge.wording))

    # --- draws and decks -------------------------------------------------------------------------------------------

    def _drawn(self, kept: list[Entry], field: Field, case: Case, measured: Measured) -> tuple[int, TierTried]:
        """A keyed draw of whole tickets, in the order of rep keys."""
        kept = sorted(kept, key=lambda entry: entry.contender.key)
        tickets = integer_weights([entry.contender.weight for entry in kept])
        listed = [(entry.contender.key, count) for entry, count in zip(kept, tickets, strict=True)]
        record = canonical_record(case.key, case.sequence, listed, self._judge.policy.hash, self._of)
        drawn = draw(self._key_at(case.at), record, tickets)
        return kept[drawn.index].rep, self._tried(field, draw=drawn, record=record.decode(), measured=measured)

    def _dealt(self, kept: list[Entry], field: Field, case: Case, measured: Measured) -> tuple[int, TierTried]:
        """The next card of the deck of these reps; a new deck where that is dealt out."""
        laid, policy = self._terms.cards, self._judge.policy.hash
        key = self._key_at(case.at) if laid == "shuffled" else None
        if key is not None:
            kept = sorted(kept, key=lambda entry: entry.contender.key)
        tickets = tickets_of([entry.contender.weight for entry in kept])
        listed = [(entry.contender.key, held) for entry, held in zip(kept, tickets, strict=True)]
        group = group_of(listed, policy, key)
        place, again = self._ledger.deal(self._pool, *group)
        number, position = place // sum(tickets) + 1, place % sum(tickets)
        record = deck_record(self._pool, number, listed, policy)
        if record not in self._decks:
            self._decks[record] = lay_out(laid, tickets, key, record)
        cards = self._decks[record]
        card = Card(record.decode(), laid, number, position + 1, len(cards), self._pool, group, again)
        return kept[cards[position]].rep, self._tried(field, card=card, measured=measured)
