"""Names that are given on the command line and that the site does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def refuse(unknown: Sequence[str], known: Iterable[str], what: str, option: str) -> None:
    """Refuse names that stand for nothing, with what they may be meant to be.

    Parameters
    ----------
    unknown
        The names; none is no mistake.
    known
        The names there are.
    what, option
        What they name, and where they were given, for messages.

    Raises
    ------
    InputError
        For every unknown name.
    """
    from rackplan.errors import InputError, Problem

    names = [name for name in known if name]
    problems = []
    for name in unknown:
        close = difflib.get_close_matches(name, names, n=3)
        some = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
        cure = f"did you mean {', '.join(close)}?" if close else f"there are {some or 'none'}"
        problems.append(Problem(f"there is no {what} {name!r}", cure, path=option))
    if problems:
        raise InputError(problems)
