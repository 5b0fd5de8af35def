"""Break the sites in thousands of ways: rackplan must answer 0, 2, 3 or 4, never crash or hang.

usage: python tests/fuzz/fuzz_sites.py [--mutations N] [--seed N] [--seconds-per-case S] ...

Case N of a seed is always the same file. Most cases go through ``rackplan check``, every tenth
through a short ``rackplan solve``, and some as a process of their own. What fails is kept under
build/fuzz/ with what rackplan said about it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import re
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from site_mutations import mutated  # noqa: E402 (found through the line above)

ALLOWED = {0, 2, 3, 4}
CORPUS = sorted([*ROOT.glob("sites/**/*.yaml"), *ROOT.glob("rackplan/schema/examples/*.yaml")])
KEPT = ROOT / "build" / "fuzz"
HANG = -1
START = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Settings:
    """What the command line asked for."""

    mutations: int
    seed: int
    seconds: float
    workers: int
    solve_every: int
    process_every: int
    only: str


@dataclass(frozen=True)
class Outcome:
    """What rackplan answered to one case."""

    case: int
    command: str
    site: str
    mutation: str
    code: int
    seconds: float
    said: str

    @property
    def failed(self) -> bool:
        """Whether the answer is a crash, a hang, or an exit code that means a defect."""
        return self.code not in ALLOWED or "Traceback (most recent call last)" in self.said


def allowed_s(settings: Settings, command: str) -> float:
    """How long a command may take before it hangs [s]: a solve has several searches of 1 s."""
    return settings.seconds * (3 if command == "solve" else 1)


def case_of(settings: Settings, case: int) -> tuple[str, str, bytes, str]:
    """The site, the mutation, the file and the command of a case."""
    random = Random(f"{settings.seed}/{case}")
    site = random.choice(CORPUS)
    usual = "solve" if settings.solve_every and case % settings.solve_every == 0 else "check"
    command = settings.only or usual
    text = site.read_text(encoding="utf-8")
    mutation, content = mutated(random, text, gentle=command == "solve")
    return site.stem, mutation, content, command


def run_case(settings: Settings, case: int, folder: Path) -> Outcome:
    """Write the file of a case and run rackplan on it."""
    site, mutation, content, command = case_of(settings, case)
    file = folder / f"case-{settings.seed}-{case}.yaml"
    file.write_bytes(content)
    arguments = [command, str(file)]
    if command == "solve":
        arguments += ["--time-limit", "1", "--workers", "1"]
    start = time.perf_counter()
    if command == "load":
        code, said = load_alone(file)
    elif settings.process_every and case % settings.process_every == 0:
        code, said = _process(arguments, allowed_s(settings, command))
    else:
        code, said = _inside(arguments)
    seconds = time.perf_counter() - start
    file.unlink()
    return Outcome(case, command, site, mutation, code, seconds, said[-20_000:])


def load_alone(file: Path) -> tuple[int, str]:
    """Load and resolve alone, without the command line."""
    from rackplan.errors import RackplanError
    from rackplan.facility.resolve import resolve
    from rackplan.schema.load import load_site_document

    try:
        resolve(load_site_document(file))
    except RackplanError as error:
        return error.exit_code, str(error)
    except Exception:
        return 1, traceback.format_exc()
    return 0, ""


def _inside(arguments: list[str]) -> tuple[int, str]:
    """Run the command in this process, as the installed script would."""
    from rackplan.cli import main

    said = io.StringIO()
    sys.argv = ["rackplan", *arguments]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = main()
        except SystemExit as end:
            code = end.code
        except BaseException:
            return 1, said.getvalue() + traceback.format_exc()
    return (code if isinstance(code, int) else 0 if code is None else 1), said.getvalue()


def _process(arguments: list[str], seconds: float) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [sys.executable, "-c", START, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return HANG, ""
    return done.returncode, done.stdout + done.stderr


class Worker:
    """A process that runs one case after another and can be stopped in the middle of one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.case: int | None = None
        self._deadline = 0.0
        self._open()

    def _open(self) -> None:
        self.connection, inner = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=_serve, args=(self._settings, inner), daemon=True
        )
        self._process.start()
        inner.close()

    def give(self, case: int) -> None:
        """Start a case."""
        self.case = case
        _, _, _, command = case_of(self._settings, case)
        # The process may have to import everything first.
        self._deadline = time.monotonic() + allowed_s(self._settings, command) + 5
        self.connection.send(case)

    def result(self) -> Outcome | None:
        """The outcome of the case under way, or ``None`` while it runs."""
        if self.case is None:
            return None
        try:
            if self.connection.poll():
                outcome = self.connection.recv()
                self.case = None
                return outcome if isinstance(outcome, Outcome) else None
        except EOFError:
            return self._ended(1, "the process died")
        return self._ended(HANG, "") if time.monotonic() > self._deadline else None

    def _ended(self, code: int, said: str) -> Outcome:
        case = self.case or 0
        site, mutation, _, command = case_of(self._settings, case)
        self.stop()
        self._open()
        self.case = None
        seconds = allowed_s(self._settings, command)
        return Outcome(case, command, site, mutation, code, seconds, said)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(settings: Settings, connection: Connection) -> None:
    folder = KEPT / f"worker-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            connection.send(run_case(settings, connection.recv(), folder))


