"""How the watch of a service stands: for its health and its metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..observing.metrics import Metrics

__all__ = ["Standing", "State", "add_watch_metrics"]

State = Literal["idle", "catching_up", "running", "down"]
"""`idle`: no policy so far has a `watch`. `down`: nothing fires now; what does is not lost, and is done later."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`entries_behind`: entries of the journal not taken in. `seconds_behind`: since when a moment waits to be looked
    at. `waiting`: what fired and is not recorded. `missed`: what fired by another version and was not done. `pid`: of
    the rules process (0: not running), `started` how often it was. `problem`: what is wrong, where it is `down`."""

    state: State = "idle"
    entries_behind: int = 0
    seconds_behind: int = 0
    waiting: int = 0
    missed: int = 0
    pid: int = 0
    started: int = 0
    problem: str = ""


def add_watch_metrics(metrics: Metrics, standing: Callable[[], Standing]) -> None:
    """Metrics of a watch; they have no samples while it is idle."""

    def gauge(name: str, about: str, read: Callable[[Standing], int]) -> None:
        def sample() -> dict[tuple[str, ...], int]:
            now = standing()
            return {} if now.state == "idle" else {(): read(now)}

        metrics.gauge(f"meed_watch_{name}", about, sample)

    gauge("up", "Whether the watch runs: 0 while it is down or catches up.", lambda now: int(now.state == "running"))
    gauge("entries_behind", "Entries of the journal that the watch has not taken in.", lambda now: now.entries_behind)
    gauge("seconds_behind", "For how long a moment has waited to be looked at.", lambda now: now.seconds_behind)
    gauge("waiting", "What fired and is not recorded yet.", lambda now: now.waiting)
    gauge("missed", "What fired by another version and is not done.", lambda now: now.missed)
    gauge("rules_process_starts", "How often the rules process was started.", lambda now: now.started)
