"""The process in which durable_rules runs: JSON lines in, JSON lines out, and nothing of this project imported.

Started as a script by `supervisor`. Each line is one message and gets one line in answer. The engine's own host is
not used: its thread of wall-clock timers races with the engine, and its actions swallow errors. Time comes in as facts.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_HANDLED, _UNHANDLED, _SEEN, _LATER = 0, 1, 2, 3
_MOST_SALTS = 8


class Network:
    """A set of rules with a session for each subject."""

    def __init__(self, engine: Any, name: str, rules: dict[str, Any]) -> None:
        self._engine = engine
        self._handle = engine.create_ruleset(name, json.dumps(rules))
        self._salted: dict[tuple[str, str], str] = {}
        self._sessions: set[str] = set()

    def step(self, sid: str, at: int, out: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[str]:
        """Take facts out and in, let it be the moment `at`, and say which rules hold then.

        A session in which a rule fired is forgotten: the engine remembers where the facts of its frames stood, and
        reads those places again when such a fact is taken out.
        """
        self._sessions.add(sid)
        for fact in out:
            self._retract(sid, fact)
        for fact in new:
            self._assert(sid, fact)
        clock = {"t": "clock", "at": at}
        fired = self._assert(sid, clock)
        if fired:
            self.drop(sid)
        else:
            self._retract(sid, clock)
        return sorted(set(fired))

    def drop(self, sid: str) -> None:
        """Forget a session."""
        if sid in self._sessions:
            self._sessions.discard(sid)
            self._engine.delete_state(self._handle, sid)
            self._salted = {place: text for place, text in self._salted.items() if place[0] != sid}

    def _assert(self, sid: str, fact: dict[str, Any]) -> list[str]:
        text = plain = _line(sid, fact)
        for salt in range(1, _MOST_SALTS + 1):
            answer, state = self._engine.assert_fact(self._handle, text)
            if answer != _SEEN:
                break
            # the engine takes two facts whose hashes agree for one: the same fact in other words
            text = _line(sid, {**fact, "x": salt})
        else:
            raise RuntimeError(f"taken for a duplicate: {plain}")
        if text != plain:
            self._salted[sid, plain] = text
        return self._answered(answer, state, text)

    def _retract(self, sid: str, fact: dict[str, Any]) -> None:
        plain = _line(sid, fact)
        text = self._salted.pop((sid, plain), plain)
        answer, state = self._engine.retract_fact(self._handle, text)
        self._answered(answer, state, text)

    def _answered(self, answer: int, state: int, text: str) -> list[str]:
        if answer == _LATER:
            return []
        if answer != _HANDLED:
            raise RuntimeError(f"no rule looks at {text}" if answer == _UNHANDLED else f"not taken: {text}")
        fired: list[str] = []
        started = self._engine.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        while message:
            fired += json.loads(message, parse_float=str)
            message = self._engine.complete_and_start_action(self._handle, state)
        return fired


def _line(sid: str, fact: dict[str, Any]) -> str:
    return json.dumps({**fact, "sid": sid}, sort_keys=True)


class Server:
    """Answers messages: `networks` makes sets of rules, `steps` lets time pass in sessions, `ping` asks for life."""

    def __init__(self) -> None:
        self._networks: dict[str, Network] = {}

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to a message, with the number of the message."""
        try:
            return {"id": message["id"], "answer": self._done(message)}
        except Exception as error:
            return {"id": message["id"], "error": f"{type(error).__name__}: {error}"}

    def _done(self, message: dict[str, Any]) -> Any:
        match message["do"]:
            case "networks":
                import durable_rules_engine

                for name, rules in message["networks"].items():
                    self._networks[name] = Network(durable_rules_engine, name, rules)
                return sorted(self._networks)
            case "steps":
                for name, sid in message["drop"]:
                    self._networks[name].drop(sid)
                return [self._networks[name].step(sid, at, out, new) for name, sid, at, out, new in message["steps"]]
            case "ping":
                return "here"
            case word:
                raise ValueError(f"no such message: {word}")


def main() -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the engine prints is no answer
    server = Server()
    for line in sys.stdin.buffer:
        answers.write(json.dumps(server.answer(json.loads(line, parse_float=str))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
