"""The recipients of one campaign, paged in the engine, numbers masked (R52–R57)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from campaignkit.domain.access import Viewer
from campaignkit.domain.delivery import Kind, SmsResult, Stage, Verdict
from campaignkit.domain.errors import NotFound
from campaignkit.domain.filters import Cursor, E, RecipientFilter, RecipientSort, expect
from campaignkit.domain.lists import RecipientList
from campaignkit.services.answers import in_contract, mask_numbers
from campaignkit.services.campaigns import PAGE_ROWS, Campaigns, judged
from campaignkit.services.look import Look
from campaignkit.services.pages import Page, check_limit, later, order_name
from campaignkit.services.provided import RECIPIENT, not_provided
from campaignkit.store.base import Row, Session, Store
from campaignkit.store.statements import Variant

MASK = "****"
EVERYBODY = RecipientFilter()
FEW = 20  # so many times what a campaign has is the square of the most that are found before they are ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One message. `delivered_at` is when the final receipt came.

    `recipient` is the mask and the last digits, or the full number where it was asked for with the grant.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the filter values would show, each group counted without its own choice, and what the filter shows.

    `smpp_codes` holds the standard stats and whatever else the campaign has (R55), `null_smpp` the rows without a
    report. `results` is of the rows that match, `awaiting` those of them that may still get a report (R54);
    `intermediate` names the codes that decide nothing yet.
    `at_submission` and `by_carrier` are of the whole campaign: the two ways to fail (R61).
    """

    known: int
    stages: Mapping[Stage, int]
    sms_results: Mapping[SmsResult, int]
    smpp_codes: Mapping[str, int]
    null_smpp: int
    results: Mapping[SmsResult, int]
    awaiting: int
    intermediate: frozenset[str]
    at_submission: int
    by_carrier: int


