"""What a plan says of floors and of the fronts of racks: for structural engineers, installers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RackFloor:
    """How a rack bears on the floor.

    Attributes
    ----------
    rack
        Id.
    weight_g
        Everything that stands on its feet [g].
    slab_g_m2, slab_limit_g_m2
        Load of the slab under it and its clearances with the allowances, against the rating less
        what is kept for partitions [g/m2]; ``None`` where the site file rates no slab.
    tile_g, tile_limit_g
        Load of the fullest tile under its feet, neighbors included [g]; ``None`` without tiles.
    wheel_g, wheel_limit_g
        Load of a wheel while it is brought in [g]; ``None`` where nothing is brought in, or where
        the site file says nothing of the way.
    center_mm
        Height of its center of gravity above the floor [mm]; ``None`` for an empty floor position.
    """

    rack: str
    weight_g: int
    slab_g_m2: int | None
    slab_limit_g_m2: int | None
    tile_g: int | None
    tile_limit_g: int | None
    wheel_g: int | None
    wheel_limit_g: int | None
    center_mm: int | None


@dataclass(frozen=True, slots=True)
class ZoneFloor:
    """A floor zone: area [mm2], weight of its racks [g], load against its limit [g/m2]."""

    zone: str
    hall: str
    racks: int
    area_mm2: int
    weight_g: int
    load_g_m2: int
    limit_g_m2: int


@dataclass(frozen=True, slots=True)
class TileFloor:
    """A tile under the feet of several racks: its column and row, load and point load [g]."""

    hall: str
    column: int
    row: int
    racks: tuple[str, ...]
    load_g: int
    limit_g: int


@dataclass(frozen=True, slots=True)
class RackFront:
    """What closes the front of a rack beside servers and gear.

    Attributes
    ----------
    rack
        Id.
    blanking
        Runs of rack units that get blanking panels: ``U5-U8``.
    blanking_u
        How many rack units that are.
    manifolds
        Rack units of manifolds, those that servers bring along included.
    air_gaps
        Rack units that stay open.
    """

    rack: str
    blanking: tuple[str, ...]
    blanking_u: int
    manifolds: tuple[str, ...]
    air_gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FloorSheet:
    """Floor loads of racks, zones and shared tiles, and the fronts of racks."""

    racks: tuple[RackFloor, ...] = ()
    zones: tuple[ZoneFloor, ...] = ()
    tiles: tuple[TileFloor, ...] = ()
    fronts: tuple[RackFront, ...] = ()
