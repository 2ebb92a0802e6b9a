"""`meed audit draws`, and the verifier of one page: honest files pass, whatever is changed is found."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .sales_folder import GIVEN, SalesFolder, sales_folder

VERIFIER = Path(__file__).parents[2] / "examples" / "verify_draws.py"
LOG, PUBLISHED = "given/who.decisions.jsonl", "published.json"
Log = list[dict[str, Any]]


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> SalesFolder:
    """Eight decisions, of which three were drawn, with all keys published."""
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.fine(*GIVEN)
    made.fine("audit", "reveal", "given/who.csv", "--until", "2026-03-01", "--out", PUBLISHED)
    return made


def verifier(folder: SalesFolder) -> tuple[int, str]:
    """The page alone: nothing of meed can be imported, no site packages, no folder of this project."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), PUBLISHED, LOG],
        cwd=folder.path, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def test_an_honest_file_is_right_by_both(folder: SalesFolder) -> None:
    for way in ((), ("--published", PUBLISHED), ("--keys", "given/who.keys.json")):
        said = folder.fine("audit", "draws", "given/who.csv", *way, "--format", "json").json
        assert (said["decisions"], said["draws"], said["checked"], said["wrong"]) == (8, 3, 3, 0)
        assert said["periods"] == {"2026-01": {"draws": 2, "checked": 2}, "2026-02": {"draws": 1, "checked": 1}}
    assert verifier(folder) == (0, "3 draws checked, 0 whose key is not revealed yet, 0 decisions wrong\n")
    said = folder.fine("audit", "draws", "given/who.csv", "--published", PUBLISHED)
    assert said.lines[0] == "8 decisions, 3 draws, 3 checked"
    assert said.lines[-1] == "every draw that can be checked is right"


def test_a_key_is_revealed_when_its_period_is_over(folder: SalesFolder) -> None:
    said = folder.fine("audit", "reveal", "given/who.csv", "--until", "2026-02-28", "--out", PUBLISHED)
    assert said.lines == ["2 periods published in published.json, 1 with the key"]
    audit = folder.fine("audit", "draws", LOG, "--published", PUBLISHED, "--format", "json").json
    assert (audit["draws"], audit["checked"], audit["fine"]) == (3, 2, True)
    assert verifier(folder) == (0, "2 draws checked, 1 whose key is not revealed yet, 0 decisions wrong\n")


def drawn(log: Log) -> dict[str, Any]:
    return next(one for one in log if "draw" in one["tried"][-1])


def change_record(log: Log, change: Callable[[dict[str, Any]], object]) -> None:
    draw = drawn(log)["tried"][-1]["draw"]
    record = json.loads(draw["record"], parse_float=str)
    change(record)
    draw["record"] = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def other_rep(log: Log) -> str:
    return next(rep for rep in drawn(log)["tried"][-1]["eligible"] if rep != drawn(log)["rep"])


CHANGES: dict[str, Callable[[Log], object]] = {
    "another ticket": lambda log: drawn(log)["tried"][-1]["draw"].update(
        ticket=str(
            (int(drawn(log)["tried"][-1]["draw"]["ticket"]) + 1) % int(drawn(log)["tried"][-1]["draw"]["tickets"])
        )
    ),
    "another winner": lambda log: drawn(log).update(rep=other_rep(log)),
    "more tickets for somebody": lambda log: change_record(
        log, lambda record: record["eligible"][0].__setitem__(1, 50)
    ),
    "another lead": lambda log: change_record(log, lambda record: record.update(lead="L99")),
    "a decision about another lead": lambda log: drawn(log).update(key="L99"),
    "a decision about another kind": lambda log: drawn(log).update(kind="account"),
    "another number": lambda log: change_record(log, lambda record: record.update(sequence=99)),
    "another policy": lambda log: change_record(log, lambda record: record.update(policy="0" * 64)),
    "blanks in the record": lambda log: drawn(log)["tried"][-1]["draw"].update(
        record=drawn(log)["tried"][-1]["draw"]["record"] + " "
    ),
    "another hash": lambda log: drawn(log)["tried"][-1]["draw"].update(digest="0" * 64),
    "another counter": lambda log: drawn(log)["tried"][-1]["draw"].update(counter=1),
    "a candidate without tickets": lambda log: drawn(log)["tried"][-1]["eligible"].append("R9"),
    "a decision taken out": lambda log: log.remove(drawn(log)),
    "two decisions exchanged": lambda log: log.insert(0, log.pop(1)),
    "another moment": lambda log: drawn(log).update(at=drawn(log)["at"] + 40 * 86_400),
    "a moment of which nothing is known": lambda log: drawn(log).update(at=0),
}


