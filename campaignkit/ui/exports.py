"""The Export tab: create an export, watch it, take it along (R62–R65). Only a kit that may act imports this module."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from campaignkit.domain.access import Permission
from campaignkit.domain.errors import InvalidInput, NotAllowed, NotFound
from campaignkit.domain.exports import ExportFormat, ExportStatus
from campaignkit.domain.filters import RecipientFilter, parse_enum
from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.exports import Export
from campaignkit.services.look import Look
from campaignkit.ui.values import Message, Value, plain

UNDER_WAY = (ExportStatus.QUEUED, ExportStatus.RUNNING)
BUSY = 1.0  # seconds until a page asks again how far an export is
PIECE = 2**20  # bytes of a file in one message: what the kernel holds of it at a time


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that the page is taking along, and what it is called there."""

    path: Path
    name: str


class Exports:
    """The exports of one campaign, and what the next one will be; `filtered` says what Recipients is filtered by."""

    def __init__(self, kit: Kit, filtered: Callable[[], RecipientFilter]) -> None:
        self._kit, self._filtered = kit, filtered
        self._id = ""
        self._format, self._rows_of = ExportFormat.CSV, "full"

    def value(self, look: Look, shown: Shown) -> Value:
        """Return what the tab shows of a campaign."""
        campaign, filter = shown.campaign, self._filtered()
        self._id = campaign.external_id
        found = self._kit.exports.of(look)
        counts = self._kit.recipients.counts(look, filter)
        filtered = filter != RecipientFilter()
        return {
            "refusal": self._refusal(campaign.workspace_id),
            "format": self._format.value,
            "rows_of": self._rows_of if filtered else "full",
            "full": counts.known,
            "filtered": sum(counts.results.values()),
            "filter_text": filter.caption() if filtered else None,
            "note": self._note(),
            "rows": [self._row(export, found) for export in found],
            "ask_again": BUSY if any(export.status in UNDER_WAY for export in found) else None,
        }

    def _refusal(self, workspace: str) -> str | None:
        try:
            self._kit.viewer.check(Permission.EXPORT, workspace)
        except NotAllowed as refusal:
            return f"{str(refusal)[0].upper()}{str(refusal)[1:]}."
        return None

    def _note(self) -> str:
        numbers = (
            "Full numbers, written to the audit trail" if self._clear else "Numbers are masked for your role"
        )
        minutes = round(self._kit.exports.ttl.total_seconds() / 60)
        kept = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
        return (
            "CSV: the ten columns with a header, UTF-8. TXT: one recipient per line."
            f" {numbers}. Files are kept for {kept}."
        )

    @property
    def _clear(self) -> bool:
        return self._kit.viewer.clear_numbers

    def _row(self, export: Export, all: tuple[Export, ...]) -> Value:
        ahead = [other for other in all if other.status in UNDER_WAY and other.created_at < export.created_at]
        return {
            "export_id": export.export_id,
            "status": export.status.value,
            "format": export.format.value,
            "asked": "full list" if export.filter == RecipientFilter() else export.filter.caption(),
            "progress": export.progress or 0,
            "rows_written": export.rows_written,
            "bytes": export.bytes,
            "requested_by": export.requested_by,
            "mine": export.mine,
            "ahead": len(ahead),
            "created_at": plain(export.created_at),
            "expires_at": plain(export.expires_at),
            "error": export.error,
        }

    # ── wishes ──────────────────────────────────────────────────────────────

    def _choose(self, message: Message) -> None:
        match message.get("field"):
            case "format":
                self._format = parse_enum(ExportFormat, message.get("value"), what="format")
            case "rows_of" if message.get("value") in ("full", "filter"):
                self._rows_of = str(message.get("value"))
            case _:
                raise InvalidInput("there is no such choice")

    def _create(self, _message: Message) -> None:
        filter = self._filtered() if self._rows_of == "filter" else RecipientFilter()
        self._kit.exports.start(self._id, filter, format=self._format)

    def _again(self, message: Message) -> None:
        earlier = _export_of(self._kit, message)
        self._kit.exports.start(self._id, earlier.filter, format=earlier.format)

    WISHES: ClassVar[Mapping[str, Callable[[Exports, Message], None]]] = {
        "export-choose": _choose,
        "export-create": _create,
        "export-again": _again,
    }


class Taking:
    """The files that a page is taking along, which goes on whatever it shows meanwhile."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._opened: dict[str, Opened] = {}  # by export

    def piece(self, message: Message) -> tuple[Value, bytes]:
        """Return a piece of a kept file, and what it is; the first one is a download in the audit trail."""
        export, offset = _export_of(self._kit, message), message.get("offset")
        if isinstance(offset, bool) or not isinstance(offset, int) or not 0 <= offset < 2**50:
            raise InvalidInput("there is no such piece of a file")
        if offset == 0 or export.export_id not in self._opened:
            path = self._kit.exports.kept(export.export_id)
            name = f"{export.external_id[:8]}-recipients-{export.export_id[:8]}.{export.format.value}"
            self._opened[export.export_id] = Opened(path, name)
        opened = self._opened[export.export_id]
        try:
            with opened.path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(offset)
                data = file.read(PIECE)
        except OSError as error:
            raise NotFound("the file has gone meanwhile: create a new export") from error
        said = {
            "kind": "part",
            "id": export.export_id,
            "offset": offset,
            "size": size,
            "name": opened.name,
        }
        return said, data


def _export_of(kit: Kit, message: Message) -> Export:
    id = message.get("id")
    if not isinstance(id, str):
        raise InvalidInput("there is no such export")
    return kit.exports.find(id)
