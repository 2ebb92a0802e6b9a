"""Prints what becomes of random histories, a hash a line: the same from sources and from machine code.

    python tests/compiled/histories.py 40

Policies, facts and events are those of the property of a life (tests/properties/test_life.py).
"""

import hashlib
import random
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import meed.engine.world
from meed.engine.life import Refused
from meed.engine.life.outcome_text import OutcomeText

LIFE = Path(__file__).resolve().parents[1] / "properties" / "test_life.py"
SETTINGS = ("", "decline: uses_turn", "timeout: gives_turn_back", "manual: no_turn  order: hired")
RINGS = ("round_robin", "random", "best holds", "deck rep.capacity")
NOBODY = ('hold "other desk"', "next", "return")


def life() -> Any:
    """The module of the property."""
    spec = spec_from_file_location("life", LIFE)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def steps(life: Any, draw: random.Random) -> list[tuple[Any, ...]]:
    """Steps as the property draws them."""
    made: list[tuple[Any, ...]] = []
    for _ in range(60):
        at, key, rep = draw.randrange(4), draw.choice(life.KEYS_OF_LEADS), draw.choice(life.REPS)
        made.append(
            draw.choice([
                (at, "arrive", f"N{len(made)}", draw.choice(["offer", "open", "least", "plain"])),
                (at, "arrive", key, draw.choice(["offer", "open", "least", "plain"])),
                (at, "move", key, draw.choice(life.WORDS), draw.choice(["", rep]), draw.choice(life.REPS)),
                (at, "duty", rep, draw.randrange(10) < 7),
                (at, "status", key, draw.choice(["open", "done"])),
                (at, "touch", key, draw.choice("XYZ"), draw.randrange(-2, 10)),
                (at, "tick"),
                (at, "policy", draw.randrange(2)),
            ])
        )  # fmt: skip
    return made


def told(life: Any, number: int) -> str:
    """What becomes of one history, as a hash; what was refused is part of it."""
    draw, texts, said = random.Random(number), OutcomeText(), hashlib.sha256()
    choices = [(draw.choice(SETTINGS), draw.choice(RINGS), draw.choice(NOBODY)) for _ in range(2)]
    policies = [life.policy_of(choice) for choice in choices]
    floor = life.floor_of(policies)
    for event in life.events_of(steps(life, draw), policies):
        try:
            said.update(texts.of(floor.apply(event)).encode())
        except Refused as refused:
            said.update(repr(refused.args).encode())
    said.update(repr(floor.ledger.snapshot()).encode())
    return said.hexdigest()


def main() -> None:
    print(meed.engine.world.__file__)
    property_of_life = life()
    for number in range(int(sys.argv[1])):
        print(told(property_of_life, number))


if __name__ == "__main__":
    main()
