"""A column as it stands: the cells of the table, what was written over them, and those of rows that have arrived."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Scalar

__all__ = ["LiveColumn", "Reader"]

Reader = Callable[[int], Scalar]


class LiveColumn:
    """Cells by row. `came` are those of rows behind the table's, in their order; the table has `start` rows.

    They are a list and no dictionary: a hundred thousand leads come in one by one, and nobody has to wait until a
    dictionary of so many has been made anew. `under` gives the reader of the table's own cells when it is wanted: a
    column of which all is written need not be in the table.
    """

    def __init__(self, start: int, under: Callable[[], Reader]) -> None:
        self.came: list[Scalar] = []
        self._start, self._under = start, under
        self._over: dict[int, Scalar] = {}
        self._reader: Reader | None = None

    def read(self, row: int) -> Scalar:
        """The cell of a row."""
        place = row - self._start
        if 0 <= place < len(self.came):
            return self.came[place]
        if self._over and row in self._over:
            return self._over[row]
        if self._reader is None:
            self._reader = self._under()
        return self._reader(row)

    def write(self, row: int, value: Scalar) -> None:
        """Change the cell of a row."""
        place = row - self._start
        if 0 <= place < len(self.came):
            self.came[place] = value
        else:
            self._over[row] = value

    def written(self, row: int) -> tuple[Scalar] | None:
        """What was written into the cell of a row, or came with it; None where nothing was."""
        place = row - self._start
        if 0 <= place < len(self.came):
            return (self.came[place],)
        return (self._over[row],) if row in self._over else None

    def forget(self, row: int) -> None:
        """Take back what was written over a cell of the table."""
        self._over.pop(row, None)
