"""The description of the API is complete: every answer, every problem, examples that are what they say."""

import re
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel

from meed.service import (
    change_schemas,
    fairness_schemas,
    policy_schemas,
    schemas,
    service_schemas,
    simulation_schemas,
    why_not_schemas,
)
from meed.service.entrance.operations import OPERATIONS
from meed.service.problem_kinds import KINDS

from .api import Office, TestClient, ask, lead

MODELS = {
    name: model
    for module in (
        change_schemas,
        fairness_schemas,
        policy_schemas,
        schemas,
        service_schemas,
        simulation_schemas,
        why_not_schemas,
    )
    for name, model in vars(module).items()
    if isinstance(model, type) and issubclass(model, BaseModel)
}
COMMON = {403, 429, 500, 503}
BODY = {400, 408, 413, 415, 422}
"""What any request with a body may meet."""
ANSWERS = {
    "decide": {400, 404, 408, 409, 413, 415, 422},
    "decide_batch": BODY,
    "move_decision": {*BODY, 404, 409},
    "move_fact": {*BODY, 404, 409},
    "put_facts": {*BODY, 404, 409},
    "read_fact": {404},
    "read_pool": {404},
    "read_told": {422},
    "check_policy": BODY,
    "diff_policy": {*BODY, 404},
    "publish_policy": BODY,
    "activate_policy": {*BODY, 404, 409},
    "roll_back": {*BODY, 404, 409},
    "withdraw_policy": {*BODY, 404},
    "read_policy": {404},
    "read_decision": {404, 422},
    "read_draws": set[int](),
    "why_not": {404, 413, 422},
    "read_fairness": {404, 413, 422},
    "simulate": {400, 408, 409, 413, 415, 422},
    "read_policies": set[int](),
    "read_health": set[int](),
    "read_readiness": set[int](),
    "read_metrics": set[int](),
}


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    """The description as a program reads it."""
    return client.get("/openapi.json").json()


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["operationId"]: one for path in described["paths"].values() for one in path.values()}


def everything(value: Any) -> list[Any]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(found for part in parts for found in everything(part))]


def test_it_is_openapi(described: dict[str, Any]) -> None:
    assert OpenAPI.model_validate(described).openapi == "3.1.0"
    paths = [re.sub(r"\{[^}]*\}", "{}", path) for path in described["paths"]]
    assert len(set(paths)) == len(paths)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    named = {one["$ref"] for one in everything(described) if isinstance(one, dict) and "$ref" in one}
    there = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert named <= there
    assert len(named) > 10


def test_every_operation_says_what_it_answers(described: dict[str, Any]) -> None:
    found = operations(described)
    assert found.keys() == ANSWERS.keys() == OPERATIONS.keys()
    for name, operation in found.items():
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        assert {int(status) for status in operation["responses"]} == {200, *COMMON, *ANSWERS[name]}
        (body,) = operation["responses"]["200"]["content"].values()
        assert "schema" in body


def test_every_problem_is_described_as_one(described: dict[str, Any]) -> None:
    shown: set[str] = set()
    for operation in operations(described).values():
        for status, response in operation["responses"].items():
            if status == "200":
                continue
            assert list(response["content"]) == ["application/problem+json"]
            body = response["content"]["application/problem+json"]
            assert body["schema"] == {"$ref": "#/components/schemas/ProblemDetails"}
            for name, example in body["examples"].items():
                shown.add(name)
                assert example["value"]["status"] == int(status) == KINDS[name].status
                schemas.ProblemDetails.model_validate(example["value"])
    with_keys = {"key-needed", "keys-unavailable", "scope-needed"}
    assert shown == KINDS.keys() - with_keys - {"not-found", "method-not-allowed", "headers-too-large"}


def test_with_keys_every_operation_names_its_scopes(office: Office) -> None:
    key = office.key("read")
    with office.client(keys=office.keys) as client:
        described = client.get("/openapi.json", headers={"authorization": f"Bearer {key}"}).json()
    for name, operation in operations(described).items():
        scopes = list(OPERATIONS[name].scopes)
        assert operation["security"][0] == {"key": scopes}
        assert operation["security"][1:] == ([] if scopes else [{}])
        assert ("403" in operation["responses"]) == bool(scopes)
        assert {"401", "503"} <= operation["responses"].keys()


def test_every_example_of_a_schema_is_one(described: dict[str, Any]) -> None:
    seen = 0
    for name, schema in described["components"]["schemas"].items():
        for example in schema.get("examples", []):
            MODELS[name].model_validate(example)
            seen += 1
    assert seen >= 7


def test_every_field_is_typed(described: dict[str, Any]) -> None:
    for name, schema in described["components"]["schemas"].items():
        for field, said in schema["properties"].items():
            assert said.keys() & {"type", "$ref", "anyOf", "const", "enum"}, f"{name}.{field}"


def test_answers_are_as_described(client: TestClient) -> None:
    named = ask(client, "L1").json()["decision_id"]
    ask(client, "L2", value="200000")
    schemas.DecisionAnswer.model_validate(client.get(f"/v1/decisions/{named}").json())
    schemas.DecisionExplained.model_validate(client.get(f"/v1/decisions/{named}?explain=full").json())
    service_schemas.Commitments.model_validate(client.get("/v1/draws").json())
    policy_schemas.PoliciesShown.model_validate(client.get("/v1/policies").json())
    service_schemas.Alive.model_validate(client.get("/healthz").json())
    service_schemas.Ready.model_validate(client.get("/readyz").json())
    refused = client.post("/v1/decisions/lead", json={"request_id": "r", "fact": lead("L3", value="x")}).json()
    schemas.ProblemDetails.model_validate(refused)
