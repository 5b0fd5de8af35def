"""What is sound in a faulty site file, so that its references can be checked with the faults told.

Keys that are unknown, or whose value is no good, are taken out; nothing moves, so every place stays
what it is in the file. A file that lacks something it needs is given up: its own faults come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rackplan.schema.node import Path
from rackplan.schema.site import Site

ROUNDS = 3
"""Taking one key out may show another fault; after so many rounds the file is given up."""


@dataclass(frozen=True)
class Salvaged:
    """A site without its faulty keys; ``names`` are the texts that stood in them."""

    site: Site
    names: frozenset[str]


def salvage(data: dict[str, Any]) -> Salvaged | None:
    """The sound part of a site file's data, or ``None`` when too little is left."""
    rest = _fresh(data)
    names: set[str] = set()
    for _ in range(ROUNDS):
        try:
            return Salvaged(Site.model_validate(rest), frozenset(names))
        except ValidationError as error:
            paths = {_key_path(rest, e["loc"]) for e in error.errors(include_url=False)}
            if () in paths:
                return None
            for path in paths:
                holder = _at(rest, path[:-1])
                if holder is not None:  # else it went with what it stood in
                    names.update(_texts(holder.pop(path[-1], None)), map(str, path[-1:]))
    return None


def _fresh(value: Any) -> Any:
    """A copy that shares nothing: repeated items are one object in the data."""
    if isinstance(value, dict):
        return {key: _fresh(inner) for key, inner in value.items()}
    return [_fresh(inner) for inner in value] if isinstance(value, list) else value


def _key_path(data: Any, loc: Path) -> Path:
    """Path of the innermost key of a mapping that a fault is about; empty where there is none."""
    found: Path = ()
    path: Path = ()
    here = data
    for part in loc:
        if isinstance(here, dict) and part in here:
            path = (*path, part)
            found, here = path, here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path, here = (*path, part), here[part]
        elif isinstance(here, dict | list):
            return ()  # something is missing here: taking more away does not help
    return found


def _at(data: Any, path: Path) -> Any:
    """What stands at a path; ``None`` when a key on the way is gone."""
    for part in path:
        data = data.get(part) if isinstance(data, dict) else data[part]
        if data is None:
            return None
    return data


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