def assert_found_by_both(folder: SalesFolder, change: Callable[[Log], Any]) -> str:
    """The command and the stand-alone verifier object to a log that was changed; what the latter prints."""
    log: Log = [json.loads(line, parse_float=str) for line in folder.read(LOG).splitlines()]
    change(log)
    folder.write(LOG, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in log))
    said = folder.meed("audit", "draws", LOG, "--published", PUBLISHED)
    assert said.code == 1, said.out
    assert "WRONG: decision D" in said.out
    code, printed = verifier(folder)
    assert code == 1, printed
    return printed


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_is_found_by_both(folder: SalesFolder, name: str) -> None:
    assert "WRONG D" in assert_found_by_both(folder, CHANGES[name])


@pytest.mark.parametrize("part", ["key", "commitment"])
def test_a_key_that_was_not_committed_to_is_found_by_both(folder: SalesFolder, part: str) -> None:
    published = json.loads(folder.read(PUBLISHED))
    published["periods"][0][part] = "ab" * 32
    folder.write(PUBLISHED, json.dumps(published))
    said = folder.meed("audit", "draws", LOG, "--published", PUBLISHED)
    assert said.code == 1
    assert "WRONG: the key of 2026-01 is not the key that was committed to" in said.lines
    assert verifier(folder)[0] == 1


def test_a_damaged_decision_is_wrong_and_no_stop(folder: SalesFolder) -> None:
    log: Log = [json.loads(line, parse_float=str) for line in folder.read(LOG).splitlines()]
    drawn(log)["tried"][-1]["draw"].pop("record")
    folder.write(LOG, "".join(json.dumps(one) + "\n" for one in log))
    said = folder.meed("audit", "draws", LOG, "--published", PUBLISHED, "--format", "json")
    assert said.code == 1
    assert said.json["first_wrong"][0]["because"] == ["the decision is damaged"]


def test_the_verifier_is_one_page_of_the_standard_library() -> None:
    lines = VERIFIER.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    imported = [line.split()[1] for line in lines if line.startswith("import ")]
    assert imported == ["datetime", "hashlib", "hmac", "json", "pathlib", "sys"]
    assert not any(line.startswith("from ") for line in lines)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("audit", "draws", "none.csv"), "none.decisions.jsonl: there is no such file"),
        (("audit", "draws", LOG, "--published", "reps.csv"), "reps.csv: this is not a file of published keys"),
        (("audit", "draws", LOG, "--published", "none"), "none: there is no such file"),
        (("audit", "draws", LOG, "--published", PUBLISHED, "--keys", "k"), "`--published` and `--keys` are two ways"),
        (("audit", "reveal", LOG, "--until", "soon", "--out", "p"), "`--until soon` is not a day"),
        (("audit", "steps"), "`meed audit` has no verb `steps`"),
    ],
)
def test_wrong_use_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], message: str) -> None:
    said = folder.meed(*args)
    assert said.code == 2
    assert message in said.err


# --- a group first, then a rep of it --------------------------------------------------------------------------

LEVELS = """policy "Levels" { version: "1"  currency: USD }
facts standard
assign lead {
  rule lot when lead.region is "lot"  to any rep within rep.team by random, random
  rule half when lead.region is "half"  to any rep within rep.team by deck, round_robin
  otherwise to any rep within rep.team by round_robin, deck
  if nobody hold "desk"
}
"""


@pytest.fixture
def leveled(tmp_path, capsys, monkeypatch) -> SalesFolder:
    """Twelve leads of January among two teams, drawn and dealt at one level or at both, with the key published."""
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.write("levels.meed", LEVELS)
    made.write("people.csv", "id,team\na,x\nb,x\nc,y\nd,y\n")
    regions = ("lot", "half", "else")
    came = (f"L{n:02d},{regions[n % 3]},2026-01-{n:02d} 09:00\n" for n in range(1, 13))
    made.write("came.csv", "id,region,created\n" + "".join(came))
    made.fine("assign", "levels.meed", "--facts", "rep=people.csv", "lead=came.csv", "--out", "given/who.csv")
    made.fine("audit", "reveal", "given/who.csv", "--until", "2026-03-01", "--out", PUBLISHED)
    return made


def of_lot(log: Log) -> dict[str, Any]:
    return next(one["tried"][-1] for one in log if one["rule"] == "lot")


