"""What an adapter's SELECTs become over PostgreSQL: the text of one view a relation of the contract.

Each SELECT is given all the columns that it could yield, those that it does not as nulls of their type; the rest is
written in `sql/adopt`. A relation that no file yields gets no view: its source does not provide it.
"""

# ruff: noqa: S608 - what is put together here are files of ours, the adapter's own SELECTs, and names of the contract
from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.adapter import Adapter, check_columns
from campaignkit.importing.spellings import spellings
from campaignkit.store.statements import column_types

Columns = Mapping[str, str]  # what a SELECT yields: names, and PostgreSQL's names of their types

EVENTS = {"state_events": "event_id", "job_errors": "job_error_id", "audit_events": "audit_id"}
BESIDE: Mapping[str, Mapping[str, str]] = {  # the contract's own columns
    "campaigns": {"campaign_key": "varchar"},
    "recipients": {
        "campaign_key": "varchar",
        "recipient_key": "varchar",
        "saddr": "varchar",
        "ctn": "varchar",
    },
    **{select: {"campaign_key": "varchar"} for select in EVENTS},
}
ALONE: Mapping[str, Mapping[str, str]] = {  # those of files that are no relation
    "receipts": {
        "campaign_id": "bigint",
        "campaign_key": "varchar",
        "recipient_id": "bigint",
        "recipient_key": "varchar",
        "stat": "varchar",
        "err": "varchar",
        "received_at": "timestamptz",
        "line": "bigint",
    },
    "unmapped": {"reason": "varchar", "line": "varchar"},
}
REQUIRED: Mapping[str, set[str]] = {
    "workspaces": {"workspace_id"},
    "campaigns": {"saddr"},
    "receipts": {"stat", "received_at"},
    "state_events": {"phase", "occurred_at"},
    "job_errors": {"phase", "code", "message", "occurred_at"},
    "audit_events": {"action", "actor", "occurred_at"},
    "unmapped": {"reason"},
}
FOLLOWS = {"sms_result": "smpp_code"}  # what the SELECTs leave to us
OPTIONAL = {"campaigns": "delivery_errors", "recipients": "ctn_hash"}
UNFILLED: Mapping[
    str, tuple[str, ...]
] = {  # what may be null; or what is only guessed, where it is not yielded
    "campaigns": tuple(
        "name status moderation mode start_at end_at window_from window_to author_name author_email".split()
    ),
    "recipients": (
        "esme",
        "filter",
        "command_status",
        "smsid",
        "smpp_code",
        "err",
        "error",
        "sent_at",
        "dlr_at",
    ),
}
FOLLOWS_FROM_RECIPIENTS = {"status", "created_at", "updated_at"}

_SLOT = re.compile(r"\{(\w+)\}")
_ZONE = re.compile(r"(?<![:\w]):zone\b")  # and not the cast in `x::zone`
_WITHOUT_ZONE = ("timestamp without time zone", "date")


def single(adapter: Adapter, select: str) -> str:
    """Return one of the adapter's SELECTs as a query that can stand in brackets, `lines` within its reach."""
    lines = _lines(adapter)
    return f"{f'with {lines} ' if lines else ''}select * from ({_text(adapter, select)}) as s"


def check(adapter: Adapter, yielded: Mapping[str, Columns]) -> None:
    """Refuse an adapter whose SELECTs yield what is not known, or too little."""
    if "recipients" not in yielded:
        raise InvalidInput(
            f"{adapter.folder} has no recipients.sql: without messages there is nothing to look at"
        )
    for select, columns in yielded.items():
        known = set(_known(select)) - FOLLOWS.keys()
        for column in sorted(columns.keys() & FOLLOWS.keys()):
            raise InvalidInput(
                f"{adapter.where(select)} yields {column}, which follows from {FOLLOWS[column]}: leave it out"
            )
        required = set(REQUIRED.get(select, ()))
        if select == "recipients" and "campaigns" not in yielded:
            required |= {"saddr"}
            _one_of(adapter, select, columns, "created_at", "sent_at")
            known -= {"campaign_key", "campaign_id"}
        elif select in ("campaigns", "recipients", "state_events", "job_errors"):
            _one_of(adapter, select, columns, "campaign_id", "campaign_key")
        if select in ("recipients", "receipts"):
            _one_of(adapter, select, columns, "recipient_id", "recipient_key")
        check_columns(adapter, select, columns, known=known, required=required)


