"""The recipients of one campaign, paged in the engine, numbers masked (R52–R57)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.filters import Cursor, RecipientFilter, RecipientSort, parse_enum
from campaignkit.services.campaigns import PAGE_ROWS, Campaigns
from campaignkit.services.pages import Page, check_limit, later, order_name
from campaignkit.store.base import Row, Store
from campaignkit.store.statements import Variant

MASK = "****"
EVERYBODY = RecipientFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One message. `recipient` is the mask and the last digits; `delivered_at` is when the final receipt came."""

    recipient_id: int
    recipient: str
    stage: Stage
    esme: str | None
    filter: str | None
    delivered_at: datetime | None
    smpp_code: str | None
    sms_result: SmsResult
    smsid: str | None
    created_at: datetime
    sent_at: datetime | None
    error: str | None


class Recipients:
    """Answers about recipients, as one viewer may have them."""

    def __init__(self, store: Store, campaigns: Campaigns) -> None:
        self._store, self._campaigns = store, campaigns

    def page(
        self,
        id: str,
        filter: RecipientFilter = EVERYBODY,
        *,
        sort: RecipientSort | str = RecipientSort.ID,
        descending: bool = False,
        limit: int = PAGE_ROWS,
        after: str | None = None,
    ) -> Page[Recipient]:
        """Return a page of the recipients of campaign *id*, in the order of the list or of sending.

        Rows that were not sent come last in both directions. Raises `NotFound` or `Ambiguous` for the
        campaign, `InvalidInput` for a sort, limit or cursor that does not exist.
        """
        by = parse_enum(RecipientSort, sort, what="sort")
        order = order_name(by, descending=descending)
        cursor = Cursor.parse(after, order=order) if after is not None else None
        check_limit(limit)
        matching, parameters = _matching(filter)
        variant = replace(matching, sort=by.value, descending=descending, limited=True)
        by_time = by is RecipientSort.SENT
        variant, place = later(variant, cursor, key=datetime if by_time else int, tie=int, nullable=by_time)
        with self._store.reading() as session:
            parameters["campaign_id"] = self._campaigns.locate(session, id)["campaign_id"]
            counted = session.row("recipients/page", parameters, replace(matching, counted=True))
            found = session.rows("recipients/page", parameters | place | {"limit": limit + 1}, variant)
        rows = tuple(_recipient(row) for row in found[:limit])
        more = len(found) > limit
        return Page(
            rows=rows,
            total=counted["matching"],
            next=str(_cursor(rows[-1], by, order)) if more else None,
            kind=Recipient,
        )


def _matching(filter: RecipientFilter) -> tuple[Variant, dict[str, object]]:
    """Return the form of recipients/page that *filter* asks for, and its parameters (R56)."""
    names = {name for name in ("stages", "sms_results") if getattr(filter, name)}
    if filter.smpp_codes:
        names.add("codes_or_null" if filter.null_smpp else "codes")
    elif not filter.null_smpp:
        names.add("not_null")
    return Variant(filters=frozenset(names)), {
        "stages": sorted(filter.stages),
        "sms_results": sorted(filter.sms_results),
        "smpp_codes": sorted(filter.smpp_codes),
    }


def _recipient(row: Row) -> Recipient:
    known = row | {
        "recipient": MASK + row["ctn_tail"],
        "stage": Stage(row["stage"]),
        "sms_result": SmsResult(row["sms_result"]),
        # R52: the time the final receipt came; an intermediate one delivers nothing
        "delivered_at": row["dlr_at"] if row["sms_result"] != SmsResult.UNKNOWN else None,
    }
    del known["ctn_tail"], known["dlr_at"]
    return Recipient(**known)


def _cursor(last: Recipient, by: RecipientSort, order: str) -> Cursor:
    sent = last.sent_at.isoformat() if last.sent_at else None
    return Cursor(order, sent if by is RecipientSort.SENT else str(last.recipient_id), str(last.recipient_id))
