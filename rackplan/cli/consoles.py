"""Where commands print: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from rich.console import Console

from rackplan.report.wording import scaled

if TYPE_CHECKING:
    from rackplan.solver import Progress

PIPE_WIDTH = 120
"""Columns when the output is no terminal and COLUMNS does not say."""


def draw(render: Callable[[Console], None]) -> None:
    """Print what ``render`` draws to stdout, without the blanks that tables leave at line ends."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    console = Console(
        file=sys.stdout,
        width=None if known else PIPE_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as drawn:
        render(console)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


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