def run(settings: Settings) -> list[Outcome]:
    """Run every case and return what came of each."""
    workers = [Worker(settings) for _ in range(settings.workers)]
    waiting = iter(range(1, settings.mutations + 1))
    outcomes: list[Outcome] = []
    for worker in workers:
        if (case := next(waiting, None)) is not None:
            worker.give(case)
    while any(worker.case is not None for worker in workers):
        wait([worker.connection for worker in workers if worker.case is not None], timeout=0.5)
        for worker in workers:
            outcome = worker.result()
            if outcome is None:
                continue
            outcomes.append(outcome)
            if outcome.failed:
                _keep(settings, outcome)
            if len(outcomes) % 500 == 0:
                print(f"{len(outcomes)} of {settings.mutations}", file=sys.stderr)
            if (case := next(waiting, None)) is not None:
                worker.give(case)
    for worker in workers:
        worker.stop()
    for folder in KEPT.glob("worker-*"):
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()
    return outcomes


def _keep(settings: Settings, outcome: Outcome) -> None:
    """Keep a failed case with what rackplan said."""
    _, _, content, _ = case_of(settings, outcome.case)
    name = KEPT / f"case-{settings.seed}-{outcome.case}"
    name.with_suffix(".yaml").write_bytes(content)
    name.with_suffix(".txt").write_text(outcome.said, encoding="utf-8", errors="replace")


def report(settings: Settings, outcomes: list[Outcome], seconds: float) -> int:
    """Print what came of it; 1 when a case failed."""
    codes = sorted({outcome.code for outcome in outcomes})
    print(
        f"{len(outcomes)} mutations of {len(CORPUS)} sites, seed {settings.seed}, {seconds:.0f} s"
    )
    print(f"\n{'exit code':<14}" + "".join(f"{_code(code):>8}" for code in codes))
    for name in ("command", "mutation"):
        groups = sorted({getattr(outcome, name) for outcome in outcomes})
        for group in groups:
            counts = Counter(o.code for o in outcomes if getattr(o, name) == group)
            print(f"{group:<14}" + "".join(f"{counts[code] or '-':>8}" for code in codes))
        print()
    print("slowest:")
    for outcome in sorted(outcomes, key=lambda o: -o.seconds)[:5]:
        print(f"  {outcome.seconds:6.2f} s  case {outcome.case}: {_about(outcome)}")
    failed = [outcome for outcome in outcomes if outcome.failed]
    by_cause = Counter(_cause(outcome) for outcome in failed)
    print(f"\n{len(failed)} failed" + (f"; kept in {KEPT.relative_to(ROOT)}/" if failed else ""))
    for cause, count in by_cause.most_common():
        first = next(outcome for outcome in failed if _cause(outcome) == cause)
        print(f"  {count} x {cause}\n      first: case {first.case}: {_about(first)}")
    return 1 if failed else 0


def _about(outcome: Outcome) -> str:
    return f"{outcome.command} of {outcome.site} after '{outcome.mutation}': {_code(outcome.code)}"


def _code(code: int) -> str:
    return "hang" if code == HANG else str(code)


def _cause(outcome: Outcome) -> str:
    if outcome.code == HANG:
        return "hang"
    places = re.findall(r'File ".*?(rackplan/\S+)", line (\d+)', outcome.said)
    last = outcome.said.strip().splitlines()[-1:] or [""]
    where = f"{places[-1][0]}:{places[-1][1]} " if places else ""
    return f"exit {outcome.code}: {where}{last[0][:150]}"


def main() -> int:
    """Read the command line, run the cases, print the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds-per-case", type=float, default=10, metavar="S")
    parser.add_argument("--workers", type=int, default=2, help="processes side by side")
    parser.add_argument("--solve-every", type=int, default=10, metavar="N", help="0: never")
    parser.add_argument("--process-every", type=int, default=100, metavar="N", help="0: never")
    parser.add_argument("--only", choices=("load", "check", "solve"), default="")
    parser.add_argument("--case", type=int, help="write this case to standard output and stop")
    given = parser.parse_args()
    settings = Settings(
        mutations=given.mutations,
        seed=given.seed,
        seconds=given.seconds_per_case,
        workers=given.workers,
        solve_every=given.solve_every,
        process_every=given.process_every,
        only=given.only,
    )
    if given.case is not None:
        sys.stdout.buffer.write(case_of(settings, given.case)[2])
        return 0
    KEPT.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    outcomes = run(settings)
    return report(settings, outcomes, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
