"""The coolants of the catalog against CoolProp, from which their tables are written."""

from __future__ import annotations

import runpy
from itertools import pairwise
from pathlib import Path

import pytest

from rackplan.catalog.load import builtin

ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "coolant_tables.py"))

# Relative, halfway between the rows of the tables, where straight lines are worst. Measured:
# density 0.005 %, heat capacity 0.011 %, conductivity 0.026 %, all of water at 7.5 degC.
TOLERANCE = {
    "density_kg_m3": 1e-3,
    "heat_capacity_j_kg_k": 1e-3,
    "conductivity_w_m_k": 1e-3,
}
# Viscosity bends: a straight line lies above it, by 0.87 % at most (PG30 at 7.5 degC).
VISCOSITY = 0.01


@pytest.fixture(scope="module")
def coolprop():
    # Imported late: it takes seconds, which a run that asks for other tests saves.
    return pytest.importorskip("CoolProp.CoolProp", reason="CoolProp is not installed")


def properties(coolprop, fluid, celsius):
    """Density, heat capacity, viscosity and conductivity in the units of the tables."""
    state = ("T", celsius + 273.15, "P", TOOL["PRESSURE_PA"], fluid)
    density, heat, viscosity, conductivity = (coolprop.PropsSI(one, *state) for one in "DCVL")
    return {
        "density_kg_m3": density,
        "heat_capacity_j_kg_k": heat,
        "viscosity_mpa_s": 1e3 * viscosity,
        "conductivity_w_m_k": conductivity,
    }


@pytest.mark.usefixtures("coolprop")
def test_the_tables_that_ship_are_what_the_tool_writes():
    assert TOOL["FILE"].read_text("utf-8") == TOOL["text"]()


@pytest.mark.parametrize(("coolant_id", "fluid"), [(one[0], one[2]) for one in TOOL["COOLANTS"]])
def test_between_the_rows_straight_lines_do(coolprop, coolant_id, fluid):
    coolant = builtin().coolant(coolant_id)
    rows = coolant.properties.points
    assert (5, 65) == (rows[0].temperature_c, rows[-1].temperature_c)
    for low, high in pairwise(rows):
        celsius = (low.temperature_c + high.temperature_c) / 2
        exact, ours = properties(coolprop, fluid, celsius), coolant.at(celsius)
        for name, share in TOLERANCE.items():
            assert exact[name] == pytest.approx(getattr(ours, name), rel=share), (celsius, name)
        # On the safe side for pressure drops.
        assert 0 <= ours.viscosity_mpa_s / exact["viscosity_mpa_s"] - 1 < VISCOSITY, celsius


def test_published_figures_of_pg25():
    # At 30 degC 1,014.9 kg/m3 and 3,945 J/(kg K); OCP's 1.5 L/min per kW is then a rise of 10 K:
    # 1,000 W / (1.5 L/min / 60 x 1.0149 kg/L x 3,945 J/(kg K)) = 9.99 K.
    pg25 = builtin().coolant("pg25").at(30.0)
    assert 1014.9 == pytest.approx(pg25.density_kg_m3, abs=0.05)
    assert 3945 == pytest.approx(pg25.heat_capacity_j_kg_k, abs=0.5)
    assert 10.0 == pytest.approx(1000 / (1500 / 60 * pg25.joules_per_ml_k), abs=0.02)
