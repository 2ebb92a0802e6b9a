"""`meed ledger`: a small team's books from the first period to payroll, what each verb says, and what it refuses."""

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .sales_folder import Said, SalesFolder, sales_folder

POLICY = """policy "Monthly" { version: "1"  currency: USD }
facts standard
facts rep { quota: money > 0 }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme sales for every rep per month {
  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 10% }
}
"""
REPS = "id,quota\nAda,10000\nBo,8000\n"
HEAD = "id,owner,amount,stage,closed\n"
D1, D2, D3 = "D1,Ada,8000,won,2026-01-10\n", "D2,Ada,4000,won,2026-01-20\n", "D3,Bo,6000,won,2026-01-15\n"
JANUARY = HEAD + D1 + D2 + D3
FEBRUARY = HEAD + D1 + D2.replace("4000", "3000") + "D4,Ada,20000,won,2026-02-02\n"


class Books(SalesFolder):
    """The folder with a policy of its own and facts that change from month to month."""

    def ledger(self, *args: str) -> Said:
        return self.meed("ledger", *args)

    def close(self, period: str, *args: str) -> Said:
        return self.ledger("close", "month.meed", "--facts", "rep=team.csv", "deal=sold.csv", "--period", period, *args)

    def entries(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path / "ledger.sqlite") as base:
            return base.execute("SELECT * FROM entries ORDER BY number").fetchall()

    def line(self, row: str) -> str:
        lines = self.ledger("show", "--rep", "Ada", "--format", "json").json["lines"]
        return next(line["line"] for line in lines if line["key"] == row)


