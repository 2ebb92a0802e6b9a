"""`meed keys`: a key is shown once; two are good while one gives way to the next."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from meed.service.entrance.key_ring import KeyFile, KeyRing

from .sales_folder import SalesFolder, sales_folder

NOW = datetime(2026, 4, 10, 4, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    for module in ("changing", "showing"):
        monkeypatch.setattr(f"meed.service.commands.keys.{module}.system_clock", lambda: NOW)
    return sales_folder(tmp_path, capsys, monkeypatch)


def made(folder: SalesFolder, *args: str) -> str:
    """The key that a command prints."""
    return folder.fine("keys", *args).out.strip()


def holder(key: str, **later: int) -> str | None:
    """Whose key it is, some time from now."""
    found = KeyRing(KeyFile(Path("meed-keys.json")), lambda: NOW + timedelta(**later)).holder(key)
    return None if found is None else found.name


def listed(folder: SalesFolder) -> list[dict[str, Any]]:
    return json.loads(folder.fine("keys", "list", "--format", "json").out)["keys"]


def test_a_key_is_printed_once_and_kept_as_a_hash(folder: SalesFolder) -> None:
    said = folder.fine("keys", "make", "crm", "--scope", "decide,move", "--scope", "read")
    key = said.out.strip()
    assert said.err == "note: this is the key of `crm`, shown once: it is for decide, move, read\n"
    assert key.startswith("meed_")
    assert len(key) > 50
    assert key[16:] not in folder.path.joinpath("meed-keys.json").read_text()
    assert holder(key) == "crm"
    assert listed(folder) == [
        {"name": "crm", "id": key[5:15], "scopes": ["decide", "move", "read"], "made": "2026-04-10T04:00:00.000Z",
         "not_after": None, "open": True}
    ]  # fmt: skip


def test_a_key_may_have_an_end(folder: SalesFolder) -> None:
    key = made(folder, "make", "crm", "--scope", "all", "--lasts", "12h")
    assert holder(key, hours=11) == "crm"
    assert holder(key, hours=12) is None
    assert listed(folder)[0]["scopes"] == ["decide", "move", "facts", "publish", "simulate", "read", "pay"]


def test_two_keys_are_good_while_one_gives_way_to_the_next(folder: SalesFolder) -> None:
    first = made(folder, "make", "crm", "--scope", "decide")
    second = made(folder, "rotate", "crm", "--keep", "2d")
    assert holder(first, days=1) == holder(second, days=1) == "crm"
    assert (holder(first, days=2), holder(second, days=2)) == (None, "crm")
    assert [one["scopes"] for one in listed(folder)] == [["decide"], ["decide"]]
    third = made(folder, "rotate", "crm", "--keep", "0h")
    assert (holder(second), holder(third)) == (None, "crm")
    assert holder(first, days=1) is None, "who has had time has it no longer"


def test_a_key_that_is_revoked_is_good_no_more_and_stays_in_the_list(folder: SalesFolder) -> None:
    key, other = (made(folder, "make", name, "--scope", "read") for name in ("crm", "other"))
    assert folder.fine("keys", "revoke", "crm").out == "1 key of `crm` ended\n"
    assert (holder(key), holder(other)) == (None, "other")
    assert folder.fine("keys", "list").out.splitlines()[2:] == [
        f"crm     {key[5:15]}   read     2026-04-10   ended 2026-04-10 04:00",
        f"other   {other[5:15]}   read     2026-04-10   for ever",
    ]
    made(folder, "make", "crm", "--scope", "read")


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (["make", "a b", "--scope", "read"], "`a b` is not a name for a key",
         "use up to 60 letters, digits, and . _ - @"),
        (["make", "x", "--scope", "reed"], "`--scope`: there is no scope `reed`", "did you mean `read`?"),
        (["make", "x", "--scope", ","], "`--scope` names none",
         "use decide, move, facts, publish, simulate, read, pay; `all` for every one"),
        (["make", "crm", "--scope", "read"], "there is a key `crm` already",
         "`meed keys rotate crm` gives it a successor"),
        (["make", "x", "--scope", "read", "--lasts", "soon"], "`--lasts` cannot be `soon`",
         "write days or hours, like `90d` or `12h`"),
        (["rotate", "cmr"], "there is no open key `cmr`", "did you mean `crm`?"),
        (["revoke", "nobody"], "there is no open key `nobody`", "there is `crm`"),
        (["list", "--api-keys", "none.json"], "none.json: there is no such file",
         "name another one with `--api-keys`, or restore this one"),
        (["list", "--api-keys", "reps.csv"], "reps.csv: this is not a file of keys of this version",
         "name another one with `--api-keys`, or restore this one"),
        (["lst"], "`meed keys` has no verb `lst`", "did you mean `list`?"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_use(args: list[str], message: str, advice: str, folder: SalesFolder) -> None:
    made(folder, "make", "crm", "--scope", "read")
    said = folder.meed("keys", *args)
    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\nhelp: {advice}\n")


def test_an_empty_file_of_keys_lists_none(folder: SalesFolder) -> None:
    KeyFile(folder.path / "meed-keys.json").write([])
    assert folder.fine("keys", "list").out == "there are no keys\n"
