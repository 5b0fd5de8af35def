"""Writing a report to a file: the format follows from its name, and it is whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rackplan.errors import InputError, Problem
from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.report.content import gather
from rackplan.report.html import render_html
from rackplan.report.xlsx import render_xlsx

SUFFIXES = (".html", ".xlsx")
"""File names a report may end in."""


def check_report_path(path: Path) -> None:
    """Refuse a report that could not be written, before anything is worked out.

    Raises
    ------
    InputError
        Unknown format, or the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        cure = f"end the name in {' or '.join(SUFFIXES)}"
        if path.suffix.lower() == ".pdf":
            cure += "; for PDF, print the .html report from a browser"
        message = f"no report format {path.suffix or '(no ending)'!r}"
        raise InputError([Problem(message, cure=cure, path="--report", value=str(path))])
    if not path.parent.is_dir():
        message = f"the folder {str(path.parent)!r} does not exist"
        raise InputError([Problem(message, cure="create it first", path="--report")])


def write_report(plan: Plan, facility: Facility, path: Path, date: str = "") -> None:
    """Write a report.

    Parameters
    ----------
    plan, facility
        The answer and its site.
    path
        Where to; its ending decides the format: ``.html`` or ``.xlsx``.
    date
        Printed as given; without one the same plan gives the same bytes.

    Raises
    ------
    InputError
        Unknown format, or the file cannot be written.
    """
    check_report_path(path)
    content = gather(plan, facility, date)
    if path.suffix.lower() == ".xlsx":
        data = render_xlsx(content)
    else:
        data = render_html(plan, facility, content).encode("utf-8")
    try:
        _replace(path, data)
    except OSError as error:
        message = f"cannot write the report: {error.strerror or error}"
        raise InputError([Problem(message, path="--report", value=str(path))]) from error


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file, then put it in place at once: readers never see half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(_plain_mode())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _plain_mode() -> int:
    """Permissions a file gets when a program creates it; temporary files are private."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
