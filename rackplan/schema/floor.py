"""What a user may write about the floor of a hall: slab, zones, tiles, and the way in."""

from __future__ import annotations

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t


class FloorZone(Strict):
    """A part of the floor with a rating of its own: a trench, a strengthened strip, a whole bay."""

    id: t.Name
    """Name of the zone, unique in the site."""
    racks: tuple[str, ...] = ()
    """Racks (``row-01/r01``) or rows (``row-01``) that stand in it; with a rectangle and no list
    every rack that stands in any part of it."""
    area: t.AreaMm2 | None = None
    """Its area, aisles included, where no rectangle is given."""
    x: t.PositionMm | None = None
    """Corner of its rectangle in the hall, as rows are placed."""
    y: t.PositionMm | None = None
    """The same, across."""
    width: t.ExtentMm | None = None
    """Extent of the rectangle along x."""
    depth: t.ExtentMm | None = None
    """Extent of the rectangle along y."""
    max_load: t.FloorLoadGM2
    """Load it carries over its area, instead of the hall's."""


class FloorTiles(Strict):
    """A raised floor of square tiles (panels)."""

    size: t.ExtentMm
    """Edge of a tile."""
    point_load: t.MassCapacityG
    """Concentrated load a tile carries where it is weakest, without lasting damage."""
    rolling_load: t.MassCapacityG | None = None
    """Load of a wheel that may roll over it."""
    x: t.PositionMm = 0
    """Where a corner of some tile lies in the hall; 0 m when left out."""
    y: t.PositionMm = 0
    """The same, across."""
    foot_inset: t.LengthMm | None = None
    """How far inside the outline of a rack its feet and casters stand; 75 mm when left out."""


class Floor(Strict):
    """What the floor of a hall carries."""

    max_load: t.FloorLoadGM2 | None = None
    """Rating of the slab, with the partition allowance that is in it."""
    partition: t.FloorLoadDemandGM2 = 100_000
    """Part of the rating that is kept for partitions; 100 kg/m2 when left out."""
    traffic: t.FloorLoadDemandGM2 = 75_000
    """People and equipment on the clearances; 75 kg/m2 when left out."""
    raised: t.FloorLoadDemandGM2 = 50_000
    """Raised floor and cables; 50 kg/m2 when left out, 0 kg/m2 on a bare slab."""
    zones: tuple[FloorZone, ...] = ()
    """Parts with a rating of their own."""
    tiles: FloorTiles | None = None
    """Tiles of a raised floor."""


class Access(Strict):
    """The way by which racks come into a hall."""

    rolling_load: t.MassCapacityG | None = None
    """Load of a wheel the weakest floor on the way carries."""
    max_weight: t.MassCapacityG | None = None
    """Most that a lift or ramp on the way carries, beside what moves the rack."""
    door_width: t.SpaceMm | None = None
    """Clear width of the narrowest door."""
    door_height: t.SpaceMm | None = None
    """Clear height of the lowest door."""
