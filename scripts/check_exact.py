"""Refuses code by which a binary float could get between the facts and a payout, a share or a comparison.

Reads every module below FOLDERS and prints one line per finding: `file:line: what, what instead`.
A division of exact values, or of paths, says so on its line: `# exact: fraction` or `# exact: path`.
(One by or of a text literal is a path without saying so: nothing else can be divided by a text.)

    python scripts/check_exact.py [FILE ...]        exit code 0: exact, 1: findings
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("dsl", "engine", "policies", "service")
# Modules that never see a fact (timeouts, progress bars), and modules in which every `/` joins paths.
NO_FACTS: tuple[str, ...] = ()
ONLY_PATHS: tuple[str, ...] = ()

NOTES = ("fraction", "path")
NOTE = re.compile(r"#\s*exact:\s*(\w*)")
FLOAT_TYPE = re.compile(r"float(_|\d+)|Float(32|64)?(Dtype)?|complex\d+|c?longdouble|double|Double")
FLOAT_DTYPE = re.compile(r"[<>=|]?(f\d*|d|g|c\d+)|(float|Float|complex|double)\d*(\[pyarrow\])?")
# Names that give floats, by the module they are read from; the last row is for methods of any value.
FLOAT_NAMES = {
    "math": "acos asin atan atan2 cbrt cos degrees dist e exp exp2 expm1 fabs fmod frexp fsum hypot inf ldexp"
    " log log10 log1p log2 modf nan pi pow radians remainder sin sqrt tan tau ulp",
    "random": "betavariate expovariate gammavariate gauss lognormvariate normalvariate random triangular uniform",
    "statistics": "correlation covariance fmean geometric_mean linear_regression pstdev quantiles stdev",
    "operator": "itruediv truediv",
    "numpy": "around average cbrt corrcoef cov exp half hypot inf interp linspace log log10 log1p log2"
    " logspace nan reciprocal rint round single sqrt",
    "*": "div fmean mean median nanmean nanmedian nanstd nanvar pct_change percentile quantile rdiv"
    " rtruediv sem std stdev timestamp to_numeric total_seconds true_divide truediv var",
}
# Calls that give floats unless an argument says otherwise.
FLOAT_UNLESS = {
    "numpy": ({"empty", "eye", "identity", "ones", "zeros"}, "dtype"),
    "pandas": ({"read_csv", "read_excel", "read_json"}, "dtype"),
    "json": ({"load", "loads"}, "parse_float"),
}
# Calls that take the type of a column, by the place of that argument.
TYPE_PLACE = {"astype": 0, "dtype": 0, "view": 0, "array": 1, "asarray": 1, "fromiter": 1, "full": 2}
SHORT = {"np": "numpy", "pd": "pandas"}
BANNED = {module: frozenset(names.split()) for module, names in FLOAT_NAMES.items()}
INSTEAD = "use int, Fraction or Decimal"

Finding = tuple[int, str]


def findings(source: str, *, only_paths: bool = False) -> list[Finding]:
    """The (line, message) pairs of one module's text, in the order of its lines. Raises SyntaxError."""
    tree = ast.parse(source)
    notes = _notes(source)
    harmless = {id(node) for node in _harmless(tree)}
    found = [
        (line, f"`# exact: {word}` is unknown, say {_either()}") for line, word in notes.items() if word not in NOTES
    ]
    divided: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            divided.update(lines)
            if not (only_paths or id(node) in harmless or any(notes.get(line) in NOTES for line in lines)):
                found.append((node.lineno, f"`/` may give a float, use `//` or say {_either()}"))
        elif id(node) not in harmless:
            found.extend(_inexact(node))
    found += [
        (line, f"nothing is divided here, remove `# exact: {word}`")
        for line, word in notes.items()
        if word in NOTES and line not in divided
    ]
    return sorted(set(found))


def _either() -> str:
    return " or ".join(f"`# exact: {word}`" for word in NOTES)


