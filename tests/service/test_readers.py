"""Files in: what stands in them is what is read, and what cannot be read is said with its row."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl.schema import STANDARD
from meed.engine.intake.intake import RawTable, take_in
from meed.service.quick_csv import quick_csv
from meed.service.readers import ReadProblem, read_table
from meed.service.text_files import read_csv


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(table: RawTable) -> list[tuple[int, dict[str, object]]]:
    """Each row with its line."""
    columns = {name: table.columns[name].values() for name in table.columns}
    return [(line, {name: cells[row] for name, cells in columns.items()}) for row, line in enumerate(table.lines)]


def problem_of(path: Path | str) -> str:
    with pytest.raises(ReadProblem) as caught:
        read_table(path)
    assert str(caught.value).endswith(f"{caught.value.message}; {caught.value.help}")
    return str(caught.value)


# CSV

TEXTS = [
    ("a plain file", "id,region\nd1,NA\nd2,\n"),
    ("a byte order mark", "\ufeffid,region\r\nd1,NA\r\nd2,"),
    ("semicolons", "id;region\nd1;NA\nd2;\n"),
    ("tabs", "id\tregion\nd1\tNA\nd2\t\n"),
    ("bars", "id|region\r\nd1|NA\r\nd2|\r\n"),
    ("quotes", '"id","region"\n"d1","NA"\n"d2",""\n'),
    ("blanks around names", " id , region \nd1,NA\nd2,\n"),
    ("old line ends", "id,region\rd1,NA\rd2,\r"),
]


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name for name, _ in TEXTS])
def test_the_same_rows_are_read_however_they_are_written(text: str, tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "deals.csv", text))
    assert rows_of(table) == [(2, {"id": "d1", "region": "NA"}), (3, {"id": "d2", "region": ""})]
    assert (table.file, table.broken, table.notes) == ("deals.csv", (), ())


NAMES = "编号,姓名\nr1,李伟\nr2,王芳\n"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (NAMES.encode(), ()),
        (NAMES.encode("utf-16"), ()),
        (NAMES.encode("gb18030"), ("gb18030",)),
        ("编号,姓名\nr1,José\n".encode(), ()),
        ("id,name\nr1,José Müller\nr2,Zoë\n".encode("cp1252"), ("cp1252",)),
    ],
)
def test_the_encoding_is_found_and_a_guess_is_noted(content: bytes, note: tuple[str, ...], tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "reps.csv", content))
    words = {word for name in table.columns for word in table.columns[name].words} | set(table.columns)
    assert any(name in words for name in ("王芳", "José", "José Müller"))
    assert len(table.notes) == len(note)
    assert all(word in table.notes[0] for word in note)


def test_a_declared_encoding_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, "reps.csv", "id,name\nr1,¤\n".encode("latin-1"))
    assert read_table(path, encoding="iso8859-15").columns["name"][0] == "€"
    with pytest.raises(ReadProblem, match="the file is not text in the encoding `ascii`; save it as UTF-8"):
        read_table(path, encoding="ascii")


def test_rows_keep_their_lines(tmp_path: Path) -> None:
    text = 'id,note\n\nd1,"two\nlines"\n,\n\nd2,"a ""quote"""\n'
    table = read_table(written(tmp_path, "deals.csv", text))
    assert rows_of(table) == [(3, {"id": "d1", "note": "two\nlines"}), (7, {"id": "d2", "note": 'a "quote"'})]
    assert table.notes == ("1 row is empty",)


def test_a_row_of_another_length_is_kept_as_a_problem(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "deals.csv", "id,amount\nd1,1\nd2\nd3,3,3\nd4,4\n"))
    assert [line for line, _ in rows_of(table)] == [2, 5]
    assert [(problem.row, problem.value) for problem in table.broken] == [(3, "d2"), (4, "d3,3,3")]


def test_a_column_without_a_name_is_dropped_only_where_it_is_empty(tmp_path: Path) -> None:
    assert list(read_table(written(tmp_path, "a.csv", "id,x,\nd1,1,\n")).columns) == ["id", "x"]
    assert list(read_table(written(tmp_path, "b.csv", "id,x,\nd1,1,2\n")).columns) == ["id", "x", "column 3"]


