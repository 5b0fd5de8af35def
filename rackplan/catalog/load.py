"""The catalog: hardware and models by kind and id.

Rackplan's data files are read when a kind of entry is first asked for, and an entry is validated
when it is first used, so a site that names five entries pays for five.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from rackplan.catalog.entries import (
    Accelerator,
    AirUnit,
    Cdu,
    Circuit,
    Conductor,
    Coolant,
    Coupling,
    Entry,
    Model,
    RackModel,
    RackPdu,
    Rejector,
    ServerModel,
    Source,
    Switch,
)
from rackplan.catalog.extend import Extension
from rackplan.catalog.kinds import KINDS, WORDS, UnknownEntryError
from rackplan.catalog.written import Overrides, load_yaml, merge, read_folder, set_fields, texts

__all__ = ["KINDS", "Catalog", "Overrides", "UnknownEntryError", "builtin", "read_folder"]

_E = TypeVar("_E", bound=Entry)


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """Hardware and models by kind and id. Never changes; :meth:`extended` gives a new one.

    Attributes
    ----------
    added
        Entries on top of rackplan's own data, by kind and id.
    """

    added: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)

    def accelerator(self, entry_id: str) -> Accelerator:
        """The accelerator of that id; raises :class:`UnknownEntryError`."""
        return self._get(Accelerator, "accelerators", entry_id)

    def server(self, entry_id: str) -> ServerModel:
        """The server model of that id; raises :class:`UnknownEntryError`."""
        return self._get(ServerModel, "servers", entry_id)

    def rack(self, entry_id: str) -> RackModel:
        """The rack model of that id; raises :class:`UnknownEntryError`."""
        return self._get(RackModel, "racks", entry_id)

    def circuit(self, entry_id: str) -> Circuit:
        """The circuit of that id; raises :class:`UnknownEntryError`."""
        return self._get(Circuit, "circuits", entry_id)

    def rack_pdu(self, entry_id: str) -> RackPdu:
        """The rack PDU of that id; raises :class:`UnknownEntryError`."""
        return self._get(RackPdu, "rack_pdus", entry_id)

    def conductor(self, entry_id: str) -> Conductor:
        """The conductor of that id; raises :class:`UnknownEntryError`."""
        return self._get(Conductor, "conductors", entry_id)

    def air_unit(self, entry_id: str) -> AirUnit:
        """The air unit of that id; raises :class:`UnknownEntryError`."""
        return self._get(AirUnit, "air_units", entry_id)

    def cdu(self, entry_id: str) -> Cdu:
        """The CDU of that id; raises :class:`UnknownEntryError`."""
        return self._get(Cdu, "cdus", entry_id)

    def coolant(self, entry_id: str) -> Coolant:
        """The coolant of that id; raises :class:`UnknownEntryError`."""
        return self._get(Coolant, "coolants", entry_id)

    def coupling(self, entry_id: str) -> Coupling:
        """The coupling of that id; raises :class:`UnknownEntryError`."""
        return self._get(Coupling, "couplings", entry_id)

    def rejector(self, entry_id: str) -> Rejector:
        """The heat rejection unit of that id; raises :class:`UnknownEntryError`."""
        return self._get(Rejector, "rejectors", entry_id)

    def switch(self, entry_id: str) -> Switch:
        """The switch of that id; raises :class:`UnknownEntryError`."""
        return self._get(Switch, "switches", entry_id)

    def model(self, entry_id: str) -> Model:
        """The model of that id; raises :class:`UnknownEntryError`."""
        return self._get(Model, "models", entry_id)

    def ids(self, kind: str) -> tuple[str, ...]:
        """Sorted ids of a kind (a key of :data:`KINDS`)."""
        if kind not in KINDS:
            raise UnknownEntryError("kind of entry", kind, KINDS)
        return tuple(sorted({*_data(kind), *self.added.get(kind, {})}))

    def get(self, kind: str, entry_id: str) -> Entry:
        """The entry of a kind and id; raises :class:`UnknownEntryError`."""
        added = self.added.get(kind, {})
        if entry_id in added:
            return added[entry_id]
        if kind in KINDS and entry_id in _data(kind):
            return _own_entry(kind, entry_id)
        raise UnknownEntryError(WORDS.get(kind, "entry"), entry_id, self.ids(kind))

    def find(self, entry_id: str) -> tuple[str, Entry]:
        """The kind and the entry of an id of any kind; raises :class:`UnknownEntryError`."""
        for kind in KINDS:
            if entry_id in self.added.get(kind, {}) or entry_id in _data(kind):
                return kind, self.get(kind, entry_id)
        known = [one for kind in KINDS for one in self.ids(kind)]
        raise UnknownEntryError("entry", entry_id, known)

    def source(self, source_id: str) -> Source:
        """The source of that id in ``sources.yaml``; raises :class:`UnknownEntryError`."""
        return _source(source_id)

    def extended(self, overrides: Overrides) -> Catalog:
        """A catalog with a user's entries added; an entry of the same id is replaced.

        Parameters
        ----------
        overrides
            Entries as written, by kind and id. ``like: ID`` starts from the entry ID of the same
            kind and replaces the fields given; ``field: null`` drops one. ``defaults:`` gives
            basis, source and date of the entry's figures, else they are ``site``, "site file".

        Raises
        ------
        InputError
            Everything that is wrong with them, at paths such as ``catalog.servers.my-box.weight``.
        """
        return Catalog(Extension(self, overrides).build())

    def _get(self, type_: type[_E], kind: str, entry_id: str) -> _E:
        # KINDS says which class a kind has, so this is no guess.
        return cast(_E, self.get(kind, entry_id))


@lru_cache(maxsize=1)
def builtin() -> Catalog:
    """The catalog of rackplan's own data files."""
    return Catalog()


@cache
def _data(kind: str) -> dict[str, dict[str, Any]]:
    """Entries of a kind as written in rackplan's data files ``KIND.yaml`` and ``KIND-*.yaml``."""
    merged: dict[str, dict[str, Any]] = {}
    folder = files("rackplan.catalog").joinpath("data")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name == f"{kind}.yaml" or file.name.startswith(f"{kind}-"):
            merged.update(load_yaml(file.read_bytes())[kind])
    return merged


@cache
def _own_entry(kind: str, entry_id: str) -> Entry:
    raw = _data(kind)[entry_id]
    base = set_fields(_own_entry(kind, raw["like"])) if "like" in raw else {}
    return KINDS[kind].model_validate(merge(KINDS[kind], base, raw))


@cache
def _source(source_id: str) -> Source:
    sources = _data("sources")
    if source_id not in sources:
        raise UnknownEntryError(WORDS["sources"], source_id, sources)
    return Source.model_validate(texts(sources[source_id]))
