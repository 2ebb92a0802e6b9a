"""Random policies that the checker accepts, put together from every kind of value, clause and table.

They read the facts of `sales`. What is not drawn is valid by construction; the lets that a scheme names come with
all that they name.
"""

import re
from collections.abc import Callable

from hypothesis import strategies as st

from .sales import BOUNDS

__all__ = ["CALENDARS", "CURRENCIES", "MODES", "Author", "head", "policies", "values"]

CURRENCIES = ("CNY", "JPY", "KWD")
MODES = ("half_up", "half_even", "up", "down", "floor", "ceiling")
_RATES = ("3%", "1.5%", "7.25%", "33.33%", "100%", "120%", "0%")
_UNITS = ("100", "7", "33", "250", "900", "0")
_EDGES = ("from", "from", "above")
_LONGER = {"month": ("quarter", "half", "year"), "quarter": ("half", "year"), "week": ("month", "quarter"), "year": ()}
_OVERS = (
    "year", "quarter", "month", "half", "week", "last 30 days", "last 3 months", "last 36 hours", "previous quarter",
    "previous 2 months", "last month", "all", "scope", "2026-Q1", "2026-M02",
)  # fmt: skip

FACTS = """facts standard
facts rep {
  quota: money  bonus: money?  grade: text?  level: rate  goal: count  weight: number >= 0
}
facts deal { owner: rep?  second: rep?  kind: text?  units: count  margin: rate? }
facts call { id: key  rep: rep  at: moment  minutes: count }
"""


