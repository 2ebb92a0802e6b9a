"""The benchmark runs, its figures are of the right plan, and it fails where an amount is wrong."""

import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
TINY = ["--deals", "4000", "--reps", "40", "--rounds", "1", "--sample", "20"]
MODULES = ("batch", "invented_deals", "parquet_files", "plan_by_hand", "plan_in_meed", "plan_in_pandas")


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; its neighbours are importable while the test runs."""
    monkeypatch.syspath_prepend(FOLDER)
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    import batch  # pyright: ignore[reportMissingImports]

    return batch


def test_it_runs_and_says_time_memory_and_exactness() -> None:
    ended = subprocess.run(
        [sys.executable, FOLDER / "batch.py", "--deals", "20000", "--reps", "100", "--rounds", "2"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "20,000 deals, 100 reps, 2 rounds in turn" in ended.stdout
    assert "are those of the exact loop, to the cent, with every line" in ended.stdout
    assert ended.stdout.count("Mdeals/s") == 4
    assert ended.stdout.count("at most") == 4


def test_a_cent_too_much_in_one_month_is_an_error(
    batch: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = batch.plan_in_meed.with_meed

    def one_cent_off(*given: Any) -> Any:
        made, paid = right(*given)
        paid[0, 4] += 1
        return made, paid

    monkeypatch.setattr(batch.plan_in_meed, "with_meed", one_cent_off)
    assert batch.main([*TINY, "--no-memory", "--no-files"]) == 1
    assert "wrong: rep 0, month 5: " in capsys.readouterr().out


def test_a_cent_moved_from_one_line_to_the_next_is_an_error(batch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = batch.plan_in_meed.lines_of

    def moved(made: Any, rep: int) -> list[int]:
        first, second, *others = right(made, rep)
        return [first + 1, second - 1, *others]

    assert batch.main([*TINY, "--no-memory", "--no-files"]) == 0
    monkeypatch.setattr(batch.plan_in_meed, "lines_of", moved)
    assert batch.main([*TINY, "--no-memory", "--no-files"]) == 1


def test_a_seed_gives_the_same_deals_and_another_one_others(batch: Any) -> None:
    made = [batch.with_deals(500, 10, seed) for seed in (1, 1, 2)]
    assert all(np.array_equal(getattr(made[0], name), getattr(made[1], name)) for name in ("rep", "day", "cents"))
    assert not np.array_equal(made[0].cents, made[2].cents)


def test_every_tier_the_cap_and_each_prize_decide_something(batch: Any) -> None:
    deals = batch.with_deals(20_000, 100)
    hand = batch.plan_by_hand
    paid, _ = hand.by_hand(deals, range(100))
    quarters = [
        sum(paid[rep, month] for month in range(start, start + 3)) for rep in range(100) for start in (0, 3, 6, 9)
    ]
    assert any(total >= hand.CAP for total in quarters)
    booked = np.zeros((100, 4), dtype=np.int64)
    np.add.at(booked, (deals.rep, batch.plan_in_meed.month_of()[deals.day - batch.FIRST_DAY] // 3), deals.cents)
    assert all((booked >= low).any() and (booked < low).any() for low, _ in hand.TIERS[1:])


def test_a_run_is_lean_and_gives_its_postings_back_before_its_lines_come(batch: ModuleType) -> None:
    """Bytes a deal beside the facts: at most so many on the way, so many afterwards."""
    deals = 200_000
    plan = batch.plan_in_meed
    policy = plan.plan()
    facts = plan.facts_of(policy, batch.with_deals(deals, 1_000, 1))
    tracemalloc.start()
    try:
        made, _ = plan.with_meed(policy, facts)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(made.lines) > deals // 2
    assert most < 120 * deals
    assert kept < 40 * deals


def test_the_size_of_a_service_is_measured() -> None:
    command = [sys.executable, FOLDER / "service_size.py", "40", "3"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("40 decisions among 3 reps, each a decision of ")
