"""The reps of the company and the days on which they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .accounts import INDUSTRIES
from .draws import chance, shuffled

__all__ = ["FIRST", "FREE_DAYS", "LAST", "REGION", "WORKDAYS", "Rep", "hired_reps"]

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
REGION = {  # of each team
    "Linden": "East",
    "Maple": "South",
    "Cedar": "North",
    "远航": "East",
    "长风": "South",
    "北斗": "West",
}
TYPE_WORDS = {
    "竞争型": "competitive",
    "成就型": "achievement",
    "自我欣赏型": "self_appreciation",
    "守成型": "conservative",
}
# name | type | team | role | hired | row of the mentor | left
ROSTER = """
Grace Whitfield|achievement|Linden|team_lead|2016-03-14||
Oliver Brandt|self_appreciation|Linden|field_sales|2015-09-01||
陈思远|competitive|Linden|field_sales|2019-05-06||
Amelia Rhodes|competitive|Linden|prospecting|2024-07-01|2|
Henry Castell|conservative|Linden|account_care|2017-11-20||
林晓雯|achievement|Linden|field_sales|2021-02-22||
Daniel Osei|achievement|Linden|prospecting|2025-09-08|2|
Victor Lindqvist|competitive|Maple|team_lead|2015-06-15||
黄志强|self_appreciation|Maple|field_sales|2016-10-10||
Nora Feldman|self_appreciation|Maple|field_sales|2018-04-02||
Samuel Ortega|conservative|Maple|account_care|2016-01-11||
Priya Nair|competitive|Maple|field_sales|2022-08-15||
Lucas Moreau|conservative|Maple|account_care|2024-02-26|10|
吴佳怡|achievement|Maple|prospecting|2025-03-03|9|
Isabel Thornton|conservative|Cedar|team_lead|2017-02-13||
Marcus Delaney|self_appreciation|Cedar|field_sales|2015-04-20||
Hannah Pryce|competitive|Cedar|field_sales|2020-09-14||
孙浩然|achievement|Cedar|field_sales|2019-07-22||
Felix Arden|competitive|Cedar|prospecting|2024-11-04|16|
Julia Sandoval|achievement|Cedar|prospecting|2026-03-09|16|
王建国|守成型|远航|team_lead|2015-03-02||
李明哲|自我欣赏型|远航|field_sales|2016-05-16||
张雨晴|竞争型|远航|field_sales|2021-06-07||
刘子轩|self_appreciation|远航|field_sales|2018-03-19||
赵文博|achievement|远航|prospecting|2024-04-08|22|
周慧敏|守成型|远航|account_care|2018-08-27||
Emily Zhao|conservative|远航|account_care|2023-01-09||
徐海涛|竞争型|长风|team_lead|2017-05-08||
马丽华|self_appreciation|长风|field_sales|2017-09-18||
朱晨曦|成就型|长风|field_sales|2020-11-16||
胡俊杰|competitive|长风|field_sales|2023-04-17||2026-08-31
郭静怡|conservative|长风|account_care|2019-02-25||
何宇航|成就型|长风|prospecting|2025-06-09|29|
高雅琴|conservative|长风|account_care|2026-06-08|29|
罗承志|achievement|北斗|team_lead|2016-08-22||
梁国栋|自我欣赏型|北斗|field_sales|2015-11-09||
宋诗涵|competitive|北斗|field_sales|2021-10-11||
唐嘉伟|竞争型|北斗|prospecting|2024-09-02|36|
韩雪梅|conservative|北斗|account_care|2018-12-03||2026-10-30
邓凯文|self_appreciation|北斗|field_sales|2020-06-29||
"""
ON_LEAVE = "R027"  # the whole year: no deal, no activity

# Public holidays of 2026 in China, first and last day, and the weekend days worked instead.
HOLIDAYS = (
    ("01-01", "01-03"),
    ("02-15", "02-23"),
    ("04-04", "04-06"),
    ("05-01", "05-05"),
    ("06-19", "06-21"),
    ("09-25", "09-27"),
    ("10-01", "10-07"),
)
WORKED_WEEKENDS = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales rep; `quota` in yuan a quarter, `word` is the type as it is written in the file.

    `manager` and `mentor` are ids of reps, blank where there is none.
    """

    id: str
    name: str
    word: str
    team: str
    role: str
    manager: str
    mentor: str
    hired: date
    left: date | None
    quota: int
    capacity: int
    skills: tuple[str, ...]
    languages: str

    @property
    def type(self) -> str:
        """The type in English, however it is written in the file."""
        return TYPE_WORDS.get(self.word, self.word)

    @property
    def region(self) -> str:
        return REGION[self.team]

    def works_on(self, day: date) -> bool:
        """Whether the rep is there: hired, not yet gone, not on leave."""
        return self.id != ON_LEAVE and self.hired <= day and (self.left is None or day <= self.left)


def year_days(worked: bool) -> list[date]:
    """Days of 2026: those that are worked, or all others."""

    def is_worked(day: date) -> bool:
        at = f"{day:%m-%d}"
        weekend = day.weekday() >= 5 and at not in WORKED_WEEKENDS
        return not weekend and not any(first <= at <= last for first, last in HOLIDAYS)

    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return [day for day in days if is_worked(day) == worked]


WORKDAYS, FREE_DAYS = year_days(worked=True), year_days(worked=False)


def hired_reps(rng: Random) -> list[Rep]:
    """Everybody on the roster, with a quota and a capacity that grow with the years."""
    rows = [line.split("|") for line in ROSTER.strip().splitlines()]
    leads = {row[2]: f"R{n:03d}" for n, row in enumerate(rows, 1) if row[3] == "team_lead"}
    # Industries go round within a team, so that every team knows them all.
    rounds = {team: shuffled(rng, INDUSTRIES) for team in REGION}
    reps: list[Rep] = []
    for n, (name, word, team, role, hired, mentor, left) in enumerate(rows, 1):
        years = 2026 - int(hired[:4])
        known = 2 + rng.randrange(3)
        skills, rounds[team] = rounds[team][:known], rounds[team][known:] + rounds[team][:known]
        quota = 500 + 50 * min(years, 9) + 50 * rng.randrange(5) - (150 if role == "account_care" else 0)
        reps.append(
            Rep(
                id=f"R{n:03d}",
                name=name,
                word=word,
                team=team,
                role=role,
                manager="" if role == "team_lead" else leads[team],
                mentor=f"R{int(mentor):03d}" if mentor else "",
                hired=date.fromisoformat(hired),
                left=date.fromisoformat(left) if left else None,
                quota=quota * 1_000,
                capacity=20 + 5 * min(years, 5) + 5 * rng.randrange(4),
                skills=tuple(sorted(skills)),
                languages="zh;en" if chance(rng, 60) else "en" if name.isascii() else "zh",
            )
        )
    return reps
