"""``python -m rackplan``: the command line."""

from __future__ import annotations

from rackplan.cli import main

if __name__ == "__main__":
    main(prog_name="rackplan")
