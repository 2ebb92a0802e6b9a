"""How large a service grows: bytes on disk and in memory for each decision, and how long a restart takes.

    python benchmarks/service_size.py [DECISIONS] [REPS]      needs the extra `test`

Decisions are made by the service itself, in batches, on one core, with SQLite; then it is started again. Prints
figures and asserts nothing about them. Every rep could take every lead, so a decision explains itself at full length.
"""

import sys
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from meed.service.app import create_app
from meed.service.settings import Settings

try:
    import resource
except ImportError:  # no such module on Windows
    resource = None

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for a package that is to follow the one it works with
    from fastapi.testclient import TestClient

POLICY = """policy "Size" { currency: CNY  timezone: "Asia/Shanghai" }
facts standard
facts rep { weight: count }
let strength of rep = rep.weight
assign lead {
  otherwise to any rep where lead.region in rep.skills by capability_weighted strength
  if nobody hold "ops desk"
}
"""
AT_ONCE = 500


def client(folder: Path) -> TestClient:
    """The service over a folder."""
    facts = {"rep": folder / "reps.csv"}
    settings = Settings(folder / "size.meed", folder / "meed.sqlite", facts, log_requests=False)
    return TestClient(create_app(settings), base_url="http://127.0.0.1")


def decide(made: TestClient, numbers: range) -> None:
    """Decide leads, so many at once."""
    leads = [{"id": f"L{number}", "value": "1200.50", "region": "East"} for number in numbers]
    asked = [{"request_id": f"r-{lead['id']}", "fact": lead} for lead in leads]
    answer = made.post("/v1/decisions/lead/batch", json={"decisions": asked})
    assert all(one["decision"] for one in answer.json()["answers"]), answer.text[:500]


def memory() -> int:
    """The most memory that the process had so far, in kilobytes (0 where nobody knows)."""
    return 0 if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(decisions: int = 5_000, reps: int = 10) -> None:
    """Measure, and print."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.joinpath("size.meed").write_text(POLICY, encoding="utf-8")
        rows = "".join(f"r{number},{number % 5 + 1},East\n" for number in range(reps))
        folder.joinpath("reps.csv").write_text(f"id,weight,skills\n{rows}", encoding="utf-8")
        with client(folder) as made:
            before = memory()
            for first in range(0, decisions, AT_ONCE):
                decide(made, range(first, min(decisions, first + AT_ONCE)))
            grown = memory() - before
        size = sum(path.stat().st_size for path in folder.glob("meed.sqlite*"))
        began = time.perf_counter()
        with client(folder):
            spent = time.perf_counter() - began
    print(f"{decisions:,} decisions among {reps} reps, each a decision of {size // decisions:,} bytes on disk")
    print(f"memory grew by {grown * 1024 // decisions:,} bytes a decision")
    print(f"a restart took {spent:.2f} s, {spent / decisions * 1000:.2f} ms a decision")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
