"""Write the coolants of the catalog from CoolProp, or check them.

usage: python tools/coolant_tables.py [--check]

Glycols are CoolProp's incompressible mixtures with water, by mass, after Melinder. Water is the
equation of state of Wagner and Pruss (IAPWS-95), as a compressed liquid. All at 3 bar.
"""

from __future__ import annotations

import sys
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "rackplan" / "catalog" / "data" / "coolants.yaml"
TEMPERATURES_C = range(5, 66, 5)
PRESSURE_PA = 3e5

MELINDER = "coolprop-melinder"
IAPWS = "coolprop-iapws"
NOTES = {
    MELINDER: "CoolProp incompressible mixture {fluid} at 3 bar",
    IAPWS: "CoolProp {fluid} (IAPWS-95) at 3 bar",
}
COOLANTS = (
    # id, name, fluid in CoolProp, source, note
    ("water", "Water", "HEOS::Water", IAPWS, "Treated water; a loop that may freeze needs glycol."),
    ("pg25", "Propylene glycol 25 %", "INCOMP::MPG[0.25]", MELINDER, ""),
    ("pg30", "Propylene glycol 30 %", "INCOMP::MPG[0.30]", MELINDER, ""),
    ("eg25", "Ethylene glycol 25 %", "INCOMP::MEG[0.25]", MELINDER, "Ethylene glycol is toxic."),
)
BY_MASS = "Share by mass in water. Bought fluids hold inhibitors as well, and differ by a little."


def rows(fluid: str) -> list[str]:
    """Rows of the table of a fluid as YAML, to the digits the catalog keeps."""
    from CoolProp.CoolProp import PropsSI  # late: it takes seconds

    lines = []
    for celsius in TEMPERATURES_C:
        state = ("T", celsius + 273.15, "P", PRESSURE_PA, fluid)
        density, heat, viscosity, conductivity = (PropsSI(one, *state) for one in "DCVL")
        lines.append(
            f"        - {{temperature_c: {celsius}, density_kg_m3: {density:.2f}, "
            f"heat_capacity_j_kg_k: {heat:.1f}, viscosity_mpa_s: {viscosity * 1e3:.4f}, "
            f"conductivity_w_m_k: {conductivity:.4f}}}"
        )
    return lines


def freezing_c(fluid: str) -> float:
    """Temperature at which a fluid begins to freeze [degC]."""
    from CoolProp.CoolProp import PropsSI

    if fluid.startswith("HEOS"):
        return 0.0
    return float(PropsSI("T_freeze", "T", 300.0, "P", PRESSURE_PA, fluid)) - 273.15


def text() -> str:
    """The whole file."""
    lines = [
        "# Written by tools/coolant_tables.py from CoolProp (`make coolants`); not by hand.",
        "# Shares of glycol are by mass.",
        "coolants:",
    ]
    for coolant_id, name, fluid, source, note in COOLANTS:
        remark = " ".join(filter(None, (note, BY_MASS if "glycol" in name else "")))
        lines += [
            f"  {coolant_id}:",
            "    vendor: generic",
            f"    name: {name}",
            f"    note: {remark}",
            f"    defaults: {{basis: datasheet, source: {source}, date: 2026-11}}",
            f"    freezing: {freezing_c(fluid):.1f} degC",
            "    properties:",
            f'      note: "{NOTES[source].format(fluid=fluid)}"',
            "      points:",
            *rows(fluid),
        ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is current."""
    if arguments != ["--check"]:
        FILE.write_text(text(), encoding="utf-8")
    elif not FILE.exists() or text() != FILE.read_text(encoding="utf-8"):
        sys.stderr.write(f"{FILE.name}: stale; run python tools/coolant_tables.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
