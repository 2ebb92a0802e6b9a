"""Checking of settings: known names, allowed words, each at most once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from zoneinfo import available_timezones

from . import checked as c
from . import problems
from . import syntax as s
from .calendar import GREGORIAN
from .calendar_settings import read_calendar
from .currency import CURRENCIES, minor_digits
from .timezones import is_timezone
from .words import POLICY_SETTINGS, SettingRule
from .workbench import Workbench

__all__ = ["Head", "block_settings", "read_head"]

_EPOCH = date(1970, 1, 1).toordinal()


class Head:
    """What the `policy` statement says."""

    def __init__(self) -> None:
        self.name = ""
        self.version = ""
        self.effective: tuple[int | None, int | None] = (None, None)
        self.currency = ""
        self.timezone = "UTC"
        self.rounding = "half_up"
        self.round_to = Fraction(0)
        self.approval_above: Fraction | None = None
        self.calendar = GREGORIAN
        self.settings: list[c.Setting] = []


def read_head(bench: Workbench, node: s.Policy | None, blame: c.Span) -> Head:
    """The head of the policy; a missing one or a missing currency is a finding."""
    head = Head()
    if node is None:
        bench.report(problems.no_policy(blame))
        head.currency = "USD"
        return head
    head.name = node.title.text
    values = _values(bench, node.settings, POLICY_SETTINGS, "policy")
    for name, setting in values.items():
        _take(bench, head, name, setting)
    head.calendar = read_calendar(bench, values)
    if not head.currency:
        bench.report(problems.no_currency(node.title.span))
        head.currency = "USD"
    head.settings = _with_defaults(values, POLICY_SETTINGS, "policy")
    return head


def block_settings(
    bench: Workbench, nodes: tuple[s.Setting, ...], rules: Mapping[str, SettingRule], owner: str
) -> tuple[tuple[str, str], ...]:
    """The settings of a block with the defaults filled in, as name and word."""
    values = _values(bench, nodes, rules, owner.split()[0])
    made = _with_defaults(values, rules, owner)
    bench.settings.extend(made)
    return tuple((setting.name, setting.value) for setting in made)


def _values(
    bench: Workbench, nodes: tuple[s.Setting, ...], rules: Mapping[str, SettingRule], block: str
) -> dict[str, s.Setting]:
    values: dict[str, s.Setting] = {}
    for node in nodes:
        name = node.name.text
        if name not in rules:
            bench.report(problems.unknown_setting(node.name.span, name, block, rules))
            continue
        if name in values:
            bench.report(problems.setting_twice(node.span, name, values[name].span))
            continue
        allowed = rules[name].allowed
        if allowed and (not isinstance(node.value, s.Name) or node.value.text not in allowed):
            bench.report(problems.setting_word(node.value.span, name, _written(node.value), allowed))
            continue
        values[name] = node
    return values


def _written(value: s.Node) -> str:
    if isinstance(value, s.Range):
        return f"{value.start.text} .. {value.end.text if value.end else ''}".strip()
    return str(getattr(value, "text", ""))


def _with_defaults(values: dict[str, s.Setting], rules: Mapping[str, SettingRule], owner: str) -> list[c.Setting]:
    made = [c.Setting(name, _written(node.value), owner, span=node.span) for name, node in values.items()]
    made += [
        c.Setting(name, rule.default, "default") for name, rule in rules.items() if name not in values and rule.default
    ]
    return made


def _take(bench: Workbench, head: Head, name: str, node: s.Setting) -> None:
    value = node.value
    match name:
        case "version" if isinstance(value, s.TextLit):
            head.version = value.text
        case "currency" if isinstance(value, s.Name):
            if value.text not in CURRENCIES:
                bench.report(problems.bad_currency(value.span, value.text))
            head.currency = value.text
        case "timezone" if isinstance(value, s.TextLit):
            if is_timezone(value.text):
                head.timezone = value.text
            else:
                bench.report(problems.unknown_timezone(value.span, value.text, available_timezones()))
        case "rounding" if isinstance(value, s.Name):
            head.rounding = value.text
        case "round_to" if isinstance(value, s.NumberLit):
            if value.value <= 0:
                bench.report(problems.setting_word(value.span, name, value.text, ("a number above zero",)))
            currency = _currency_of(bench)
            if value.value > 0 and (value.value * 10 ** minor_digits(currency)).denominator != 1:
                step = f"a multiple of the smallest unit of {currency}"
                bench.report(problems.setting_word(value.span, name, value.text, (step,)))
            head.round_to = value.value
        case "approval_above" if isinstance(value, s.NumberLit):
            head.approval_above = value.value
        case "effective" if isinstance(value, s.Range):
            head.effective = _days(bench, value)
        case "year_starts" | "year_named_by" | "month_weeks" | "week_starts" | "year_end":
            pass  # together they make the calendar
        case _:
            bench.report(problems.setting_kind(value.span, name, _SHAPES[name]))


def _currency_of(bench: Workbench) -> str:
    """The policy's currency; an unknown one is reported at its own place."""
    return bench.currency if bench.currency in CURRENCIES else "USD"


_SHAPES = {
    "version": 'a text, like `"2026.1"`',
    "currency": "a currency code, like `CNY`",
    "timezone": 'a text, like `"Asia/Shanghai"`',
    "rounding": "a word, like `half_up`",
    "round_to": "a number, like `1` or `0.05`",
    "approval_above": "an amount, like `50_000`",
    "effective": "a range of days, like `2026-01-01 ..`",
}


def _days(bench: Workbench, value: s.Range) -> tuple[int | None, int | None]:
    ends: list[int | None] = []
    for literal in (value.start, value.end):
        if literal is None:
            ends.append(None)
            continue
        try:
            ends.append(date.fromisoformat(literal.text).toordinal() - _EPOCH)
        except ValueError:
            bench.report(problems.no_such_date(literal.span, literal.text))
            ends.append(None)
    start, end = ends
    if start is not None and end is not None and end < start:
        bench.report(problems.range_backwards(value.span))
    return start, None if end is None else end + 1
