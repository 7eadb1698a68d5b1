"""What the words of the audit trail mean (R67); a word that is not here is shown as it was written."""

from __future__ import annotations

from collections.abc import Mapping

GLOSSARY: Mapping[str, str] = {
    "created": "The campaign was written; nobody has been asked to approve it yet.",
    "submitted": "The author handed it in for moderation: it stands in the Moderation queue.",
    "approved": "A moderator agreed. With auto-start it becomes Pending at once, else it waits for Start.",
    "rejected": "A moderator refused: the campaign is Cancelled and stays so.",
    "started": "Somebody pressed Start on an approved campaign: it becomes Pending.",
    "paused": "Sending stopped for a while, by hand or outside the daily sending window.",
    "resumed": "Sending went on after a pause.",
    "cancelled": "Somebody ended the campaign by hand, for good; what was sent stays sent.",
    "completed": "Every message was processed: the campaign is Done.",
    "failed": "A system error ended the campaign.",
    "expired": "The campaign's time window passed before it was complete.",
    "archived": "Put away: hidden from the list, to be found in the Archive; its status stays.",
    "restored": "Brought back from the Archive into the list.",
    "exported": "A file with the campaign's recipients was asked for.",
    "downloaded": "Such a file was fetched.",
    "pii_revealed": "Somebody with the extra grant saw full phone numbers.",
    "note": "Somebody wrote down a remark; nothing was changed.",
    "snapshot_taken": "The campaign, or its whole workspace, was copied into a file, numbers masked.",
    "report_sealed": "An incident report was sealed; the note holds its digest.",
}
