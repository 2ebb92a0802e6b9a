"""Files that are there as a whole or not at all."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import copymode
from typing import TextIO

__all__ = ["written_whole"]


@contextmanager
def written_whole(path: Path) -> Generator[TextIO]:
    """A UTF-8 text file to write to; it takes the place of the old one when the block ends well.

    A link is written through, and who may read the file stays as it was.
    """
    path = path.resolve()
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            yield out
        if path.exists():
            copymode(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
