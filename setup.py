"""With MEED_COMPILE=1 a wheel carries the modules on the way of a decision as machine code: see `scripts/compiled`.

All else is said in pyproject.toml. Without the variable nothing is compiled, and mypy is not needed.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
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
    "engine": "dependence histories memory versions world",
    "engine/assigning": "assignment candidates case compared decisions further_measures hours_told refusal remembered"
    " rows_told sharing tier_tried",
    "engine/calendar": "waits",
    "engine/intake": "cells known_cells unreadable",
    "engine/life": "arrival deeds events floor followed giving live_facts lives moves outcome outcome_text past_events"
    " record refused stay taking timers timetable undo",
    "engine/numbers": "apportionment weights",
    "engine/scalars": "book compiled scalar scalar_calls scalar_people scalar_readings scalar_tables scalar_targets"
    " timeline trace",
    "engine/turns": "band beginnings bounds credit_unit decks excess shares sharing_terms turns",
    "engine/watching": "as_of",
    "policies": "trial_facts trial_watch",
}
"""The modules that are compiled, by folder: what is on the way of a decision, and whatever inherits from it."""
MODULES = [f"{folder}/{name}.py" for folder, names in COMPILED.items() for name in names.split()]


def compiled_modules(folder: Path) -> list[Any]:
    """What mypyc makes of the modules: C in a folder, and how it is built.

    They are given to it as `meed/engine/...`, the name that they are published under, by a folder of links. What is
    installed beside it does not count, so that the same source gives the same C everywhere.
    """
    from mypyc.build import mypycify

    (folder / "meed").mkdir()
    for name in FOLDERS:
        (folder / "meed" / name).symlink_to(HERE / name)
    (folder / "mypy.ini").write_text("[mypy]\n")
    with chdir(folder):
        return mypycify(
            [
                "--config-file=mypy.ini", "--explicit-package-bases", "--follow-imports=silent", "--no-site-packages",
                "--ignore-missing-imports", "--cache-dir=cache", *[f"meed/{path}" for path in MODULES],
            ],
            opt_level="2", debug_level="0", multi_file=True, group_name="meed", target_dir=str(folder / "c"),
        )  # fmt: skip


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
