"""What the page may do to campaigns. A kit that only reads never imports this module (R45)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from campaignkit.domain.errors import InvalidInput, Stale
from campaignkit.domain.filters import CampaignFilter, parse_enum
from campaignkit.domain.lifecycle import AUDITED, Event, Moderation, State, Status
from campaignkit.kit import Kit
from campaignkit.services.verbs import Acted
from campaignkit.ui.values import Message, Value

SHOWN_REFUSALS = 3


class Acting:
    """Does what a message wishes, as the kit's viewer; everything in the message is judged again by the services."""

    def __init__(self, kit: Kit) -> None:
        campaigns = kit.campaigns
        self._campaigns = campaigns
        self._do: Mapping[Event, Callable[..., Acted]] = {
            Event.START: campaigns.start,
            Event.APPROVE: campaigns.approve,
            Event.REJECT: campaigns.reject,
            Event.CANCEL: campaigns.cancel,
            Event.ARCHIVE: campaigns.archive,
            Event.RESTORE: campaigns.restore,
        }

    def act(self, message: Message) -> str:
        """Do one action to one campaign and return what was done, as a sentence."""
        event = parse_enum(Event, message.get("action"), what="action")
        if event not in self._do:
            raise InvalidInput(f"{event} is nothing that a page can ask for")
        id, note = message.get("id"), message.get("note")
        if not isinstance(id, str):
            raise InvalidInput("there is no such campaign")
        done = self._do[event](id, note if isinstance(note, str) else None, seen=_seen(message.get("seen")))
        return f"Campaign {done.external_id[:8]} is {AUDITED[event]}."

    def question(self, filter: CampaignFilter) -> Value:
        """Return what is asked before the campaigns of *filter* are archived: how many, and which."""
        return {
            "kind": "archive_all",
            "query": filter.to_query(),
            "count": self._campaigns.archivable(filter),
            "words": f"{filter.caption()}.",
        }

    def archive_all(
        self, filter: CampaignFilter, message: Message, progress: Callable[[int, int], None]
    ) -> str:
        """Archive what can be of the campaigns of *filter* and return how many were, and why the others were not.

        *message* carries what the `question` was about. Raises `Stale` if the list is another by now.
        """
        count = message.get("count")
        if message.get("query") != filter.to_query() or isinstance(count, bool) or not isinstance(count, int):
            raise Stale(
                "the list has changed meanwhile: it is filtered by something else. Nothing was changed."
            )
        tried = self._campaigns.archive_all(filter, seen=count, progress=progress)
        refused = [one for one in tried if one.refusal is not None]
        done = len(tried) - len(refused)
        words = f"{done:,} {'campaign is' if done == 1 else 'campaigns are'} archived."
        if refused:
            some = " ".join(f"{one.external_id[:8]}: {one.refusal}." for one in refused[:SHOWN_REFUSALS])
            words += f" {len(refused):,} could not be: {some}"
        return words


def _seen(value: object) -> State | None:
    """Return the state that the page showed, so that an action means what whoever asked for it saw."""
    if not isinstance(value, Mapping):
        return None
    return State(
        status=parse_enum(Status, value.get("status"), what="status"),
        moderation=parse_enum(Moderation, value.get("moderation"), what="moderation"),
        archived=value.get("archived") is True,
        auto_start=value.get("auto_start") is True,
    )
