"""The commands and their options; nothing here touches a database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from campaignkit.domain.access import Role
from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.exports import ExportFormat
from campaignkit.domain.filters import CampaignSort, Period, RecipientSort, View
from campaignkit.domain.lifecycle import ACTIONS, Event, Mode, Status

ACTION_TEXT = {
    Event.START: "start an approved campaign",
    Event.APPROVE: "approve a campaign; it starts by itself unless its auto-start is off",
    Event.REJECT: "reject a campaign: it is cancelled for good",
    Event.CANCEL: "cancel a campaign that has not ended: for good",
    Event.ARCHIVE: "put a campaign that is not live into the archive, or all that match",
    Event.RESTORE: "bring a campaign back out of the archive",
}

MAX_SPEED = 1e6  # eleven days a second: everything that is to come is due at once


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for; wrong usage ends the program with status 2 and a sentence."""
    return _parser().parse_args(arguments)


class _Parser(argparse.ArgumentParser):
    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # `--search=--`: argparse of Python 3.11 takes the value for the end of the options and loses it
        if action.option_strings and action.nargs is None and arg_strings == ["--"]:
            value = self._get_value(action, "--")
            self._check_value(action, value)
            return value
        return super()._get_values(action, arg_strings)


def _parser() -> argparse.ArgumentParser:
    everywhere = _common()
    parser = _Parser(
        prog="campaignkit",
        description="Investigate SMS campaigns: what happened, to whom, since when, and why.",
        epilog="ID is a campaign's external_id or any unambiguous prefix of at least 4 characters.",
        parents=[everywhere],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, text: str) -> _Parser:
        return commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            parents=[everywhere],
            allow_abbrev=False,
        )

    _demo(command("demo", "make a database of sample campaigns"))
    _simulate(command("simulate", "stand in for Core: take a sample's campaigns through their life"))
    command("init", "create or upgrade the schema; safe to repeat")
    _refresh(command("refresh", "count what changed since it was last counted, so that screens need not"))
    command("check", "list what the database provides and which rules its data breaks")
    _import(command("import", "read a gateway's log or another foreign source into a DuckDB file"))
    command("kpis", "show the tiles of the scope")
    command("board", "show what is sending now: how fast, until when, and whether it arrives as usual")
    _campaigns(command("campaigns", "list campaigns"))
    for name, text in (
        ("show", "show one campaign: its row, its recipients by verdict, its error badge"),
        ("activity", "show the messages that a campaign sent per day"),
        ("history", "show a campaign's state history, newest first"),
        ("errors", "show what went wrong in a campaign"),
    ):
        _id(command(name, text))
    for event in ACTIONS:
        _action(command(event.value, ACTION_TEXT[event]), many=event is Event.ARCHIVE)
    _note(command("note", "write a note into a campaign's audit trail"))
    _audit(command("audit", "show who did what to a campaign, newest first"))
    _recipients(command("recipients", "list the recipients of a campaign, numbers masked"))
    _export(command("export", "write the recipients of a campaign into a file of yours, numbers masked"))
    _id(command("exports", "list the exports of a campaign and how far they are"))
    _download(command("download", "copy an export of yours that is still kept into a file"))
    _report(
        command("report", "write a sealed incident report on campaigns: a folder that proves its own figures")
    )
    _verify(command("verify", "check a report's folder, offline: 0 identical, 1 differs, 3 other versions"))
    _up(command("up", "start JupyterLab on the notebooks and Voila on the dashboards"))
    _dashboards(command("dashboards", "serve the dashboards to others, read-only (docs/dashboards.md)"))
    return parser


