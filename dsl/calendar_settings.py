"""Checking of the settings that make a policy's calendar."""

from __future__ import annotations

from collections.abc import Mapping

from . import problems
from . import syntax as s
from .calendar import MONTH_WEEKS, MONTHS, WEEKDAYS, Calendar
from .workbench import Workbench

__all__ = ["read_calendar"]

_OF_WEEKS = ("week_starts", "year_end")


def read_calendar(bench: Workbench, values: Mapping[str, s.Setting]) -> Calendar:
    """The calendar that the settings of `policy` name; what systems disagree on is asked for where it decides."""
    first, named = values.get("year_starts"), values.get("year_named_by")
    month = MONTHS.index(_word(first)) + 1 if first is not None else 1
    if first is not None and month != 1 and named is None:
        bench.report(problems.year_without_name(first.span, _word(first)))
    weeks = _month_weeks(bench, values.get("month_weeks"))
    for name in _OF_WEEKS:
        setting = values.get(name)
        if setting is not None and "month_weeks" not in values:
            bench.report(problems.only_with_month_weeks(setting.span, name))
        if setting is None and "month_weeks" in values:
            bench.report(problems.month_weeks_without(values["month_weeks"].span, name))
    week_start = WEEKDAYS.index(_word(values["week_starts"])) if "week_starts" in values else 0
    return Calendar(
        month,
        "end" if named is not None and _word(named) == "end" else "start",
        weeks,
        week_start,
        "last" if "year_end" in values and _word(values["year_end"]) == "last" else "nearest",
    )


def _word(setting: s.Setting) -> str:
    return str(getattr(setting.value, "text", ""))


def _month_weeks(bench: Workbench, setting: s.Setting | None) -> tuple[int, int, int] | None:
    if setting is None:
        return None
    if not isinstance(setting.value, s.TextLit):
        bench.report(problems.setting_kind(setting.value.span, "month_weeks", 'a text, like `"4-4-5"`'))
        return None
    if setting.value.text not in MONTH_WEEKS:
        bench.report(problems.setting_word(setting.value.span, "month_weeks", setting.value.text, MONTH_WEEKS))
        return None
    first, second, third = (int(part) for part in setting.value.text.split("-"))
    return first, second, third
