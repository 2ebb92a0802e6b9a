"""A verb of the command line: its help page, and `--facts` that takes several files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand

from .plain_values import take_plainly
from .stopped import WrongUse

__all__ = ["FactsCommand", "VerbCommand", "spread_facts"]

_FACTS = "--facts"
_EXAMPLE = "write it like `--facts rep=reps.csv deal=deals.csv`"


class VerbCommand(TyperCommand):
    """A verb whose help page names what it takes as people write it."""

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        take_plainly(params)
        return params

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        params: list[Any] = self.get_params(ctx)
        arguments = [
            str(param.metavar) if param.required else f"[{param.metavar}]"
            for param in params
            if param.param_type_name == "argument"
        ]
        needed = [param for param in params if param.param_type_name == "option" and param.required]
        return [*arguments, *(f"{max(param.opts, key=len)} {param.metavar}" for param in needed), "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            described: Any = param.get_help_record(ctx)
            if described is None:
                continue
            if param.param_type_name == "argument":
                records["Arguments"].append((str(param.metavar), str(described[1]).replace("  [required]", "")))
            else:
                records["Options"].append(described)
        for title, rows in records.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class FactsCommand(VerbCommand):
    """A verb whose `--facts` takes one or several `NAME=FILE`, and may stand more than once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(spread_facts(args)))


def spread_facts(args: Sequence[str]) -> Iterator[str]:
    """The arguments with `--facts` before each `NAME=FILE` that stands behind one. Raises `WrongUse`."""
    rest = iter(args)
    listing = False
    for arg in rest:
        if arg == "--":
            yield arg
            yield from rest
        elif arg == _FACTS:
            first = next(rest, None)
            if first is None or first.startswith("-"):
                raise WrongUse(f"`{_FACTS}` names no file", _EXAMPLE)
            _must_name_a_kind(first)
            yield from (_FACTS, first)
            listing = True
        elif listing and "=" in arg and not arg.startswith("-"):
            yield from (_FACTS, arg)
        else:
            listing = arg.startswith(f"{_FACTS}=")
            yield arg


def _must_name_a_kind(value: str) -> None:
    if "=" not in value:
        looks_like_file = "." in value or "/" in value
        example = f"rep={value}" if looks_like_file else f"{value}=FILE"
        raise WrongUse(f"`{_FACTS}` takes NAME=FILE, not `{value}`", f"write it like `{_FACTS} {example}`")
