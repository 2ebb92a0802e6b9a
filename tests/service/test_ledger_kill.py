"""A command of the ledger that is killed while it writes leaves the ledger as it was; two at once do not mix."""

import subprocess
import sys
from pathlib import Path

import pytest

from meed.engine.pay_ledger.entries import Disputed, Founded, PeriodOpened
from meed.service.pay_ledger.ledger_file import LedgerFile, found_ledger, open_ledger
from meed.service.stopped import Findings

from ..pay_books import SALES, PayBook, sold

KILLED = """
import os, signal, sys
from pathlib import Path
from meed.service.pay_ledger import ledger_file
real, seen = ledger_file.insert, []
def insert(table):
    seen.append(table)
    if table.name == "entries" and len(seen) > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(table)
ledger_file.insert = insert
ledger_file._ROWS_AT_ONCE = 2
sys.path.insert(0, sys.argv[3])
from tests.pay_books import SALES, PayBook, sold
book = PayBook("USD", "2026-01")
made = book.close(SALES, sold(*(f"D{n} Ada 100 2026-01-{n:02}" for n in range(1, 31))))
with ledger_file.open_ledger(Path(sys.argv[1])) as file:
    file.add(made.records, SALES)
"""
FOUNDED = [Founded("USD", "carry", "payment", "half_up"), PeriodOpened("2026-01", "2026-01-01", "2026-01-31")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with found_ledger(tmp_path / "ledger.sqlite") as file:
        file.add(FOUNDED)
    return tmp_path / "ledger.sqlite"


@pytest.mark.parametrize("writes", [0, 1, 7, 30])
def test_a_closing_that_is_killed_while_it_writes_posts_nothing(writes: int, path: Path) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(writes), root], check=False, timeout=120)
    assert done.returncode == -9
    with open_ledger(path) as file:
        assert len(file.entries) == 2
        assert file.problems == []
        book = PayBook("USD", "2026-01")
        made = book.close(SALES, sold(*(f"D{n} Ada 100 2026-01-{n:02}" for n in range(1, 31))))
        file.add(made.records, SALES)
    with open_ledger(path) as file:
        assert len(file.entries) == 2 + len(made.records)
        assert (file.problems, file.unreadable_policies()) == ([], [])


def test_who_comes_second_posts_nothing(path: Path) -> None:
    book = PayBook("USD", "2026-01")
    made = book.close(SALES, sold("D1 Ada 100 2026-01-05"))
    with open_ledger(path) as first, open_ledger(path) as second:
        first.add(made.records, SALES)
        with pytest.raises(Findings, match="the ledger was written to meanwhile"):
            second.add(made.records, SALES)
    with open_ledger(path) as file:
        assert len(file.entries) == 2 + len(made.records)


def test_what_is_unsound_is_not_written(path: Path) -> None:
    with open_ledger(path) as file, pytest.raises(ValueError, match="is not in the ledger"):
        file.add([Disputed("L0", "text", "Ada")])
    with open_ledger(path) as file:
        assert len(file.entries) == 2


def test_a_ledger_that_was_begun_and_never_written_may_be_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with found_ledger(path):
        pass
    with found_ledger(path) as file:
        file.add(FOUNDED)
    assert isinstance(file, LedgerFile)
    with open_ledger(path) as file:
        assert len(file.entries) == 2
