"""Imports run one way, `dsl <- engine <- policies <- service`, and what starts quickly stays quick.

So do the sub-packages of the engine, each upwards in the table of `engine/README.md`.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = ("dsl", "engine", "policies", "service")
HEAVY = {"fastapi", "openpyxl", "pandas", "pyarrow", "sqlalchemy"}

MODULES = [path for folder in ORDER for path in sorted((ROOT / folder).rglob("*.py"))]
ENGINE = [path for path in MODULES if path.is_relative_to(ROOT / "engine")]
BELOW_ALL = ("arrays", "calendar", "at the top")  # sub-packages of the engine that every later one may import
QUICK = [path for path in MODULES if path.is_relative_to(ROOT / "dsl") or path == ROOT / "service" / "cli.py"]


def name_of(path: Path) -> str:
    """The dotted name below `meed` of a module's file: `engine/money.py` is `engine.money`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str, bool]]:
    """The line, the dotted name (below `meed` if relative) and whether it is relative, of each import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or "", False
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = [*parents, *([node.module] if node.module else [])]
            for alias in node.names:
                yield node.lineno, ".".join([*base, alias.name]), True


def wrong_directions(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What is wrong with the imports of a module, given its text and its dotted name below `meed`."""
    package = module if is_package else module.rpartition(".")[0]
    rank = ORDER.index(module.partition(".")[0])
    found: list[str] = []
    for line, name, relative in imports(ast.parse(source), package):
        top = name.partition(".")[0]
        if not relative and top in {"meed", *ORDER}:
            found.append(f"{module}:{line}: `{name}` is imported by its full name, import it relatively")
        elif relative and top not in ORDER:
            found.append(f"{module}:{line}: `{name}` is outside of the four packages")
        elif relative and ORDER.index(top) > rank:
            found.append(f"{module}:{line}: `{ORDER[rank]}` must not import from `{top}`")
    return found


def engine_table(text: str) -> dict[str, set[str]]:
    """The sub-packages of the engine in the order of its page, each with those from which it may import."""
    may: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (`\w+`|at the top) \|.*\|(.*)\|$", text, re.MULTILINE):
        above = {*may} & {*BELOW_ALL}
        may[row[0].strip("`")] = {*re.findall(r"`(\w+)`", row[1]), *above}
    return may


def subject_of(name: str) -> str:
    """The sub-package of a dotted name below `meed.engine`, or where it lies when it is in none."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and (ROOT / "engine" / parts[1]).is_dir() else "at the top"


def strange_subjects(source: str, module: str, may: dict[str, set[str]], *, is_package: bool = False) -> list[str]:
    """The imports of a module of the engine from sub-packages that its own does not name."""
    own = subject_of(module)
    package = module if is_package else module.rpartition(".")[0]
    found: list[str] = []
    for line, name, relative in imports(ast.parse(source), package):
        subject = subject_of(name)
        if relative and name.startswith("engine.") and subject not in {own, *may[own]}:
            found.append(
                f"{module}:{line}: `{own}` must not import from `{subject}`, see the table in engine/README.md"
            )
    return found


def at_start(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not those in functions, nor those only for types."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        yield node
        for field in ("body", "orelse", "finalbody"):
            if not (for_types and field == "body"):
                yield from at_start(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from at_start(handler.body)


def heavy_at_start(source: str) -> list[str]:
    """The heavy packages that a module imports as soon as it is imported."""
    found: list[str] = []
    for node in at_start(ast.parse(source).body):
        if isinstance(node, ast.Import):
            found += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append(node.module.partition(".")[0])
    return sorted(HEAVY & set(found))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way_and_are_relative(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert wrong_directions(source, name_of(path), is_package=path.name == "__init__.py") == []


TABLE = engine_table((ROOT / "engine" / "README.md").read_text(encoding="utf-8"))


def test_the_page_of_the_engine_names_every_subpackage_and_only_imports_upwards() -> None:
    assert {*TABLE} == {subject_of(name_of(path)) for path in ENGINE}
    places = list(TABLE)
    assert all(places.index(used) < places.index(user) for user, may in TABLE.items() for used in may)


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_a_subpackage_of_the_engine_imports_what_its_row_names(path: Path) -> None:
    if path in {ROOT / "engine" / "jobs.py", ROOT / "engine" / "__init__.py"}:
        return  # what callers see rests on everything
    source = path.read_text(encoding="utf-8")
    assert strange_subjects(source, name_of(path), TABLE, is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("engine.arrays.exact", "from ..facts import Facts"),
        ("engine.facts", "from .pay.totals import totals"),
        ("engine.scalars.scalar", "from ..columns import columnar"),
        ("engine.scalars.scalar", "if TYPE_CHECKING:\n    from ..columns.columnar import Columnar"),
        ("engine.pay.totals", "from ..assigning.decisions import Decision"),
    ],
)
def test_an_import_from_a_strange_subpackage_is_found(module: str, source: str) -> None:
    assert len(strange_subjects(source, module, TABLE)) == 1


@pytest.mark.parametrize("path", QUICK, ids=name_of)
def test_what_must_start_quickly_imports_nothing_heavy(path: Path) -> None:
    assert heavy_at_start(path.read_text(encoding="utf-8")) == []


def test_what_must_start_quickly_loads_nothing_heavy_through_others() -> None:
    names = [f"meed.{name_of(path)}" for path in QUICK if path.name != "__main__.py"]
    program = f"import sys, {', '.join(names)}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dsl.parser", "from ..engine import money"),
        ("dsl.parser", "from ..engine.money import Money"),
        ("dsl.parser", "from .. import service"),
        ("engine.plan", "def run():\n    from ..policies.library import load"),
        ("engine.plan", "try:\n    from ..service import cli\nexcept ImportError: ..."),
        ("engine.ledger.post", "from ...service.cli import main"),
        ("policies.bundle", "if TYPE_CHECKING:\n    from ..service.cli import main"),
        ("engine.plan", "import meed.dsl.types"),
        ("engine.plan", "from meed.dsl.types import Type"),
        ("engine.plan", "from meed.engine.money import Money"),
        ("engine.plan", "from dsl.types import Type"),
        ("engine.plan", "import engine.money"),
        ("engine.plan", "from ..scripts import check_exact"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(wrong_directions(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dsl.parser", "import lark\nfrom .types import Type\nfrom . import types"),
        ("engine.plan", "from ..dsl.types import Type\nfrom ..dsl import types\nfrom .money import Money"),
        (
            "engine.ledger.post",
            "from ...dsl.types import Type\nfrom ..money import Money\nfrom . import line",
        ),
        (
            "service.cli",
            "from ..policies import library\nfrom ..engine import money\nfrom ..dsl import types",
        ),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert wrong_directions(source, module) == []


def test_a_package_imports_relatively_to_itself() -> None:
    assert wrong_directions("from .plan import Plan", "engine", is_package=True) == []
    assert wrong_directions("from ..service import cli", "engine", is_package=True) != []


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd",
        "import pyarrow.parquet",
        "from sqlalchemy import Table",
        "try:\n    import openpyxl\nexcept ImportError: ...",
        "try: ...\nexcept ImportError:\n    import openpyxl",
        "if sys.platform:\n    import fastapi",
        "class Reader:\n    import pandas",
    ],
)
def test_a_heavy_import_is_found(source: str) -> None:
    assert len(heavy_at_start(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def read():\n    import pandas",
        "class Reader:\n    def read(self):\n        import pandas",
        "if TYPE_CHECKING:\n    import pandas",
        "from .pandas import frame",
    ],
)
def test_a_late_import_passes(source: str) -> None:
    assert heavy_at_start(source) == []
