"""A hall small enough to work out by hand, as a site file; tests change one thing and solve it.

    grid -- ups-a -- feed A of every rack
    grid -- ups-b -- feed B of every rack

Everything is generous and lossless unless a test says otherwise: only the limit under test binds.
A ``box`` is a server of round figures: 8U, 100 kg, 800 mm deep, 6,000 W, six supplies of 3,000 W
(two carry it; one boots it), 400 L/s of air, inlet 10 to 30 degC, 8 ports, 8 GPUs in one domain.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import rackplan
from rackplan.solver import Result

Site = dict[str, Any]


def _estimates(**figures: object) -> dict[str, object]:
    """Catalog fields, each figure marked as the round number it is."""
    plain = {"like", "kind", "accelerator", "gpus", "vendor", "name", "cooling", "ashrae_class"}
    plain |= {"scale_up", "phases", "wiring", "standard", "accepts"}
    plain |= {"coolants", "coolant", "coupling", "passive"}
    stated = {"basis": "estimate", "source": "a round figure for tests"}
    return {
        key: value if key in plain or value is None else {"value": value, **stated}
        for key, value in figures.items()
    }


def scale_up(link: str, domain: int) -> dict[str, object]:
    """How the GPUs of a server are joined."""
    return {"link": link, **_estimates(domain_gpus=domain)}


BOX: dict[str, object] = {
    "vendor": "Maker",
    "name": "Box",
    "accelerator": "h100-sxm",
    "gpus": 8,
    "scale_up": scale_up("nvswitch", 8),
    "rack_units": 8,
    "weight": "100 kg",
    "depth": "800 mm",
    "max_draw": "6 kW",
    "psu_count": 6,
    "psu_rating": "3 kW",
    "psu_min_boot": 1,
    "airflow": "400 L/s",
    "inlet_min": "10 degC",
    "inlet_max": "30 degC",
    "ashrae_class": "A2",
    "fabric_ports": 8,
}
WET: dict[str, object] = {
    "name": "Wet box",
    "cooling": "liquid+air",
    "liquid_fraction": 0.75,
    "coolant_flow": "10 L/min",
    "coolant_supply_min": "20 degC",
    "coolant_supply_max": "40 degC",
}
CABINET: dict[str, object] = {
    "vendor": "Maker",
    "name": "Cabinet",
    "rack_units": 48,
    "width": "600 mm",
    "depth": "1200 mm",
    "usable_depth": "1000 mm",
    "weight": "150 kg",
    "max_load": "2000 kg",
}
CIRCUIT: dict[str, object] = {
    "vendor": "Maker",
    "name": "Circuit",
    "volts": "400 V",
    "amps": "400 A",
    "phases": 3,
    "wiring": "wye",
    "standard": "iec",
}
AIR_UNIT: dict[str, object] = {
    "vendor": "Maker",
    "name": "Air unit",
    "kind": "perimeter",
    "capacity": "500 kW",
    "airflow": "50000 L/s",
    "power": "0 W",
}
CDU: dict[str, object] = {
    "vendor": "Maker",
    "name": "CDU",
    "capacity": "500 kW",
    "approach": "4 K",
    "flow": "1000 L/min",
    "power": "0 W",
}


@dataclass
class Bench:
    """Builds variants of the hall and solves them."""

    folder: Path

    def site(self, **sections: Any) -> Site:
        """The hall: one rack ``row/r1``, two boxes asked for; ``sections`` replace its own."""
        feeds = {side: {"from": f"ups-{side.lower()}", "circuit": "circuit"} for side in "AB"}
        site: Site = {
            "rackplan": 1,
            "site": {"name": "hall", "elevation": "0 m"},
            "policy": {"power_factor": 1.0},
            "catalog": {
                "servers": {"box": self.box(), "wet": self.box(**WET)},
                "racks": {"cabinet": _estimates(**CABINET)},
                "circuits": {"circuit": _estimates(**CIRCUIT)},
                "air_units": {"air-unit": _estimates(**AIR_UNIT)},
                "cdus": {"cdu": _estimates(**CDU)},
            },
            "power": {
                "nodes": [
                    {"id": "grid", "kind": "utility"},
                    {"id": "ups-a", "kind": "ups", "from": ["grid"]},
                    {"id": "ups-b", "kind": "ups", "from": ["grid"]},
                ]
            },
            "cooling": {
                "zones": [
                    {
                        "id": "room",
                        "supply": "24 degC",
                        "units": [{"id": f"acu-{i}", "model": "air-unit"} for i in (1, 2)],
                    }
                ],
                "loops": [
                    {
                        "id": "loop",
                        "facility_water": "26 degC",
                        "cdus": [{"id": f"cdu-{i}", "model": "cdu"} for i in (1, 2)],
                    }
                ],
            },
            "halls": [
                {
                    "id": "hall",
                    "rows": [
                        {
                            "id": "row",
                            "model": "cabinet",
                            "zone": "room",
                            "loop": "loop",
                            "feeds": feeds,
                            "racks": [{"id": "r1"}],
                        }
                    ],
                }
            ],
            "demand": [{"server": "box", "min": 2, "max": 2}],
            "objective": ["servers", "power"],
        }
        return {**copy.deepcopy(site), **sections}

    def box(self, **changes: object) -> dict[str, object]:
        """Catalog entry of a box with some figures changed; ``None`` takes one away."""
        fields = {key: value for key, value in {**BOX, **changes}.items() if value is not None}
        return _estimates(**fields)

    def entry(self, site: Site, kind: str, name: str, **changes: object) -> Site:
        """The site with figures of one catalog entry changed."""
        site["catalog"][kind][name].update(_estimates(**changes))
        return site

    def node(self, site: Site, name: str, **changes: object) -> Site:
        """The site with a power node changed, or added."""
        for node in site["power"]["nodes"]:
            if node["id"] == name:
                node.update(changes)
                return site
        site["power"]["nodes"].append({"id": name, **changes})
        return site

    def row(self, site: Site, **changes: object) -> Site:
        """The site with its row changed."""
        site["halls"][0]["rows"][0].update(changes)
        return site

    def rack(self, site: Site, name: str = "r1", **changes: object) -> Site:
        """The site with a rack changed, or added."""
        racks = site["halls"][0]["rows"][0]["racks"]
        for rack in racks:
            if rack["id"] == name:
                rack.update(changes)
                return site
        racks.append({"id": name, **changes})
        return site

    def ask(self, site: Site, *lines: dict[str, object]) -> Site:
        """The site with other demand lines."""
        site["demand"] = list(lines)
        return site

    def zone(self, site: Site, **changes: object) -> Site:
        """The site with its zone changed."""
        site["cooling"]["zones"][0].update(changes)
        return site

    def loop(self, site: Site, **changes: object) -> Site:
        """The site with its loop changed."""
        site["cooling"]["loops"][0].update(changes)
        return site

    def write(self, site: Site) -> Path:
        """The site as a file (JSON is YAML)."""
        path = self.folder / "site.yaml"
        path.write_text(json.dumps(site, indent=1))
        return path

    def load(self, site: Site) -> rackplan.Facility:
        """The resolved site."""
        return rackplan.load(self.write(site))

    def solve(self, site: Site) -> Result:
        """Solve with one worker."""
        return rackplan.solve(self.load(site), workers=1, time_limit_s=20)

    def fits(self, site: Site) -> Result:
        """Solve a site that must be feasible, with a plan the verifier accepts."""
        result = self.solve(site)
        assert "OPTIMAL" == result.status, result.conflict
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
        return result

    def stops(self, site: Site, rule: str, rack: str = "row/r1") -> str:
        """Solve a site that must be infeasible by a rule; returns what the conflict says of it."""
        result = self.solve(site)
        assert "INFEASIBLE" == result.status
        assert result.conflict is not None
        texts = {r.id.replace("<rack>", rack): r.text for r in result.conflict.rules}
        assert rule in texts, texts
        return texts[rule]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a builder of sites that solves them."""
    return Bench(tmp_path)
