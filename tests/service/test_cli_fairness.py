"""`meed fairness`: equal pay for equal results, and what one more sale pays."""

import pytest

from .sales_folder import SalesFolder, sales_folder

POLICY = """policy "Pay" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme east for every rep where rep.region is "East" per quarter { pay commission = 10% of bookings }
scheme west for every rep where rep.region is "West" per quarter { pay commission = 5% of bookings  total at most 40 }
"""
REPS = "id,region,gender,quota,hired\n" + "".join(
    f"R{n:02},{'East' if n % 2 else 'West'},{'f' if n < 6 else 'm'},1000,2020-01-01\n" for n in range(12)
)
DEALS = "id,owner,amount,stage,closed\n" + "".join(
    f"D{n:02},R{n:02},{1000 if n else 700},won,2026-04-10\n" for n in range(12)
)
ASKED = ("fairness", "p.meed", "--facts", "rep=reps.csv", "deal=deals.csv", "--period", "2026-Q2")


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    for name, text in (("p.meed", POLICY), ("reps.csv", REPS), ("deals.csv", DEALS)):
        made.write(name, text)
    return made


def test_a_group_that_is_paid_less_for_the_same_is_a_finding(folder: SalesFolder) -> None:
    """East is paid 10%, West 5% up to 40: 5 x 40 + 35 of 5,700. A column that no policy reads is judged as well."""
    said = folder.meed(*ASKED, "--by", "territory,gender", "--format", "json")
    assert said.code == 1
    pay = said.json["sections"]["pay"]
    territory, gender = pay["by"]["territory"], pay["by"]["gender"]
    shown = ("group", "rate", "at_equal_attainment_under_four_fifths")
    assert [tuple(group[name] for name in shown) for group in territory["groups"]] == [
        ("East", "1/10", False), ("West", "47/1140", True),
    ]  # fmt: skip
    assert territory["finding"] is True
    assert gender["finding"] is False
    assert {rep["attainment"] for rep in pay["reps"]} == {"1", "7/10"}


def test_it_reads_well(folder: SalesFolder) -> None:
    said = folder.meed(*ASKED, "--by", "region")
    assert said.code == 1
    # Reps at quota are paid 800 of 11,000: West could have 35 and 4,000/11 and has 235, East 4,800/11 and has 600.
    low = "under four fifths: `West` is paid 0.43 of `East` at equal attainment (6 reps against 6)"
    assert low in said.lines
    assert any(line.endswith("chance would hardly do that") for line in said.lines)
    assert "  all reps in one run: nobody's pay depends on what others sell" in said.lines


def test_one_more_deal_pays_nothing_at_the_cap(folder: SalesFolder) -> None:
    said = folder.meed(*ASKED, "--only", "marginal", "--unit", "250", "--format", "json")
    assert said.code == 0
    marginal = said.json["sections"]["marginal"]
    assert list(said.json["sections"]) == ["marginal"]
    pays = {rep["rep"]: (rep["pays"], rep["because"]) for rep in marginal["reps"]}
    assert pays["R01"] == ("25.00", [])
    assert pays["R00"] == ("5.00", [])  # 35 of 40: there is room for 5 of the 12.50
    assert pays["R02"] == ("0.00", ["`total` limited by `at most 40`"])
    assert (marginal["unit"], marginal["date"], marginal["one_run"]) == ("250.00", "2026-06-30", True)
    assert marginal["median_of_paid"] == "25.00"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--only", "luck"), "`--only`: there is no section `luck`"),
        (("--strata", "80"), "`--strata 80` is not a list of rates"),
        (("--strata", "80%,50%"), "`--strata 80%,50%` does not rise"),
        (("--unit", "-5"), "`--unit -5` is not above zero"),
        (("--unit", "five"), "`--unit`: `five` is not an amount"),
        (("--by", "shoe"), "reps have no `shoe`"),
        (("--draws", "7"), "`--draws` cannot be `7`"),
    ],
)
def test_wrong_use_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], message: str) -> None:
    said = folder.meed(*ASKED, *args)
    assert (said.code, said.err.splitlines()[0]) == (2, f"error: {message}")
    assert said.err.splitlines()[1].startswith("help: ")


def test_a_policy_without_bookings_has_no_results_to_compare(folder: SalesFolder) -> None:
    folder.write(
        "base.meed",
        'policy "B" { currency: USD }\nfacts standard\nscheme all for every rep per quarter { pay b = 5 }\n',
    )
    said = folder.meed("fairness", "base.meed", "--facts", "rep=reps.csv", "--period", "2026-Q2")
    assert said.code == 2
    assert "credits no money from deals" in said.err
