"""Sample data on a server: made in a file, and handed over whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from campaignkit.demo.sample import Summary, create, silent
from campaignkit.domain.errors import InvalidInput
from campaignkit.store import migrate
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.postgres import PostgresStore

# In an order that references allow; the keys that are not taken along are numbered by the server itself.
RELATIONS = {
    "core.workspaces": "",
    "core.campaigns": "",
    "core.recipients": "",
    "core.state_events": "",
    "core.job_errors": "",
    "core.audit_events": "",
    "kit.audit_events": "audit_id",
    "kit.archived": "",
    "sim.sample": "",
}
_MADE = 0.2  # the share of the work at which the file is there
_TAKEN = "select 1 from core.workspaces union all select 1 from core.campaigns limit 1"
Progress = Callable[[str, float], None]


def fill(
    store: PostgresStore,
    *,
    campaigns: int = 250,
    recipients: int = 1_000_000,
    seed: int = 1,
    now: datetime,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Write the sample that `create` makes of the same arguments into an empty database, and prepare it as `init` does.

    Raises `InvalidInput` if campaigns are there already, or if the numbers make no sense; then, as after Ctrl-C, no row
    of a sample is left behind.
    """
    tell = progress or silent
    migrate.init(store)
    store.open()
    with store.reading() as session:
        if session.query(_TAKEN):
            raise InvalidInput(f"{store.name} has campaigns already: name an empty database")
    with tempfile.TemporaryDirectory(prefix="campaignkit-") as folder:
        path = Path(folder, "sample")
        made = create(
            path, campaigns=campaigns, recipients=recipients, seed=seed, now=now, cache=cache,
            progress=lambda step, done: tell(step, done * _MADE),
        )  # fmt: skip
        _hand_over(DuckStore(path, cache=cache), store, Path(folder, "rows.csv"), tell)
    return replace(made, path=store.name)


def _hand_over(sample: DuckStore, store: PostgresStore, text: Path, tell: Progress) -> None:
    with sample.reading() as source, store.writing() as session:
        session.be_patient()
        migrate.create(session, migrate.SIMULATE)
        for place, (relation, numbered) in enumerate(RELATIONS.items()):
            tell(f"handing over {relation}", _MADE + (1 - _MADE) * place / len(RELATIONS))
            columns = source.give(relation, text, without=numbered)
            session.take(relation, columns, text)
        session.script("analyze core.campaigns, core.recipients")
