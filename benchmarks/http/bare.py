"""What our decisions are measured against: a FastAPI endpoint that returns a constant, and keeps nothing.

bare.py PORT constant     the body is not even read
bare.py PORT described    request and answer are models, as in endpoints that people write
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

CONSTANT = {
    "decision_id": "De6da0817f0bd",
    "rep": "R007",
    "held": None,
    "rule": "otherwise",
    "strategy": "round_robin",
    "policy_hash": "c1bd3fdd6b03c10864b3fc49799c27d068f7a01ae67b21db648c949b2c24fb3b",
    "because": "otherwise: R007 was owed most of the 3 who could take it (+0.714 of a lead)",
}

app = FastAPI()


class Asked(BaseModel):
    """A request for a decision."""

    request_id: str
    fact: dict[str, Any]
    at: str | None = None


class Answer(BaseModel):
    """A decision."""

    decision_id: str
    rep: str | None
    held: str | None
    rule: str
    strategy: str
    policy_hash: str
    because: str


async def constant() -> dict[str, str | None]:
    """The same for everybody; the body is not even read."""
    return CONSTANT


async def described(asked: Asked) -> Answer:
    """The same for everybody whose request is in order."""
    return Answer.model_validate(CONSTANT)


if __name__ == "__main__":
    app.post("/v1/decisions/lead")({"constant": constant, "described": described}[sys.argv[2]])
    # The fastest that uvicorn has: its C parser and event loop, no log.
    uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False, log_level="error")
