"""What a source does not provide, by the names that answers give it: such a value is null, and never zero."""

from __future__ import annotations

from collections.abc import Mapping

from campaignkit.store.probe import Probe

REPORTS = "core.recipients.smpp_code"  # without it nothing tells what became of a message
STATUS = "core.campaigns.status"  # without it a campaign is Sending or Done, by its messages

# The name in an answer: the columns of the contract that it is made of.
CAMPAIGN: Mapping[str, tuple[str, ...]] = {
    "name": ("core.campaigns.name",),
    "mode": ("core.campaigns.mode",),
    "start_at": ("core.campaigns.start_at",),
    "end_at": ("core.campaigns.end_at",),
    "author": ("core.campaigns.author_name", "core.campaigns.author_email"),
    "window": ("core.campaigns.window_from", "core.campaigns.window_to"),
    "delivered": (REPORTS,),
    "errors": (REPORTS,),
}
RECIPIENT: Mapping[str, tuple[str, ...]] = {
    "esme": ("core.recipients.esme",),
    "filter": ("core.recipients.filter",),
    "delivered_at": ("core.recipients.dlr_at",),
    "smpp_code": (REPORTS,),
    "smsid": ("core.recipients.smsid",),
    "sent_at": ("core.recipients.sent_at",),
    "error": ("core.recipients.error",),
}


def not_provided(probe: Probe, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return those of *names* of which the source provides no column."""
    return tuple(
        name for name, columns in names.items() if not any(probe.provides(column) for column in columns)
    )
