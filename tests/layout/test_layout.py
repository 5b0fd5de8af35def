"""The shape of the package: who imports whom, how long things are, what an import may do."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "rackplan"

# A room imports only from itself and from rooms before it.
ROOMS = (
    "errors",
    "units",
    "files",
    "catalog",
    "schema",
    "facility",
    "workload",
    "cost",
    "energy",
    "plan",
    "verifier",
    "formulation",
    "solver",
    "explain",
    "api",
    "report",
    "cli",
    "__main__",
)
SOLVER_ROOMS = {"formulation", "solver", "explain"}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60

# Imported late, or only in the room that needs them: `import rackplan` pays for none of them.
HEAVY = {
    "CoolProp",
    "jinja2",
    "networkx",
    "ortools",
    "pandas",
    "pint",
    "psychrolib",
    "rich",
    "xlsxwriter",
}


@dataclass(frozen=True)
class Import:
    """One name imported anywhere in a module, also inside a function."""

    source: Path
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.source.relative_to(ROOT)}:{self.line} imports {self.target}"


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room_of(path: Path) -> str:
    """Return the room a file belongs to; ``__init__`` for the package's own front."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def absolute(path: Path, node: ast.ImportFrom) -> str:
    """Return the dotted module a ``from`` import names, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[: len(parts) - node.level]
    return ".".join((*package, *([node.module] if node.module else ())))


def imports_in(path: Path, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = absolute(path, node)
            for alias in node.names:
                yield Import(path, node.lineno, f"{module}.{alias.name}")


def all_imports() -> Iterator[Import]:
    for path in modules():
        yield from imports_in(path, tree_of(path))


def imported_room(target: str) -> str | None:
    """Return the room an import reaches into; ``None`` outside the package."""
    parts = target.split(".")
    if parts[0] != "rackplan":
        return None
    return parts[1] if len(parts) > 1 else ""


def breaks_flow(found: Import) -> bool:
    source = room_of(found.source)
    target = imported_room(found.target)
    if source == "__init__" or target is None or target == "__version__":
        return False
    # Anything else of the package's front would make a circle: the front imports the rooms.
    return target not in ROOMS or ROOMS.index(target) > ROOMS.index(source)


def test_every_module_is_in_a_room() -> None:
    rooms = {room_of(path) for path in modules()}
    assert set() == rooms - {*ROOMS, "__init__"}


def test_imports_flow_one_way() -> None:
    assert [] == [str(found) for found in all_imports() if breaks_flow(found)]


@pytest.mark.parametrize(
    ("source", "statement", "broken"),
    [
        ("verifier/power.py", "from rackplan.formulation import space", True),
        ("verifier/power.py", "import rackplan.formulation.space", True),
        ("verifier/power.py", "from ..solver import search", True),
        ("verifier/power.py", "from rackplan import solve", True),
        ("verifier/power.py", "def f():\n    from rackplan.formulation import space", True),
        ("verifier/power.py", "from rackplan import Result", True),
        ("verifier/power.py", "from rackplan import __version__", False),
        ("verifier/power.py", "from rackplan.facility.model import Facility", False),
        ("verifier/power.py", "from . import space", False),
        ("units.py", "from rackplan.errors import QuantityError", False),
        ("errors.py", "from rackplan.units import parse", True),
        ("__init__.py", "from rackplan.solver import solve", False),
    ],
)
def test_the_flow_rule_itself(source: str, statement: str, broken: bool) -> None:
    found = list(imports_in(PACKAGE / source, ast.parse(statement)))
    assert broken == any(breaks_flow(one) for one in found)


def test_only_the_solver_rooms_import_ortools() -> None:
    outside = [
        str(found)
        for found in all_imports()
        if found.target.split(".")[0] == "ortools" and room_of(found.source) not in SOLVER_ROOMS
    ]
    assert [] == outside


def loaded_by(code: str) -> set[str]:
    """Return the modules a fresh Python has loaded after running ``code``, which must be silent."""
    probe = f"{code}\nimport sys, json\nsys.stdout.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert done.stdout.startswith("["), f"printed: {done.stdout[:200]}"
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", ["rackplan", "rackplan.cli"])
def test_import_is_light_and_silent(module: str) -> None:
    assert set() == HEAVY & loaded_by(f"import {module}")


def test_import_leaves_logging_and_warnings_alone() -> None:
    loaded_by(
        "import logging, warnings\n"
        "before = (logging.root.level, list(logging.root.handlers), list(warnings.filters))\n"
        "import rackplan\n"
        "after = (logging.root.level, list(logging.root.handlers), list(warnings.filters))\n"
        "assert before == after, (before, after)\n"
    )


def test_verify_runs_without_the_solver() -> None:
    loaded = loaded_by(
        "import pkgutil, importlib, rackplan.verifier as verifier\n"
        "for module in pkgutil.walk_packages(verifier.__path__, 'rackplan.verifier.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    assert set() == {"ortools", *(f"rackplan.{room}" for room in SOLVER_ROOMS)} & loaded


def test_names_say_what_a_module_is_for() -> None:
    named = [path for path in PACKAGE.rglob("*") if path.stem.strip("_") in FORBIDDEN_NAMES]
    assert [] == [str(path.relative_to(ROOT)) for path in named]


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    long = [f"{p.relative_to(ROOT)}: {n}" for p, n in lengths.items() if n > MAX_MODULE_LINES]
    assert [] == long


def test_functions_fit_on_a_screen() -> None:
    long = []
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines}")
    assert [] == long


def undocumented(node: ast.Module | ast.ClassDef, place: str) -> Iterator[str]:
    """Yield the public functions, classes and methods in ``node`` without a docstring."""
    for child in node.body:
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if child.name.startswith("_"):
            continue
        if ast.get_docstring(child) is None and not is_overload(child):
            yield f"{place}:{child.lineno} {child.name}"
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, place)


def is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(ast.unparse(mark) in {"overload", "override"} for mark in node.decorator_list)


def test_everything_public_is_documented() -> None:
    missing = [
        entry
        for path in modules()
        for entry in undocumented(tree_of(path), str(path.relative_to(ROOT)))
    ]
    missing += [
        str(path.relative_to(ROOT))
        for path in modules()
        if tree_of(path).body and ast.get_docstring(tree_of(path)) is None
    ]
    assert [] == missing


def test_the_public_names_exist() -> None:
    rackplan = importlib.import_module("rackplan")
    assert {"load", "solve", "verify", "Result", "Plan"} <= set(rackplan.__all__)
    assert [] == [name for name in rackplan.__all__ if not hasattr(rackplan, name)]


# Used without being imported by name.
NOT_IMPORTED = {"ruamel.yaml.clib"}  # the C parser that ruamel.yaml picks up by itself


def declared_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=!~\[; ]", text, maxsplit=1)[0] for text in project["dependencies"]}


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    known = sys.stdlib_module_names | {"rackplan"}
    outside = {found.target for found in all_imports() if found.target.split(".")[0] not in known}
    # ruamel is a namespace shared by several distributions: two parts name one.
    used = {".".join(t.split(".")[: 2 if t.startswith("ruamel.") else 1]) for t in outside}
    # pydantic_core is pydantic's own other half.
    used = {"pydantic" if name == "pydantic_core" else name for name in used}
    assert declared_dependencies() - NOT_IMPORTED == used


def test_every_dependency_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0] for line in lines if line and not line.startswith("#")}
    assert set() == declared_dependencies() - pinned
