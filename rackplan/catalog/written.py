"""Catalog files as written: reading YAML, defaults of figures, entries that start from others."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from rackplan.catalog.entries import Bank, ScaleUp
from rackplan.catalog.figure import Figure, Strict
from rackplan.catalog.kinds import KINDS, brief, similar
from rackplan.catalog.tables import Table
from rackplan.errors import InputError, Problem

Overrides = Mapping[str, Mapping[str, Any]]
"""Entries as written, by kind and id."""


def load_yaml(content: bytes) -> Any:
    """Plain data of a YAML text.

    Raises
    ------
    ValueError
        Not YAML; the message names the line.
    """
    from ruamel.yaml import YAML  # late: `rackplan --help` reads no file
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{place}{getattr(error, 'problem', None) or 'not YAML'}") from error
    except (TypeError, AttributeError, LookupError, OverflowError) as error:
        raise ValueError(f"not YAML: {_first_line(error)}") from error


def merge(type_: type[Strict], base: Mapping[str, Any], raw: Mapping[Any, Any]) -> dict[Any, Any]:
    """The fields of ``raw`` over those of ``base``, with its ``defaults`` put into its figures."""
    defaults = texts(raw.get("defaults", {}))
    merged: dict[Any, Any] = dict(base)
    for name, value in raw.items():
        if name in ("like", "defaults"):
            continue
        if name == "scale_up" and isinstance(value, Mapping):
            known = merged.get(name)
            inner = known if isinstance(known, Mapping) else {}
            merged[name] = merge(ScaleUp, inner, {**value, "defaults": defaults})
        elif name == "banks" and isinstance(value, list):
            merged[name] = [_bank(one, defaults) for one in value]
        elif value is None:
            merged.pop(name, None)
        elif name in table_fields(type_):
            merged[name] = {**defaults, **texts(value)} if isinstance(value, Mapping) else value
        elif name in figure_fields(type_):
            merged[name] = _with_defaults(value, defaults)
        else:
            merged[name] = value
    return merged


def _bank(raw: Any, defaults: Mapping[str, Any]) -> Any:
    return merge(Bank, {}, {**raw, "defaults": defaults}) if isinstance(raw, Mapping) else raw


def _with_defaults(value: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {**defaults, **texts(value)}
    return {**defaults, "value": value} if isinstance(value, str | int | float) else value


def texts(raw: Mapping[Any, Any]) -> dict[Any, Any]:
    """A mapping with its date as text: YAML reads 2026-11-22 as a date and 2025 as a number."""
    copy = dict(raw)
    date = copy.get("date")
    if isinstance(date, datetime.date):
        copy["date"] = date.isoformat()
    elif isinstance(date, int) and 1000 <= date <= 9999:
        copy["date"] = str(date)
    return copy


@cache
def figure_fields(type_: type[Strict]) -> frozenset[str]:
    """Names of the fields that hold figures, or tables of them."""
    return _fields_of(type_, Figure) | table_fields(type_)


@cache
def table_fields(type_: type[Strict]) -> frozenset[str]:
    """Names of the fields that hold tables."""
    return _fields_of(type_, Table)


def _fields_of(type_: type[Strict], wanted: type[Strict]) -> frozenset[str]:
    """Fields of a class, also as ``Annotated[..., ...]`` and where they may be absent."""
    return frozenset(
        name
        for name, info in type_.model_fields.items()
        for one in (info.annotation, *get_args(info.annotation))
        if isinstance(bare := getattr(one, "__origin__", one), type) and issubclass(bare, wanted)
    )


def set_fields(entry: Strict) -> dict[str, Any]:
    """Fields of an entry that are set, figures kept as figures, for another entry to start from."""
    values = {name: getattr(entry, name) for name in entry.model_fields_set}
    return {name: set_fields(v) if isinstance(v, ScaleUp) else v for name, v in values.items()}


def read_folder(path: str | Path) -> dict[str, dict[str, Any]]:
    """Entries of a user's catalog folder: ``*.yaml`` files with kinds at the top.

    Figures that state no source get "catalog file NAME".

    Raises
    ------
    InputError
        No such folder, a file that is not YAML or has another shape, or an id given twice.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError([Problem(f"no folder {str(path)!r}", cure="give a folder of YAML files")])
    overrides: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for file in sorted(one for one in folder.iterdir() if one.suffix in {".yaml", ".yml"}):
        try:
            document = load_yaml(file.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            problems.append(Problem(_first_line(error), file=str(file)))
            continue
        problems += _add_document(document, file, overrides)
    if problems:
        raise InputError(problems)
    return overrides


def _add_document(document: Any, file: Path, overrides: dict[str, dict[str, Any]]) -> list[Problem]:
    if document is None:
        return []
    if not isinstance(document, dict):
        cure = kinds_cure("")
        return [Problem("a catalog file has kinds at the top", cure=cure, file=str(file))]
    problems = []
    for kind, entries in document.items():
        if kind not in KINDS or not isinstance(entries, dict):
            message = "is no kind" if kind not in KINDS else "must hold entries by id"
            place = brief(kind)
            problems.append(Problem(message, cure=kinds_cure(kind), path=place, file=str(file)))
            continue
        known = overrides.setdefault(kind, {})
        for entry_id, raw in entries.items():
            if entry_id in known:
                place = f"{kind}.{brief(entry_id)}"
                message = "this id is given twice in the folder"
                problems.append(Problem(message, path=place, file=str(file)))
            known[entry_id] = _sourced(raw, f"catalog file {file.name}")
    return problems


def _sourced(raw: Any, source: str) -> Any:
    defaults = raw.get("defaults", {}) if isinstance(raw, dict) else None
    if not isinstance(defaults, dict):
        return raw  # reported when the entry is validated
    return {**raw, "defaults": {"source": source, **defaults}}


def kinds_cure(kind: object) -> str:
    """What to write instead of something that is no kind."""
    close = similar(kind, KINDS)
    return f"did you mean {close[0]!r}?" if close else f"use {', '.join(KINDS)}"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
