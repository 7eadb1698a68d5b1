"""Install the rivals with the pip of another Python, beside what .venv has and without changing it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

PREFIX = Path(__file__).parents[3] / "build" / "bench" / "rivals"  # a kernel runs in another folder
REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def main(python: str) -> int:
    """Install the newest versions that go with the ones we have; what we have already is not installed again."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Path(folder) / "ours.txt"
        found = [f"{one.name}=={one.version}" for one in distributions() if one.name != "campaignkit"]
        ours.write_text("\n".join(found), encoding="utf-8")
        pip = [python, "-m", "pip", "--python", sys.executable, "install", "--quiet"]
        options = ["--only-binary", ":all:", "--prefix", str(PREFIX), "--constraint", str(ours)]
        return subprocess.run([*pip, *options, "-r", str(REQUIREMENTS)], check=False).returncode


def packages() -> Path:
    """Return where the rivals' modules are."""
    for folder in PREFIX.glob("lib/python*/site-packages"):
        return folder
    raise SystemExit(f"the rivals are not in {PREFIX}: `make bench` installs them")


def version(package: str) -> str:
    """Return the version of a rival that is installed."""
    return next(one.version for one in distributions(name=package, path=[str(packages())]))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
