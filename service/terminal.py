"""What a command prints: its report on standard output, notes, errors and progress on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TextIO

from ..dsl.width import shown

__all__ = ["Form", "colored", "complain", "note", "say", "say_json", "say_lines", "say_list", "working"]

Form = Literal["text", "json"]


def colored(stream: TextIO) -> bool:
    """Whether to color what goes to a stream: a terminal that can, and nobody said otherwise (`NO_COLOR`)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """One line of the report."""
    print(shown(text))


def say_lines(lines: Iterable[str]) -> None:
    """Lines of the report."""
    for line in lines:
        say(line)


def say_list(title: str, lines: Sequence[str], most: int | None = None, rest_in: str = "") -> None:
    """Lines below a title, after a blank one; at most `most`, the rest being in the file `rest_in`."""
    if not lines:
        return
    say()
    say(f"{title}:")
    for line in lines[:most]:
        say(f"  {line}")
    if most is not None and len(lines) > most:
        say(f"  and {len(lines) - most:,} more, in {rest_in}")


def say_json(value: Any) -> None:
    """The report as JSON; letters outside ASCII as they are where the terminal can write them."""
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    print(json.dumps(value, ensure_ascii=not unicode, indent=2))


def note(text: str) -> None:
    """A remark beside the report."""
    print(f"note: {shown(text)}", file=sys.stderr)


def complain(message: str, advice: str = "") -> None:
    """An error in a line, and what to do about it."""
    bold, plain = ("\x1b[1;31m", "\x1b[0m") if colored(sys.stderr) else ("", "")
    print(f"{bold}error{plain}: {shown(message)}", file=sys.stderr)
    if advice:
        print(f"help: {shown(advice)}", file=sys.stderr)


@contextmanager
def working(
    what: str, total: int | None = None, *, counted: bool = False
) -> Generator[Callable[[int, int | None], None]]:
    """A progress bar while the work lasts, on a terminal; call it with what is done (and how much there is).

    `counted`: show the numbers, too.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda done, of=None: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=not colored(sys.stderr))
    counts = [MofNCompleteColumn()] if counted else []
    columns = (TextColumn("{task.description}"), BarColumn(), *counts, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, of=None: bar.update(task, completed=done, total=of if of is not None else total)
