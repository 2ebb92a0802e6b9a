"""The secret of random draws: a file with one seed, from which the key of every period follows."""

from __future__ import annotations

import json
import os
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from .stopped import WrongUse

__all__ = ["make_seed", "read_seed"]

_SHORTEST = 16
_BYTES = 32


def read_seed(path: Path) -> bytes:
    """The seed in a key file. Raises `WrongUse` where there is none."""
    advice = 'a key file looks like {"seed": "64 hexadecimal digits"}; leave `--keys` out to have one made'
    try:
        made: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        seed = bytes.fromhex(cast("dict[str, str]", made)["seed"])
    except FileNotFoundError:
        raise WrongUse(f"{path}: there is no such file", "leave `--keys` out to have one made") from None
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read", (error.strerror or "check the file").lower()) from None
    except (ValueError, KeyError, TypeError):
        raise WrongUse(f"{path}: this is not a key file", advice) from None
    if len(seed) < _SHORTEST:
        raise WrongUse(f"{path}: the seed has {len(seed)} bytes, and at least {_SHORTEST} are needed", advice)
    return seed


def make_seed(path: Path) -> bytes:
    """A new key file with a seed drawn at random, that only its owner can read. Never replaces one."""
    seed = secrets.token_bytes(_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        out.write(json.dumps({"seed": seed.hex()}) + "\n")
    return seed
