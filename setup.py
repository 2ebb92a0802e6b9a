"""With MEED_COMPILE=1 a wheel carries the modules on the way of a decision as machine code: see `scripts/compiled`.

All else is said in pyproject.toml. Without the variable nothing is compiled, and mypy is not needed.
"""

from __future__ import annotations

import ast
import os
import shutil
import sysconfig
import tempfile
from collections.abc import Container, Iterable
from contextlib import chdir
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext
from setuptools.command.editable_wheel import editable_wheel
from setuptools.errors import CCompilerError, ExecError, PlatformError, SetupError

HERE = Path(__file__).resolve().parent
FOLDERS = ("dsl", "engine", "policies", "service")
NEEDED = (
    "MEED_COMPILE=1 needs a C compiler and the headers of Python (Debian: apt-get install gcc libc6-dev python3-dev);"
    " without the variable meed is installed as Python, and does the same more slowly"
)
MYPY = "mypy[mypyc]>=2.4"  # as in the extra `compile`

COMPILED = {
    "dsl": "currency",
    "engine": "dependence finders histories live_column memory money versions world",
    "engine/assigning": "assignment candidates case compared decisions fact_lots further_measures hours_told levels"
    " refusal remembered rows_told sharing tier_tried",
    "engine/calendar": "waits",
    "engine/intake": "cells day_cells known_cells unreadable",
    "engine/life": "arrival deadlines deeds events floor followed giving live_facts lives moves outcome outcome_text"
    " past_events queue record refused stay taking timers timetable undo",
    "engine/numbers": "apportionment weights",
    "engine/scalars": "book compiled scalar scalar_calls scalar_hours scalar_people scalar_readings scalar_tables"
    " scalar_targets timeline trace",
    "engine/turns": "band beginnings bounds credit_unit decks excess shares sharing_terms turns",
    "engine/watching": "as_of",
    "engine/wording": "phrases wording",
    "policies": "trial_facts trial_watch",
    "service": "access clock deciding desk journal_stream strict_json told",
    "service/entrance": "api_keys key_ring lanes plain_head",
    "service/journal": "asked entry_index entries fold journal rounds rows waiting writing",
    "service/observing": "metrics observed request_log seen",
}
"""The modules that are compiled, by folder: what is on the way of a decision, and whatever inherits from it."""
_FLAGS = [] if os.name == "nt" else ["-fno-plt", "-fno-semantic-interposition"]
"""Calls within the library go straight to their place; nobody puts other functions in between."""
MODULES = [f"{folder}/{name}.py" for folder, names in COMPILED.items() for name in names.split()]


def written_out(source: str) -> str:
    """A source with the constructors of its dataclasses written out, on lines that were blank.

    Otherwise `dataclass` makes them when the module is imported, and they stay Python.
    """
    lines, written = source.splitlines(), dict[str, list[ast.AnnAssign]]()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and _is_plain(node, written):
            place = node.decorator_list[0].lineno - 1
            lines[place] = lines[place].replace("@dataclass(", "@dataclass(init=False, ")
            inherited = [field for base in node.bases for field in written[ast.unparse(base)]]
            written[node.name] = inherited + [one for one in node.body if isinstance(one, ast.AnnAssign)]
            end = node.end_lineno or 0
            assert not any(lines[end : end + 1]), node.name
            lines[end : end + 1] = [f"    {_constructor(node, written[node.name])}"]
    return "\n".join([*lines, ""])


def _is_plain(node: ast.ClassDef, written: Container[str]) -> bool:
    """Whether a class is a dataclass that is not frozen and inherits from nothing but such."""
    said = " ".join(map(ast.unparse, node.decorator_list))
    own = any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
    heirs = all(ast.unparse(base) in written for base in node.bases)
    return said.startswith("dataclass(") and "frozen=True" not in said and not own and heirs


def _constructor(node: ast.ClassDef, fields: Iterable[ast.AnnAssign]) -> str:
    """What `dataclass` makes of the fields of a class."""
    given, body = ["self"], list[str]()
    for one in fields:
        name, type_, value = ast.unparse(one.target), ast.unparse(one.annotation), one.value
        said: dict[str | None, ast.expr] = {} if value is None else {"default": value}
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
            said = {word.arg: word.value for word in value.keywords}
        default, factory = (ast.unparse(said[word]) if word in said else "" for word in ("default", "default_factory"))
        made = {"list": "[]", "dict": "{}"}.get(factory.partition("[")[0], f"{factory}()")
        if "init" in said:
            body.append(f"self.{name} = {default or made}")
        elif factory:
            given.append(f"{name}: {type_} | None = None")
            body.append(f"self.{name} = {made} if {name} is None else {name}")
        else:
            given.append(f"{name}: {type_} = {default}" if default else f"{name}: {type_}")
            body.append(f"self.{name} = {name}")
    if any(isinstance(one, ast.FunctionDef) and one.name == "__post_init__" for one in node.body):
        body.append("self.__post_init__()")
    return f"def __init__({', '.join(given)}) -> None: {'; '.join(body)}"


def compiled_modules(folder: Path) -> list[Any]:
    """What mypyc makes of the modules: C in a folder, and how it is built.

    They are given to it as `meed/engine/...`, the name that they are published under. What is installed beside it does
    not count, so that the same source gives the same C everywhere.
    """
    from mypyc.build import mypycify

    for name in FOLDERS:
        shutil.copytree(HERE / name, folder / "meed" / name)
    for path in MODULES:
        module = folder / "meed" / path
        module.write_text(written_out(module.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\n")
    with chdir(folder):
        made = mypycify(
            [
                "--config-file=mypy.ini", "--explicit-package-bases", "--follow-imports=silent", "--no-site-packages",
                "--ignore-missing-imports", "--cache-dir=cache", *[f"meed/{path}" for path in MODULES],
            ],
            opt_level="3", debug_level="0", multi_file=True, group_name="meed", target_dir=str(folder / "c"),
        )  # fmt: skip
    for extension in made:
        extension.extra_compile_args += _FLAGS
    return made


class Build(build):
    """A build in a folder of its own: what an earlier one left behind gets into no wheel."""

    def initialize_options(self) -> None:
        super().initialize_options()
        self._folder = tempfile.TemporaryDirectory(prefix="meed")
        self.build_base = self._folder.name

    def run(self) -> None:
        compiler = os.environ.get("CC") or sysconfig.get_config_var("CC")
        if compiler and shutil.which(compiler.split()[0]) is None:
            raise SetupError(f"`{compiler}` was not found: {NEEDED}")
        self.distribution.ext_modules = compiled_modules(Path(self._folder.name))
        super().run()


class BuildExtensions(build_ext):
    """The C compiler, with a word on what may be missing where it fails."""

    def build_extensions(self) -> None:
        try:
            super().build_extensions()
        except (CCompilerError, ExecError, PlatformError) as error:
            raise SetupError(f"{error}: {NEEDED}") from None


class NotEditable(editable_wheel):
    """Machine code beside sources that are edited would be run in their place."""

    def run(self) -> None:
        raise SetupError("MEED_COMPILE=1 is for wheels: an editable install runs the sources, leave it away")


asked: dict[str, Any] = {}
if os.environ.get("MEED_COMPILE") == "1":
    asked = {
        "setup_requires": [MYPY],
        "ext_modules": [Extension("meed", [])],  # a place for those that `Build` makes
        "cmdclass": {"build": Build, "build_ext": BuildExtensions, "editable_wheel": NotEditable},
    }
setup(**asked)
