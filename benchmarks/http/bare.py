"""What our decisions are measured against: a bare FastAPI endpoint that returns a constant, and keeps nothing."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

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


@app.post("/v1/decisions/lead")
async def constant() -> dict[str, str | None]:
    """The same for everybody; the body is not even read."""
    return CONSTANT


if __name__ == "__main__":
    # The fastest that uvicorn has: its C parser and event loop, no log.
    uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False, log_level="error")
