"""The benchmark of `meed allocate` runs at a small size, and ends as the command does."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_it_allocates_what_it_makes_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    import allocate  # pyright: ignore[reportMissingImports]

    assert allocate.main(["--leads", "60", "--reps", "5"]) == 0
    said = capsys.readouterr().out
    assert "allocated 60 leads: 60 shared out together, 0 held" in said
    assert "60 leads, 5 reps, by best fit" in said
    assert allocate.main(["--leads", "6", "--reps", "2", "--by", "nothing"]) == 1
