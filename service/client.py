"""A client of the service for Python: typed answers, problems as exceptions, and requests that are sent again.

Needs the extra `client` and nothing of the service's own: no web framework, no database.

    with Client("https://meed.example", key) as meed:
        decision = meed.decide("lead", {"id": "L1", "value": Decimal("15800.00"), "region": "East"})
        meed.move("lead", "L1", "decline", rep=decision.rep, reason="no time")
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Literal, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from .change_schemas import BatchAnswer, FactShown, FactsTaken, MoveAnswer, Pool, TellingAnswer
from .fairness_schemas import FairnessReport
from .policy_schemas import PoliciesShown, PolicyChecked, PolicyPublished, Taken
from .schemas import DecisionAnswer, DecisionExplained, FieldError
from .simulation_schemas import SimulationAnswer
from .why_not_schemas import WhyNotAnswer

__all__ = ["Client", "NoAnswer", "ProblemAnswered"]

Model = TypeVar("Model", bound=BaseModel)
Row = Mapping[str, object]
Word = Literal["accept", "decline", "confirm", "release", "return", "transfer", "override", "claim", "extend", "close"]
_AGAIN = frozenset({408, 429, 502, 503, 504})
_FIRST_WAIT_MS, _LONGEST_WAIT_MS = 100, 10_000


class ProblemAnswered(Exception):
    """The service answered with a problem. `kind` is the end of its type, like `bad-fact`; `errors` has the fields at
    fault, `more` whatever else it says; `retry_after` seconds, where it says when to come again."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: int | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        self.kind = str(body.get("type", "")).rpartition(":")[2]
        self.title, self.detail = str(body.get("title", "")), str(body.get("detail", ""))
        self.errors = [FieldError.model_validate(one) for one in cast("list[Any]", body.get("errors") or [])]
        known = {"type", "title", "status", "detail", "errors"}
        self.more = {name: value for name, value in body.items() if name not in known}
        super().__init__(f"{status} {self.kind}: {self.detail}")


class NoAnswer(Exception):
    """There was no answer within the client's patience, or one that is none. What was asked may have been done: send
    it again with the same request id, which is `request_id`."""

    def __init__(self, message: str, request_id: str = "") -> None:
        self.request_id = request_id
        super().__init__(message)


