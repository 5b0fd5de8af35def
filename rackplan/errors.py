"""One error tree; every error carries the exit code the command line ends with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, with its place and its cure.

    Attributes
    ----------
    message
        What is wrong, in one sentence.
    cure
        What to write instead ("did you mean 'rack_units'?"); empty when there is no likely one.
    path
        Where in the document, as written there: ``halls[0].rows[1].id``.
    file, line
        The file as the user named it and the 1-based line; ``None`` when the problem has no place.
    value
        The offending value as text; empty when there is none (a missing key).
    """

    message: str
    cure: str = ""
    path: str = ""
    file: str | None = None
    line: int | None = None
    value: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = f"{place}: " if place else ""
        path = f"{self.path}: " if self.path else ""
        got = f" (got {self.value})" if self.value else ""
        cure = f"\n    -> {self.cure}" if self.cure else ""
        return f"{where}{path}{self.message}{got}{cure}"


class RackplanError(Exception):
    """Base class of every error rackplan raises on purpose."""

    exit_code: ClassVar[int] = 2


class InputError(RackplanError):
    """A site, catalog or plan file cannot be used; holds every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class QuantityError(RackplanError):
    """A quantity text has no unit, the wrong kind of unit, or a value outside its range."""


class UnknownFigureError(RackplanError):
    """A hardware figure is needed and no source gives it: unknown is refused, never guessed."""


class WorkloadError(RackplanError):
    """A workload cannot run on an accelerator; the message holds the figure that fails."""


class SolverError(RackplanError):
    """The solver rejected the model: a defect of rackplan, never of the site."""

    exit_code = 70


class VerificationError(RackplanError):
    """The solver-free verifier disagrees with the solver or with the stated plan."""

    exit_code = 5
