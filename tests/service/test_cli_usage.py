"""How the command line answers slips, failures and streams that close."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.service import cli
from meed.service.cli import VERBS
from meed.service.stopped import WrongUse
from meed.service.verb import spread_facts

from .sales_folder import GIVEN, PAID, SalesFolder, sales_folder

HEAVY = ("numpy", "pandas", "pyarrow", "fastapi", "sqlalchemy", "uvicorn", "pydantic")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def program(code: str) -> str:
    """What a fresh Python prints for a program."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def loaded(*commands: tuple[str, ...]) -> list[str]:
    """The heavy packages that commands load, one after the other in one process."""
    code = f"from meed.service.cli import run; import sys; [run(args) for args in {commands!r}]; print()\n"
    return program(f"{code}print('loaded:', *sorted({HEAVY!r} & sys.modules.keys()))").splitlines()[-1].split()[1:]


def test_a_heavy_package_that_is_loaded_is_seen(folder: SalesFolder) -> None:
    code = f"import numpy, sys; print('loaded:', *sorted(set({HEAVY!r}) & sys.modules.keys()))"
    assert program(code).split() == ["loaded:", "numpy"]


def test_help_names_every_verb(folder: SalesFolder) -> None:
    said = folder.fine("--help")
    width = max(map(len, VERBS)) + 2
    for name, verb in VERBS.items():
        assert f"  {name:<{width}}{verb.says}" in said.lines
    assert folder.fine().out == said.out


@pytest.mark.parametrize("name", VERBS)
def test_a_help_page_begins_as_the_list_of_verbs_does_and_names_no_type(name: str, folder: SalesFolder) -> None:
    page = " ".join(folder.fine(name, "--help").out.split())
    assert page.startswith(f"Usage: meed {name} ")
    assert f"[OPTIONS] {VERBS[name].says}" in page
    assert not any(word in page for word in ("list[", "<str", "<path", "<bool"))


def test_the_version_is_said(folder: SalesFolder) -> None:
    assert folder.fine("--version").out.startswith("meed 0.")


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (["simulte"], "there is no verb `simulte`", "did you mean `simulate`?"),
        (["xyz"], "there is no verb `xyz`", f"use one of {', '.join(f'`{verb}`' for verb in VERBS)}"),
        (["check"], "`meed check` needs POLICY", "`meed check --help` shows how to use it"),
        (["check", "a", "--stritc"], "`meed check` has no option `--stritc`", "did you mean `--strict`?"),
        (["fairness", "--fact", "rep=a"], "`meed fairness` has no option `--fact`", "did you mean `--facts`?"),
        (["ledger", "show", "--leger", "x"], "`meed ledger show` has no option `--leger`", "did you mean `--ledger`?"),
        (
            ["check", "a", "--out", "x"],
            "`meed check` has no option `--out`",
            "its options are `--format`, `--choices`, `--strict` and `--help`",
        ),
        (["check", "a", "--format", "xml"], "`--format` cannot be `xml`", "use `text` or `json`"),
        (["check", "nope.meed"], "nope.meed: there is no such file", "check the name and the folder"),
        (["check", "."], ".: this is a folder", "name a policy file, like `field_sales.meed`"),
        ([*PAID, "more"], "`meed simulate` has no use for `more`", "`meed simulate --help` shows how to use it"),
        ([*PAID[:-1]], "`--out` needs a value behind it", "`meed --help` shows how to use it"),
        ([*PAID[:-2]], "`meed simulate` needs `--out FOLDER`", "`meed simulate --help` shows how to use it"),
        ([*GIVEN[:-2]], "`meed assign` needs `--out FILE.csv`", "`meed assign --help` shows how to use it"),
        (["serve", "give.meed", "--port", "x"], "`--port` cannot be `x`", "use a whole number from 0 to 65535"),
    ],
)  # fmt: skip
def test_a_slip_is_said_in_a_line_with_what_to_do(
    args: list[str], message: str, advice: str, folder: SalesFolder
) -> None:
    said = folder.meed(*args)
    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\nhelp: {advice}\n")


