"""The code that acts: who may → does the lifecycle allow it → compare and set → audit row, in one transaction (R40).

A kit that was opened to read never imports this module (R45).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from campaignkit.domain.access import Permission
from campaignkit.domain.errors import CampaignKitError, InvalidInput, NotAllowed, Stale, TransitionNotAllowed
from campaignkit.domain.filters import CampaignFilter
from campaignkit.domain.history import duration
from campaignkit.domain.lifecycle import AUDITED, Event, State, Status, after, overtaken_by, why_not
from campaignkit.domain.notes import note_of
from campaignkit.services.answers import mask_actor, state_of
from campaignkit.services.campaigns import Campaigns
from campaignkit.services.verbs import Acted, Progress, Tried
from campaignkit.store.base import Row, Session, Transactions

TURN_SECONDS = 0.25  # how long many actions in a row keep everybody else waiting
PAUSE_SECONDS = 0.01  # before the next turn: whoever waits must wake up first
EVENT_OF = {word: event for event, word in AUDITED.items()}
MARK = {Event.ARCHIVE: ("actions/archive",), Event.RESTORE: ("actions/restore",)}
UNCHANGED = "Nothing was changed."


class ActingCampaigns(Campaigns):
    """Campaigns of a kit that was opened to act."""

    def note(self, id: str, text: str) -> None:
        """Write *text* into the campaign's audit trail; raises `InvalidInput` if there is nothing in it."""
        note = note_of(text)
        if note is None:
            raise InvalidInput("a note without a word says nothing: give it some text")
        with self._store.writing() as session:
            row = self.locate(session, id)
            self._viewer.check(Permission.ANNOTATE, row["workspace_id"])
            session.run("actions/note", self._signed(row) | {"note": note})

    def archive_all(
        self,
        filter: CampaignFilter,
        note: str | None = None,
        *,
        seen: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[Tried, ...]:
        """Archive every campaign that `archivable` counts, each by itself; one that is refused stops no other."""
        text, asked = note_of(note), self._archivable(filter)
        rows: list[Row] = []
        if asked is not None:
            with self._store.reading() as session:
                variant, parameters = self._matching(asked)
                rows = session.rows("campaigns/page", parameters, variant)
        if seen not in (None, len(rows)):
            can = f"{len(rows):,} of its campaigns can be archived now"
            raise Stale(f"the list has changed meanwhile: {can}. {UNCHANGED}")
        tried: list[Tried] = []
        while len(tried) < len(rows):
            with self._store.transactions() as transaction:
                tried += self._archived(transaction, rows[len(tried) :], text)
            time.sleep(PAUSE_SECONDS)
            if progress:
                progress(len(tried), len(rows))
        return tuple(tried)

    def _archived(self, transaction: Transactions, rows: Sequence[Row], note: str | None) -> Iterator[Tried]:
        """Yield what became of the first of *rows*: as many as a turn is long."""
        until = time.monotonic() + TURN_SECONDS
        for row in rows:
            refusal = None
            try:
                with transaction() as session:
                    self._step(session, Event.ARCHIVE, row, note)
            except CampaignKitError as error:
                refusal = str(error)
            yield Tried(external_id=row["external_id"], refusal=refusal)
            if time.monotonic() > until:
                return

    def _act(self, event: Event, id: str, note: str | None, seen: State | None) -> Acted:
        text = note_of(note)
        with self._store.writing() as session:
            row = self.locate(session, id)
            self._viewer.check(event, row["workspace_id"])
            if seen not in (None, state_of(row)):
                raise self._overtaken(session, event, row, seen)
            return self._step(session, event, row, text)

    def _step(self, session: Session, event: Event, row: Row, note: str | None) -> Acted:
        """Take the campaign from the state in *row* to where *event* leads, or raise and leave the rest to rollback."""
        judged = state_of(row)
        if why_not(judged, event):
            raise self._overtaken(session, event, row, judged)
        target = after(judged, event)
        given = self._signed(row) | {
            "action": AUDITED[event],
            "note": note,
            "status_before": judged.status,
            "status_after": target.status,
            "moderation_before": judged.moderation,
            "moderation_after": target.moderation,
            "archived": target.archived,
        }
        if not all(session.run(name, given) for name in self._changes(event, judged, target)):
            raise self._overtaken(session, event, row, judged)
        return Acted(
            external_id=row["external_id"],
            status=target.status,
            moderation=target.moderation,
            archived=target.archived,
        )

    def _changes(self, event: Event, judged: State, target: State) -> tuple[str, ...]:
        """Return the statements of which each has to change one row.

        Archive and restore change the campaign only to hold it; where its source takes no change, the mark's own key
        makes two people who act at once wait for each other.
        """
        moved = "actions/move" if target.moderation is judged.moderation else "actions/moderate"
        held = () if event in MARK and Event.CANCEL in self._viewer.untaken else (moved,)
        return (*held, *MARK.get(event, ()), "actions/audit")

    def _signed(self, row: Row) -> dict[str, object]:
        return {
            "workspace_id": row["workspace_id"],
            "campaign_id": row["campaign_id"],
            "actor": self._viewer.login,
            "now": self._clock(),
        }

    def _overtaken(self, session: Session, event: Event, row: Row, judged: State) -> CampaignKitError:
        """Return why *event*, which looked possible in *judged*, is not now, and who made it so if a person did."""
        state = state_of(self.locate(session, row["external_id"]))
        earlier = session.rows("actions/earlier", {"campaign_id": row["campaign_id"]})
        known = [
            step
            for step in earlier
            if step["action"] in EVENT_OF and {step["status_before"], step["status_after"]} <= set(Status)
        ]
        steps = [
            (EVENT_OF[step["action"]], Status(step["status_before"]), Status(step["status_after"]))
            for step in known
        ]
        place = overtaken_by(state, event, steps)
        if place is not None:
            return Stale(self._faster(known[place], state))
        refusal = why_not(state, event)
        if refusal and state == judged:
            return TransitionNotAllowed(f"{refusal}. {UNCHANGED}")
        if state == judged:
            return NotAllowed(
                f"the source of this campaign did not take the change, it is {state.status} as before. {UNCHANGED}"
            )
        return Stale(f"this campaign has become {state.status} meanwhile: look at it again. {UNCHANGED}")

    def _faster(self, step: Row, state: State) -> str:
        by_me = step["actor"] == self._viewer.login
        who = "You" if by_me else mask_actor(step["actor"], clear=self._viewer.clear_numbers)
        since = duration(max(0, int((self._clock() - step["occurred_at"]).total_seconds())))
        moved_on = f"; it is {state.status} now" if state.status != step["status_after"] else ""
        return f"{who} {step['action']} this campaign {since} ago{moved_on}. {UNCHANGED}"
