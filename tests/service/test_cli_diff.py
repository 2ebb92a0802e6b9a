"""`meed diff`: what two policies say otherwise, and whom that pays otherwise."""

from decimal import Decimal

import pytest

from .sales_folder import PAY, SalesFolder, sales_folder

FACTS = ("--facts", "rep=reps.csv", "deal=deals.csv", "--period", "2026")


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.write("new.meed", PAY.replace("from 100%: 8%", "from 100%: 10%").replace('version: "3"', 'version: "4"'))
    made.write("tidy.meed", f"# tidied\n{PAY.replace('  pay', '    pay')}")
    return made


def test_without_facts_the_exit_code_says_whether_the_meaning_differs(folder: SalesFolder) -> None:
    same = folder.meed("diff", "pay.meed", "tidy.meed")
    assert same.code == 0
    assert "the same meaning" in same.out
    other = folder.meed("diff", "pay.meed", "tidy.meed", "new.meed")
    assert other.code == 1
    assert "  scheme hunters, commission: from 100%: 8% became 10%   (pay.meed:7:71, new.meed:7:71)" in other.lines
    assert any(line.startswith("  policy, version: version: 3 became 4") for line in other.lines)


def test_with_facts_it_says_who_gains_and_why(folder: SalesFolder) -> None:
    """R1 sold 140,000.50 in the first quarter against 100,000: 2% of 40,000.50; R2 70,000 against 50,000: 2% of 20,000.

    The total of R1, 5,000 + 3,200.04 + 1,000 and 35 in the second quarter, is cut at 9,000 a quarter.
    """
    said = folder.fine("diff", "pay.meed", "new.meed", *FACTS, "--by", "type,region,tenure", "--format", "json").json
    (other,) = said["others"]
    assert {rep["rep"]: rep["difference"] for rep in other["reps"]} == {
        "R1": "0.00", "R2": "400.00", "R3": "0.00", "R4": "0.00",
    }  # fmt: skip
    assert other["gainers"] == {"reps": 1, "amount": "400.00"}
    assert other["losers"] == {"reps": 0, "amount": "0.00"}
    commission = next(part for part in other["components"] if part["component"] == "commission")
    assert commission["difference"] == "1200.01"
    assert [(why["says"], why["seen"]) for why in commission["reasons"]] == [("from 100%: 8% became 10%", 2)]
    total = next(part for part in other["components"] if part["component"] == "total" and part["scheme"] == "hunters")
    assert (total["difference"], [why["says"] for why in total["reasons"]]) == (
        "-800.01", ["follows from the components on whose sum it acts"],
    )  # fmt: skip
    assert [group["group"] for group in other["groups"]["tenure"]] == ["1 to 2 years", "5 to 10 years"]
    assert sum(Decimal(group["difference"]) for group in other["groups"]["region"]) == Decimal(other["difference"])


def test_totals_are_those_of_the_simulations(folder: SalesFolder) -> None:
    said = folder.fine("diff", "pay.meed", "new.meed", *FACTS, "--format", "json").json
    for policy, told in (("pay.meed", said["base"]), ("new.meed", said["others"][0])):
        run = ("simulate", policy, *FACTS, "--out", "run", "--format", "json")
        report = folder.fine(*run).json
        assert told["total"] == report["total"]
        assert told["policy"]["hash"] == report["policy"]["hash"]
        assert sum(Decimal(rep["after"]) for rep in told["reps"]) == Decimal(report["total"])
        assert told["bookings"]["account"] == "bookings"
        # All won deals of the year: 140,000.50 + 700 of R1, 70,000 of R2, 12,000.33 of R3.
        assert told["bookings"]["amount"] == "222700.83"


def test_a_policy_against_itself_moves_nobody(folder: SalesFolder) -> None:
    said = folder.fine("diff", "pay.meed", "pay.meed", *FACTS)
    assert "nobody is paid otherwise" in said.lines
    assert "why:" not in said.lines


def test_files_tie_to_the_report_and_are_the_same_each_time(folder: SalesFolder) -> None:
    folder.fine("diff", "pay.meed", "new.meed", *FACTS, "--out", "one")
    first = folder.everything_in("one")
    turned = folder.read("deals.csv").splitlines()
    folder.write("deals.csv", "\n".join([turned[0], *reversed(turned[1:])]) + "\n")
    folder.fine("diff", "pay.meed", "new.meed", *FACTS, "--out", "one")
    assert folder.everything_in("one") == first
    assert sum(Decimal(row["difference"]) for row in folder.rows("one/reps.csv")) == 400
    assert sum(Decimal(row["difference"]) for row in folder.rows("one/components.csv")) == 400


def test_policies_that_read_other_kinds_share_the_facts(folder: SalesFolder) -> None:
    """The second policy reads activities and declares a column that the first does not know."""
    folder.write("calls.csv", "id,rep,at\nc1,R3,2026-02-02\n")
    folder.write(
        "calls.meed",
        'policy "calls" { currency: CNY }\nfacts standard\nfacts rep { floor: money? }\n'
        "credit calls to activity.rep on activity.at = 1\n"
        "scheme all for every rep per quarter { pay effort = 7 CNY * calls }\n",
    )
    said = folder.fine(
        "diff", "pay.meed", "calls.meed", *FACTS[:3], "activity=calls.csv", *FACTS[3:], "--format", "json"
    )
    assert said.json["others"][0]["total"] == "7.00"
    assert said.json["others"][0]["bookings"] == {"account": None, "amount": None, "cost_share": None}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("diff", "pay.meed"), "`meed diff` needs two policies or more"),
        (("diff", "pay.meed", "new.meed", *FACTS[:3]), "`--facts` needs a period"),
        (("diff", "pay.meed", "new.meed", "--period", "2026"), "`--period` needs facts"),
        (("diff", "pay.meed", "new.meed", "--out", "x"), "`--out` needs facts"),
        (("diff", "pay.meed", "give.meed", *FACTS), "policy `小队 leads` pays nothing: it has no `scheme`"),
        (("diff", "pay.meed", "new.meed", *FACTS, "--by", "colour"), "reps have no `colour`"),
        (
            ("diff", "pay.meed", "new.meed", *FACTS, "--bookings", "sold"),
            "policy `小队 pay` has no account of money `sold`",
        ),
        (("diff", "pay.meed", "new.meed", *FACTS[:4], "2026-Q5"), "period `2026` has no quarter 5"),
        (("diff", "pay.meed", "new.meed", *FACTS, "--out", "pay.meed"), "pay.meed: this is a file"),
        (("diff", "pay.meed", "euro.meed", *FACTS), "the policies pay in CNY and EUR"),
    ],
)  # fmt: skip
def test_wrong_use_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], message: str) -> None:
    folder.write("euro.meed", PAY.replace("currency: CNY", "currency: EUR"))
    said = folder.meed(*args)
    assert said.code == 2
    assert said.err.splitlines()[0] == f"error: {message}"
    assert said.err.splitlines()[1].startswith("help: ")


def test_a_policy_with_errors_is_a_finding(folder: SalesFolder) -> None:
    folder.write("broken.meed", PAY.replace("8%", "8"))
    assert folder.meed("diff", "pay.meed", "broken.meed").code == 1
