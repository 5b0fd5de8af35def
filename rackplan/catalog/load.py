"""Reading the catalog: the data files of rackplan, a user's entries on top of them.

The data files are read when a kind of entry is first asked for, and an entry is validated when it
is first used, so a site that names five entries pays for five. A user's entries are validated at
once, because every mistake in them is reported together.
"""

from __future__ import annotations

import datetime
import difflib
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from rackplan.catalog.entries import (
    Accelerator,
    AirUnit,
    Cdu,
    Circuit,
    Entry,
    Model,
    RackModel,
    ScaleUp,
    ServerModel,
    Source,
    Switch,
)
from rackplan.catalog.figure import Figure, Strict
from rackplan.errors import InputError, Problem, RackplanError

KINDS: Mapping[str, type[Entry]] = MappingProxyType(
    {
        "accelerators": Accelerator,
        "servers": ServerModel,
        "racks": RackModel,
        "circuits": Circuit,
        "air_units": AirUnit,
        "cdus": Cdu,
        "switches": Switch,
        "models": Model,
    }
)
"""Kinds of entries by the name they have in files."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "accelerators": "accelerator",
        "servers": "server model",
        "racks": "rack model",
        "circuits": "circuit",
        "air_units": "air unit",
        "cdus": "CDU",
        "switches": "switch",
        "models": "model",
        "sources": "source",
    }
)
"""What one entry of a kind is called in messages."""

Overrides = Mapping[str, Mapping[str, Any]]
"""Entries as written, by kind and id."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_SPECIAL = ("like", "defaults")
_E = TypeVar("_E", bound=Entry)


