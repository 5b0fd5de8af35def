"""rackplan as a process of its own: streams, files that cannot be written, and what it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_sites import small_site, written

import rackplan

ROOT = Path(rackplan.__file__).parents[1]
COMMAND = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"
HEAVY = {"ortools", "numpy", "networkx", "pydantic", "ruamel", "pint", "psychrolib"} | {
    "jinja2",
    "xlsxwriter",
    "rich",
}


@pytest.fixture
def site(tmp_path) -> Path:
    return written(small_site(), tmp_path / "site.yaml")


def run(*args: object, stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_the_main_job(site, tmp_path):
    plan, report = tmp_path / "plan.json", tmp_path / "report.html"
    done = run("solve", site, "-o", plan, "--report", report)
    assert 0 == done.returncode
    assert "FITS, proven optimal" in done.stdout
    assert "servers: best" in done.stderr
    assert 6 == json.loads(plan.read_text())["totals"]["servers"]
    assert report.read_text().rstrip().endswith("</html>")
    assert 0 == run("verify", site, plan).returncode


def test_infeasible_with_json(tmp_path):
    document = small_site(demand=[{"server": "box8", "min": 7}])
    done = run("solve", written(document, tmp_path / "site.yaml"), "--json")
    assert 3 == done.returncode
    assert "INFEASIBLE" == json.loads(done.stdout)["status"]


def test_the_plan_can_go_down_a_pipe(site):
    done = run("solve", site, "-q", "--json", "-o", "/dev/stderr")
    assert 0 == done.returncode
    assert json.loads(done.stdout)["totals"] == json.loads(done.stderr.split("wrote")[0])["totals"]
    assert Path("/dev/stderr").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_device_loses_no_plan(site):
    before = Path("/dev/full").stat().st_mode
    done = run("solve", site, "-q", "-o", "/dev/full")
    assert 2 == done.returncode
    assert "FITS" in done.stdout
    assert "error: --output: cannot write '/dev/full'" in done.stderr
    assert before == Path("/dev/full").stat().st_mode


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["--help", "schema", "check"])
def test_a_full_disk_behind_stdout_is_a_message(site, command):
    words = [command, site] if command == "check" else [command]
    with Path("/dev/full").open("w") as full:
        done = run(*words, stdout=full)
    assert 2 == done.returncode
    assert done.stderr.startswith("error: cannot write the output: ")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "this is a folder"),
        ("missing/plan.json", "does not exist"),
        ("site.yaml/plan.json", "does not exist"),
    ],
)
@pytest.mark.parametrize("option", ["--output", "--report"])
def test_a_place_that_takes_no_file_is_refused_before_solving(site, tmp_path, place, said, option):
    if option == "--report" and place:
        place = place.replace(".json", ".html")
    if option == "--report" and not place:
        (tmp_path / "folder.html").mkdir()
        place = "folder.html"
    done = run("solve", site, option, tmp_path / place)
    assert (2, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith(f"error: {option}: ")
    assert said in done.stderr
    assert "best" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused_before_solving(site, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    done = run("solve", site, "-o", closed / "plan.json")
    assert (2, "") == (done.returncode, done.stdout)
    assert "no permission" in done.stderr


def test_the_site_file_is_never_written_over(site, tmp_path):
    before, link = site.read_bytes(), tmp_path / "link.yaml"
    link.symlink_to(site)
    for output in (site, link):
        done = run("solve", site, "-q", "-o", output)
        assert (2, "") == (done.returncode, done.stdout)
        assert "is the file that is read" in done.stderr
    assert before == site.read_bytes()


def test_a_file_that_is_there_is_replaced_whole_and_a_link_stays(site, tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("x" * 1_000_000)
    link.symlink_to(real)
    assert 0 == run("solve", site, "-q", "-o", link).returncode
    assert link.is_symlink()
    assert "OPTIMAL" == json.loads(real.read_text())["status"]
    assert {"site.yaml", "real.json", "link.json"} == {path.name for path in tmp_path.iterdir()}


def imported_by(*words: str) -> set[str]:
    """Top-level modules that are imported when a command ends."""
    code = (
        "import sys, atexit, os\n"
        "atexit.register(lambda: os.write(2, ' '.join(sys.modules).encode()))\n" + COMMAND
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    names = {name.partition(".")[0] for name in done.stderr.split()}
    assert "click" in names
    return names


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("solve", "--help"), ("explain", "--help")]
)
def test_help_imports_nothing_heavy(words):
    assert set() == HEAVY & imported_by(*words)


def test_reading_a_site_imports_no_solver(site):
    assert set() == {"ortools", "jinja2", "xlsxwriter"} & imported_by("check", str(site))