def _one_of(adapter: Adapter, select: str, columns: Columns, *names: str) -> None:
    if not columns.keys() & set(names):
        raise InvalidInput(f"{adapter.where(select)} must yield {' or '.join(names)}")


def views(adapter: Adapter, yielded: Mapping[str, Columns], workspace: str) -> dict[str, str]:
    """Return the view that each relation becomes, in an order in which they can be made.

    *workspace* is that of campaigns which name none.
    """
    made: dict[str, str] = {}
    slots = {
        "lines": f"{lines}, " if (lines := _lines(adapter)) else "",
        "adapter": _literal(adapter.name),
        "workspace": _literal(workspace),
        "zone": _literal(adapter.zone),
    }
    whole = _filled("recipients", slots | _of_recipients(adapter, yielded))
    made["recipients"] = f"select {_contract('recipients', yielded)} from ({whole}) as r"
    if "ctn" in yielded["recipients"]:
        made["recipient_numbers"] = _filled("numbers", slots | {"recipients": whole})
    if "campaigns" not in yielded:
        made["campaigns"] = _filled("days", slots | {"recipients": whole})
    else:
        follows = FOLLOWS_FROM_RECIPIENTS - yielded["campaigns"].keys()
        tallies = _filled("tallies" if follows else "no_tallies", {})
        shaped = {"yielded": _shaped(adapter, "campaigns", yielded["campaigns"]), "tallies": tallies}
        made["campaigns"] = (
            f"select {_contract('campaigns', yielded)} from ({_filled('campaigns', slots | shaped)}) as c"
        )
    if "workspaces" in yielded:
        shaped = {"yielded": _shaped(adapter, "workspaces", yielded["workspaces"])}
        made["workspaces"] = _filled("workspaces", slots | shaped)
    else:
        named = "workspace_id" in yielded.get("campaigns", {})
        made["workspaces"] = _filled("workspaces_named" if named else "workspace", slots)
    for select in EVENTS:
        if select in yielded:
            made[select] = _filled(select, slots | {"yielded": _shaped(adapter, select, yielded[select])})
    return made


def keeps_counts(yielded: Mapping[str, Columns]) -> bool:
    """Tell whether the source itself says when a campaign or its recipients changed.

    Where `updated_at` follows from the recipients it tells less than that, and costs as much as counting them.
    """
    return "updated_at" in yielded.get("campaigns", {})


def not_provided(yielded: Mapping[str, Columns]) -> list[str]:
    """Return the columns that the views have, and that nothing of the source fills."""
    campaigns, recipients = yielded.get("campaigns", {}), dict(yielded["recipients"])
    if "receipts" in yielded:
        recipients |= {"smpp_code": "varchar", "dlr_at": "timestamptz", "err": "varchar"}
    return sorted([
        *(f"core.campaigns.{name}" for name in UNFILLED["campaigns"] if name not in campaigns),
        *(f"core.recipients.{name}" for name in UNFILLED["recipients"] if name not in recipients),
    ])  # fmt: skip


