"""An expression that was made ready says what the evaluator says."""

from collections.abc import Iterator
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.calendar.windows import BEGINNING
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.scalars.compiled import Compiled
from meed.engine.scalars.scalar import Env, Evaluator

TEXT = """policy "Everything" { version: "1"  currency: CNY }
facts standard
facts rep { weight: number?  boss: rep?  zeal: rate }
facts lead { share: rate?  due: date?  tags: set of text  effort: number }
credit received to lead.owner on lead.created = 1
let load of rep = count of lead where lead.owner is rep and lead.effort > 1
let effort of rep = sum of lead.effort where lead.owner is rep
let grade of rep = step tenure { from 0 months: 1  from 12 months: 2 }
let mix of rep = blend { 60%: rep.zeal  40%: load / 10 }
let fit of rep, lead = choose { when lead.region is rep.region: 2  otherwise: rep.weight else 0 }
let top of rep = load at most 3
assign lead {
  needs rep.on_duty and load < rep.capacity
  needs (received over last 7 days) < 3 and not (rep.region is "North" and load > 2)
  rule one when lead.due is known and lead.due >= today - 10 days and lead.share is known and lead.share > 5%
    to any rep where (rep.weight is known and rep.weight > 1) or rep.boss is known  by capability_weighted grade
    if nobody next
  rule two when (lead.region is "East" or lead.region is "West") and lead.value - 100 >= 1_000 and "key" in lead.tags
    to any rep where lead.region in rep.skills and tenure >= 3 months  by capability_weighted fit
    if nobody next
  rule three when lead.region not in ("North", "South") and lead.effort * 2 < 9
    to any rep where effort < 20 and top < 3 and mix > 10%  by fewest (load over last 30 days)
    if nobody next
  otherwise to any rep where rep.boss is missing or rep.zeal > 50%  by capability_weighted mix
  if nobody hold "desk"
}
"""
CHECKED = check(TEXT)
assert CHECKED.policy is not None, [found.message for found in CHECKED.diagnostics]
POLICY = CHECKED.policy
DAY = 20_500

REPS = st.lists(
    st.fixed_dictionaries(
        {
            "weight": st.sampled_from(["", "0", "1", "2.5"]), "zeal": st.sampled_from(["0", "0.5", "0.75"]),
            "boss": st.sampled_from(["", "r0"]), "region": st.sampled_from(["North", "East"]),
            "skills": st.sampled_from(["", "East", "East;West"]), "on_duty": st.sampled_from(["yes", "no"]),
            "capacity": st.sampled_from(["0", "2", "5"]), "hired": st.sampled_from(["2020-01-01", "2025-12-01"]),
        }
    ),
    min_size=1, max_size=3,
)  # fmt: skip
LEADS = st.lists(
    st.fixed_dictionaries(
        {
            "region": st.sampled_from(["North", "East", "West"]), "value": st.sampled_from(["100", "1100", "5000.50"]),
            "share": st.sampled_from(["", "0.05", "0.06"]), "due": st.sampled_from(["", "2026-02-01", "2026-02-20"]),
            "tags": st.sampled_from(["", "key", "key;hot"]), "effort": st.sampled_from(["1", "2", "4.5"]),
            "owner": st.sampled_from(["", "r0"]),
            "created": st.sampled_from(["2026-01-02 10:00", "2026-02-10 09:00", "2026-02-16 12:30"]),
        }
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def expressions(node: object) -> Iterator[c.Expr]:
    """Every expression below a node, outermost first."""
    if isinstance(node, c.Expr):
        yield node
    if isinstance(node, c.Node):
        for spec in fields(node):
            yield from expressions(getattr(node, spec.name))
    elif isinstance(node, tuple):
        for item in node:  # pyright: ignore[reportUnknownVariableType]
            yield from expressions(item)  # pyright: ignore[reportUnknownArgumentType]


READ = [*expressions(POLICY.assigns), *expressions(tuple(POLICY.lets.values()))]


def test_the_policy_reads_most_kinds_of_expression() -> None:
    assert {type(node).__name__ for node in READ} >= {
        "All", "AnyOf", "Arithmetic", "Blend", "Choose", "Compare", "Constant", "Fallback", "FieldOf", "Known",
        "LetRead", "Limits", "Member", "Not", "ReadAccount", "Same", "Subject", "Table", "Today",
    }  # fmt: skip


@given(REPS, LEADS, st.integers(DAY, DAY + 20))
def test_what_was_made_ready_says_what_the_evaluator_says(
    reps: list[dict[str, str]], leads: list[dict[str, str]], day: int
) -> None:
    raw = {"rep": table("r", reps), "lead": table("l", leads)}
    facts, _ = open_facts(POLICY, raw, "assign", strict=True)
    ev = Evaluator(POLICY, facts)
    compiled = Compiled(ev)
    for rep in range(len(reps)):
        for lead in range(len(leads)):
            env = Env({"lead": lead, "rep": rep}, BEGINNING, day * 86_400 + 1)
            for node in READ:
                assert compiled.read(node)(env) == ev.value(node, env), node


def table(letter: str, rows: list[dict[str, str]]) -> RawTable:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return RawTable(f"{letter}.csv", {"id": [f"{letter}{number}" for number in range(len(rows))], **columns})
