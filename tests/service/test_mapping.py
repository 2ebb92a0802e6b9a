"""Mapping files: our columns from the columns of other systems, and every mistake said with its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.schema import STANDARD
from meed.engine.intake import Formats, RawTable
from meed.service.mapping import FactMapping, MappingRefused, read_mapping


def mapping(folder: Path, text: str) -> FactMapping:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, STANDARD)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(MappingRefused) as caught:
        mapping(folder, text)
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
    assert values(table, "product") == [" Anna: 1", "Li : 2", None]
    assert values(table, "kind") == ["new"] * 3
    assert values(table, "closed") == [date(2026, 4, 30)] * 3
    assert values(table, "collected") == [Decimal("1.50")] * 3
    assert [table.title(name) for name in ("id", "owner", "region")] == ["Order + Line", "Agent", "region"]
    assert said.apply("rep", DEALS) is DEALS


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
    kept = (
        [cell for cell in cells if (cell or "").strip().casefold() not in {"", "-", "na"}] if skip else cells
    )
    assert [cell for cell in values(table, "amount") if cell != "-"] == [
        cell for cell in kept if cell != "-"
    ] or not skip
    if not skip:
        assert values(table, "amount") == cells


MISTAKES = [
    ("deal = 1", "map.toml, deal: this is not a table of `name = value`; write it as one"),
    ("[dael]", "map.toml, dael: there is no kind of fact `dael`; did you mean `deal`?"),
    ("[deal]\ntrimm = true", "map.toml, deal.trimm: there is no setting `trimm` here; did you mean `trim`?"),
    ('[deal]\ntrim = "yes"', "map.toml, deal.trim: this is neither true nor false; write `true` or `false`"),
    (
        '[deal]\nencoding = "utf-9"',
        "map.toml, deal.encoding: there is no encoding `utf-9`; use `utf-8`, `gb18030` or `cp1252`",
    ),
    (
        '[deal]\nkey = "generated"',
        "map.toml, deal.key: there is no setting `key` here; use `columns`, `formats`, `unpivot`, `trim`, `encoding`",
    ),
    (
        '[deal.columns]\namuont = "Net"',
        "map.toml, deal.columns.amuont: `deal` has no column `amuont`; what stands left of `=` is ours; did you mean `amount`?",
    ),
    (
        "[deal.columns]\namount = 5",
        "map.toml, deal.columns.amount: this is not a table of `name = value`; write it as one",
    ),
    (
        '[deal.columns]\namount = { colum = "Net" }',
        "map.toml, deal.columns.amount.colum: there is no setting `colum` here; did you mean `column`?",
    ),
    (
        '[deal.columns]\namount = { column = "Net", constant = 1 }',
        "map.toml, deal.columns.amount: one of `column`, `from` and `constant` says where it comes from; give exactly one",
    ),
    (
        '[deal.columns]\nid = { constant = "d" }',
        'map.toml, deal.columns.id.constant: a key differs from row to row; build it from columns, such as from = ["order", "line"]',
    ),
    (
        "[deal.columns]\nkind = { constant = [1] }",
        "map.toml, deal.columns.kind.constant: this is not one value; write a text, a number or a date",
    ),
    (
        '[deal.columns]\nid = { from = "Order" }',
        'map.toml, deal.columns.id.from: this is not a list of texts; write it like ["one", "two"]',
    ),
    (
        '[deal.columns]\nid = { column = "Order", with = "-" }',
        "map.toml, deal.columns.id.with: `with` stands between the columns of `from`; use both or neither",
    ),
    (
        '[deal.columns]\namount = { column = "Net", by = "name" }',
        "map.toml, deal.columns.amount.by: only a reference is looked up by another column; leave `by` out",
    ),
    (
        '[deal.columns]\nregion = { column = "Land", scale = 1000 }',
        "map.toml, deal.columns.region.scale: `region` is not an amount of money; leave `scale` out",
    ),
    (
        '[deal.columns]\nstage = { column = "Status", values = { Gewonnen = "wonn" } }',
        "map.toml, deal.columns.stage.values.Gewonnen: `wonn` is not a value of the column; did you mean `won`?",
    ),
    (
        '[deal.columns]\nstage = { column = "Status", values = { a = [] } }',
        "map.toml, deal.columns.stage.values.a: this is not one value; write a text or a number",
    ),
    (
        "[deal.formats]\nscale = 0",
        "map.toml, deal.formats.scale: this is not a whole number above 0; write 1000 for thousands",
    ),
    (
        '[deal.formats]\ndecimal = ","\nthousands = ","',
        'map.toml, deal.formats: `,` and `,` cannot separate digits; use two different marks, such as decimal = "," and thousands = "."',
    ),
    ("[deal.formats]\ndecimal = 1", "map.toml, deal.formats.decimal: this is not a text; put it in quotes"),
    (
        '[deal.formats]\ndates = ["dd.mm.yyyy"]',
        'map.toml, deal.formats.dates: `dd.mm.yyyy` is not the format of a date; write it like "%d.%m.%Y": %d is the day, %m the month, %Y the year',
    ),
    (
        '[deal.formats]\ndates = ["%H:%M"]',
        'map.toml, deal.formats.dates: `%H:%M` is not the format of a date; write it like "%d.%m.%Y": %d is the day, %m the month, %Y the year',
    ),
    (
        '[deal.unpivot]\ncolumns = ["M01"]',
        "map.toml, deal.unpivot: `into`, `value` is missing; give `columns`, `into` and `value`",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_is_named_with_its_place(text: str, expected: str, tmp_path: Path) -> None:
    assert expected in mistakes(tmp_path, text)


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = '[dael]\n[deal]\ntrimm = true\n[deal.columns]\namuont = "Net"\n[deal.formats]\nscale = -1\n'
    assert [line.partition(":")[0] for line in mistakes(tmp_path, text)] == [
        "map.toml, dael",
        "map.toml, deal.trimm",
        "map.toml, deal.formats.scale",
        "map.toml, deal.columns.amuont",
    ]


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "[deal\n") == [
        "map.toml: expected ']' at the end of a table declaration (at line 1, column 6); correct it: a mapping file is TOML"
    ]
    (tmp_path / "map.toml").write_bytes(b"\xff")
    with pytest.raises(MappingRefused, match=r"map\.toml: the file is not UTF-8; save it as UTF-8"):
        read_mapping(tmp_path / "map.toml", STANDARD)
    with pytest.raises(MappingRefused, match=r"none\.toml: there is no such file"):
        read_mapping(tmp_path / "none.toml", STANDARD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[deal.columns]\namount = "Nett"\nowner = "zzz"\n',
            [
                "map.toml, deal.columns.amount: deals.csv has no column `Nett`; did you mean `Net`?",
                "map.toml, deal.columns.owner: deals.csv has no column `zzz`; the file has `Order`, `Line`, `Agent`, `Net`, `region`",
            ],
        ),
        (
            UNPIVOT.format("deal"),
            [
                "map.toml, deal.unpivot.columns: deals.csv has no column `M01`; the file has `Order`, `Line`, `Agent`, `Net`, `region`",
                "map.toml, deal.unpivot.columns: deals.csv has no column `M02`; the file has `Order`, `Line`, `Agent`, `Net`, `region`",
            ],
        ),
        (
            '[deal.unpivot]\ncolumns = ["Net"]\ninto = "region"\nvalue = "amount"\n',
            [
                "map.toml, deal.unpivot.into: deals.csv has a column `region` already; give the new column a name of its own"
            ],
        ),
    ],
)
def test_a_column_that_the_file_lacks_is_named(text: str, expected: list[str], tmp_path: Path) -> None:
    with pytest.raises(MappingRefused) as caught:
        mapping(tmp_path, text).apply("deal", DEALS)
    assert str(caught.value).splitlines() == expected
