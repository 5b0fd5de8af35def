"""The fuzz command: a short run finds nothing, and what it would find counts as found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import fuzz_sites

    yield fuzz_sites
    del sys.modules["fuzz_sites"], sys.modules["site_mutations"]


def test_a_short_run_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "tests/fuzz/fuzz_sites.py", "--mutations", "200", "--only", "load"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stdout
    assert "200 mutations" in done.stdout
    # Neither every mutation nor none of them breaks a site.
    totals = next(line for line in done.stdout.splitlines() if line.startswith("load"))
    valid, refused = map(int, totals.split()[1:])
    assert valid > 10
    assert refused > 100


@pytest.mark.parametrize(
    ("code", "said", "failed"),
    [
        (0, "", False),
        (2, "site.yaml:3: unknown key", False),
        (3, "", False),
        (4, "", False),
        (5, "the verifier disagrees", True),
        (1, "", True),
        (70, "", True),
        (-1, "", True),
        (2, "Traceback (most recent call last):\n ...", True),
    ],
)
def test_what_counts_as_a_failure(fuzz: ModuleType, code: int, said: str, failed: bool) -> None:
    assert failed == fuzz.Outcome(1, "check", "site", "delete", code, 0.1, said).failed


def test_a_case_is_the_same_file_every_time(fuzz: ModuleType) -> None:
    settings = fuzz.Settings(10, 7, 10.0, 1, 10, 0, "")
    cases = [fuzz.case_of(settings, case) for case in range(1, 30)]
    assert cases == [fuzz.case_of(settings, case) for case in range(1, 30)]
    assert {"check", "solve"} == {command for _, _, _, command in cases}


def test_a_crash_is_seen_with_its_place(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(path: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("rackplan.schema.load.load_site_document", crash)
    code, said = fuzz.load_alone(Path("any.yaml"))
    assert 1 == code
    assert "ZeroDivisionError: on purpose" in said
