"""Problems as answers: RFC 9457 problem details, each of a named kind, with the paths of the fields at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .database import StoreUnavailable
from .problem_kinds import KINDS
from .schemas import FieldError, ProblemDetails

__all__ = [
    "Problem",
    "answer",
    "answer_with_problems",
    "documented",
    "path_of",
    "problem_body",
    "problem_schemas",
    "store_problem",
    "validation_problem",
]

_MEDIA = "application/problem+json"
_SCHEMA = ProblemDetails.__name__
_MOST_ERRORS = 100


class Problem(HTTPException):
    """An answer that is not the one hoped for; `kind` is a name of `KINDS`, `more` are further members."""

    def __init__(
        self,
        kind: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.kind = KINDS[kind]
        self.errors = tuple(errors)
        self.more = more
        super().__init__(self.kind.status, detail, dict(headers or {}))


def answer(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(problem_body(problem), problem.kind.status, dict(problem.headers or {}), _MEDIA)


def store_problem(error: StoreUnavailable) -> Problem:
    """The problem of a store that cannot be used now."""
    detail = f"{error}; send the request again with the same request id"
    return Problem("store-unavailable", detail, headers={"retry-after": "1"})


def problem_body(problem: Problem) -> dict[str, Any]:
    """The problem as plain values."""
    kind = problem.kind
    body: dict[str, Any] = {
        "type": kind.type, "title": kind.title, "status": kind.status, "detail": problem.detail, **problem.more,
    }  # fmt: skip
    if problem.errors:
        body["errors"] = [error.model_dump() for error in problem.errors[:_MOST_ERRORS]]
    if len(problem.errors) > _MOST_ERRORS:
        body["errors_left_out"] = len(problem.errors) - _MOST_ERRORS
    return body


def documented(*names: str) -> dict[int | str, dict[str, Any]]:
    """The responses of these kinds for OpenAPI, by status."""
    made: dict[int | str, dict[str, Any]] = {}
    for status in sorted({KINDS[name].status for name in names}):
        kinds = [KINDS[name] for name in names if KINDS[name].status == status]
        examples = {
            kind.name: {"value": {"type": kind.type, "title": kind.title, "status": status, "detail": kind.example}}
            for kind in kinds
        }
        made[status] = {
            "description": "; ".join(kind.title for kind in kinds),
            "content": {_MEDIA: {"schema": {"$ref": f"#/components/schemas/{_SCHEMA}"}, "examples": examples}},
        }
    return made


def problem_schemas() -> dict[str, Any]:
    """The schemas to which `documented` refers, by name."""
    made = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**made.pop("$defs"), _SCHEMA: made}


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of an application a problem, and none of them a trace."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    return answer(cast("Problem", error))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses."""
    found = cast("HTTPException", error)
    place = f"`{request.method} {request.url.path}`"
    headers = found.headers
    if found.status_code == 404:
        return answer(Problem("not-found", f"there is no {place}; /openapi.json lists what there is", (), headers))
    if found.status_code == 405:
        allowed = (headers or {}).get("allow") or (headers or {}).get("Allow") or ""
        return answer(Problem("method-not-allowed", f"{place} is not possible; use {allowed}", (), headers))
    return answer(Problem("bad-request", f"{place} cannot be answered: the request is malformed", (), headers))


async def _on_validation(_: Request, error: Exception) -> JSONResponse:
    return answer(validation_problem(cast("RequestValidationError", error).errors()))


def validation_problem(errors: Sequence[Any]) -> Problem:
    """What pydantic found wrong with a request."""
    found = [_field_error(one) for one in errors]
    fields = ", ".join(f"`{one.field}`" for one in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return Problem("bad-request", f"correct {fields}{more}", found)


# --- words of pydantic in ours --------------------------------------------------------------------------------

_WORDS = {
    "missing": ("is missing", "add it"),
    "string_type": ("is not a text", "write it in quotes"),
    "bool_type": ("is not true or false", "write `true` or `false`"),
    "dict_type": ("is not an object", "write it in braces"),
    "list_type": ("is not a list", "write it in square brackets"),
    "model_attributes_type": ("is not an object", "write it in braces"),
    "model_type": ("is not an object", "write it in braces"),
    "extra_forbidden": ("is not known here", "leave it out"),
    "string_pattern_mismatch": ("has characters that cannot be used", "use visible characters only"),
}


def _field_error(found: Mapping[str, Any]) -> FieldError:
    place = list(found["loc"])
    named = place[1:] if place[:1] in (["body"], ["path"], ["query"], ["header"]) else place
    context: Mapping[str, Any] = found.get("ctx") or {}
    match found["type"]:
        case "string_too_short":
            words = ("is too short", f"write at least {context['min_length']} characters")
        case "string_too_long":
            words = ("is too long", f"write at most {context['max_length']} characters")
        case "literal_error":
            words = ("is not known here", f"use {str(context['expected']).replace(chr(39), '`')}")
        case kind:
            message = str(found["msg"])
            words = _WORDS.get(kind, (message[:1].lower() + message[1:], "see /openapi.json"))
    return FieldError(field=path_of(named) or "body", message=words[0], help=words[1])


def path_of(parts: Sequence[str | int]) -> str:
    """`facts.deal[3].amount` of its parts."""
    made = ""
    for part in parts:
        made += f"[{part}]" if isinstance(part, int) else f".{part}" if made else str(part)
    return made
