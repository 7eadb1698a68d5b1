"""The notebooks: `check` that they hold no outputs, `run` every cell of them on sample data."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDERS = ("notebooks", "dashboards")


def check() -> int:
    """Return 1, and name them, if notebooks were saved with what running them left behind."""
    used = [str(path) for folder in FOLDERS for path in sorted(Path(folder).glob("*.ipynb")) if _used(path)]
    for path in used:
        print(
            f"{path}: holds outputs or execution counts: clear them (Edit → Clear Outputs of All Cells) and save"
        )
    return 1 if used else 0


def _used(path: Path) -> bool:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def run() -> int:
    """Run each cell of each notebook as a test of its own, on a small sample."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-") as folder:
        sample = Path(folder, "sample.duckdb")
        command = [sys.executable, "-m", "campaignkit"]
        size = ["--campaigns", "30", "--recipients", "3000"]
        subprocess.run([*command, "demo", str(sample), *size], check=True, stdout=subprocess.DEVNULL)
        choice = {
            "CAMPAIGNKIT_DB": str(sample),
            "CAMPAIGNKIT_WORKSPACE": "master",
            "CAMPAIGNKIT_ROLE": "moderator",
        }
        tests = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", *FOLDERS]
        return subprocess.run(tests, check=False, env=os.environ | choice).returncode


def main() -> int:
    """Do the one thing that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("check", "run"))
    return {"check": check, "run": run}[parser.parse_args().task]()


if __name__ == "__main__":
    raise SystemExit(main())