def _of_recipients(adapter: Adapter, yielded: Mapping[str, Columns]) -> dict[str, str]:
    receipts = yielded.get("receipts", {})
    key = ["recipient_id"]
    if receipts.keys() & {"campaign_id", "campaign_key"}:
        key.insert(0, "campaign_id")
    stats = ", ".join(
        f"({_literal(code)}, {rank}, {place}, {_literal(result)})"
        for code, rank, place, result in spellings(adapter)
    )
    return {
        "yielded": _shaped(adapter, "recipients", yielded["recipients"], days="campaigns" not in yielded),
        "receipts": _shaped(adapter, "receipts", receipts),
        "key": ", ".join(f"r.{name}" for name in key),
        "same": " and ".join(f"f.{name} = y.{name}" for name in key),
        "stats": stats,
    }


def _contract(relation: str, yielded: Mapping[str, Columns]) -> str:
    """Return the columns of a view: the contract's, an optional one last and only if it is yielded."""
    optional = OPTIONAL[relation]
    names = [name for name in column_types(f"core.{relation}") if name != optional]
    return ", ".join([*names, *([optional] if optional in yielded[relation] else [])])


def _shaped(adapter: Adapter, select: str, columns: Columns, *, days: bool = False) -> str:
    """Return a SELECT of the adapter's with every column that it could yield, and the keys made of what it does."""
    given = {name: _cast(adapter, name, kind, columns) for name, kind in _known(select).items()}
    made = given | {
        name: _key(adapter, name, given, days=days)
        for name in ("campaign_id", "recipient_id", "external_id", EVENTS.get(select, ""))
        if name in given and name not in columns
    }
    listed = ", ".join(f"{value} as {name}" for name, value in made.items())
    source = f"({_text(adapter, select)}) as y" if columns else "(values (null)) as y where false"
    return f"select {listed} from {source}"


def _cast(adapter: Adapter, name: str, kind: str, columns: Columns) -> str:
    if name not in columns:
        return f"null::{kind}"
    if kind == "timestamptz" and columns[name] in _WITHOUT_ZONE:
        return f"(y.{name}::timestamp at time zone {_literal(adapter.zone)})"
    return f"y.{name}::{kind}"


def _key(adapter: Adapter, name: str, given: Mapping[str, str], *, days: bool) -> str:
    """Return what makes a number or UUID of the keys that are there."""
    if name == "recipient_id":
        return f"kit.id_of_key({given['recipient_key']})"
    if name == "campaign_id" and days:
        began = f"coalesce({given['created_at']}, {given['sent_at']}, {given['dlr_at']})"
        return f"kit.id_of_day({given['saddr']}, ({began} at time zone {_literal(adapter.zone)})::date)"
    if name == "campaign_id":
        return f"kit.id_of_key({given['campaign_key']})"
    if name == "external_id":
        key = given["campaign_key"] if "null::" not in given["campaign_key"] else given["campaign_id"]
        return f"kit.uuid_of({_literal(adapter.name + '/')} || {key})"
    known = ", ".join(value for column, value in given.items() if column != name)
    return f"kit.id_of_key('e' || md5(row({known})::text))"


def _text(adapter: Adapter, select: str) -> str:
    """Return the adapter's SELECT with the zone put in; a comment may be its last line."""
    text = _ZONE.sub(lambda _: _literal(adapter.zone), adapter.selects[select])
    return f"{text.rstrip().removesuffix(';')}\n"


def _lines(adapter: Adapter) -> str:
    """Return what the other files may read as `lines`, if there is such a file."""
    return f"lines as ({_text(adapter, 'lines')})" if "lines" in adapter.selects else ""


@functools.cache
def _known(select: str) -> Mapping[str, str]:
    if select in ALONE:
        return ALONE[select]
    contract = {name: kind.lower() for name, kind in column_types(f"core.{select}").items()}
    return {**contract, **BESIDE.get(select, {})}


def _filled(name: str, slots: Mapping[str, str]) -> str:
    """Return a file of sql/adopt without its comments, its slots filled."""
    text = asset("sql", "adopt", f"{name}.sql").read_text(encoding="utf-8")
    return _SLOT.sub(lambda slot: slots[slot[1]], re.sub(r"^--.*\n", "", text, flags=re.MULTILINE)).strip()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