@pytest.mark.parametrize(
    ("facts", "message", "advice"),
    [
        (["reps.csv"], "`--facts` takes NAME=FILE, not `reps.csv`", "write it like `--facts rep=reps.csv`"),
        (["rep", "=", "reps.csv"], "`--facts` takes NAME=FILE, not `rep`", "write it like `--facts rep=FILE`"),
        (["rep="], "`--facts rep=` names no file", "write it like `--facts rep=reps.csv`"),
        (["=reps.csv"], "`--facts =reps.csv` names no kind of fact", "write it like `--facts rep=reps.csv`"),
        (["rep=reps.csv", "rep=b.csv"], "`--facts` names two files for `rep`", "put the rows into one file"),
        ([], "`--facts` names no file", "write it like `--facts rep=reps.csv deal=deals.csv`"),
    ],
)
def test_a_slip_in_facts_is_said(facts: list[str], message: str, advice: str, folder: SalesFolder) -> None:
    said = folder.meed("simulate", "pay.meed", "--facts", *facts, "--period", "2026", "--out", "out")
    assert (said.code, said.err) == (2, f"error: {message}\nhelp: {advice}\n")


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.function])
def test_an_option_is_never_mistaken_for_one_that_is_called_otherwise(name: str, folder: SalesFolder) -> None:
    page = folder.fine(name, "--help").out
    options = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", page, re.MULTILINE))
    for word in ("--ot", "--out", "--fomat", "--perid", "--facts", "--xyzzy"):
        if word in options:
            continue
        said = folder.meed(name, word)
        meant = re.findall(r"did you mean `(--[a-z-]+)`", said.err)
        assert (meant and set(meant) <= options) or all(option in said.err for option in options), said.err
        assert meant != ["--format"] or word == "--fomat"


NAMES = st.sampled_from(["rep", "deal", "客户", "x_1", ""])
PATHS = st.sampled_from(["reps.csv", "", "a b.xlsx#Tab = 2", "=", "-", "~/名.csv", "C:\\x", "--out"])
FILES = st.lists(st.tuples(NAMES, PATHS), min_size=1, max_size=4)


@given(FILES, FILES)
def test_several_facts_after_one_option_are_as_if_each_had_its_own(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    one, two = ([f"{name}={file}" for name, file in files] for files in (first, second))
    single = [word for value in (*one, *two) for word in ("--facts", value)]
    assert list(spread_facts(["--facts", *one, "--facts", *two])) == single
    apart = list(spread_facts(["p.meed", "--facts", *one, "--period", "2026", "--facts", *two]))
    assert apart == ["p.meed", *single[: 2 * len(one)], "--period", "2026", *single[2 * len(one) :]]


def test_what_stands_behind_two_dashes_is_no_fact() -> None:
    assert list(spread_facts(["--facts", "a=b", "--", "c=d"])) == ["--facts", "a=b", "--", "c=d"]
    assert list(spread_facts(["--facts=a=b", "c=d"])) == ["--facts=a=b", "--facts", "c=d"]
    assert list(spread_facts(["--facts", "a=b", "pay.meed", "c=d"])) == ["--facts", "a=b", "pay.meed", "c=d"]


def test_help_and_check_load_nothing_heavy(folder: SalesFolder) -> None:
    checks = [("check", "pay.meed"), ("check", "pay.meed", "--format", "json"), ("fmt", "--check", "pay.meed")]
    assert loaded(("--help",), ("--version",), *checks, ("simulte",)) == []


def test_a_simulation_does_without_pandas(folder: SalesFolder) -> None:
    assert loaded(PAID) == ["numpy"]


def test_a_defect_is_said_without_a_traceback(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("out of\nluck")

    monkeypatch.setattr("meed.service.commands.check.checked_policy", fails)
    said = folder.meed("check", "pay.meed")
    assert said.code == 3
    assert said.err.splitlines()[0] == "error: meed failed: out of luck"
    monkeypatch.setenv("MEED_DEBUG", "1")
    with pytest.raises(RuntimeError):
        folder.meed("check", "pay.meed")


def test_where_a_slip_is_found_is_shown_when_asked_for(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEED_DEBUG", "1")
    with pytest.raises(WrongUse):
        folder.meed("check", "nope.meed")


def test_a_reader_that_goes_away_is_no_failure(folder: SalesFolder) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from meed.service.cli import main; main()", "check", "pay.meed"]
    with os.fdopen(write) as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_names_are_printed_whatever_the_terminal_can_write(folder: SalesFolder) -> None:
    command = [sys.executable, "-c", "from meed.service.cli import main; main()", *PAID]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?? pay 3 pays" in done.stdout


def test_an_interrupt_ends_quietly(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("meed.service.commands.check.checked_policy", interrupted)
    said = folder.meed("check", "pay.meed")
    assert (said.code, said.out) == (130, "")
    assert "Traceback" not in said.err


def test_the_entry_exits_with_the_code(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["meed", "check", "nope.meed"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