class Author:
    """Writes values of each type; every method draws, and gives text that may stand in a product."""

    def __init__(self, draw: st.DrawFn, currency: str) -> None:
        self.draw = draw
        self.currency = currency

    def one_of(self, *writers: Callable[[], str]) -> str:
        return self.draw(st.sampled_from(writers))()

    def word(self, *words: str) -> str:
        return self.draw(st.sampled_from(words))

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def literal(self, units: int | None = None) -> str:
        return f"{self.word(*_UNITS) if units is None else units} {self.currency}"

    def rate(self) -> str:
        return self.word(*_RATES)

    # Bands

    def rising(self, *bounds: object) -> list[str]:
        """Some of the bounds, in order, the first one often among them."""
        most = len(bounds)
        taken = self.draw(st.sets(st.integers(0, most - 1), min_size=1, max_size=4))
        if self.draw(st.booleans()):
            taken.add(0)
        return [str(bounds[place]) for place in sorted(taken)]

    def money_bounds(self) -> list[str]:
        bounds = self.rising(*BOUNDS)
        if self.draw(st.integers(0, 5)) == 0:
            bounds.insert(0, "-100")
        if self.draw(st.integers(0, 5)) == 0:
            bounds.append(self.word("rep.quota", "80% of rep.quota", "lost", "best"))
        return bounds

    def bands(self, bounds: list[str], value: Callable[[], str], edges: tuple[str, ...] = _EDGES) -> str:
        rows = [f"{self.word(*edges)} {bound}: {value()}" for bound in bounds]
        return "{ " + "  ".join(rows) + " }"

    def points(self, bounds: list[str], value: Callable[[], str]) -> str:
        return self.bands(bounds, value, ("at",))

    def amount(self) -> str:
        return self.one_of(self.literal, self.literal, self.literal, lambda: self.word("lost", "rep.quota", "bookings"))

    def part(self) -> str:
        return self.one_of(self.rate, self.rate, self.rate, lambda: self.word("reach", "rep.level", "attainment"))

    # Amounts

    def account(self) -> str:
        return self.word(
            "bookings", "bookings", "bookings", "renewals", "shared", "coached", "sloping", "margins", "rolled", "mixed"
        )

    def money(self, depth: int) -> str:
        """An amount of the rep at hand."""
        if depth == 0:
            return self.one_of(self.account, self.account, self.account, self.scoped, self.plain_money, self.let_money)
        return self.one_of(
            self.account, self.scoped, lambda: self.money(0), lambda: self.table(depth), lambda: self.table(depth),
            lambda: f"{self.rate_value(depth - 1)} * {self.money(depth - 1)}",
            lambda: f"({self.money(depth - 1)} {self.word('+', '-')} {self.money(depth - 1)})",
            lambda: f"-{self.account()}", lambda: f"{self.literal()} * {self.count()}",
            lambda: f"({self.account()} / {self.number(1, 7)})",
            lambda: self.choice(lambda: self.money(depth - 1)), lambda: self.among(depth - 1),
        )  # fmt: skip

    def scoped(self) -> str:
        return f"({self.account()} over {self.word(*_OVERS)})"

    def plain_money(self) -> str:
        return self.word("rep.quota", f"(rep.bonus else {self.literal()})", self.literal(), "(total bookings)")

    def let_money(self) -> str:
        return self.word(
            "best",
            "usual",
            "top_deal",
            "team_sum",
            "mentors",
            "open_value",
            "everything",
            "surplus",
            "team_pool",
            "lost",
        )

    def operand(self, depth: int) -> str:
        return self.one_of(self.account, lambda: f"({self.money(depth - 1)})")

    def table(self, depth: int) -> str:
        """A table over money or over what is reached of a quota, that gives money."""
        return self.one_of(
            lambda: f"marginal {self.operand(depth)} {self.bands(self.money_bounds(), self.part)}",
            lambda: f"marginal {self.account()} against rep.quota {self.bands(self.percents(), self.part)}",
            lambda: f"retroactive {self.operand(depth)} {self.bands(self.money_bounds(), self.part)}",
            lambda: f"retroactive {self.account()} against rep.quota {self.bands(self.percents(), self.part)}",
            lambda: f"step {self.operand(depth)} {self.bands(self.money_bounds(), self.amount)}",
            lambda: f"step tenure {self.bands(self.months(), self.amount)}",
            lambda: f"sloped {self.operand(depth)} {self.points(self.rising(*BOUNDS), self.amount)}",
            lambda: f"marginal {self.word('units', 'calls')} {self.bands(self.counts(), self.amount)}",
            lambda: f"{self.literal()} * marginal {self.ratio()} {self.bands(self.percents(), self.part)}",
            self.grid,
            lambda: self.blend(lambda: self.money(0)),
        )

    def running(self) -> str:
        """A value whose lines follow the rows of one account, in order or in proportion."""
        account = self.account()
        bands, percents = self.bands(self.rising(*BOUNDS), self.rate), self.bands(self.percents(), self.rate)
        return self.word(
            f"marginal {account} {bands}", f"marginal {account} against rep.quota {percents}",
            f"retroactive {account} {bands}", f"{self.rate()} * marginal {account} {bands}",
            f"step {account} {bands} * {account}", f"({account} - 12.5% * {account})",
            f"rep.quota * marginal attainment {percents}", f"rep.quota * sloped attainment {self.points(self.percents(), self.rate)}",
        )  # fmt: skip

    def percents(self) -> list[str]:
        return [f"{bound}%" for bound in self.rising(0, 25, 50, 100, 150)]

    def counts(self) -> list[str]:
        return self.rising(0, 1, 3, 6)

    def months(self) -> list[str]:
        return [f"{bound} months" for bound in self.rising(0, 1, 6, 24)]

    def grid(self) -> str:
        columns = self.rising(0, 1, 2, 4)
        if len(columns) == 1:
            columns.append("5")
        lines = [
            f"{self.word('from', 'above')} {bound}: " + ", ".join(self.amount() for _ in columns)
            for bound in self.counts()
        ]
        return (
            f"grid units by {self.word('rep.goal', 'won_count')} {{ by {', '.join(columns)} " + " ".join(lines) + " }"
        )

    def choice(self, value: Callable[[], str]) -> str:
        cases = dict.fromkeys(self.condition(0) for _ in range(self.number(1, 2)))
        return "choose { " + "  ".join(f"when {case}: {value()}" for case in cases) + f"  otherwise: {value()} }}"

    def blend(self, value: Callable[[], str]) -> str:
        weights = self.word("100%", "60% 40%", "33.3% 33.3% 33.4%").split()
        return "blend { " + "  ".join(f"{weight}: {value()}" for weight in weights) + " }"

    def among(self, depth: int) -> str:
        """A prize or a part of a pool, in brackets."""
        group = self.word("", " within rep.team", " within rep.region")
        where = self.word(
            "", "", " where rep.on_duty", " where attainment >= 50%", ' where rep.grade is known and rep.grade is "a"'
        )
        if self.draw(st.booleans()):
            prize = self.word(self.literal(), self.literal(), "lost", "rep.quota")
            places = " ".join(
                f"{place}: {self.word(self.literal(), prize)}" for place in range(1, self.number(1, 4) + 1)
            )
            measure = self.word("bookings", "attainment", "units", "(bookings over year)", "lost", "reach", "rep.goal")
            return f"(prize rank of {measure}{group}{where} ties {self.word('share', 'same', 'first')} {{ {places} }})"
        weight = self.word("1", "rep.weight", "rep.goal", "units", "bookings", "attainment", "lost", "reach")
        return f"(share ({self.money(min(depth, 1))}) among every rep{group}{where} by {weight})"

    # Rates, counts, conditions

    def ratio(self) -> str:
        return self.word("attainment", "attainment", "progress", "rep.level", "margins_share", "there")

    def rate_value(self, depth: int) -> str:
        if depth <= 0:
            return self.one_of(self.rate, self.ratio, lambda: self.word("reach", "factor", self.part_of_period()))
        return self.one_of(
            self.rate, self.ratio,
            lambda: f"step {self.ratio()} {self.bands(self.percents(), self.part)}",
            lambda: f"step bookings {self.bands(self.money_bounds(), self.part)}",
            lambda: f"step bookings against rep.quota {self.bands(self.percents(), self.part)}",
            lambda: f"sloped {self.ratio()} {self.points(self.percents(), self.part)}",
            lambda: self.blend(lambda: self.word("attainment", "rep.level", "50%")),
            lambda: self.choice(self.part),
            lambda: "(attainment over quarter)",
        )  # fmt: skip

    def part_of_period(self) -> str:
        first = self.word("rep.hired", "period.start", "2026-02-10", "today - 20 days")
        last = self.word("period.end", "(rep.left else period.end)", "2026-03-31", "rep.hired")
        return f"part_by_{self.word('days', 'months')}({first}, {last})"

    def count(self) -> str:
        return self.word(
            "units",
            "calls",
            "won_count",
            "heads",
            "rep.goal",
            "years(tenure)",
            "rep.weight",
            "in_a_row",
            "breadth",
            "first_of_kind",
        )

    def condition(self, depth: int) -> str:
        if depth > 0 and self.draw(st.booleans()):
            joined = f" {self.word('and', 'or')} ".join(self.condition(0) for _ in range(2))
            return f"({joined})"
        return self.one_of(
            lambda: f"{self.account()} {self.comparison()} {self.literal(self.draw(st.sampled_from(BOUNDS)))}",
            lambda: f"{self.ratio()} {self.comparison()} {self.word('0%', '25%', '50%', '100%')}",
            lambda: f"reach {self.comparison()} 2%",
            lambda: f"units {self.comparison()} {self.number(0, 5)}",
            lambda: f"{self.let_money()} {self.comparison()} {self.money(0)}",
            lambda: f"tenure {self.comparison()} {self.number(0, 24)} months",
            lambda: self.word(
                "rep.on_duty", "not rep.on_duty", "rep.mentor is known", "rep.bonus is missing", '"demos" in rep.skills',
                'rep.team is "one"', 'rep.team is not "one"', 'graded is "gold"', 'last_kind is "new"', "lately_second is rep",
                'lettered is "b"', 'lettered is not "c"',
                "standing is 1", "standing <= 2", '(rep.grade is known and rep.grade is "a")',
                'rep.region in ("east", "北")', "period.quarter is 2", "month_of_year >= 3", "best > bookings",
                "flagged", "not flagged", "flagged is no", "dated >= 2026-01-01", '"demos" in skilled', "cell_flag",
                "deals_in_a_row >= 1", "weekday(rep.hired) in (\"Mon\", \"Sun\")", "rep.type is \"competitive\"",
            ),
        )  # fmt: skip

    def comparison(self) -> str:
        return self.word("<", "<=", ">", ">=", "is", "is not")

    # Schemes

    def carried(self) -> str:
        """A limit that leaves something open for the next period."""
        limit = self.one_of(self.literal, self.literal, lambda: self.money(0))
        owing = f"choose {{ when owed < {self.literal()}: {self.literal()}  otherwise: 0 }}"
        rate = self.word(
            "100%", "50%", "33.33%", "(step tenure { from 0 months: 0%  from 3 months: 100% })", "rep.level"
        )
        return self.word(
            f"at most {limit} carry {rate}", f"at least {limit} carry {rate}", f"at least {limit} carry {self.literal()}",
            f"at least {owing} carry {rate}",
        )  # fmt: skip

    def release(self) -> str:
        """When what was earned may be paid, by what is known of the rep."""
        return self.word(
            "release 60% on period.end, 40% on period.end + 2 months", "release rep.level",
            "release 33.33% on rep.hired, 33.33% on period.start, 33.34% on period.end + 40 days",
            "release 25% + 50% * (attainment over year)", "release choose { when bookings > 0: 80%  otherwise: 10% }",
        )  # fmt: skip

    def clauses(self, carry: bool) -> str:
        writers: list[Callable[[], str]] = [
            lambda: f"when {self.condition(1)}",
            lambda: f"times {self.one_of(lambda: self.rate_value(1), self.count)}",
            lambda: f"times {self.rate()}",
            lambda: f"plus {self.money(0)}",
            lambda: f"at most {self.one_of(self.literal, lambda: self.money(0))}",
            lambda: f"at least {self.one_of(self.literal, lambda: self.money(0))}",
        ]
        if carry and self.draw(st.integers(0, 3)) == 0:
            limit = self.carried()
            writers[4 if limit.startswith("at most") else 5] = lambda: limit
        many = self.draw(st.sampled_from((0, 0, 0, 1, 1, 2, 3)))
        taken = self.draw(st.permutations(range(len(writers))))[:many]
        return "  ".join(writers[place]() for place in taken)

    def component(self, name: str, per: str, released: bool) -> str:
        over = self.word("", "", "", *(f" over {longer}" for longer in _LONGER[per]))
        value = self.one_of(
            lambda: f"{self.rate()} of {self.account()}", self.running, self.running, lambda: self.table(1),
            lambda: self.money(1), lambda: self.money(2), lambda: self.money(2), lambda: self.among(1),
        )  # fmt: skip
        release = self.release() if released and self.draw(st.booleans()) else ""
        return f"  pay {name}{over} = {value}  {self.clauses(not over)}  {release}\n"

    def scheme(self, name: str) -> str:
        per = self.word("month", "quarter", "quarter", "week", "year")
        if per == "week" and self.draw(st.booleans()):
            per = "month"
        group = self.word(
            *3 * ["every rep"],
            "competitive",
            "成就型",
            "every rep where rep.on_duty",
            "every rep where attainment >= 25%",
            'every rep where rep.team is "one"',
            'every rep where rep.region is "east" and rep.grade is known',
            "every rep where rep.mentor is known and rep.mentor.on_duty",
        )
        lines = self.word("", "", "  lines: in_proportion\n")
        released = self.word("", "", "parts", "total")
        parts = "".join(
            self.component(f"part{number}", per, released == "parts") for number in range(self.number(1, 3))
        )
        if self.draw(st.booleans()):
            to = self.word("", " to rep.mentor")
            known = "rep.mentor is known and " if to else ""
            parts += f'  award "Medal"{to} when {known}{self.condition(0)}\n'
        clauses = self.clauses(carry=True) if self.draw(st.integers(0, 3)) == 0 else ""
        clauses += f"  {self.release()}" if released == "total" else ""
        total = f"  total {clauses}\n" if clauses.strip() else ""
        if "carry" in parts + total:
            lines += f"  balance: {self.word('runs_on', 'ends_with_year')}  leaver: {self.word('owes', 'forgiven')}\n"
        return f"scheme {name} for {group} per {per} {{\n{lines}{parts}{total}}}\n"