class Recipients:
    """Answers about recipients, as one viewer may have them."""

    def __init__(
        self, store: Store, viewer: Viewer, campaigns: Campaigns, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._viewer, self._campaigns, self._clock = store, viewer, campaigns, clock

    @property
    def not_provided(self) -> tuple[str, ...]:
        """Return what the source has for no recipient, by the names of a recipient's values."""
        return not_provided(self._store.probe, RECIPIENT)

    def counts(self, id: str | Look, filter: RecipientFilter = EVERYBODY) -> Counts:
        """Return how many recipients of campaign *id* there are by everything that can be filtered by.

        Raises `NotFound` or `Ambiguous`.
        """
        expect(RecipientFilter, filter, what="filter")
        with self._campaigns.look(id) as look:
            table, whole = look.stats, look.parts
        parts = [part for part in whole if not filter.esmes or part["esme"] in filter.esmes]

        def shown_by(filter: RecipientFilter) -> list[Row]:
            return [part for part in parts if _shows(filter, part)]

        shown = shown_by(filter)
        codes = shown_by(replace(filter, smpp_codes=frozenset(), null_smpp=True))
        return Counts(
            known=_sum(parts),
            stages=_by(Stage, "stage", shown_by(replace(filter, stages=frozenset()))),
            sms_results=_by(SmsResult, "sms_result", shown_by(replace(filter, sms_results=frozenset()))),
            smpp_codes=dict.fromkeys(table.states, 0) | _codes(codes),
            null_smpp=_sum(part for part in codes if part["smpp_code"] is None),
            results=_by(SmsResult, "sms_result", shown),
            awaiting=_sum(part for part in shown if judged(part, table) is Verdict.AWAITING),
            intermediate=frozenset(code for code in _codes(parts) if table.kind(code) is Kind.WAITING),
            at_submission=_sum(part for part in parts if part["stage"] == Stage.FAILED),
            by_carrier=_sum(
                part
                for part in parts
                if part["sms_result"] == SmsResult.FAILED and part["stage"] != Stage.FAILED
            ),
        )

    def page(
        self,
        id: str | Look,
        filter: RecipientFilter = EVERYBODY,
        *,
        sort: RecipientSort | str = RecipientSort.ID,
        descending: bool = False,
        limit: int = PAGE_ROWS,
        after: str | None = None,
        clear: bool | None = None,
    ) -> Page[Recipient]:
        """Return a page of the recipients of campaign *id*, in the order of the list or of sending.

        Rows that were not sent come last in both directions. *clear* asks for full numbers, by default wherever the
        viewer has the grant; a page that shows some is in the audit trail before it is returned. Raises `NotFound`
        or `Ambiguous` for the campaign, `InvalidInput` for a sort, limit or cursor that does not exist.
        """
        campaign = id.campaign["external_id"] if isinstance(id, Look) else id
        asked = RecipientList(campaign=campaign, filter=filter, sort=sort, descending=descending)  # type: ignore[arg-type]  # checked there
        by, descending = asked.sort, asked.descending
        order = order_name(by, descending=descending)
        cursor = Cursor.parse(after, order=order) if after is not None else None
        check_limit(limit)
        base, parameters = matching(filter)
        variant = replace(base, sort=by.value, descending=descending, limited=True)
        by_time = by is RecipientSort.SENT
        variant, place = later(variant, cursor, key=datetime if by_time else int, tie=int, nullable=by_time)
        full = self._viewer.full_numbers(clear)
        with self._campaigns.look(id if isinstance(id, Look) else asked.campaign, writing=full) as look:
            session, kept = look.session, look.known_parts
            parameters["campaign_id"] = look.campaign["campaign_id"]
            if kept is None:
                total = session.row("recipients/page", parameters, replace(base, counted=True))["matching"]
            else:
                shown = [part for part in kept if _shows(filter, part)]
                total = _sum(shown)
                if session.indexed and total**2 <= FEW * _sum(kept):
                    filters, narrowed = _few(filter, shown)
                    variant = replace(variant, filters=filters, few=True)
                    parameters |= narrowed
            found = _found(session, parameters | place, variant, limit + 1) if total else []
            ids = [row["recipient_id"] for row in found[:limit]]
            numbers = self._revealed(look, ids, filter.caption()[:300]) if full else {}
        rows = tuple(_recipient(row, numbers.get(row["recipient_id"])) for row in found[:limit])
        more = len(found) > limit
        return Page(
            rows=rows,
            total=total,
            next=str(_cursor(rows[-1], by, order)) if more else None,
            kind=Recipient,
        )

    def reveal(self, id: str, recipient_id: int) -> str:
        """Return the full number of one recipient of campaign *id*; the audit trail says so first (R57).

        Raises `NotAllowed` without the grant, and `NotFound` where the number is not known.
        """
        self._viewer.full_numbers(wanted=True)
        with self._campaigns.look(id, writing=True) as look:
            numbers = self._revealed(look, [recipient_id], f"recipient {recipient_id}")
        if not numbers:
            raise NotFound(
                f"the full number of recipient {recipient_id} is not known: it was imported without"
            )
        return numbers[recipient_id]

    def _revealed(self, look: Look, ids: list[int], what: str) -> dict[int, str]:
        """Return the full numbers of *ids*, and write into the same transaction that the viewer has seen them."""
        session, campaign = look.session, look.campaign
        asked = {"campaign_id": campaign["campaign_id"], "recipient_ids": ids}
        numbers = {row["recipient_id"]: row["ctn"] for row in session.rows("recipients/numbers", asked)}
        if numbers:
            note = f"{len(numbers):,} full number{'s' if len(numbers) > 1 else ''}: {what}"
            signed = {
                "actor": self._viewer.login,
                "now": self._clock(),
                "action": "pii_revealed",
                "note": note,
            }
            session.run(
                "audit/add", {name: campaign[name] for name in ("workspace_id", "campaign_id")} | signed
            )
        return numbers


def _few(filter: RecipientFilter, shown: list[Row]) -> tuple[frozenset[str], dict[str, object]]:
    """Return the filters and values by which an index has the rows of *shown*, the parts that *filter* shows."""
    values = {name: {part[name] for part in shown} for name in ("sms_result", "stage", "smpp_code")}
    codes = values["smpp_code"] - {None}
    by_code = "codes" if codes == values["smpp_code"] else "codes_or_null" if codes else "null"
    return frozenset({"sms_results", "stages", by_code, *(["esmes"] if filter.esmes else [])}), {
        "sms_results": sorted(values["sms_result"]),
        "stages": sorted(values["stage"]),
        "smpp_codes": sorted(codes),
    }


def _found(session: Session, parameters: dict[str, object], variant: Variant, limit: int) -> list[Row]:
    """Return so many rows of recipients/page; those that were sent and those that were not are two questions.

    Asked for with an OR between them, DuckDB would read all rows of the campaign.
    """
    if variant.after != "value" or variant.sort != RecipientSort.SENT:
        return session.rows("recipients/page", parameters | {"limit": limit}, variant)
    sent = session.rows("recipients/page", parameters | {"limit": limit}, replace(variant, after="filled"))
    if len(sent) == limit:
        return sent
    rest = {"limit": limit - len(sent)}
    return sent + session.rows("recipients/page", parameters | rest, replace(variant, after="nulls"))


def matching(filter: RecipientFilter) -> tuple[Variant, dict[str, object]]:
    """Return the form of recipients/page that *filter* asks for, and its parameters (R56)."""
    names = {name for name in ("stages", "sms_results", "esmes") if getattr(filter, name)}
    if filter.smpp_codes:
        names.add("codes_or_null" if filter.null_smpp else "codes")
    elif not filter.null_smpp:
        names.add("not_null")
    return Variant(filters=frozenset(names)), {
        "stages": sorted(filter.stages),
        "sms_results": sorted(filter.sms_results),
        "smpp_codes": sorted(filter.smpp_codes),
        "esmes": sorted(filter.esmes),
    }


def _shows(filter: RecipientFilter, part: Row) -> bool:
    """Tell whether *filter* shows the rows of *part*; the SQL of recipients/page in Python (R56)."""
    code = part["smpp_code"]
    return (
        (not filter.esmes or part["esme"] in filter.esmes)
        and (not filter.stages or part["stage"] in filter.stages)
        and (not filter.sms_results or part["sms_result"] in filter.sms_results)
        and (filter.null_smpp if code is None else not filter.smpp_codes or code in filter.smpp_codes)
    )


def _sum(parts: Iterable[Row]) -> int:
    return sum(part["recipients"] for part in parts)


def _by(kind: type[E], column: str, parts: Iterable[Row]) -> dict[E, int]:
    counts = dict.fromkeys(kind, 0)
    for part in parts:
        counts[in_contract(kind, part[column], column)] += part["recipients"]
    return counts


def _codes(parts: Iterable[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in parts:
        if part["smpp_code"] is not None:
            counts[part["smpp_code"]] = counts.get(part["smpp_code"], 0) + part["recipients"]
    return counts


def _recipient(row: Row, number: str | None = None) -> Recipient:
    known = row | {
        "recipient": number or MASK + row["ctn_tail"],
        "stage": in_contract(Stage, row["stage"], "stage"),
        "sms_result": in_contract(SmsResult, row["sms_result"], "SMS result"),
        # R52: the time the final receipt came; an intermediate one delivers nothing
        "delivered_at": row["dlr_at"] if row["sms_result"] != SmsResult.UNKNOWN else None,
    }
    known |= {name: mask_numbers(row[name]) for name in ("error", "filter")}
    del known["ctn_tail"], known["dlr_at"]
    return Recipient(**known)


def _cursor(last: Recipient, by: RecipientSort, order: str) -> Cursor:
    sent = last.sent_at.isoformat() if last.sent_at else None
    return Cursor(order, sent if by is RecipientSort.SENT else str(last.recipient_id), str(last.recipient_id))
