"""What may be done to a campaign, as every kit offers it; where nothing may be done, each verb says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from campaignkit.domain.access import Permission, Viewer
from campaignkit.domain.errors import NotAllowed
from campaignkit.domain.filters import CampaignFilter
from campaignkit.domain.lifecycle import Event, Moderation, State, Status
from campaignkit.store.base import Row, Session, Store

Progress = Callable[[int, int], None]  # how many of how many are done


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """Where an action has taken a campaign."""

    external_id: str
    status: Status
    moderation: Moderation
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One campaign of many: `refusal` is why it was left as it was, or None if it was done."""

    external_id: str
    refusal: str | None


class Verbs:
    """The actions (R40–R44). This class has none of their code: it refuses; `services.actions` does them.

    Each verb takes a campaign's ID or prefix and a note for the audit trail, and returns the campaign's new state.
    *seen* is the state that whoever acts had before them: if it is another by now, nothing is done. Raises `NotFound`
    or `Ambiguous` for the campaign, `InvalidInput` for the note, `NotAllowed` for the role, `TransitionNotAllowed` if
    the lifecycle has no such step, and `Stale`, which says who was faster.
    """

    _store: Store
    _viewer: Viewer

    def start(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Start an approved campaign: Core builds and sends from here (R40)."""
        return self._act(Event.START, id, note, seen)

    def approve(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Approve a campaign; it becomes Pending, or stays New until Start if auto-start is off (R28)."""
        return self._act(Event.APPROVE, id, note, seen)

    def reject(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Reject a campaign: it is Cancelled for good (R24)."""
        return self._act(Event.REJECT, id, note, seen)

    def cancel(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Cancel a campaign that has not ended: for good (R26)."""
        return self._act(Event.CANCEL, id, note, seen)

    def archive(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Put a campaign that is not live away into the archive; its status stays (R41, R43)."""
        return self._act(Event.ARCHIVE, id, note, seen)

    def restore(self, id: str, note: str | None = None, *, seen: State | None = None) -> Acted:
        """Bring a campaign back out of the archive (R44)."""
        return self._act(Event.RESTORE, id, note, seen)

    def archive_all(
        self,
        filter: CampaignFilter,  # noqa: ARG002 - the same
        note: str | None = None,  # noqa: ARG002
        *,
        seen: int | None = None,  # noqa: ARG002
        progress: Progress | None = None,  # noqa: ARG002
    ) -> tuple[Tried, ...]:
        """Archive every campaign that `archivable` counts, each by itself; one that is refused stops no other.

        *seen* is how many whoever acts was told; *progress* is told how many of how many are done. Raises `Stale` if it
        is another number by now, and `InvalidInput` for a view whose rows offer no Archive.
        """
        raise NotAllowed(_read_only(Event.ARCHIVE))

    def note(self, id: str, text: str) -> None:  # noqa: ARG002 - whatever it says, it is refused
        """Write *text* into the campaign's audit trail; raises `InvalidInput` if there is nothing in it."""
        self._refuse(Permission.ANNOTATE, id)

    def _act(self, event: Event, id: str, note: str | None, seen: State | None) -> Acted:  # noqa: ARG002 - the same
        self._refuse(event, id)
        raise AssertionError

    def _refuse(self, deed: Event | Permission, id: str) -> None:
        """Raise the error that says what is needed to do *deed* to the campaign."""
        with self._store.reading() as session:
            workspace = self.locate(session, id)["workspace_id"]
        self._viewer.check(deed, workspace)
        raise NotAllowed(_read_only(deed))

    def locate(self, session: Session, id: str) -> Row:
        """Return the row of campaigns/page that *id* means."""
        raise NotImplementedError


def _read_only(deed: Event | Permission) -> str:
    return f"{deed} needs a kit that may write: open it with role='operator' or more"
