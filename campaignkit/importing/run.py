"""The import itself: check, stage, resolve, fold, write, report; all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput, StoreError, StoreUnreadable
from campaignkit.importing import adapter as adapters
from campaignkit.importing import checks, numbers, place, staging
from campaignkit.importing import sources as source_files
from campaignkit.importing.engine import Engine, engine
from campaignkit.importing.report import Report
from campaignkit.importing.sources import Sources
from campaignkit.importing.spellings import spellings
from campaignkit.importing.task import Progress, Task
from campaignkit.store import gate
from campaignkit.store.duckdb import DuckStore, Session, numbers_file
from campaignkit.store.migrate import CORE, CORE_OPTIONAL, COUNTS, IMPORT, KIT, create

MEMORY_MIB = 2048  # beyond it DuckDB works from the disk, in the import's private folder
EVENTS = ("state_events", "job_errors", "audit_events")
MASTER = "master"


def run(
    adapter: str,
    sources: Sequence[Path],
    into: Path,
    *,
    workspace: str | None,
    keep_numbers: bool = False,
    ctn_key: str | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Report:
    """Import *sources* by *adapter* (a bundled name or a folder) into the DuckDB file *into*: all of it or nothing.

    A missing *into* is made. A repeated import changes nothing, and files may come in any order, together or one by
    one. *now* serves to notice a source that seems to come from the future. Raises a `CampaignKitError`.
    """
    loaded = adapters.load(adapter)
    if workspace == MASTER:
        raise InvalidInput(
            "master is the view over all workspaces: name the one that the campaigns shall be in"
        )
    task = Task(
        adapter=loaded,
        into=into,
        workspace=workspace or loaded.name,
        keep_numbers=keep_numbers,
        pads=numbers.pads(ctn_key),
        progress=progress or _silently,
        now=now or datetime.now(UTC),
    )
    with place.ended_in_order(), place.private_folder(into) as folder:
        try:
            return _into_store(task, source_files.prepare(sources, folder, loaded), folder, cache)
        except duckdb.Error as error:
            raise _readable(into, error) from error
        except OSError as error:
            raise StoreError(f"{into} could not be written: {error.strerror}; nothing was changed") from error


def _silently(_step: str, _share: float) -> None:
    """Tell nobody how far the import is."""


def _into_store(task: Task, found: Sources, folder: Path, cache: Path | None) -> Report:
    is_new = not task.into.exists()
    target = folder / task.into.name if is_new else task.into
    store = DuckStore(target, writable=True, cache=cache)
    if not is_new:
        _open_ours(store)
    with store.writing() as session, engine(session.connection) as run:
        report = _import(task, found, session, run, folder)
        clear = numbers.prepare(run, task.into, folder, keep=task.keep_numbers)
    if is_new:
        store.check_whole(name=task.into)
        place.put(target, task.into)
    if clear:
        clear.replace(numbers_file(task.into))
    task.progress("done", 1.0)
    return report


def _open_ours(store: DuckStore) -> None:
    """Refuse a file that is not ours, and leave no lock files beside it."""
    sidecars = [store.path.with_name(store.path.name + suffix) for suffix in gate.SIDECARS]
    made = [sidecar for sidecar in sidecars if not sidecar.exists()]
    try:
        store.open()
    except StoreUnreadable:
        for sidecar in made:
            sidecar.unlink(missing_ok=True)
        raise
    kinds = store.probe.relations
    views = [name for name, kind in kinds.items() if kind == "view" and name.startswith("core.")]
    if views:
        raise StoreUnreadable(
            f"{store.path} has {min(views)} as a view, which cannot be filled: name another file"
        )


def _import(task: Task, found: Sources, session: Session, run: Engine, folder: Path) -> Report:
    selects = task.adapter.selects
    _set_up(task, session, run, folder)
    columns = _stage(task, found, run)
    read, warnings = checks.staged(task, found, run, columns)
    values = {
        "adapter": task.adapter.name,
        "workspace": task.workspace,
        "zone": task.adapter.zone,
        "has_campaigns": "campaigns" in selects,
        "has_stage": "stage" in columns.get("recipients", frozenset()),
        "has_code": "smpp_code" in columns.get("recipients", frozenset()),
        "has_numbers": "ctn" in columns.get("recipients", frozenset()),
        "keyed": task.pads is not None,
    }
    checks.hide_keys(task, run, values)
    numbers.read_slow_ones(run, task.adapter.country)
    task.progress("matching recipients", 0.45)
    run.script("campaigns", values)
    run.script("recipients", values)
    task.progress("matching receipts", 0.65)
    run.script("receipts", values)
    run.script("fold", values)
    task.progress("writing", 0.8)
    run.script("write", values)
    run.script("write_campaigns" if "campaigns" in selects else "write_days", values)
    for name in EVENTS:
        if name in selects:
            run.script(name, values)
    return _report(task, run, values, read, [*found.warnings, *warnings])


def _set_up(task: Task, session: Session, run: Engine, folder: Path) -> None:
    """Make the schema, the macros and the staging tables, and give the SELECTs their variables."""
    run.execute(f"set temp_directory = '{numbers.quoted(folder / 'spill')}'")
    run.execute(f"set memory_limit = '{min(MEMORY_MIB, run.memory_mib())}MiB'")
    create(session, CORE, KIT, COUNTS, IMPORT)
    for name in EVENTS:
        if name in task.adapter.selects:
            _create_optional(run, name)
    for script in ("lines", "cells", "receipt_text", "keys", "numbers", "staging"):
        run.script(script)
    for name, rows in task.adapter.tables.items():
        staging.own_table(run, task.adapter, name, rows)
    inner, outer = task.pads or (None, None)
    variables = {
        "has_campaigns": "campaigns" in task.adapter.selects,
        "ctn_inner": inner,
        "ctn_outer": outer,
        **numbers.country_patterns(task.adapter.country),
    }
    for variable, value in variables.items():
        run.set_variable(variable, value)
    run.fill("stats", spellings(task.adapter))
    run.fill("own_aliases", sorted(task.adapter.stat_aliases.items()))
    run.fill("smsid_readings", sorted(task.adapter.smsid.items()))


def _create_optional(run: Engine, name: str) -> None:
    schema = asset("sql", "schema", f"{CORE_OPTIONAL}.sql").read_text(encoding="utf-8")
    for statement in run.statements(schema):
        if f" core.{name} (" in statement.query:
            run.execute(statement.query)


def _stage(task: Task, found: Sources, run: Engine) -> dict[str, frozenset[str]]:
    """Run the adapter's SELECTs in its zone, which is that of its moments without one; return their columns."""
    selects = [name for name in adapters.FILES if name in task.adapter.selects]
    values = {"source": list(found.paths), "zone": task.adapter.zone}
    run.execute(f"set timezone = '{task.adapter.zone}'")
    if task.adapter.reads == "csv":
        run.script("source_rows", values)
        run.fill("unmapped", sorted(found.unmapped.items()))
    columns = {}
    for number, select in enumerate(selects):
        task.progress(f"reading {select}", 0.4 * number / len(selects))
        columns[select] = staging.stage(run, task.adapter, select, values)
    run.execute("set timezone = 'UTC'")
    for table in ("lines", "source_rows"):
        run.execute(f"drop table if exists {table}")
    return columns


