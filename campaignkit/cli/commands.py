"""What each command does: open the database, ask the service, hand over an answer in words or in JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import campaignkit
from campaignkit.cli import acting, exporting, tables
from campaignkit.cli.progress import Progress
from campaignkit.domain.access import MASTER
from campaignkit.domain.errors import InvalidInput, StoreMissing
from campaignkit.domain.filters import CampaignFilter, RecipientFilter
from campaignkit.domain.lifecycle import ACTIONS
from campaignkit.domain.lists import CampaignList, RecipientList
from campaignkit.kit import Kit, database
from campaignkit.services import board
from campaignkit.services.answers import as_json
from campaignkit.services.audit import write_csv
from campaignkit.services.kept import new_file
from campaignkit.settings import from_environment

if TYPE_CHECKING:
    from campaignkit.serve.up import Choice
    from campaignkit.store.base import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """What is printed, and the exit status."""

    text: str
    status: int = 0


def run(given: argparse.Namespace) -> Answer:
    """Carry out one command."""
    found, words, *status = COMMANDS[given.command](given)
    text = json.dumps(found, default=_plain, ensure_ascii=False) if getattr(given, "json", False) else words()
    return Answer(text, *status)


# The JSON object, the same in words, and the exit status where it may be other than 0.
Result = tuple[dict[str, Any], Callable[[], str]] | tuple[dict[str, Any], Callable[[], str], int]


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _open(given: argparse.Namespace, scope: str | None = None) -> Kit:
    """Return the kit that the options ask for; *scope* is the workspace if nobody names one."""
    return campaignkit.open(
        getattr(given, "db", None),
        workspace=getattr(given, "workspace", None) or from_environment().workspace or scope,
        role=getattr(given, "role", None),
        clear_numbers=getattr(given, "clear_numbers", False),
        actor=getattr(given, "actor", None),
    )


def _demo(given: argparse.Namespace) -> Result:
    from campaignkit import demo

    now = given.now or datetime.now(UTC).replace(microsecond=0)
    make: Callable[..., demo.Summary] = demo.create
    place: object = Path(given.path)
    store = database(given.path, writable=True)
    if store.dialect == "postgres":
        from campaignkit.demo.served import fill

        make, place = fill, store
    with Progress("sample data") as progress:
        made = make(
            place,
            campaigns=given.campaigns,
            recipients=given.recipients,
            seed=given.seed,
            now=now,
            cache=from_environment().cache,
            progress=progress,
        )
    return (
        dict(made.as_json()),
        lambda: (
            f"{made.path}: {made.campaigns:,} campaigns and {made.recipients:,} recipients"
            f" in {made.workspaces} workspaces\nmade for --now {made.now.isoformat()} --seed {made.seed}"
        ),
    )


def _simulate(given: argparse.Namespace) -> Result:
    from campaignkit.demo import stand_in

    store = _core(given.url or getattr(given, "db", None), own_data=given.on_my_own_data)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with Progress("simulating") as progress:
        done = stand_in.run(
            store,
            speed=given.speed,
            stop=stop,
            own_data=given.on_my_own_data,
            tell=lambda so_far: progress.note(tables.simulated(so_far)),
            warn=progress.say,
        )
    return dict(done.as_json()), lambda: f"{store.name}: {tables.simulated(done)}"


def _core(url: str | None, *, own_data: bool = False) -> Store:
    """Return the database as Core has it, full numbers included where a server keeps them."""
    from campaignkit.demo import stand_in

    store = database(url, writable=True).open()
    stand_in.check_may_write(store, own_data=own_data)
    if stand_in.NUMBERS in store.probe.relations:
        store = database(url, writable=True, numbers=True).open()
    return store


def _init(given: argparse.Namespace) -> Result:
    from campaignkit.store import migrate

    store = database(getattr(given, "db", None), writable=True)
    migrate.init(store)
    return _checked(given, done=f"{store.name} is ready")


def _check(given: argparse.Namespace) -> Result:
    return _checked(given, done=None)


def _checked(given: argparse.Namespace, done: str | None) -> tuple[dict[str, Any], Callable[[], str], int]:
    from campaignkit.services.check import check

    found = check(database(getattr(given, "db", None)).open())
    answer = {
        "relations": dict(found.relations),
        "violations": [asdict(violation) for violation in found.violations],
    }
    return answer, lambda: tables.checked(found, done), int(bool(found.violations) and not done)


def _refresh(given: argparse.Namespace) -> Result:
    from campaignkit.cli import refreshing

    return refreshing.refresh(_open(given, scope=MASTER), given)  # it counts the whole database, whoever asks


def _import(given: argparse.Namespace) -> Result:
    from campaignkit import importing

    settings = from_environment()
    with Progress("import") as progress:
        report = importing.run(
            given.adapter,
            given.sources,
            given.into,
            workspace=getattr(given, "workspace", None) or settings.workspace,
            keep_numbers=given.keep_numbers,
            ctn_key=settings.ctn_key,
            cache=settings.cache,
            progress=progress,
        )
        for warning in report.warnings:
            progress.say(warning)
    return dict(report.as_json()), lambda: tables.imported(report, given.into)


def _adopt(given: argparse.Namespace) -> Result:
    from campaignkit.importing.adopt import adopt
    from campaignkit.store.postgres import PostgresStore

    settings = from_environment()
    store = database(getattr(given, "db", None), writable=True)
    if not isinstance(store, PostgresStore):
        raise InvalidInput(
            f"adopt makes views over tables on a PostgreSQL server, and {store.name} is a file: give --db"
            " postgresql://…, or bring files in with `campaignkit import`"
        )
    made = adopt(given.adapter, store, workspace=getattr(given, "workspace", None) or settings.workspace)
    answer, words, _ = _checked(given, done=tables.adopted(made, store.name))
    return made.as_json() | answer, words, 0


def _kpis(given: argparse.Namespace) -> Result:
    kpis = _open(given).campaigns.kpis()
    missing = [name for name, value in asdict(kpis).items() if value is None]
    return asdict(kpis) | ({"not_provided": missing} if missing else {}), lambda: tables.kpis(kpis)


def _board(given: argparse.Namespace) -> Result:
    kit = _open(given)
    found = kit.board()
    return board.as_json(found), lambda: tables.board(found, master=kit.viewer.master)


def campaign_filter(given: argparse.Namespace) -> CampaignFilter:
    """Return the filter that the options of `campaigns` and `report` spell."""
    return CampaignFilter(
        period=given.period,
        statuses=given.status,
        modes=given.mode,
        search=given.search,
        workspaces=given.within,
        view=given.view,
    )


def campaign_list(given: argparse.Namespace) -> CampaignList:
    """Return the list that the options of `campaigns` ask for."""
    return CampaignList(filter=campaign_filter(given), sort=given.sort, descending=given.descending)


def recipient_filter(given: argparse.Namespace) -> RecipientFilter:
    """Return the filter that the options of `recipients` and `export` spell."""
    return RecipientFilter(
        stages=given.stage,
        sms_results=given.sms_result,
        smpp_codes=given.smpp_code,
        null_smpp=not given.without_null_smpp,
        esmes=given.esme,
    )


def recipient_list(given: argparse.Namespace) -> RecipientList:
    """Return the list that the options of `recipients` ask for."""
    asked = recipient_filter(given)
    return RecipientList(campaign=given.id, filter=asked, sort=given.sort, descending=given.descending)


def _campaigns(given: argparse.Namespace) -> Result:
    kit, asked = _open(given), campaign_list(given)
    page = kit.campaigns.page(
        asked.filter, sort=asked.sort, descending=asked.descending, limit=given.limit, after=given.after
    )
    answer: dict[str, Any] = {
        "rows": [as_json(row) for row in page.rows],
        "total": page.total,
        "next": page.next,
    }
    modes = ["mode"] if any(row.mode is None for row in page.rows) else []
    if missing := [*dict.fromkeys([*modes, *kit.campaigns.not_provided])]:
        answer["not_provided"] = missing
    return answer, lambda: tables.campaigns(page, kit.campaigns.not_provided, master=kit.viewer.master)


def _show(given: argparse.Namespace) -> Result:
    kit = _open(given)
    shown = kit.campaigns.show(given.id)
    answer = as_json(shown.campaign) | {
        "verdicts": dict(shown.verdicts),
        "badge": asdict(shown.badge),
        "actions": list(shown.actions),
        "not_provided": list(shown.not_provided),
    }
    if reason := shown.campaign.state.cancel_reason:
        answer["cancel_reason"] = reason
    return answer, lambda: tables.shown(shown)


def _activity(given: argparse.Namespace) -> Result:
    activity = _open(given).campaigns.activity(given.id)
    return _rows(activity.rows, zone=activity.zone), lambda: tables.activity(activity)


def _history(given: argparse.Namespace) -> Result:
    history = _open(given).campaigns.history(given.id)
    return (
        _rows(history.rows, not_provided=list(history.not_provided)),
        lambda: tables.history(history),
    )


def _errors(given: argparse.Namespace) -> Result:
    errors = _open(given).errors.of(given.id)
    rows: list[dict[str, Any]] = [{"kind": "job", **asdict(job)} for job in errors.jobs]
    for row in errors.messages:
        known = asdict(row)
        rows.append({"kind": "messages", "class": known.pop("error_class"), **known})
    answer = {"rows": rows, "refused": errors.refused, "not_provided": list(errors.not_provided)}
    return answer, lambda: tables.errors(errors)


def _audit(given: argparse.Namespace) -> Result:
    trail = _open(given).audit.of(
        given.id,
        actions=given.actions,
        actors=given.actors,
        since=given.since,
        until=given.until,
        limit=given.limit,
        after=given.after,
    )
    if given.out:
        with (
            new_file(given.out.expanduser(), private=False) as made,
            made.open("w", encoding="utf-8", newline="") as file,
        ):
            write_csv(trail.rows, file)
        answer = {
            "rows_written": len(trail.rows),
            "next": trail.next,
            "not_provided": list(trail.not_provided),
        }
        return answer, lambda: f"{len(trail.rows):,} entries in {given.out}"
    found = _rows(trail.rows, not_provided=list(trail.not_provided))
    for row in found["rows"]:
        del row["source"]  # the documented object is one list, whoever wrote what
    if given.limit is not None:
        found["next"] = trail.next
    return found, lambda: tables.audit(trail)


def _recipients(given: argparse.Namespace) -> Result:
    kit, asked = _open(given), recipient_list(given)
    page = kit.recipients.page(
        asked.campaign,
        asked.filter,
        sort=asked.sort,
        descending=asked.descending,
        limit=given.limit,
        after=given.after,
    )
    rows = [asdict(row) for row in page.rows]
    for row in rows:
        del row["recipient_id"]
    answer: dict[str, Any] = {"rows": rows, "total": page.total, "next": page.next}
    missing = kit.recipients.not_provided
    if missing:
        answer["not_provided"] = list(missing)
    return answer, lambda: tables.recipients(page, missing)


def _act(given: argparse.Namespace) -> Result:
    return acting.act(_open(given), given)


def _archive(given: argparse.Namespace) -> Result:
    if given.all:
        return acting.archive_all(_open(given), campaign_filter(given), given)
    if campaign_filter(given).chosen():
        raise InvalidInput("an ID says which campaign: leave out the filters, or the ID and say --all")
    return _act(given)


def _note(given: argparse.Namespace) -> Result:
    return acting.note(_open(given), given)


def _export(given: argparse.Namespace) -> Result:
    return exporting.export(_open(given), recipient_filter(given), given)


def _exports(given: argparse.Namespace) -> Result:
    return exporting.exports(_open(given), given)


def _download(given: argparse.Namespace) -> Result:
    return exporting.download(_open(given), given)


def _snapshot(given: argparse.Namespace) -> Result:
    return exporting.snapshot(_open(given), campaign_filter(given), given)


_REPORT = "window_from window_to zone as_of baseline title incident authors supersedes".split()


def _report(given: argparse.Namespace) -> Result:
    from campaignkit.report import run

    kit = _open(given)
    asked: dict[str, Any] = {key: getattr(given, key) for key in _REPORT if getattr(given, key) is not None}
    query = campaign_filter(given).to_query()
    if given.ids or query:
        asked |= {"campaigns": given.ids, "filter": query}
    with Progress("incident report"):
        made = run(kit, given.out, notebook=given.notebook, pdf=given.pdf, **asked)
    for sentence in (*made.typed, *filter(None, [made.unaudited])):
        print(f"campaignkit: {sentence}", file=sys.stderr)
    answer = asdict(made) | {
        "folder": str(made.folder),
        "typed": list(made.typed),
        "audited": not made.unaudited,
    }
    return answer, lambda: tables.reported(made)


def _verify(given: argparse.Namespace) -> Result:
    from campaignkit.report.apart import verify_apart

    found = verify_apart(given.folder, expect=given.expect)
    answer = {
        "status": found.status.name.lower(),
        "digest": found.digest,
        "claims": found.claims,
        "files": found.files,
        "differences": list(found.differences),
        "other_versions": list(found.others),
    }
    return answer, lambda: tables.verified(found), int(found.status)


def _up(given: argparse.Namespace) -> Result:
    from campaignkit.serve import up

    choice = _choice(given, speed=given.simulate)
    kit = campaignkit.open(choice.url, workspace=choice.workspace, role=choice.role, actor=choice.actor)
    status = up.run(
        choice,
        lab_port=given.lab_port,
        port=given.port,
        counting=kit if kit.acts and kit.keeps_counts else None,
    )
    return {}, lambda: "", status


def _dashboards(given: argparse.Namespace) -> Result:
    from campaignkit.serve import dashboards

    dashboards.run(
        _choice(given).environment,
        host=given.host,
        port=given.port,
        max_kernels=given.max_kernels,
        announce="json" if getattr(given, "json", False) else "words",
    )


def _choice(given: argparse.Namespace, *, speed: float | None = None) -> Choice:
    """Return which data a server shows, and to whom; a clear sentence now rather than an error in browsers later."""
    from campaignkit.serve.up import Choice

    settings = from_environment()
    url = getattr(given, "db", None) or settings.db
    if not url:
        raise StoreMissing("no database is named: give --db PATH or set CAMPAIGNKIT_DB")
    store = database(url).open()
    if speed is not None:
        _core(url)
    return Choice(
        url=store.address,
        workspace=getattr(given, "workspace", None) or settings.workspace or MASTER,
        role=getattr(given, "role", None) or settings.role or "viewer",
        actor=getattr(given, "actor", None) or settings.actor or store.login or settings.account,
        speed=speed,
    )


def _rows(rows: tuple[Any, ...], **more: object) -> dict[str, Any]:
    return {**more, "rows": [asdict(row) for row in rows]}


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Result]] = {
    "demo": _demo,
    "simulate": _simulate,
    "init": _init,
    "refresh": _refresh,
    "check": _check,
    "import": _import,
    "adopt": _adopt,
    "kpis": _kpis,
    "board": _board,
    "campaigns": _campaigns,
    "show": _show,
    "activity": _activity,
    "history": _history,
    "errors": _errors,
    "audit": _audit,
    "recipients": _recipients,
    **dict.fromkeys(ACTIONS, _act),
    "archive": _archive,
    "note": _note,
    "export": _export,
    "exports": _exports,
    "download": _download,
    "snapshot": _snapshot,
    "report": _report,
    "verify": _verify,
    "up": _up,
    "dashboards": _dashboards,
}
