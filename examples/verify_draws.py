"""Checks every random draw in a file of decisions, with nothing but this page and Python's own library.

    python verify_draws.py PUBLISHED.json DECISIONS.jsonl

PUBLISHED.json: {"periods": [{"period": "2026-04", "commitment": "...", "key": "..." or null}, ...]}: commitments from
before, keys from after. DECISIONS.jsonl: a decision a line. Exit code 0: every draw whose key is there is right.
"""

import datetime
import hashlib
import hmac
import json
import pathlib
import sys


def period_of(seconds: int, published: dict) -> "dict | None":
    """The published period of a moment: a month, else a quarter, else a year."""
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=seconds // 86400)
    names = (f"{day.year}-{day.month:02}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}")
    return next((published[name] for name in names if name in published), None)


def wrong(decision: dict, tier: dict, last: bool, period: dict) -> "list[str]":
    """What is wrong with a draw, a line each."""
    drawn, key = tier["draw"], bytes.fromhex(period["key"])
    record = json.loads(drawn["record"])
    found = []
    if hashlib.sha256(key).hexdigest() != period["commitment"]:
        found.append("the key is not the one that was committed to")
    if drawn["record"] != json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False):
        found.append("the record is not in its one form")
    if (record["sequence"], record["policy"]) != (decision["sequence"], decision["policy_hash"]):
        found.append("the record is of another decision")
    if record["lead"] != decision["key"]:
        found.append("the record is of another lead")
    if [rep for rep, _ in record["eligible"]] != sorted(c["rep"] for c in tier["candidates"] if c["eligible"]):
        found.append("those with tickets are not those who could take it")
    tickets, counter = sum(count for _, count in record["eligible"]), 0
    while True:
        hashed = hmac.new(key, drawn["record"].encode() + counter.to_bytes(8, "big"), "sha256")
        number = int(hashed.hexdigest(), 16)
        if number < 2**256 // tickets * tickets:
            break
        counter += 1
    true = (hashed.hexdigest(), counter, str(tickets), str(number % tickets))
    if true != (drawn["digest"], drawn["counter"], drawn["tickets"], drawn["ticket"]):
        found.append(f"ticket {true[3]} of {true[2]} was drawn, not {drawn['ticket']} of {drawn['tickets']}")
    ticket = number % tickets
    for rep, count in record["eligible"]:
        if 0 <= ticket < count and last and rep != decision["rep"]:
            found.append(f"{rep} held the ticket, and {decision['rep']} got it")
        ticket -= count
    return found


def main(published_file: str, decisions_file: str) -> int:
    published = {one["period"]: one for one in json.loads(pathlib.Path(published_file).read_bytes())["periods"]}
    checked = hidden = bad = 0
    last = {}
    with pathlib.Path(decisions_file).open(encoding="utf-8") as file:
        for decision in map(json.loads, filter(str.strip, file)):
            found, number, before = [], decision["sequence"], last.get(decision["kind"])
            if before is not None and number != before + 1:
                found.append(f"number {number} follows number {before}: a decision is missing")
            last[decision["kind"]] = number
            for place, tier in enumerate(decision["tried"], start=1):
                if "draw" not in tier:
                    continue
                period = period_of(decision["at"], published)
                if period is None:
                    found.append("nothing was published for its moment")
                elif period.get("key") is None:
                    hidden += 1
                else:
                    checked += 1
                    found += wrong(decision, tier, place == len(decision["tried"]), period)
            bad += bool(found)
            for line in found:
                print(f"WRONG {decision['decision_id']}: {line}")
    print(f"{checked} draws checked, {hidden} whose key is not revealed yet, {bad} decisions wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