def command_names() -> list[str]:
    """Return the names of all commands."""
    actions = _parser()._actions  # noqa: SLF001 - argparse tells its commands to nobody
    (commands,) = (action for action in actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    return list(commands.choices)


def _version() -> str:
    from campaignkit import __version__

    return f"campaignkit {__version__}"


def _common() -> _Parser:
    """Return the options that stand before or after the command."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    group = common.add_argument_group("everywhere")
    group.add_argument("--db", metavar="URL", help="the database, a DuckDB file (CAMPAIGNKIT_DB)")
    group.add_argument(
        "--workspace", metavar="ID|master", help="the scope; master is all of them (CAMPAIGNKIT_WORKSPACE)"
    )
    group.add_argument(
        "--role", choices=_values(Role), help="what you may do, viewer by default (CAMPAIGNKIT_ROLE)"
    )
    group.add_argument("--clear-numbers", action="store_true", help="show full numbers, with that grant")
    group.add_argument(
        "--as", dest="actor", metavar="NAME", help="who you are (CAMPAIGNKIT_AS, else the login)"
    )
    group.add_argument("--json", action="store_true", help="print one JSON object")
    return common


def _id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", type=Path)
    parser.add_argument("--campaigns", metavar="N", type=int, default=250)
    parser.add_argument("--recipients", metavar="N", type=int, default=1_000_000)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    parser.add_argument("--now", metavar="ISO", type=_moment, help="the clock that the sample is made for")


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", nargs="?", help="the sample, else --db or CAMPAIGNKIT_DB")
    parser.add_argument(
        "--speed",
        metavar="X",
        type=_speed,
        default=1.0,
        help="divides waits and multiplies rates: 1 is real time, max is as fast as the database can take it",
    )
    parser.add_argument(
        "--on-my-own-data",
        action="store_true",
        help="also on a database that `campaignkit demo` did not make: campaigns and recipients are changed for good",
    )


def _speed(text: str) -> float:
    if text == "max":
        return MAX_SPEED
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.001 <= speed <= MAX_SPEED:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: give a number from 0.001 to 1000000, or max")
    return speed


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no zone: add Z or +02:00")
    return found


def _refresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="count everything anew")
    parser.add_argument("--watch", action="store_true", help="go on, every few seconds, until Ctrl-C")


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "adapter", metavar="ADAPTER", help="jasmin-log, twilio-csv, or the folder of an adapter of your own"
    )
    parser.add_argument("sources", metavar="SOURCE", type=Path, nargs="+", help="the files to read")
    parser.add_argument("--into", metavar="FILE", type=Path, required=True, help="the DuckDB file to write")
    parser.add_argument(
        "--keep-numbers", action="store_true", help="keep full numbers, in FILE.numbers.duckdb alone"
    )


def _action(parser: argparse.ArgumentParser, *, many: bool) -> None:
    if many:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", metavar="ID", nargs="?")
        which.add_argument(
            "--all", action="store_true", help="all that match the filters and may be archived"
        )
        parser.add_argument("--yes", action="store_true", help="with --all: do it; else only say how many")
        _campaign_filters(parser)
        parser.set_defaults(view=View.CAMPAIGNS)
    else:
        _id(parser)
    parser.add_argument("--note", metavar="T", help="your reason, for the audit trail")


def _audit(parser: argparse.ArgumentParser) -> None:
    _id(parser)
    parser.add_argument(
        "--action", dest="actions", metavar="X", action="append", default=[], help="approved, started, …"
    )
    parser.add_argument(
        "--actor", dest="actors", metavar="A", action="append", default=[], help="a name as it is shown"
    )
    parser.add_argument(
        "--from", dest="since", metavar="T", type=_moment, help="not before this ISO 8601 time"
    )
    parser.add_argument("--to", dest="until", metavar="T", type=_moment, help="before this ISO 8601 time")
    parser.add_argument("--limit", metavar="N", type=int, help="a page of so many entries; else all of them")
    parser.add_argument("--after", metavar="CURSOR", help="the `next` of an earlier page")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the entries as CSV instead")


def _note(parser: argparse.ArgumentParser) -> None:
    _id(parser)
    parser.add_argument("text", metavar="TEXT")


def _campaign_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--period", choices=_values(Period), default=Period.ALL)
    parser.add_argument(
        "--status", choices=_values(Status), action="append", default=[], metavar="S", help=_either(Status)
    )
    parser.add_argument(
        "--mode", choices=_values(Mode), action="append", default=[], metavar="M", help=_either(Mode)
    )
    parser.add_argument(
        "--search", metavar="T", default="", help="beginning of an ID, or part of a sender name"
    )
    parser.add_argument("--in", dest="within", metavar="WORKSPACE", action="append", default=[])


def _campaigns(parser: argparse.ArgumentParser) -> None:
    _campaign_filters(parser)
    parser.add_argument("--sort", choices=_values(CampaignSort), default=CampaignSort.CREATED)
    _order(parser)
    views = parser.add_mutually_exclusive_group()
    views.add_argument("--view", choices=_values(View), default=View.CAMPAIGNS)
    views.add_argument(
        "--queue", dest="view", action="store_const", const=View.QUEUE, help="the moderation queue"
    )
    views.add_argument(
        "--archived", dest="view", action="store_const", const=View.ARCHIVE, help="the archive"
    )
    _paging(parser)


def _report(parser: argparse.ArgumentParser) -> None:
    """Options that are left out keep what the notebook's own parameters say."""
    parser.add_argument("ids", metavar="ID", nargs="*", help="the campaigns; or choose them by the filters")
    _campaign_filters(parser)
    parser.set_defaults(view=View.CAMPAIGNS)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the new folder")
    parser.add_argument(
        "--notebook", metavar="FILE", type=Path, help="a copy of incident_report.ipynb with your words"
    )
    parser.add_argument(
        "--from", dest="window_from", metavar="T", help="begin of the window, ISO 8601 with zone"
    )
    parser.add_argument(
        "--to", dest="window_to", metavar="T", help="its end; both default to the campaigns' own time"
    )
    parser.add_argument("--zone", metavar="Z", help="the time zone of the report, the workspace's by default")
    parser.add_argument("--as-of", metavar="T", help="take back what was sent or reported later")
    parser.add_argument(
        "--baseline", metavar="D", type=int, help="days before the window that say what is usual"
    )
    parser.add_argument("--title", metavar="T", help="the strongest finding by default")
    parser.add_argument("--incident", metavar="ID", help="what the incident is called")
    parser.add_argument("--author", dest="authors", metavar="NAME", action="append")
    parser.add_argument(
        "--supersedes", metavar="DIR", help="an earlier report; the new one says what has changed"
    )
    parser.add_argument("--pdf", action="store_true", help="a PDF too; needs Chromium and Playwright")


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument(
        "--expect", metavar="DIGEST", help="the digest that was printed when the report was sealed"
    )


def _recipients(parser: argparse.ArgumentParser) -> None:
    _id(parser)
    _recipient_filters(parser)
    parser.add_argument("--sort", choices=_values(RecipientSort), default=RecipientSort.ID)
    _order(parser)
    _paging(parser)


def _recipient_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stage", choices=_values(Stage), action="append", default=[], metavar="S", help=_either(Stage)
    )
    parser.add_argument(
        "--sms-result",
        choices=_values(SmsResult),
        action="append",
        default=[],
        metavar="R",
        help=_either(SmsResult),
    )
    parser.add_argument("--smpp-code", metavar="C", action="append", default=[], help="DELIVRD, UNDELIV, …")
    parser.add_argument("--esme", metavar="E", action="append", default=[], help="the channel it went out on")
    parser.add_argument(
        "--without-null-smpp", action="store_true", help="leave out rows without a delivery report"
    )


