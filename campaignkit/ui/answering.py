"""What every widget does with a message: parse it, do what it wishes, and say in one sentence what cannot be done.

Traits are written, never read back: a browser can set them to anything. Every message is untrusted input.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import anywidget
import traitlets

from campaignkit.domain.errors import CampaignKitError, InvalidInput, StoreError
from campaignkit.kit import Kit
from campaignkit.ui import trouble
from campaignkit.ui.values import Message

REFRESH_SECONDS = 5.0  # while something is sending (R51)
LONGEST_ASK = 40
Wishes = Mapping[str, Callable[[str, Message], str | None]]


class Answering(anywidget.AnyWidget):
    """A widget on *kit* whose page may wish for what `_wishes` names; *viewer*: it is a dashboard's."""

    notice = traitlets.Any().tag(sync=True)  # a dict, or None
    pace = traitlets.Any().tag(sync=True)  # seconds until what is shown should be asked for again, or None
    answered = traitlets.Any().tag(sync=True)  # which message of the page this is the answer to

    def __init__(self, kit: Kit, *, viewer: bool) -> None:
        super().__init__()
        self._kit, self._viewer = kit, viewer
        self._as_of: datetime | None = None  # of what was shown last
        self._wishes: Wishes = {}
        self._turn = threading.RLock()

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        """Do what a message from the browser wishes, or say why not; one after the other.

        JupyterLab sends a page's first message to the kernel's main thread and the later ones to one of their own.
        """
        expected = _expected(message)
        with self._turn, self.hold_sync():
            if expected is not None:
                self._foresee(expected)
                return
            self._answer(lambda: self._dispatch(message), quiet=_is_quiet(message))
            self.answered = _ask_of(message)

    def _dispatch(self, message: object) -> str | None:
        event = message.get("event") if isinstance(message, Mapping) else None
        if not isinstance(message, Mapping) or not isinstance(event, str) or event not in self._wishes:
            raise InvalidInput("the page sent a message that means nothing: reload it")
        return self._wishes[event](event, message)

    def _foresee(self, message: Message) -> None:
        """Get ready for a message that will follow in a moment, if that is any use; says nothing."""

    def _answer(self, do: Callable[[], str | None], *, quiet: bool = False) -> None:
        """Run *do* and say what it says; what it cannot do becomes one calm sentence, and what was on the screen stays.

        A *quiet* answer leaves a sentence standing that somebody may still be reading.
        """
        try:
            said = do()
        except StoreError as error:
            self._say("error", f"{trouble.told(error, viewer=self._viewer)}.{self._last_good()}", error)
        except CampaignKitError as error:
            self._say("info", trouble.told(error, viewer=self._viewer))
        except Exception as error:  # noqa: BLE001 - the last door before the page: it gets a reference, the log the rest
            self._say("error", f"This could not be answered.{self._last_good()}", error)
        else:
            if said:
                self._say("info", said)
            elif not (quiet and self._informs()):
                self.notice = None

    def _informs(self) -> bool:
        return self.notice is not None and self.notice["kind"] == "info"

    def _last_good(self) -> str:
        if self._as_of is None:
            return ""
        return f" What you see is from {self._as_of.astimezone(ZoneInfo(self._kit.zone)):%H:%M:%S}."

    def _say(self, kind: str, text: str, error: Exception | None = None) -> None:
        self.notice = {"kind": kind, "text": text, "reference": trouble.noted(error) if error else None}


def _is_quiet(message: object) -> bool:
    """Tell whether the page asks by itself: nobody has wished for anything."""
    return isinstance(message, Mapping) and message.get("event") == "refresh" and message.get("quiet") is True


def _expected(message: object) -> Message | None:
    """Return the message that this one announces, if it does."""
    if not isinstance(message, Mapping) or message.get("event") != "expect":
        return None
    wish = message.get("wish")
    return wish if isinstance(wish, Mapping) else None


def checked(refresh: object) -> float | None:
    """Return *refresh* if it is seconds, or None; raises `InvalidInput`."""
    if refresh is None:
        return None
    if isinstance(refresh, bool) or not isinstance(refresh, int | float) or not 1 <= refresh <= 3600:
        raise InvalidInput(f"refresh takes seconds from 1 to 3,600, or None, not {refresh!r}")
    return float(refresh)


def _ask_of(message: object) -> str | None:
    """Return the number that the page gave its message, if it looks like one."""
    ask = message.get("ask") if isinstance(message, Mapping) else None
    return ask if isinstance(ask, str) and len(ask) <= LONGEST_ASK else None
