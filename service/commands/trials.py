"""`meed test`: the tests that policies hold."""

from __future__ import annotations

import typer

from ...policies.testing import TestResult, run_tests
from ..policy_files import sound_policy
from ..stopped import FINDINGS, FINE
from ..terminal import Form, note, say, say_json

__all__ = ["try_out"]


def try_out(
    policy: list[str] = typer.Argument(metavar="POLICY...", help="Policy files; `-` is standard input."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Run the tests that policies hold.

    Prints every test, and for those that fail what was expected, what came out and why. JSON is a list with file,
    title, passed, place and failures.
    """
    results = [(path, result) for path in policy for result in _results(path)]
    if form == "json":
        say_json([_as_json(path, result) for path, result in results])
    else:
        for _, result in results:
            _as_text(result)
        _say_verdict([result for _, result in results])
    return FINE if all(result.passed for _, result in results) else FINDINGS


def _results(path: str) -> list[TestResult]:
    found = run_tests(sound_policy(path))
    if not found:
        note(f"{path} has no tests")
    return found


def _as_text(result: TestResult) -> None:
    say(f"{'passed' if result.passed else 'FAILED'}  {result.title}   ({result.place})")
    for failure in result.failures:
        for line in failure.split("\n"):
            say(f"    {line}")


def _say_verdict(results: list[TestResult]) -> None:
    failed = sum(not result.passed for result in results)
    tests = "1 test" if len(results) == 1 else f"{len(results):,} tests"
    if not results:
        return
    say(f"{failed:,} of {tests} failed" if failed else f"{tests} passed")


def _as_json(path: str, result: TestResult) -> dict[str, object]:
    return {
        "file": path,
        "title": result.title,
        "passed": result.passed,
        "place": result.place,
        "failures": list(result.failures),
    }
