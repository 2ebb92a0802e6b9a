"""The description of the API (OpenAPI): what the routes say of themselves, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from .problems import documented, problem_schemas
from .schemas import DecisionAnswer, DecisionExplained

__all__ = ["describe"]

_TAGS = [
    {"name": "decisions", "description": "Who gets a fact: asked, answered, recorded, explained."},
    {"name": "simulations", "description": "What the policy pays over a period."},
    {"name": "policies", "description": "What the service runs."},
    {"name": "service", "description": "Whether it can do its work."},
]


def describe(app: FastAPI, *, needs_key: bool) -> None:
    """Let an application describe itself with the problems that any request may meet."""
    write, app.openapi_tags = app.openapi, _TAGS

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = write()
            described = made["components"]["schemas"]
            described.update(problem_schemas())
            # Written out again: the framework leaves out whatever is null in an example.
            for model in (DecisionAnswer, DecisionExplained):
                described[model.__name__].update(model.model_config.get("json_schema_extra", {}))
            common = documented("key-needed" if needs_key else "wrong-host", "internal")
            for operation in _operations(made):
                for status, response in common.items():
                    operation["responses"].setdefault(str(status), response)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described


def _operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in made["paths"].values():
        yield from path.values()
