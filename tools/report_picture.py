"""Take the picture of the report that README shows: solve a site, open its report, save a PNG.

    python tools/report_picture.py [SITE]

Needs Chromium (Debian: ``apt-get install chromium``) and writes docs/images/report.png.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "sites" / "h20-inference-hall.yaml"
PICTURE = ROOT / "docs" / "images" / "report.png"
SIZE = (1280, 1500)
"""Width and height of the picture [px]."""

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


def main() -> int:
    """Write the picture; 1 when there is no Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.stderr.write("report_picture: no Chromium found\n")
        return 1
    site = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SITE
    if site.is_relative_to(ROOT):
        site = site.relative_to(ROOT)  # warnings name the file as it was given
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        solve = [sys.executable, "-m", "rackplan", "solve", str(site), "-q", "--workers", "1"]
        subprocess.run(
            [*solve, "--report", str(report)], check=True, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        picture = f"--screenshot={PICTURE}"
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        profile = f"--user-data-dir={folder}/profile"
        page = report.as_uri()
        subprocess.run(
            [browser, *QUIET, profile, picture, size, page], check=True, capture_output=True
        )
    sys.stdout.write(f"wrote {PICTURE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
