"""The exactness check catches each way into binary floats, and lets exact code pass."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_exact.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_exact", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = load()

INEXACT = [
    "rate = 0.05",
    "rate = 1e3",
    "z = 2j",
    "x = float('0.1')",
    "x: float = total",
    "x: 'float | None' = None",
    "def pay(rate: float) -> int: ...",
    "def pay(rate: list[float]) -> int: ...",
    "def pay(rate: int) -> 'float': ...",
    "def pay(rate: int) -> dict[str, float]: ...",
    "rates = map(float, texts)",
    "rate = cast(float, value)",
    "share = weight / total",
    "share /= total",
    "share = weight / total  # exactly",
    "share = Fraction(1) / total",
    "label = '%s' % (a / b)",
    "path = a / b / name",
    "path = total / (a / b) / 'name'",
    "pay = round(total)",
    "pay = round(total, 2)",
    "pay = sorted(totals, key=lambda total: round(total))",
    "pay = np.round(total)",
    "x = np.float64(1)",
    "x = numpy.float32",
    "x = np.double(1)",
    "x = np.longdouble(1)",
    "x = np.single(1)",
    "x = pa.float64()",
    "x = pd.Float64Dtype()",
    "x = sa.Float()",
    "x = np.inf",
    "x = math.nan",
    "from numpy import float64",
    "from sqlalchemy import Float",
    "from math import sqrt",
    "from operator import truediv",
    "from statistics import mean",
    "from random import random",
    "x = math.sqrt(2)",
    "x = math.log(2)",
    "x = random.random()",
    "x = operator.truediv(a, b)",
    "x = column.astype(float)",
    "x = column.astype('float64')",
    "x = column.astype({'amount': 'Float64'})",
    "x = column.astype('double[pyarrow]')",
    "x = column.view('<f8')",
    "x = np.array(values, dtype=float)",
    "x = np.array(values, dtype='f8')",
    "x = np.array(values, 'd')",
    "x = np.dtype('float32')",
    "x = np.zeros(n)",
    "x = np.empty((n, 2))",
    "x = np.linspace(0, 1)",
    "x = np.true_divide(a, b)",
    "x = np.mean(column)",
    "x = np.average(column, weights=w)",
    "x = column.mean()",
    "x = column.std()",
    "x = column.quantile(q)",
    "x = frame.groupby('rep').amount.median()",
    "x = column.div(total)",
    "x = pd.to_numeric(column)",
    "x = pd.read_csv(file)",
    "x = json.loads(text)",
    "x = duration.total_seconds()",
    "x = moment.timestamp()",
    "x = 10 ** -places",
]

EXACT = [
    "rate = Fraction(1, 20)",
    "rate = Decimal('0.05')",
    "share = weight // total",
    "whole, rest = divmod(weight, total)",
    "share = Fraction(weight, 1) / total  # exact: fraction",
    "share /= total  # exact: fraction",
    "share = (\n    Fraction(weight)\n    / total  # exact: fraction\n)",
    "path = folder / name  # exact: path",
    "path = folder / 'library'",
    "path = folder / name / 'policy.meed'",
    "path = folder / name / f'{name}.meed'",
    "path = '..' / folder",
    "path /= 'library'",
    "if isinstance(value, float): raise Inexact(value)",
    "if isinstance(value, (int, float)): raise Inexact(value)",
    "if isinstance(value, int | float): raise Inexact(value)",
    "if type(value) is float: raise Inexact(value)",
    "match value:\n    case float(): raise Inexact(value)",
    "x = 'a float is 0.5 / 2'",
    "def pay():\n    '''No float, no 0.5, no a / b and no round().'''",
    "x = 1  # float 0.5",
    "x = 10**places",
    "x = 2 ** (n - 1)",
    "x = np.zeros(n, dtype=np.int64)",
    "x = np.zeros(n, np.int64)",
    "x = np.array(['d', 'f8'])",
    "x = column.astype('int64')",
    "x = column.astype(np.int64)",
    "x = np.floor_divide(a, b)",
    "x = math.ceil(total)",
    "x = math.isqrt(total)",
    "x = measure.mean",
    "x = Ledger.empty()",
    "x = json.loads(text, parse_float=Decimal)",
    "x = pd.read_csv(file, dtype=str)",
    "x = money.rounded(mode)",
]


@pytest.mark.parametrize("source", INEXACT)
def test_inexact_code_is_found(source: str) -> None:
    assert check.findings(source)


@pytest.mark.parametrize("source", EXACT)
def test_exact_code_passes(source: str) -> None:
    assert check.findings(source) == []


def test_one_slip_is_one_finding_on_its_own_line() -> None:
    assert check.findings("a = 1\nb = a / 3\nc = 2\n") == [
        (2, "`/` may give a float, use `//` or say `# exact: fraction` or `# exact: path`")
    ]
    assert [line for line, _ in check.findings("a = 1\n\nb = np.mean(a)\n")] == [3]
    assert [line for line, _ in check.findings("a = pay(\n    1,\n    0.5,\n)")] == [3]


def test_all_findings_of_a_module_are_reported_in_order() -> None:
    found = check.findings("c = round(a)\nb = a / 2\na = 0.5\n")
    assert [line for line, _ in found] == [1, 2, 3]


def test_a_note_covers_only_the_division_on_its_line() -> None:
    assert [line for line, _ in check.findings("a = b / c  # exact: fraction\nd = b / c\n")] == [2]


def test_a_note_does_not_excuse_a_literal() -> None:
    assert check.findings("path = folder / name / 0.5  # exact: path")


@pytest.mark.parametrize("note", ["# exact: fraction", "# exact: path"])
def test_a_note_without_a_division_is_found(note: str) -> None:
    assert check.findings(f"a = b // c  {note}") == [(1, f"nothing is divided here, remove `{note}`")]


def test_an_unknown_note_is_found() -> None:
    messages = [message for _, message in check.findings("a = b / c  # exact: trust me")]
    assert "`# exact: trust` is unknown, say `# exact: fraction` or `# exact: path`" in messages


def test_a_note_within_a_text_is_no_note() -> None:
    assert check.findings("a = b / len('# exact: path')")


def test_a_module_of_paths_may_divide_and_nothing_else() -> None:
    assert check.findings("a = folder / name", only_paths=True) == []
    assert check.findings("a = folder / name\nb = 0.5", only_paths=True) == [
        (2, "`0.5` is a binary float, use int, Fraction or Decimal")
    ]


def test_the_command_prints_place_and_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "pay.py"
    module.write_text("total = 1\nrate = 0.05\n", encoding="utf-8")
    assert check.main([str(module)]) == 1
    assert capsys.readouterr().out == f"{module}:2: `0.05` is a binary float, use int, Fraction or Decimal\n"


def test_the_command_is_silent_about_exact_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "pay.py"
    module.write_text("total = 1\n", encoding="utf-8")
    assert check.main([str(module)]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_reports_code_that_does_not_parse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "pay.py"
    module.write_text("total = (\n", encoding="utf-8")
    assert check.main([str(module)]) == 1
    assert "is not valid Python" in capsys.readouterr().out


def test_every_package_is_checked() -> None:
    checked = {path.relative_to(check.ROOT).parts[0] for path in check.modules()}
    assert checked == {"dsl", "engine", "policies", "service"}


def test_every_exception_to_the_check_exists() -> None:
    assert [name for name in check.NO_FACTS + check.ONLY_PATHS if not (check.ROOT / name).is_file()] == []
