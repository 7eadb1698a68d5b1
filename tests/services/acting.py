"""One process among several on one database: `python -m tests.services.acting URL ACTOR EVENT ID [STOP]`, told when to act.

It says "ready", waits for a line, acts, and prints what came of it. With STOP it stays inside its transaction, once that
statement has run, until it is killed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import campaignkit
from campaignkit.domain.errors import CampaignKitError
from campaignkit.store import duckdb, postgres


def say(text: str) -> None:
    print(text, flush=True)


def stop_after(name: str) -> None:
    for kind in (duckdb.Session, postgres.Session):

        def stopping(self: Any, asked: str, parameters: Mapping[str, object], run: Any = kind.run) -> int:
            changed: int = run(self, asked, parameters)
            if asked == name:
                say(f"inside, {changed} changed")
                sys.stdin.read()
            return changed

        kind.run = stopping  # type: ignore[method-assign]


def main(path: str, actor: str, event: str, id: str, *stop: str) -> None:
    if stop:
        stop_after(*stop)
    kit = campaignkit.open(path, workspace="master", role="moderator", actor=actor)
    say("ready")
    sys.stdin.readline()
    try:
        done = getattr(kit.campaigns, event)(id)
    except CampaignKitError as error:
        say(f"{type(error).__name__}: {error}")
    else:
        say(f"done: {done.status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
