"""A folder to work in is its maker's alone, and gone afterwards."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from campaignkit.store import scratch


def test_a_folder_that_another_ones_sweep_took_before_it_was_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may look for what is left behind between the making of a folder and its lock."""
    lock, swept = fcntl.flock, []

    def late(handle: int, how: int) -> None:
        if not swept:
            swept.append(Path(f"/proc/self/fd/{handle}").readlink())
            shutil.rmtree(swept[0])
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with scratch.folder(tmp_path, ".work-") as made:
        (made / "rows").touch()
        assert swept
        assert made != swept[0]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_not_swept_and_one_left_behind_is(tmp_path: Path) -> None:
    (tmp_path / ".work-left").mkdir()
    with scratch.folder(tmp_path, ".work-") as made, scratch.folder(tmp_path, ".work-") as other:
        assert {made, other} == set(tmp_path.iterdir())