@pytest.fixture
def books(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Books:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    books = Books(made.path, made.capture)
    books.write("month.meed", POLICY)
    books.write("team.csv", REPS)
    books.write("sold.csv", JANUARY)
    assert books.ledger("init", "month.meed", "--first", "2026-01").code == 0
    return books


def refused(said: Said, message: str, advice: str, code: int = 2) -> None:
    assert (said.code, said.out, said.err) == (code, "", f"error: {message}\nhelp: {advice}\n")


def test_books_from_the_first_period_to_payroll(books: Books) -> None:
    assert books.close("2026-01").lines[0] == "2026-01 is closed: 3 lines of 1,000.00 USD"
    assert books.ledger("pay", "--as-of", "2026-02-10").lines[0] == "paid as of 2026-02-10: 1,000.00 USD to 2 reps"
    books.write("sold.csv", FEBRUARY)
    said = books.close("2026-02")
    assert said.lines[0] == "2026-02 is closed: 1 line of 1,500.00 USD"
    assert any("deal D2: amount was 4,000.00 USD, is 3,000.00 USD" in line for line in said.lines)
    assert any("deal D3 is no longer in the facts" in line for line in said.lines)
    said = books.ledger("pay", "--as-of", "2026-03-10")
    assert [line.strip() for line in said.lines if line.startswith("  ")] == ["Ada: 1,400.00 USD", "Bo: -300.00 USD"]
    payroll = list(csv.DictReader(io.StringIO(books.ledger("export", "--for", "payroll", "--period", "2026-03").out)))
    assert [(row["rep"], row["earned"], row["adjustments"], row["net"], row["payout"]) for row in payroll] == [
        ("Ada", "1500.00", "-100.00", "1400.00", "1400.00")
    ]
    accrual = books.ledger("export", "--for", "accrual", "--period", "2026-03", "--format", "json").json
    assert accrual["totals"]["closing"] == "-300.00"
    assert [(row["rep"], row["opening"], row["paid"], row["due"]) for row in accrual["rows"]] == [
        ("Ada", "1400.00", "1400.00", "0.00"), ("Bo", "-300.00", "0.00", "-300.00"),
    ]  # fmt: skip
    said = books.ledger("verify")
    assert said.code == 0
    assert f"{len(books.entries())} entries hold" in said.out


def test_closing_again_changes_nothing_and_says_so(books: Books) -> None:
    books.close("2026-01")
    before = books.entries()
    said = books.close("2026-01")
    assert (said.code, said.out) == (
        0,
        "2026-01 is closed already, and nothing has changed since: nothing was posted\n",
    )
    books.write("sold.csv", FEBRUARY)
    said = books.close("2026-01")
    assert said.code == 0
    assert "2 lines of closed periods differ by now, which is posted when 2026-02 is closed:" in said.out
    made = books.close("2026-01", "--format", "json").json
    assert [(one["key"], one["posted"], one["now"]) for one in made["differences"]] == [
        ("D2", "300.00", "200.00"), ("D3", "300.00", "0.00"),
    ]  # fmt: skip
    assert books.entries() == before


def test_a_preview_posts_nothing(books: Books) -> None:
    before = books.entries()
    said = books.close("2026-01", "--preview")
    assert said.lines[0] == "2026-01 would be closed: 3 lines of 1,000.00 USD"
    assert said.lines[-1] == "nothing was posted: this was a preview"
    assert books.entries() == before


def test_the_life_of_a_line_is_told(books: Books) -> None:
    books.close("2026-01")
    books.ledger("pay", "--as-of", "2026-02-10")
    books.write("sold.csv", FEBRUARY)
    books.close("2026-02")
    line = books.line("D2")
    books.ledger("dispute", line, "the customer took it back")
    told = books.ledger("show", "--line", line, "--format", "json").json
    assert (told["amount"], told["balance"]["paid"], told["balance"]["due"]) == ("200.00", "300.00", "-100.00")
    assert [event["says"].split(",")[0] for event in told["life"]] == [
        "earned in 2026-01", "payable from 2026-01-31", "paid as of 2026-02-10", "adjusted in 2026-02",
        "payable from 2026-02-01", told["life"][-1]["says"],
    ]  # fmt: skip
    first, second = told["postings"]
    assert (second["before"], second["amount"], second["cause"]) == ("300.00", "-100.00", "changed")
    assert second["corrects"] == told["life"][0]["entry"]
    assert len(first["policy"]) == len(second["facts"]) == 64
    text = books.ledger("show", "--line", line).out
    assert "300.00 USD before, 200.00 USD now" in text
    assert "deal D2: amount was 4,000.00 USD, is 3,000.00 USD" in text


def test_a_dispute_is_answered_by_an_adjustment(books: Books) -> None:
    books.close("2026-01")
    number = books.ledger("dispute", books.line("D1"), "half is missing", "--format", "json").json["dispute"]
    assert "open disputes:" in books.ledger("show").out
    said = books.ledger("answer", str(number), "--adjust", "12.50", "--reason", "agreed", "--by", "Eve")
    assert said.lines[-1] == f"dispute {number} is answered"
    assert "12.50 USD posted in 2026-02" in said.out
    assert "open disputes:" not in books.ledger("show").out
    books.write("sold.csv", JANUARY.replace("8000", "7000"))
    assert "make sure that it is not corrected twice" in books.close("2026-02").out


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (["--explain", "a", "--adjust", "5"], "a dispute is answered in one of two ways",
         "use `--explain TEXT`, or `--adjust AMOUNT --reason TEXT`"),
        (["--adjust", "5"], "`--adjust` and `--reason` belong together", "say both, or use `--explain TEXT`"),
        (["--adjust", "5.555", "--reason", "x"], "`--adjust` `5.555` has more than 2 decimals",
         "`USD` has 2, round the amount first"),
        (["--explain", "a"], "there is no dispute 7", "open disputes: none"),
    ],
)  # fmt: skip
def test_a_slip_in_an_answer_is_said(args: list[str], message: str, advice: str, books: Books) -> None:
    refused(books.ledger("answer", "7", "--by", "Eve", *args), message, advice)


def test_a_statement_above_the_limit_waits(books: Books) -> None:
    books.write("month.meed", POLICY.replace("currency: USD", "currency: USD  approval_above: 500"))
    assert "statement of Ada in 2026-01: 700.00 USD, above 500.00 USD" in books.close("2026-01").out
    assert "paid as of 2026-02-10: 300.00 USD to 1 rep" in books.ledger("pay", "--as-of", "2026-02-10").out
    said = books.ledger("approve", "--rep", "Ada", "--period", "2026-01", "--by", "Eve", "--reason", "a large account")
    assert said.out == "the statement of Ada in 2026-01 is approved by Eve\n"
    assert "700.00 USD to 1 rep" in books.ledger("pay", "--as-of", "2026-02-10").out


