"""The nginx of the test that puts one before the dashboards: found, or else unpacked into build/nginx, never installed.

An installed nginx would begin to serve on port 80 of whoever runs the tests; an unpacked one does nothing by itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

OWN = Path(__file__).parents[1] / "build" / "nginx"
PLACES = (os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", str(OWN / "usr" / "sbin"))


def find() -> str | None:
    """Return the nginx that runs here, or None."""
    found = shutil.which("nginx", path=os.pathsep.join(PLACES))
    return found if found and _run(found, "-v") else None


def unpack() -> None:
    """Fetch Debian's package and unpack it; whether that has worked is for `find` to say."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        return
    if os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
    with tempfile.TemporaryDirectory() as folder:
        _run("apt-get", "download", "-qq", "nginx", folder=folder)
        for package in Path(folder).glob("*.deb"):
            OWN.mkdir(parents=True, exist_ok=True)
            _run("dpkg", "-x", str(package), str(OWN))


def _run(*command: str, folder: str | None = None) -> bool:
    try:
        return (
            subprocess.run(command, check=False, capture_output=True, cwd=folder, timeout=300).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    if find() is None:
        unpack()
    if find() is None:
        print("There is no nginx, and none could be unpacked: the test behind one will not run.")
