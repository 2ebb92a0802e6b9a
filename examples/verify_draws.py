"""Checks every draw, lot and shuffled card in a file of decisions, with nothing but this page and Python's own library.

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


def next_ticket(key: bytes, record: str, counter: int, tickets: int) -> "tuple[int, int, str]":
    """The first ticket of so many that is not rejected, the counter of its hash, and the hash."""
    while True:
        hashed = hmac.new(key, record.encode() + counter.to_bytes(8, "big"), "sha256").hexdigest()
        if int(hashed, 16) < 2**256 // tickets * tickets:
            return int(hashed, 16) % tickets, counter, hashed
        counter += 1


def choices(decision: dict) -> "list[tuple[dict, list, str | None]]":
    """Each choice of a decision, among whom, and who got it: where a group of reps was chosen first, two a step."""
    found = []
    for tier in decision.get("tried", ()):
        group, could = tier.get("group"), tier["eligible"]
        if group:
            found.append((group, group["eligible"], group["chosen"]))
            could = group["members"][group["chosen"]]
        found.append((tier, could, decision["rep"] if tier is decision["tried"][-1] else None))
    return found


def wrong(decision: dict, tier: dict, could: list, winner: "str | None", period: dict, next_card: dict) -> "list[str]":
    """What is wrong with a draw or a card, a line each."""
    said, key, found = tier.get("draw") or tier["card"], bytes.fromhex(period["key"]), []
    text, record = said["record"], json.loads(said["record"])
    if hashlib.sha256(key).hexdigest() != period["commitment"]:
        found.append("the key is not the one that was committed to")
    if text != json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False):
        found.append("the record is not in its one form")
    if [rep for rep, _ in record["eligible"]] != sorted(could):
        found.append("those with tickets are not those who could take it")
    if record["policy"] != decision["policy_hash"]:
        found.append("the record is of another policy")
    tickets = sum(count for _, count in record["eligible"])
    if "draw" in tier:
        if (record["sequence"], record["lead"], record.get("of")) != (
            decision["sequence"],
            decision["key"],
            tier.get("of"),
        ):
            found.append("the record is of another choice")
        ticket, counter, hashed = next_ticket(key, text, 0, tickets)
        if (hashed, counter, str(tickets), str(ticket)) != (
            said["digest"],
            said["counter"],
            said["tickets"],
            said["ticket"],
        ):
            found.append(f"ticket {ticket} of {tickets} was drawn, not {said['ticket']} of {said['tickets']}")
        owner = ""
        for rep, count in record["eligible"]:
            owner = rep if 0 <= ticket < count else owner
            ticket -= count
    else:
        if (record["deck"], tickets) != (said["deck"], said["cards"]):
            found.append("the record is of another deck")
        held, counter = [rep for rep, count in record["eligible"] for _ in range(count)], 0
        for place in range(len(held) - 1, 0, -1):
            other, counter, _ = next_ticket(key, text, counter, place + 1)
            held[place], held[other], counter = held[other], held[place], counter + 1
        owner, group = held[said["card"] - 1], json.dumps([period, {**record, "deck": 0}])
        place, known = (said["deck"] - 1) * tickets + said["card"], next_card.get(group)
        if known is not None and (place >= known if said.get("again") else place != known):
            found.append(f"card {place} of its group was dealt where card {known} was next")
        if not said.get("again"):
            next_card[group] = place + 1
    if winner is not None and owner != winner:
        found.append(f"{owner} held what was drawn, and {winner} got it")
    return found


def wrong_lot(decision: dict, lot: dict, period: dict) -> "list[str]":
    """What is wrong with a lot of the decided fact, a line each."""
    key, record = bytes.fromhex(period["key"]), {"key": decision["key"], "kind": decision["kind"], "lot": lot["name"]}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    ticket, counter, hashed = next_ticket(key, text, 0, 1_000_000)
    right = hashlib.sha256(key).hexdigest() == period["commitment"]
    said = lot["record"], lot["ticket"], lot["tickets"], lot["counter"], lot["digest"]
    if right and said == (text, str(ticket), "1000000", counter, hashed):
        return []
    return [f"lot {lot['name']} is ticket {ticket}, the log says {lot['ticket']}"]


def main(published_file: str, decisions_file: str) -> int:
    published = {one["period"]: one for one in json.loads(pathlib.Path(published_file).read_bytes())["periods"]}
    checked = hidden = bad = 0
    last, next_card = {}, {}
    with pathlib.Path(decisions_file).open(encoding="utf-8") as file:
        for decision in map(json.loads, filter(str.strip, file)):
            found, number, before = [], decision["sequence"], last.get(decision["kind"])
            if before is not None and number != before + 1:
                found.append(f"number {number} follows number {before}: a decision is missing")
            last[decision["kind"]] = number
            for tier, could, winner in choices(decision):
                if "draw" not in tier and tier.get("card", {}).get("laid") != "shuffled":
                    continue
                period = period_of(decision["at"], published)
                if period is None:
                    found.append("nothing was published for its moment")
                elif period.get("key") is None:
                    hidden += 1
                else:
                    checked += 1
                    found += wrong(decision, tier, could, winner, period, next_card)
            for lot in decision.get("lots", ()):
                period = period_of(lot["came"], published)
                if period is None:
                    found.append(f"nothing was published for the moment of lot {lot['name']}")
                elif period.get("key") is None:
                    hidden += 1
                else:
                    checked += 1
                    found += wrong_lot(decision, lot, period)
            bad += bool(found)
            for line in found:
                print(f"WRONG {decision['decision_id']}: {line}")
    print(f"{checked} draws checked, {hidden} whose key is not revealed yet, {bad} decisions wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
