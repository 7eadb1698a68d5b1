"""The most memory that a process ever held which does one thing, at fifty million recipients and at five."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import campaignkit
from tools.bench import large, scale
from tools.bench.figures import Figure, Times

GROWTH = 1.2
SHOWN = (
    "tiles",
    "list: everything",
    "detail: verdicts and badge",
    "detail: activity",
    "recipients: everything",
)
REFRESH = "refresh of everything"


def figures(_data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - it has data of its own
    """Yield one figure a thing; in MiB, not milliseconds."""
    for name in (*SHOWN, REFRESH):
        at = {size: _peak(large.large(size), name) for size in large.COMPARED}
        yield Figure(
            name=f"MiB: {name}",
            took=Times.of([at["50M"]]),
            limit_name="at 5M",
            limit=Times.of([at["5M"]]),
            target=GROWTH,
        )


def _peak(path: Path, name: str) -> float:
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=path.parent) as folder:
        if name == REFRESH:
            path = Path(shutil.copy(path, folder))
        command = [sys.executable, "-m", "tools.bench.memory", str(path), name]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def do(arguments: Sequence[str]) -> None:
    """Do one thing three times, and print what the process held at most."""
    path, name = arguments
    if name == REFRESH:
        kit = campaignkit.open(path, workspace="master", role="operator", now=large.SETTLED)
        kit.refresh(everything=True)
    else:
        kit = campaignkit.open(path, workspace="master", now=large.NOW)
        one = scale.Bare(Path(path)).id
        for _ in range(3):
            scale.questions()[name].question(kit, one)
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    print(int(line.split()[1]) / 1024)


if __name__ == "__main__":
    do(sys.argv[1:])
