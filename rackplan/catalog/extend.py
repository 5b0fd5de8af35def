"""A user's entries on top of a catalog: validated at once, every problem reported together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rackplan.catalog.entries import Bank, Entry, ScaleUp
from rackplan.catalog.figure import Strict
from rackplan.catalog.kinds import (
    KINDS,
    REFERENCES,
    WORDS,
    UnknownEntryError,
    brief,
    references,
    similar,
)
from rackplan.catalog.tables import CapacityCurve, CoolantTable
from rackplan.catalog.written import Overrides, kinds_cure, merge, set_fields
from rackplan.errors import InputError, Problem

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_MESSAGES = {
    "extra_forbidden": "there is no such field",
    "missing": "this field is needed",
    "model_type": "must hold fields",
    "tuple_type": "must be a list",
}
_PARTS: Mapping[Any, type[Strict]] = {
    "scale_up": ScaleUp,
    "banks": Bank,
    "curve": CapacityCurve,
    "properties": CoolantTable,
}
"""What an entry's fields hold that are more than a figure."""
_SIMILAR = "add it, or start from a similar entry with `like: ID`"


class Extension:
    """Builds the entries of an extended catalog, collecting every problem.

    Parameters
    ----------
    base
        Catalog that is extended.
    overrides
        Entries as written, by kind and id.
    """

    def __init__(self, base: Catalog, overrides: Overrides) -> None:
        self._base = base
        self._overrides = overrides
        self._problems: list[Problem] = []
        self._built: dict[str, dict[str, Entry]] = {k: dict(base.added.get(k, {})) for k in KINDS}
        self._states: dict[tuple[str, str], str] = {}

    def build(self) -> Mapping[str, Mapping[str, Entry]]:
        """Every entry of the new catalog that is not rackplan's own.

        Raises
        ------
        InputError
            Everything that is wrong with them.
        """
        if not isinstance(self._overrides, Mapping):
            raise InputError([Problem("must hold kinds of entries", kinds_cure(""), "catalog")])
        for kind, entries in self._overrides.items():
            self._build_kind(kind, entries)
        self._check_references()
        if self._problems:
            raise InputError(self._problems)
        return {kind: entries for kind, entries in self._built.items() if entries}

    def _build_kind(self, kind: Any, entries: Any) -> None:
        path = f"catalog.{brief(kind)}"
        if not isinstance(kind, str) or kind not in KINDS:
            self._report(path, "the catalog has no such kind of entry", kinds_cure(kind))
        elif not isinstance(entries, Mapping):
            self._report(path, "must hold entries by id", "write ID: {vendor: ...}", entries)
        else:
            for entry_id in entries:
                if isinstance(entry_id, str) and _ID.fullmatch(entry_id):
                    self._entry(kind, entry_id)
                else:
                    cure = "use letters, digits, '.', '_', '+' and '-'"
                    self._report(f"{path}.{brief(entry_id)}", "not an id", cure)

    def _entry(self, kind: str, entry_id: str) -> Entry | None:
        """The entry, built once; ``None`` when it has problems."""
        key = (kind, entry_id)
        if key not in self._states:
            self._states[key] = "under way"
            entry = self._validated(kind, entry_id, self._overrides[kind][entry_id])
            self._states[key] = "failed" if entry is None else "built"
            if entry is not None:
                self._built[kind][entry_id] = entry
        return self._built[kind][entry_id] if self._states[key] == "built" else None

    def _validated(self, kind: str, entry_id: str, raw: Any) -> Entry | None:
        path = f"catalog.{kind}.{entry_id}"
        if not isinstance(raw, Mapping):
            self._report(path, "an entry holds fields", "write {vendor: ..., name: ...}", raw)
            return None
        if not isinstance(raw.get("defaults", {}), Mapping):
            cure = "write defaults: {source: ..., date: ...}"
            self._report(f"{path}.defaults", "must hold basis, source, date", cure)
            return None
        base: dict[str, Any] = {}
        if "like" in raw:
            start = self._like(kind, entry_id, raw["like"])
            if start is None:
                return None
            base = set_fields(start)
        try:
            return KINDS[kind].model_validate(merge(KINDS[kind], base, raw))
        except ValidationError as error:
            self._problems += _problems(error, KINDS[kind], path, self._hint(kind, entry_id, raw))
            return None

    def _like(self, kind: str, entry_id: str, like: Any) -> Entry | None:
        """The entry that ``like`` names, among the user's own first."""
        path = f"catalog.{kind}.{entry_id}.like"
        if not isinstance(like, str):
            self._report(path, "must be the id of an entry", "", like)
            return None
        if like != entry_id and like in self._overrides[kind]:
            if self._states.get((kind, like)) == "under way":
                self._report(path, "entries are like each other in a circle", "", like)
                return None
            return self._entry(kind, like)
        try:
            return self._base.get(kind, like)
        except UnknownEntryError as error:
            cure = f"did you mean {error.suggestions[0]!r}?" if error.suggestions else ""
            self._report(path, f"the catalog has no {WORDS[kind]} of this id", cure, like)
            return None

    def _hint(self, kind: str, entry_id: str, raw: Mapping[str, Any]) -> str:
        if "like" in raw or entry_id not in self._base.ids(kind):
            return ""
        return f"write `like: {entry_id}` to change single figures of the catalog's {entry_id}"

    def _check_references(self) -> None:
        """Report entries that name an entry of another kind which is not there."""
        for kind, field, named_kind in REFERENCES:
            written = self._overrides.get(named_kind)
            own = written if isinstance(written, Mapping) else {}
            known = {*self._base.ids(named_kind), *map(str, own)}
            for entry_id, entry in self._built[kind].items():
                for named in references(entry, field):
                    if named not in known:
                        path = f"catalog.{kind}.{entry_id}.{field}"
                        message = f"the catalog has no such {WORDS[named_kind]}"
                        self._report(path, message, _close(named, known), named)

    def _report(self, path: str, message: str, cure: str = "", value: Any = None) -> None:
        shown = "" if value is None else _short(value)
        self._problems.append(Problem(message, cure, path, value=shown))


def _problems(error: ValidationError, type_: type[Entry], path: str, hint: str) -> list[Problem]:
    problems = []
    for part in error.errors(include_url=False, include_context=False):
        place = ".".join([path, *map(brief, part["loc"])])
        fields = _PARTS.get(part["loc"][0], type_).model_fields
        cure = hint or _SIMILAR if part["type"] == "missing" else ""
        if part["type"] == "model_type":
            cure = f"write {{{': ..., '.join(fields)}: ...}}"
        if part["type"] == "extra_forbidden":
            cure = _close(part["loc"][-1], fields)
        value = "" if part["type"] == "missing" else _short(part["input"])
        problems.append(Problem(_message(part["type"], part["msg"]), cure, place, value=value))
    return problems


def _message(kind: str, text: str) -> str:
    text = text.removeprefix("Value error, ").replace("Input should be", "must be", 1)
    return _MESSAGES.get(kind, text[:1].lower() + text[1:])


def _close(word: object, known: Any) -> str:
    close = similar(word, known)
    return f"did you mean {close[0]!r}?" if close else ""


def _short(value: Any) -> str:
    """A value for a message; of a figure its value."""
    return brief(value["value"] if isinstance(value, Mapping) and "value" in value else value)
