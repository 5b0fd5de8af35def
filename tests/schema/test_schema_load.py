"""Loading a site: valid ones load, and every problem is told at once, in plain words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from rackplan.errors import InputError, Problem
from rackplan.schema.load import LoadedSite, load_site_document

SITE = """\
rackplan: 1
site: {name: Test, elevation: 45 m}
power:
  nodes:
    - {id: utility, kind: utility, rated_power: 2 MW}
    - {id: "ups-[a-b]", kind: ups, from: [utility], rated_power: 34.56789 kW}
halls:
  - id: hall
    rows:
      - id: row-[1-2]
        model: apc-ar3300
        feeds:
          A: {from: ups-a, circuit: iec-400v-63a-3ph}
        racks:
          - id: r[01-16]
demand:
  - {server: dell-xe9680-h20, max: 4}
"""

Load = Callable[[str], LoadedSite]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(content: str) -> LoadedSite:
        file = tmp_path / "site.yaml"
        file.write_text(content)
        return load_site_document(file)

    return write_and_load


def problems_of(load: Load, content: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load(content)
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert 1 == SITE.count(old)
    return SITE.replace(old, new)


def test_a_valid_site(load: Load) -> None:
    loaded = load(SITE)
    assert ["utility", "ups-a", "ups-b"] == [node.id for node in loaded.site.power.nodes]
    assert 34_567 == loaded.site.power.nodes[1].rated_power  # a capacity rounds down
    assert [16, 16] == [len(row.racks) for row in loaded.site.halls[0].rows]
    assert hashlib.sha256(SITE.encode()).hexdigest() == loaded.sha256
    assert "dell-xe9680-h20" in loaded.catalog.ids("servers")


def test_a_later_problem_gets_its_place(load: Load) -> None:
    loaded = load(SITE)
    path = ("halls", 0, "rows", 1, "feeds", "A", "from")
    problem = loaded.problem(path, "there is no node 'ups-a'", cure="name one", value="'ups-a'")
    assert f"{loaded.path}:13: halls[0].rows[0].feeds.A.from: there is no node 'ups-a'" in str(
        problem
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "model: apc-ar3300",
            "models: apc-ar3300",
            (
                11,
                "halls[0].rows[0].models",
                "unknown key 'models'",
                "did you mean 'model'?",
                "",
            ),
        ),
        (
            "from: [utility]",
            "inputs: [utility]",
            (6, "power.nodes[1].inputs", "unknown key 'inputs'", "did you mean 'from'?", ""),
        ),
        (
            "        model: apc-ar3300\n",
            "        blocked: ['1']\n",
            (
                11,
                "halls[0].rows[0].blocked",
                "unknown key 'blocked'",
                "'blocked' belongs under 'profile'",
                "",
            ),
        ),
        (
            "        model: apc-ar3300\n",
            "        workloads: []\n",
            (
                11,
                "halls[0].rows[0].workloads",
                "unknown key 'workloads'",
                "'workloads' belongs at the left margin: check the indentation",
                "",
            ),
        ),
        (
            "from: ups-a, ",
            "",
            (13, "halls[0].rows[0].feeds.A", "missing 'from'", "", ""),
        ),
        (
            "elevation: 45 m",
            "elevation: 45",
            (
                2,
                "site.elevation",
                "elevation needs a unit",
                'write "1600 m", "5280 ft"',
                "45",
            ),
        ),
        (
            "rated_power: 2 MW",
            "rated_power: 2 MVA",
            (
                5,
                "power.nodes[0].rated_power",
                "'MVA' is no unit of power",
                'write "34.5 kW", "1.2 MW"',
                "'2 MVA'",
            ),
        ),
        (
            "rated_power: 2 MW",
            "rated_power: -2 MW",
            (
                5,
                "power.nodes[0].rated_power",
                "power out of range (0 to 1e+11 W)",
                "",
                "'-2 MW'",
            ),
        ),
        (
            "kind: utility",
            "kind: utilityy",
            (
                5,
                "power.nodes[0].kind",
                "must be 'utility', 'generator', 'transformer', 'switchboard', 'ats', 'sts', "
                "'ups', 'pdu', 'rpp' or 'busway'",
                "did you mean 'utility'?",
                "'utilityy'",
            ),
        ),
        (
            "max: 4",
            "max: 4.5",
            (17, "demand[0].max", "a whole number is needed here", "", "4.5"),
        ),
        (
            "max: 4",
            "max: -1",
            (17, "demand[0].max", "must be at least 0", "", "-1"),
        ),
        (
            "max: 4",
            "idle: 1",
            (17, "demand[0].idle", "true or false is needed here", "", "1"),
        ),
        (
            "max: 4",
            "survive: ful",
            (
                17,
                "demand[0].survive",
                "must be 'full', 'shed' or a mapping with 'reduced'",
                "did you mean 'full'?",
                "'ful'",
            ),
        ),
        (
            "max: 4",
            "survive: reduced",
            (
                17,
                "demand[0].survive",
                "must be 'full', 'shed' or a mapping with 'reduced'",
                "write 'reduced: ...' below it",
                "'reduced'",
            ),
        ),
        (
            "max: 4",
            "survive: {reduced: 4}",
            (
                17,
                "demand[0].survive.reduced",
                "power needs a unit",
                'write "34.5 kW", "1.2 MW"',
                "4",
            ),
        ),
        (
            "max: 4",
            "survive: {reduce: 4 kW}",
            (
                17,
                "demand[0].survive.reduce",
                "unknown key 'reduce'",
                "did you mean 'reduced'?",
                "",
            ),
        ),
        (
            "server: dell-xe9680-h20",
            "server: 9680",
            (17, "demand[0].server", "a text is needed here", 'write "9680"', "9680"),
        ),
        (
            "id: hall\n",
            "id: hall/1\n",
            (
                8,
                "halls[0].id",
                "a name may not hold any of / @ * { } [ ] or a control character",
                "leave it out",
                "'hall/1'",
            ),
        ),
        (
            "          A: {from: ups-a, circuit: iec-400v-63a-3ph}\n",
            "          A/: {from: ups-a, circuit: iec-400v-63a-3ph}\n",
            (
                13,
                "halls[0].rows[0].feeds.A/",
                "a name may not hold any of / @ * { } [ ] or a control character",
                "leave it out",
                "'A/'",
            ),
        ),
        (
            "  - {server: dell-xe9680-h20, max: 4}\n",
            "    server: dell-xe9680-h20\n",
            (16, "demand", "a list is needed here", "start each item with '- '", "a mapping"),
        ),
        (
            "power:\n  nodes:\n",
            "power:\n",
            (3, "power", "a mapping is needed here", "write 'key: value' lines below it", "a list"),
        ),
        (
            "- id: r[01-16]",
            "- {id: r1, gear: [{name: x, u: 1, feeds: [A, A]}]}",
            (
                15,
                "halls[0].rows[0].racks[0].gear[0].feeds",
                "'A' is named twice",
                "name each once",
                "a list",
            ),
        ),
        (
            "max: 4}",
            "max: 4}\nworkloads:\n  - {id: w, model: m, precision: fp8, slo: {ttft: 0.2 ms}}",
            (19, "workloads[0].slo.ttft", "the least time here is 1 ms", "", "'0.2 ms'"),
        ),
        (
            "rackplan: 1\n",
            "rackplan: 2\n",
            (1, "rackplan", "must be 1", "", "2"),
        ),
        (
            "circuit: iec-400v-63a-3ph",
            'circuit: "iec-[1-3]"',
            (
                13,
                "halls[0].rows[0].feeds.A.circuit",
                "stands for 3 texts, but 'row-[1-2]' is repeated 2 times",
                "write a range of 2, or list the items one by one",
                "'iec-[1-3]'",
            ),
        ),
    ],
)
def test_one_mistake_is_one_problem_in_plain_words(
    load: Load, old: str, new: str, expected: tuple[int, str, str, str, str]
) -> None:
    problems = problems_of(load, changed(old, new))
    found = [(p.line, p.path, p.message, p.cure, p.value) for p in problems]
    # units.py says "a power needs a unit"; the article is its affair.
    found = [
        (ln, at, text.removeprefix("a ").removeprefix("an "), c, v) for ln, at, text, c, v in found
    ]
    line, path, message, cure, value = expected
    assert [(line, path, message.removeprefix("a "), cure, value)] == found


def test_every_problem_is_told_at_once_in_the_order_of_the_file(load: Load) -> None:
    content = SITE.replace("45 m}", "45, names: x}").replace("kind: ups", "kind: upps")
    content = content.replace("max: 4", "max: -4").replace("- id: r[01-16]", "- id: r[01-6]")
    content += "demnad: []\nsite: {}\n"
    problems = problems_of(load, content)
    assert [2, 2, 6, 15, 17, 18, 19] == [p.line for p in problems]


def test_a_mistake_in_a_repeated_item_is_told_once(load: Load) -> None:
    problems = problems_of(load, changed("- id: r[01-16]", "- {id: 'r[01-16]', loop: 3}"))
    assert ["halls[0].rows[0].racks[0].loop"] == [p.path for p in problems]


def test_a_flood_of_problems_is_cut_short(load: Load) -> None:
    racks = "".join(f"          - {{id: x{i}, loop: 3}}\n" for i in range(300))
    problems = problems_of(load, changed("          - id: r[01-16]\n", racks))
    assert 201 == len(problems)
    assert any("and 100 more problems" == p.message for p in problems)


CATALOG = SITE + "catalog:\n"


def test_catalog_entries_of_the_site(load: Load) -> None:
    entry = "  servers:\n    my.box: {like: dell-xe9680-h20, weight: 120.0001 kg}\n"
    loaded = load(CATALOG + entry)
    weight = loaded.catalog.server("my.box").weight
    assert weight is not None
    assert (120_001, "site") == (weight.whole, weight.basis)  # a demand rounds up


def test_catalog_mistakes_have_their_lines(load: Load) -> None:
    entry = "  servers:\n    my.box:\n      like: dell-xe9680-h20\n"
    problems = problems_of(load, CATALOG + entry + "      weight: 120 W\n      dept: 1 m\n")
    assert [(22, "catalog.servers.my.box.weight"), (23, "catalog.servers.my.box.dept")] == [
        (p.line, p.path) for p in problems
    ]


def test_a_catalog_folder_beside_the_site(load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "mine.yaml").write_text("servers:\n  mine: {like: dell-xe9680-h20, weight: 9 kg}\n")
    content = CATALOG + "  folder: parts\n  servers: {mine2: {like: mine, weight: 8 kg}}\n"
    loaded = load(content)
    assert {"mine", "mine2"} <= set(loaded.catalog.ids("servers"))


def test_a_catalog_folder_that_is_none(load: Load) -> None:
    (problem,) = problems_of(load, CATALOG + "  folder: nowhere\n")
    assert 19 == problem.line
    (problem,) = problems_of(load, CATALOG + "  folder: 3\n")
    assert (19, "the name of a folder is needed here") == (problem.line, problem.message)


@pytest.mark.parametrize("section", ["[]", "3", "{servers: 3}", "{servers: {x: 3}}", "{x: {}}"])
def test_a_catalog_section_of_another_shape_is_one_problem(load: Load, section: str) -> None:
    (problem,) = problems_of(load, SITE + f"catalog: {section}\n")
    assert 18 == problem.line
    assert problem.path.startswith("catalog")
