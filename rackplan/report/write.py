"""Writing a report to a file: the format follows from its name, and it is whole or not there."""

from __future__ import annotations

from pathlib import Path

from rackplan.errors import InputError, Problem
from rackplan.facility.model import Facility
from rackplan.files import check_writable, write_whole
from rackplan.plan import Plan
from rackplan.report.content import gather
from rackplan.report.html import render_html
from rackplan.report.xlsx import render_xlsx

SUFFIXES = (".html", ".xlsx")
"""File names a report may end in."""


def check_report_path(path: Path, option: str = "--report") -> None:
    """Refuse a report that could not be written, before anything is worked out.

    Parameters
    ----------
    path
        Where the report should go.
    option
        Who asked for it, for messages.

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
        raise InputError([Problem(message, cure=cure, path=option, value=str(path))])
    check_writable(path, option)


def write_report(
    plan: Plan, facility: Facility, path: Path, date: str = "", option: str = "--report"
) -> None:
    """Write a report.

    Parameters
    ----------
    plan, facility
        The answer and its site.
    path
        Where to; its ending decides the format: ``.html`` or ``.xlsx``.
    date
        Printed as given; without one the same plan gives the same bytes.
    option
        Who asked for it, for messages.

    Raises
    ------
    InputError
        Unknown format, or the file cannot be written.
    """
    check_report_path(path, option)
    content = gather(plan, facility, date)
    if path.suffix.lower() == ".xlsx":
        data = render_xlsx(content)
    else:
        data = render_html(plan, facility, content).encode("utf-8")
    write_whole(path, data, option)