def test_the_draws_of_both_levels_are_right_by_both(leveled: SalesFolder) -> None:
    said = leveled.fine("audit", "draws", "given/who.csv", "--published", PUBLISHED, "--format", "json").json
    assert (said["decisions"], said["draws"], said["checked"], said["wrong"]) == (12, 16, 16, 0)
    assert verifier(leveled) == (0, "16 draws checked, 0 whose key is not revealed yet, 0 decisions wrong\n")


LEVELS_CHANGED: dict[str, Callable[[Log], object]] = {
    "another group": lambda log: of_lot(log)["group"].update(chosen="xy".strip(of_lot(log)["group"]["chosen"])),
    "another ticket of a group": lambda log: of_lot(log)["group"]["draw"].update(
        ticket=str(1 - int(of_lot(log)["group"]["draw"]["ticket"]))
    ),
    "a group left out": lambda log: of_lot(log)["group"]["eligible"].pop(),
    "a rep put into the group": lambda log: of_lot(log)["group"]["members"][of_lot(log)["group"]["chosen"]].append("z"),
    "groups by something else": lambda log: of_lot(log)["group"].update(of="rep.region"),
    "the draw of the rep in the place of that of the group": lambda log: of_lot(log)["group"].update(
        draw=of_lot(log)["draw"]
    ),
    "another card of a group": lambda log: next(
        one["tried"][-1]["group"]["card"] for one in log if one["rule"] == "half"
    ).update(card=2, deck=9),
}


@pytest.mark.parametrize("name", LEVELS_CHANGED)
def test_whatever_is_changed_of_a_group_is_found_by_both(leveled: SalesFolder, name: str) -> None:
    assert_found_by_both(leveled, LEVELS_CHANGED[name])


# --- lots ----------------------------------------------------------------------------------------------------

PILOT = """policy "Pilot" { version: "1"  currency: USD }
facts standard
assign lead {
  rule pilot when lot("pilot") < 30%  to any rep by random
  otherwise to any rep where lot("half") < 50% or rep.team is "x" by round_robin
  if nobody hold "desk"
}
"""


@pytest.fixture
def piloted(tmp_path, capsys, monkeypatch) -> SalesFolder:
    """Twelve leads of two months, each with two lots, with the keys published."""
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.write("pilot.meed", PILOT)
    made.write("people.csv", "id,team\na,x\nb,y\n")
    made.write(
        "came.csv", "id,created\n" + "".join(f"L{n:02d},2026-{1 + n // 7:02d}-{n:02d} 09:00\n" for n in range(1, 13))
    )
    made.fine("assign", "pilot.meed", "--facts", "rep=people.csv", "lead=came.csv", "--out", "given/who.csv")
    made.fine("audit", "reveal", "given/who.csv", "--until", "2026-03-01", "--out", PUBLISHED)
    return made


def test_lots_are_right_by_both(piloted: SalesFolder) -> None:
    log: Log = [json.loads(line) for line in piloted.read(LOG).splitlines()]
    draws = 24 + sum("draw" in one["tried"][-1] for one in log)
    for way in ((), ("--published", PUBLISHED)):
        said = piloted.fine("audit", "draws", "given/who.csv", *way, "--format", "json").json
        assert (said["decisions"], said["draws"], said["checked"], said["wrong"]) == (12, draws, draws, 0)
        assert set(said["periods"]) == {"2026-01", "2026-02"}
    assert verifier(piloted) == (0, f"{draws} draws checked, 0 whose key is not revealed yet, 0 decisions wrong\n")


def test_a_batch_shared_out_together_can_be_audited_too(piloted: SalesFolder) -> None:
    piloted.fine("allocate", "pilot.meed", "--facts", "rep=people.csv", "lead=came.csv", "--out", "given/who.csv")
    piloted.fine("audit", "reveal", "given/who.csv", "--until", "2026-03-01", "--out", PUBLISHED)
    said = piloted.fine("audit", "draws", LOG, "--published", PUBLISHED, "--format", "json").json
    assert said["decisions"] == 12
    assert said["checked"] >= 24
    assert verifier(piloted)[0] == 0


def test_an_explanation_shows_the_lots_checked(piloted: SalesFolder) -> None:
    told = piloted.fine("explain", "--decision", "L03").out
    assert 'lot("pilot") drew ' in told


LOTS_CHANGED: dict[str, Callable[[Log], object]] = {
    "another ticket": lambda log: log[2]["lots"][0].update(ticket="1"),
    "another name": lambda log: log[2]["lots"][0].update(name="whole"),
    "the lot of another lead": lambda log: log[2].update(lots=log[3]["lots"]),
    "fewer tickets": lambda log: log[2]["lots"][0].update(tickets="10"),
    "another hash": lambda log: log[2]["lots"][0].update(digest="0" * 64),
    "another month": lambda log: log[2]["lots"][0].update(came=log[2]["lots"][0]["came"] + 31 * 86_400),
    "a moment of which nothing is known": lambda log: log[2]["lots"][0].update(came=0),
}


