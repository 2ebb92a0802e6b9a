"""Slips of the command line itself, in our words."""

from __future__ import annotations

from typing import Any

from typer import TyperException

from .stopped import WrongUse

__all__ = ["usage_problem"]


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
            return WrongUse(f"`{path}` needs {_named(said.param)}", advice)
        case "NoSuchOption":
            near = sorted(said.possibilities or ())
            return WrongUse(
                f"`{path}` has no option `{said.option_name}`", f"did you mean `{near[0]}`?" if near else advice
            )
        case "BadParameter":
            return WrongUse(f"{_named(said.param)} cannot be {_lower(said.message)}", advice)
        case _:
            return WrongUse(_lower(said.format_message().rstrip(".")), advice)


def _named(param: Any) -> str:
    """An option by its longest name, an argument by the word that stands for it."""
    if param is None:
        return "an option"
    options = [name for name in param.opts if name.startswith("-")]
    return f"`{max(options, key=len)}`" if options else f"`{param.make_metavar_name()}`"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
