"""Facts compared with others of their kind: who counts, from files as from events, looked up as if one by one."""

from typing import Any
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from meed.engine.assigning.assignment import DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts
from meed.engine.life import Arrive, Change, Event, Floor, Move, Refused
from meed.engine.life.stream import replay
from meed.engine.scalars import scalar_readings

from ..evaluators import checked, facts_of, value_by_both

KEYS = DrawKeys(bytes(32))
DAY = 1_772_409_600  # 2026-03-02
POLICY = checked("""policy "Same" { version: "1"  currency: EUR  effective: 2026-01-01 .. }
facts standard
facts lead { domain: text  email: text? }
let before of lead = latest of other.owner where lower(other.domain) is lower(lead.domain)
let mail of lead = lower(lead.email else "none")
let twins of lead = count of other where (mail of other) is mail and mail is not "none"
let alike of rep, lead = count of other where other.owner is rep and other.source is lead.source
assign lead {
  rule twin when twins > 0 hold "merge"
  rule same when before is known and before.on_duty
    to before
    if nobody next
  otherwise to any rep by fewest alike
  if nobody hold "desk"
}
""")
REPS = {"id": ["a", "b", "c"], "on_duty": ["yes", "yes", "no"]}
Lead = tuple[int, str, str, str]
leads = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("xyz"), st.sampled_from(["", "", "m", "n"]), st.sampled_from("st")),
    max_size=10,
)


def row(number: int, lead: Lead) -> dict[str, Any]:
    minute, domain, email, source = lead
    if number % 2:
        domain, email = domain.upper(), email.upper()
    return {
        "id": f"L{number}", "created": f"2026-03-02 00:0{minute}", "domain": domain, "email": email or None,
        "source": source,
    }  # fmt: skip


def by_hand(found: list[Lead]) -> list[tuple[str | None, str | None]]:
    """Owner or desk of each, worked out from the words of the policy alone."""
    made: list[tuple[str | None, str | None]] = []
    received: dict[str, int] = {}
    for at, (_, domain, email, _) in enumerate(found):
        others = list(zip(found[:at], made, strict=True))
        if email and any(other[2] == email for other, _ in others):
            made.append((None, "merge"))
            continue
        owners = [owner for (_, name, *_), (owner, _) in others if name == domain and owner is not None]
        made.append((owners[-1] if owners else "?", None))
        if owners:
            received[owners[-1]] = received.get(owners[-1], 0) + 1
            continue
        alike = {rep: sum(1 for o, (owner, _) in others if owner == rep and o[3] == found[at][3]) for rep in "abc"}
        made[-1] = ("".join(rep for rep in "abc" if alike[rep] == min(alike.values())), None)
        if len(made[-1][0] or "") > 1:
            made[-1] = ("?", None)
            return made
    return made


def from_files(found: list[Lead]) -> list[Decision]:
    rows = [row(number, lead) for number, lead in enumerate(found)]
    columns = {name: [one[name] or "" for one in rows] for name in ("id", "created", "domain", "email", "source")}
    *_, (made, _) = replay(POLICY, facts_of(POLICY, {"rep": REPS, "lead": columns}), KEYS)
    return made.decisions


def floor() -> Floor:
    facts: Facts = facts_of(POLICY, {"rep": REPS})
    return Floor(POLICY, facts, KEYS, {POLICY.hash: POLICY}.__getitem__)


@settings(max_examples=60, deadline=None)
@given(leads)
def test_a_lead_sees_those_that_came_before_it_from_files_as_from_events(found: list[Lead]) -> None:
    found.sort(key=lambda lead: lead[0])
    live = floor()
    events = [Arrive(DAY + 60 * lead[0], "lead", row(number, lead)) for number, lead in enumerate(found)]
    made = [live.apply(event).decisions[0] for event in events]
    assert [one.as_json() for one in from_files(found)] == [one.as_json() for one in made]
    for expected, decision in zip(by_hand(found), made, strict=False):
        if expected[0] != "?":
            assert (decision.rep, decision.held) == expected


events = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(0, 9), st.sampled_from("xyz"), st.sampled_from(["", "m", "n"])),
        st.tuples(st.just("change"), st.integers(0, 9), st.sampled_from("xyz"), st.sampled_from(["", "m", "n"])),
        st.tuples(st.just("override"), st.integers(0, 9), st.sampled_from("abc"), st.just("")),
        st.tuples(st.just("return"), st.integers(0, 9), st.sampled_from("abc"), st.just("")),
    ),
    max_size=25,
)


def event_of(at: int, what: tuple[str, int, str, str]) -> Event:
    word, number, name, email = what
    key = f"L{number}"
    if word == "arrive":
        return Arrive(at, "lead", {**row(number, (0, name, email, "s")), "created": None})
    if word == "change":
        return Change(at, "lead", key, {"domain": name, "email": email or None})
    return Move(at, "lead", key, word, by="boss", reason="so", to=name if word == "override" else "")


def folded(history: list[tuple[str, int, str, str]]) -> list[object]:
    live, made = floor(), list[object]()
    for at, what in enumerate(history):
        try:
            made.append(live.apply(event_of(DAY + at, what)).as_json())
        except Refused as refused:
            made.append(refused.reason)
    return made


@settings(max_examples=60, deadline=None)
@given(events)
@example([("arrive", 0, "x", ""), ("change", 0, "x", "m"), ("arrive", 1, "x", "m")])
def test_rows_that_are_looked_up_are_those_that_fulfil_the_condition(history: list[tuple[str, int, str, str]]) -> None:
    made: list[list[object]] = []
    for few in (0, 1_000_000):
        with patch.object(scalar_readings, "_FEW", few):
            made.append(folded(history))
    assert made[0] == made[1]


DEALS = checked("""policy "New" { version: "1"  currency: EUR }
facts standard
facts deal { owner: rep?  product: text? }
let last_product of rep = latest of deal.product where deal.owner is rep
let last_owner of deal = latest of other.owner over all where other.account is known and deal.account is known
  and other.account is deal.account
let first of deal = count of other over all where other.account is known and deal.account is known
  and other.account is deal.account and other.closed is known and deal.closed is known and other.closed < deal.closed
credit new to deal.owner on deal.closed = 1 when first is 0
scheme all for every rep per month { pay each = 10 EUR * new }
""")
deals = st.lists(
    st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x", "y"]), st.sampled_from(["", "p", "q"]),
              st.integers(1, 5)),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(deals)
def test_both_evaluators_see_the_same_others_and_the_same_latest(found: list[tuple[str, str, str, int]]) -> None:
    keys = [f"D{number}" for number in range(len(found))]
    table = {
        "id": keys, "owner": [owner for owner, *_ in found], "account": [account for _, account, *_ in found],
        "product": [product for *_, product, _ in found], "closed": [f"2026-03-0{day}" for *_, day in found],
    }  # fmt: skip
    facts = facts_of(DEALS, {"rep": REPS, "deal": table, "account": {"id": ["x", "y"]}})
    month = Period.parse("2026-03")
    for at, key in enumerate(keys):
        _, account, _, day = found[at]
        earlier = [one for one in found if account and one[1] == account and one[3] < day]
        assert value_by_both(DEALS, facts, "first", key, month) == len(earlier)
        others = [(one[3], other) for other, one in enumerate(found) if account and one[1] == account and other != at]
        owners = [found[other][0] for _, other in sorted(others) if found[other][0]]
        value = value_by_both(DEALS, facts, "last_owner", key, month)
        assert value == (REPS["id"].index(owners[-1]) if owners else None)
    for rep in "ab":
        products = [one[2] for _, one in sorted((one[3], one) for one in found if one[0] == rep and one[2])]
        own = sorted(((one[3], at) for at, one in enumerate(found) if one[0] == rep and one[2]))
        assert len(products) == len(own)
        expected = found[own[-1][1]][2] if own else None
        assert value_by_both(DEALS, facts, "last_product", rep, month) == expected
