"""Site files small enough to work out by hand, as documents that tests change before writing.

    grid -- ups-a -- panel-a -- feed A of every rack
    grid -- ups-b -- panel-b -- feed B of every rack

Everything is lossless and the power factor is 1, so that a server of 6,000 W is 6,000 W everywhere.
A feed carries 20 kW. ``box8`` has 8 GPUs in 6 U: 6,000 W, 100 kg, 400 L/s, four supplies of which
two carry it. ``box4`` has 4 GPUs in 2 U: 2,000 W, 40 kg, 150 L/s, two supplies of which one does.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rackplan.facility import Facility, resolve
from rackplan.schema.load import load_site_document

Document = dict[str, Any]

_FIGURES = {"basis": "estimate", "source": "worked example", "note": "chosen to be round"}

_BOX8 = {
    "vendor": "Maker",
    "name": "8-GPU server",
    "defaults": _FIGURES,
    "accelerator": "h100-sxm",
    "gpus": 8,
    "scale_up": {"link": "nvswitch", "domain_gpus": 8},
    "rack_units": 6,
    "depth": "900 mm",
    "weight": "100 kg",
    "max_draw": "6000 W",
    "psu_count": 4,
    "psu_rating": "3000 W",
    "psu_min_boot": 1,
    "airflow": "400 L/s",
    "inlet_min": "10 degC",
    "inlet_max": "35 degC",
    "fabric_ports": 8,
}

_BOX4 = {
    **_BOX8,
    "name": "4-GPU server",
    "gpus": 4,
    "scale_up": {"link": "nvlink-mesh", "domain_gpus": 4},
    "rack_units": 2,
    "weight": "40 kg",
    "max_draw": "2000 W",
    "psu_count": 2,
    "psu_rating": "2000 W",
    "airflow": "150 L/s",
    "fabric_ports": 4,
}

_CATALOG = {
    "servers": {"box8": _BOX8, "box4": _BOX4},
    "racks": {
        "cabinet": {
            "vendor": "Maker",
            "name": "cabinet",
            "defaults": _FIGURES,
            "rack_units": 20,
            "width": "600 mm",
            "depth": "1200 mm",
            "usable_depth": "1000 mm",
            "weight": "150 kg",
            "max_load": "1000 kg",
        }
    },
    "circuits": {
        "circuit": {
            "vendor": "Maker",
            "name": "400 V, 50 A",
            "defaults": _FIGURES,
            "volts": "400 V",
            "amps": "50 A",
            "phases": 1,
            "wiring": "single",
            "standard": "iec",
        }
    },
    "air_units": {
        "acu": {
            "vendor": "Maker",
            "name": "air unit",
            "kind": "perimeter",
            "defaults": _FIGURES,
            "capacity": "100 kW",
            "airflow": "8000 L/s",
            "power": "0 W",
        }
    },
}

CHAT = {
    "id": "chat",
    "model": "llama-3.1-8b",
    "precision": "fp8",
    "input_tokens": 512,
    "output_tokens": 256,
}
"""A small language workload that both servers can run."""


def small_site(racks: int = 2, ups: str = "100 kW", **sections: Any) -> Document:
    """A row fed 2N that takes as many ``box8`` as fit; ``sections`` replace those of the file."""
    return copy.deepcopy(
        {
            "rackplan": 1,
            "site": {"name": "small", "elevation": "0 m"},
            "policy": {"power_factor": 1.0, "server_delta_t": "15 K"},
            "catalog": _CATALOG,
            "power": {
                "nodes": [
                    {"id": "grid", "kind": "utility"},
                    {"id": "ups-[a-b]", "kind": "ups", "from": ["grid"], "rated_power": ups},
                    {"id": "panel-[a-b]", "kind": "rpp", "from": ["ups-[a-b]"]},
                ]
            },
            "cooling": {
                "zones": [
                    {
                        "id": "zone",
                        "supply": "24 degC",
                        "units": [{"id": "acu-[1-2]", "model": "acu"}],
                    }
                ]
            },
            "halls": [
                {
                    "id": "hall",
                    "rows": [
                        {
                            "id": "row",
                            "model": "cabinet",
                            "zone": "zone",
                            "feeds": {
                                "A": {"from": "panel-a", "circuit": "circuit"},
                                "B": {"from": "panel-b", "circuit": "circuit"},
                            },
                            "racks": [{"id": f"r{i + 1}"} for i in range(racks)],
                        }
                    ],
                }
            ],
            "demand": [{"server": "box8"}],
            "objective": ["servers"],
            **sections,
        }
    )


def row_of(document: Document) -> Document:
    """The only row of a small site."""
    row: Document = document["halls"][0]["rows"][0]
    return row


def rack_of(document: Document, index: int) -> Document:
    """A rack of the only row of a small site."""
    rack: Document = row_of(document)["racks"][index]
    return rack


def node_of(document: Document, name: str) -> Document:
    """A power node as written."""
    return next(node for node in document["power"]["nodes"] if node["id"] == name)


def written(document: Document, path: Path) -> Path:
    """Write a site file: JSON is YAML too, one key a line."""
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def facility_of(document: Document, files: Mapping[str, str] | None = None) -> Facility:
    """Resolve a document as ``rackplan.load`` does a file, with other files beside it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return resolve(load_site_document(written(document, Path(folder) / "site.yaml")))


def changed(document: Document, change: Callable[[Document], object]) -> Document:
    """A changed copy."""
    other = copy.deepcopy(document)
    change(other)
    return other
