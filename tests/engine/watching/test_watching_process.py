"""The rules process: killed at any moment, hung, crashed by a rule of its own, and never the end of its host."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import meed.engine.watching as watching
from meed.dsl.checker import check
from meed.engine.watching.history import watch_history
from meed.engine.watching.network import MOST_RULES
from meed.engine.watching.sessions import MOST_OPEN, Sessions, Step
from meed.engine.watching.supervisor import ProcessDied, RulesFailed, RulesProcess, RulesUnavailable, availability
from meed.engine.watching.watcher import rules_of

from .oracle import policy_text
from .test_watching_oracle import facts_of, fired, long_history, told, until_of

pytestmark = pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))

KILLS = int(os.environ.get("MEED_WATCH_KILLS", "6"))
DUE = {"due_1_0": {"all": [{"f": {"$and": [{"t": "due"}, {"r": 1}]}}, {"c": {"t": "clock"}}]}}
RULES = [
    ("when", ("rows", "visits", 30, ">=", 3)),
    ("when", ("and", ("before", "call", "<", "visit", 0), ("before", "visit", "<=", "call", 20))),
    ("every", 17, "", ("stage", "won")),
    ("after", 40, "visit", None),
    ("when", ("rows", "run", None, ">=", 2)),
]


class Fragile(RulesProcess):
    """A process that is killed -9 before, while or after it works on a message, whenever the dice say so."""

    def __init__(self, networks, dice: random.Random, kills: int) -> None:
        super().__init__(networks, patience=60)
        self.dice, self.kills = dice, kills
        self.killed = 0

    def ask(self, steps, drop):
        pid = self.health()["pid"]
        if pid and self.killed < self.kills and self.dice.random() < 0.3:
            self.killed += 1
            delay = self.dice.choice([0, 0, 0.0002, 0.001, 0.003, 0.01])
            if delay == 0:
                os.kill(pid, signal.SIGKILL)
            else:
                threading.Timer(delay, _kill, (pid,)).start()
        return super().ask(steps, drop)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_a_process_killed_at_random_moments_changes_nothing_of_what_fires():
    policy = check(policy_text(RULES), "killed.meed").policy
    assert policy is not None
    history = long_history(3)
    facts, until = facts_of(policy, history), until_of(history)
    expected = fired(history, RULES)
    assert len(expected) > 100
    fragile = Fragile(rules_of(policy), random.Random(1), KILLS)
    found = watch_history(policy, facts, until, fragile)
    assert told(found) == expected
    assert fragile.killed == KILLS
    assert fragile.health()["started"] > KILLS // 2


def test_a_step_that_keeps_killing_the_process_is_given_up_and_can_be_asked_again():
    class Dying(RulesProcess):
        deaths = 0

        def ask(self, steps, drop):
            if self.deaths < 8:
                self.deaths += 1
                os.kill(self.health()["pid"], signal.SIGKILL)
            return super().ask(steps, drop)

    step = Step("one", "S", 5, frozenset({("due", (("r", 1), ("at", 3)))}))
    with Dying({"one": DUE}) as process:
        sessions = Sessions(process)
        with pytest.raises(RulesUnavailable) as refused:
            sessions.run([step])
        assert "died" in str(refused.value)
        assert "nothing was lost" in refused.value.help
        assert sessions.run([step]) == [["due_1_0"]]


def test_a_process_that_hangs_is_killed_and_started_anew():
    with RulesProcess({"one": DUE}) as process:
        assert process.ping()
        pid = process.health()["pid"]
        os.kill(pid, signal.SIGSTOP)
        process.patience, began = 1, time.monotonic()
        with pytest.raises(ProcessDied):
            process.ask([["one", "S", 5, [], [{"t": "due", "r": 1, "at": 3}]]], [])
        assert time.monotonic() - began < 20
        process.patience = 60
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        process.start()
        assert process.ask([["one", "S", 5, [], [{"t": "due", "r": 1, "at": 3}]]], []) == [["due_1_0"]]
        assert process.health()["started"] == 2


def test_a_crash_inside_the_engine_is_a_death_of_the_process_and_not_of_the_host(tmp_path: Path):
    """The known program that the engine does not survive, where `durable.lang` runs it; a child takes the signal."""
    program = tmp_path / "crash.py"
    program.write_text(
        "from durable.lang import *\n"
        "with ruleset('metrics'):\n"
        "    @when_all(c.first << (m.metric == 'A') & (m.amount > 10),\n"
        "              c.second << (m.metric == 'B') & (m.amount > c.first.amount))\n"
        "    def up(c): pass\n"
        "    @when_all(c.first << (m.metric == 'A') & (m.amount > 50),\n"
        "              c.second << (m.metric == 'B') & (m.amount < c.first.amount))\n"
        "    def down(c): pass\n"
        "post('metrics', {'metric': 'A', 'amount': 100})\n"
        "post('metrics', {'metric': 'B', 'amount': 200})\n"
    )
    ended = subprocess.run([sys.executable, str(program)], capture_output=True, check=False).returncode

    class Crashing(RulesProcess):
        def ask(self, steps, drop):
            if self.health()["started"] == 1:
                os.kill(self.health()["pid"], signal.SIGSEGV)
            return super().ask(steps, drop)

    assert ended in {0, -signal.SIGSEGV, -signal.SIGABRT}
    with Crashing({"one": DUE}) as process:
        process.start()
        step = Step("one", "S", 5, frozenset({("due", (("r", 1), ("at", 3)))}))
        assert Sessions(process).run([step]) == [["due_1_0"]]
        assert process.health()["started"] == 2


def test_more_subjects_than_the_engine_has_sessions_for_are_all_watched():
    with RulesProcess({"one": DUE}) as process:
        sessions = Sessions(process)
        due = frozenset({("due", (("r", 1), ("at", 3)))})
        for at in (5, 6):
            steps = [Step("one", f"S{number}", at, due) for number in range(MOST_OPEN + 700)]
            for start in range(0, len(steps), 300):
                part = steps[start : start + 300]
                assert sessions.run(part) == [["due_1_0"]] * len(part)
        assert process.health()["started"] == 1


def test_a_session_that_was_told_many_facts_is_begun_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("meed.engine.watching.sessions.MOST_TOLD", 20)
    with RulesProcess({"one": DUE}) as process:
        sessions = Sessions(process)
        for at in range(100):
            due = frozenset({("due", (("r", 1), ("at", at)))})
            assert sessions.run([Step("one", "S", at, due)]) == [["due_1_0"]]
            assert sessions.run([Step("one", "S", at, frozenset())]) == [[]]


def test_facts_that_no_rule_looks_at_are_refused_and_the_process_lives():
    with RulesProcess({"one": DUE}) as process:
        process.start()
        with pytest.raises(RulesFailed, match="no rule looks at"):
            process.ask([["one", "S", 5, [], [{"t": "strange", "r": 1}]]], [])
        assert process.ping()


def test_a_watch_of_many_rules_is_several_sets_below_the_cliff():
    rules = [("when", ("rows", "visits", hours, ">=", 1 + hours % 5)) for hours in range(1, 66)]
    policy = check(policy_text(rules), "many.meed").policy
    assert policy is not None
    made = rules_of(policy)
    assert sum(len(rules) for rules in made.values()) == 130
    assert all(len(rules) <= MOST_RULES for rules in made.values())
    history = long_history(1)
    found = watch_history(policy, facts_of(policy, history), until_of(history))
    assert told(found) == fired(history, rules)


def test_the_process_imports_nothing_of_meed_and_reads_no_clock():
    folder = Path(watching.__file__).parent
    text = folder.joinpath("rules_process.py").read_text()
    assert "meed" not in text.replace("of this project", "")
    assert "import time" not in text
    assert "datetime" not in text
    for module in folder.glob("*.py"):
        if module.name != "supervisor.py":  # which waits for answers, by a clock that only runs on
            assert "import time" not in module.read_text(), module.name
            assert "now()" not in module.read_text(), module.name
    assert "time.time" not in folder.joinpath("supervisor.py").read_text()


def test_numbers_beyond_what_a_double_holds_are_compared_exactly():
    big = 1 << 60
    rule = {"at": {"$add": {"$l": {"f": "at"}, "$r": 1}}}
    rules = {"due_1_0": {"all": [{"f": {"t": "due"}}, {"c": {"$and": [{"t": "clock"}, {"$gte": rule}]}}]}}
    with RulesProcess({"one": rules}) as process:
        process.start()
        due = [{"t": "due", "at": big}]
        assert process.ask([["one", "S", big, [], due], ["one", "S", big + 1, [], []]], []) == [[], ["due_1_0"]]
        assert json.loads(json.dumps(big)) == big
