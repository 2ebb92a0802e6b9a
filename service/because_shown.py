"""A derivation as nested lists in HTML: each step opens into what it rests on. No script; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..dsl.width import shown
from ..engine.derivations.derivation import LISTED, is_silent
from ..engine.wording.wording import Voice

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["because_html"]

Plain = dict[str, Any]

_MOST = {"credit": 500, "member": 12, "period": 60}
_OPEN_TO = 2
_FEW = 8


def because_html(steps: Sequence[Plain], voice: Voice) -> Markup:
    """The steps as a list. Lists of credits and of people are shown up to a length, and counted beyond it."""
    from markupsafe import Markup

    return Markup("".join(["<ul class=why>", *(piece for step in steps for piece in _step(step, voice, 0)), "</ul>"]))


def _step(step: Plain, voice: Voice, depth: int) -> Iterator[str]:
    opens = not step.get("previous")  # what was earned before is told at the line before
    parts: list[Plain] = [part for part in step.get("parts", ()) if opens and not is_silent(part)]
    said = f"<span class=s>{_text(step['says'])}</span> <span class=v>{_text(step['value'])}</span>"
    if not parts:
        yield f"<li>{said}</li>"
        return
    listed = [part for part in parts if part["op"] in LISTED]
    is_open = depth < _OPEN_TO and len(listed) <= _FEW and not step.get("folded")
    yield f"<li><details{' open' if is_open else ''}><summary>{said}</summary><ul>"
    for part in parts:
        if part["op"] not in LISTED:
            yield from _step(part, voice, depth + 1)
    yield from _list(listed, voice, depth + 1)
    yield "</ul></details></li>"


def _list(listed: Sequence[Plain], voice: Voice, depth: int) -> Iterator[str]:
    most = _MOST[listed[0]["op"]] if listed else 0
    for part in listed[:most]:
        yield from _step(part, voice, depth)
    if len(listed) > most:
        yield f"<li class=more>{_text(voice('more', count=f'{len(listed) - most:,}'))}</li>"


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(shown(text)))
