"""Slips of the command line itself, in our words."""

from __future__ import annotations

import re
from typing import Any

from typer import TyperException

from ..dsl.problems.wording import did_you_mean, listed
from .stopped import WrongUse

__all__ = ["usage_problem"]

_EXTRA = re.compile(r"unexpected extra argument\(?s?\)? \((\S+).*\)")


def usage_problem(problem: Exception) -> WrongUse | None:
    """What is wrong with a command line, or None where the problem is another."""
    if not isinstance(problem, TyperException):
        return None
    said: Any = problem
    ctx = getattr(said, "ctx", None)
    path = ctx.command_path if ctx is not None else "meed"
    advice = f"`{path} --help` shows how to use it"
    match type(problem).__name__:
        case "MissingParameter":
            return WrongUse(f"`{path}` needs {_with_value(said.param)}", advice)
        case "NoSuchOption":
            return WrongUse(f"`{path}` has no option `{said.option_name}`", _meant(said.option_name, ctx, advice))
        case "BadParameter":
            return WrongUse(f"{_named(said.param)} cannot be used: {_lower(said.message.rstrip('.'))}", advice)
        case "BadOptionUsage":
            return WrongUse(f"`{said.option_name}` needs a value behind it", advice)
        case _:
            extra = _EXTRA.search(said.format_message())
            if extra is not None:
                return WrongUse(f"`{path}` has no use for `{extra[1]}`", advice)
            return WrongUse(_lower(said.format_message().rstrip(".")), advice)


def _meant(name: str, ctx: Any, advice: str) -> str:
    """The option that is nearly called so, or all that there are: a far one would lead astray."""
    params: list[Any] = [] if ctx is None else ctx.command.get_params(ctx)
    options = [option for param in params for option in param.opts if option.startswith("--")]
    near = did_you_mean(name.lstrip("-"), (option.lstrip("-") for option in options))
    if near:
        return near.replace("`", "`--", 1)
    return f"its options are {listed(options, 'and')}" if options else advice


def _named(param: Any) -> str:
    """An option, or an argument by the word that stands for it."""
    if param is None:
        return "an option"
    options = [name for name in param.opts if name.startswith("-")]
    if not options:
        return str(param.metavar).rstrip(".")
    return f"`{max(options, key=len)}`"


def _with_value(param: Any) -> str:
    """An option with what stands behind it: `--period PERIOD`."""
    if param is None or not any(name.startswith("-") for name in param.opts):
        return _named(param)
    return f"`{max(param.opts, key=len)} {param.metavar}`"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
