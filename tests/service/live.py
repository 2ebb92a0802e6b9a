"""The service of an office in a process of its own, on a port of this machine."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .api import Office

PROGRAM = """
import json, sys
from pathlib import Path
from meed.service.server import serve
from meed.service.settings import Settings
folder, changes = Path(sys.argv[1]), json.loads(sys.argv[2])
keys = changes.pop("keys", None)
serve(Settings(
    folder / "rotation.meed", folder / "decisions.sqlite", {"rep": folder / "reps.csv"},
    keys=Path(keys) if keys else None, **changes,
))
"""


@dataclass
class Live:
    """A running service: its address, its process, and the file that takes its log."""

    host: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection((self.host, self.port), timeout=30)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def peak_memory(self) -> int:
        """The most memory that it had so far, in bytes (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def live(office: Office, **changes: Any) -> Iterator[Live]:
    """The service, until the block is left; then it is told to end, and killed if it does not."""
    office.settings(**changes)
    port, log = free_port(), office.folder / "service.log"
    told = json.dumps({**changes, "port": port}, default=str)
    with log.open("wb") as out:
        command = [sys.executable, "-c", PROGRAM, str(office.folder), told]
        process = subprocess.Popen(command, stderr=out)
        made = Live("127.0.0.1", port, process, log)
        try:
            _wait_for(made)
            yield made
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(made: Live) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert made.process.poll() is None, made.log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline
        try:
            made.connect().close()
        except OSError:
            time.sleep(0.05)
        else:
            return
