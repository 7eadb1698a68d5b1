"""`report` and `verify` as commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from campaignkit import cli
from campaignkit.report.making import Made
from tests.report.conftest import Named, alter, manifest, rewrite


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CAMPAIGNKIT_")]:
        monkeypatch.delenv(name)


def test_verify_says_identical_differs_or_other_versions(
    folder: Path, outage: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", str(folder), "--expect", outage.digest]) == 0
    assert capsys.readouterr().out.startswith("identical: 21 claims come out as they were sealed, 9 files")
    found = manifest(folder)
    found["predicate"]["versions"]["DuckDB"] = "1.0.0"
    rewrite(folder, found)
    assert cli.main(["verify", str(folder)]) == 3
    assert "bytes not compared (DuckDB 1.0.0, here " in capsys.readouterr().out
    alter(folder, "recipients", "delete from t where smpp_code = 'EXPIRED'")
    assert cli.main(["verify", str(folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "differs" and answer["differences"][0].startswith(
        "snapshot/recipients.parquet"
    )


def test_a_wrong_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(tmp_path / "none")]) == 1
    out, err = capsys.readouterr()
    assert (
        out == "" and err == f"campaignkit: {tmp_path / 'none'} is no folder: name the folder of a report\n"
    )
    assert cli.main(["verify", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "differs\nmanifest.json is missing\n"


def test_filters_choose_the_campaigns_of_a_report_and_its_folder_is_named_from_here(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("out")
    asked = ["report", "--status", "Failed", "--in", "retail", "--out", "out", "--zone", "UTC", "--json"]
    assert cli.main(["--db", str(db), "--workspace", "master", *asked]) == 0
    answer = json.loads(capsys.readouterr().out)
    facts = manifest(out)["predicate"]["facts"]
    assert (
        facts["workspaces"] == ["retail"]
        and facts["filter"] == "status=Failed&in=retail"
        and facts["zone"] == "UTC"
    )
    asked_for = "{&quot;statuses&quot;: [&quot;Failed&quot;], &quot;workspaces&quot;: [&quot;retail&quot;]}"
    assert asked_for in (out / "report.html").read_text(encoding="utf-8")
    assert answer["folder"] == "out" and answer["title"].startswith("The list of ")
    assert "Failed in" not in capsys.readouterr().err


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_report_that_is_interrupted_leaves_nothing(
    signum: int, db: Path, named: Named, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "campaignkit", "--db", str(db), "--workspace", "master"]
    started = subprocess.Popen(
        [*command, "report", named("Season preview"), "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while (
        not list(tmp_path.glob(".unsealed-report-*/snapshot/recipients.parquet"))
        and time.monotonic() < deadline
    ):
        assert started.poll() is None, started.communicate()
    started.send_signal(signum)
    _, err = started.communicate(timeout=60)
    assert started.returncode == 130 and b"nothing half done is left behind" in err
    assert list(tmp_path.iterdir()) == []
