"""How to solve, and what is told along the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

PORTFOLIO = 8
"""Threads by default, even on fewer cores: with fewer, CP-SAT leaves out the searches that prove
bounds from the LP (docs/benchmarks.md)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One piece of news from the solver.

    Attributes
    ----------
    goal
        The goal being worked on.
    value, bound
        Best value found and proven bound, in ``unit``; ``value`` is ``None`` before the first plan.
    seconds
        Time since the start [s].
    """

    goal: str
    value: int | None
    bound: int
    unit: str
    seconds: float

    @property
    def gap(self) -> float | None:
        """Distance of value and bound as a share of the larger; ``None`` before the first plan."""
        return None if self.value is None else relative_gap(self.value, self.bound)


@dataclass(frozen=True, slots=True)
class Settings:
    """Solver settings.

    Attributes
    ----------
    time_limit_s
        Time for all goals together [s]. With one worker it is counted in the solver's deterministic
        seconds, so that two runs stop at the same place.
    workers
        Search threads; ``None`` for a good portfolio. One worker makes runs repeatable.
    seed
        Random seed.
    on_progress
        Called with news, from a solver thread.
    """

    time_limit_s: float = 60.0
    workers: int | None = None
    seed: int = 0
    on_progress: Callable[[Progress], None] | None = None

    @property
    def threads(self) -> int:
        """Search threads that will be used."""
        return self.workers or max(PORTFOLIO, os.cpu_count() or 1)

    @property
    def repeatable(self) -> bool:
        """Whether two runs give the same plan, byte for byte."""
        return self.threads == 1


def relative_gap(value: int, bound: int) -> float:
    """Gap between a value and its proven bound, as a share of the larger of both."""
    larger = max(abs(value), abs(bound))
    return abs(bound - value) / larger if larger else 0.0
