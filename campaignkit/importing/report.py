"""What an import did, in numbers that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every line read is a recipient, a receipt, or unmapped for one reason: the three add up to `read`.

    `number_invalid` are recipients among those whose number could not be read. `warnings` are sentences for people.
    """

    read: int
    campaigns: int
    recipients: int
    receipts: int
    unmapped: Mapping[str, int]
    number_invalid: int
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.recipients + self.receipts + sum(self.unmapped.values()):
            raise ValueError(f"the lines do not add up: {self}")

    def as_json(self) -> dict[str, object]:
        """Return the counts, ready for JSON."""
        return {
            "read": self.read,
            "campaigns": self.campaigns,
            "recipients": self.recipients,
            "receipts": self.receipts,
            "unmapped": dict(self.unmapped),
            "number_invalid": self.number_invalid,
        }
