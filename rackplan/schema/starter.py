"""Starter sites: commented examples that check clean and solve, and writing one to disk."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from rackplan.errors import InputError, Problem
from rackplan.schema.jsonschema import site_json_schema_text
from rackplan.schema.node import closest

SCHEMA_FILE = "rackplan.schema.json"
"""Name of the JSON Schema beside a site file; the first lines of an example point at it."""


def examples() -> dict[str, str]:
    """What each example shows, by name: its first comment after the editor lines."""
    names = sorted(
        entry.name.removesuffix(".yaml")
        for entry in files("rackplan.schema").joinpath("examples").iterdir()
        if entry.name.endswith(".yaml")
    )
    # The starter is the one to begin with.
    ordered = sorted(names, key=lambda name: (name != "starter", name))
    return {name: _summary(example_text(name)) for name in ordered}


def example_text(name: str) -> str:
    """The text of an example.

    Raises
    ------
    InputError
        There is no such example.
    """
    folder = files("rackplan.schema").joinpath("examples")
    known = [entry.name.removesuffix(".yaml") for entry in folder.iterdir()]
    if name not in known:
        meant = closest(name, known)
        cure = f"did you mean '{meant}'?" if meant else "`rackplan init --list` shows them"
        raise InputError([Problem(f"no example '{name[:60]}'", cure)])
    return folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def write_starter(
    path: Path, example: str = "starter", *, schema: bool = True, force: bool = False
) -> list[Path]:
    """Write an example site, and the JSON Schema beside it that its first lines point at.

    Parameters
    ----------
    path
        File to write; in a folder that exists, or that is a folder itself, ``site.yaml``.
    example
        Name of the example.
    schema
        Whether to write the schema too. Without it the site has no lines for editors.
    force
        Whether files that exist are replaced.

    Returns
    -------
    The files written.

    Raises
    ------
    InputError
        No such example, a file that exists, or a folder that cannot be written.
    """
    target = path / "site.yaml" if path.is_dir() else path
    text = example_text(example)
    contents = {target: text if schema else _without_editor_lines(text)}
    if schema:
        contents[target.with_name(SCHEMA_FILE)] = site_json_schema_text()
    if not force:
        _refuse_to_replace(contents)
    for file, content in contents.items():
        _write_whole(file, content)
    return list(contents)


def _summary(text: str) -> str:
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    return comments[2].removeprefix("# ").rstrip(".")


def _without_editor_lines(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[2:])


def _refuse_to_replace(contents: Mapping[Path, str]) -> None:
    problems = []
    for file, content in contents.items():
        # A schema that is already as it should be is no loss.
        if file.exists() and (file.is_dir() or not _holds(file, content)):
            cure = "choose another name, or replace it with --force"
            problems.append(Problem("this file exists already", cure, file=str(file)))
    if problems:
        raise InputError(problems)


def _holds(file: Path, content: str) -> bool:
    try:
        return file.read_bytes() == content.encode("utf-8")
    except OSError:
        return False


def _write_whole(file: Path, content: str) -> None:
    """Write a file completely or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(content)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError([Problem(f"cannot be written: {reason}", file=str(file))]) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
