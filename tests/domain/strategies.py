"""Any filter and any list, for laws that hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.filters import (
    CampaignFilter,
    CampaignSort,
    Period,
    RecipientFilter,
    RecipientSort,
    View,
)
from campaignkit.domain.lifecycle import Mode, Status
from campaignkit.domain.lists import CampaignList, RecipientList

ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
# what means something to a shell, to Python, to argparse or to an address
HOSTILE = st.sampled_from(
    ["-", "--", "--db=x", "-x y", "-1", "=", "", "'", '"', "\"'", "'''", "\\", "\\'", "$(id)", "`id`", "; id", "&", "#", "%00",
     "\n", "\r\n", "a\nb", "\x1b[201~id\n", "\u202e", "\u2028", "\u200b", "\x85", "{x}", "*", "~", "!!", "😀", "@file", "x" * 200]
)  # fmt: skip
TEXTS = ANY_TEXT | HOSTILE

FILTERS = st.builds(
    CampaignFilter,
    period=st.sampled_from(Period),
    statuses=st.frozensets(st.sampled_from(Status)),
    modes=st.frozensets(st.sampled_from(Mode)),
    search=TEXTS,
    workspaces=st.frozensets(TEXTS, max_size=3),
    view=st.sampled_from(View),
)
RECIPIENT_FILTERS = st.builds(
    RecipientFilter,
    stages=st.frozensets(st.sampled_from(Stage)),
    sms_results=st.frozensets(st.sampled_from(SmsResult)),
    smpp_codes=st.frozensets(TEXTS, max_size=3),
    null_smpp=st.booleans(),
    esmes=st.frozensets(TEXTS, max_size=2),
)
LISTS = st.builds(
    CampaignList, filter=FILTERS, sort=st.sampled_from(CampaignSort), descending=st.none() | st.booleans()
)
RECIPIENT_LISTS = st.builds(
    RecipientList,
    campaign=st.uuids().map(str) | st.text("0123456789abcdefABCDEF", min_size=1, max_size=8),
    filter=RECIPIENT_FILTERS,
    sort=st.sampled_from(RecipientSort),
    descending=st.none() | st.booleans(),
)
