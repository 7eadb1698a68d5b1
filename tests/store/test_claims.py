"""Names that one living process holds, beside a database file."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from campaignkit.domain.errors import StoreBusy, StoreError
from campaignkit.store import claims


def test_a_claim_that_cannot_be_made_is_a_sentence_about_the_database(tmp_path: Path) -> None:
    path = tmp_path / ("y" * 243)
    with (
        pytest.raises(
            StoreError, match=r"^y+ cannot be claimed for refresh \(File name too long\): "
        ) as refused,
        claims.held(path, "refresh"),
    ):
        pass
    assert not isinstance(refused.value, StoreBusy)
    assert list(tmp_path.iterdir()) == []


def test_what_fails_while_a_claim_is_held_is_no_fault_of_the_claim(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with pytest.raises(OSError, match="No space left"), claims.held(path, "refresh"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert claims.note_of(path, "refresh") is None


def test_a_note_that_the_disk_does_not_take_is_worth_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with claims.held(tmp_path / "x.duckdb", "job") as note:
        note("0.25")
        assert claims.note_of(tmp_path / "x.duckdb", "job") == "0.25"
        monkeypatch.setattr("os.pwrite", full)
        note("0.5")
