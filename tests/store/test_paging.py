"""Keyset paging as a law: pages of any size, in any order, are the whole list cut into pieces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import CampaignFilter, Kit, RecipientFilter
from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import Cursor
from campaignkit.store.duckdb import DuckStore
from tests import world
from tests.world import NOW

Row = dict[str, Any]

# few values, so that keys are often equal; moments that differ by a microsecond; letters that sort differently
MOMENTS = st.sampled_from(
    [
        NOW - timedelta(days=3),
        NOW - timedelta(days=3, microseconds=1),
        NOW,
        datetime.min.replace(tzinfo=NOW.tzinfo, year=1970),
    ]
)
SENDERS = st.sampled_from(["", "ACME", "acme", "Äcme", "Zeta", "z\u0301", "\U0001f642", "\uffee", "a b", "'"])
IDS = (
    st.uuids()
    | st.integers(0, 3).map(lambda number: UUID(int=number))
    | st.sampled_from([UUID(int=2**128 - 1), UUID(int=2**127)])
)
CAMPAIGNS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": IDS,
            "created_at": MOMENTS,
            "start_at": st.none() | MOMENTS,
            "saddr": SENDERS,
            "status": st.sampled_from(["New", "Done", "Failed"]),
        }
    ),
    max_size=9,
    unique_by=lambda row: row["external_id"],
)
RECIPIENTS = st.lists(
    st.fixed_dictionaries(
        {"sent_at": st.none() | MOMENTS, "smpp_code": st.sampled_from([None, "DELIVRD", "UNDELIV"])}
    ),
    max_size=9,
)
KEYS: dict[str, Callable[[Row], Any]] = {
    "created": lambda row: row["created_at"],
    "start": lambda row: row["start_at"],
    "sender": lambda row: row["saddr"].encode(),
    "id": lambda row: row["recipient_id"],
    "sent": lambda row: row["sent_at"],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> DuckStore:
    """Return a writable store with one workspace, shared by all examples."""
    made = world.make(tmp_path_factory.mktemp("paging") / "world.duckdb", cache=cache)
    with made.writing() as session:
        world.workspace(session, "retail")
    return made


@pytest.fixture(scope="module")
def kit(store: DuckStore) -> Kit:
    return campaignkit.open(store.path, workspace="master", now=NOW, actor="ann")


def refill(store: DuckStore, campaigns: list[Row], recipients: list[Row] | None = None) -> None:
    """Put exactly these rows into the store."""
    with store.writing() as session:
        for relation in ("core.recipients", "core.campaigns"):
            session.connection.execute(f"delete from {relation}").complete()
        for number, row in enumerate(campaigns, start=1):
            world.campaign(session, number, **row)
        for number, row in enumerate(recipients or [], start=1):
            world.recipient(session, 1, number, **row)


def ordered(rows: list[Row], sort: str, tie: str, *, descending: bool) -> list[Row]:
    """Return the rows as the requirements order them: by key, then tie, nulls last in both directions (R20)."""
    by_key = sorted(
        (row for row in rows if KEYS[sort](row) is not None),
        key=lambda row: (KEYS[sort](row), row[tie]),
        reverse=descending,
    )
    return by_key + sorted(
        (row for row in rows if KEYS[sort](row) is None), key=lambda row: row[tie], reverse=descending
    )


def walk(page: Callable[[str | None], Any], size: int) -> list[Any]:
    """Return the rows of all pages; each is full but the last, and each knows the whole."""
    rows: list[Any] = []
    after = None
    while True:
        found = page(after)
        rows += found.rows
        if found.next is None:
            assert len(found.rows) <= size
            assert found.total == len(rows)
            return rows
        assert len(found.rows) == size
        after = found.next
        assert len(rows) < found.total, "a page that promises more, and there is none"


SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SHARED
@given(
    campaigns=CAMPAIGNS,
    sort=st.sampled_from(["created", "start", "sender"]),
    descending=st.booleans(),
    size=st.integers(1, 5),
    statuses=st.sampled_from([frozenset(), frozenset({"Done"}), frozenset({"Done", "Failed"})]),
)
@example(campaigns=[], sort="created", descending=True, size=1, statuses=frozenset())
def test_walking_the_list_visits_each_campaign_once_and_in_order(
    store: DuckStore,
    kit: Kit,
    campaigns: list[Row],
    sort: str,
    descending: bool,
    size: int,
    statuses: frozenset[str],
) -> None:
    refill(store, campaigns)
    asked = CampaignFilter(statuses=statuses)  # type: ignore[arg-type]
    matching = [row for row in campaigns if not statuses or row["status"] in statuses]
    walked = walk(
        lambda after: kit.campaigns.page(asked, sort=sort, descending=descending, limit=size, after=after),
        size,
    )
    assert [row.external_id for row in walked] == [
        str(row["external_id"]) for row in ordered(matching, sort, "external_id", descending=descending)
    ]


@SHARED
@given(
    recipients=RECIPIENTS,
    sort=st.sampled_from(["id", "sent"]),
    descending=st.booleans(),
    size=st.integers(1, 5),
    null_smpp=st.booleans(),
    codes=st.sampled_from([frozenset(), frozenset({"UNDELIV"})]),
)
def test_walking_the_recipients_visits_each_once_and_in_order(
    store: DuckStore,
    kit: Kit,
    recipients: list[Row],
    sort: str,
    descending: bool,
    size: int,
    null_smpp: bool,
    codes: frozenset[str],
) -> None:
    refill(store, [{"external_id": UUID(int=1), "created_at": NOW}], recipients)
    asked = RecipientFilter(smpp_codes=codes, null_smpp=null_smpp)
    matching = [
        row | {"recipient_id": number}
        for number, row in enumerate(recipients, start=1)
        if (null_smpp if row["smpp_code"] is None else not codes or row["smpp_code"] in codes)  # R56
    ]
    walked = walk(
        lambda after: kit.recipients.page(
            "00000000", asked, sort=sort, descending=descending, limit=size, after=after
        ),
        size,
    )
    assert [row.recipient_id for row in walked] == [
        row["recipient_id"] for row in ordered(matching, sort, "recipient_id", descending=descending)
    ]


@pytest.mark.parametrize("limit", [0, -1, 100_001, 2**63, 10**30, True, 2.0, "5", None])
def test_a_page_of_an_impossible_size_is_refused(kit: Kit, limit: Any) -> None:
    with pytest.raises(InvalidInput, match="a page has from 1 to"):
        kit.campaigns.page(limit=limit)


FORGED = [
    ("created desc", "2026-11-23T12:00:00+00:00", "no uuid"),
    ("created desc", "2026-11-23T12:00:00+00:00", ""),
    ("created desc", "2026-11-23T12:00:00", str(UUID(int=1))),
    ("created desc", "0001-01-01T00:00:00+14:00", str(UUID(int=1))),
    ("created desc", "9999-12-31T23:59:59-14:00", str(UUID(int=1))),
    ("created desc", "soon", str(UUID(int=1))),
    ("created desc", "", str(UUID(int=1))),
]
STRANGE = [
    ("created desc", "0001-01-01T00:00:00+00:00", str(UUID(int=1))),
    ("created desc", "9999-12-31T23:59:59.999999+00:00", str(UUID(int=2**128 - 1))),
    ("created desc", "2026-11-23T12:00:00+05:45", str(UUID(int=1))),
    ("sender asc", "x" * 10_000, str(UUID(int=1))),
    ("sender asc", "'; drop table core.campaigns; --", str(UUID(int=1))),
    ("sender asc", "", "{00000000-0000-0000-0000-000000000001}"),
    ("start desc", None, str(UUID(int=1))),
]


@pytest.mark.parametrize(("order", "key", "tie"), FORGED)
def test_a_forged_place_in_the_list_is_refused(kit: Kit, order: str, key: str | None, tie: str) -> None:
    sort, _ = order.split()
    with pytest.raises(InvalidInput, match="this is no cursor"):
        kit.campaigns.page(sort=sort, after=str(Cursor(order, key, tie)))


@pytest.mark.parametrize(("order", "key", "tie"), STRANGE)
def test_a_strange_but_whole_place_in_the_list_is_just_a_place(
    kit: Kit, order: str, key: str | None, tie: str
) -> None:
    sort, direction = order.split()
    kit.campaigns.page(sort=sort, descending=direction == "desc", after=str(Cursor(order, key, tie)))


@pytest.mark.parametrize(
    ("order", "key", "tie"),
    [
        ("id asc", "one", "1"),
        ("id asc", None, "1"),
        ("id asc", "1", "9223372036854775808"),
        ("id asc", "-9223372036854775809", "1"),
        ("id asc", "9" * 5_000, "1"),
        ("id asc", "1", "1.5"),
        ("sent asc", "1", "1"),
        ("sent asc", None, ""),
    ],
)
def test_a_forged_place_among_recipients_is_refused(
    store: DuckStore, kit: Kit, order: str, key: str | None, tie: str
) -> None:
    refill(store, [{"external_id": UUID(int=1), "created_at": NOW}])
    sort, _ = order.split()
    with pytest.raises(InvalidInput, match="this is no cursor"):
        kit.recipients.page("00000000", sort=sort, after=str(Cursor(order, key, tie)))
