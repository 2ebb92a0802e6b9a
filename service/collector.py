"""The collector of cycles in a process that stays: what lasts is not looked at again and again."""

from __future__ import annotations

import gc

__all__ = ["settle", "sweep"]

_COLLECTED_AFTER = (3_000, 20, 50)  # before what is new has left the memory of the processor


def settle() -> None:
    """Look at what there is once, and from now on at new things only, and at each of them once.

    Policy, facts, the framework and what decisions leave behind stay for as long as the process, and have no cycles
    that anybody waits for: read again and again, they took an eighth to a quarter of a decision's time at the usual
    thresholds (700, 10, 10), and every 30,000 decisions would wait 100 ms for the next older collection. What ends
    in between must leave no cycles behind, as connections do not; what is large and does is followed by a `sweep`.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    if _stays not in gc.callbacks:
        gc.callbacks.append(_stays)


def sweep() -> None:
    """Look at everything again, where that is not done by itself: a policy has gone, with the facts as it read them."""
    if _stays in gc.callbacks:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _stays(phase: str, _: dict[str, int]) -> None:
    """What a collection has left stays."""
    if phase == "stop":
        gc.freeze()
