"""Panel schedules: which poles of a panel the breaker of a circuit takes.

Poles are numbered as panels number them: odd ones down the left side, even ones down the right.
Rows take the lines in turn: poles 1 and 2 are on L1, 3 and 4 on L2, 5 and 6 on L3, 7 and 8 on L1. A
breaker of several poles takes rows below each other on one side.
"""

from __future__ import annotations


class Panel:
    """The poles of one panel, taken from the top.

    Parameters
    ----------
    poles
        How many it has; ``None`` for as many as it takes.
    """

    def __init__(self, poles: int | None) -> None:
        self._poles = poles
        self._taken: set[int] = set()

    def take(self, count: int) -> tuple[int, ...]:
        """The poles of one more breaker, lowest first; empty when it has no room for it."""
        first = 1
        while self._poles is None or first + 2 * (count - 1) <= self._poles:
            poles = tuple(range(first, first + 2 * count, 2))
            if self._taken.isdisjoint(poles):
                self._taken.update(poles)
                return poles
            first += 1
        return ()


def line_of(pole: int) -> int:
    """Line of a pole: 0 for L1, 1 for L2, 2 for L3."""
    return (pole - 1) // 2 % 3
