"""Files that exports leave: the hash taken while the engine still writes is that of the whole file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from campaignkit.services import kept

PIECES = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8)


@settings(max_examples=200)
@given(st.data(), PIECES)
def test_the_hash_is_that_of_the_whole_file_in_whatever_order_its_pieces_are_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "followed"
    path.write_bytes(b"")
    whole = b"".join(pieces)
    starts = [sum(map(len, pieces[:n])) for n in range(len(pieces))]
    following = kept.Following(path)
    with path.open("r+b") as writing, path.open("rb", buffering=0) as reading:
        for n in data.draw(st.permutations(range(len(pieces)))):
            os.pwrite(writing.fileno(), pieces[n], starts[n])
            following.take(reading, whole=False)
        following.take(reading, whole=True)
    assert following.digest() == kept.Digest(hashlib.sha256(whole).hexdigest(), len(whole))


def test_what_is_written_in_order_is_hashed_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b"a,b\n" * (kept.PIECE // 2))
    following = kept.Following(path)
    with path.open("rb", buffering=0) as reading:
        following.take(reading, whole=False)
    assert following.digest().bytes == 2 * kept.PIECE
