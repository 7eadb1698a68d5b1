"""The options of each command, made when a command line names it."""

from __future__ import annotations

import argparse
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.exports import ExportFormat
from campaignkit.domain.filters import CampaignSort, Period, RecipientSort, View
from campaignkit.domain.lifecycle import Mode, Status

MAX_SPEED = 1e6  # eleven days a second: everything that is to come is due at once


def _id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", help="a new file, or the postgresql:// URL of an empty database"
    )
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


def _adopt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "adapter", metavar="ADAPTER", help="kannel-sqlbox, or the folder of an adapter of your own"
    )


def _one(parser: argparse.ArgumentParser) -> None:
    _id(parser)
    _reason(parser)


def _many(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", metavar="ID", nargs="?")
    which.add_argument("--all", action="store_true", help="all that match the filters and may be archived")
    parser.add_argument("--yes", action="store_true", help="with --all: do it; else only say how many")
    _campaign_filters(parser)
    parser.set_defaults(view=View.CAMPAIGNS)
    _reason(parser)


def _reason(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="a new file: write the entries into it as CSV"
    )


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


def _snapshot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="the campaigns; else those that the filters list"
    )
    _campaign_filters(parser)
    parser.set_defaults(view=View.CAMPAIGNS)
    parser.add_argument("--into", metavar="FILE", type=Path, required=True, help="the DuckDB file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


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


OPTIONS = {
    "demo": _demo,
    "simulate": _simulate,
    "refresh": _refresh,
    "import": _import,
    "adopt": _adopt,
    "campaigns": _campaigns,
    **dict.fromkeys(("show", "activity", "history", "errors", "exports"), _id),
    **dict.fromkeys(("start", "approve", "reject", "cancel", "restore"), _one),
    "archive": _many,
    "note": _note,
    "audit": _audit,
    "recipients": _recipients,
    "export": _export,
    "download": _download,
    "snapshot": _snapshot,
    "report": _report,
    "verify": _verify,
    "up": _up,
    "dashboards": _dashboards,
}


def add(command: str, parser: argparse.ArgumentParser) -> None:
    """Give *parser* the options of *command*."""
    if command in OPTIONS:
        OPTIONS[command](parser)
