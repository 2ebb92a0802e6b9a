"""A wheel with its engine compiled: what may be in it, and that it does the very same.

It is built once. Where there is no C compiler the tests that need it are skipped, and say so.
"""

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = ("dsl", "engine", "policies", "service")
HISTORIES = 40
SUITE = (
    "tests/conformance", "tests/engine/test_assignment.py", "tests/engine/test_floor.py", "tests/engine/test_life.py",
    "tests/engine/test_deadlines.py",
    "tests/engine/test_outcome_text.py", "tests/engine/test_sharing.py", "tests/engine/test_shares.py",
    "tests/engine/test_arrival.py", "tests/engine/test_book.py", "tests/properties/test_assignment.py",
    "tests/properties/test_life.py", "tests/properties/test_both_evaluators.py", "tests/service/test_api_decisions.py",
    "tests/service/test_audit_log.py", "tests/service/test_cli_forecast.py", "tests/service/test_cli_stores.py",
    "tests/service/test_plain_heads.py", "tests/service/test_strict_json.py", "tests/service/test_hostile_requests.py",
)  # fmt: skip
"""What is run again with machine code in the place of the sources."""
ASIDE = (
    "test_a_condition_is_read_once_a_rep_and_once_a_value_of_the_lead",
    "test_what_is_remembered_has_a_limit_and_no_influence",
)
"""Tests that put something of their own in the place of a method, which machine code does not look up."""


def build_module() -> dict[str, Any]:
    """What setup.py defines, without its last line, which builds."""
    text = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    made: dict[str, Any] = {"__file__": str(ROOT / "setup.py")}
    exec(compile(ast.Module(text.body[:-1], []), "setup.py", "exec"), made)
    return made


BUILD = build_module()
MODULES: list[str] = BUILD["MODULES"]


def bases(path: str) -> Iterator[tuple[str, str]]:
    """The classes of a module, each with the paths of the modules from which those come that it inherits from."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    come = {
        alias.asname or alias.name: "/".join([*path.split("/")[: -node.level], *(node.module or "").split(".")]) + ".py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, come[ast.unparse(base)]) for base in node.bases if ast.unparse(base) in come)


def test_every_module_that_is_compiled_is_there() -> None:
    assert [path for path in MODULES if not (ROOT / path).is_file()] == []


def test_nothing_that_is_not_compiled_inherits_from_what_is() -> None:
    paths = [path.relative_to(ROOT).as_posix() for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    found = [(path, heir, base) for path in paths for heir, base in bases(path)]
    assert ("engine/watching/as_of.py", "HistoryWorld", "engine/world.py") in found
    loose = [f"{path}: {heir}" for path, heir, base in found if base in MODULES and path not in MODULES]
    assert loose == [], "compile these as well (setup.py): machine code refuses to be inherited from by sources"


def test_what_is_caught_under_one_name_in_a_function_is_of_one_type() -> None:
    found: list[str] = []
    for path in MODULES:
        for function in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                caught = {
                    (node.name, ast.unparse(node.type))
                    for node in ast.walk(function)
                    if isinstance(node, ast.ExceptHandler) and node.name is not None and node.type is not None
                }
                if len(caught) > len({name for name, _ in caught}):
                    found.append(f"{path}: {function.name}")
    assert found == [], "name each type of error differently: machine code takes them for the first one"


def test_constructors_that_are_written_out_take_what_those_of_the_dataclasses_take() -> None:
    seen = 0
    for path in MODULES:
        source = (ROOT / path).read_text(encoding="utf-8")
        written = BUILD["written_out"](source)
        for before, after in zip(source.splitlines(), written.splitlines(), strict=False):
            assert before == after or before == "" or before.startswith("@dataclass(")  # each stays on its line
        module = import_module(f"meed.{path.removesuffix('.py').replace('/', '.')}")
        for node in ast.parse(written).body:
            if isinstance(node, ast.ClassDef) and any("init=False" in ast.unparse(one) for one in node.decorator_list):
                made = next(one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__")
                due = list(signature(getattr(module, node.name)).parameters.values())
                names = [one.arg for one in made.args.args[1:]]
                assert names == [one.name for one in due]
                assert len(made.args.defaults) == len([one for one in due if one.default is not Parameter.empty])
                seen += 1
    assert seen > 10


def build(to: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    words = ["-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    environment = {**os.environ, "MEED_COMPILE": "1", **environ}
    command = [sys.executable, *words, str(to), str(ROOT)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_without_a_c_compiler_the_build_says_what_is_needed(tmp_path: Path) -> None:
    made = build(tmp_path, CC="no-such-compiler -O2")
    assert made.returncode != 0
    assert "`no-such-compiler -O2` was not found: MEED_COMPILE=1 needs a C compiler" in made.stdout + made.stderr


def test_an_editable_install_is_never_compiled(tmp_path: Path) -> None:
    words = ["-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-build-isolation", "--target"]
    command = [sys.executable, *words, str(tmp_path), "--editable", str(ROOT)]
    made = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "MEED_COMPILE": "1"}, check=False)
    assert made.returncode != 0
    assert "an editable install runs the sources" in made.stdout + made.stderr


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that finds the compiled packages before the sources."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no C compiler `{compiler}` to compile the engine with")
    folder = tmp_path_factory.mktemp("compiled")
    made = build(folder)
    assert made.returncode == 0, made.stdout + made.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "packages")
    return {**os.environ, "PYTHONPATH": str(folder / "packages")}


def run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, *words]
    made = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert made.returncode == 0, made.stdout[-8_000:] + made.stderr[-2_000:]
    return made.stdout


def test_each_module_named_is_machine_code_and_says_so(compiled: dict[str, str]) -> None:
    names = [f"meed.{path.removesuffix('.py').replace('/', '.')}" for path in MODULES]
    said = run(compiled, "-c", f"import {', '.join(names)}, sys; print(*(sys.modules[x].__file__ for x in {names}))")
    assert [path for path in said.split() if path.endswith(".py")] == []
    version = "-c", "from meed.service.cli import main; main()", "--version"
    assert run(compiled, *version) == f"{run(dict(os.environ), *version).strip()}, compiled\n"


def test_the_same_histories_have_the_same_bytes(compiled: dict[str, str]) -> None:
    program = str(HERE / "histories.py"), str(HISTORIES)
    source, *sources = run(dict(os.environ), *program).splitlines()
    binary, *binaries = run(compiled, *program).splitlines()
    assert source.endswith(".py")
    assert not binary.endswith(".py")
    assert len(set(sources)) == HISTORIES
    assert binaries == sources


def test_what_holds_for_the_sources_holds_for_machine_code(compiled: dict[str, str]) -> None:
    aside = " and ".join(f"not {name}" for name in ASIDE)
    said = run(
        {**compiled, "CI": "true", "MEED_LIFE_RUNS": "30"}, "-m", "pytest", "-p", "no:cacheprovider", "-p",
        "no:xdist", "-k", aside, *SUITE,
    )  # fmt: skip
    assert " passed" in said.splitlines()[-1]
