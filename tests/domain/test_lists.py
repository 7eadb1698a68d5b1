"""A list is one value: its address, its notebook code and its command line lead back to it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaignkit
from campaignkit.domain.errors import CampaignKitError, InvalidInput
from campaignkit.domain.filters import CampaignFilter, CampaignSort, RecipientFilter, RecipientSort
from campaignkit.domain.lists import CampaignList, RecipientList
from tests.domain.strategies import FILTERS, LISTS, RECIPIENT_FILTERS, RECIPIENT_LISTS

FAILED = CampaignFilter(period="30d", statuses={"Expired", "Failed"}, search="acme")  # type: ignore[arg-type]
ONE = "4ae3c2f7-0000-4000-8000-00000000abcd"


class Recorder:
    """Stands for the analyst's kit: remembers what a cell asks for."""

    def __init__(self) -> None:
        self.campaigns = self.recipients = self
        self.frame = self

    def page(self, *values: Any, **order: Any) -> Recorder:
        self.values, self.order = values, order
        return self


def asked_by(cell: str) -> Recorder:
    """Return what a notebook cell asks of its kit."""
    kit = Recorder()
    exec(cell, {"campaignkit": campaignkit, "kit": kit})
    return kit


# ── the laws ─────────────────────────────────────────────────────────────────


@given(LISTS)
def test_every_list_survives_the_address_bar(asked: CampaignList) -> None:
    query = asked.to_query()
    assert CampaignList.from_query(query) == asked
    assert CampaignList.from_query(f"?token=1&{query}&utm=x") == asked
    assert query.isascii()


@given(RECIPIENT_LISTS)
def test_every_list_of_recipients_survives_the_address_bar(asked: RecipientList) -> None:
    assert RecipientList.from_query(asked.to_query()) == asked


@given(LISTS, RECIPIENT_LISTS)
def test_one_address_carries_the_list_and_the_recipients_of_the_open_campaign(
    listed: CampaignList, opened: RecipientList
) -> None:
    query = f"{listed.to_query()}&{opened.to_query()}"
    assert CampaignList.from_query(query) == listed
    assert RecipientList.from_query(query) == opened


@given(FILTERS | RECIPIENT_FILTERS)
def test_the_code_of_a_filter_is_the_filter(asked: CampaignFilter | RecipientFilter) -> None:
    code = asked.to_code()
    assert eval(code, {"campaignkit": campaignkit}) == asked
    assert all(mark.isprintable() or mark == "\n" for mark in code), (
        "nothing that cannot be seen is in a cell"
    )


@given(LISTS)
def test_a_list_as_code_is_a_cell_that_asks_for_it(asked: CampaignList) -> None:
    kit = asked_by(asked.to_code())
    assert CampaignList(filter=(*kit.values, CampaignFilter())[0], **kit.order) == asked


@given(RECIPIENT_LISTS)
def test_recipients_as_code_are_a_cell_that_asks_for_them(asked: RecipientList) -> None:
    kit = asked_by(asked.to_code())
    campaign, filter, *_ = (*kit.values, RecipientFilter())
    assert RecipientList(campaign=campaign, filter=filter, **kit.order) == asked


@given(LISTS | RECIPIENT_LISTS)
def test_a_caption_is_one_line_of_prose(asked: CampaignList | RecipientList) -> None:
    words = asked.caption()
    assert words
    assert words.isprintable()
    assert words[0] == words[0].upper()


@given(LISTS, st.sampled_from(CampaignSort))
def test_a_second_click_on_a_head_turns_the_order_round(asked: CampaignList, sort: CampaignSort) -> None:
    once = asked.sorted_by(sort)
    twice = once.sorted_by(sort.value)
    assert (once.sort, twice.sort) == (sort, sort)
    assert twice.descending is not once.descending
    assert once.filter == twice.filter == asked.filter


# ── how they look ────────────────────────────────────────────────────────────


def test_a_list_that_is_as_it_comes_says_nothing_that_goes_without_saying() -> None:
    plain = CampaignList()
    assert (plain.sort, plain.descending) == (CampaignSort.CREATED, True)
    assert plain.to_query() == ""
    assert plain.to_code() == "kit.campaigns.page().frame"
    assert plain.to_command() == "campaignkit campaigns"
    assert plain.caption() == "All campaigns"
    assert RecipientList(campaign=ONE).to_code() == f'kit.recipients.page("{ONE}").frame'
    assert RecipientList(campaign=ONE).caption() == "All recipients"
    assert CampaignList(sort="sender").descending is False  # type: ignore[arg-type]


