"""Policy files as commands take them: `-` is standard input, and only a sound policy is run."""

from __future__ import annotations

import sys

from ..dsl import Checked, SourceFile, check
from ..dsl import checked as c
from ..dsl.render import render_text, summary
from ..policies.bundle import PolicyUnreadable, read_policy
from .stopped import Findings, WrongUse
from .terminal import colored

__all__ = ["checked_policy", "sound_policy"]


def checked_policy(path: str) -> Checked:
    """A policy file with what was found in it. Raises `WrongUse` where there is no text to check."""
    if path == "-":
        return check(SourceFile("<stdin>", _standard_input()))
    try:
        return read_policy(path)
    except PolicyUnreadable as problem:
        raise WrongUse(str(problem).removesuffix(f"; {problem.help}"), problem.help) from None


def sound_policy(path: str) -> c.Policy:
    """A policy that can be run. Raises `Findings` with its errors where it cannot, and `WrongUse`."""
    found = checked_policy(path)
    if found.policy is not None:
        return found.policy
    errors = [one for one in found.diagnostics if one.severity == "error"]
    drawn = render_text(errors, found.source, color=colored(sys.stderr)).split("\n")
    raise Findings(f"{path} cannot be used: {summary(errors)}", "correct the policy first", drawn)


def _standard_input() -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUse("standard input is not UTF-8 text", "save the policy as UTF-8") from None
    return text.replace("\r\n", "\n")
