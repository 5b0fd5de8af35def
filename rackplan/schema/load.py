"""From a file to a validated site, with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from rackplan.catalog.load import Catalog, builtin, read_folder
from rackplan.errors import InputError, Problem
from rackplan.schema.document import read_document
from rackplan.schema.messages import problems_of
from rackplan.schema.node import Document, Path
from rackplan.schema.ranges import expand_document
from rackplan.schema.salvage import salvage
from rackplan.schema.site import Site


@dataclass(frozen=True)
class LoadedSite:
    """A valid site file.

    Attributes
    ----------
    site
        What it says, ranges written out.
    catalog
        The built-in catalog with the entries of the site's ``catalog:`` section and folder.
    document
        The expanded document, for the lines of later problems.
    """

    site: Site
    catalog: Catalog
    document: Document

    @property
    def path(self) -> str:
        """The file as the user named it."""
        return self.document.file

    @property
    def sha256(self) -> str:
        """Digest of the site file's bytes, in hex."""
        return self.document.sha256

    def problem(self, path: Path, message: str, cure: str = "", value: str = "") -> Problem:
        """A problem found by a later step, with its file and line.

        Parameters
        ----------
        path
            Keys as written in YAML and indices after range expansion: ``("halls", 0, "rows", 5)``.
        message
            What is wrong, in one sentence.
        cure
            What to write instead.
        value
            The offending value as text.
        """
        return self.document.problem(path, message, cure, value)


def load_site_document(path: str | FilePath) -> LoadedSite:
    """Read, expand and validate a site file.

    Parameters
    ----------
    path
        The site file.

    Raises
    ------
    InputError
        Every problem found in the file, not just the first.
    """
    read = read_document(path)
    document, range_problems = expand_document(read)
    problems = [*read.problems, *range_problems]
    data, folder = _without_folder(document.data)
    catalog, catalog_problems = _catalog(document, data.get("catalog"), folder)
    problems += catalog_problems
    site: Site | None = None
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        found = problems_of(error, document, Site)
        # Entries are described by the catalog; its own sentences say more.
        told = {"catalog"} if catalog_problems else set()
        ranges = {problem.path for problem in range_problems}
        problems += [
            p for p in found if p.path.partition(".")[0] not in told and p.path not in ranges
        ]
    if problems or site is None:
        raise FaultySiteError(_unique(problems), _sound_part(data, catalog, document))
    return LoadedSite(site, catalog, document)


class FaultySiteError(InputError):
    """A site file with faults; ``rest`` is what is sound of it, for checks of its references.

    ``rest`` is ``None`` when too little is sound; ``faulty_names`` are texts in what is not.
    """

    def __init__(
        self, problems: Iterable[Problem], sound: tuple[LoadedSite, frozenset[str]] | None
    ) -> None:
        super().__init__(problems)
        self.rest = sound[0] if sound else None
        self.faulty_names = sound[1] if sound else frozenset()


def _sound_part(
    data: dict[str, Any], catalog: Catalog, document: Document
) -> tuple[LoadedSite, frozenset[str]] | None:
    """The sound part of a site file, and the names that only its faulty part knows."""
    entries = data.get("catalog")
    kinds = entries.values() if isinstance(entries, dict) else ()
    own = {str(name) for kind in kinds if isinstance(kind, dict) for name in kind}
    salvaged = salvage({key: value for key, value in data.items() if key != "catalog"})
    if salvaged is None:
        return None
    return LoadedSite(salvaged.site, catalog, document), salvaged.names | own


def _without_folder(data: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """The data without ``catalog.folder``, and that folder: the other keys there are kinds."""
    section = data.get("catalog")
    if not isinstance(section, dict) or "folder" not in section:
        return data, None
    kinds = {kind: entries for kind, entries in section.items() if kind != "folder"}
    return {**data, "catalog": kinds}, section["folder"]


def _catalog(document: Document, section: Any, folder: Any) -> tuple[Catalog, list[Problem]]:
    """The catalog of a site, with what is wrong with the site's own entries."""
    catalog = builtin()
    problems: list[Problem] = []
    if folder is not None:
        place = ("catalog", "folder")
        if not isinstance(folder, str) or not folder or "\x00" in folder:
            problems.append(document.problem(place, "the name of a folder is needed here"))
        else:
            catalog, found = _from_folder(catalog, FilePath(document.file).parent / folder)
            problems += [p if p.file else replace(p, **_place(document, place)) for p in found]
    if isinstance(section, dict) and section:
        catalog, found = _extended(catalog, section)
        problems += [
            replace(p, **_place(document, _document_path(document, p.path))) for p in found
        ]
    return catalog, problems


def _from_folder(catalog: Catalog, folder: FilePath) -> tuple[Catalog, Iterable[Problem]]:
    try:
        return catalog.extended(read_folder(folder)), ()
    except InputError as error:
        return catalog, error.problems


def _extended(catalog: Catalog, section: Mapping[str, Any]) -> tuple[Catalog, Iterable[Problem]]:
    try:
        return catalog.extended(section), ()
    except InputError as error:
        return catalog, error.problems


def _place(document: Document, path: Path) -> dict[str, Any]:
    return {"file": document.file, "line": document.line_of(path)}


def _document_path(document: Document, text: str) -> Path:
    """The keys behind a path text: ``catalog.models.llama-3.1-8b.layers``, where ids have dots."""
    path: Path = ()
    rest = text
    while rest:
        node = document.node_at(path)
        keys = node.value if node is not None and isinstance(node.value, dict) else {}
        fitting = [k for k in keys if rest == k or rest.startswith((f"{k}.", f"{k}["))]
        if not fitting:
            break
        key = max(fitting, key=len)
        path = (*path, key)
        rest = rest[len(key) :].lstrip(".")
    return path


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.file or "", problem.line or 0)
    )
