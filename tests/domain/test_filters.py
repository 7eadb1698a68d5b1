"""Filters and cursors: they survive the address bar, and nothing forged gets past them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import (
    CHIP_LABEL,
    SPAN,
    CampaignFilter,
    Cursor,
    Period,
    RecipientFilter,
    id_range,
)
from campaignkit.domain.lifecycle import Mode, Status
from tests.domain.strategies import ANY_TEXT, FILTERS


@given(FILTERS)
@example(
    CampaignFilter(search="a&status=Failed#;=%26+ %00", workspaces=frozenset({"", "?in=x", "ü ", "\u2028"}))
)
def test_every_filter_survives_the_address_bar(asked: CampaignFilter) -> None:
    assert CampaignFilter.from_query(asked.to_query()) == asked
    assert CampaignFilter.from_query("?" + asked.to_query()) == asked
    assert asked.to_query().isascii()


def test_defaults_are_the_empty_query_and_foreign_keys_are_left_alone() -> None:
    assert CampaignFilter().to_query() == ""
    assert CampaignFilter.from_query("") == CampaignFilter()
    assert CampaignFilter.from_query("token=1&status=Failed&utm=x") == CampaignFilter(
        statuses=frozenset({Status.FAILED})
    )


def test_the_query_is_the_documented_one() -> None:
    asked = CampaignFilter(
        period="24h",
        statuses={"Paused", "Done"},
        modes={"Spread"},
        search="ACME & co",
        workspaces={"retail"},
        view="archive",
    )
    assert (
        asked.to_query()
        == "view=archive&period=24h&status=Paused&status=Done&mode=Spread&in=retail&q=ACME+%26+co"
    )


@given(st.text())
def test_any_query_gives_a_filter_or_one_clear_refusal(query: str) -> None:
    for given_query in (
        query,
        f"q={query}",
        f"in={query}",
        f"status={query}",
        f"period={query}&view={query}",
    ):
        try:
            found = CampaignFilter.from_query(given_query)
        except InvalidInput:
            continue
        assert CampaignFilter.from_query(found.to_query()) == found


def test_members_and_their_values_make_equal_filters() -> None:
    assert CampaignFilter(statuses={"Failed"}, modes=["Spread"], period="1h") == CampaignFilter(
        statuses=frozenset({Status.FAILED}), modes=frozenset({Mode.SPREAD}), period=Period.HOUR
    )
    assert hash(CampaignFilter(statuses={"Failed"})) == hash(CampaignFilter(statuses={Status.FAILED}))
    assert CampaignFilter(search="  ACME ") == CampaignFilter(search="ACME")
    assert CampaignFilter(search="   ").active == ()


def test_a_chip_stands_for_each_active_group_in_the_guides_words() -> None:
    asked = CampaignFilter(
        period="7d",
        statuses={"Expired", "Failed"},
        modes={"Trigger", "OnTime"},
        search="acme",
        workspaces={"b", "a"},
    )
    assert asked.chips() == [
        ("period", "Period: Last 7 days"),
        ("statuses", "Status: Failed, Expired"),  # in the order of the life, not of the alphabet
        ("modes", "Mode: OnTime, Trigger"),
        ("workspaces", "Workspace: a, b"),
        ("search", "Search: acme"),
    ]
    assert CampaignFilter(view="archive").chips() == [], "a view is where one is, not a filter"


@given(FILTERS)
def test_dropping_a_chip_removes_that_filter_and_no_other(asked: CampaignFilter) -> None:
    for field in CHIP_LABEL:
        left = asked.without(field)
        assert [name for name, _ in left.chips()] == [name for name, _ in asked.chips() if name != field]
        assert left.view is asked.view
        assert all(getattr(left, other) == getattr(asked, other) for other in CHIP_LABEL if other != field)


@given(FILTERS)
def test_clearing_leaves_the_view_alone(asked: CampaignFilter) -> None:
    assert asked.cleared() == CampaignFilter(view=asked.view)
    assert asked.cleared().active == ()


@pytest.mark.parametrize("field", ["view", "colour", "", "__class__"])
def test_what_has_no_chip_cannot_be_dropped(field: str) -> None:
    with pytest.raises(InvalidInput, match="there is no filter"):
        CampaignFilter().without(field)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("period", "yesterday", "period 'yesterday' is unknown: choose from all, 1h, 24h, 7d, 30d"),
        ("period", None, "period None is unknown"),
        ("period", ["24h"], "period"),
        ("statuses", {"Sent"}, "status 'Sent' is unknown: choose from New, Pending"),
        ("statuses", {"done"}, "status 'done'"),
        ("statuses", "Done", "status takes a set of values, not 'Done'"),
        ("statuses", None, "status takes a set of values"),
        ("statuses", [["Done"]], "status"),
        ("statuses", [None, 3], "status"),
        ("modes", {"Burst"}, "mode 'Burst' is unknown: choose from OnDemand"),
        ("modes", 7, "mode takes a set"),
        ("search", 5, "search takes text, not 5"),
        ("search", None, "search takes text"),
        ("search", b"acme", "search takes text"),
        ("search", "a\0b", "search holds a NUL"),
        ("search", "a\ud800", "search holds half a character"),
        ("workspaces", "retail", "workspace takes a set"),
        ("workspaces", {3}, "workspace takes text"),
        ("workspaces", [{}], "workspace takes text"),
        ("workspaces", {"a\0"}, "workspace holds a NUL"),
        ("view", "trash", "view 'trash' is unknown: choose from campaigns, queue, archive"),
        ("statuses", {"x" * 10_000}, "status 'xxx"),
    ],
)
def test_a_bad_value_is_refused_by_name(field: str, value: object, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        CampaignFilter(**{field: value})  # type: ignore[arg-type]
    assert named in str(refused.value)
    assert len(str(refused.value)) < 250, "one sentence, whatever was sent"


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("stages", {"Sent"}, "stage 'Sent' is unknown: choose from New, Sending, Delivered, Failed"),
        ("stages", "New", "stage takes a set"),
        (
            "sms_results",
            {"Delivered"},
            "SMS result 'Delivered' is unknown: choose from delivered, failed, unknown",
        ),
        ("sms_results", [[]], "SMS result"),
        ("smpp_codes", "DELIVRD", "SMPP code takes a set"),
        ("smpp_codes", {None}, "SMPP code takes text"),
        ("smpp_codes", {"A\0"}, "SMPP code holds a NUL"),
        ("null_smpp", 1, "null_smpp is either true or false"),
        ("null_smpp", None, "null_smpp"),
    ],
)
def test_a_bad_recipient_filter_is_refused_by_name(field: str, value: object, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        RecipientFilter(**{field: value})  # type: ignore[arg-type]
    assert named in str(refused.value)


def test_periods_span_what_their_names_say() -> None:
    assert {period.value: span for period, span in SPAN.items()} == {
        "1h": timedelta(hours=1),
        "24h": timedelta(hours=24),
        "7d": timedelta(days=7),
        "30d": timedelta(days=30),
    }


# ── UUID prefixes ────────────────────────────────────────────────────────────


@given(st.uuids(), st.integers(1, 36), st.booleans())
def test_a_uuid_lies_in_the_range_of_each_of_its_prefixes(id: UUID, length: int, upper: bool) -> None:
    prefix = str(id)[:length]
    found = id_range(prefix.upper() if upper else prefix.replace("-", ""))
    assert found is not None
    assert found.low <= id <= found.high


@given(st.uuids(), st.text("0123456789abcdef", min_size=1, max_size=32))
def test_the_range_holds_nothing_but_what_begins_with_the_digits(id: UUID, digits: str) -> None:
    found = id_range(digits)
    assert found is not None
    assert (found.low <= id <= found.high) is id.hex.startswith(digits)
    assert found.low.hex.startswith(digits)
    assert found.high.hex.startswith(digits)


def test_a_whole_uuid_is_a_range_of_one() -> None:
    whole = "4ae3c2f7-0000-4000-8000-00000000abcd"
    assert id_range(whole) == id_range(whole.upper())
    found = id_range(whole)
    assert found is not None
    assert found.low == found.high == UUID(whole)


@pytest.mark.parametrize(
    "text",
    ["", "-", "--", "g", "ACME", "4ae3 c2f7", "0x12", "4ae3%", "a" * 33, "٣", "４ａ", "a\n", "urn:uuid:4a"],
)
def test_what_cannot_begin_a_uuid_has_no_range(text: str) -> None:
    assert id_range(text) is None


# ── cursors ──────────────────────────────────────────────────────────────────

ORDER = "created desc"


def packed(value: object) -> str:
    """Return any JSON value dressed up as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(ANY_TEXT, st.none() | ANY_TEXT, ANY_TEXT)
