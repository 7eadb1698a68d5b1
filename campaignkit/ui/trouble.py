"""What a page says of a trouble: a sentence for whoever looks, and a reference to the rest, which stands in the log."""

from __future__ import annotations

import logging
import secrets

from campaignkit.domain.errors import CampaignKitError

log = logging.getLogger(__name__)


def noted(error: Exception) -> str:
    """Write *error* to the log and return the reference by which it is found there."""
    reference = secrets.token_hex(3).upper()
    log.error("reference %s", reference, exc_info=error)
    return reference


def told(error: CampaignKitError, *, viewer: bool) -> str:
    """Return *error* as words without a full stop; a dashboard's *viewer* learns nothing of places and options."""
    return error.calm if viewer and error.calm else str(error)
