"""`meed statements`: pages, workbooks and tables of a run that add up to it, with every because."""

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from ..recomputed import recomputed
from .sales_folder import GIVEN, PAID, SalesFolder, sales_folder

MAKE = ("statements", "out", "--out", "pay")
SAID_IN_ENGLISH = """
    of over this when then times plus at most least is not and or else in from above against among every within where
    ties by marginal retroactive step prize rank let award total credit rounded before earned missing
"""
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.fine(*PAID)
    return made


class Sound(HTMLParser):
    """Elements that are closed in the order in which they were opened, and the text of a page."""

    EMPTY = frozenset({"meta", "br", "!doctype"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def pages(folder: SalesFolder) -> Iterator[tuple[str, Sound]]:
    """The statements by file name, without the index."""
    for path in sorted(folder.path.joinpath("pay").glob("*.html")):
        if path.name != "index.html":
            yield path.stem, Sound(path.read_text(encoding="utf-8"))


def words(page: Sound) -> str:
    """All text of a page, a blank between elements."""
    return " ".join(" ".join(page.text).split())


def earned(page: Sound) -> Decimal:
    """The amount at the head of a page."""
    text = words(page)
    found = re.search(r"(?:Earned in this period|本期应得)\s*(-?[\d,.]+)", text)
    assert found is not None
    return Decimal(found[1].replace(",", ""))


def table(folder: SalesFolder, name: str) -> list[dict[str, str]]:
    return folder.rows(f"pay/statement_{name}.csv")


# --- totals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_add_up_to_the_run_and_so_does_the_index(folder: SalesFolder, language: str) -> None:
    said = folder.fine(*MAKE, "--language", language)
    total = Decimal(json.loads(folder.read("out/report.json"), parse_float=Decimal)["total"])
    assert total > 0
    summary = {f"{row['rep']}_{row['period']}": Decimal(row["total"]) for row in folder.rows("out/summary.csv")}
    assert {name: earned(page) for name, page in pages(folder)} == summary
    assert sum(summary.values()) == total
    index = Sound(folder.read("pay/index.html"))
    assert index.text.count(f"{total:,} {'CNY' if language == 'en' else '元'}") == 2
    assert said.lines[0] == f"{len(summary)} statements of {total:,} CNY in all, written to pay"
    assert said.lines[2] == "  the statements add up to the run"


def test_lines_add_up_to_components_and_components_to_statements(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--as", "csv")
    lines, components = table(folder, "lines"), table(folder, "components")
    assert [(row["line id"], row["amount"]) for row in lines] == [
        (row["line id"], row["amount"]) for row in folder.rows("out/lines.csv")
    ]
    for part in components:
        place = tuple(part[name] for name in ("rep", "period", "scheme", "component"))
        own = [row for row in lines if tuple(row[name] for name in ("rep", "period", "scheme", "component")) == place]
        assert sum(Decimal(row["amount"]) for row in own) == Decimal(part["amount"])
    for row in folder.rows("out/summary.csv"):
        own = [
            Decimal(part["amount"])
            for part in components
            if (part["rep"], part["period"]) == (row["rep"], row["period"])
        ]
        assert sum(own) == Decimal(row["total"])


def test_every_amount_is_worked_out_again_from_the_tables_alone(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--as", "csv")
    whole: dict[tuple[str, ...], Any] = {}
    for part in table(folder, "components"):
        because = json.loads(part["because"])
        whole[part["rep"], part["period"], part["scheme"], part["component"]] = because
        assert recomputed(because) == Decimal(part["amount"]) * 100
    lines = table(folder, "lines")
    assert {row["kind"] for row in lines} == {"deal", ""}
    for row in lines:
        because = json.loads(row["because"]) + whole[row["rep"], row["period"], row["scheme"], row["component"]]
        assert recomputed(because) == Decimal(row["amount"]) * 100


def test_csv_and_parquet_say_the_same(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--as", "csv,parquet")
    for name in ("lines", "components"):
        rows = parquet.read_table(folder.path.joinpath("pay", f"statement_{name}.parquet")).to_pylist()
        assert [{key: str(value) for key, value in row.items()} for row in rows] == table(folder, name)
        assert all(isinstance(row["amount"], Decimal) for row in rows)


def test_the_same_run_gives_the_same_bytes(folder: SalesFolder) -> None:
    forms = ("--as", "html,csv,parquet")
    folder.fine(*MAKE, *forms)
    before = folder.everything_in("pay")
    folder.fine(*MAKE, *forms)
    assert folder.everything_in("pay") == before


# --- pages ---------------------------------------------------------------------------------------------------


def test_every_line_opens_into_its_because_without_a_script(folder: SalesFolder) -> None:
    folder.fine(*MAKE)
    page = dict(pages(folder))["R1_2026-Q1"]
    text = words(page)
    assert "script" not in page.tags
    assert "bookings before D02, in order of date and key 80,000.00 CNY" in text
    assert "from 100%: 40,000.50 CNY x 8% 3,200.04 CNY" in text
    assert "total, adjusted (cap or floor)" in text
    assert "★ Quarter" in text
    assert page.tags.count("details") > 10


def test_what_was_not_paid_is_listed_with_the_first_reason(folder: SalesFolder) -> None:
    folder.fine(*MAKE)
    text = words(dict(pages(folder))["R1_2026-Q3"])
    assert "What was not paid, and why" in text
    assert "commission bookings of rep over this period is 0.00 CNY" in text
    assert (
        "race attainment of rep over this period is 0%; attainment of rep over this period >= 50% is asked for" in text
    )


def test_a_chinese_page_has_no_english_but_names_of_the_policy_and_of_the_facts(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--language", "zh")
    given = "".join(folder.read(name) for name in ("pay.meed", "reps.csv", "deals.csv"))
    names = set(re.findall(r"[A-Za-z_]+", given)) - set(SAID_IN_ENGLISH.split())
    shapes = r"L[0-9a-f]{16}|[0-9a-f]{16}|[RD][0-9]+|Q[1-4]|meed"
    for name, page in pages(folder):
        text = re.sub(shapes, "", words(page))
        assert set(re.findall(r"[A-Za-z_]+", text)) <= names, name
        assert {"竞争型", "守成型"} & set(page.text)


def test_whoever_no_scheme_pays_gets_a_page_that_says_why(folder: SalesFolder) -> None:
    folder.write("reps.csv", folder.read("reps.csv") + "R5,Eve,achievement,Bears,West,2021-05-01,1,yes\n"
                 "R6,Fay,competitive,Bears,West,2031-05-01,1,yes\n")  # fmt: skip
    folder.fine(*PAID)
    folder.fine(*MAKE)
    there = {name: words(page) for name, page in pages(folder)}
    assert "No scheme pays this rep in this period." in there["R5_2026"]
    assert 'hunters pays reps where rep.type is "competitive"' in there["R5_2026"]
    assert "not employed in this period" in there["R6_2026"]


def test_credits_that_nothing_pays_are_said_on_the_last_statement(folder: SalesFolder) -> None:
    text = folder.read("reps.csv").replace("hired,quota", "hired,left,quota")
    for line in ("2020-01-01", "2021-05-01", "2025-12-01"):
        text = text.replace(f"{line},", f"{line},{'2026-03-31' if line == '2020-01-01' else ''},")
    folder.write("reps.csv", text)
    folder.fine(*PAID)
    folder.fine(*MAKE)
    said = "credits to bookings while the rep was in no scheme, which nothing pays: 1 (700.00 CNY)"
    assert [name for name, page in pages(folder) if said in page.text] == ["R1_2026-Q1"]


def test_a_statement_above_the_limit_says_that_somebody_has_to_approve_it(folder: SalesFolder) -> None:
    folder.write("pay.meed", folder.read("pay.meed").replace('version: "3"', 'version: "3"  approval_above: 8_999.99'))
    folder.fine(*PAID)
    for language, said in (
        ("en", "above 8,999.99 CNY: this has to be approved before it is paid"),
        ("zh", "超过 8,999.99 元：须经批准方可发放"),
    ):
        folder.fine(*MAKE, "--language", language)
        assert [name for name, page in pages(folder) if said in page.text] == ["R1_2026-Q1"]


def test_a_long_statement_is_folded_by_month(folder: SalesFolder) -> None:
    rows = "".join(f"M{n:04},R1,{n % 90 + 1},won,2026-0{n % 3 + 1}-11,2025-12-01,new\n" for n in range(2000))
    folder.write("deals.csv", folder.read("deals.csv") + rows)
    folder.fine(*PAID)
    folder.fine(*MAKE, "--rep", "R1", "--period", "2026-Q1")
    page = dict(pages(folder))["R1_2026-Q1"]
    titles = [text for text in page.text if re.fullmatch(r"\w+ 2026: [\d,]+ lines?, [\d,.]+ CNY", text)]
    assert [title.split(":")[0] for title in titles] == ["January 2026", "February 2026", "March 2026"]
    lines = [row for row in folder.rows("out/lines.csv") if (row["rep"], row["period"]) == ("R1", "2026-Q1")]
    assert len(lines) > 1900
    assert earned(page) == sum(Decimal(row["amount"]) for row in lines)


MONEY_FLOW = """policy "Flow" { currency: CNY  effective: 2026-01-01 .. }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme draws for every rep per month {
  balance: runs_on  leaver: owes
  pay commission = 10% of bookings  release 60% on deal.closed, 40% on deal.closed + 2 months
  pay held = 1% of bookings  release deal.collected / deal.amount else 0%
  total at least 1_000 carry 50%
}
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_payable_scheduled_and_held_adds_up_to_what_is_earned(folder: SalesFolder, language: str) -> None:
    folder.write("flow.meed", MONEY_FLOW)
    header, *rows = folder.read("deals.csv").splitlines()
    collected = [f"{header},collected", *(f"{row},{10 * number}" for number, row in enumerate(rows))]
    folder.write("deals.csv", "\n".join(collected) + "\n")
    folder.fine("simulate", "flow.meed", *PAID[2:])
    folder.fine(*MAKE, "--language", language, "--as", "html,xlsx,csv")
    for row in table(folder, "lines"):
        due = json.loads(row["due"])
        assert not due or sum(int(part["exact"]) for part in due) == Decimal(row["amount"]) * 100
    seen = dict(pages(folder))
    text = words(seen["R1_2026-01"])
    head = {"en": "When it is paid", "zh": "发放时间"}[language]
    assert head in text
    found = re.findall(r"(?<![\d-])-?[\d,]+\.\d\d", text.partition(head)[2])
    *parts, whole = [Decimal(amount.replace(",", "")) for amount in found[:4]]
    assert sum(parts) == whole == earned(seen["R1_2026-01"]) == 8_800
    assert parts == [4_800, 3_200, 800]  # 60% of 8,000 on the day, 40% two months later; 1% is held
    assert {"en": "may be paid on 2026-03-05", "zh": "可于 2026-03-05 发放"}[language] in text.partition(
        "commission flow.meed"
    )[2]
    march = words(seen["R1_2026-03"])
    assert {"en": "Total, owed 0.00 1,000.00", "zh": "合计，所欠 0.00 1,000.00"}[language] in march


# --- whatever names hold -------------------------------------------------------------------------------------


def hostile(folder: SalesFolder) -> None:
    """Names and keys that would do harm where they are not taken for text."""
    reps = folder.read("reps.csv").replace("R1,Ann", f"../R1,{HOSTILE}").replace("R2,李伟", "=1+1,\"@SUM(A1) & 'x'\"")
    folder.write("reps.csv", reps.replace("Lions", '"<b>Lions</b>"'))
    deals = folder.read("deals.csv").replace(",R1,", ",../R1,").replace(",R2,", ",=1+1,").replace("D02", "<i>D02</i>")
    folder.write("deals.csv", deals.replace("D03", "=cmd|' /C calc'!A0"))
    folder.fine(*PAID)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_and_keys_are_text_on_a_page(folder: SalesFolder, language: str) -> None:
    hostile(folder)
    folder.fine(*MAKE, "--language", language)
    seen = dict(pages(folder))
    assert len(seen) == len(folder.rows("out/summary.csv"))
    for page in [*seen.values(), Sound(folder.read("pay/index.html"))]:
        assert "script" not in page.tags
        assert set(page.text) & {"alert(1)"} == set()
    own = next(page for page in seen.values() if HOSTILE in page.text and "<i>D02</i>" in page.text)
    assert "<b>Lions</b>" in own.text
    assert "script" not in own.tags


def test_files_stay_in_the_folder_and_names_do_not_collide(folder: SalesFolder) -> None:
    folder.write("reps.csv", folder.read("reps.csv").replace("R2,", "r1,").replace("R3,", "../../R1,"))
    folder.write("deals.csv", folder.read("deals.csv").replace(",R2,", ",r1,").replace(",R3,", ",../../R1,"))
    folder.fine(*PAID)
    before = {path for path in folder.path.rglob("*") if "pay/" not in path.as_posix()}
    folder.fine(*MAKE)
    assert {path for path in folder.path.rglob("*") if "pay/" not in path.as_posix()} - before == {folder.path / "pay"}
    names = [name.casefold() for name, _ in pages(folder)]
    assert len(names) == len(set(names)) == len(folder.rows("out/summary.csv"))
    links = re.findall(r'href="([^"]+)"', folder.read("pay/index.html"))
    assert len(links) == len(names)


def test_nothing_in_a_workbook_is_a_formula(folder: SalesFolder) -> None:
    hostile(folder)
    folder.fine(*MAKE, "--as", "xlsx", "--period", "2026-Q1")
    books = sorted(folder.path.joinpath("pay").glob("*.xlsx"))
    assert len(books) > 2
    texts: set[str] = set()
    for path in books:
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in {"s", "n"}, cell.value
                    texts.add(str(cell.value))
    assert {"=1+1", "=cmd|' /C calc'!A0", "<i>D02</i>"} <= texts


def test_a_workbook_has_exact_amounts_that_add_up_and_a_because_folded_below_each_line(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--as", "xlsx", "--language", "zh")
    summary = {f"{row['rep']}_{row['period']}": Decimal(row["total"]) for row in folder.rows("out/summary.csv")}
    books = {path.stem: openpyxl.load_workbook(path) for path in folder.path.joinpath("pay").glob("*.xlsx")}
    assert books.keys() == summary.keys()
    book = books["R1_2026-Q1"]
    assert book.sheetnames == ["奖金单", "明细", "依据"]
    sheet = book["明细"]
    numbers = [cell for cell in sheet["F"] if cell.data_type == "n" and cell.value is not None]
    assert all(cell.number_format == "#,##0.00" for cell in numbers)
    amounts = [Decimal(str(cell.value)) for cell in numbers]
    assert amounts[-1] == sum(amounts[:-1]) == summary["R1_2026-Q1"]
    folded = [row for row, shape in sheet.row_dimensions.items() if shape.hidden and shape.outlineLevel]
    texts = [str(sheet.cell(row=row, column=4).value).strip() for row in folded]
    assert any(text.startswith("D02 之前的 bookings") for text in texts)


# --- what cannot be done -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (("--as", "pdf"), "`--as pdf` is no form of a statement", "use some of `html`, `xlsx`, `csv`, `parquet`"),
        (("--as", ","), "`--as` names no form", "use some of `html`, `xlsx`, `csv`, `parquet`"),
        (("--language", "fr"), "`--language fr` is not one of the languages", "use `en` or `zh`"),
        (("--rep", "R9"), "there is no rep `R9`", "keys of reps stand in summary.csv"),
        (("--period", "spring"), "period `spring` is not a period",
         "write it as 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W07 or 2026-04-10"),
        (("--rep", "R1", "--period", "2026-01"), "there is no such statement in this run",
         "periods with statements: `2026-Q1`, `2026-Q2`, `2026-Q3`, `2026-Q4`"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(folder: SalesFolder, args: tuple[str, ...], message: str, advice: str) -> None:
    said = folder.meed(*MAKE, *args)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"error: {message}\nhelp: {advice}\n"
    assert not folder.path.joinpath("pay").exists()


def test_a_run_of_leads_has_no_statements(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    said = folder.meed("statements", "given/who.csv", "--out", "pay")
    assert (said.code, said.err) == (
        2,
        "error: given/who.csv: this run gave leads, and pays nobody\nhelp: name what `meed simulate` wrote\n",
    )


def test_without_a_folder_the_last_simulation_is_told(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    folder.fine("statements", "--out", "pay", "--rep", "R1")
    assert [name for name, _ in pages(folder)] == ["R1_2026-Q1", "R1_2026-Q2", "R1_2026-Q3", "R1_2026-Q4"]


def test_some_statements_are_said_to_be_a_part_of_the_run(folder: SalesFolder) -> None:
    said = folder.fine(*MAKE, "--rep", "R3", "--period", "2026-Q1")
    assert [name for name, _ in pages(folder)] == ["R3_2026-01", "R3_2026-02", "R3_2026-03"]
    assert said.lines[-1].startswith("  the run pays ")
    assert "The total of all statements is the total of the run." not in folder.read("pay/index.html")


def test_a_run_whose_lines_were_edited_is_not_told(folder: SalesFolder) -> None:
    folder.write("out/lines.csv", folder.read("out/lines.csv").replace("4200.04", "4200.05"))
    said = folder.meed(*MAKE)
    assert (said.code, said.out) == (1, "")
    assert "is 4200.04 CNY, not 4200.05" in said.err


def test_facts_that_changed_are_said(folder: SalesFolder) -> None:
    folder.write("deals.csv", folder.read("deals.csv").replace("80000", "80001"))
    assert "the facts have changed since this run" in folder.meed(*MAKE).err


def test_tables_never_take_the_place_of_facts(folder: SalesFolder) -> None:
    folder.path.joinpath("deals.csv").rename(folder.path / "statement_lines.csv")
    paid = [arg.replace("deal=deals.csv", "deal=statement_lines.csv") for arg in PAID]
    folder.fine(*paid)
    said = folder.meed("statements", "out", "--out", ".", "--as", "csv")
    assert (said.code, said.err.split("\n")[0]) == (2, "error: `--out` would write over statement_lines.csv")


def test_columns_of_the_tables(folder: SalesFolder) -> None:
    folder.fine(*MAKE, "--as", "csv")
    with folder.path.joinpath("pay", "statement_lines.csv").open(encoding="utf-8", newline="") as rows:
        header = next(csv.reader(rows))
    assert header == [
        "line id", "rep", "name", "period", "scheme", "component", "kind", "key", "date", "credited", "unit", "amount",
        "currency", "because", "due",
    ]  # fmt: skip
    row = next(row for row in table(folder, "lines") if row["key"] == "D02")
    assert (row["date"], row["credited"], row["unit"]) == ("2026-02-11", "60000.5", "money")
