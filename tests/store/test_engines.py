"""One text for two engines: every statement is planned by both, and both give the same rows."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import psycopg
import pytest

from campaignkit.domain.filters import id_range
from campaignkit.services.check import variants
from campaignkit.store.duckdb import DuckStore, Session
from campaignkit.store.postgres import Session as Postgres
from campaignkit.store.probe import COUNTS, OPTIONAL_COLUMNS, OPTIONAL_RELATIONS
from campaignkit.store.statements import Compiler, Variant, load, names
from tests import world
from tests.postgres import Server
from tests.store.engines import copy, schema
from tests.world import NOW, ago

OPTIONAL = (*OPTIONAL_RELATIONS, *OPTIONAL_COLUMNS)
SOURCES = [frozenset(), frozenset(OPTIONAL), COUNTS, *(frozenset({name}) for name in OPTIONAL)]


def forms(name: str) -> Iterator[Variant]:
    """Yield what `check` plans, and all filters at once."""
    for form in variants(name):
        yield form
        if form.limited:
            yield replace(form, few=True)
    yield Variant(filters=frozenset(load(name).filters))


def asked(missing: frozenset[str]) -> Iterator[str]:
    """Yield the statements that are asked of such a source: counts are kept only where there is a place for them."""
    for name in names():
        if not (missing & COUNTS and name.startswith("counts/") and not load(name).reads):
            yield name


APART = ("filled", "nulls")


@pytest.fixture(params=SOURCES, ids=lambda missing: "without " + (", ".join(sorted(missing)) or "nothing"))
def missing(request: pytest.FixtureRequest) -> frozenset[str]:
    """Return what a source lacks."""
    found: frozenset[str] = request.param
    return found


def test_duckdb_plans_every_statement_in_every_form(
    missing: frozenset[str], tmp_path: Path, cache: Path
) -> None:
    path = tmp_path / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in schema(missing):
            connection.execute(statement)
    store = DuckStore(path, writable=True, cache=cache).open()
    assert store.probe.missing == missing
    with store.writing() as session:
        for name in asked(missing):
            for form in forms(name):
                session.explain(name, form)


@pytest.fixture(scope="module")
def empty(postgres: Server) -> str:
    """Return the name of an empty database."""
    return postgres.create("empty")


def test_postgres_plans_every_statement_in_every_form(
    missing: frozenset[str], postgres: Server, empty: str, cache: Path
) -> None:
    compiler = Compiler("postgres", missing=missing, cache=cache)
    with postgres.connect(empty) as connection, connection.transaction(force_rollback=True):
        for statement in schema(missing):
            connection.execute(statement)  # type: ignore[arg-type]
        for name in asked(missing):
            for form in forms(name):
                Postgres(connection, compiler).explain(name, form)


def test_the_schema_can_be_applied_twice(postgres: Server, empty: str) -> None:
    with postgres.connect(empty) as connection, connection.transaction(force_rollback=True):
        for statement in [*schema(), *schema()]:
            connection.execute(statement)  # type: ignore[arg-type]


# ── the same rows ────────────────────────────────────────────────────────────

SENDERS = [
    "acme", "ACME", "Acme Shop", "Zeta", "_", "a_b", "100%", "%", "äcme", "Äcme", "ÄRGER", "Émile", "'); --", "",
    "\\", "BEEF", "\U0001f642", "\uffee", "日本", "a\tb", "acme",
]  # fmt: skip
BEEF = UUID("beef0000-0000-4000-8000-000000000001")


def fill(session: Session) -> None:
    """Fill every relation with what engines like to disagree about: nulls, equal keys, letters, zones."""
    world.workspace(session, "retail", "Europe/Vilnius")
    world.workspace(session, "bank")
    for number, (sender, status, start) in enumerate(
        zip(
            SENDERS,
            itertools.cycle(["New", "Pending", "Sending", "Paused", "Done", "Failed", "Expired"]),
            itertools.cycle([None, ago(hours=1), ago(hours=1), ago(days=3, microseconds=1), None]),
            strict=False,
        ),
        start=1,
    ):
        world.campaign(
            session,
            number,
            "retail" if number % 3 else "bank",
            saddr=sender,
            status=status,
            moderation="Pending" if status == "New" and number % 2 else "Approved",
            mode=[None, "OnDemand", "Spread"][number % 3],
            start_at=start,
            created_at=ago(hours=5 * (number // 2)),
            external_id=BEEF if number == 3 else UUID(int=(number * 37 % 23) << 120 | number),
            window_from=time(21, 30) if number % 4 == 0 else None,
            window_to=time(2, 0) if number % 4 == 0 else None,
            total=None if number % 5 == 0 else number * 10,
            delivery_errors=number % 4 or None,
            author_email="kim@example.com" if number % 2 else None,
        )
    for number in (5, 12, 15):  # the last one was waiting in the queue
        world.insert(session, "kit.archived", campaign_id=number, archived_at=NOW, archived_by="ann")
    _recipients(session)
    _events(session)
    world.insert(session, "kit.members", login="ann", workspace_id="*", role="operator")
    world.insert(session, "kit.members", login="ann", workspace_id="bank", role="viewer")


def _recipients(session: Session) -> None:
    codes = [None, "DELIVRD", "UNDELIV", None, "ENROUTE", "EXPIRED", "MK:0001", "undeliv", "Ä"]
    results = {
        "DELIVRD": "delivered",
        "UNDELIV": "failed",
        "EXPIRED": "failed",
        "undeliv": "failed",
        "Ä": "failed",
    }
    for campaign_id, number in itertools.product((1, 2, 3), range(1, 17)):
        code = codes[(number + campaign_id) % len(codes)]
        stage = "Delivered" if code or number >= 10 else "Failed" if number >= 5 else "New"
        world.recipient(
            session,
            campaign_id,
            number,
            stage=stage,
            smpp_code=code,
            sms_result=results.get(code or "", "unknown"),
            esme=[None, "esme-b", "ESME-a"][number // 2 % 3],
            filter="stop list" if number % 7 == 0 else None,
            sent_at=_sent(number) if stage == "Delivered" else None,
            dlr_at=ago(minutes=number) if code else None,
        )  # fmt: skip

    for number in (17, 18):  # a source that tells the result and not the code
        world.recipient(
            session, 1, number, stage="Failed", sms_result="failed", esme=["esme-b", None][number % 2]
        )


def _sent(number: int) -> datetime:
    """Return a moment after midnight in Vilnius, which is before midnight in UTC; some recipients share one."""
    return ago(hours=14, minutes=-(number // 2)) - timedelta(days=4 * (number % 2))


def _events(session: Session) -> None:
    for number, (phase, reason) in enumerate(
        [("Pending", None), ("Sending", "started"), ("Paused", "window"), ("Paused", "by hand")], start=1
    ):
        for campaign_id in (1, 2, 4):
            at = ago(hours=3 - number // 2)
            world.insert(
                session,
                "core.state_events",
                event_id=100 * campaign_id + number,
                campaign_id=campaign_id,
                phase=phase,
                reason=reason,
                occurred_at=at,
            )
    for number in (1, 2, 3):
        row = {"campaign_id": 1, "occurred_at": ago(hours=1), "workspace_id": "retail", "actor": "ann"}
        world.insert(session, "core.audit_events", audit_id=number, action="created", note=None, **row)
        world.insert(
            session, "kit.audit_events", audit_id=number, action="cancelled",
            status_before="Sending", status_after="Cancelled" if number > 1 else "Sending", **row,
        )  # fmt: skip
        world.insert(
            session, "core.job_errors", job_error_id=number, campaign_id=1, phase="Building",
            code="FILE_PARSE", message="line 3: '100%' \\", occurred_at=ago(hours=1 if number > 1 else 2),
        )  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> DuckStore:
    """Return the filled DuckDB store."""
    store = world.make(tmp_path_factory.mktemp("engines") / "world.duckdb", cache=cache)
    with store.writing() as session:
        fill(session)
    return store


@pytest.fixture(scope="module")
def on_duckdb(filled: DuckStore) -> Iterator[Session]:
    with filled.reading() as session:
        yield session


@pytest.fixture(scope="module")
def on_postgres(on_duckdb: Session, postgres: Server, cache: Path) -> Iterator[Postgres]:
    with postgres.connect(postgres.create("filled")) as connection:
        for statement in schema():
            connection.execute(statement)  # type: ignore[arg-type]
        postgres.scale("filled")
        copy(on_duckdb, connection)
        yield Postgres(connection, Compiler("postgres", missing=frozenset(), cache=cache))


@pytest.fixture
def both(on_duckdb: Session, on_postgres: Postgres) -> Both:
    return Both(on_duckdb, on_postgres)


class Both:
    """Asks both engines, and gives the answer only if it is one."""

    def __init__(self, on_duckdb: Session, on_postgres: Postgres) -> None:
        self._duckdb, self._postgres = on_duckdb, on_postgres

    def rows(
        self, name: str, parameters: dict[str, Any], *, ordered: bool = True, **form: Any
    ) -> list[dict[str, Any]]:
        variant = Variant(**form)
        ours = self._duckdb.rows(name, parameters, variant)
        theirs = self._postgres.rows(name, parameters, variant)
        if not ordered:
            ours.sort(key=repr)
            theirs.sort(key=repr)
        assert [typed(row) for row in ours] == [typed(row) for row in theirs]
        return ours


def typed(row: dict[str, Any]) -> list[tuple[str, type, Any]]:
    return [(name, type(value), value) for name, value in row.items()]


SCOPE = {"scope": ["retail", "bank"]}
ORDERS = list(itertools.product(["created", "start", "sender"], [True, False]))


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_both_engines_order_the_list_alike(both: Both, sort: str, descending: bool) -> None:
    rows = both.rows("campaigns/page", SCOPE, sort=sort, descending=descending)
    assert len(rows) == len(SENDERS)
    if sort == "start":
        nulls = [row["start_at"] is None for row in rows]
        assert nulls == sorted(nulls), "nulls come last in both directions (R20)"
        assert any(nulls)
    if sort == "sender":
        found = [row["saddr"].encode() for row in rows]
        assert found == sorted(found, reverse=descending), "senders are ordered by their bytes"


@pytest.mark.parametrize("sort", ["created", "start"])
def test_both_engines_count_what_came_lately_alike(both: Both, sort: str) -> None:
    spans = {"hour": ago(hours=1), "day": ago(days=1), "week": ago(weeks=1), "month": ago(days=30)}
    (found,) = both.rows("campaigns/lately", spans | {"until": NOW, "sort": sort})
    whole = both.rows("campaigns/page", SCOPE, ordered=False)
    moments = [row[f"{sort}_at"] for row in whole]
    for name, since in spans.items():
        assert found[name] == sum(since < moment <= NOW for moment in moments if moment is not None)
    some = both.rows(
        "campaigns/page", SCOPE | {"lately": ago(days=1)}, filters=frozenset({f"{sort}_lately"}), sort=sort
    )
    assert len(some) == sum(ago(days=1) <= moment for moment in moments if moment is not None)


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
@pytest.mark.parametrize("limit", [1, 4])
@pytest.mark.parametrize("few", [False, True])
def test_both_engines_turn_the_same_pages(
    both: Both, sort: str, descending: bool, limit: int, few: bool
) -> None:
    order: dict[str, Any] = {"sort": sort, "descending": descending}
    whole = both.rows("campaigns/page", SCOPE, **order)
    order["few"] = few
    column = {"created": "created_at", "start": "start_at", "sender": "saddr"}[sort]
    walked = both.rows("campaigns/page", SCOPE | {"limit": limit}, limited=True, **order)
    while len(walked) < len(whole):
        last = walked[-1]
        place = {"after_key": last[column], "after_tie": UUID(last["external_id"]), "limit": limit}
        depth = "null" if last[column] is None else "value"
        more = both.rows("campaigns/page", SCOPE | place, limited=True, after=depth, **order)
        assert more, "a page before the end is never empty"
        walked += more
    assert walked == whole


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("acme", ["acme", "ACME", "Acme Shop", "acme"]),
        ("ACME S", ["Acme Shop"]),
        ("äcme", ["äcme", "Äcme"]),
        ("ÄCME", ["äcme", "Äcme"]),
        ("é", ["Émile"]),
        ("%", ["100%", "%"]),
        ("_", ["_", "a_b"]),
        ("\\", ["\\"]),
        ("'); --", ["'); --"]),
        ("\t", ["a\tb"]),
        ("本", ["日本"]),
        ("\U0001f642", ["\U0001f642"]),
        ("nobody", []),
    ],
)
def test_both_engines_find_the_same_senders_and_take_wildcards_literally(
    both: Both, search: str, found: list[str]
) -> None:
    rows = both.rows(
        "campaigns/page", SCOPE | {"search": search}, filters=frozenset({"sender"}), sort="sender"
    )
    assert sorted(row["saddr"] for row in rows) == sorted(found)


def test_both_engines_find_a_prefix_of_an_id_or_a_sender(both: Both) -> None:
    ids = id_range("beef")
    assert ids is not None
    parameters = SCOPE | {"search": "beef", "id_low": ids.low, "id_high": ids.high}
    found = both.rows("campaigns/page", parameters, filters=frozenset({"id_or_sender"}), sort="created")
    assert {(row["saddr"], row["external_id"]) for row in found} == {
        ("Acme Shop", str(BEEF)),
        ("BEEF", found[0]["external_id"] if found[0]["saddr"] == "BEEF" else found[1]["external_id"]),
    }
    (only,) = both.rows("campaigns/page", parameters, filters=frozenset({"id"}), sort="created")
    assert only["external_id"] == str(BEEF)


@pytest.mark.parametrize("view", ["campaigns", "queue", "archive"])
def test_both_engines_show_the_same_views(both: Both, view: str) -> None:
    rows = both.rows("campaigns/page", SCOPE, filters=frozenset({view}), sort="created", descending=True)
    (count,) = both.rows("campaigns/page", SCOPE, filters=frozenset({view}), counted=True)
    assert count["matching"] == len(rows) > 0
    for row in rows:
        queued = row["status"] == "New" and row["moderation"] == "Pending"
        archived = row["archived"]
        shown_in = "archive" if archived else "queue" if queued else "campaigns"
        assert shown_in == view, "each campaign is in one view, and an archived one has left the queue (R41)"


def test_both_engines_filter_alike(both: Both) -> None:
    parameters = SCOPE | {
        "statuses": ["Failed", "Done"],
        "modes": ["Spread"],
        "workspaces": ["retail"],
        "since": ago(days=2),
        "now": NOW,
    }
    for names_of_filters in itertools.chain.from_iterable(
        itertools.combinations(["statuses", "modes", "workspaces", "period"], size) for size in range(1, 5)
    ):
        both.rows("campaigns/page", parameters, filters=frozenset(names_of_filters), sort="created")


@pytest.mark.parametrize("view", ["campaigns", "queue", "archive"])
@pytest.mark.parametrize("since", [None, ago(days=2)])
@pytest.mark.parametrize("search", ["", "ACME", "%", "beef"])
def test_both_engines_count_alike_what_the_filters_offer(
    both: Both, view: str, since: datetime | None, search: str
) -> None:
    ids = id_range(search)
    place = {"id_low": ids and ids.low, "id_high": ids and ids.high}
    parameters = SCOPE | place | {"since": since, "now": NOW, "search": search}
    counted = both.rows("campaigns/facets_found", parameters, filters=frozenset({view}), ordered=False)
    keys = ("external_id", "status", "mode", "workspace_id")

    def shown(*narrowed: str) -> set[tuple[Any, ...]]:
        rows = both.rows("campaigns/page", parameters, filters=frozenset({view, *narrowed}), ordered=False)
        return {tuple(row[key] for key in keys) for row in rows}

    in_period = shown("period") if since else shown()
    found = shown("id_or_sender" if ids else "sender") if search else shown()
    tally = Counter((*row[1:], row in in_period, row in found) for row in shown())
    assert {tuple(row.values())[:-1]: row["campaigns"] for row in counted} == tally
    if since is None and not search:
        at_large = both.rows("campaigns/facets", parameters, filters=frozenset({view}), ordered=False)
        assert {(*tuple(row.values())[:-1], True, True): row["campaigns"] for row in at_large} == tally


@pytest.mark.parametrize(("sort", "descending"), list(itertools.product(["id", "sent"], [True, False])))
@pytest.mark.parametrize("limit", [1, 5, 18])
@pytest.mark.parametrize("few", [False, True])
def test_both_engines_turn_the_same_pages_of_recipients(
    both: Both, sort: str, descending: bool, limit: int, few: bool
) -> None:
    order: dict[str, Any] = {"sort": sort, "descending": descending}
    whole = both.rows("recipients/page", {"campaign_id": 1}, **order)
    order["few"] = few
    assert len(whole) == 18
    column = {"id": "recipient_id", "sent": "sent_at"}[sort]
    nulls = [row[column] is None for row in whole]
    assert nulls == sorted(nulls)
    walked = both.rows("recipients/page", {"campaign_id": 1, "limit": limit}, limited=True, **order)
    while len(walked) < len(whole):
        last = walked[-1]
        place = {
            "campaign_id": 1,
            "after_key": last[column],
            "after_tie": last["recipient_id"],
            "limit": limit,
        }
        depth = "null" if last[column] is None else "value"
        more = both.rows("recipients/page", place, limited=True, after=depth, **order)
        assert more
        if depth == "value" and order["sort"] == "sent":
            parts = [both.rows("recipients/page", place, limited=True, after=part, **order) for part in APART]
            assert more == list(itertools.chain(*parts))[:limit], "the same, those that were not sent apart"
        walked += more
    assert walked == whole


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"codes"}, {"UNDELIV", "MK:0001"}),
        ({"codes_or_null"}, {"UNDELIV", "MK:0001", None}),
        ({"not_null"}, {"DELIVRD", "UNDELIV", "ENROUTE", "EXPIRED", "MK:0001", "undeliv", "Ä"}),
        ({"sms_results"}, {"UNDELIV", "EXPIRED", "undeliv", "Ä", None}),
        ({"stages", "codes_or_null"}, {None}),
        ({"stages", "codes"}, set()),
    ],
)
def test_both_engines_filter_recipients_by_code_and_null(
    both: Both, filters: set[str], expected: set[str | None]
) -> None:
    parameters = {
        "campaign_id": 1, "smpp_codes": ["UNDELIV", "MK:0001"], "stages": ["New", "Failed"], "sms_results": ["failed"],
    }  # fmt: skip
    rows = both.rows("recipients/page", parameters, filters=frozenset(filters), sort="id")
    assert {row["smpp_code"] for row in rows} == expected


def test_both_engines_judge_and_count_alike(both: Both) -> None:
    one = {"campaign_id": 1}
    parts = both.rows("campaigns/parts", one | {"receipts_since": ago(hours=72)}, ordered=False)
    assert sum(part["recipients"] for part in parts) == 18
    assert {part["receipts_may_come"] for part in parts if part["stage"] == "Delivered"} == {True, False}
    assert {part["filtered"] for part in parts} == {True, False}
    some = {"campaign_ids": [1, 3, 99], "first_id": 1, "last_id": 99}
    scattered = both.rows("campaigns/progress", some, filters=frozenset({"scattered"}), ordered=False)
    assert [row["campaign_id"] for row in scattered] == [1, 3]
    progress = both.rows("campaigns/progress", some, ordered=False)
    assert [row["recipients"] for row in progress] == [18, 16, 16]
    for row in progress:
        recipients = both.rows("recipients/page", {"campaign_id": row["campaign_id"]}, sort="id")
        assert row["sent"] == sum(recipient["sent_at"] is not None for recipient in recipients)
        assert row["errors"] == sum(recipient["sms_result"] == "failed" for recipient in recipients)
    assert both.rows("campaigns/delivered", {"campaign_ids": [1, 2, 3]})[0]["delivered"] == sum(
        row["delivered"] for row in progress
    )
    campaigns = both.rows("campaigns/page", SCOPE, ordered=False)
    everything = {"statuses": sorted({row["status"] for row in campaigns})}
    stale = both.rows("counts/delivered", SCOPE | everything, ordered=False)
    assert sum(len(row["stale"]) for row in stale) == len(campaigns), "nothing was counted yet"
    assert both.rows("counts/totals", SCOPE) == [] == both.rows("counts/newer", SCOPE)
    assert both.rows("campaigns/archived", one) == []
    marked = {"campaign_id": next(row["campaign_id"] for row in campaigns if row["archived"])}
    assert both.rows("campaigns/archived", marked) == [marked]
    both.rows("errors/job_count", one)


def test_both_engines_count_the_days_of_the_zone(both: Both) -> None:
    by_zone = {
        zone: both.rows("campaigns/activity", {"campaign_id": 1, "zone": zone})
        for zone in ("UTC", "Europe/Vilnius", "Asia/Kathmandu")
    }
    # sent from 22:00 UTC on: in Vilnius (UTC+2) that is the next day
    assert [row["day"] for row in by_zone["UTC"]] == [date(2026, 11, 18), date(2026, 11, 22)]
    assert [row["day"] for row in by_zone["Europe/Vilnius"]] == [date(2026, 11, 19), date(2026, 11, 23)]


def test_both_engines_list_what_happened_in_the_same_order(both: Both) -> None:
    one = {"campaign_id": 1}
    history = both.rows("campaigns/history", one)
    assert [row["occurred_at"] for row in history] == sorted(row["occurred_at"] for row in history)
    assert len(history) == 6, "four of Core's, two of the toolkit's that changed the status"
    assert len(both.rows("audit/of_campaign", one)) == 6
    assert [row["reason"] for row in both.rows("campaigns/paused", {"campaign_ids": [1, 2, 3]})] == [
        "by hand"
    ] * 2
    assert len(both.rows("errors/jobs", one)) == 3


def test_text_is_ordered_by_its_bytes_whatever_the_database_was_made_with(cache: Path) -> None:
    """A database of another collation would order senders differently, and its cursors would skip some."""
    compiler = Compiler("postgres", missing=frozenset(), cache=cache)
    for name, form, times in (
        ("campaigns/page", Variant(sort="sender"), 1),
        ("campaigns/page", Variant(sort="sender", after="value"), 3),
        ("codes/aliases", Variant(), 2),
    ):
        assert compiler(name, form).sql.count('COLLATE "C"') == times


def test_both_engines_know_the_same_members_and_workspaces(both: Both) -> None:
    assert [row["workspace_id"] for row in both.rows("workspaces/all", {})] == ["bank", "retail"]
    ann = both.rows("members/of_login", {"login": "ann"}, ordered=False)
    assert {row["workspace_id"] for row in ann} == {"*", "bank", None}
    assert [row["workspace_id"] for row in both.rows("members/of_login", {"login": "bob"})] == [None]


BARE = """
insert into core.workspaces values ('retail', 'Retail', 'UTC');
insert into core.campaigns (campaign_id, external_id, workspace_id, status, saddr, created_at, updated_at) values
  (1, '00000000-0000-0000-0000-000000000001', 'retail', 'Paused', 'ACME', '2026-11-23 09:00Z', '2026-11-23 09:00Z'),
  (2, '00000000-0000-0000-0000-000000000002', 'retail', 'Done', 'ACME', '2026-11-23 10:00Z', '2026-11-23 10:00Z');
insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at) values
  (1, 1, '0123', 'New', 'unknown', '2026-11-23 09:00Z');
insert into kit.archived values (2, '2026-11-23 11:00Z', 'ann');
insert into kit.audit_events (workspace_id, campaign_id, action, actor, status_before, status_after, occurred_at)
  values ('retail', 1, 'started', 'ann', 'New', 'Pending', '2026-11-23 11:00Z');
"""


@pytest.fixture
def both_bare(tmp_path: Path, postgres: Server, empty: str, cache: Path) -> Iterator[Both]:
    """Return both engines over a source that lacks everything optional."""
    everything = frozenset(OPTIONAL)
    path = tmp_path / "bare.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in [*schema(everything), BARE]:
            connection.execute(statement)
    with (
        DuckStore(path, cache=cache).open().reading() as session,
        postgres.connect(empty) as connection,
        connection.transaction(force_rollback=True),
    ):
        for statement in [*schema(everything), BARE]:
            connection.execute(statement)
        yield Both(session, Postgres(connection, Compiler("postgres", missing=everything, cache=cache)))


def test_a_source_that_lacks_everything_optional_answers_the_rest(both_bare: Both) -> None:
    one = {"campaign_id": 1}
    rows = both_bare.rows("campaigns/page", SCOPE, sort="created")
    assert [(row["status"], row["delivery_errors"], row["archived"]) for row in rows] == [
        ("Paused", None, False),
        ("Done", None, True),
    ]
    assert [row["phase"] for row in both_bare.rows("campaigns/history", one)] == ["Pending"]
    assert [row["action"] for row in both_bare.rows("audit/of_campaign", one)] == ["started"]
    assert both_bare.rows("campaigns/paused", {"campaign_ids": [1]}) == []
    assert both_bare.rows("errors/jobs", one) == []
    assert [row["ctn_tail"] for row in both_bare.rows("recipients/page", one, sort="id")] == ["0123"]


def test_postgres_reaches_a_page_by_its_index_alone(postgres: Server, empty: str) -> None:
    """`desc nulls last` on a column that is never null would cost the index; see `statements._with_order`."""
    form = Variant(sort="created", descending=True, limited=True, filters=frozenset({"period"}))
    compiled = Compiler("postgres", missing=frozenset(), cache=None)("campaigns/page", form)
    parameters = {"scope": ["retail"], "since": ago(days=1), "now": NOW, "limit": 50}
    with postgres.connect(empty) as connection, connection.transaction(force_rollback=True):
        for statement in schema():
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("create index on core.campaigns (created_at desc, external_id desc)")
        connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        plan = connection.execute(f"explain {compiled.sql}", parameters).fetchall()  # type: ignore[arg-type]
    text = "\n".join(line for (line,) in plan)
    assert "Index Scan" in text
    assert "Sort" not in text, text


def test_a_wrong_statement_would_be_noticed(postgres: Server, empty: str) -> None:
    """The two planning tests rest on the engines complaining."""
    with postgres.connect(empty) as connection, pytest.raises(psycopg.Error):
        Postgres(connection, Compiler("postgres", missing=frozenset(), cache=None)).explain(
            "workspaces/all", Variant()
        )
