"""What every part of resolving a site shares: the catalog, problems found, assumptions made."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from rackplan.catalog.entries import Entry, need
from rackplan.catalog.figure import Figure
from rackplan.catalog.load import Catalog, UnknownEntryError
from rackplan.errors import Problem, UnknownFigureError
from rackplan.facility.air import STANDARD_AIR_C, airflow_l_s, moist_density, site_air
from rackplan.facility.model import Assumption
from rackplan.facility.voltage_drop import Branch
from rackplan.schema.load import LoadedSite
from rackplan.schema.power import FeedSpec, PowerNode
from rackplan.schema.site import Site

Path = tuple[str | int, ...]
E = TypeVar("E", bound=Entry)


class Context:
    """Collects problems with their places instead of stopping at the first.

    Attributes
    ----------
    air
        Air at the site's elevation.
    density
        Density of the warmest supply air of the site [kg/m3]: what servers breathe at worst.
    """

    def __init__(self, loaded: LoadedSite) -> None:
        self.loaded = loaded
        self.air = site_air(loaded.site.site.elevation)
        supplies = [zone.supply for zone in loaded.site.cooling.zones] or [STANDARD_AIR_C]
        self.density = moist_density(max(supplies), self.air.pressure_pa)
        self.problems: list[Problem] = []
        self.assumptions: list[Assumption] = []
        self.warnings: list[Assumption] = []
        self._turn = itertools.cycle(range(3))

    @property
    def site(self) -> Site:
        """The validated site file."""
        return self.loaded.site

    @property
    def catalog(self) -> Catalog:
        """Built-in entries and the site's own."""
        return self.loaded.catalog

    def airflow_l_s(self, heat_w: int, what: str, path: Path, told: str = "") -> int:
        """Air [L/s] for what no source gives an airflow, at the policy's temperature rise.

        The assumption is told of ``what``, or of ``told`` where many things share it.
        """
        rise_k = self.site.policy.server_delta_t
        if rise_k is None:
            self.problem(
                path,
                f"no source gives the airflow of {what}",
                "give its airflow, or policy: {server_delta_t: ...} to work it out from its heat",
            )
            return 0
        text = f"{told or what}: airflow from its heat at a rise of {rise_k:g} K"
        self.assume("policy.server_delta_t", text)
        return airflow_l_s(heat_w, rise_k, self.density)

    def problem(self, path: Path, message: str, cure: str = "", value: str = "") -> None:
        """Note one problem at a place of the site file, once: a row's racks share its mistakes."""
        problem = self.loaded.problem(path, message, cure=cure, value=value)
        if problem not in self.problems:
            self.problems.append(problem)

    def assume(self, path: str, text: str) -> None:
        """Note something taken for granted, once."""
        assumption = Assumption(path, text)
        if assumption not in self.assumptions:
            self.assumptions.append(assumption)

    def turn(self) -> int:
        """The next of three positions: what stands anyway is spread over lines in turn."""
        return next(self._turn)

    def warn(self, path: Path, text: str) -> None:
        """Note something a reviewer should know, at its place in the site file, once."""
        place = self.loaded.problem(path, text)
        warning = Assumption(f"{place.file}:{place.line}: {place.path}", text)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def entry(self, get: Callable[[str], E], name: str, path: Path) -> E | None:
        """A catalog entry, or a problem with the closest names."""
        try:
            return get(name)
        except UnknownEntryError as error:
            cure = f"did you mean {' or '.join(map(repr, error.suggestions))}?"
            message = str(error).removesuffix(f": {cure}")
            self.problem(
                path, message, cure if error.suggestions else "see `rackplan catalog list`"
            )
            return None

    def cable(self, spec: PowerNode | FeedSpec, path: Path) -> Branch | None:
        """The conductors of a circuit or node, where both length and conductor are given."""
        if spec.length is None and spec.conductor is None:
            return None
        if spec.length is None or spec.conductor is None:
            missing = "length" if spec.length is None else "conductor"
            message = f"a voltage drop needs length and conductor; {missing} is missing"
            self.problem(path, message, f"add {missing}:, or remove the other")
            return None
        entry = self.entry(self.catalog.conductor, spec.conductor, (*path, "conductor"))
        if entry is None:
            return None
        return Branch(spec.length / 1000, entry.resistance.value, entry.reactance.value)

    def known(self, what: str, name: str, names: Iterable[str], path: Path) -> bool:
        """Whether a name exists; a problem with the closest names when it does not."""
        names = list(names)
        if name in names:
            return True
        close = difflib.get_close_matches(name, names, n=2)
        cure = f"did you mean {' or '.join(map(repr, close))}?" if close else ""
        if not close and names:
            cure = f"known: {', '.join(sorted(names)[:8])}{', ...' if len(names) > 8 else ''}"
        self.problem(path, f"there is no {what} {name!r}", cure or "the site file names none")
        return False

    def figure(self, entry: Entry, name: str, why: str, path: Path, id_: str) -> Figure | None:
        """A figure that is needed, or a problem that says where to give it."""
        try:
            return need(entry, name, why)
        except UnknownFigureError:
            message = f"no source gives the {name} of {id_}, which {why} needs"
            self.problem(path, message, self.catalog_cure("servers", id_, name))
            return None

    def catalog_cure(self, kind: str, id_: str, name: str) -> str:
        """Where to give a figure: in the site's own entry, or in one that starts from ours."""
        if id_ in self.site.catalog.get(kind, {}):
            return f"give it in the site file: {name}: ... under catalog.{kind}.{id_}"
        entry = f"{{{kind}: {{{id_}: {{like: {id_}, {name}: ...}}}}}}"
        return f"give it in the site file: catalog: {entry}"

    def unique(self, what: str, named: Iterable[tuple[str, Path]]) -> None:
        """Problems for every name used twice."""
        seen: dict[str, Path] = {}
        for name, path in named:
            if name in seen:
                self.problem(path, f"{what} {name!r} is defined twice", "names must be unique")
            seen.setdefault(name, path)


def fraction(value: float) -> Fraction:
    """A ratio as written, exactly: 0.95 is 19/20."""
    return Fraction(str(value))