def test_a_cursor_survives_the_way_through_a_page(order: str, key: str | None, tie: str) -> None:
    cursor = Cursor(order, key, tie)
    assert Cursor.parse(str(cursor), order=order) == cursor
    assert set(str(cursor)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_cursor_of_another_order_is_refused_and_the_order_named() -> None:
    with pytest.raises(InvalidInput, match="belongs to another order of the list: ask for created asc"):
        Cursor.parse(str(Cursor("created desc", "k", "t")), order="created asc")


FORGED = {
    "nothing": "",
    "words": "next",
    "not ascii": "ÿÿÿÿ",
    "half a character": "\ud800",
    "NUL": "\0",
    "spaces": "W10 = ",
    "bytes that are no text": base64.urlsafe_b64encode(b"\xff\xfe\xfa").decode(),
    "10,000 characters": "A" * 10_000,
    "10,001 characters": "A" * 10_001,
    "a long string": packed("x" * 10_000),
    "deep lists": base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    "deep objects": base64.urlsafe_b64encode(b'{"a":' * 100_000).decode(),
    "deep and closed": base64.urlsafe_b64encode(b"[" * 50_000 + b"]" * 50_000).decode(),
    "a number": packed(3),
    "a huge number": base64.urlsafe_b64encode(b"9" * 10_000).decode(),
    "null": packed(None),
    "an object": packed({"order": ORDER}),
    "too short": packed([ORDER, "k"]),
    "too long": packed([ORDER, "k", "t", "more"]),
    "a number for the order": packed([1, "k", "t"]),
    "a number for the key": packed([ORDER, 10**400, "t"]),
    "a boolean for the key": packed([ORDER, False, "t"]),
    "a list for the key": packed([ORDER, ["k"], "t"]),
    "null for the tie": packed([ORDER, "k", None]),
    "a number for the tie": packed([ORDER, "k", 5]),
    "NUL in the key": packed([ORDER, "k\0", "t"]),
    "NUL in the tie": packed([ORDER, "k", "\0"]),
    "half a character in the key": packed([ORDER, "\ud800", "t"]),
    "NaN": base64.urlsafe_b64encode(b"[NaN,NaN,NaN]").decode(),
    "another order": packed(["sender asc", "k", "t"]),
    "another order of 10,000 characters": packed(["x" * 10_000, "k", "t"]),
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_a_forged_cursor_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Cursor.parse(text, order=ORDER)
    assert "cursor" in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("text", [None, 5, 2.5, True, b"W10", [], {}, ["created desc", "k", "t"]], ids=repr)
def test_what_is_not_even_text_is_no_cursor(text: object) -> None:
    with pytest.raises(InvalidInput, match="this is no cursor"):
        Cursor.parse(text, order=ORDER)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_random_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidInput):
        Cursor.parse(text, order=ORDER)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)


@given(JSON | st.tuples(st.just(ORDER), JSON, JSON))
def test_any_json_is_a_whole_cursor_or_refused(value: object) -> None:
    try:
        found = Cursor.parse(packed(value), order=ORDER)
    except InvalidInput:
        return
    assert list(value) == [ORDER, found.key, found.tie]  # type: ignore[call-overload]