def _notes(source: str) -> dict[int, str]:
    """The word of each `# exact: word` comment, by its line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = ((token.start[0], NOTE.match(token.string)) for token in tokens if token.type == tokenize.COMMENT)
    return {line: note[1] for line, note in comments if note}


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _harmless(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that only look inexact: joined paths, and `float` where such a value is recognised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and (_is_text(node.left) or _is_text(node.right)):
            while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                yield node  # `a / b / "c"`: what is divided by a text is itself a path
                node = node.left
        elif isinstance(node, ast.AugAssign) and _is_text(node.value):
            yield node
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"isinstance", "issubclass"}
        ):
            yield from (part for kind in node.args[1:] for part in ast.walk(kind))
        elif isinstance(node, ast.MatchClass):
            yield node.cls
        elif isinstance(node, ast.Compare) and all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            yield from node.comparators


def _inexact(node: ast.AST) -> Iterator[Finding]:
    """The findings at one node, divisions aside."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        yield node.lineno, f"`{node.value}` is a binary float, {INSTEAD}"
    elif isinstance(node, ast.Name) and node.id in {"float", "complex"}:
        yield node.lineno, f"`{node.id}` is a binary float, {INSTEAD}"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _is_negative(node.right):
        yield node.lineno, "a negative power of an int is a float, use Fraction(1, base**exponent)"
    elif isinstance(node, ast.ImportFrom):
        for name in node.names:
            yield from _named(node.lineno, node.module or "", name.name)
    elif isinstance(node, ast.Attribute):
        yield from _named(node.lineno, _owner(node), node.attr)
    elif isinstance(node, ast.Call):
        yield from _called(node)
    yield from _annotated(node)


def _is_negative(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _owner(node: ast.Attribute) -> str:
    name = node.value.id if isinstance(node.value, ast.Name) else ""
    return SHORT.get(name, name)


def _named(line: int, module: str, name: str) -> Iterator[Finding]:
    """Findings about a name read or imported from a module."""
    methods = BANNED["*"] if module in {"numpy", "statistics"} else frozenset[str]()
    if FLOAT_TYPE.fullmatch(name):
        yield line, f"`{name}` is a binary float, use int64 or exact decimals"
    elif name in BANNED.get(module, ()) or name in methods:
        yield line, f"`{module}.{name}` gives a float, {INSTEAD}"


def _called(node: ast.Call) -> Iterator[Finding]:
    """Findings about a call: of `round`, of a method that gives floats, or with a float dtype."""
    given = {keyword.arg for keyword in node.keywords}
    if isinstance(node.func, ast.Name) and node.func.id == "round":
        yield node.lineno, "`round` is half-even and hides a float, use the declared rounding"
    if isinstance(node.func, ast.Attribute):
        name, owner = node.func.attr, _owner(node.func)
        names, argument = FLOAT_UNLESS.get(owner, (frozenset[str](), ""))
        if name in BANNED["*"] and owner not in BANNED:
            yield node.lineno, f"`.{name}()` gives a float, compute it with {INSTEAD.removeprefix('use ')}"
        if name in names and argument not in given and not (argument == "dtype" and len(node.args) > 1):
            yield node.lineno, f"`{owner}.{name}` gives floats unless told otherwise, pass `{argument}=`"
    yield from _typed(node)


def _typed(node: ast.Call) -> Iterator[Finding]:
    """Findings about a float named by a text where the type of a column stands."""
    kinds = [keyword.value for keyword in node.keywords if keyword.arg == "dtype"]
    if isinstance(node.func, ast.Attribute):
        kinds += node.args[TYPE_PLACE.get(node.func.attr, len(node.args)) :]
    for line, text in (found for kind in kinds for found in _texts(kind)):
        if FLOAT_DTYPE.fullmatch(text):
            yield line, f"`{text}` is a binary float, use int64 or exact decimals"


def _texts(tree: ast.expr) -> Iterator[tuple[int, str]]:
    for part in ast.walk(tree):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.lineno, part.value


def _annotated(node: ast.AST) -> Iterator[Finding]:
    """Findings about `float` within an annotation that is written as text."""
    match node:
        case ast.arg(annotation=kind) | ast.AnnAssign(annotation=kind):
            pass
        case ast.FunctionDef(returns=kind) | ast.AsyncFunctionDef(returns=kind):
            pass
        case _:
            return
    for line, text in _texts(kind) if kind else ():
        if re.search(r"\bfloat\b", text):
            yield line, f"`float` is a binary float, {INSTEAD}"


def modules() -> list[Path]:
    """Every module that may see a fact."""
    every = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in every if path.relative_to(ROOT).as_posix() not in NO_FACTS]


def main(arguments: list[str]) -> int:
    """Checks the named files, or all modules, and returns the exit code."""
    found = 0
    for path in [Path(argument).resolve() for argument in arguments] or modules():
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
        try:
            lines = findings(path.read_text(encoding="utf-8"), only_paths=name in ONLY_PATHS)
        except SyntaxError as error:
            lines = [(error.lineno or 1, "is not valid Python")]
        for line, message in lines:
            print(f"{name}:{line}: {message}")
        found += len(lines)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
