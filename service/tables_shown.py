"""Tables for a terminal: columns line up in every script, numbers to the right."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..dsl.width import shown
from .terminal import colored

__all__ = ["say_table"]

_UNLIMITED = 10_000
_RULED = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")  # a line below the headers, and above a total


def say_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), total: Sequence[str] = ()
) -> None:
    """Print a table of texts; `right` are the columns of numbers, `total` is a row below a line.

    A terminal folds what is too wide; where nobody watches, nothing is.
    """
    bold = "bold" if colored(sys.stdout) else ""
    table = Table(box=_RULED, show_edge=False, pad_edge=False, show_footer=bool(total))
    table.header_style = table.footer_style = bold
    for place, header in enumerate(headers):
        table.add_column(
            Text(shown(header)),
            Text(shown(total[place])) if total else "",
            justify="right" if place in right else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    console = _console()
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        print(line.rstrip())


def _console() -> Console:
    watched = sys.stdout.isatty()
    return Console(
        width=None if watched else _UNLIMITED,
        no_color=not colored(sys.stdout),
        color_system="auto" if colored(sys.stdout) else None,
        force_terminal=watched,
        highlight=False,
        markup=False,
        emoji=False,
    )
