"""The systemd unit of docs/dashboards.md starts what it says."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from campaignkit.cli import parser
from campaignkit.serve.voila.kernels import INHERITED

DOCUMENT = (Path(__file__).parents[2] / "docs" / "dashboards.md").read_text(encoding="utf-8")


def unit() -> configparser.ConfigParser:
    """Return the unit that the document has."""
    (text,) = re.findall(r"```ini\n(.*?)```", DOCUMENT, re.DOTALL)
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    return found


def test_the_unit_starts_the_dashboards_with_options_that_there_are() -> None:
    program, *arguments = shlex.split(unit()["Service"]["ExecStart"])
    assert program.endswith("/campaignkit")
    given = parser.parse(arguments)
    assert (given.command, given.port, given.workspace) == ("dashboards", 8866, "master")


def test_what_the_unit_sets_reaches_the_kernels_and_its_secret_does_not() -> None:
    name, _ = unit()["Service"]["Environment"].split("=", 1)
    assert name in INHERITED
    assert "CAMPAIGNKIT_DB" in INHERITED and "CAMPAIGNKIT_PROXY_SECRET" not in INHERITED


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        assert set(unit()) == {"DEFAULT", "Unit", "Service", "Install"}
        return
    (text,) = re.findall(r"```ini\n(.*?)```", DOCUMENT, re.DOTALL)
    path = tmp_path / "campaignkit-dashboards.service"
    path.write_text(re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", text, flags=re.MULTILINE))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], check=False, capture_output=True, text=True
    )
    assert "Unknown" not in done.stderr and "Failed to parse" not in done.stderr, done.stderr
