"""The README's adapter is run: its files as they stand, its command, and the answer that it shows."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from campaignkit.assets import CHECKOUT
from tests.importing.world import rows

HEADING = "## Your own source: write an adapter"


def section() -> str:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert HEADING in readme
    return readme.split(HEADING, 1)[1].split("\n## ", 1)[0]


def test_the_adapter_of_the_readme_does_what_it_says(tmp_path: Path) -> None:
    text = section()
    for name, content in re.findall(r"^`([\w./-]+)`\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        (path := tmp_path / name).parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (command,) = re.findall(r"```sh\ncampaignkit (.+)\n```", text)
    (answer,) = re.findall(r"```json\n(.+)\n```", text)
    done = subprocess.run(
        [sys.executable, "-m", "campaignkit", *shlex.split(command)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(answer)
    found = rows(
        tmp_path / "shop.duckdb", "select stage, smpp_code, sms_result from core.recipients order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("Delivered", "BLOCKED", "failed"),
        ("Delivered", "DELIVRD", "delivered"),
        ("Delivered", "UNDELIV", "failed"),
        ("New", None, "unknown"),
    ]