class UnknownEntryError(RackplanError):
    """The catalog has no entry of that id.

    Attributes
    ----------
    suggestions
        Ids that look alike, best first.
    """

    def __init__(self, what: str, id: str, known: tuple[str, ...]) -> None:
        self.suggestions = tuple(difflib.get_close_matches(id, known, n=3, cutoff=0.5))
        hint = (
            f": did you mean {' or '.join(map(repr, self.suggestions))}?"
            if self.suggestions
            else ""
        )
        super().__init__(f"the catalog has no {what} {_short(id)}{hint}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """Hardware and models by kind and id. Never changes; :meth:`extended` gives a new one.

    Attributes
    ----------
    added
        Entries on top of rackplan's own data, by kind and id.
    """

    added: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def accelerator(self, id: str) -> Accelerator:
        """The accelerator of that id; raises :class:`UnknownEntryError`."""
        return self._get("accelerators", id, Accelerator)

    def server(self, id: str) -> ServerModel:
        """The server model of that id; raises :class:`UnknownEntryError`."""
        return self._get("servers", id, ServerModel)

    def rack(self, id: str) -> RackModel:
        """The rack model of that id; raises :class:`UnknownEntryError`."""
        return self._get("racks", id, RackModel)

    def circuit(self, id: str) -> Circuit:
        """The circuit of that id; raises :class:`UnknownEntryError`."""
        return self._get("circuits", id, Circuit)

    def air_unit(self, id: str) -> AirUnit:
        """The air unit of that id; raises :class:`UnknownEntryError`."""
        return self._get("air_units", id, AirUnit)

    def cdu(self, id: str) -> Cdu:
        """The CDU of that id; raises :class:`UnknownEntryError`."""
        return self._get("cdus", id, Cdu)

    def switch(self, id: str) -> Switch:
        """The switch of that id; raises :class:`UnknownEntryError`."""
        return self._get("switches", id, Switch)

    def model(self, id: str) -> Model:
        """The model of that id; raises :class:`UnknownEntryError`."""
        return self._get("models", id, Model)

    def ids(self, kind: str) -> tuple[str, ...]:
        """Sorted ids of a kind (a key of :data:`KINDS`)."""
        if kind not in KINDS:
            raise UnknownEntryError("kind of entry", kind, tuple(KINDS))
        return tuple(sorted({*_data(kind), *self.added.get(kind, {})}))

    def get(self, kind: str, id: str) -> Entry:
        """The entry of a kind and id; raises :class:`UnknownEntryError`."""
        added = self.added.get(kind, {})
        if id in added:
            return added[id]
        if kind in KINDS and id in _data(kind):
            return _builtin_entry(kind, id)
        raise UnknownEntryError(WORDS.get(kind, "entry"), id, self.ids(kind))

    def find(self, id: str) -> tuple[str, Entry]:
        """The kind and the entry of an id, whatever its kind; raises :class:`UnknownEntryError`."""
        for kind in KINDS:
            if id in self.added.get(kind, {}) or id in _data(kind):
                return kind, self.get(kind, id)
        raise UnknownEntryError("entry", id, tuple(one for kind in KINDS for one in self.ids(kind)))

    def source(self, id: str) -> Source:
        """The source of that id in ``sources.yaml``; raises :class:`UnknownEntryError`."""
        raw = _data("sources").get(id)
        if raw is None:
            raise UnknownEntryError(WORDS["sources"], id, tuple(_data("sources")))
        return Source.model_validate(_texts(raw))

    def extended(self, overrides: Overrides) -> Catalog:
        """A catalog with a user's entries added; an entry of the same id is replaced.

        Parameters
        ----------
        overrides
            Entries as written, by kind and id. ``like: ID`` starts from the entry ID of the same
            kind and replaces the fields given; ``field: null`` drops one. ``defaults:`` gives the
            basis, source and date of the entry's figures; without it they are ``site``, "site file".

        Raises
        ------
        InputError
            Everything that is wrong with them, with paths such as ``catalog.servers.my-box.weight``.
        """
        builder = _Builder(self, overrides)
        return Catalog(builder.build())

    def _get(self, kind: str, id: str, type_: type[_E]) -> _E:
        entry = self.get(kind, id)
        assert isinstance(entry, type_)
        return entry


@lru_cache(maxsize=1)
def builtin() -> Catalog:
    """The catalog of rackplan's own data files."""
    return Catalog()


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
            document = _load_yaml(file.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            problems.append(Problem(_first_line(error), file=str(file)))
            continue
        problems += _merge_file(document, file, overrides)
    if problems:
        raise InputError(problems)
    return overrides


def _merge_file(document: Any, file: Path, overrides: dict[str, dict[str, Any]]) -> list[Problem]:
    if document is None:
        return []
    if not isinstance(document, dict):
        return [
            Problem("a catalog file has kinds at the top", cure=_kinds_cure(""), file=str(file))
        ]
    problems = []
    for kind, entries in document.items():
        if not isinstance(entries, dict) or kind not in KINDS:
            cure = _kinds_cure(kind)
            problems.append(Problem("not a kind with its entries", cure, str(kind), str(file)))
            continue
        for id, raw in entries.items():
            if id in overrides.setdefault(kind, {}):
                path = f"{kind}.{_short(id)}"
                problems.append(
                    Problem("this id is given twice in the folder", "", path, str(file))
                )
            overrides[kind][id] = _sourced(raw, f"catalog file {file.name}")
    return problems


def _sourced(raw: Any, source: str) -> Any:
    defaults = raw.get("defaults", {}) if isinstance(raw, dict) else None
    return (
        {**raw, "defaults": {"source": source, **defaults}} if isinstance(defaults, dict) else raw
    )


class _Builder:
    """Validates a user's entries against a base catalog, collecting every problem."""

    def __init__(self, base: Catalog, overrides: Overrides) -> None:
        self.base = base
        self.overrides = overrides
        self.problems: list[Problem] = []
        self.built: dict[str, dict[str, Entry]] = {
            kind: dict(base.added.get(kind, {})) for kind in KINDS
        }
        self.failed: set[tuple[str, str]] = set()
        self.under_way: list[tuple[str, str]] = []
        self.done: set[tuple[str, str]] = set()

    def build(self) -> Mapping[str, Mapping[str, Entry]]:
        """Every entry of the new catalog that is not rackplan's own."""
        if not isinstance(self.overrides, Mapping):
            raise InputError([Problem("must hold kinds of entries", _kinds_cure(""), "catalog")])
        for kind, entries in self.overrides.items():
            self._build_kind(kind, entries)
        if not self.problems:
            self._check_accelerators()
        if self.problems:
            raise InputError(self.problems)
        return MappingProxyType({k: MappingProxyType(v) for k, v in self.built.items() if v})

    def _build_kind(self, kind: Any, entries: Any) -> None:
        path = f"catalog.{kind if isinstance(kind, str) else _short(kind)}"
        if not isinstance(kind, str) or kind not in KINDS:
            self._problem(path, "the catalog has no such kind of entry", _kinds_cure(kind))
        elif not isinstance(entries, Mapping):
            self._problem(
                path, "must hold entries by id", "write ID: {vendor: ..., name: ...}", entries
            )
        else:
            for id in entries:
                if isinstance(id, str) and _ID.fullmatch(id):
                    self._entry(kind, id)
                else:
                    cure = "use letters, digits, '.', '_', '+' and '-'"
                    self._problem(f"{path}.{_short(id)}", "not an id", cure)

    def _entry(self, kind: str, id: str) -> Entry | None:
        """The entry, built once; ``None`` when it has problems."""
        key = (kind, id)
        if key in self.done:
            return None if key in self.failed else self.built[kind][id]
        self.under_way.append(key)
        entry = self._validated(kind, id, self.overrides[kind][id])
        self.under_way.pop()
        self.done.add(key)
        if entry is None:
            self.failed.add(key)
        else:
            self.built[kind][id] = entry
        return entry

    def _validated(self, kind: str, id: str, raw: Any) -> Entry | None:
        path = f"catalog.{kind}.{id}"
        if not isinstance(raw, Mapping):
            self._problem(path, "an entry holds fields", "write {vendor: ..., name: ...}", raw)
            return None
        if not isinstance(raw.get("defaults", {}), Mapping):
            cure = "write defaults: {source: ..., date: ...}"
            self._problem(f"{path}.defaults", "must hold basis, source, date", cure)
            return None
        base: Mapping[str, Any] = {}
        if "like" in raw:
            found = self._like(kind, id, raw["like"])
            if found is None:
                return None
            base = _fields(found)
        try:
            return KINDS[kind].model_validate({**_merge(KINDS[kind], base, raw)})
        except ValidationError as error:
            self.problems += _problems(error, KINDS[kind], path, self._hint(kind, id, raw))
            return None

    def _like(self, kind: str, id: str, like: Any) -> Entry | None:
        path = f"catalog.{kind}.{id}.like"
        if not isinstance(like, str):
            self._problem(path, "must be the id of an entry", "", like)
        elif like == id or like not in self.overrides[kind]:
            try:
                return self.base.get(kind, like)
            except UnknownEntryError as error:
                cure = f"did you mean {error.suggestions[0]!r}?" if error.suggestions else ""
                self._problem(path, f"the catalog has no {WORDS[kind]} of this id", cure, like)
        elif (kind, like) in self.under_way:
            self._problem(path, "entries are like each other in a circle", "", like)
        elif (entry := self._entry(kind, like)) is not None:
            return entry
        return None

    def _hint(self, kind: str, id: str, raw: Mapping[str, Any]) -> str:
        known = "like" not in raw and id in self.base.ids(kind)
        return f"write `like: {id}` to change single figures of the catalog's {id}" if known else ""

    def _check_accelerators(self) -> None:
        known = {*self.base.ids("accelerators"), *self.built["accelerators"]}
        for id, entry in self.built["servers"].items():
            wanted = entry.accelerator if isinstance(entry, ServerModel) else ""
            if wanted not in known:
                path = f"catalog.servers.{id}.accelerator"
                self._problem(
                    path, "the catalog has no such accelerator", _close(wanted, known), wanted
                )

    def _problem(self, path: str, message: str, cure: str = "", value: Any = None) -> None:
        shown = "" if value is None else _short(value)
        self.problems.append(Problem(message, cure, path, value=shown))


@lru_cache(maxsize=None)
def _data(kind: str) -> dict[str, dict[str, Any]]:
    """Entries of a kind as written in rackplan's data files ``KIND.yaml`` and ``KIND-*.yaml``."""
    merged: dict[str, dict[str, Any]] = {}
    for file in sorted(
        files("rackplan.catalog").joinpath("data").iterdir(), key=lambda one: one.name
    ):
        if file.name == f"{kind}.yaml" or file.name.startswith(f"{kind}-"):
            merged.update(_load_yaml(file.read_bytes())[kind])
    return merged


@lru_cache(maxsize=None)
def _builtin_entry(kind: str, id: str) -> Entry:
    raw = _data(kind)[id]
    base = _fields(_builtin_entry(kind, raw["like"])) if "like" in raw else {}
    return KINDS[kind].model_validate(_merge(KINDS[kind], base, raw))


def _load_yaml(content: bytes) -> Any:
    from ruamel.yaml import YAML  # late: only needed when there is something to read
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{place}{getattr(error, 'problem', None) or 'not YAML'}") from error
    except (TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"not YAML: {_first_line(error)}") from error


def _merge(type_: type[Strict], base: Mapping[str, Any], raw: Mapping[Any, Any]) -> dict[Any, Any]:
    """The fields of ``raw`` over those of ``base``, with the defaults put into its figures."""
    defaults = _texts(raw.get("defaults", {}))
    merged: dict[Any, Any] = dict(base)
    for name, value in raw.items():
        if name in _SPECIAL:
            continue
        if name == "scale_up" and isinstance(value, Mapping):
            known = merged.get(name)
            inner = known if isinstance(known, Mapping) else {}
            merged[name] = _merge(ScaleUp, inner, {**value, "defaults": defaults})
        elif value is None:
            merged.pop(name, None)
        elif name in _figure_fields(type_):
            merged[name] = _with_defaults(value, defaults)
        else:
            merged[name] = value
    return merged


def _with_defaults(value: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {**defaults, **_texts(value)}
    return {**defaults, "value": value} if isinstance(value, str | int | float) else value


def _texts(raw: Mapping[Any, Any]) -> dict[Any, Any]:
    """A mapping with its date as text: YAML reads 2026-11-22 as a date and 2025 as a number."""
    texts = dict(raw)
    date = texts.get("date")
    if isinstance(date, datetime.date):
        texts["date"] = date.isoformat()
    elif isinstance(date, int) and 1000 <= date <= 9999:
        texts["date"] = str(date)
    return texts


@lru_cache(maxsize=None)
def _figure_fields(type_: type[Strict]) -> frozenset[str]:
    """Names of the fields that hold figures."""
    return frozenset(
        name
        for name, info in type_.model_fields.items()
        if info.annotation is Figure or Figure in map(_bare, get_args(info.annotation))
    )


def _bare(annotation: Any) -> Any:
    """``Figure`` of ``Annotated[Figure, ...]``."""
    return getattr(annotation, "__origin__", annotation)


def _fields(entry: Strict) -> dict[str, Any]:
    """Fields of an entry that are set, figures kept as figures, for another entry to start from."""
    values = {name: getattr(entry, name) for name in entry.model_fields_set}
    return {name: _fields(v) if isinstance(v, ScaleUp) else v for name, v in values.items()}


def _problems(error: ValidationError, type_: type[Entry], path: str, hint: str) -> list[Problem]:
    problems = []
    for part in error.errors(include_url=False):
        place = ".".join([path, *(str(one)[:60] for one in part["loc"])])
        message, cure = _message(part["type"], part["msg"]), ""
        if part["type"] == "extra_forbidden":
            scope = ScaleUp if part["loc"][0] == "scale_up" else type_
            cure = _close(str(part["loc"][-1]), scope.model_fields)
        elif part["type"] == "missing":
            cure = hint
        value = "" if part["type"] == "missing" else _short(part["input"])
        problems.append(Problem(message, cure, place, value=value))
    return problems


def _message(kind: str, text: str) -> str:
    known = {"extra_forbidden": "there is no such field", "missing": "this field is needed"}
    text = text.removeprefix("Value error, ")
    return known.get(kind, text[:1].lower() + text[1:])


def _close(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def _kinds_cure(kind: Any) -> str:
    return (
        _close(kind, KINDS)
        if isinstance(kind, str) and _close(kind, KINDS)
        else f"use {', '.join(KINDS)}"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _short(value: Any) -> str:
    """A value for a message: never long, whatever it is."""
    if isinstance(value, Mapping) and "value" in value:
        value = value["value"]
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits has no repr
        return f"a {type(value).__name__}"