def _report(task: Task, run: Engine, values: Mapping[str, object], read: int, warnings: list[str]) -> Report:
    found = run.row("report", values)
    unmapped = {row["reason"]: row["lines"] for row in run.rows("unmapped")}
    if found["receipts_without_message"]:
        unmapped["receipt_without_message"] = found["receipts_without_message"]
    if found["other_results"]:
        warnings.append(
            f"{found['other_results']} rows of {task.adapter.where('recipients')} yield another sms_result than their"
            " receipts decide: the receipts count"
        )
    if found["events_without_campaign"]:
        warnings.append(
            f"{found['events_without_campaign']} events of adapter {task.adapter.name} name a campaign that is not"
            " there: they are left out"
        )
    return Report(
        read=read,
        campaigns=found["campaigns"],
        recipients=found["recipients"],
        receipts=found["receipts"],
        unmapped=dict(sorted(unmapped.items())),
        number_invalid=found["number_invalid"],
        warnings=tuple(warnings),
    )


def _readable(into: Path, error: duckdb.Error) -> Exception:
    """Return the sentence behind what DuckDB says when there is no room left, on disk or in memory."""
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            f"{into} could not be written, there is no room left to work in {into.parent}: free some;"
            " nothing was changed"
        )
    if isinstance(error, duckdb.ConstraintException):
        return InvalidInput(f"the adapter's rows together are not what the contract allows: {first}")
    if isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.TransactionException):
        return StoreError(f"{into} could not be written: {first}; nothing was changed")
    return error
