"""`meed serve`: what it is told, and what it refuses before anything listens."""

import socket
import sys
from pathlib import Path

import pytest

from meed.service.settings import CannotStart, Settings

from .sales_folder import SalesFolder, sales_folder

FREE = ("--port", "0")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What services would have been started with."""
    made: list[Settings] = []
    monkeypatch.setattr("meed.service.server.serve", made.append)
    return made


def test_a_service_is_started_as_it_is_told(folder: SalesFolder, served: list[Settings]) -> None:
    args = ("--facts", "rep=reps.csv", "lead=leads.csv", "--without", "account", "--db", "d.sqlite", "--map", "m.toml")
    said = folder.fine("serve", "give.meed", *args, *FREE)
    assert served[0] == Settings(
        Path("give.meed"), "d.sqlite", {"rep": Path("reps.csv"), "lead": Path("leads.csv")}, Path("m.toml"),
        frozenset({"account"}), "127.0.0.1", 0,
    )  # fmt: skip
    assert said.err == "note: `小队 leads` answers at http://127.0.0.1:0 until you press Ctrl-C\n"


def test_it_is_told_who_may_ask_and_how_it_ends(folder: SalesFolder, served: list[Settings]) -> None:
    args = ("--host", "0.0.0.0", "--api-keys", "k.json", "--waiting", "7", "--drain", "5", "--trace", "--quiet")
    folder.fine("serve", "give.meed", *args, *FREE)
    told = served[0]
    assert (told.host, told.keys, told.most_waiting, told.drain_seconds) == ("0.0.0.0", Path("k.json"), 7, 5)
    assert (told.trace, told.log_requests) == (True, False)


def test_a_folder_with_one_policy_names_it(folder: SalesFolder, served: list[Settings]) -> None:
    folder.path.joinpath("pay.meed").unlink()
    folder.path.joinpath(".meed").mkdir()
    folder.fine("serve", ".", *FREE)
    assert served[0].policy == Path("give.meed")


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (["."], ".: there are 2 policies in this folder", "name one of `give.meed`, `pay.meed`"),
        (["none"], "none: there is no policy in this folder", "policies are files that end in `.meed`"),
        (["no.meed"], "no.meed: there is no such file", "check the name and the folder"),
        (["give.meed", "--facts", "reps=reps.csv"], "policy `小队 leads` has no kind of fact `reps`",
         "did you mean `rep`?"),
        (["give.meed", "--host", "0.0.0.0"],
         "`0.0.0.0` can be reached from other machines: name a file of API keys, or listen on `127.0.0.1`",
         "`meed keys make NAME --scope SCOPE` makes a file of keys"),
        (["give.meed", "--port", "65536"], "`--port` cannot be `65536`", "use a whole number from 0 to 65535"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_use(args: list[str], message: str, advice: str, folder: SalesFolder) -> None:
    folder.path.joinpath("none").mkdir()
    said = folder.meed("serve", *args)
    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\nhelp: {advice}\n")


def test_a_port_that_is_taken_is_said(folder: SalesFolder) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = folder.meed("serve", "give.meed", "--port", str(port))
    assert (said.code, said.err) == (
        2,
        f"error: cannot listen on port {port} of `127.0.0.1`\nhelp: choose another `--port` or `--host`\n",
    )


def test_facts_with_which_it_cannot_start_are_named(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Settings) -> None:
        raise CannotStart("reps.csv: there is no column `on_duty`", "and another")

    monkeypatch.setattr("meed.service.server.serve", refuses)
    said = folder.meed("serve", "give.meed", *FREE)
    assert said.code == 1
    assert said.err.splitlines()[1:4] == [
        "reps.csv: there is no column `on_duty`",
        "and another",
        "error: the service cannot start",
    ]


def test_what_is_not_installed_is_named_with_what_to_install(
    folder: SalesFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "meed.service.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    said = folder.meed("serve", "give.meed", *FREE)
    assert said.code == 2
    assert said.err.endswith(
        "error: `meed serve` needs `uvicorn`, which is not installed\nhelp: run `pip install 'meed-engine[serve]'`\n"
    )


def test_spans_need_an_extra(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("exporter", "exporter.otlp.proto.http.trace_exporter"):
        monkeypatch.setitem(sys.modules, f"opentelemetry.{name}", None)
    said = folder.meed("serve", "give.meed", "--facts", "rep=reps.csv", "lead=leads.csv", "--trace", *FREE)
    assert said.code == 2
    assert said.err.endswith("help: run `pip install 'meed-engine[otel]'`\n")