def test_reps_are_paid_in_their_currency(books: Books) -> None:
    books.close("2026-01")
    books.write("paid_in.csv", "rep,currency\nBo,EUR\nZoe,EUR\n")
    books.write("rates.csv", "currency,from,rate\nEUR,2026-01-01,0.9\nEUR,2026-02-01,0.87655\n")
    said = books.ledger("pay", "--as-of", "2026-02-10", "--currencies", "paid_in.csv", "--rates", "rates.csv")
    assert "Bo: 300.00 USD = 262.97 EUR at 0.87655 of 2026-02-10" in said.out
    assert said.err == "note: `--currencies` names reps without a line in the ledger: Zoe\n"
    payroll = books.ledger("export", "--for", "payroll", "--period", "2026-02", "--out", "payroll.csv")
    assert payroll.out.startswith("payroll.csv: 2 rows; earned 1000.00")
    assert books.rows("payroll.csv")[1]["payout"] == "262.97"


PAID_IN, RATE = "rep,currency\nBo,EUR\n", "currency,from,rate\nEUR,"


@pytest.mark.parametrize(
    ("currencies", "rates", "message", "advice", "code"),
    [
        (PAID_IN, None, "there is no rate of EUR for 2026-02-10", "add one to the rates file (`--rates`)", 2),
        (PAID_IN.replace("EUR", "RMB"), None, "paid_in.csv row 2: unknown currency `RMB`",
         "use a three-letter code of ISO 4217 such as `USD`, did you mean `CNY`?", 1),
        (PAID_IN.replace("currency", "curency"), None, "paid_in.csv: there is no column `currency`",
         "did you mean `curency`?", 2),
        (PAID_IN + "Bo,JPY\n", None, "paid_in.csv row 3: Bo has two currencies", "leave one of the rows", 1),
        (PAID_IN.replace("EUR", ""), None, "paid_in.csv row 2: `currency` is empty",
         "fill it in, or remove the row", 1),
        (PAID_IN, RATE + "2026-13-01,1\n", "rates.csv row 2: `2026-13-01` is not a day",
         "write the day from which the rate holds like 2026-04-01", 1),
        (PAID_IN, RATE + "2026-01-01,one\n", "rates.csv row 2: `one` is not an amount",
         "write the rate as a decimal, such as `0.9215`", 1),
        (PAID_IN, RATE + "2026-01-01,0\n", "the rate 0 of EUR is not above zero", "correct it", 2),
    ],
)  # fmt: skip
def test_a_slip_in_currencies_is_said_by_file_and_row(
    currencies: str, rates: str | None, message: str, advice: str, code: int, books: Books
) -> None:
    books.close("2026-01")
    books.write("paid_in.csv", currencies)
    given = [] if rates is None else ["--rates", str(books.write("rates.csv", rates).name)]
    said = books.ledger("pay", "--as-of", "2026-02-10", "--currencies", "paid_in.csv", *given)
    refused(said, message, advice, code)


def test_what_is_out_of_order_is_refused_with_what_to_do(books: Books) -> None:
    refused(
        books.close("2026-03"),
        "2026-03 cannot be closed: 2026-01 is open",
        "close 2026-01; periods are closed in order",
    )
    refused(
        books.ledger("pay", "--as-of", "2026-01-10"),
        "nothing can be paid before a period is closed", "close 2026-01 first",
    )  # fmt: skip
    refused(books.ledger("init", "month.meed", "--first", "2026-01"), "ledger.sqlite is there already",
            "name another file with `--ledger`, or go on with this one")  # fmt: skip
    refused(books.ledger("show", "--ledger", "none.sqlite"), "none.sqlite: there is no ledger",
            "make one with `meed ledger init`, or name it with `--ledger`")  # fmt: skip
    books.close("2026-01")
    refused(books.ledger("show", "--rep", "Ade"), "there is no rep `Ade` in the ledger", "did you mean `Ada`?")
    refused(books.ledger("show", "--line", "Lxx"), "there is no line `Lxx` in the ledger",
            "`meed ledger show --rep REP` lists lines with their ids")  # fmt: skip
    refused(books.ledger("pay", "--as-of", "2026-01-31"), "2026-01-31 lies in a closed period, which stays as it is",
            "pay as of 2026-02-01 or later")  # fmt: skip
    refused(books.close("2026-02", "--restate", "2026-02"), "2026-02 cannot be restated: it is not a closed period",
            "name a closed one, or none")  # fmt: skip


