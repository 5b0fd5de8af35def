"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rackplan.errors import InputError, Problem


def check_writable(path: Path, option: str) -> None:
    """Refuse a file that could not be written, before anything is worked out.

    Raises
    ------
    InputError
        The folder does not exist or takes no files, or the path is a folder; ``option`` names who
        asked for it.
    """
    if path.is_dir():
        raise InputError([Problem("this is a folder; name a file", path=option, value=str(path))])
    folder = path.resolve().parent
    if not folder.is_dir():
        message = f"the folder {str(path.parent)!r} does not exist"
        raise InputError([Problem(message, cure="create it first", path=option)])
    if not os.access(path if _is_device(path) else folder, os.W_OK):
        raise InputError([Problem(f"no permission to write {str(path)!r}", path=option)])


def check_not_read(path: Path, option: str, source: Path) -> None:
    """Refuse to write over the file that is read.

    Raises
    ------
    InputError
        Both paths are the same file; ``option`` names who asked for it.
    """
    if path.exists() and source.exists() and path.samefile(source) and not _is_device(path):
        message = f"{str(path)!r} is the file that is read, and would be lost"
        raise InputError([Problem(message, cure="name another file", path=option)])


def write_whole(path: Path, data: bytes, option: str) -> None:
    """Write beside the file, then put it in place at once: readers never see half of it.

    Raises
    ------
    InputError
        The file cannot be written; ``option`` names who asked for it.
    """
    check_writable(path, option)
    try:
        if _is_device(path):
            path.write_bytes(data)  # a pipe or terminal is written to, never replaced
        else:
            _replace(path.resolve(), data)  # a link stays a link
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror or error}"
        raise InputError([Problem(message, path=option)]) from error


def _is_device(path: Path) -> bool:
    """Whether the path is a pipe, a terminal or a device, such as ``/dev/stdout``."""
    return path.exists() and not path.is_file()


def _replace(path: Path, data: bytes) -> None:
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
