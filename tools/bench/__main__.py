"""`make bench`: measure on data of its own, and say how far each figure is from what the same machine could do at best.

A figure alone tells about the machine, so each is a ratio: to a limit that was measured in the same run, in turns with
it. Every run is added to build/bench/history.jsonl.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from campaignkit import demo
from tools.bench import actions, browser, detail, exports, services
from tools.bench.figures import Figure, table

HISTORY = Path("build/bench/history.jsonl")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PIECES = (services.figures, actions.figures, exports.figures, detail.figures, browser.figures)


def main() -> None:
    """Run every piece on the same new data and print one table."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-") as folder:
        data = Path(folder) / "sample.duckdb"
        made = demo.create(data, now=NOW)
        print(f"{made.campaigns:,} campaigns, {made.recipients:,} recipients", flush=True)
        figures = [figure for piece in PIECES for figure in piece(data, now=NOW)]
    print(table(figures))
    keep(figures)


def keep(figures: list[Figure]) -> None:
    """Add this run to the history."""
    HISTORY.parent.mkdir(parents=True, exist_ok=True)
    revision = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    run = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "revision": revision}
    with HISTORY.open("a", encoding="utf-8") as history:
        history.write(json.dumps(run | {"figures": [asdict(figure) for figure in figures]}) + "\n")


if __name__ == "__main__":
    main()
