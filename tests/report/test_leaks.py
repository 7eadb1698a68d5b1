"""A phone number is found in any spelling, and what a report is full of is not taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit.report.leaks import hidden, in_html, in_json, known, numbers_in

DIGITS = "37061234567"
SPELT = [
    DIGITS, f"+{DIGITS}", f"00{DIGITS}", "+370 612 34567", "370-612-34567", "(370) 612.34567", "370.612.345.67",
    "+370\u00a0612\u202f34567", "370 – 612 – 34567", "３７０６１２３４５６７", "٣٧٠٦١٢٣٤٥٦٧", "3\u200b7\u200b0\u200b6\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7",
    "3\ufe0f\u20e37\ufe0f\u20e30\ufe0f\u20e36\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37", "tel. 370/612/34567", "number 37061234567.", "+370 612.34567", "370612.34567 8", "“37061234567”", "x=37061234567;", "3 7 0 6 1 2 3 4 5 6 7", "612345678",
    "to:37061234567", f"{DIGITS}:bad", "from: +370_612_34567", "+370|612|34567", "370_612_34567", f"{DIGITS}_x", "+370\t612\t34567", "+370*612*34567",
]  # fmt: skip
HARMLESS = [
    "5,216 of 85,721", "1,234,567,890", "2026-11-20T13:32:00Z", "2026-11-20 13:32:10.123456+00:00", "20 Nov 2026, 13:32",
    "2026-11-20–2026-11-21", "e4688684-1234-4321-8765-0123456789ab", "a" + "0123456789" * 6 + "bcd", "0.11282051282051282", "93.1034482758",
    "state_events 170", "12:00 13:09 14:50", "1.23E+11", "458 sent, 313 lost", "c01 c02 c03", "2026", "12345678", "38.0,18.8 63.7,19.5",
    "(UTC+02:00) 10:00:00", "+1,234,567,890", "12:34:56:789012345", "1234\t5678\t9012", "20260 2026-11-20 345678",
]  # fmt: skip


@pytest.mark.parametrize("text", SPELT)
def test_a_number_is_found_in_every_spelling(text: str) -> None:
    assert numbers_in(text)
    assert numbers_in(f"Please call {text} at once")
    assert list(in_json({"a": [{"b": text}]})) != []


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_report_is_full_of_is_no_number(text: str) -> None:
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    "html",
    [
        "<p>+370 <b>612</b> 34567</p>",
        "<p>3706<wbr>1234<span>567</span></p>",
        "<p>&#51;70612&#x33;4567</p>",
        '<a title="37061234567">x</a>',
        "<svg><text>3706<tspan>1234567</tspan></text></svg>",
        "<!-- 37061234567 -->",
        '<svg aria-label="call 370 612 34567"></svg>',
    ],
)
def test_tags_entities_and_attributes_hide_nothing(html: str) -> None:
    assert in_html(html)


def test_cells_side_by_side_make_no_number() -> None:
    assert in_html("<tr><td>20377</td><td>9904</td><td>861</td></tr><p>12</p><p>3456789</p>") == []


@given(st.text(alphabet="0123456789", min_size=9, max_size=15), st.sampled_from(["", " ", "-", ".", " - "]))
def test_nine_to_fifteen_digits_in_groups_of_three_are_a_number(digits: str, between: str) -> None:
    groups = between.join(digits[place : place + 3] for place in range(0, len(digits), 3))
    assert numbers_in(f"to {groups} today") != []


def test_a_clear_number_of_the_scope_is_found_whatever_its_length() -> None:
    numbers = known(["+1 234 567", "12", "37061234567"])
    assert numbers_in("ref 1234-567", numbers) == ["1234-567"]
    assert numbers_in("ref 1234-568", numbers) == []
    assert numbers_in("12 of 12", numbers) == [], "what stands in every count is not looked for"
    assert list(in_json({"a": [37061234567, 1234567]}, numbers)) == [("a[0]", "37061234567")]


def test_a_message_about_a_number_does_not_show_it() -> None:
    assert hidden("+370 612 34567") == "11 digits ending in 67"
