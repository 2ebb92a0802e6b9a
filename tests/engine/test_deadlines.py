"""Deadlines in working time: offers, timers, extensions, steps by claim; what moves them, and what does not."""

import json

import pytest

from meed.engine.life import Outcome, Refused

from .test_life import DAY, Stage

HOUR, FRIDAY, SATURDAY, MONDAY = 60, -3 * 1440, -2 * 1440, 0  # in minutes of a stage, which begins on 2026-02-16
OFFICE = """
facts holiday { id: key  date: date }
let holidays = count of holiday over ever where holiday.date is today
let office = during(now, ("Mon", "Tue", "Wed", "Thu", "Fri"), 09:00, 18:00) and holidays is 0
"""
SHIFTS = """
facts rep { timezone: zone }
facts shift { id: key  rep: rep  days: set of weekday  starts: time  ends: time }
let here of rep = local(now, rep.timezone)
let shifts of rep = count of shift where shift.rep is rep and during(here, shift.days, shift.starts, shift.ends)
let at_work of rep = shifts > 0 and rep.on_duty
"""


def office(timers: str = "", accept: str = "", settings: str = "", more: str = "") -> str:
    return f"""{OFFICE}{more}assign lead {{
  {settings}
  needs rep.on_duty
  otherwise to any rep by round_robin {accept}
  if nobody hold "desk"
  {timers}
}}
"""


def stage(text: str, *others: str, **raw: dict[str, list[str]]) -> Stage:
    return Stage(text, *others, **({"holiday": {"id": ["H1"], "date": ["2026-12-25"]}} | raw))


def test_an_offer_of_friday_evening_does_not_lapse_before_monday_and_says_how_that_came() -> None:
    on = stage(office(accept="accept within 30 minutes of office"))
    made = on.arrive("L1", FRIDAY + 17 * HOUR + 50)
    (decision,) = made.decisions
    assert decision.lapses == on.at(MONDAY + 9 * HOUR + 20)
    assert decision.lapses_as == (
        "due Mon 2026-02-16 09:20: 10 minutes on Fri until 18:00, 20 minutes from Mon 09:00, as office says"
    )
    assert decision.as_json()["lapses_because"] == decision.lapses_as
    on.tick(MONDAY + 9 * HOUR + 19)
    assert on.where("L1") == f"offered {decision.rep}"
    on.tick(MONDAY + 9 * HOUR + 20)
    assert on.where("L1") in {"offered a", "offered b", "offered c"} - {f"offered {decision.rep}"}


def test_an_offer_stands_by_the_hours_of_whoever_has_it() -> None:
    text = (
        SHIFTS
        + """assign lead {
  order: id
  otherwise to any rep by best rep.capacity accept within 1 hour of at_work
  if nobody hold "desk"
}
"""
    )
    reps = {
        "id": ["a", "b", "c"], "on_duty": ["yes", "yes", "yes"], "capacity": ["3", "2", "1"],
        "timezone": ["Asia/Shanghai", "Europe/Berlin", "Europe/Berlin"],
    }  # fmt: skip
    shifts = {
        "id": ["S1", "S2"], "rep": ["a", "b"], "days": ["Fri;Sat", "Mon"], "starts": ["22:00", "09:00"],
        "ends": ["06:00", "18:00"],
    }  # fmt: skip
    on = Stage(text, rep=reps, shift=shifts)
    (first,) = on.arrive("L1", FRIDAY + 12 * HOUR).decisions
    assert (first.rep, first.lapses) == ("a", on.at(FRIDAY + 23 * HOUR))
    (second,) = on.tick(FRIDAY + 23 * HOUR).decisions  # Berlin is seven hours behind Shanghai
    assert (second.rep, second.lapses) == ("b", on.at(MONDAY + 17 * HOUR))
    made = on.tick(MONDAY + 17 * HOUR)
    assert [(one.rep, one.lapses) for one in made.decisions] == [("c", on.at(MONDAY + 17 * HOUR)), (None, None)]
    assert made.decisions[0].lapses_as == "never due: `at_work` does not hold for so long within a hundred years"
    assert [ending.how for ending in made.endings] == ["lapsed", "lapsed"]
    assert on.where("L1") == "held desk"


def test_a_step_by_claim_is_open_for_working_time() -> None:
    on = stage(OFFICE + """assign lead {
  otherwise
    to any rep where rep.team is "x" by claim accept within 2 hours of office
    to any rep by claim
  if nobody hold "desk"
}
""")  # fmt: skip
    on.arrive("L1", SATURDAY)
    assert isinstance(on.refused("L1", "claim", "c", MONDAY + 10 * HOUR + 59), Refused)
    on.move("L1", "claim", "c", MONDAY + 11 * HOUR)
    assert on.where("L1") == "owned c"


