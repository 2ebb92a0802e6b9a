"""The values of options and arguments, taken as they are written.

Typer has pydantic read them, and loading that takes a fifth of a second: longer than to check a policy. Where a later
Typer no longer asks here, it reads them its own way again, and only its messages are other ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from .stopped import WrongUse

__all__ = ["take_plainly"]


def take_plainly(params: Sequence[Any]) -> None:
    """Have each parameter of a known type read here."""
    for param in params:
        annotation: Any = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        read = _reader(annotation, param)
        if read is not None:
            param._runtime_param = _Plain(read, several=get_origin(annotation) is list)


@dataclass(frozen=True, slots=True)
class _Plain:
    """Stands where Typer expects what reads a parameter."""

    read: Callable[[Any], Any]
    several: bool

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value of a parameter. Raises `WrongUse`."""
        del param, ctx
        if self.several:
            return [self.read(one) for one in value or ()]
        return None if value is None else self.read(value)


def _reader(annotation: Any, param: Any) -> Callable[[Any], Any] | None:
    if annotation in {str, Path, bool}:
        return annotation
    if get_origin(annotation) is list and get_args(annotation) == (str,):
        return str
    words = [one for one in get_args(annotation) if isinstance(one, str)]
    name = max(param.opts, key=len)
    if words:
        return lambda value: _one_of(words, name, value)
    if annotation is int:
        return lambda value: _whole(param.min, param.max, name, value)
    return None


def _one_of(words: Sequence[str], name: str, value: str) -> str:
    if value not in words:
        raise WrongUse(f"`{name}` cannot be `{value}`", f"use {' or '.join(f'`{word}`' for word in words)}")
    return value


def _whole(least: int, most: int, name: str, value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise WrongUse(f"`{name}` cannot be `{text}`", f"use a whole number from {least} to {most}")
    return int(text)
