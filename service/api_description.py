"""The description of the API (OpenAPI): what the routes say of themselves, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from .change_schemas import DecisionTold
from .entrance.operations import OPEN, OPERATIONS
from .fairness_schemas import FairnessReport
from .problems import documented, problem_schemas
from .schemas import DecisionAnswer, DecisionExplained
from .why_not_schemas import WhyNotAnswer

__all__ = ["describe"]

_TAGS = [
    {
        "name": "decisions",
        "description": "Who gets a fact, and what becomes of it: recorded, explained.",
    },
    {"name": "facts", "description": "What is known of reps, deals, leads and the rest."},
    {"name": "simulations", "description": "What the policy pays over a period."},
    {"name": "policies", "description": "What the service runs, has run and is to run."},
    {"name": "service", "description": "Whether it can do its work."},
]
_NEVER_SENT = ("HTTPValidationError", "ValidationError")
_SCHEME = "key"
_BEARER = {"type": "http", "scheme": "bearer", "description": "An API key, as `meed keys make` prints it."}


def describe(app: FastAPI, *, needs_key: bool) -> None:
    """Let an application describe itself with the keys and problems that any request may meet."""
    write, app.openapi_tags = app.openapi, _TAGS

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = write()
            described = made["components"]["schemas"]
            described.update(problem_schemas())
            # Written out again: the framework leaves out whatever is null in an example.
            for model in (DecisionAnswer, DecisionExplained, DecisionTold, FairnessReport, WhyNotAnswer):
                described[model.__name__].update(model.model_config.get("json_schema_extra", {}))
            for name in _NEVER_SENT:
                described.pop(name, None)
            if needs_key:
                made["components"]["securitySchemes"] = {_SCHEME: _BEARER}
            for path, operation in _operations(made):
                _complete(operation, path, needs_key=needs_key)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described


def _complete(operation: dict[str, Any], path: str, *, needs_key: bool) -> None:
    scopes = list(OPERATIONS[operation["operationId"]].scopes)
    if operation["responses"].get("422", {}).get("content", {}).keys() == {"application/json"}:
        del operation["responses"]["422"]  # the framework's own form of it, which is never sent
    common = ["too-many", "busy", "internal"]
    if needs_key:
        common += ["key-needed", "keys-unavailable", *(["scope-needed"] if scopes else [])]
        operation["security"] = [{_SCHEME: scopes}, *([{}] if path in OPEN else [])]
    else:
        common.append("wrong-host")
    if "requestBody" in operation:
        common.append("too-slow")
    for status, response in documented(*common).items():
        known = operation["responses"].setdefault(str(status), response)
        if known is not response:
            known["description"] += f"; {response['description']}"
            for media, body in response["content"].items():
                known["content"][media]["examples"].update(body["examples"])


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in made["paths"].items():
        for operation in operations.values():
            yield path, operation
