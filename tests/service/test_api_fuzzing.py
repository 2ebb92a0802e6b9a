"""Whatever is sent, the service answers as its description says: schemathesis over every operation.

MEED_FUZZ=2000 runs so many requests for each operation instead of a few.
"""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from meed.service.entrance.api_keys import SCOPES
from meed.service.entrance.operations import OPERATIONS

from .api import HEAD, Office, lead
from .live import live

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
MANY = int(os.environ.get("MEED_FUZZ", "15"))
CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
THERE: dict[str, dict[str, str]] = {
    "decide": {"name": "lead"},
    "decide_batch": {"name": "lead"},
    "move_fact": {"kind": "lead", "key": "L1", "word": "release"},
    "put_facts": {"kind": "rep"},
    "read_fact": {"kind": "lead", "key": "L1"},
    "read_pool": {"kind": "lead"},
}
"""Addresses at which there is something: chance alone would hardly find them."""
POLICY = (
    HEAD
    + """credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
assign lead { otherwise to any rep where lead.region in rep.skills by random strength  if nobody hold "ops" }
scheme hunters for every rep per quarter { pay commission = 5% of bookings }
"""
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, str]]]:
    """The description of a running service as a program reads it, and a key of every scope."""
    office = Office(tmp_path_factory.mktemp("office"), POLICY)
    headers = {"authorization": f"Bearer {office.key(*SCOPES)}"}
    with live(office, keys=office.keys) as made:
        body = {"request_id": "r1", "fact": lead("L1")}
        answer = httpx.post(f"{made.address}/v1/decisions/lead", json=body, headers=headers)
        assert answer.status_code == 200
        THERE["why_not"] = THERE["read_decision"] = {"name": answer.json()["decision_id"]}
        yield schemathesis.openapi.from_url(f"{made.address}/openapi.json", headers=headers), headers


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_of_those_described(service: Any, name: str, mode: GenerationMode) -> None:
    """What fits the description, and what does not; no 5xx, no status or body that is not described."""
    schema, headers = service
    operation = schema.find_operation_by_id(name)

    cases = operation.as_strategy(mode)
    if name in THERE:
        cases |= operation.as_strategy(mode, path_parameters=THERE[name])

    @given(case=cases)
    @settings(max_examples=MANY, deadline=None, suppress_health_check=SLOW, database=None)
    def run(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "an operation that takes nothing cannot be called wrongly"