class Client:
    """A connection to the service at an address, for one thread at a time.

    Every request that changes something has a request id, yours or one that is drawn here, so it may be sent again:
    after a lost connection, 408, 429 or 5xx that pass, it is, with the same id, waiting as long as `retry-after`
    says, else longer each time, until `patience` seconds are over. `at` is the moment of what happened, now if left
    out. Amounts are `Decimal` or texts; a binary float is refused. Methods raise `ProblemAnswered` and `NoAnswer`.
    """

    def __init__(
        self, address: str, key: str | None = None, *, patience: int = 30, timeout: int = 30,
        transport: httpx.BaseTransport | None = None, sleep: Callable[[int], None] | None = None,
    ) -> None:  # fmt: skip
        headers = {"accept": "application/json, application/problem+json"}
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout, transport=transport)
        self._patience_ms = patience * 1000
        self._sleep = sleep or _sleep

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    # --- decisions and what becomes of them --------------------------------------------------------------

    def decide(
        self, kind: str, fact: Row, *, request_id: str | None = None, at: datetime | str | None = None
    ) -> DecisionAnswer:
        """Who gets a fact."""
        body = {"request_id": request_id or _drawn(), "fact": fact, "at": at}
        return self._post(DecisionAnswer, _path("decisions", kind), body)

    def decide_all(self, kind: str, requests: Sequence[Row]) -> BatchAnswer:
        """Who gets each of many facts, in their order; each of `requests` has `fact`, and may have the rest."""
        all_of_them = [{"request_id": _drawn(), **request} for request in requests]
        return self._post(BatchAnswer, _path("decisions", kind, "batch"), {"decisions": all_of_them})

    def decision(self, decision_id: str) -> DecisionAnswer:
        """The answer to a request as it was given."""
        return self._get(DecisionAnswer, _path("decisions", decision_id))

    def explain(self, decision_id: str) -> DecisionExplained:
        """A decision with everything that led to it."""
        return self._get(DecisionExplained, _path("decisions", decision_id), explain="full")

    def why_not(
        self, decision_id: str, rep: str, changes: Sequence[str] = (), *, since: date | datetime | str | None = None
    ) -> WhyNotAnswer:
        """Why a rep did not get it; with `changes` (`on_duty=yes`, `skills+=food`) what they would have brought, made
        right before the decision, or from `since` on with all that comes of it."""
        said = {"rep": rep, "if": list(changes), "since": since}
        return self._get(WhyNotAnswer, _path("decisions", decision_id, "why-not"), **said)

    def fairness(
        self, kind: str | None = None, *, first: date | str | None = None, last: date | str | None = None,
        by: Sequence[str] = (),
    ) -> FairnessReport:  # fmt: skip
        """Whether the decisions from one day to another were fair; `by` columns of reps, by groups of which, too."""
        return self._get(FairnessReport, _path("fairness"), kind=kind, **{"from": first, "to": last}, by=list(by))

    def move(
        self, kind: str, key: str, word: Word, *, rep: str | None = None, to: str | None = None, by: str | None = None,
        reason: str | None = None, until: date | str | None = None, decision_id: str | None = None,
        request_id: str | None = None, at: datetime | str | None = None,
    ) -> MoveAnswer:  # fmt: skip
        """Report what somebody does with a fact: `rep` who does it, `to` whom it is given to, `by` who said so.

        With `decision_id` only if that is still the last decision about it.
        """
        said = {"rep": rep, "to": to, "by": by, "reason": reason, "until": until, "decision_id": decision_id}
        body = {"request_id": request_id or _drawn(), "at": at, **said}
        return self._post(MoveAnswer, _path("facts", kind, key, word), body)

    def pool(self, kind: str) -> Pool:
        """What lies in the public pool."""
        return self._get(Pool, _path("pool", kind))

    def told(self, after: int = 0, most: int = 100) -> TellingAnswer:
        """The notices and awards of the log behind a number; keep `up_to`, and ask again with it."""
        return self._get(TellingAnswer, _path("told"), after=str(after), most=str(most))

    # --- facts -------------------------------------------------------------------------------------------

    def put_facts(
        self, kind: str, facts: Iterable[Row], *, request_id: str | None = None, at: datetime | str | None = None,
        each: bool = False,
    ) -> FactsTaken:  # fmt: skip
        """Say what is new or changed of facts: all of them or none, or with `each` those that can be used."""
        body = {"request_id": request_id or _drawn(), "facts": list(facts), "at": at, "each": each}
        return self._post(FactsTaken, _path("facts", kind), body)

    def fact(self, kind: str, key: str) -> FactShown:
        """A fact with its versions."""
        return self._get(FactShown, _path("facts", kind, key))

    # --- policies and simulations ------------------------------------------------------------------------

    def policies(self) -> PoliciesShown:
        """The policy in force, those that were published, and when which was in force."""
        return self._get(PoliciesShown, _path("policies"))

    def check(self, text: str) -> PolicyChecked:
        """What is wrong in the text of a policy, and what its tests say."""
        return self._post(PolicyChecked, _path("policies", "check"), {"text": text})

    def publish(self, text: str, note: str = "") -> PolicyPublished:
        """Keep a policy, so that it can be activated; what the facts lack for it is in `missing`."""
        return self._post(PolicyPublished, _path("policies"), {"text": text, "note": note})

    def activate(
        self, policy_hash: str, *, note: str = "", request_id: str | None = None, at: datetime | str | None = None
    ) -> Taken:
        """Put a published policy in force, now or at a moment to come."""
        body = {"request_id": request_id or _drawn(), "note": note, "at": at}
        return self._post(Taken, _path("policies", policy_hash, "activate"), body)

    def roll_back(self, *, note: str = "", request_id: str | None = None) -> Taken:
        """Put the policy in force again that was before the present one."""
        return self._post(Taken, _path("policies", "rollback"), {"request_id": request_id or _drawn(), "note": note})

    def simulate(
        self, period: str, facts: Mapping[str, Sequence[Row]] | None = None, *, strict: bool = False,
        known_by: date | str | None = None,
    ) -> SimulationAnswer:  # fmt: skip
        """What the policy pays over a period, on facts that are sent along or on those that are loaded."""
        body = {"period": period, "facts": facts, "strict": strict, "known_by": known_by}
        return self._post(SimulationAnswer, _path("simulations"), body)

    # --- sending -----------------------------------------------------------------------------------------

    def _get(self, model: type[Model], path: str, **asked: date | str | list[str] | None) -> Model:
        params = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asked.items()
            if value is not None
        }
        return self._sent(model, lambda: self._http.get(path, params=params), "")

    def _post(self, model: type[Model], path: str, body: Row) -> Model:
        said = {name: value for name, value in body.items() if value is not None}
        content = json.dumps(_exact(said), default=_text, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        request_id = str(said.get("request_id", ""))
        return self._sent(model, lambda: self._http.post(path, content=content, headers=headers), request_id)

    def _sent(self, model: type[Model], send: Callable[[], httpx.Response], request_id: str) -> Model:
        spent, wait = 0, _FIRST_WAIT_MS
        while True:
            problem: ProblemAnswered | NoAnswer
            try:
                answer = send()
            except httpx.TransportError as error:
                problem, asked_to_wait = NoAnswer(f"no answer ({type(error).__name__}): {error}", request_id), None
            else:
                if answer.status_code == 200:
                    return _read(model, answer, request_id)
                problem = _problem(answer, request_id)
                asked_to_wait = problem.retry_after if isinstance(problem, ProblemAnswered) else None
                if answer.status_code not in _AGAIN:
                    raise problem
            # Not all who were sent away come again at one moment.
            pause = max(wait + random.randrange(wait), (asked_to_wait or 0) * 1000)
            if spent + pause > self._patience_ms:
                raise problem
            self._sleep(pause)
            spent, wait = spent + pause, min(2 * wait, _LONGEST_WAIT_MS)


def _problem(answer: httpx.Response, request_id: str) -> ProblemAnswered | NoAnswer:
    try:
        body: object = json.loads(answer.text, parse_float=Decimal)
    except ValueError:
        body = None
    if not isinstance(body, dict) or "title" not in body:
        return NoAnswer(f"an answer of status {answer.status_code} that is none of meed's", request_id)
    after = answer.headers.get("retry-after", "")
    return ProblemAnswered(answer.status_code, cast("dict[str, Any]", body), int(after) if after.isdigit() else None)


def _read(model: type[Model], answer: httpx.Response, request_id: str) -> Model:
    """The answer as typed; what a newer service says beside is left out."""
    try:
        return model.model_validate_json(answer.content, extra="ignore")
    except ValidationError as error:
        raise NoAnswer(f"an answer that is not as described: {error.errors()[0]['msg']}", request_id) from None


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _exact(value: object) -> object:
    """The value, in which there is no binary float. Raises `TypeError`."""
    if isinstance(value, float):
        raise _cannot_be_sent(value)
    if isinstance(value, Mapping):
        return {name: _exact(inner) for name, inner in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in cast("Sequence[object]", value)]
    return value


def _text(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case _:
            raise _cannot_be_sent(value)


def _cannot_be_sent(value: object) -> TypeError:
    return TypeError(f"`{value}` cannot be sent: facts are texts, whole numbers, Decimal, dates, lists of texts")


def _drawn() -> str:
    return str(uuid.uuid4())


def _sleep(milliseconds: int) -> None:
    time.sleep(milliseconds / 1000)  # exact: fraction
