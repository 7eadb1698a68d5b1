"""A person's own words beside an action: kept as they are, or refused with a reason."""

from __future__ import annotations

from campaignkit.domain.errors import InvalidInput

LONGEST = 2_000  # characters: a few paragraphs; a list of recipients is no note


def note_of(text: object) -> str | None:
    """Return *text* without the space around it and with plain line ends; nothing but space is no note.

    Markup is text like any other: whoever shows a note escapes it. Raises `InvalidInput` for what is too long
    and for characters that could command a terminal or that no file can hold.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise InvalidInput(f"a note is text, not a {type(text).__name__}")
    if len(text) > 2 * LONGEST or len(note := _plain(text)) > LONGEST:
        raise InvalidInput(
            f"a note has at most {LONGEST:,} characters, this one has {len(text):,}: shorten it"
        )
    for character in note:
        if _commands(character):
            raise InvalidInput(f"a note holds no control characters: remove U+{ord(character):04X}")
        if "\ud800" <= character <= "\udfff":
            raise InvalidInput("a note holds half a character (a lone surrogate): type it anew")
    return note or None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _commands(character: str) -> bool:
    return character not in "\n\t" and (character < " " or "\x7f" <= character < "\xa0")
