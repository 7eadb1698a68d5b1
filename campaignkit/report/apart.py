"""Check a stranger's folder in a process of its own: its memory is bounded, and what brings it down brings down nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.report.checking import Checked, verify

MEMORY = 4 * 2**30  # bytes of address space; two million recipients take a good quarter of it


def verify_apart(folder: Path, *, expect: str | None = None) -> Checked:
    """Return what `verify` returns; raises what it raises. It costs the start of an interpreter."""
    asked = json.dumps({"folder": str(folder), "expect": expect})
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__], input=asked, capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        how = f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"
        return Checked(
            folder=folder,
            differences=(f"the process that read it ended with {how}: it is no report of ours",),
        )
    if "refused" in answer:
        raise InvalidInput(answer["refused"])
    found: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in answer.items()
    }
    return Checked(**found | {"folder": folder})


def _answer() -> dict[str, object]:
    with contextlib.suppress(ValueError, OSError):  # where the system knows no such limit, or has a lower one
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.loads(sys.stdin.read())
    try:
        found = verify(Path(asked["folder"]), expect=asked["expect"])
    except InvalidInput as error:
        return {"refused": str(error)}
    return dataclasses.asdict(found) | {"folder": asked["folder"]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answer()))
    sys.stdout.flush()
    os._exit(0)  # a question that could not be stopped would be waited for
