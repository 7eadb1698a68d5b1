"""`make bench`: measure on data of its own, and say how far each figure is from what the same machine could do at best.

A figure alone tells about the machine, so each is a ratio: to a limit that was measured in the same run, in turns with
it. Every run is added to build/bench/history.jsonl, and fails where a ratio is a third worse than the one that
tools/bench/recorded.json has. `python -m tools.bench NAME…` runs some pieces, `--record` keeps their ratios.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import campaignkit
from campaignkit import demo
from tools.bench import (
    actions,
    browser,
    cold,
    detail,
    exports,
    live,
    memory,
    postgres,
    receipts,
    scale,
    services,
)
from tools.bench.figures import Figure, table, worse
from tools.bench.rivals import compare

HISTORY = Path("build/bench/history.jsonl")
RECORDED = Path(__file__).parent / "recorded.json"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PIECES = {
    "services": services.figures,
    "actions": actions.figures,
    "exports": exports.figures,
    "detail": detail.figures,
    "scale": scale.figures,
    "memory": memory.figures,
    "postgres": postgres.figures,
    "cold": cold.figures,
    "live": live.figures,
    "receipts": receipts.figures,
    "browser": browser.figures,
    "rivals": compare.figures,
}
CLICKED = ("browser", "rivals")


def main(arguments: Sequence[str]) -> int:
    """Run every piece, or those named, on the same new data and print one table; 1 if something got worse."""
    given = _parsed(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended ends its servers
    rounds = {} if given.rounds is None else {"rounds": given.rounds}
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-") as folder:
        data = Path(folder) / "sample.duckdb"
        made = demo.create(data, now=NOW)
        campaignkit.open(
            data, workspace="master", role="operator"
        ).refresh()  # as `make run` does beside its servers
        print(f"{made.campaigns:,} campaigns, {made.recipients:,} recipients", flush=True)
        figures = [
            figure
            for name in given.pieces or PIECES
            for figure in PIECES[name](data, now=NOW, **(rounds if name in CLICKED else {}))
        ]
    print(table(figures))
    keep(figures)
    before: Mapping[str, float] = (
        json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    )
    if given.record:
        ratios = dict(before) | {figure.key: round(figure.ratios[0], 2) for figure in figures}
        RECORDED.write_text(
            json.dumps(ratios, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return 0
    found = worse(figures, before)
    for sentence in found:
        print(sentence)
    return int(bool(found))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench")
    parser.add_argument("pieces", nargs="*", metavar="PIECE", help=f"what is measured: {', '.join(PIECES)}")
    parser.add_argument("--record", action="store_true", help="keep the ratios, to compare later runs with")
    parser.add_argument("--rounds", type=int, help="how many clicks, of those pieces that click")
    given = parser.parse_args(arguments)
    for name in given.pieces:
        if name not in PIECES:
            parser.error(f"there is no piece {name}: choose from {', '.join(PIECES)}")
    return given


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
    raise SystemExit(main(sys.argv[1:]))
