"""The commands; nothing here touches a database, or imports what `--help` does not need."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # importing it from typing would cost as much as the rest
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ROLES = ("viewer", "operator", "moderator")
COMMANDS = {
    "demo": "make a database of sample campaigns",
    "simulate": "stand in for Core: take a sample's campaigns through their life",
    "init": "create or upgrade the schema; safe to repeat",
    "refresh": "count what changed since it was last counted, so that screens need not",
    "check": "list what the database provides and which rules its data breaks",
    "adopt": "make the views of the data contract over a foreign PostgreSQL schema; safe to repeat",
    "import": "read a gateway's log or another foreign source into a DuckDB file",
    "kpis": "show the tiles of the scope",
    "board": "show what is sending now: how fast, until when, and whether it arrives as usual",
    "campaigns": "list campaigns",
    "show": "show one campaign: its row, its recipients by verdict, its error badge",
    "activity": "show the messages that a campaign sent per day",
    "history": "show a campaign's state history, newest first",
    "errors": "show what went wrong in a campaign",
    "start": "start an approved campaign",
    "approve": "approve a campaign; it starts by itself unless its auto-start is off",
    "reject": "reject a campaign: it is cancelled for good",
    "cancel": "cancel a campaign that has not ended: for good",
    "archive": "put a campaign that is not live into the archive, or all that match",
    "restore": "bring a campaign back out of the archive",
    "note": "write a note into a campaign's audit trail",
    "audit": "show who did what to a campaign, newest first",
    "recipients": "list the recipients of a campaign, numbers masked",
    "export": "write the recipients of a campaign into a file of yours, numbers masked",
    "exports": "list the exports of a campaign and how far they are",
    "download": "copy an export of yours that is still kept into a file",
    "snapshot": "copy the scope, or some campaigns, into a DuckDB file of yours, numbers masked",
    "report": "write a sealed incident report on campaigns: a folder that proves its own figures",
    "verify": "check a report's folder, offline: 0 identical, 1 differs, 3 other versions",
    "up": "start JupyterLab on the notebooks and Voila on the dashboards",
    "dashboards": "serve the dashboards to others, read-only (docs/dashboards.md)",
}


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


class _Command(_Parser):
    """The parser of one command; it gets its options when a command line names it."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse what follows the command's name."""
        from campaignkit.cli import options

        options.add(self.get_default("command"), self)
        return super().parse_known_args(args, namespace)


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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Command)
    for name, text in COMMANDS.items():
        about = text[0].upper() + text[1:] + "."
        command = commands.add_parser(
            name, help=text, description=about, parents=[everywhere], allow_abbrev=False
        )
        command.set_defaults(command=name)
    return parser


def _version() -> str:
    from campaignkit import __version__

    return f"campaignkit {__version__}"


def _common() -> _Command:
    """Return the options that stand before or after the command."""
    common = _Command(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    group = common.add_argument_group("everywhere")
    group.add_argument(
        "--db", metavar="URL", help="the database: a DuckDB file or postgresql://… (CAMPAIGNKIT_DB)"
    )
    group.add_argument(
        "--workspace", metavar="ID|master", help="the scope; master is all of them (CAMPAIGNKIT_WORKSPACE)"
    )
    group.add_argument("--role", choices=ROLES, help="what you may do, viewer by default (CAMPAIGNKIT_ROLE)")
    group.add_argument("--clear-numbers", action="store_true", help="show full numbers, with that grant")
    group.add_argument(
        "--as", dest="actor", metavar="NAME", help="who you are (CAMPAIGNKIT_AS, else the login)"
    )
    group.add_argument("--json", action="store_true", help="print one JSON object")
    return common