@pytest.mark.parametrize("name", LOTS_CHANGED)
def test_whatever_is_changed_of_a_lot_is_found_by_both(piloted: SalesFolder, name: str) -> None:
    assert_found_by_both(piloted, LOTS_CHANGED[name])


# --- cards of a deck -----------------------------------------------------------------------------------------

DECK = """policy "Deck" { version: "1"  currency: USD }
facts standard
assign lead { otherwise to any rep by deck rep.capacity  if nobody hold "desk" }
"""


@pytest.fixture
def dealt(tmp_path, capsys, monkeypatch) -> SalesFolder:
    """Twelve leads of January dealt from decks of four cards, with the key published."""
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.write("deck.meed", DECK)
    made.write("people.csv", "id,capacity\na,2\nb,1\nc,1\n")
    made.write("came.csv", "id,created\n" + "".join(f"L{n:02d},2026-01-{n:02d} 09:00\n" for n in range(1, 13)))
    made.fine("assign", "deck.meed", "--facts", "rep=people.csv", "lead=came.csv", "--out", "given/who.csv")
    made.fine("audit", "reveal", "given/who.csv", "--until", "2026-03-01", "--out", PUBLISHED)
    return made


def test_honest_cards_are_right_by_both(dealt: SalesFolder) -> None:
    said = dealt.fine("audit", "draws", "given/who.csv", "--published", PUBLISHED, "--format", "json").json
    assert (said["draws"], said["checked"], said["wrong"]) == (12, 12, 0)
    assert verifier(dealt) == (0, "12 draws checked, 0 whose key is not revealed yet, 0 decisions wrong\n")


def card(log: Log, number: int = 1) -> dict[str, Any]:
    return log[number]["tried"][-1]["card"]


def change_deck(log: Log, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads(card(log)["record"])
    change(record)
    card(log)["record"] = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


CARDS_CHANGED: dict[str, Callable[[Log], object]] = {
    "another winner": lambda log: log[1].update(rep=next(rep for rep in "abc" if rep != log[1]["rep"])),
    "another card": lambda log: card(log).update(card=3),
    "a card that was not given back": lambda log: card(log).update(card=4, again=True),
    "another deck": lambda log: card(log).update(deck=7),
    "more cards for somebody": lambda log: change_deck(log, lambda record: record["eligible"][0].__setitem__(1, 5)),
    "another policy": lambda log: change_deck(log, lambda record: record.update(policy="0" * 64)),
    "blanks in the record": lambda log: card(log).update(record=card(log)["record"] + " "),
    "a candidate without cards": lambda log: log[1]["tried"][-1]["eligible"].append("z"),
    "a card passed over": lambda log: (log.pop(1), [one.update(sequence=one["sequence"] - 1) for one in log[1:]]),
}


@pytest.mark.parametrize("name", CARDS_CHANGED)
def test_whatever_is_changed_in_cards_is_found_by_both(dealt: SalesFolder, name: str) -> None:
    log: Log = [json.loads(line) for line in dealt.read(LOG).splitlines()]
    CARDS_CHANGED[name](log)
    dealt.write(LOG, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in log))
    assert dealt.meed("audit", "draws", LOG, "--published", PUBLISHED).code == 1
    code, printed = verifier(dealt)
    assert (code, "WRONG D" in printed) == (1, True), printed


def test_cards_that_lie_open_need_no_key(dealt: SalesFolder) -> None:
    dealt.write("deck.meed", DECK.replace("assign lead {", "assign lead { cards: levels "))
    dealt.fine("assign", "deck.meed", "--facts", "rep=people.csv", "lead=came.csv", "--out", "given/who.csv")
    log: Log = [json.loads(line) for line in dealt.read(LOG).splitlines()]
    assert [one["rep"] for one in log[:4]] == ["a", "a", "b", "c"]
    dealt.fine("audit", "draws", LOG, "--published", PUBLISHED)
    log[1]["rep"] = "b"
    dealt.write(LOG, "".join(json.dumps(one) + "\n" for one in log))
    said = dealt.meed("audit", "draws", LOG, "--published", PUBLISHED)
    assert (said.code, "card 2 of deck 1 is `a`'s, and `b` got it" in said.out) == (1, True)
