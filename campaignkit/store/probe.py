"""What a database provides: which relations and columns are there, and whether we may use them at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from campaignkit.domain.errors import NotAllowed, StoreUnreadable
from campaignkit.store.statements import Variant

if TYPE_CHECKING:
    from campaignkit.store.base import Session, Store

SCHEMA_VERSION = 1

REQUIRED: Mapping[str, frozenset[str]] = {
    "core.workspaces": frozenset({"workspace_id", "name", "time_zone"}),
    "core.campaigns": frozenset(
        "campaign_id external_id workspace_id name status moderation auto_start mode saddr start_at end_at"
        " window_from window_to total author_name author_email created_at updated_at".split()
    ),
    "core.recipients": frozenset(
        "campaign_id recipient_id ctn_tail stage esme filter parts command_status smsid smpp_code sms_result"
        " err error created_at sent_at dlr_at".split()
    ),
    "kit.audit_events": frozenset({"audit_id"}),
    "kit.members": frozenset({"login"}),
    "kit.archived": frozenset({"campaign_id"}),
    "kit.stat_aliases": frozenset({"alias", "stat"}),
    "kit.exports": frozenset({"export_id"}),
}
OPTIONAL_RELATIONS = ("core.state_events", "core.job_errors", "core.audit_events")
# Without them everything is counted when it is asked for.
COUNTS = frozenset({"kit.counted", "kit.counted_parts", "kit.counted_quarters", "kit.counted_totals"})
OPTIONAL_COLUMNS = ("core.campaigns.delivery_errors", "core.recipients.ctn_hash")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a database provides. `missing` names optional relations ('core.x') and columns ('core.x.y')."""

    relations: Mapping[str, str] = field(default_factory=dict)  # name -> "table" | "view"
    missing: frozenset[str] = frozenset()
    unfilled: frozenset[str] = (
        frozenset()
    )  # columns that are there, as null, since the source has nothing for them

    def provides(self, name: str) -> bool:
        """Tell whether an optional relation or column is there, and can hold something."""
        return name not in self.missing and name not in self.unfilled


# What the session's account may at least partly read: PostgreSQL lists nothing else here.
COLUMNS = """
select table_schema || '.' || table_name, table_type, column_name
from information_schema.columns
join information_schema.tables using (table_catalog, table_schema, table_name)
where table_catalog = current_database() and table_schema in ('core', 'kit')
"""

UNFILLED = "select name from kit.not_provided"  # adopt writes it


def probe(session: Session, name: str) -> Probe:
    """Return what the database called *name* provides; raises `StoreUnreadable` if it is not a campaignkit database."""
    columns: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for relation, kind, column in session.query(COLUMNS):
        columns.setdefault(relation, set()).add(column)
        kinds[relation] = "view" if kind == "VIEW" else "table"
    _check_version(session, name, kinds)
    for relation, needed in REQUIRED.items():
        lacking = needed - columns.get(relation, set())
        if lacking:
            what = relation if relation not in columns else f"{relation}.{min(lacking)}"
            raise StoreUnreadable(
                f"{name} is no campaignkit database, it has no {what}: {_way_out(relation, kinds)}"
            )
    return Probe(
        kinds,
        frozenset(relation for relation in OPTIONAL_RELATIONS if relation not in columns)
        | frozenset(
            COUNTS if COUNTS - columns.keys() else ()
        )  # some of them would say that there is nothing to count
        | frozenset(
            name for name in OPTIONAL_COLUMNS if name.rsplit(".", 1)[1] not in columns[name.rsplit(".", 1)[0]]
        ),
        frozenset(name for (name,) in session.query(UNFILLED))
        if "kit.not_provided" in kinds
        else frozenset(),
    )


def refused(store: Store, names: Iterable[str]) -> frozenset[str]:
    """Return which of the statements *names*, changes of core.campaigns, the source of *store* takes from nobody.

    A table takes them all. A view may, by itself or by an INSTEAD OF trigger; only the engine knows, so it is asked to
    plan them.
    """
    if store.probe.relations.get("core.campaigns") != "view":
        return frozenset()
    found = set()
    for name in names:
        try:
            with store.reading() as session:
                session.explain(name, Variant())
        except StoreUnreadable:
            found.add(name)
        except NotAllowed:
            pass  # this login may not, which is a matter of its role
    return frozenset(found)


def _way_out(relation: str, kinds: Mapping[str, str]) -> str:
    if relation.startswith("core.") and any(name.startswith("core.") for name in kinds):
        return "its source has to provide that, see the data contract"
    return "run `campaignkit init` on it, or name another"


def _check_version(session: Session, name: str, kinds: Mapping[str, str]) -> None:
    if "kit.schema_version" not in kinds:
        return
    ((version,),) = session.query("select max(version) from kit.schema_version")
    if version is not None and version > SCHEMA_VERSION:
        raise StoreUnreadable(
            f"{name} was made by a newer campaignkit (schema {version}, this one knows {SCHEMA_VERSION}):"
            " upgrade campaignkit"
        )
