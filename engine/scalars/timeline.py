"""Who was credited when in an account: for finding, as time goes on, whose total in a window has changed."""

from __future__ import annotations

from bisect import bisect_left, insort

__all__ = ["Timeline"]


class Timeline:
    """Moments (seconds) at which reps are credited in one account, in order, and whose credits have changed since.

    A credit that was taken back stays in the line: it makes somebody be looked at once too often, never too seldom.
    """

    __slots__ = ("_times", "changed", "over")

    def __init__(self, times: list[tuple[int, int]]) -> None:
        self._times = times
        self.changed: list[int] = []
        """Reps, each as often as a credit of theirs came or went, in order."""
        self.over = False
        """Whether the account is posted anew: anybody may have other credits then."""

    def added(self, time: int, rep: int | None) -> None:
        """A credit has come."""
        if rep is None:
            return
        self.changed.append(rep)
        entry = time, rep
        if not self._times or self._times[-1] <= entry:
            self._times.append(entry)
        else:
            insort(self._times, entry)

    def removed(self, rep: int | None) -> None:
        """A credit has gone."""
        if rep is not None:
            self.changed.append(rep)

    def crossed(self, before: int, after: int) -> list[int]:
        """Reps with credits between two moments, the first included: an edge of a window went from one to the other."""
        if before == after:
            return []
        first, last = (before, after) if before < after else (after, before)
        low = bisect_left(self._times, (first, -1))
        times = self._times
        if low == len(times) or times[low][0] >= last:
            return []
        return [rep for _, rep in times[low : bisect_left(times, (last, -1))]]