def test_a_list_reads_as_a_person_would_write_it() -> None:
    asked = CampaignList(filter=FAILED, sort=CampaignSort.START, descending=False)
    assert asked.to_query() == "period=30d&status=Failed&status=Expired&q=acme&sort=start&dir=asc"
    assert (
        asked.to_command()
        == "campaignkit campaigns --period 30d --status Failed --status Expired --search acme --sort start --asc"
    )
    assert asked.caption() == "Failed or Expired, last 30 days, sender with acme, earliest start first"
    assert asked.to_code() == (
        "kit.campaigns.page(\n"
        '    campaignkit.CampaignFilter(period="30d", statuses={"Failed", "Expired"}, search="acme"),\n'
        '    sort="start",\n'
        "    descending=False,\n"
        ").frame"
    )


def test_a_list_of_recipients_reads_as_a_person_would_write_it() -> None:
    asked = RecipientList(
        campaign=ONE,
        filter=RecipientFilter(sms_results={"failed"}, smpp_codes={"UNDELIV"}, null_smpp=False),  # type: ignore[arg-type]
        sort=RecipientSort.SENT,
        descending=True,
    )
    assert asked.to_query() == (
        f"campaign={ONE}&sms_result=failed&smpp_code=UNDELIV&null_smpp=0&recipients_sort=sent&recipients_dir=desc"
    )
    assert asked.to_command() == (
        f"campaignkit recipients {ONE} --sms-result failed --smpp-code UNDELIV --without-null-smpp --sort sent --desc"
    )
    assert asked.caption() == "SMS result failed, SMPP code UNDELIV, last sent first"


@pytest.mark.parametrize(
    ("filter", "words"),
    [
        (CampaignFilter(view="queue"), "Moderation queue"),
        (CampaignFilter(view="archive", statuses={"Done"}), "Archive, Done"),
        (CampaignFilter(modes={"Trigger", "OnTime"}), "OnTime or Trigger"),
        (CampaignFilter(period="24h", workspaces={"b", "a"}), "Last 24 h, workspace a or b"),
        (CampaignFilter(search="beef-"), "Sender or ID with beef-"),
        (CampaignFilter(search="a\nb"), 'Sender with "a\\nb"'),
        (CampaignFilter(workspaces={""}), 'Workspace ""'),
        (CampaignFilter(search="y" * 500), f"Sender with {'y' * 59}…"),
        (RecipientFilter(smpp_codes={"UNDELIV", "A"}), "SMPP code A or UNDELIV or none"),
        (RecipientFilter(null_smpp=False, stages={"New"}), "Stage New, with a delivery report"),
    ],
)  # fmt: skip
def test_a_filter_in_words(filter: CampaignFilter | RecipientFilter, words: str) -> None:
    assert filter.caption() == words


def test_text_in_code_is_quoted_as_a_formatter_would() -> None:
    quoted = {"acme": '"acme"', 'say "x"': "'say \"x\"'", "it's": '"it\'s"', "a\u202eb": '"a\\u202eb"'}
    for text, code in quoted.items():
        assert CampaignFilter(search=text).to_code() == f"campaignkit.CampaignFilter(search={code})"


def test_long_code_has_one_argument_a_line_and_stays_one_expression() -> None:
    asked = CampaignList(filter=replace(FAILED, search="x" * 100, workspaces=frozenset({"retail"})))
    code = asked.to_code()
    assert code.count("\n") > 4
    assert isinstance(ast.parse(code).body[0], ast.Expr)


# ── what is refused ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("sort=colour", "sort 'colour' is unknown: choose from created, start, sender"),
        ("sort=", "sort '' is unknown"),
        ("sort=id", "sort 'id' is unknown"),
        ("dir=down", "direction 'down' is unknown: choose from asc, desc"),
        ("sort=start&dir=DESC", "direction 'DESC'"),
        ("status=done", "status 'done'"),
        ("q=a%00b", "search holds a NUL"),
    ],
)
def test_an_address_of_an_invented_list_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        CampaignList.from_query(query)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", 'no campaign has an ID like "": an ID is a UUID'),
        ("campaign=../etc", "an ID is a UUID or the beginning of one"),
        (f"campaign={'z' * 10_000}", "no campaign has an ID like"),
        (f"campaign={ONE}&null_smpp=maybe", "null_smpp is either 0 or 1"),
        (f"campaign={ONE}&recipients_sort=start", "sort 'start' is unknown: choose from id, sent"),
        (f"campaign={ONE}&stage=Gone", "stage 'Gone'"),
    ],
)
def test_an_address_of_invented_recipients_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises(CampaignKitError) as refused:
        RecipientList.from_query(query)
    assert named in str(refused.value)
    assert len(str(refused.value)) < 250


@given(st.text())
def test_any_address_gives_a_list_or_one_clear_refusal(text: str) -> None:
    for query in (text, f"sort={text}", f"dir={text}", f"sort=start&{text}"):
        try:
            found = CampaignList.from_query(query)
        except InvalidInput:
            continue
        assert CampaignList.from_query(found.to_query()) == found


@pytest.mark.parametrize("value", [{"sort": 5}, {"sort": None}, {"descending": "yes"}, {"descending": 1}])
def test_a_bad_order_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        CampaignList(**value)
