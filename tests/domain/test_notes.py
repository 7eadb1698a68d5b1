"""Notes: kept as they were typed, or refused in a sentence."""

from __future__ import annotations

import pytest

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.notes import LONGEST, note_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, None),
        ("", None),
        (" \n\t ", None),
        (" ok\r\nnext \rlast ", "ok\nnext \nlast"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ąžuolas 👩‍👩‍👧 \u202e عربى", "ąžuolas 👩‍👩‍👧 \u202e عربى"),
        ("'; drop table core.campaigns; --", "'; drop table core.campaigns; --"),
        ("x" * LONGEST, "x" * LONGEST),
        (" " * LONGEST + "x", "x"),
    ],
)
def test_words_are_kept(typed: str | None, kept: str | None) -> None:
    assert note_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x" * (LONGEST + 1), "at most 2,000 characters, this one has 2,001: shorten it"),
        ("x" * 100_000, "at most 2,000 characters, this one has 100,000: shorten it"),
        ("a\0b", "no control characters: remove U+0000"),
        ("a\x1b[2Jb", "no control characters: remove U+001B"),
        ("a\x85b", "no control characters: remove U+0085"),
        ("a\ud800b", "half a character"),
        (b"bytes", "a note is text, not a bytes"),
        (7, "a note is text, not a int"),
    ],
)
def test_what_cannot_be_a_note_is_refused(typed: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        note_of(typed)
    assert sentence in str(refused.value)
