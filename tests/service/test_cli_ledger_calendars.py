"""`meed ledger` closes the periods of the calendar that the policy says: fiscal quarters, months of whole weeks."""

from pathlib import Path

import pytest

from .sales_folder import Said, SalesFolder, sales_folder

POLICY = """policy "{name}" {{ version: "1"  currency: USD{calendar} }}
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme {scheme} for every rep per {per} {{ pay commission = 10% of bookings }}
"""
FISCAL = "  year_starts: april  year_named_by: start"
WEEKS = '  month_weeks: "4-4-5"  week_starts: monday  year_end: nearest'
REPS = "id\nAda\n"
DEALS = """id,owner,amount,stage,closed
D1,Ada,1000,won,2026-01-26
D2,Ada,3000,won,2026-02-22
D3,Ada,7000,won,2026-02-23
D4,Ada,9000,won,2026-05-05
"""


class Books(SalesFolder):
    def policy(self, name: str, calendar: str = "", scheme: str = "sales", per: str = "month") -> str:
        self.write(f"{name}.meed", POLICY.format(name=name, calendar=calendar, scheme=scheme, per=per))
        return f"{name}.meed"

    def begin(self, policy: str, first: str) -> Said:
        return self.meed("ledger", "init", policy, "--first", first)

    def close(self, policy: str, period: str, *more: str) -> Said:
        facts = ("--facts", "rep=team.csv", "deal=sold.csv")
        return self.meed("ledger", "close", policy, *facts, "--period", period, *more)

    def earned(self) -> dict[str, str]:
        """By period, what was posted in it."""
        periods = self.meed("ledger", "show", "--format", "json").json["periods"]
        return {one["period"]: one["earned"] for one in periods if one["closed"]}


@pytest.fixture
def books(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Books:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    books = Books(made.path, made.capture)
    books.write("team.csv", REPS)
    books.write("sold.csv", DEALS)
    return books


def test_months_of_whole_weeks_are_closed_one_after_the_other(books: Books) -> None:
    weeks = books.policy("weeks", WEEKS)
    begun = books.begin(weeks, "2026-M01")
    assert "2026-M01 (2025-12-29 to 2026-01-25) is open" in begun.out
    for month in ("2026-M01", "2026-M02", "2026-M03"):
        assert books.close(weeks, month).code == 0
    # January ends on the 25th, February on 22 February
    assert books.earned() == {"2026-M01": "0.00", "2026-M02": "400.00", "2026-M03": "700.00"}


def test_a_fiscal_quarter_is_closed_by_its_own_days(books: Books) -> None:
    fiscal = books.policy("fiscal", FISCAL, per="quarter")
    assert "2025-Q4 (2026-01-01 to 2026-03-31) is open" in books.begin(fiscal, "2025-Q4").out
    assert books.close(fiscal, "2025-Q4").code == 0
    assert books.close(fiscal, "2026-Q1").code == 0
    assert books.earned() == {"2025-Q4": "1100.00", "2026-Q1": "900.00"}


def test_a_period_of_the_same_name_and_other_days_is_refused(books: Books) -> None:
    books.begin(books.policy("plain", per="quarter"), "2026-Q1")
    said = books.close(books.policy("fiscal", FISCAL, per="quarter"), "2026-Q1")
    assert said.code == 2
    assert "2026-Q1 of policy `fiscal` is 2026-04-01 to 2026-06-30, and that of the ledger is 2026-01-01" in said.err


def test_a_calendar_may_change_where_its_schemes_have_names_of_their_own(books: Books) -> None:
    plain = books.policy("plain", per="quarter")
    books.begin(plain, "2026-01")
    for month in ("2026-01", "2026-02", "2026-03"):
        assert books.close(plain, month).code == 0
    same = books.close(books.policy("fiscal", FISCAL, per="quarter"), "2026-04")
    assert same.code == 2
    assert "policy `fiscal` has another calendar than `plain`" in same.err
    assert "such as `sales_2`" in same.err
    other = books.policy("other", FISCAL, scheme="sales_2", per="quarter")
    for month in ("2026-04", "2026-05", "2026-06"):
        assert books.close(other, month).code == 0
    # the first quarter of each calendar is called 2026-Q1, and each keeps its line
    assert books.earned() | {"2026-03": "1100.00", "2026-06": "900.00"} == books.earned()
    assert books.close(other, "2026-06").out.startswith("2026-06 is closed already, and nothing has changed")
