"""`meed fmt`: policies in the one layout."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from ...dsl import SourceFile
from ...dsl.formatter import NotFormattable, format_source
from ...dsl.render import render_text, summary
from ..policy_files import checked_policy
from ..stopped import FINDINGS, FINE, Findings
from ..terminal import colored, say
from ..written import written_whole

__all__ = ["fmt"]


def fmt(
    policy: list[str] = typer.Argument(metavar="POLICY...", help="Policy files; `-` reads standard input."),
    check: bool = typer.Option(False, "--check", help="Change nothing; name the files that would be."),
) -> int:
    """Write policies in the one layout.

    Files are changed in place, standard input goes to standard output. Comments stay; what a policy means never
    changes.
    """
    others = 0
    for path in policy:
        source = checked_policy(path).source
        laid_out = _laid_out(path, source)
        same = laid_out == source.text
        others += not same
        if path == "-" and not check:
            sys.stdout.write(laid_out)
        elif not same and check:
            say(f"{path}: would be laid out anew")
        elif not same:
            _replace(Path(path), laid_out)
            say(f"{path}: laid out anew")
    if check:
        _say_verdict(len(policy), others)
    return FINDINGS if check and others else FINE


def _say_verdict(files: int, others: int) -> None:
    if not others:
        say("1 file is as it should be" if files == 1 else f"{files} files are as they should be")
    else:
        say(f"{others} of {files} would change; `meed fmt` without --check changes them")


def _laid_out(path: str, source: SourceFile) -> str:
    try:
        return format_source(source)
    except NotFormattable as problem:
        drawn = render_text(problem.diagnostics, source, color=colored(sys.stderr)).split("\n")
        message = f"{path} cannot be laid out: {summary(problem.diagnostics)}"
        raise Findings(message, "correct the policy first", drawn) from None


def _replace(path: Path, text: str) -> None:
    """Write over a file; one with the line ends of Windows keeps them."""
    if b"\r\n" in path.read_bytes():
        text = text.replace("\n", "\r\n")
    with written_whole(path) as out:
        out.write(text)
