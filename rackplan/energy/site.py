"""The whole site hour by hour: what every use takes, at its own terminals and at the meter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rackplan.energy.plant import PlantHours
from rackplan.facility.outside import Hours

USES = ("it", "losses", "other", "air_units", "cdus", "pumps", "fans", "compressors")
"""What takes energy: servers and gear; transformers, UPSs and panels; fixed loads (lighting); air
units; CDUs; facility water pumps; fans of coolers and towers; chillers."""


@dataclass(frozen=True)
class Consumer:
    """Something that draws power in normal operation.

    Attributes
    ----------
    use
        One of ``USES``.
    watts
        Power by hour, or the same in all [W].
    gain
        Watts at the meter for each watt of it: losses on the way included.
    """

    use: str
    watts: Hours | float
    gain: float


@dataclass(frozen=True)
class SiteHours:
    """What a site takes in every hour.

    Attributes
    ----------
    it_w
        Servers and gear, the same in every hour [W].
    facility_w
        Power at the meters of all utilities [W].
    by_use_w
        Power at its own terminals by use; ``losses`` is what is left to the meters [W].
    plants
        Every water circuit.
    """

    it_w: float
    facility_w: Hours
    by_use_w: Mapping[str, Hours]
    plants: tuple[PlantHours, ...]

    @property
    def hours(self) -> int:
        """Number of hours."""
        return len(self.facility_w)

    @property
    def it_kwh(self) -> float:
        """Energy of servers and gear [kWh]."""
        return self.it_w * self.hours / 1000

    @property
    def facility_kwh(self) -> float:
        """Energy at the meters [kWh]."""
        return float(self.facility_w.sum()) / 1000

    @property
    def pue(self) -> float | None:
        """Energy at the meters over that of IT [-]; ``None`` without IT."""
        return self.facility_kwh / self.it_kwh if self.it_w else None

    @property
    def worst(self) -> int:
        """Index of the hour with the highest power at the meters."""
        return int(np.argmax(self.facility_w))

    @property
    def worst_pue(self) -> float | None:
        """PUE of that hour; ``None`` without IT."""
        return float(self.facility_w.max()) / self.it_w if self.it_w else None

    @cached_property
    def water_l(self) -> Hours:
        """Water made up for heat rejection by hour [L]."""
        return np.asarray(sum((plant.water_l for plant in self.plants), np.zeros(self.hours)))

    @property
    def wue_l_kwh(self) -> float | None:
        """Water over IT energy [L/kWh]; ``None`` without IT."""
        return float(self.water_l.sum()) / self.it_kwh if self.it_w else None

    def use_kwh(self) -> dict[str, float]:
        """Energy by use, in the order of ``USES`` [kWh]."""
        return {use: float(self.by_use_w[use].sum()) / 1000 for use in USES}


def site_hours(
    hours: int,
    it_w: float,
    base_w: float,
    other_w: float,
    consumers: Iterable[Consumer],
    plants: Sequence[PlantHours],
) -> SiteHours:
    """Add up a site.

    Parameters
    ----------
    hours
        Number of hours.
    it_w
        Power of servers and gear [W].
    base_w
        Power at the meters with every cooling unit off: IT, fixed loads, and losses [W].
    other_w
        Fixed loads within that [W].
    consumers
        What cools: air units, CDUs, pumps, fans, compressors.
    plants
        Every water circuit, for its water and its modes.
    """
    facility_w = np.full(hours, float(base_w))
    by_use = {use: np.zeros(hours) for use in USES}
    by_use["it"] += it_w
    by_use["other"] += other_w
    for consumer in consumers:
        by_use[consumer.use] = by_use[consumer.use] + consumer.watts
        facility_w = facility_w + consumer.gain * consumer.watts
    by_use["losses"] = facility_w - np.sum(list(by_use.values()), axis=0)
    return SiteHours(float(it_w), facility_w, by_use, tuple(plants))
