"""Which meed this is."""

from __future__ import annotations

__all__ = ["meed_version"]


def meed_version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import version  # only where it is asked for: it takes a while

    return version("meed-engine")
