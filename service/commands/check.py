"""`meed check`: what is wrong in policies."""

from __future__ import annotations

import sys
from typing import Any

import typer

from ...dsl import Checked
from ...dsl import checked as c
from ...dsl.render import render_json, render_text, summary
from ..policy_files import checked_policy
from ..stopped import FINDINGS, FINE
from ..terminal import Form, colored, say, say_json

__all__ = ["check"]


def check(
    policy: list[str] = typer.Argument(metavar="POLICY...", help="Policy files; `-` is standard input."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
    choices: bool = typer.Option(False, "--choices", help="List every setting with its value and where it was chosen."),
    strict: bool = typer.Option(False, "--strict", help="Let warnings fail, too."),
) -> int:
    """Find what is wrong in policies before anybody is paid by them.

    Prints every finding with its place and what to do. JSON is a list with code, severity, message, file, line,
    column, end_line, end_column, help and notes; with --choices an object of `findings` and `choices`.
    """
    checked = [checked_policy(path) for path in policy]
    if form == "json":
        _as_json(checked, choices)
    else:
        for one in checked:
            _as_text(one)
            if choices and one.policy is not None:
                _show_choices(one.policy)
    severities = {found.severity for one in checked for found in one.diagnostics}
    return FINDINGS if "error" in severities or (strict and "warning" in severities) else FINE


def _as_json(checked: list[Checked], choices: bool) -> None:
    findings = [found for one in checked for found in render_json(one.diagnostics, one.source)]
    if not choices:
        say_json(findings)
        return
    chosen = [choice for one in checked if one.policy is not None for choice in _choices(one.policy)]
    say_json({"findings": findings, "choices": chosen})


def _as_text(checked: Checked) -> None:
    if checked.diagnostics:
        print(render_text(checked.diagnostics, checked.source, color=colored(sys.stdout)))
    found = summary(checked.diagnostics)
    made = checked.policy
    version = f" {made.version}" if made is not None and made.version else ""
    which = f" (`{made.name}`{version}, hash {made.hash[:12]})" if made is not None else ""
    say(f"{checked.source.name}: {found}{which}")


def _choices(policy: c.Policy) -> list[dict[str, Any]]:
    return [
        {
            "setting": setting.name,
            "value": setting.value,
            "origin": setting.origin,
            "place": policy.place(setting.span) if setting.span.end else "",
        }
        for setting in policy.settings
    ]


def _show_choices(policy: c.Policy) -> None:
    from ..tables_shown import say_table  # Rich is loaded where a table is drawn

    rows = [(choice["setting"], choice["value"], choice["origin"], choice["place"]) for choice in _choices(policy)]
    say()
    say_table(("setting", "value", "chosen by", "place"), rows)
