"""`meed ledger show`: how everything stands, or the whole life of a line."""

from __future__ import annotations

from pathlib import Path

import typer

from ....engine.pay_ledger.questions import line_named
from ....engine.pay_ledger.standing import Standing
from ....engine.wording.spelling import did_you_mean
from ...stopped import FINE, WrongUse
from ...terminal import Form, say, say_json
from .needed import FORM, LEDGER, opened

__all__ = ["show"]


def show(
    rep: str | None = typer.Option(None, "--rep", metavar="REP", help="The lines of a rep."),
    period: str | None = typer.Option(None, "--period", metavar="PERIOD", help="What was posted in a period."),
    line: str | None = typer.Option(None, "--line", metavar="ID", help="The whole life of a line."),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Say how everything stands, or the whole life of a line.

    Without options: every period and every rep, what waits for an approval, and open disputes. A line tells when it
    was earned and under which policy, what adjusted it and why, and when it became payable and was paid.
    """
    if line is not None and (rep is not None or period is not None):
        raise WrongUse("`--line` names one line", "leave `--rep` and `--period` out")
    with opened(ledger) as book:
        from ...pay_ledger import standing_shown as shown

        standing = book.standing
        if line is not None:
            found = line_named(standing, line)
            say_json(shown.line_as_json(standing, found)) if form == "json" else shown.say_line(standing, found)
        elif rep is None and period is None:
            say_json(shown.ledger_as_json(standing)) if form == "json" else shown.say_ledger(standing)
        else:
            _must_be_there(standing, rep, period)
            lines = shown.lines_of(standing, rep, period)
            if form == "json":
                say_json(shown.lines_as_json(standing, lines, period))
            elif lines:
                shown.say_lines_of(standing, lines, period)
            else:
                say("there are no lines")
    return FINE


def _must_be_there(standing: Standing, rep: str | None, period: str | None) -> None:
    for what, word, names in (("rep", rep, standing.reps()), ("period", period, list(standing.periods))):
        if word is not None and word not in names:
            there = f"the ledger has {', '.join(names[:10])}" if names else "nothing was posted yet"
            raise WrongUse(f"there is no {what} `{word}` in the ledger", did_you_mean(word, names) or there)
