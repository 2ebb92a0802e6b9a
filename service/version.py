"""Which meed this is."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

__all__ = ["is_compiled", "meed_version"]


def meed_version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import version  # only where it is asked for: it takes a while

    return version("meed-engine")


def is_compiled() -> bool:
    """Whether the engine is that of a compiled wheel: decision 0087."""
    engine = Path(__file__).resolve().parent.parent / "engine"
    return any((engine / f"world{ending}").is_file() for ending in EXTENSION_SUFFIXES)
