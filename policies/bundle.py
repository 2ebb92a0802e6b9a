"""Policy files: read, decoded, checked."""

from __future__ import annotations

from pathlib import Path

from ..dsl import Checked, SourceFile, check

__all__ = ["PolicyUnreadable", "library_folder", "read_policy"]

_MOST_BYTES = 2_000_000


class PolicyUnreadable(ValueError):
    """A file that holds no policy text; the message says why, `help` what to do."""

    def __init__(self, path: Path, problem: str, advice: str) -> None:
        self.path = path
        self.help = advice
        super().__init__(f"{path}: {problem}; {advice}")


def read_policy(path: str | Path, name: str | None = None) -> Checked:
    """Read and check a policy file; `name` is what messages call it (the path as given, if not said).

    Raises `PolicyUnreadable` where there is no such file, or it is not UTF-8 text of a sensible size.
    """
    path = Path(path)
    if path.is_dir():
        raise PolicyUnreadable(path, "this is a folder", "name a policy file, like `field_sales.meed`")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise PolicyUnreadable(path, "there is no such file", "check the name and the folder") from None
    except OSError as error:
        raise PolicyUnreadable(path, f"cannot be read ({error.strerror})", "check who may read it") from None
    if len(data) > _MOST_BYTES:
        raise PolicyUnreadable(path, f"has {len(data):,} bytes", f"a policy has at most {_MOST_BYTES:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"byte {error.start:,}"
        raise PolicyUnreadable(path, f"is not UTF-8 text ({place})", "save it as UTF-8") from None
    return check(SourceFile(name or str(path), text.replace("\r\n", "\n")))


def library_folder() -> Path:
    """Where the shipped policies stand."""
    return Path(__file__).parent / "library"
