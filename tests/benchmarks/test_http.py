"""The benchmark of decisions over HTTP runs, and every answer 200 is a decision in the journal."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "http" / "run.py"


def test_every_answer_is_in_the_journal() -> None:
    command = [sys.executable, str(SCRIPT), "--rounds", "1", "--seconds", "1", "--connections", "8", "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    journal = found["journals"]["meed"]
    assert journal["fine"] == journal["recorded"] > 0
    assert journal["bad"] == 0
    assert found["bare_at_half"]["p50_us"] > 0