CALENDARS = [
    "", "", "  year_starts: april  year_named_by: end", "  year_starts: december  year_named_by: start",
    '  month_weeks: "4-4-5"  week_starts: monday  year_end: nearest',
    '  year_starts: february  year_named_by: start  month_weeks: "4-5-4"  week_starts: sunday  year_end: nearest',
    '  year_starts: october  year_named_by: end  month_weeks: "5-4-4"  week_starts: saturday  year_end: last',
]  # fmt: skip


def head(draw: st.DrawFn, currency: str, calendar: str | None = None) -> str:
    """The head of a policy and its facts, with any rounding."""
    mode = draw(st.sampled_from(MODES))
    step = draw(st.sampled_from(["", "", "  round_to: 1", "  round_to: 5"]))
    calendar = draw(st.sampled_from(CALENDARS)) if calendar is None else calendar
    force = draw(st.sampled_from(["", "", "2026-02-10 ..", ".. 2026-05-20", "2026-01-15 .. 2026-06-14"]))
    force = f"  effective: {force}" if force and not force.startswith("..") else ""
    return f'policy "Random" {{ version: "1"  currency: {currency}  rounding: {mode}{step}{force}{calendar} }}\n{FACTS}'


def credits_and_lets(author: Author) -> dict[str, str]:
    """Every account and let that a scheme may name."""
    word, number, currency = author.word, author.number, author.currency
    won = 'deal.stage is "won"'
    split = word("60%, deal.second 40%", "33.33%, deal.second 66.67%", "50%, deal.owner 25%, deal.second 25%")
    unit = word("month", "quarter")
    over = f" over {word(*_OVERS)}" if author.draw(st.booleans()) else ""
    best = f"{word('highest', 'lowest', 'average', 'latest')} of bookings per {unit}"
    usual = f"{word('sum', 'average', 'highest', 'lowest')} of bookings {word('within rep.team', 'within rep.region', 'where rep.on_duty')}"
    return {
        "bookings": f"credit bookings to deal.owner on deal.closed = deal.amount when {won}",
        "renewals": f'credit renewals to deal.owner on deal.closed = deal.collected when {won} and deal.kind is known and deal.kind is "renewal"',
        "units": f"credit units to deal.owner on deal.closed = deal.units when {won}",
        "shared": f"credit shared to deal.owner {split} on deal.closed = deal.amount when {won}",
        "margins": f"credit margins to deal.owner on deal.closed = deal.amount * margin_of when {won}",
        "margin_of": f"let margin_of of deal = {word('deal.margin', 'deal.margin else 10%', 'choose { when deal.units > 2: deal.margin otherwise: 5% }')}",
        "sloping": "credit sloping to deal.second on deal.closed = sloped deal.amount "
         "{ " + "  ".join(f"at {bound}: {number(0, 90)}" for bound in author.rising(*BOUNDS)) + "}"
        + f" * 1 {currency}",
        "coached": "credit coached to deal.owner.mentor on deal.closed = deal.amount "
         f"when {won} and deal.owner is known and (attainment of deal.owner over {word('quarter', 'month', 'last 60 days')}) >= {word('25%', '100%')}",
        "rolled": f"credit rolled to every rep above deal.owner {word('60%, every rep above deal.second 40%', '50%, deal.second 50%', '100%')} on deal.closed = deal.amount when {won}",
        "mixed": f"credit mixed to deal.owner on deal.closed = deal.amount when {won}\n"
         f"credit mixed to {word('deal.second', 'deal.owner', 'every rep above deal.owner')} on (deal.closed + {number(0, 40)} days) = deal.collected when {won}\n"
         f"credit mixed to call.rep on call.at = call.minutes * 10 {currency}",
        "in_a_row": f"let in_a_row of rep = {word('streak', 'streak', 'count')} of {word('reached', 'bookings')} per {unit} over {word('previous 6 months', 'last 2 quarters', 'year')}",
        "reached": f"let reached of rep = bookings {word('>', '<=')} {number(0, 200)} {currency}",
        "breadth": f"let breadth of rep = distinct of deal.{word('second', 'kind', 'units', 'stage', 'closed')}{over} where deal.owner is rep",
        "before": f"let before of deal = count of other over {word('all', 'all', 'last 60 days')} where other.kind is known and deal.kind is known and other.kind is deal.kind and other.closed is known and deal.closed is known and other.closed {word('<', '<=')} deal.closed",
        "first_of_kind": f"credit first_of_kind to deal.owner on deal.closed = 1 when deal.closed is known and before <= {number(0, 2)}",
        "last_kind": 'let last_kind of rep = (latest of deal.kind where deal.owner is rep) else "none"',
        "lately_second": "let lately_second of rep = (latest of deal.second where deal.owner is rep and deal.closed is known and deal.closed <= today) else rep",
        "deals_in_a_row": f"let deals_in_a_row of rep = streak of deal.units{over} where deal.owner is rep",
        "calls": f"credit calls to call.rep on call.at = {word('1', 'call.minutes')}",
        "attainment": "let attainment of rep = bookings / rep.quota else 0%",
        "progress": "let progress of rep = (bookings over year) / rep.quota else 0%",
        "margins_share": "let margins_share of rep = margins / bookings else 0%",
        "reach": "let reach of rep = step bookings against rep.quota { from 0%: 1%  from 50%: 2%  above 100%: 3% }",
        "lost": "let lost of rep = retroactive renewals against rep.quota { from 0%: 3%  from 50%: 50% }",
        "factor": "let factor of rep = blend { 70%: attainment  30%: step tenure { from 0 months: 20%  from 24 months: 100% } }",
        "best": f"let best of rep = ({best} over previous {number(1, 3)} {word('months', 'quarters')}) else 0 {currency}",
        "usual": f"let usual of rep = ({usual}) else 0 {currency}" if "sum" not in usual else f"let usual of rep = {usual}",
        "top_deal": f"let top_deal of rep = ({word('highest', 'lowest', 'average', 'latest')} of bookings{over}) else 0 {currency}",
        "team_sum": f"let team_sum of rep = sum of bookings{over} within rep.team",
        "team_pool": "let team_pool = 3% of (total bookings)",
        "mentors": f"let mentors of rep = choose {{ when rep.mentor is known: bookings of rep.mentor  otherwise: 0 {currency} }}",
        "won_count": f"let won_count of rep = count of deal{over} where deal.owner is rep and {won}",
        "open_value": 'let open_value of rep = sum of deal.amount where deal.owner is rep and deal.stage is "open"',
        "everything": f"let everything = sum of deal.amount{over} where {won}",
        "surplus": "let surplus of rep = bookings - rep.quota  at least 0",
        "heads": "let heads of rep = count of rep within rep.team where rep.on_duty",
        "graded": f'let graded of rep = choose {{ when attainment >= 100%: "gold"  when bookings > 100 {currency}: "silver"  otherwise: "none" }}',
        "lettered": 'let lettered of rep = step bookings against rep.quota { from 25%: "c"  from 50%: "b"  above 100%: "a" } else "none"',
        "flagged": "let flagged of rep = step bookings against rep.quota { from 25%: yes  above 100%: no } else no",
        "dated": "let dated of rep = step attainment { from 25%: rep.hired  above 100%: period.end } else period.start",
        "skilled": 'let skilled of rep = step tenure { from 3 months: rep.skills  above 9 months: ("demos", "calls") } else ("calls", "mails")',
        "cell_flag": "let cell_flag of rep = grid units by rep.goal { by 1, 2  from 1: yes, no  from 3: no, yes } else yes",
        "there": f"let there of rep = {author.part_of_period()}",
        "standing": f"let standing of rep = rank of {word('bookings', 'attainment')} within rep.team ties {word('same', 'first')}",
    }  # fmt: skip


