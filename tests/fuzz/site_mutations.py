"""Breaking a site file: changes of its structure and of its text, repeatable from a seed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from ruamel.yaml import YAML

Slot = tuple[Any, Any]
"""A container and the key or index of one value in it."""
Mutation = Callable[[Random, Any], None]
"""Changes plain data in place."""
Mutated = tuple[str, bytes]
"""What was done, and the bytes that came of it."""

JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**18,
    10**400,
    1e308,
    0.1,
    "",
    " ",
    "x",
    "null",
    "[",
    "r[1-",
    "r[1-99999999]",
    "[1-3]",
    "row-[01-06]/r[01-16]",
    "{row}",
    "a/b@c*",
    "\u0000",
    "\u202e\U0001f5a5",
    "9" * 5000,
    "x" * 100_000,
    [],
    {},
    [[[]]],
    [None],
    {"id": None},
    {"": ""},
    {"reduced": "1 kW"},
)
UNITS = (
    *("W", "kW", "MW", "GW", "VA", "kVA", "A", "mA", "V", "kg", "g", "t", "mm", "m", "%", "°"),
    *("degC", "K", "L/s", "m3/s", "L/min", "s", "ms", "tok/s", "req/s", "users", "µ"),
)
SPECIAL_FILES: tuple[bytes, ...] = (
    b"",
    b"\n\n \n",
    b"# nothing\n",
    b"\xff\xfe\x00\x01",
    b"\x00" * 1000,
    b"\xef\xbb\xbfrackplan: 1\n",
    b"rackplan: 1\n---\nrackplan: 1\n",
    b"%YAML 1.1\n---\nrackplan: 1\n",
    b"!!python/object/apply:os.system ['true']\n",
    b"- a\n- b\n",
    b"text\n",
    b"a: &a [*a]\n",
    b"a: &a {b: *a}\n",
    b"a: *b\n",
    b"? [a]\n: b\n",
    b"<<: 1\n",
    b"\t: x\n",
    b"[" * 100_000,
    b"{a: " * 50_000,
    b"- " * 100_000,
    b"? " * 100_000,
    b"a: |\n" + b"  x\n" * 100_000,
    b"k: " + b"'" * 99_999,
    b"a: 1\n" * 50_000,
    b"x" * 11_000_000,
    b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 10)) for i in range(1, 30)
    ),
    b"a0: &a0 {x: 1}\n"
    + b"".join(b"a%d: &a%d {<<: *a%d}\n" % (i, i, i - 1) for i in range(1, 300)),
    b"rackplan: 1\nhalls:\n  - id: 'h[1-90000]'\n    rows:\n      - id: 'r[1-90000]'\n"
    b"        racks: [{id: 'k[1-90000]'}]\n",
)


def slots(node: Any) -> list[Slot]:
    """Every place a value stands in, at any depth."""
    found: list[Slot] = []
    stack = [node]
    while stack:
        current = stack.pop()
        keys = list(current) if isinstance(current, dict) else range(len(current))
        for key in keys:
            found.append((current, key))
            if isinstance(current[key], dict | list):
                stack.append(current[key])
    return found


def _slot(random: Random, data: Any) -> Slot | None:
    places = slots(data)
    return random.choice(places) if places else None


def _slot_of(random: Random, data: Any, wanted: Callable[[Any], bool]) -> Slot | None:
    places = [(where, key) for where, key in slots(data) if wanted(where[key])]
    return random.choice(places) if places else None


def delete(random: Random, data: Any) -> None:
    """Leave out a key or an item."""
    if place := _slot(random, data):
        del place[0][place[1]]


def retype(random: Random, data: Any) -> None:
    """Put something else in the place of a value."""
    if place := _slot(random, data):
        place[0][place[1]] = copy.deepcopy(random.choice(JUNK))


def rename(random: Random, data: Any) -> None:
    """Misspell a key."""
    if place := _slot_of(random, data, lambda value: isinstance(value, dict) and bool(value)):
        mapping = place[0][place[1]]
        key = random.choice(list(mapping))
        at = random.randrange(len(key) + 1)
        mapping[key[:at] + random.choice("_x ") + key[at + 1 :]] = mapping.pop(key)


def reunit(random: Random, data: Any) -> None:
    """Give a quantity another unit, sign or size."""
    numbers = "0123456789"
    if place := _slot_of(
        random, data, lambda v: isinstance(v, str) and v[:1] in numbers and " " in v
    ):
        number, _, unit = place[0][place[1]].partition(" ")
        number = random.choice(
            [number, f"-{number}", f"{number}e9", f"{number}e99", "0", "", "1,5"]
        )
        unit = random.choice([unit, *UNITS])
        place[0][place[1]] = random.choice([f"{number} {unit}", f"{number}{unit}", number])


def rescale(random: Random, data: Any) -> None:
    """Make a quantity larger or smaller: often a valid site, of another size."""
    measured = re.compile(r"(\d+(?:\.\d+)?) ([a-zA-Z].*)")
    if place := _slot_of(
        random, data, lambda v: isinstance(v, str) and bool(measured.fullmatch(v))
    ):
        found = measured.fullmatch(place[0][place[1]])
        if found is not None:
            factor = random.choice([0, 0.01, 0.5, 0.9, 1.1, 2, 100])
            place[0][place[1]] = f"{float(found[1]) * factor:.6f} {found[2]}"


def renumber(random: Random, data: Any) -> None:
    """Change a plain number."""
    if place := _slot_of(random, data, lambda v: isinstance(v, int | float)):
        value = place[0][place[1]]
        others = [-value, value * 10**6, value + 1, value - 1, value // 3, 0.3, 0, 2**63, 60, 61]
        place[0][place[1]] = random.choice(others)


def double(random: Random, data: Any) -> None:
    """Repeat an item of a list: two things of one name."""
    if place := _slot_of(random, data, lambda value: isinstance(value, list) and bool(value)):
        items = place[0][place[1]]
        items.insert(random.randrange(len(items) + 1), copy.deepcopy(random.choice(items)))


def dangle(random: Random, data: Any) -> None:
    """Make a text refer to nothing, or to another thing of the site."""
    texts = [where[key] for where, key in slots(data) if isinstance(where[key], str)]
    if place := _slot_of(random, data, lambda value: isinstance(value, str)):
        place[0][place[1]] = random.choice([random.choice(texts), place[0][place[1]][:-1], "ghost"])


def swap(random: Random, data: Any) -> None:
    """Exchange two values."""
    one, other = _slot(random, data), _slot(random, data)
    if one and other:
        first, second = copy.deepcopy(one[0][one[1]]), copy.deepcopy(other[0][other[1]])
        one[0][one[1]], other[0][other[1]] = second, first


def cycle(random: Random, data: Any) -> None:
    """Feed power nodes from each other in a circle."""
    power = data.get("power")
    nodes = power.get("nodes") if isinstance(power, dict) else None
    known = (
        [n for n in nodes if isinstance(n, dict) and "id" in n] if isinstance(nodes, list) else []
    )
    for node in random.sample(known, min(len(known), random.randint(1, 3))):
        node["from"] = [random.choice(known)["id"] for _ in range(random.randint(1, 3))]
        if random.random() < 0.5:
            node["sharing"] = "parallel"


def rerange(random: Random, data: Any) -> None:
    """Change a range in brackets."""
    if place := _slot_of(random, data, lambda v: isinstance(v, str) and "[" in v):
        text = place[0][place[1]]
        at = random.randrange(len(text))
        place[0][place[1]] = text[:at] + random.choice("[]-,0x19") + text[at + 1 :]


STRUCTURE: tuple[Mutation, ...] = (
    *(delete, retype, rename, reunit, rescale, renumber),
    *(double, dangle, swap, cycle, rerange),
)
GENTLE: tuple[Mutation, ...] = (rescale, rescale, rescale, delete, renumber, double, swap, cycle)
"""Changes after which a site is often still valid: they reach the solver."""


def _structure(random: Random, text: str, among: Sequence[Mutation] = STRUCTURE) -> Mutated:
    data = YAML(typ="safe").load(text)
    chosen = random.choices(among, k=random.choice([1, 1, 1, 2, 4]))
    for mutate in chosen:
        mutate(random, data)
    # JSON is YAML; one mistake in a hundred lines should still be found by its line.
    written = json.dumps(data, indent=random.choice([1, 2]), default=str, ensure_ascii=False)
    return chosen[0].__name__, written.encode("utf-8", "surrogatepass")


def _lines(random: Random, text: str) -> Mutated:
    lines = text.splitlines(keepends=True)
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    action = random.choice(["drop line", "double line", "swap lines", "indent", "cut off"])
    if action == "drop line":
        del lines[at]
    elif action == "double line":
        lines.insert(other, lines[at])
    elif action == "swap lines":
        lines[at], lines[other] = lines[other], lines[at]
    elif action == "indent":
        lines[at] = random.choice([" ", "  ", "\t", "- "]) + lines[at]
    else:
        del lines[at:]
    return action, "".join(lines).encode()


def _bytes(random: Random, text: str) -> Mutated:
    content = bytearray(text.encode())
    for _ in range(random.choice([1, 3, 20])):
        at = random.randrange(len(content) + 1)
        byte = random.choice(b"\x00\x07\t\n :-[]{}&*!|>%@`\"'#,?~\x80\xc3\xff019")
        content[at : at + random.choice([0, 1])] = bytes([byte])
    return "bytes", bytes(content)


def _special(random: Random, text: str) -> Mutated:
    if random.random() < 0.3:
        noise = bytes(random.randrange(256) for _ in range(random.choice([1, 10, 1000])))
        return "junk", noise
    special = random.choice(SPECIAL_FILES)
    if random.random() < 0.3 and len(special) < 10_000:
        return "junk", text.encode() + special
    return "junk", special


def mutated(random: Random, text: str, gentle: bool = False) -> Mutated:
    """Break a site file in one of all ways, or in one that often leaves it valid."""
    if gentle:
        return _structure(random, text, GENTLE)
    kind = random.choices((_structure, _lines, _bytes, _special), weights=(70, 14, 12, 4))[0]
    return kind(random, text)
