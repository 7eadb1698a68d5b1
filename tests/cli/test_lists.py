"""A list as options of the command line: the real parser reads back what was written, and so does a shell."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given

from campaignkit.cli.commands import campaign_list, recipient_list
from campaignkit.cli.parser import parse
from campaignkit.domain.filters import CampaignFilter
from campaignkit.domain.lists import CampaignList, RecipientList
from campaignkit.domain.spelling import shell
from tests.domain.strategies import LISTS, RECIPIENT_LISTS


@given(LISTS)
def test_every_list_survives_the_command_line(asked: CampaignList) -> None:
    assert campaign_list(parse(["campaigns", *asked.to_arguments()])) == asked


@given(RECIPIENT_LISTS)
def test_every_list_of_recipients_survives_the_command_line(asked: RecipientList) -> None:
    assert recipient_list(parse(["recipients", *asked.to_arguments()])) == asked


SPITEFUL = [
    "it's", '"', "$(touch x)", "`id`", "; id", "!!", "a\nb", "\x1b[201~\nid\n", "\u202e", "ü\u20281", "\\", "'\\''\t", "~",
    "*", "-x", "--db=y", "",
]  # fmt: skip


def test_a_shell_reads_back_every_word_and_nothing_in_it_acts() -> None:
    line = shell(["printf", r"%s\0", *SPITEFUL])
    assert line.isprintable(), "nothing that a terminal could take for a key is pasted"
    done = subprocess.run(["bash", "-c", line], check=True, capture_output=True, timeout=20)
    assert done.stdout.decode().split("\0")[:-1] == SPITEFUL


def test_a_command_to_be_pasted_is_one_visible_line() -> None:
    asked = CampaignList(filter=CampaignFilter(search="-x\x1b[201~\nrm", workspaces=frozenset({"a b"})))
    assert asked.to_command() == r"campaignkit campaigns --in 'a b' $'--search=-x\033[201~\012rm'"


@pytest.mark.parametrize("option", ["--status=--", "--limit=--", "--sort=--"])
def test_two_dashes_are_no_value_where_a_choice_or_a_number_is_due(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["campaigns", option])
    assert ended.value.code == 2
    assert "invalid" in capsys.readouterr().err