cells = st.text(st.sampled_from('ab,;"\n\r |\t1é中 '), max_size=6)
grids = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(grids, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"]))
def test_every_cell_comes_back(
    tmp_path_factory: pytest.TempPathFactory, grid: list[list[str]], delimiter: str, end: str
) -> None:
    names = [f"name {place}" for place in range(len(grid[0]))]
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in [names, *grid]]
    text = end.join(delimiter.join(row) for row in quoted) + end
    path = written(tmp_path_factory.mktemp("csv"), "deals.csv", text)
    table = read_table(path, empty_ok=True)
    kept = [row for row in grid if any(row)]
    assert [list(row.values()) for _, row in rows_of(table)] == kept


plain_grids = st.lists(
    st.lists(st.sampled_from(["", "a", "NA", "1.50", "x y", "é", "null", "#N/A", " "]), min_size=1, max_size=4),
    min_size=2,
    max_size=6,
)


@given(plain_grids, st.sampled_from([",", ";"]), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_the_quick_way_reads_what_the_careful_way_reads(
    tmp_path_factory: pytest.TempPathFactory,
    grid: list[list[str]],
    delimiter: str,
    end: str,
    mark: bool,
    last: bool,
) -> None:
    grid[0] = [f"name {place}" for place in range(len(grid[0]))]
    text = end.join(delimiter.join(row) for row in grid) + (end if last else "")
    data = (("\ufeff" if mark else "") + text).encode()
    quick = quick_csv("deals.csv", data, delimiter, worthwhile=0)
    if quick is not None:
        path = written(tmp_path_factory.mktemp("csv"), "deals.csv", data)
        careful = read_csv("deals.csv", path, "utf-8")
        assert rows_of(quick) == rows_of(careful)
        assert (quick.broken, quick.notes) == (careful.broken, careful.notes)


def test_the_quick_way_is_taken_for_large_plain_files_only() -> None:
    plain = b"id,region\n" + b"d1,NA\n" * 200_000
    assert quick_csv("deals.csv", b"id,region\nd1,NA\n", ",") is None
    quick = quick_csv("deals.csv", plain, ",")
    assert quick is not None
    assert quick.columns["region"].words == ("NA",)
    for damage in (b'd2,"x"\n', b"\n", b"d2\n", b"d2,a,b\n", b",\n", b"d2,a\rb\n", b"d2,\0\n"):
        assert quick_csv("deals.csv", plain + damage, ",") is None


@given(st.binary(max_size=60), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.xlsx", "a.parquet"]))
def test_any_bytes_are_a_table_or_a_clear_problem(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = written(tmp_path_factory.mktemp("any"), name, content)
    try:
        found = read_table(path)
    except ReadProblem as problem:
        found = problem
    if isinstance(found, ReadProblem):
        assert (found.file, bool(found.help), "\n" in str(found)) == (name, True, False)
    else:
        assert len(found) + len(found.broken) > 0


# JSON Lines


def test_json_keeps_numbers_exact_and_texts_apart_from_them(tmp_path: Path) -> None:
    lines = ['{"id": 1, "rate": 0.1, "paid": true}', "", '{"id": "1", "skills": ["a", "b"], "rate": null}']
    table = read_table(written(tmp_path, "reps.jsonl", "\ufeff" + "\n".join(lines)))
    first, second = rows_of(table)
    assert first == (1, {"id": 1, "rate": Decimal("0.1"), "paid": True, "skills": None})
    assert second == (3, {"id": "1", "rate": None, "paid": None, "skills": '["a", "b"]'})


def test_a_line_that_is_no_record_is_kept_as_a_problem(tmp_path: Path) -> None:
    lines = ['{"id": 1}', "{", "[1]", '{"id": 1, "id": 2}', '{"x": Infinity}', "9" * 5000, "[" * 100_000]
    table = read_table(written(tmp_path, "reps.jsonl", "\n".join(lines)))
    assert [line for line, _ in rows_of(table)] == [1]
    assert [problem.row for problem in table.broken] == [2, 3, 4, 5, 6, 7]


# Spreadsheets and Parquet


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def test_a_sheet_is_read_by_its_name_and_the_first_one_without(tmp_path: Path) -> None:
    sheets = {"Won": [["id", "amount"], ["d1", 1.5]], "Lost deals": [[], ["id"], ["d2"], [], ["d3"]]}
    path = workbook(tmp_path / "deals.xlsx", sheets)
    assert rows_of(read_table(path)) == [(2, {"id": "d1", "amount": Decimal("1.5")})]
    lost = read_table(f"{path}#Lost deals")
    assert rows_of(lost) == [(3, {"id": "d2"}), (5, {"id": "d3"})]
    assert (lost.file, lost.notes) == ("deals.xlsx#Lost deals", ("1 row is empty",))
    assert problem_of(f"{path}#Lost deal").endswith("there is no sheet `Lost deal`; did you mean `Lost deals`?")


def test_a_cell_beside_the_header_is_not_lost(tmp_path: Path) -> None:
    path = workbook(tmp_path / "deals.xlsx", {"A": [["id", "amount"], ["d1", 1, None, "see mail"]]})
    assert list(read_table(path).columns) == ["id", "amount", "column 4"]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    assert "the sheet is empty" in problem_of(workbook(tmp_path / "deals.xlsx", {"A": []}))


def test_parquet_columns_come_as_they_are(tmp_path: Path) -> None:
    columns = {
        "id": pa.array(["d1", None, "d3"]).dictionary_encode(),
        "amount": pa.array([Decimal("1.50"), None, Decimal("1.50")], pa.decimal128(12, 2)),
        "count": pa.array([1, 2, None], pa.int32()),
        "binary": pa.array([0.1, float("nan"), None]),
        "short": pa.array([0.1, None, 0.5], pa.float32()),
        "closed": pa.array([date(2026, 4, 30), None, None]),
        "at": pa.array([datetime.fromisoformat("2026-04-30T09:30")] * 3, pa.timestamp("ns")),
        "skills": pa.array([["a"], [], None]),
        "flag": pa.array([True, False, None]),
    }
    path = tmp_path / "deals.parquet"
    pq.write_table(pa.table(columns), path)
    at = datetime.fromisoformat("2026-04-30T09:30")
    none = dict.fromkeys(columns)
    assert rows_of(read_table(path)) == [
        (1, {"id": "d1", "amount": Decimal("1.50"), "count": 1, "binary": Decimal("0.1"),
             "short": Decimal("0.1"),
             "closed": date(2026, 4, 30), "at": at, "skills": '["a"]', "flag": True}),
        (2, {**none, "count": 2, "at": at, "skills": "[]", "flag": False}),
        (3, {**none, "id": "d3", "short": Decimal("0.5"), "amount": Decimal("1.50"), "at": at}),
    ]  # fmt: skip


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "deals.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["id", "id"]), path)
    assert problem_of(path) == "deals.parquet: two columns are named `id`; rename one of them"


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.from_regex(r"d[0-9]{1,3}", fullmatch=True),
            "amount": st.decimals(places=2, min_value=-(10**9), max_value=10**9),
            "closed": st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
            "kind": st.sampled_from(["NA", "新", "a b", "None"]),
            "product": st.sampled_from(["x", "1", 'q"q', "a,b"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda record: record["id"],
)


@settings(max_examples=30)
@given(RECORDS)
def test_the_format_of_a_file_does_not_change_the_facts(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("formats")
    names = ["id", "amount", "closed", "kind", "product"]
    texts = [[str(record[name]) if record[name] is not None else "" for name in names] for record in records]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [names, *texts]]
    written(folder, "deals.csv", "\n".join(quoted))
    written(folder, "deals.jsonl", "\n".join(_json_line(record) for record in reversed(records)))
    numbers = [[float(str(r[name])) if name == "amount" else r[name] for name in names] for r in records]
    workbook(folder / "deals.xlsx", {"Deals": [names, *numbers]})
    pq.write_table(pa.Table.from_pylist(records), folder / "deals.parquet")
    hashes: set[str] = set()
    for suffix in (".csv", ".jsonl", ".xlsx", ".parquet"):
        raw = {"deal": read_table(folder / f"deals{suffix}")}
        needed = {"deal": frozenset({"amount", "closed", "kind", "product"})}
        facts, report = take_in(raw, STANDARD, needed, currency="CNY", timezone="Asia/Shanghai")
        assert report.problems == ()
        assert len(facts.table("deal")) == len(records)
        hashes.add(facts.hash)
    assert len(hashes) == 1


def _json_line(record: dict[str, object]) -> str:
    parts = [f'"{name}": {_json_value(value)}' for name, value in record.items()]
    return "{" + ", ".join(parts) + "}"


def _json_value(value: object) -> str:
    return str(value) if isinstance(value, Decimal) else json.dumps(value, default=str, ensure_ascii=False)


# Whole files

PROBLEMS: list[tuple[str, str | bytes, str]] = [
    ("a.csv", "", "a.csv: the file is empty; export it again"),
    ("a.csv", " \n\n", "a.csv: the file is empty; export it again"),
    ("a.csv", "id,,id\n1,2,3\n", "a.csv row 1: columns 1 and 3 are both named `id`; rename one of them"),
    ("a.csv", ",,\n1,2,3\n", "a.csv row 1: the header has no names; write the names of the columns in it"),
    ("a.csv", b"PK\x03\x04junk", "a.csv: this is not a text file; name it .xlsx if that is what it is"),
    ("a.xls", "x", "a.xls: files that end in `.xls` are not read; save it as .xlsx"),
    (
        "a.json",
        "{}",
        "a.json: files that end in `.json` are not read; write one object a line, in a file named .jsonl",
    ),
    (
        "a.docx",
        "x",
        "a.docx: files that end in `.docx` are not read; use .csv, .tsv, .jsonl, .xlsx or .parquet",
    ),
    ("a", "x", "a: the name of the file has no extension; use .csv, .tsv, .jsonl, .xlsx or .parquet"),
    ("a.xlsx", "id\nd1\n", "a.xlsx: this is not a workbook; save it again as .xlsx"),
    ("a.parquet", "id\nd1\n", "a.parquet: this is not a Parquet file; write it again"),
    ("a.jsonl", "\n", "a.jsonl: the file is empty; export it again"),
    ("a.jsonl", "[", 'a.jsonl: no line is a JSON object; write one object a line, such as {"id": "d1"}'),
    ("a.jsonl", b"\xff", "a.jsonl: the file is not text in the encoding `utf-8-sig`; save it as UTF-8"),
    ("a.csv", b"\x81\x81\x81,\xff\n", "a.csv: the file is not text in a known encoding; save it as UTF-8"),
]


@pytest.mark.parametrize(("name", "content", "expected"), PROBLEMS, ids=[text for _, _, text in PROBLEMS])
def test_a_file_that_cannot_be_read_says_why(name: str, content: str | bytes, expected: str, tmp_path: Path) -> None:
    assert problem_of(written(tmp_path, name, content)) == expected


def test_a_file_that_is_not_there_is_looked_for(tmp_path: Path) -> None:
    written(tmp_path, "deals.csv", "id\n1\n")
    assert problem_of(tmp_path / "daels.csv") == "daels.csv: there is no such file; did you mean `deals.csv`?"
    assert problem_of(tmp_path / "no" / "x.csv") == "x.csv: there is no such file; check the name and the folder"
    (tmp_path / "folder.csv").mkdir()
    assert problem_of(tmp_path / "folder.csv") == "folder.csv: this is a folder; name a file in it"


def test_a_file_without_rows_is_refused_unless_it_may_be_empty(tmp_path: Path) -> None:
    path = written(tmp_path, "deals.csv", "id,amount\n")
    assert "the file has a header and no rows" in problem_of(path)
    assert len(read_table(path, empty_ok=True)) == 0
    assert list(read_table(path, empty_ok=True).columns) == ["id", "amount"]
