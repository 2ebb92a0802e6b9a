"""Whether requests should be sent here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Readiness"]


@dataclass(slots=True)
class Readiness:
    """What is known of it outside of the store; `drains`: the service was told to end."""

    drains: bool = False
