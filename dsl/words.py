"""The plain names that the checker knows: kinds of table, aggregates, sharing words, functions, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .calendar import MONTHS, WEEKDAYS, YEAR_ENDS, YEAR_NAMES

__all__ = [
    "AGGREGATES",
    "ASSIGN_SETTINGS",
    "FUNCTIONS",
    "IMPLIED_SETTINGS",
    "ORDERS",
    "PARTS",
    "PERIODS",
    "POLICY_SETTINGS",
    "ROUNDINGS",
    "SCHEME_SETTINGS",
    "SHARING",
    "TABLES",
    "TARGET_SETTINGS",
    "TIES",
    "WINDOW_UNITS",
    "Function",
    "SettingRule",
]  # fmt: skip

TABLES = ("marginal", "retroactive", "step", "sloped")
AGGREGATES = ("sum", "count", "average", "highest", "lowest", "latest", "streak", "distinct")
TIES = ("share", "same", "first")
PERIODS = ("day", "week", "month", "quarter", "half", "year")
WINDOW_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "half", "year")
ROUNDINGS = ("half_up", "half_even", "up", "down", "floor", "ceiling")


@dataclass(frozen=True, slots=True)
class Sharing:
    """A way to choose among candidates, and whether it takes a weight."""

    takes: str  # "nothing", "optional", "weight", "measure"


SHARING: Mapping[str, Sharing] = {
    "round_robin": Sharing("nothing"),
    "capability_weighted": Sharing("weight"),
    "random": Sharing("optional"),
    "fewest": Sharing("measure"),
    "best": Sharing("measure"),
    "deck": Sharing("optional"),
    "claim": Sharing("nothing"),
}


@dataclass(frozen=True, slots=True)
class Function:
    """A builtin: the types of its parameters (alternatives separated by `|`) and of its value."""

    params: tuple[str, ...]
    result: str
    says: str


_SPAN = ("date|moment", "date|moment")
FUNCTIONS: Mapping[str, Function] = {
    "months": Function(("date|moment", "date|moment"), "months", "completed months from one date to another"),
    "days": Function(("date|moment", "date|moment"), "days", "days from one date to another"),
    "years": Function(("months",), "count", "completed years of a duration"),
    "whole": Function(("rate|number|count",), "count", "the whole part, towards zero"),
    "weekday": Function(("date|moment",), "text", '"Mon" to "Sun"'),
    "contains": Function(("text", "texts"), "flag", "whether a text has another in it, or one of several"),
    "starts_with": Function(("text", "texts"), "flag", "whether it begins so"),
    "ends_with": Function(("text", "texts"), "flag", "whether it ends so"),
    "lower": Function(("text",), "text", "the text in lower case"),
    "domain_of": Function(("text",), "text?", "what stands behind the @ of an address, in lower case"),
    "time": Function(("moment",), "time", "the time of day"),
    "local": Function(("moment", "zone"), "moment", "the same moment by the clock of a time zone"),
    "during": Function(
        ("moment", "weekdays", "time", "time"),
        "flag",
        "whether a moment lies in hours that begin on these weekdays, over midnight where they end first",
    ),
    "working_time": Function(
        ("moment", "moment", "hours"), "days", "how much of the time from one moment to another lies within hours"
    ),
    "date": Function(("moment",), "date", "the day of a moment"),
    "month_of": Function(("date|moment",), "count", "1 to 12"),
    "year_of": Function(("date|moment",), "count", "the calendar year"),
    "lot": Function(("text",), "rate", "a number from 0% to below 100%, drawn once for each fact and name"),
    "part_by_days": Function(_SPAN, "rate", "the part of the period's days from one date to another, both included"),
    "part_by_months": Function(
        _SPAN, "rate", "the part of the period's months that days from one date to another touch"
    ),
}


PARTS = frozenset({"part_by_days", "part_by_months"})
"""Functions whose value depends on the period at hand."""


@dataclass(frozen=True, slots=True)
class SettingRule:
    """A setting: its allowed words (empty: a free value), its default (empty: none), and what it decides."""

    allowed: tuple[str, ...]
    default: str
    says: str


POLICY_SETTINGS: Mapping[str, SettingRule] = {
    "version": SettingRule((), "", "the version of this text"),
    "effective": SettingRule((), "", "the days on which the policy is in force"),
    "currency": SettingRule((), "", "the currency of bare amounts and of payouts"),
    "timezone": SettingRule((), "UTC", "the zone in which days and hours are counted"),
    "rounding": SettingRule(ROUNDINGS, "half_up", "how a running total is rounded before lines are taken"),
    "round_to": SettingRule((), "", "the smallest step of a payout; the smallest unit of the currency if not said"),
    "approval_above": SettingRule((), "", "the total of a statement above which somebody has to approve it"),
    "year_starts": SettingRule(MONTHS, "january", "the month with which a year begins"),
    "year_named_by": SettingRule(YEAR_NAMES, "", "whether a year has the number of the year in which it ends"),
    "month_weeks": SettingRule((), "", "the weeks of a quarter's months, where months are whole weeks"),
    "week_starts": SettingRule(WEEKDAYS, "", "the day with which weeks begin, where months are whole weeks"),
    "year_end": SettingRule(YEAR_ENDS, "", "where a year of whole weeks ends, beside the end of a month"),
}
SCHEME_SETTINGS: Mapping[str, SettingRule] = {
    "lines": SettingRule(("in_proportion",), "", "how a component's lines follow its deals"),
    "balance": SettingRule(
        ("runs_on", "ends_with_year"), "", "what becomes at the year's end of what a `carry` has left open"
    ),
    "leaver": SettingRule(("owes", "forgiven"), "", "what becomes of a draw's open balance when a rep leaves"),
    "changes": SettingRule(("at_end", "split"), "", "whom the scheme pays where a rep changes inside a period"),
}
MOVES_BY = ("fewest", "free")
ORDERS = ("longest_waiting",)
"""Words of `order` that are no column: whoever had no turn for longest comes first."""
QUEUES = ("oldest_first", "newest_first")
BATCHES = ("together", "hourly", "daily", "weekly", "monthly")
ASSIGN_SETTINGS: Mapping[str, SettingRule] = {
    "order": SettingRule(
        (), "id", "what breaks ties between equal credits: a column, lowest first, or `longest_waiting`"
    ),
    "zero_weight": SettingRule(
        ("excluded", "mean_of_others"), "excluded", "what becomes of a candidate whose weight is zero"
    ),
    "newcomer": SettingRule(("zero", "average", "last_in_line"), "zero", "the credit with which a new rep begins"),
    "leave": SettingRule((), "no_catch_up", "after how long away a rep begins anew; never if not said"),
    "decline": SettingRule(("gives_turn_back", "uses_turn"), "gives_turn_back", "whether a lead given back counts"),
    "timeout": SettingRule(("uses_turn", "gives_turn_back"), "uses_turn", "whether a lead lost by waiting counts"),
    "manual": SettingRule(("uses_turn", "no_turn"), "uses_turn", "whether an assignment by hand counts"),
    "extend": SettingRule((), "", "how long a holding may last where it is extended"),
    "key": SettingRule(("monthly", "quarterly", "yearly"), "monthly", "how often the key of random draws changes"),
    "batch": SettingRule(BATCHES, "", "how often leads are allocated together"),
    "fair_in": SettingRule((), "", "what a fact counts where it is shared out by value"),
    "band": SettingRule((), "", "how far `best` and `fewest` may take a rep from what is owed"),
    "cards": SettingRule(("shuffled", "levels", "blocks"), "shuffled", "how the cards of a deck are laid"),
    "queue": SettingRule((), "", "what waits at a desk is given out as soon as somebody can take it, in which order"),
    "moves": SettingRule((), "", "what it costs to take a fact from its owner when loads are evened out"),
}
METHODS = ("hamilton", "webster", "jefferson", "adams", "huntington_hill", "dean", "modified_sainte_lague")
TARGET_SETTINGS: Mapping[str, SettingRule] = {
    "measure": SettingRule((), "", "the account that counts toward the goal"),
    "round_to": SettingRule((), "", "the step of each goal; the smallest unit if not said"),
    "subtotals": SettingRule((), "", "a column whose groups have exact totals of their own"),
    "method": SettingRule(METHODS, "hamilton", "how a total is split that goes one way"),
}
IMPLIED_SETTINGS = frozenset({"decline", "timeout", "manual", "extend", "cards"})
"""Settings that say nothing where they are as they would be if they were not said."""