def test_a_policy_of_another_currency_is_refused(books: Books) -> None:
    books.write("month.meed", POLICY.replace("USD", "EUR"))
    said = books.close("2026-01")
    assert said.code == 2
    assert "policy `Monthly` pays in EUR, and the ledger is in USD" in said.err


def test_a_closed_period_is_worked_out_under_the_policy_in_the_ledger(books: Books) -> None:
    books.close("2026-01")
    books.write("month.meed", POLICY.replace("5%", "6%").replace('"1"', '"2"'))
    books.write("sold.csv", FEBRUARY.replace("3000", "4000") + "D3,Bo,6000,won,2026-01-15\n")
    said = books.close("2026-02", "--preview")
    assert said.lines[0] == "2026-02 would be closed: 1 line of 1,600.00 USD"
    assert "adjustments of closed periods" not in said.out
    said = books.close("2026-02", "--restate", "2026-01")
    assert "2026-01 is worked out under policy" in said.out
    note = books.close("2026-01").err
    assert note == ""
    books.write("month.meed", POLICY)
    assert "it was closed under policy" in books.close("2026-01").err


# --- the file ------------------------------------------------------------------------------------------------


def test_entries_cannot_be_changed_or_removed_by_sql(books: Books) -> None:
    books.close("2026-01")
    with sqlite3.connect(books.path / "ledger.sqlite") as base:
        for statement in ("UPDATE entries SET body = ''", "DELETE FROM entries", "DELETE FROM policies"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                base.execute(statement)


def tampered(books: Books, *statements: str) -> Said:
    with sqlite3.connect(books.path / "ledger.sqlite") as base:
        for word in ("update", "delete"):
            for table in ("entries", "policies"):
                base.execute(f"DROP TRIGGER {table}_no_{word}")
        for statement in statements:
            base.execute(statement)
    return books.ledger("verify")


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE entries SET body = replace(body, '40000', '40001') WHERE number = 8", "entry 8 was changed"),
        ("UPDATE entries SET recorded = '2020' WHERE number = 4", "entry 4 was changed"),
        ("DELETE FROM entries WHERE number = 5", "entry 6 follows entry 4: entries are missing between"),
        ("UPDATE policies SET source = replace(source, '5%', '6%')", "is not in the ledger as it was"),
    ],
)
def test_what_was_tampered_with_is_found(statement: str, finding: str, books: Books) -> None:
    books.close("2026-01")
    said = tampered(books, statement)
    assert said.code == 1
    assert finding in said.out
    if "policies" not in statement:
        stopped = books.ledger("pay", "--as-of", "2026-02-10")
        assert stopped.code == 1
        assert "the ledger does not hold" in stopped.err


def test_entries_taken_away_from_the_end_are_missed_by_a_head_noted_elsewhere(books: Books) -> None:
    books.close("2026-01")
    head = books.ledger("verify", "--format", "json").json["head"]
    assert books.ledger("verify", "--noted", head).code == 0
    said = tampered(books, "DELETE FROM entries WHERE number > 2")
    assert said.code == 0
    said = books.ledger("verify", "--noted", head)
    assert said.code == 1
    assert "entries were taken away" in said.out


def test_a_file_of_another_program_is_left_alone(books: Books) -> None:
    with sqlite3.connect(books.path / "other.sqlite") as base:
        base.execute("CREATE TABLE t (a)")
    said = books.ledger("show", "--ledger", "other.sqlite")
    assert (said.code, said.err.splitlines()[0]) == (2, "error: other.sqlite: this is no pay ledger")
    books.write("text.sqlite", "no database at all, but text that is long enough to be taken for a header of one\n" * 9)
    assert books.ledger("show", "--ledger", "text.sqlite").code == 1
    assert books.ledger("init", "month.meed", "--first", "2026", "--ledger", "other.sqlite").code == 2
