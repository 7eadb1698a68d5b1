"""What a browser or a script may send instead of an id, a sort, a limit or a cursor: one sentence each, or an answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import CampaignFilter, Kit, RecipientFilter
from campaignkit.domain.errors import CampaignKitError
from campaignkit.domain.lists import CampaignList
from tests import world
from tests.services.conftest import every_status
from tests.world import NOW

ONE = "00000006-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return a kit that all these questions share: none of them can change it."""
    path = tmp_path_factory.mktemp("forged") / "world.duckdb"
    store = world.make(path)
    with store.writing() as session:
        every_status(session)
        for number in range(3):
            world.recipient(session, 6, number)
    return campaignkit.open(path, workspace="master", now=NOW, actor="ann")


TEXT = st.text() | st.sampled_from(
    ["", " ", ONE, ONE[:4], "created", "sent", "desc", "\0", "\ud800", "-", "'; --", "9" * 400]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
ORDERS = [f"{sort} {way}" for sort in ("created", "start", "sender", "id", "sent") for way in ("asc", "desc")]
CURSORS = st.tuples(st.sampled_from(ORDERS), JSON, JSON).map(
    lambda parts: base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()
)

# each takes one invented value
DOORS: dict[str, Callable[[Kit, Any], object]] = {
    "campaigns.page: filter": lambda kit, value: kit.campaigns.page(value),
    "campaigns.page: sort": lambda kit, value: kit.campaigns.page(sort=value),
    "campaigns.page: descending": lambda kit, value: kit.campaigns.page(descending=value),
    "campaigns.page: limit": lambda kit, value: kit.campaigns.page(limit=value),
    "campaigns.page: after": lambda kit, value: kit.campaigns.page(after=value),
    "campaigns.page: after, by start": lambda kit, value: kit.campaigns.page(sort="start", after=value),
    "campaigns.page: after, by sender": lambda kit, value: kit.campaigns.page(sort="sender", after=value),
    "campaigns.listing: asked": lambda kit, value: kit.campaigns.listing(value),
    "campaigns.listing: limit": lambda kit, value: kit.campaigns.listing(limit=value),
    "campaigns.listing: after": lambda kit, value: kit.campaigns.listing(after=value),
    "campaigns.count": lambda kit, value: kit.campaigns.count(value),
    "campaigns.facets": lambda kit, value: kit.campaigns.facets(value),
    "campaigns.dropping": lambda kit, value: kit.campaigns.dropping(value),
    "campaigns.find": lambda kit, value: kit.campaigns.find(value),
    "campaigns.show": lambda kit, value: kit.campaigns.show(value),
    "campaigns.activity": lambda kit, value: kit.campaigns.activity(value),
    "campaigns.history": lambda kit, value: kit.campaigns.history(value),
    "errors.of": lambda kit, value: kit.errors.of(value),
    "audit.of": lambda kit, value: kit.audit.of(value),
    "recipients.page: id": lambda kit, value: kit.recipients.page(value),
    "recipients.page: filter": lambda kit, value: kit.recipients.page(ONE, value),
    "recipients.page: sort": lambda kit, value: kit.recipients.page(ONE, sort=value),
    "recipients.page: descending": lambda kit, value: kit.recipients.page(ONE, descending=value),
    "recipients.page: limit": lambda kit, value: kit.recipients.page(ONE, limit=value),
    "recipients.page: after": lambda kit, value: kit.recipients.page(ONE, after=value),
    "recipients.page: after, by time": lambda kit, value: kit.recipients.page(ONE, sort="sent", after=value),
    "recipients.counts: id": lambda kit, value: kit.recipients.counts(value),
    "recipients.counts: filter": lambda kit, value: kit.recipients.counts(ONE, value),
    **{
        f"CampaignFilter: {field}": lambda kit, value, field=field: kit.campaigns.listing(
            CampaignList(filter=CampaignFilter(**{field: value}))
        )
        for field in CampaignFilter.SPELLING
    },
    **{
        f"RecipientFilter: {field}": lambda kit, value, field=field: kit.recipients.page(
            ONE, RecipientFilter(**{field: value})
        )
        for field in RecipientFilter.SPELLING
    },
    "an address": lambda kit, value: kit.campaigns.listing(CampaignList.from_query(value)),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@settings(max_examples=30)
@given(value=JSON | CURSORS)
@example(value=None)
@example(value=True)
@example(value=[])
@example(value=10**30)
@example(value=float("nan"))
@example(value="\0")
@example(value="\ud800")
@example(value=[["Done"]])
def test_an_invented_value_gets_an_answer_or_one_sentence(
    kit: Kit, door: Callable[[Kit, Any], object], value: Any
) -> None:
    try:
        door(kit, value)
    except CampaignKitError as refusal:
        sentence = str(refusal)
        assert sentence
        assert len(sentence) < 400
        assert "\n" not in sentence
        assert "\0" not in sentence
