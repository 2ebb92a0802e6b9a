"""The kinds of problem that the service answers with; docs/http_api.md lists them for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["KINDS", "ProblemKind"]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: the end of its `type`, its HTTP status, its title, and a `detail` such as it has."""

    name: str
    status: int
    title: str
    example: str

    @property
    def type(self) -> str:
        """What identifies the kind for programs."""
        return f"urn:meed:problem:{self.name}"


# fmt: off
KINDS: Mapping[str, ProblemKind] = {
    kind.name: kind
    for kind in (
        ProblemKind(
            "not-json", 400, "The body is not JSON",
            "the body is not JSON from line 1, character 6 on",
        ),
        ProblemKind(
            "key-needed", 401, "An API key is needed",
            "the request has no key: send `authorization: Bearer KEY`",
        ),
        ProblemKind(
            "scope-needed", 403, "The key is not for this",
            "the key `crm` has no scope `publish`: ask for a key that has it",
        ),
        ProblemKind(
            "wrong-host", 403, "The request was meant for another host",
            "without API keys only requests to this machine itself are answered",
        ),
        ProblemKind(
            "not-found", 404, "There is nothing at this address",
            "there is no `GET /v1/leads`; /openapi.json lists what there is",
        ),
        ProblemKind(
            "unknown-point", 404, "The policy decides no such facts",
            "there is no decision point `laed`; did you mean `lead`?",
        ),
        ProblemKind(
            "unknown-decision", 404, "There is no such decision",
            "there is no decision `De6da0817f0bd`",
        ),
        ProblemKind(
            "unknown-kind", 404, "The policy knows no such facts",
            "policy `Field sales` knows no facts of the kind `led`; did you mean `lead`?",
        ),
        ProblemKind(
            "unknown-fact", 404, "There is no such fact",
            "there is no lead `L00099`",
        ),
        ProblemKind(
            "unknown-policy", 404, "There is no such policy",
            "no policy has the hash `c1bd3f`",
        ),
        ProblemKind(
            "method-not-allowed", 405, "The address does not take this method",
            "`PUT /v1/decisions/lead` is not possible; use POST",
        ),
        ProblemKind(
            "too-slow", 408, "The request did not arrive in time",
            "the body did not arrive within 30 seconds",
        ),
        ProblemKind(
            "request-id-taken", 409, "The request id belongs to another request",
            "request id `crm-81720` was used for lead `L00001` with other content; give each decision an id of its own",
        ),
        ProblemKind(
            "decided-already", 409, "The fact was decided before",
            "lead `L00001` was decided before: see /v1/decisions/De6da0817f0bd",
        ),
        ProblemKind(
            "has-owner", 409, "Somebody has the fact already",
            "lead `L00001` has an owner: R007",
        ),
        ProblemKind(
            "not-in-force", 409, "The policy is not in force at that moment",
            "policy `Field sales` 2026.1 is not in force on 2025-12-31",
        ),
        ProblemKind(
            "move-refused", 409, "The move is not possible as things are",
            "lead `L00001` is offered to R007, not R008",
        ),
        ProblemKind(
            "superseded", 409, "There is a later decision",
            "lead `L00001` has a later decision than De6da0817f0bd: see /v1/decisions/D3880e4089b54",
        ),
        ProblemKind(
            "wrong-facts", 409, "The facts lack what the policy reads",
            "reps.csv: there is no column `region`; load the facts for the policy first",
        ),
        ProblemKind(
            "nothing-to-roll-back", 409, "There is no policy before this one",
            "policy `Field sales` is the first that was in force",
        ),
        ProblemKind(
            "nothing-to-simulate", 409, "The policy pays nothing",
            "policy `Rotation` has no scheme: it pays nothing",
        ),
        ProblemKind(
            "too-large", 413, "The request is too large",
            "the body has more than 65,536 bytes",
        ),
        ProblemKind(
            "not-json-type", 415, "The body must be JSON",
            "`text/plain` is not JSON: send `content-type: application/json`",
        ),
        ProblemKind(
            "bad-request", 422, "The request is not as it should be",
            "correct `request_id`",
        ),
        ProblemKind(
            "bad-fact", 422, "The fact cannot be used",
            "correct `fact.value`",
        ),
        ProblemKind(
            "bad-facts", 422, "The facts cannot be used",
            "facts.deal row 1, column `amount`: `12x` is not in `CNY`; write the amount in `CNY`",
        ),
        ProblemKind(
            "bad-policy", 422, "The policy is not sound",
            "1 error and 1 failed test",
        ),
        ProblemKind(
            "too-many", 429, "Too many requests of one key at a time",
            "750 requests of this key are under way, and no more of one key are taken: send it again later, as it was",
        ),
        ProblemKind(
            "headers-too-large", 431, "The head of the request is too large",
            "address and headers have more than 65,536 bytes",
        ),
        ProblemKind(
            "internal", 500, "The service failed",
            "this is a defect; send the request again with the same request id, and look into the service's own log",
        ),
        ProblemKind(
            "busy", 503, "Too many requests at a time",
            "1000 requests are under way here, and no more are taken: send it again later, as it was",
        ),
        ProblemKind(
            "keys-unavailable", 503, "The keys cannot be read",
            "the keys cannot be read now",
        ),
        ProblemKind(
            "draining", 503, "The service is about to stop",
            "the service is about to stop: ask another one, or this one again in a moment",
        ),
        ProblemKind(
            "store-unavailable", 503, "The decision log cannot be reached",
            "database or disk is full; send the request again with the same request id",
        ),
    )
}
# fmt: on