def test_a_timer_counts_working_days_and_tells_how() -> None:
    on = stage(office("after 2 days of office unless lead.first_contact is known return"))
    on.arrive("L1", FRIDAY + 10 * HOUR)
    on.tick(MONDAY + 1440 + 10 * HOUR - 1)
    assert on.where("L1").startswith("owned")
    (ending,) = on.tick(MONDAY + 1440 + 10 * HOUR).endings
    assert on.where("L1") == "pool"
    assert ending.because.endswith("(due Tue 2026-02-17 10:00: 2 days (Mon, Tue) after Fri 2026-02-13 of office)")


def test_a_reminder_comes_again_and_again_in_working_hours() -> None:
    on = stage(office('every 8 hours of office notify lead.owner "call"'))
    on.arrive("L1", FRIDAY + 16 * HOUR)
    made = on.tick(MONDAY + 2 * 1440).notices
    assert [(notice.at - DAY) // 60 - MONDAY for notice in made] == [15 * HOUR, 1440 + 14 * HOUR]
    later = stage(office('every 8 hours of office since lead.created notify lead.owner "call"'))
    later.arrive("L1", MONDAY + 12 * HOUR, created="2026-02-02 09:00")
    first = later.tick(MONDAY + 1440).notices[0]
    assert (first.at - DAY) // 60 == MONDAY + 15 * HOUR  # ninety hours were over on Monday at nine: the twelfth eight


@pytest.mark.parametrize(
    "timer", ["1 hour of at_work of lead.owner", "1 hour of at_work of lead.owner since lead.created"]
)
def test_the_time_of_who_owns_it_counts(timer: str) -> None:
    text = (
        SHIFTS
        + f"""assign lead {{
  otherwise to any rep by best rep.capacity
  if nobody hold "desk"
  after {timer} unless lead.owner is missing return
}}
"""
    )
    reps = {"id": ["a", "b"], "on_duty": ["yes", "yes"], "capacity": ["2", "1"], "timezone": ["Asia/Shanghai"] * 2}
    shifts = {
        "id": ["S1", "S2"], "rep": ["a", "b"], "days": ["Mon", "Sat"], "starts": ["09:00", "09:00"],
        "ends": ["18:00", "18:00"],
    }  # fmt: skip
    on = Stage(text, rep=reps, shift=shifts)
    on.arrive("L1", SATURDAY + 60, created="2026-02-14 01:00")
    on.arrive("L2", SATURDAY + 60, created="2026-02-14 01:00")
    on.move("L2", "transfer", "a", SATURDAY + 120, to="b")
    on.tick(SATURDAY + 10 * HOUR)
    assert (on.where("L1"), on.where("L2")) == ("owned a", "pool")
    on.tick(MONDAY + 10 * HOUR)
    assert on.where("L1") == "pool"


def test_a_holiday_that_is_entered_later_moves_a_timer_either_way_and_leaves_an_offer() -> None:
    on = stage(office("after 9 hours of office return"))
    on.arrive("L1", FRIDAY + 18 * HOUR)
    on.change("holiday", "H2", FRIDAY + 19 * HOUR, date="2026-02-16")
    on.tick(MONDAY + 23 * HOUR)
    assert on.where("L1").startswith("owned")
    on.arrive("L2", MONDAY + 23 * HOUR + 1)
    on.change("holiday", "H3", MONDAY + 23 * HOUR + 2, date="2026-02-17")
    on.change("holiday", "H3", MONDAY + 23 * HOUR + 3, date="2026-05-01")
    on.tick(MONDAY + 1440 + 18 * HOUR)
    assert (on.where("L1"), on.where("L2")) == ("pool", "pool")
    offered = stage(office(accept="accept within 1 hour of office"))
    offered.arrive("L1", FRIDAY + 18 * HOUR)
    before = offered.where("L1")
    offered.change("holiday", "H2", FRIDAY + 19 * HOUR, date="2026-02-16")
    offered.tick(MONDAY + 10 * HOUR - 1)
    assert offered.where("L1") == before
    offered.tick(MONDAY + 10 * HOUR)
    assert offered.where("L1") != before


def test_a_rule_that_is_switched_off_and_on_finds_the_same_deadline_and_a_transfer_keeps_it() -> None:
    timer = office("after 2 days of office return")
    on = stage(timer, office())
    on.arrive("L1", FRIDAY + 10 * HOUR)
    on.activate(1, FRIDAY + 11 * HOUR)
    owner = on.where("L1").split()[1]
    on.move("L1", "transfer", owner, MONDAY + 9 * HOUR, to="c" if owner != "c" else "a", by="a")
    on.activate(0, MONDAY + 20 * HOUR)
    on.tick(MONDAY + 1440 + 10 * HOUR - 1)
    assert on.where("L1").startswith("owned")
    on.tick(MONDAY + 1440 + 10 * HOUR)
    assert on.where("L1") == "pool"
    late = stage(office(), timer)
    late.arrive("L1", FRIDAY + 10 * HOUR)
    late.activate(1, MONDAY + 4 * 1440)
    late.tick(MONDAY + 4 * 1440)
    assert late.where("L1") == "pool"  # it was due meanwhile


def test_an_extension_is_granted_in_working_days() -> None:
    on = stage(office("after 1 day of office return", settings="extend: 3 days of office"))
    on.arrive("L1", FRIDAY + 10 * HOUR)
    owner = on.where("L1").split()[1]
    assert "until 2026-02-18 10:00 at most" in str(
        on.refused("L1", "extend", owner, FRIDAY + 11 * HOUR, until="2026-02-18 10:01")
    )
    on.move("L1", "extend", owner, FRIDAY + 11 * HOUR)
    on.tick(MONDAY + 2 * 1440 + 10 * HOUR - 1)
    assert on.where("L1").startswith("owned")
    on.tick(MONDAY + 2 * 1440 + 10 * HOUR)
    assert on.where("L1") == "pool"


def test_hours_that_never_come_take_nothing_away() -> None:
    on = stage(
        office("after 1 hour of never return", settings="extend: 1 day of never", more="""
let never = during(now, "Mon", 09:00, 18:00) and (count_of > 3)
let count_of = count of holiday over ever where holiday.date is not today
""")
    )  # fmt: skip
    on.arrive("L1", FRIDAY)
    on.tick(400 * 1440)
    assert on.where("L1").startswith("owned")
    assert "never come" in str(on.refused("L1", "extend", on.where("L1").split()[1], 400 * 1440))


def test_the_same_events_give_the_same_bytes() -> None:
    def run() -> list[str]:
        on = stage(office("every 3 hours of office next", accept="accept within 30 minutes of office"))
        made = [on.arrive(f"L{at}", FRIDAY + 16 * HOUR + at * 7) for at in range(8)]
        made += [on.tick(at * 97) for at in range(100)]
        return [json.dumps(outcome.as_json(), sort_keys=True) for outcome in made if isinstance(outcome, Outcome)]

    assert run() == run()


def test_what_a_change_makes_overdue_is_due_with_the_change_and_never_in_the_past() -> None:
    timer = "after 2 hours of at_work of lead.owner return"
    text = f'{SHIFTS}assign lead {{ otherwise to any rep by round_robin  if nobody hold "desk"\n  {timer} }}\n'
    shifts = {"id": ["S1"], "rep": ["a"], "days": ["Mon"], "starts": ["09:00"], "ends": ["18:00"]}
    reps = {"id": ["a"], "on_duty": ["no"], "timezone": ["Asia/Shanghai"]}
    on = Stage(text, rep=reps, shift=shifts)
    on.arrive("L1", 9 * HOUR)
    on.tick(12 * HOUR)
    assert on.where("L1") == "owned a"
    on.change("rep", "a", 13 * HOUR, on_duty=True)
    assert on.floor.due == on.at(13 * HOUR)
    (ending,) = on.tick(14 * HOUR).endings
    assert (ending.at, ending.how) == (on.at(13 * HOUR), "returned")
    (holding,) = on.floor.past("lead", "L1")
    assert holding.ended == on.at(13 * HOUR)


@pytest.mark.parametrize(
    ("since", "then"),
    [
        (
            "latest of other.first_contact where other.source is lead.source",
            ("lead", "L2", {"first_contact": "2026-02-16 01:40"}),
        ),
        ("latest of activity.at where activity.rep is lead.account_owner", ("activity", "X", {"lead": "L2"})),
        ("last_call of lead.account_owner", ("activity", "X", {"lead": "L2"})),
        ("latest of activity.at where activity.lead is lead", ("activity", "X", {"lead": "L1"})),
        ("latest of other.assigned where other.source is lead.source", None),
    ],
)
def test_a_timer_counts_from_what_becomes_of_other_facts_too(
    since: str, then: tuple[str, str, dict[str, str]] | None
) -> None:
    text = f"""facts lead {{ account_owner: rep }}
let last_call of rep = latest of activity.at where activity.rep is rep
let base of lead = {since}
assign lead {{
  otherwise to lead.account_owner
  if nobody hold "desk"
  after 1 hour since base notify lead.owner "again"
}}
"""
    on = Stage(text, account={"id": ["A1"]})
    lead = {"account": "A1", "account_owner": "b", "source": "web", "first_contact": None}
    on.arrive("L1", 0, **lead)
    on.arrive("L2", 100, **lead)
    if then is not None:
        kind, key, values = then
        more = {"rep": "b", "kind": "call", "at": "2026-02-16 01:40"} if kind == "activity" else {}
        on.change(kind, key, 100, **values, **more)
    assert on.floor.due == on.at(160)
    assert "L1" in [notice.key for notice in on.tick(300).notices if notice.at == on.at(160)]
    assert on.floor.due is None
