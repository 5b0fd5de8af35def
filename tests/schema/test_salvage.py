"""Faults of a site file do not hide names that stand for nothing."""

from __future__ import annotations

import pytest

import rackplan
from rackplan.schema.salvage import salvage

SITE = """\
rackplan: 1
site: {name: x, elevation: 45 m}
policy: {server_delta_t: 14 K%(policy)s}
catalog: {servers: {mybox: {like: dell-xe9680-h20, depth: %(depth)s}}}
power:
  nodes:
    - {id: utility, kind: utility, rated_power: %(rating)s}
    - {id: "rpp-[a-b]", kind: rpp, from: [%(source)s]}
cooling:
  zones:
    - {id: room, supply: 24 degC, units: [{id: "crah-[1-2]", model: crah-100kw}]}
halls:
  - id: hall
    rows:
      - id: row
        model: apc-ar3300
        zone: room
        feeds:
          A: {from: rpp-a, circuit: iec-400v-63a-3ph}
          B: {from: rpp-b, circuit: %(circuit)s}
        racks: [{id: "r[1-2]"}]
demand:
  - {server: mybox}
"""
GOOD = {
    "policy": "",
    "depth": "995 mm",
    "rating": "300 kW",
    "source": "utility",
    "circuit": "iec-400v-63a-3ph",
}
DANGLING = {"source": "utilty", "circuit": "iec-400v-63a-3p"}


def problems_of(tmp_path, **changes):
    path = tmp_path / "site.yaml"
    path.write_text(SITE % {**GOOD, **changes}, encoding="utf-8")
    with pytest.raises(rackplan.InputError) as caught:
        rackplan.load(path)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_the_site_itself_is_sound(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SITE % GOOD, encoding="utf-8")
    assert rackplan.load(path).name == "x"


@pytest.mark.parametrize(
    ("fault", "line"),
    [({"policy": ", power_factr: 0.9"}, 3), ({"depth": "995"}, 4), ({"rating": "30 kg"}, 7)],
)
def test_a_fault_and_dangling_names_are_told_together(tmp_path, fault, line):
    assert [line] == [place for place, _ in problems_of(tmp_path, **fault)]
    found = problems_of(tmp_path, **fault, **DANGLING)
    assert sorted([line, 8, 20]) == sorted(place for place, _ in found)
    assert (8, "there is no power node 'utilty'") in found
    assert (20, "the catalog has no circuit 'iec-400v-63a-3p'") in found


def test_names_that_stand_in_the_fault_are_not_missed(tmp_path):
    # The entry of mybox is faulty, so the demand for it is no second problem.
    found = problems_of(tmp_path, depth="995")
    assert not any("mybox" in message for _, message in found)


def test_a_file_that_lacks_what_it_needs_is_given_up():
    assert salvage({"rackplan": 1, "site": {"name": "x"}}) is None
    assert salvage({}) is None
