"""The supervisor of the rules process: started when first needed, restarted when it dies, killed when it hangs."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

__all__ = ["Health", "ProcessDied", "RulesFailed", "RulesProcess", "RulesUnavailable", "availability", "must_be_there"]

Network = Mapping[str, Any]

_SCRIPT = Path(__file__).with_name("rules_process.py")
_FIRST_PAUSE, _LONGEST_PAUSE = 50, 5_000  # milliseconds
_MILLION = 1_000_000
_CHUNK = 1 << 16


class RulesUnavailable(RuntimeError):
    """The rules engine is not installed here, or its process does not stay up; `help` says what to do."""

    def __init__(self, problem: str, advice: str) -> None:
        self.help = advice
        super().__init__(problem)


class RulesFailed(RuntimeError):
    """The rules engine answered that it could not do what it was asked."""


class ProcessDied(Exception):
    """The process ended or hung before it answered."""


Health = Mapping[Literal["pid", "started", "answered"], int]
"""The process id (0: not running), how often it was started, how many messages it answered."""


def availability() -> tuple[str, str] | None:
    """Why rules cannot be run here, and what to do; None where they can."""
    if sys.version_info >= (3, 13):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"`watch` cannot be run on Python {version}: durable-rules does not load there",
            "use Python 3.11 or 3.12",
        )
    if find_spec("durable_rules_engine") is None:
        return (
            "`watch` is run by durable-rules, which is not installed",
            "`pip install 'meed-engine[watch]'` installs it",
        )
    return None


def must_be_there() -> None:
    """Raises `RulesUnavailable` where rules cannot be run."""
    missing = availability()
    if missing is not None:
        raise RulesUnavailable(*missing)


class RulesProcess:
    """One process that holds `networks` (rules by name). `patience`: whole seconds to wait for an answer.

    A process that dies is started anew with the next message, after a pause that doubles with every start in a row
    that led to no answer. `ask` raises `ProcessDied` where the answer did not come: the sessions of the process are
    then gone, and who asks has to tell them again.
    """

    def __init__(self, networks: Mapping[str, Network], patience: int = 30) -> None:
        self._networks, self.patience = networks, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._left = b""
        self._number = self._started = self._answered = self._futile = 0

    def health(self) -> Health:
        """How the process is, without asking it."""
        alive = self._process is not None and self._process.poll() is None
        pid = self._process.pid if self._process is not None and alive else 0
        return {"pid": pid, "started": self._started, "answered": self._answered}

    @property
    def incarnation(self) -> int:
        """How often the process was started: what an earlier one knew is gone."""
        return self._started

    def start(self) -> None:
        """Start the process unless it runs. Raises `RulesUnavailable`, `ProcessDied`."""
        if self._process is not None and self._process.poll() is None:
            return
        must_be_there()
        self._end()
        if self._futile:
            select.poll().poll(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (self._futile - 1)))
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._started += 1
        self._futile += 1
        self._left = b""
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._exchange({"do": "networks", "networks": dict(self._networks)})

    def ask(self, steps: Sequence[Sequence[object]], drop: Sequence[Sequence[str]]) -> list[list[str]]:
        """The rules that hold after each step. Raises `RulesFailed`; `ProcessDied` also where it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise ProcessDied  # one that was started now would know nothing of the sessions that are spoken of
        return self._exchange({"do": "steps", "steps": steps, "drop": drop})

    def ping(self) -> bool:
        """Whether the process answers; one that does not is killed, and started anew when it is needed."""
        try:
            self.start()
            return self._exchange({"do": "ping"}) == "here"
        except ProcessDied:
            return False

    def close(self) -> None:
        """End the process."""
        self._end()
        self._futile = 0

    def __enter__(self) -> RulesProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- pipes -------------------------------------------------------------------------------------------

    def _exchange(self, message: Mapping[str, Any]) -> Any:
        self._number += 1
        line = json.dumps({"id": self._number, **message}).encode() + b"\n"
        deadline = time.monotonic_ns() + self.patience * 1_000 * _MILLION
        try:
            self._send(line, deadline)
            answer = json.loads(self._receive(deadline), parse_float=str)
        except (OSError, ValueError, ProcessDied):
            self._end()
            raise ProcessDied from None
        if answer.get("id") != self._number:
            self._end()
            raise ProcessDied
        self._answered += 1
        if "error" in answer:
            raise RulesFailed(answer["error"])
        if message["do"] != "networks":
            self._futile = 0
        return answer["answer"]

    def _send(self, line: bytes, deadline: int) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        into, view = self._process.stdin.fileno(), memoryview(line)
        while view:
            _wait(into, select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(into, view[:_CHUNK]) :]

    def _receive(self, deadline: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        out, parts = self._process.stdout.fileno(), [self._left]
        while b"\n" not in parts[-1]:
            _wait(out, select.POLLIN, deadline)
            read = os.read(out, _CHUNK)
            if not read:
                raise ProcessDied
            parts.append(read)
        line, _, self._left = b"".join(parts).partition(b"\n")
        return line

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _wait(descriptor: int, event: int, deadline: int) -> None:
    waiting = select.poll()
    waiting.register(descriptor, event)
    if not waiting.poll(max(0, (deadline - time.monotonic_ns()) // _MILLION)):
        raise ProcessDied
