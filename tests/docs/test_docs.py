"""The documentation is true: its examples run, its links lead somewhere, its reference is current.

Code blocks of one page run in order, in one directory that holds a copy of ``sites/``:

- ``python`` blocks are executed and share their names;
- ``console`` blocks run each line that begins with ``$ rackplan``;
- ``yaml`` blocks marked ``<!-- file: NAME -->`` are written to NAME first.

Marks on the line above a block: ``<!-- no-run -->`` and, for console blocks, ``<!-- exit: 3 -->``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "sites/**/*.md", "tests/**/*.md")
    for path in sorted(ROOT.glob(pattern))
)

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\s*$")
MARK = re.compile(r"^\s*<!--\s*(?P<mark>.*?)\s*-->\s*$")
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)(?: \"[^\"]*\")?\)|<img [^>]*src=\"([^\"]+)\"")


@dataclass(frozen=True)
class Block:
    """A fenced code block with the marks above it; ``line`` is where its text begins."""

    line: int
    language: str
    text: str
    marks: tuple[str, ...]

    def marked(self, key: str) -> str | None:
        """Return what follows ``key:`` in a mark, "" for a bare mark, ``None`` without one."""
        for mark in self.marks:
            name, _, value = mark.partition(":")
            if name.strip() == key:
                return value.strip()
        return None


def blocks_in(text: str) -> Iterator[Block]:
    lines = text.splitlines()
    marks: list[str] = []
    at = 0
    while at < len(lines):
        fence, mark = FENCE.match(lines[at]), MARK.match(lines[at])
        if fence:
            start, indent = at + 1, len(fence["indent"])
            at = next(i for i in range(start, len(lines)) if lines[i].strip() == "```")
            code = "".join(f"{line[indent:]}\n" for line in lines[start:at])
            yield Block(start + 1, fence["language"], code, tuple(marks))
        if mark:
            marks.append(mark["mark"])
        elif lines[at].strip():
            marks = []
        at += 1


def prose_of(text: str) -> str:
    """Return a page without its code."""
    kept, fenced = [], False
    for line in text.splitlines():
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            kept.append(re.sub(r"`[^`]*`", "", line))
    return "\n".join(kept)


def anchors_in(text: str) -> set[str]:
    """Return the anchors that readers of the page can link to, as GitHub makes them."""
    fenced, seen, anchors = False, Counter[str](), set()
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else re.match(r"#{1,6} +(.+?)\s*$", line)
        if heading:
            slug = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return anchors


def run_python(block: Block, page: Path, names: dict[str, Any]) -> None:
    # Blank lines above put the page's own line numbers into tracebacks.
    source = "\n" * (block.line - 1) + block.text
    exec(compile(source, str(page), "exec"), names)


def run_console(
    block: Block, folder: Path, run_rackplan: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    expected = int(block.marked("exit") or 0)
    lines = re.sub(r"\\\n *", "", block.text).splitlines()
    commands = [line.removeprefix("$ rackplan") for line in lines if line.startswith("$ rackplan ")]
    for command in commands:
        done = run_rackplan(*shlex.split(command, comments=True), cwd=folder)
        assert expected == done.returncode, f"rackplan{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_rackplan: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    if (ROOT / "sites").exists():
        shutil.copytree(ROOT / "sites", tmp_path / "sites")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_in((ROOT / page).read_text(encoding="utf-8")):
        if block.marked("no-run") is not None:
            continue
        if name := block.marked("file"):
            (tmp_path / name).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            run_python(block, ROOT / page, names)
        elif block.language == "console":
            run_console(block, tmp_path, run_rackplan)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    broken = []
    for match in LINK.finditer(prose_of(text)):
        target = unquote(match["target"] or match[2])
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        to = (path.parent / file).resolve() if file else path
        if not to.exists() or (anchor and anchor not in anchors_in(to.read_text(encoding="utf-8"))):
            broken.append(target)
    assert [] == broken


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    linked = {match["target"] for match in LINK.finditer(index)}
    pages = {str(p.relative_to(ROOT / "docs")) for p in ROOT.glob("docs/**/*.md")}
    assert set() == pages - {"index.md"} - linked


def test_the_command_reference_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/cli_reference.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_blocks_are_found_with_their_marks() -> None:
    text = (
        "<!-- file: a.yaml -->\n\n```yaml\nx: 1\n```\n"
        "<!-- exit: 3 -->\n```console\n$ rackplan solve a.yaml\n```\ntext\n```python\ny\n```\n"
    )
    yaml, console, python = blocks_in(text)
    assert ("a.yaml", "x: 1\n", 4) == (yaml.marked("file"), yaml.text, yaml.line)
    assert ("3", None) == (console.marked("exit"), console.marked("file"))
    assert ("python", ()) == (python.language, python.marks)


def test_a_failing_example_fails_at_its_line() -> None:
    block = Block(line=7, language="python", text="1 / 0\n", marks=())
    with pytest.raises(ZeroDivisionError) as caught:
        run_python(block, ROOT / "README.md", {})
    assert 7 == caught.traceback[-1].lineno + 1


def test_anchors_are_those_of_the_headings() -> None:
    text = "# One: two\n```\n# not a heading\n```\n## `three` / four\n## Five\n## Five\n"
    assert {"one-two", "three--four", "five", "five-1"} == anchors_in(text)
