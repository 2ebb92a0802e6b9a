"""A fact to be decided, and what expressions are read for while that is done."""

from __future__ import annotations

from dataclasses import dataclass

from ..calendar.windows import BEGINNING
from ..scalars.scalar import Env

__all__ = ["Case", "Views"]


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Case:
    """One fact to decide: its kind, row and key, the moment of the decision (seconds), its number of arrival."""

    kind: str
    row: int
    key: str
    at: int
    sequence: int


class Views:
    """The environments of one decision: the case alone, and with each rep; made when first asked for.

    A decision sees everything up to its moment, that moment included.
    """

    __slots__ = ("_end", "_with_rep", "alone", "case")

    def __init__(self, case: Case) -> None:
        self.case = case
        self._end = case.at + 1
        self.alone = Env({case.kind: case.row}, BEGINNING, self._end)
        self._with_rep: dict[int, Env] = {}

    def of(self, rep: int) -> Env:
        """The case with a rep."""
        found = self._with_rep.get(rep)
        if found is None:
            found = self._with_rep[rep] = Env({self.case.kind: self.case.row, "rep": rep}, BEGINNING, self._end)
        return found