def _with_needed(text: str, pool: dict[str, str]) -> str:
    """The credits and lets that a text names, and what those name."""
    wanted: list[str] = []
    left = [text]
    while left:
        for name in re.findall(r"[a-z_]+", left.pop()):
            if name in pool and name not in wanted:
                wanted.append(name)
                left.append(pool[name])
    return "".join(pool[name] + "\n" for name in pool if name in wanted) + text


@st.composite
def values(draw: st.DrawFn, currency: str) -> str:
    """The text of a policy that pays nothing and names some values: `money0`, `rate0`, `holds0` and so on."""
    author = Author(draw, currency)
    lets = [f"let money{number} of rep = {author.money(2)}" for number in range(draw(st.integers(1, 2)))]
    lets += [f"let rate0 of rep = {author.rate_value(1)}", f"let holds0 of rep = {author.condition(1)}"]
    return head(draw, currency) + _with_needed("\n".join(lets) + "\n", credits_and_lets(author))


@st.composite
def policies(draw: st.DrawFn, currency: str, calendar: str | None = None) -> str:
    """The text of a policy with one to three schemes; with any calendar, or the settings of one."""
    author = Author(draw, currency)
    pool = credits_and_lets(author)
    schemes = [author.scheme(f"plan{number}") for number in range(draw(st.integers(1, 3)))]
    made = [_maybe_split(scheme, pool) if draw(st.booleans()) else scheme for scheme in schemes]
    return head(draw, currency, calendar) + _with_needed("".join(made), pool)


def _maybe_split(scheme: str, pool: dict[str, str]) -> str:
    """The same scheme for the days on which reps are in its group, unless it compares reps, shares a pool,
    carries something or credits rows on several days."""
    if re.search(r"\brank\b|\bshare \(|\bcarry\b|\bmixed\b", _with_needed(scheme, pool)):
        return scheme
    return scheme.replace("{\n", "{\n  changes: split\n", 1)
