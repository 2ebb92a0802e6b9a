"""Order never matters: the same rows in another order, in files given in another order, give the same bytes."""

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.pay.simulation import run

from ..evaluators import checked, facts_of, year_of
from .policies import CURRENCIES, policies
from .sales import Tables, sales


def outcome(policy: c.Policy, tables: Tables) -> list[str]:
    """All that a run gives, as text."""
    facts = facts_of(policy, tables)
    made = run(policy, facts, year_of(policy))
    frames = (made.lines_frame(), made.summary_frame(), made.awards_frame())
    return [*(frame.to_csv(index=False) for frame in frames), *made.remarks, facts.hash]


@settings(max_examples=40)
@given(st.data(), st.sampled_from(CURRENCIES), st.randoms(use_true_random=False))
def test_shuffled_rows_and_files_give_the_same_bytes(data: st.DataObject, currency: str, dice) -> None:
    tables = data.draw(sales(currency, dated=data.draw(st.booleans())))
    text = data.draw(policies(currency))
    note(text)
    policy = checked(text)
    shuffled: Tables = {}
    for kind in dice.sample(sorted(tables), len(tables)):
        table = tables[kind]
        rows = list(range(len(table["id"])))
        dice.shuffle(rows)
        columns = dice.sample(sorted(table), len(table))
        shuffled[kind] = {name: [table[name][row] for row in rows] for name in columns}
    assert outcome(policy, shuffled) == outcome(policy, tables)
