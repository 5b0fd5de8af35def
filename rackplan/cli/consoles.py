"""Where commands print: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console

from rackplan.report.wording import scaled

if TYPE_CHECKING:
    from rackplan.solver import Progress

PIPE_WIDTH = 120
"""Columns when the output is no terminal."""


def stdout() -> Console:
    """Console for results; wide enough for tables when it is a pipe."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


class ProgressLine:
    """Best value, bound and gap on stderr, at most a few times a second.

    On a terminal one line is rewritten; elsewhere every piece of news gets a line of its own.
    """

    INTERVAL_S = 0.2
    PATIENCE_S = 1.0
    """Time before a bound without a plan is worth a line [s]."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last_s = -1.0
        self._goal = ""
        self._waiting = ""

    def __call__(self, progress: Progress) -> None:
        """Show one piece of news, or keep it for the next moment."""
        if progress.value is None and progress.seconds < self.PATIENCE_S:
            return
        if progress.goal != self._goal:
            self._show_waiting()
            if self._live and self._goal:
                sys.stderr.write("\n")
            self._goal = progress.goal
            self._last_s = -1.0
        self._waiting = _progress_text(progress)
        if time.monotonic() - self._last_s >= self.INTERVAL_S:
            self._show_waiting()

    def _show_waiting(self) -> None:
        if self._waiting:
            sys.stderr.write(f"\r\x1b[2K{self._waiting}" if self._live else f"{self._waiting}\n")
            sys.stderr.flush()
            self._last_s = time.monotonic()
            self._waiting = ""

    def close(self) -> None:
        """Show the last news and end the line that was being rewritten."""
        self._show_waiting()
        if self._live and self._goal:
            sys.stderr.write("\n")
            sys.stderr.flush()


def _progress_text(progress: Progress) -> str:
    bound, unit = scaled(progress.bound, progress.unit)
    if progress.value is None or progress.gap is None:
        return f"{progress.seconds:6.1f} s  {progress.goal}: no plan yet, bound {bound:,} {unit}"
    value, _ = scaled(progress.value, progress.unit)
    return (
        f"{progress.seconds:6.1f} s  {progress.goal}: best {value:,} {unit}, "
        f"bound {bound:,}, gap {progress.gap:.2%}"
    )
