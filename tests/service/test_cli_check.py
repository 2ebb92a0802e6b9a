"""`meed check`, `meed fmt` and `meed test`."""

import io
import sys
from pathlib import Path

import pytest

from .sales_folder import GIVE, PAY, SalesFolder, sales_folder

WARNS = 'policy "x" { currency: CNY }\nfacts standard\nlet unused of rep = 1\n'
TESTED = """policy "t" { currency: CNY }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme all for competitive per month { pay base = 5% of bookings }
test "right" {
  given rep R1 { type: "competitive" }
  given deal D1 { owner: R1, amount: 100, stage: "won", closed: 2026-01-05 }
  expect R1.base is 5
}
test "wrong" {
  given rep R1 { type: "competitive" }
  given deal D1 { owner: R1, amount: 100, stage: "won", closed: 2026-01-05 }
  expect R1.base is 6
}
"""


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_a_sound_policy_is_named_with_its_version_and_hash(folder: SalesFolder) -> None:
    said = folder.fine("check", "pay.meed")
    assert said.lines[-1].startswith("pay.meed: no findings (`小队 pay` 3, hash ")
    assert said.err == ""


def test_an_error_is_drawn_and_ends_in_one(folder: SalesFolder) -> None:
    folder.write("bad.meed", PAY.replace("deal.amount when", "deal.amuont when"))
    said = folder.meed("check", "bad.meed", "give.meed")
    assert said.code == 1
    assert "--> bad.meed:3:53" in said.out
    assert said.lines[-2] == "bad.meed: 1 error"
    assert said.lines[-1].startswith("give.meed: no findings")


def test_findings_as_json_have_their_place_and_help(folder: SalesFolder) -> None:
    folder.write("bad.meed", PAY.replace("deal.amount when", "deal.amuont when"))
    said = folder.meed("check", "bad.meed", "pay.meed", "--format", "json")
    assert said.code == 1
    (found,) = said.json
    assert found.keys() >= {
        "code", "severity", "message", "file", "line", "column", "end_line", "end_column", "help",
    }  # fmt: skip
    assert (found["severity"], found["file"], found["line"], found["column"]) == ("error", "bad.meed", 3, 53)
    assert (found["end_line"], found["end_column"]) == (3, 59)
    assert "`amount`" in found["help"]
    assert folder.fine("check", "pay.meed", "--format", "json").json == []


def test_warnings_fail_only_when_strict(folder: SalesFolder) -> None:
    folder.write("warns.meed", WARNS)
    assert folder.fine("check", "warns.meed").lines[-1].startswith("warns.meed: 1 warning")
    assert folder.meed("check", "warns.meed", "--strict").code == 1
    assert folder.fine("check", "pay.meed", "--strict").code == 0


def test_choices_name_every_setting_and_who_made_it(folder: SalesFolder) -> None:
    said = folder.fine("check", "give.meed", "--choices", "--format", "json").json
    assert said["findings"] == []
    chosen = {choice["setting"]: choice for choice in said["choices"]}
    assert (chosen["timezone"]["value"], chosen["timezone"]["origin"]) == ("Asia/Shanghai", "policy")
    assert chosen["timezone"]["place"].startswith("give.meed:1:")
    assert (chosen["rounding"]["value"], chosen["rounding"]["origin"]) == ("half_up", "default")
    shown = folder.fine("check", "give.meed", "--choices").out
    assert all(f"{name} " in shown for name in chosen)


def test_a_policy_is_read_from_standard_input(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, PAY)
    assert folder.fine("check", "-").lines[-1].startswith("<stdin>: no findings")


def test_what_is_no_text_is_wrong_use(folder: SalesFolder) -> None:
    folder.path.joinpath("b.meed").write_bytes(b"\xff\xfe\x00")
    said = folder.meed("check", "b.meed")
    assert (said.code, said.err) == (2, "error: b.meed: is not UTF-8 text (byte 0)\nhelp: save it as UTF-8\n")


def test_a_data_file_is_no_policy(folder: SalesFolder) -> None:
    said = folder.meed("check", "reps.csv")
    assert said.code == 1
    assert said.lines[-1].startswith("reps.csv: ")


# --- fmt -----------------------------------------------------------------------------------------------------


def test_a_policy_is_laid_out_in_place_and_then_stays(folder: SalesFolder) -> None:
    folder.write("p.meed", 'policy   "x" {currency:CNY}\n')
    assert folder.meed("fmt", "--check", "p.meed").code == 1
    assert folder.read("p.meed") == 'policy   "x" {currency:CNY}\n'
    assert folder.fine("fmt", "p.meed").lines == ["p.meed: laid out anew"]
    assert folder.read("p.meed") == 'policy "x" { currency: CNY }\n'
    assert folder.fine("fmt", "p.meed").out == ""
    assert folder.fine("fmt", "--check", "p.meed").lines == ["1 file is as it should be"]
    assert [path.name for path in folder.path.iterdir() if path.name.endswith(".part")] == []


def test_standard_input_is_laid_out_to_standard_output(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, 'policy   "x" {currency:CNY}')
    assert folder.fine("fmt", "-").out == 'policy "x" { currency: CNY }\n'


def test_line_ends_links_and_rights_of_a_file_are_kept(folder: SalesFolder) -> None:
    folder.write("p.meed", 'policy   "x" {currency:CNY}\r\n').chmod(0o640)
    folder.path.joinpath("link.meed").symlink_to("p.meed")
    folder.fine("fmt", "link.meed")
    path = folder.path.joinpath("p.meed")
    assert path.read_bytes() == b'policy "x" { currency: CNY }\r\n'
    assert path.stat().st_mode & 0o777 == 0o640
    assert folder.path.joinpath("link.meed").is_symlink()


def test_a_policy_with_syntax_errors_is_left_alone(folder: SalesFolder) -> None:
    folder.write("p.meed", 'policy "x" { currency: CNY')
    said = folder.meed("fmt", "p.meed")
    assert said.code == 1
    assert "error: p.meed cannot be laid out: 1 error" in said.err
    assert folder.read("p.meed") == 'policy "x" { currency: CNY'


# --- test ----------------------------------------------------------------------------------------------------


def test_tests_that_pass_and_fail_are_told(folder: SalesFolder) -> None:
    folder.write("t.meed", TESTED)
    said = folder.meed("test", "t.meed")
    assert said.code == 1
    assert said.lines[0] == "passed  right   (t.meed:5:1)"
    assert said.lines[1] == "FAILED  wrong   (t.meed:10:1)"
    assert said.lines[2].startswith("    t.meed:13:")
    assert said.lines[-1] == "1 of 2 tests failed"


def test_tests_as_json(folder: SalesFolder) -> None:
    folder.write("t.meed", TESTED)
    right, wrong = folder.meed("test", "t.meed", "--format", "json").json
    assert right == {"file": "t.meed", "title": "right", "passed": True, "place": "t.meed:5:1", "failures": []}
    assert (wrong["passed"], len(wrong["failures"])) == (False, 1)


def test_a_policy_without_tests_is_fine_and_said(folder: SalesFolder) -> None:
    said = folder.fine("test", "pay.meed")
    assert (said.out, said.err) == ("", "note: pay.meed has no tests\n")


def test_a_policy_with_errors_is_not_tested(folder: SalesFolder) -> None:
    folder.write("bad.meed", GIVE.replace("on_duty", "on_dutty"))
    said = folder.meed("test", "bad.meed")
    assert said.code == 1
    assert "error: bad.meed cannot be used: 1 error\nhelp: correct the policy first\n" in said.err
