"""What a verb says where a part that it needs is not installed."""

from __future__ import annotations

from ..stopped import WrongUse

__all__ = ["not_installed"]

_EXTRAS = (
    ("serve", "", frozenset({"alembic", "fastapi", "sqlalchemy", "starlette", "uvicorn"})),
    ("postgres", "", frozenset({"psycopg"})),
    ("otel", "--trace", frozenset({"opentelemetry"})),
)
"""Extras of the package, the option that asks for each where it is not the verb itself, and what comes with it."""


def not_installed(verb: str, missing: ModuleNotFoundError) -> WrongUse:
    """How to install what was missing. Raises it again where no extra has it: then it is a defect."""
    part = (missing.name or "").partition(".")[0]
    for extra, option, parts in _EXTRAS:
        if part in parts:
            message = f"`{option or verb}` needs `{part}`, which is not installed"
            return WrongUse(message, f"run `pip install 'meed-engine[{extra}]'`")
    raise missing
