"""Adopt a foreign PostgreSQL schema: views of core.* over it, in one transaction with all that the toolkit needs.

What is made is signed with a comment. A relation of core.* that bears no such comment is somebody else's and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput, NotAllowed, StoreError
from campaignkit.importing import adapter as adapters
from campaignkit.importing import views
from campaignkit.importing.adapter import Adapter
from campaignkit.store import migrate
from campaignkit.store.postgres import NO_COUNTS, PostgresStore, Session

SIGNED = "made by `campaignkit adopt "
MASTER = "master"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What was made: the views, those of earlier times that are gone, and how many of the source's rows are nothing.

    `counts` says whether `campaignkit refresh` can keep counts, because the source says what changed.
    """

    adapter: str
    views: tuple[str, ...]
    gone: tuple[str, ...]
    unmapped: Mapping[str, int]
    counts: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def adopt(adapter: str, store: PostgresStore, *, workspace: str | None = None) -> Adopted:
    """Make core.* of *store* views over its own tables by *adapter* (a bundled name or a folder): all of it or nothing.

    It may be repeated: views that are as they were keep their grants and triggers. *workspace* is that of campaigns
    which name none, else the adapter's name. Raises a `CampaignKitError`.
    """
    loaded = adapters.load(adapter, adopting=True)
    if workspace == MASTER:
        raise InvalidInput(
            "master is the view over all workspaces: name the one that the campaigns shall be in"
        )
    with store.upgrading() as session:
        yielded = {
            select: _columns(session, loaded, select) for select in loaded.selects if select != "lines"
        }
        views.check(loaded, yielded)
        counts = views.keeps_counts(yielded)
        there = _there(session, store.name)
        session.script("create schema if not exists core; create schema if not exists kit")
        session.script(_file("adopt", "functions"))
        wanted = views.views(loaded, yielded, workspace or loaded.name)
        _make(session, store.name, loaded, wanted, there)
        for relation in wanted:
            note = f"{SIGNED}{loaded.name}`{'' if counts else NO_COUNTS}"
            session.script(f"comment on view core.{relation} is '{note}'")
        session.script(_file("postgres", "void_counts" if counts else "no_counts"))
        migrate.complete(session, store, new=False)
        _note_aliases(session, loaded)
        migrate.note_unfilled(session, views.not_provided(yielded))
        unmapped = _unmapped(session, loaded, yielded)
    return Adopted(
        adapter=loaded.name,
        views=tuple(f"core.{name}" for name in sorted(wanted)),
        gone=tuple(f"core.{name}" for name in sorted(there.keys() - wanted.keys())),
        unmapped=unmapped,
        counts=counts,
    )


def _columns(session: Session, adapter: Adapter, select: str) -> dict[str, str]:
    """Return what one of the adapter's SELECTs yields: names and types."""
    with _said_of(adapter, select):
        found = session.described(views.single(adapter, select))
    if len(found) != len(dict(found)):
        raise InvalidInput(f"{adapter.where(select)} yields a column twice: give each a name of its own")
    return dict(found)


def _there(session: Session, name: str) -> dict[str, list[str]]:
    """Return the views of core.* that were adopted before, with their triggers; refuse anything else there."""
    found = {}
    for relation, kind, note, triggers in session.query(_file("postgres", "adopted")):
        if kind != "v" or not note.startswith(SIGNED):
            what = "a view" if kind == "v" else "a table" if kind in "rp" else "no view"
            raise StoreError(
                f"core.{relation} is there in {name} already, {what} that `adopt` has not made: nothing was changed;"
                " rename or drop it, or use `campaignkit init`, which leaves core.* as it is"
            )
        found[relation] = triggers or []
    return found


def _make(
    session: Session,
    name: str,
    adapter: Adapter,
    wanted: Mapping[str, str],
    there: Mapping[str, list[str]],
) -> None:
    """Make the views; in place if they keep their columns, so that what the site has hung on them stays."""
    try:
        with session.connection.transaction():  # a savepoint
            for relation in there.keys() - wanted.keys():
                session.script(f"drop view core.{relation}")
            _create(session, adapter, wanted)
    except _OTHER_COLUMNS:
        _make_anew(session, name, adapter, wanted, there)


_OTHER_COLUMNS = (psycopg.errors.InvalidTableDefinition, psycopg.errors.DependentObjectsStillExist)


def _make_anew(
    session: Session, name: str, adapter: Adapter, wanted: Mapping[str, str], there: Mapping[str, list[str]]
) -> None:
    try:
        session.script(f"drop view {', '.join(f'core.{relation}' for relation in there)}")
    except psycopg.errors.DependentObjectsStillExist as error:
        raise StoreError(
            f"views of core.* in {name} get other columns, and something of the site's own is built on them"
            f" ({error.diag.message_detail}): drop that first; nothing was changed"
        ) from error
    _create(session, adapter, wanted)
    for relation, triggers in there.items():
        for trigger in triggers if relation in wanted else ():
            session.script(trigger)


def _create(session: Session, adapter: Adapter, wanted: Mapping[str, str]) -> None:
    for relation, text in wanted.items():
        try:
            session.script(f"create or replace view core.{relation} as {text}")
        except _OTHER_COLUMNS:
            raise
        except psycopg.Error as error:
            raise _sentence(adapter, relation, error) from error


def _note_aliases(session: Session, adapter: Adapter) -> None:
    """Keep the adapter's own spellings, by which codes are judged on screens too."""
    session.connection.execute("delete from kit.stat_aliases where adapter = %s", [adapter.name])
    with session.connection.cursor() as cursor:
        cursor.executemany(
            "insert into kit.stat_aliases values (%s, %s, %s)",
            [(adapter.name, alias, stat) for alias, stat in sorted(adapter.stat_aliases.items())],
        )


def _unmapped(session: Session, adapter: Adapter, yielded: Mapping[str, Any]) -> dict[str, int]:
    if "unmapped" not in yielded:
        return {}
    sql = f"select reason::varchar, count(*) from ({views.single(adapter, 'unmapped')}) as u group by 1 order by 1"  # noqa: S608
    with _said_of(adapter, "unmapped"):
        return dict(session.query(sql))


@contextmanager
def _said_of(adapter: Adapter, select: str) -> Iterator[None]:
    """Turn what the server says about one of the adapter's SELECTs into a sentence about that file."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate[:2] not in ("22", "42", "0A", "3F"):
            raise
        raise _sentence(adapter, select, error) from error


def _sentence(adapter: Adapter, select: str, error: psycopg.Error) -> Exception:
    """Return what the adapter's author needs to know; the server's words name relations and columns, never rows."""
    said = (error.diag.message_primary or type(error).__name__).rstrip(".")
    where = adapter.where(select) if select in adapter.selects else f"core.{select} of adapter {adapter.name}"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return NotAllowed(f"{where}: {said}; adopt as a login that may read the source and own core.*")
    if isinstance(error, psycopg.errors.UndefinedTable):
        return InvalidInput(
            f"{where}: {said}; if the source's tables are in a schema of their own, put it into the login's"
            " search_path, or name it in the SELECT"
        )
    if isinstance(error, psycopg.DataError):
        return InvalidInput(f"{where} does not fit the source ({error.sqlstate}): cast what it yields")
    return InvalidInput(f"{where} is not valid: {said}")


def _file(*parts: str) -> str:
    return asset("sql", *parts[:-1], f"{parts[-1]}.sql").read_text(encoding="utf-8")
