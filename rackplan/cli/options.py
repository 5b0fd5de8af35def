"""Options that several commands take."""

from __future__ import annotations

import math
from typing import Any

import click


class _Seconds(click.FloatRange):
    """A time that is a number: comparisons alone would let ``nan`` through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a time.", param, ctx)
        return number


SECONDS = _Seconds(min=0.1, max=604_800)
"""A time limit, up to a week [s]."""
