"""Modules are small and named by what they are, folders introduce themselves, nothing names a machine."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("dsl", "engine", "policies", "service")
LONGEST_MODULE = 400
LONGEST_README = 80
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

MADE = {".git", "__pycache__", "build", "dist", "node_modules"}  # by tools, and kept out of git
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(work|tmp|root|home)/|\.\./" + "shared")
MAY_NAME_A_MACHINE = {".ci", ".git", "LICENSE"}


def files(folder: Path) -> Iterator[Path]:
    """The files of a folder that belong in git, those of hidden folders other than .ci excepted."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in MADE or path.suffix == ".egg-info":
            continue
        if path.is_dir() and (not path.name.startswith(".") or path.name == ".ci"):
            yield from files(path)
        elif path.is_file():
            yield path


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FILES = [path for path in files(ROOT) if path.suffix not in {".sqlite", ".sqlite-shm", ".sqlite-wal"}]
MODULES = [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES]
FOLDERS = sorted({path.relative_to(ROOT).parts[0] for path in FILES if path.parent != ROOT} - {".ci"})
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def machine_paths(text: str) -> list[str]:
    """The paths in a text that exist on one machine only."""
    return [match.group() for match in MACHINE_PATH.finditer(text)]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODULE, f"`{relative(path)}` has {lines} lines, split it by concept"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_is_named_by_what_it_is(path: Path) -> None:
    names = path.relative_to(ROOT).with_suffix("").parts
    assert not VAGUE & {word for name in names for word in name.split("_")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_introduces_itself_on_a_page(folder: str) -> None:
    readme = ROOT / folder / "README.md"
    assert readme.is_file(), f"`{folder}/README.md` is missing"
    lines = readme.read_text(encoding="utf-8").count("\n")
    assert 1 <= lines <= LONGEST_README, f"`{folder}/README.md` has {lines} lines"


def modules_named(text: str) -> Iterator[str]:
    """The files of modules that a page names, by path (`engine/money.py`) or as users import them."""
    yield from re.findall(r"(?<![\w./-])(?:dsl|engine|policies|service)/[\w/]*\.py\b", text)
    for name in re.findall(rf"\bmeed\.((?:{'|'.join(PACKAGES)})(?:\.[a-z_]+)+)", text):
        path = Path(*name.split("."))
        while len(path.parts) > 1 and (ROOT / path.parent).with_suffix(".py").is_file():
            path = path.parent  # the name of something in the module
        if not (ROOT / path).is_dir():
            yield path.with_suffix(".py").as_posix()


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".md"], ids=relative)
def test_a_module_named_on_a_page_is_where_the_page_says(path: Path) -> None:
    names = modules_named(path.read_text(encoding="utf-8"))
    assert [name for name in names if not (ROOT / name).is_file()] == []


def test_a_module_that_is_not_where_a_page_says_is_found() -> None:
    text = (
        "see `engine/none.py`, `meed.engine.none.what`, `meed.engine.money.parse`, `meed.engine.pay`, engine/money.py"
    )
    named = list(modules_named(text))
    assert [name for name in named if not (ROOT / name).is_file()] == ["engine/none.py", "engine/none/what.py"]
    assert named.count("engine/money.py") == 2


def test_the_page_of_the_engine_names_each_module_in_the_row_of_its_folder() -> None:
    page = (ROOT / "engine" / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (`\w+`|at the top) \|(.*)\|.*\|$", page, re.MULTILINE))
    modules = [path for path in MODULES if path.is_relative_to(ROOT / "engine") and path.name != "__init__.py"]
    rows_of = {path: f"`{path.parent.name}`" if path.parent.name != "engine" else "at the top" for path in modules}
    unnamed = [relative(path) for path, row in rows_of.items() if f"`{path.stem}`" not in rows.get(row, "")]
    assert unnamed == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found: list[str] = []
    for path in FILES:
        if MAY_NAME_A_MACHINE & set(path.relative_to(ROOT).parts):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        for number, line in enumerate(text.splitlines(), start=1):
            found += [f"{relative(path)}:{number}: {name}" for name in machine_paths(line)]
    assert found == []


@pytest.mark.parametrize("folder", ["work", "tmp", "root", "home"])
def test_a_path_of_one_machine_is_found(folder: str) -> None:
    path = f"/{folder}/data.csv"
    for text in (path, f'"{path}"', f"--out={path}", f"see {path}."):
        assert machine_paths(text) == [f"/{folder}/"]


def test_a_path_out_of_the_project_is_found() -> None:
    assert machine_paths("../" + "shared/cases") == ["../" + "shared"]


@pytest.mark.parametrize("text", ["docs/work/x", "https://example.org/work/", "./tmp/x", "engine/", "~/tmp/x"])
def test_other_paths_pass(text: str) -> None:
    assert machine_paths(text) == []


def test_every_package_is_published() -> None:
    packages = {
        ".".join(["meed", *path.parent.relative_to(ROOT).parts]) for path in MODULES if path.name == "__init__.py"
    }
    assert packages == set(SETUP["packages"])


def test_every_module_is_in_a_package() -> None:
    loose = [relative(path) for path in MODULES if not (path.parent / "__init__.py").is_file()]
    assert loose == []


def test_every_data_file_of_a_package_is_published() -> None:
    published = {
        path
        for package, patterns in SETUP["package-data"].items()
        for folder in (PACKAGES if package == "*" else ["/".join(package.split(".")[1:])])
        for pattern in patterns
        for path in (ROOT / folder).glob(pattern)
    }
    data = {path for path in FILES if path.relative_to(ROOT).parts[0] in PACKAGES and path.suffix not in {".py", ".md"}}
    assert sorted(map(relative, data - published)) == []
