"""What the front page shows is what happens: its policy, its slip, its Python, and its figures of the example."""

import re
import subprocess
import sys
from pathlib import Path

from meed.dsl import SourceFile, check
from meed.dsl.render import render_text
from meed.policies.testing import run_tests

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "examples" / "field_sales" / "README.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)[number]


def test_the_policy_checks_and_passes_its_test() -> None:
    checked = check(SourceFile("east.meed", block("meed")))
    assert checked.policy is not None
    assert [one for one in checked.diagnostics if one.severity != "note"] == []
    assert [result.failures for result in run_tests(checked.policy)] == [()]


def test_the_slip_is_reported_as_shown() -> None:
    source = SourceFile("east.meed", block("meed").replace("attainment >= 80%", "attainment >= 80"))
    shown = block("text").split("\n", 1)[1]
    assert shown.startswith(render_text(check(source).diagnostics, source).rstrip())


def test_the_python_prints_what_is_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    shown = re.search(r"^```python\n.*?^```\n\n```text\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert done.stdout.rstrip() == shown.group(1).rstrip()


def test_the_figures_of_the_example_are_those_of_its_own_page() -> None:
    """Its page is held by the example's tests."""
    lines = block("text", 1).splitlines() + block("text", 2).splitlines()
    quoted = [line for line in lines if not line.startswith("$")]
    missing = [line for line in quoted if line.strip() not in {"", "..."} and line.strip() not in EXAMPLE]
    assert missing == []


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(targets) > 10
    assert [target for target in targets if not (ROOT / target).exists()] == []
