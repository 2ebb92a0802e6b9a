"""Mapping files: our columns from the columns of other systems, and every mistake said with its place."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.schema import STANDARD
from meed.engine.intake.cells import is_blank
from meed.engine.intake.intake import Formats, RawTable
from meed.service.mapping import FactMapping, MappingRefused, read_mapping

DOCUMENT = Path(__file__).resolve().parents[1] / "intake" / "broken_mappings.md"
PART = re.compile(r"^## (.+?)\n```toml\n(.*?)^```\n```report\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MISTAKES = {
    title: (text, report.splitlines()) for title, text, report in PART.findall(DOCUMENT.read_text(encoding="utf-8"))
}


def mapping(folder: Path, text: str) -> FactMapping:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, STANDARD)


def mistakes(folder: Path, text: str) -> list[str]:
    """What is said about a mapping when it is read, or applied to the deals below."""
    with pytest.raises(MappingRefused) as caught:
        mapping(folder, text).apply("deal", DEALS)
    assert str(caught.value).splitlines() == list(map(str, caught.value.problems))
    return str(caught.value).splitlines()


def values(table: RawTable, column: str) -> list[object]:
    return list(table.columns[column].values())


DEALS = RawTable(
    "deals.csv",
    {
        "Order": ["SO1", "SO1", "SO2"],
        "Line": [1, 2, None],
        "Agent": [" Anna", "Li ", "-"],
        "Net": ["1", "2", "3"],
        "region": ["East", "NA", ""],
    },
)


def test_our_columns_take_the_place_of_theirs(tmp_path: Path) -> None:
    said = mapping(
        tmp_path,
        """
        [deal.columns]
        id = { from = ["Order", "Line"] }
        owner = "Agent"
        product = { from = ["Agent", "Net"], with = ": " }
        kind = { constant = "new" }
        closed = { constant = 2026-04-30 }
        collected = { constant = 1.50 }
        """,
    )
    table = said.apply("deal", DEALS)
    assert list(table.columns) == ["id", "owner", "product", "kind", "closed", "collected", "region"]
    assert values(table, "id") == ["SO1-1", "SO1-2", None]
    assert values(table, "owner") == [" Anna", "Li ", "-"]
    assert values(table, "product") == [" Anna: 1", "Li : 2", "-: 3"]
    assert values(table, "kind") == ["new"] * 3
    assert values(table, "closed") == [date(2026, 4, 30)] * 3
    assert values(table, "collected") == [Decimal("1.50")] * 3
    assert [table.title(name) for name in ("id", "owner", "region")] == ["Order + Line", "Agent", "region"]
    assert said.apply("rep", DEALS) is DEALS


def test_when_rows_hold_is_mapped_though_no_kind_declares_it(tmp_path: Path) -> None:
    said = mapping(tmp_path, '[deal.columns]\nvalid_from = "Line"\nvalid_until = "Net"\nknown_at = "Order"\n')
    table = said.apply("deal", DEALS)
    assert [values(table, name)[0] for name in ("valid_from", "valid_until", "known_at")] == [1, "1", "SO1"]


def test_blanks_around_texts_are_trimmed_only_when_said(tmp_path: Path) -> None:
    table = mapping(tmp_path, '[deal]\ntrim = true\n[deal.columns]\nowner = "Agent"\n').apply("deal", DEALS)
    assert values(table, "owner") == ["Anna", "Li", "-"]
    assert values(table, "Line") == [1, 2, None]


def test_a_column_that_is_hidden_by_the_mapping_is_noted(tmp_path: Path) -> None:
    table = mapping(tmp_path, '[deal.columns]\nregion = "Agent"\n').apply("deal", DEALS)
    assert values(table, "region") == [" Anna", "Li ", "-"]
    assert table.notes == ("the mapping file takes `region` from elsewhere than the columns of that name",)


def test_formats_translations_and_joins_go_by_place(tmp_path: Path) -> None:
    said = mapping(
        tmp_path,
        """
        [deal]
        encoding = "gb18030"
        [deal.formats]
        dates = ["%d.%m.%Y"]
        decimal = ","
        [deal.columns]
        amount = { column = "Net", scale = 1000 }
        stage = { column = "Status", values = { gewonnen = "won", offen = "open" } }
        owner = { column = "Agent", by = "name" }
        account = { column = "Kunde", values = { intern = "" } }
        [rep.columns]
        on_duty = { column = "active", values = { ja = true, nein = 0 } }
        """,
    )
    german = Formats(("%d.%m.%Y",), ",", ".", 1)
    assert said.formats == {"deal": german, "deal.amount": Formats(("%d.%m.%Y",), ",", ".", 1000)}
    assert said.translations == {
        "deal.stage": {"gewonnen": "won", "offen": "open"},
        "deal.account": {"intern": ""},
        "rep.on_duty": {"ja": "true", "nein": "0"},
    }
    assert said.joins == {"deal.owner": "name"}
    assert (said.encoding("deal"), said.encoding("rep"), said.encoding("lead")) == ("gb18030", None, None)


UNPIVOT = '[{0}.unpivot]\ncolumns = ["M01", "M02"]\ninto = "month"\nvalue = "amount"\n'


def test_a_wide_table_becomes_a_long_one(tmp_path: Path) -> None:
    wide = RawTable("t.csv", {"rep": ["r1", "r2"], "M01": ["1", None], "M02": ["2", "n/a"]}, [2, 5])
    table = mapping(tmp_path, UNPIVOT.format("deal")).apply("deal", wide)
    assert values(table, "rep") == ["r1", "r1", "r2", "r2"]
    assert values(table, "month") == ["M01", "M02", "M01", "M02"]
    assert values(table, "amount") == ["1", "2", None, "n/a"]
    assert list(table.lines) == [2, 2, 5, 5]
    assert [table.title("amount", row) for row in range(4)] == ["M01", "M02", "M01", "M02"]
    table = mapping(tmp_path, UNPIVOT.format("deal") + "skip_blank = true\n").apply("deal", wide)
    assert (values(table, "amount"), list(table.lines)) == (["1", "2"], [2, 2])
    assert table.notes == ("2 blank cells were skipped in `M01` to `M02`",)


@given(st.lists(st.lists(st.none() | st.text(max_size=2), min_size=2, max_size=2), max_size=6), st.booleans())
def test_no_cell_is_lost_when_a_table_becomes_long(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str | None]], skip: bool
) -> None:
    text = UNPIVOT.format("deal") + ("skip_blank = true\n" if skip else "")
    said = mapping(tmp_path_factory.mktemp("map"), text)
    wide = RawTable("t.csv", {"M01": [row[0] for row in rows], "M02": [row[1] for row in rows]})
    table = said.apply("deal", wide)
    cells = [cell for row in rows for cell in row]
    kept = [cell for cell in cells if not (skip and is_blank(cell))]
    assert values(table, "amount") == kept
    assert len(table.notes) == (len(kept) < len(cells))


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_place(text: str, expected: list[str], tmp_path: Path) -> None:
    assert mistakes(tmp_path, text) == expected


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_bytes(b"\xff")
    with pytest.raises(MappingRefused, match=r"map\.toml: the file is not UTF-8; save it as UTF-8"):
        read_mapping(tmp_path / "map.toml", STANDARD)
    with pytest.raises(MappingRefused, match=r"none\.toml: there is no such file"):
        read_mapping(tmp_path / "none.toml", STANDARD)
