"""An export's life (R62–R64): Queued → Running → Done → Expired, or Failed with a reason."""

from __future__ import annotations

from enum import StrEnum


class ExportStatus(StrEnum):
    """How far an export is."""

    QUEUED = "Queued"
    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"
    EXPIRED = "Expired"


class ExportFormat(StrEnum):
    """What a file of recipients looks like: the guide's ten columns, or one recipient a line (R62)."""

    CSV = "csv"
    TXT = "txt"


# The columns of a CSV in their order, by the names that they have in JSON.
COLUMNS = (
    "recipient", "stage", "esme", "filter", "delivered_at", "smpp_code", "smsid", "created_at", "sent_at", "error",
)  # fmt: skip