def _export(parser: argparse.ArgumentParser) -> None:
    _id(parser)
    parser.add_argument(
        "--format", choices=_values(ExportFormat), required=True, help="ten columns, or one recipient a line"
    )
    _out(parser)
    _recipient_filters(parser)


def _download(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export_id", metavar="EXPORT_ID", help="as `exports` lists it, or its beginning")
    _out(parser)


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="a new file; FILE.manifest.json comes with it"
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def _either(kind: type[StrEnum]) -> str:
    return " | ".join(_values(kind))


def _order(parser: argparse.ArgumentParser) -> None:
    order = parser.add_mutually_exclusive_group()
    order.add_argument("--asc", dest="descending", action="store_false", default=None)
    order.add_argument("--desc", dest="descending", action="store_true", default=None)


def _paging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", metavar="N", type=int, default=50)
    parser.add_argument("--after", metavar="CURSOR", help="the `next` of an earlier page")


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab-port", metavar="N", type=int, help="JupyterLab's port, 8888 or a free one")
    parser.add_argument("--port", metavar="N", type=int, help="the dashboards' port, 8866 or a free one")
    parser.add_argument(
        "--simulate",
        metavar="X",
        type=_speed,
        nargs="?",
        const=1.0,
        help="keep a sample alive with a stand-in for Core, in real time or at speed X",
    )


def _dashboards(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", metavar="H", default="127.0.0.1", help="where to listen: this machine only, unless told"
    )
    parser.add_argument("--port", metavar="N", type=int, help="8866 or a free one")
    parser.add_argument(
        "--max-kernels", metavar="N", type=int, default=40, help="pages that may be open at once (40)"
    )
