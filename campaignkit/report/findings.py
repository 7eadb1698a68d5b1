"""What the data alone says about the cause: one question an incident, and the sentence that its row makes.

The incidents are those of the specification's table (delivery semantics). A finding is worded with its evidence: it says
what was seen, not who is to blame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 3  # on the first page
MOST_OF_A_KIND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A question `detect_…`; names in braces are columns of its row. `weight` counts the messages concerned."""

    question: str
    title: str
    text: str
    weight: str
    hot: str = ""  # the column that names the channel to look at
    span: tuple[str, str] | None = None  # the columns between which it happened
    label: str = ""
    when: tuple[str, str] | None = None  # only rows whose column has that text


DETECTORS: Sequence[Detector] = (
    Detector(
        question="detect_list",
        title="The list of {name} could not be read",
        text="Campaign {campaign} ({name}) never began: at {at} the building of its list failed with “{message}”. The"
        " campaign is {status}; no message of it was sent.",
        weight="",
    ),
    Detector(
        question="detect_outage",
        title="{channel} stopped delivering for {lasted}",
        text="From {starts} to {ends} the carrier behind {channel} accepted messages and delivered few: of {sent} sent"
        " in that time {rate} were delivered, {usual} are usual. {lost} were lost, {pending} have no final report. Most"
        " expired, as they do when a carrier is out of order and says nothing.",
        weight="lost",
        hot="channel",
        span=("starts", "ends"),
        label="{channel} out, {lasted}",
    ),
    Detector(
        question="detect_sender",
        title="Every centre refuses the sender {sender}",
        text="The sender {sender} was refused on {channels}: {lost} of {submitted} messages ({share}) were turned down at once"
        " with ESME_RINVSRCADR on {channels_hit} of the {channels_used} channels that were used. A sender that is not"
        " registered looks like this.",
        weight="lost",
        hot="channels",
        when=("how", "refused"),
    ),
    Detector(
        question="detect_sender",
        title="{channels} rejects the sender {sender}",
        text="The sender {sender} was rejected on {channels}: the carrier accepted {submitted} messages and rejected {lost} of"
        " them ({share}); on its other channels {elsewhere} of the sender’s messages were delivered. A sender that one"
        " carrier has barred looks like this.",
        weight="lost",
        hot="channels",
        when=("how", "rejected"),
    ),
    Detector(
        question="detect_mismatch",
        title="Receipts of {channel} do not find their messages",
        text="Nothing was heard of {silent} of the {sent} messages ({share}) that {channel} accepted on {day}, UTC, a day and"
        " more later; on the other channels it is {elsewhere}. The ids that the centre answered with are {form} digits,"
        " those of messages with receipts are {usual_form}: receipts that name the same ids in another spelling find no"
        " message. They may well have been delivered.",
        weight="silent",
        hot="channel",
    ),
    Detector(
        question="detect_window",
        title="The daily window of {name} was too short",
        text="Campaign {campaign} expired with {left_over} of {total} messages ({share}) not sent. It may send from {opens} to"
        " {closes} and was paused by its window {pauses} times; at the speed of its first evening the rest needed"
        " {hours_needed} hours, {hours_open} were left.",
        weight="left_over",
    ),
    Detector(
        question="detect_throttling",
        title="{channel} took less than it was given",
        text="The centre behind {channel} answered ESME_RTHROTTLED: of {submitted} messages {given_up} ({given_up_share}) were"
        " given up and {retried} ({retried_share}) got through at a later attempt. Sending took {lasted} there, {others}"
        " on the other channels.",
        weight="given_up",
        hot="channel",
    ),
    Detector(
        question="detect_backlog",
        title="Receipts of {channel} were held up",
        text="Of {sent} messages that {channel} delivered from {starts} to {ends}, half were reported after {median} or more,"
        " where {usual} is usual. The first receipt came at {opened}, most were in by {most_in}: a queue that was opened at"
        " one moment. The messages themselves arrived.",
        weight="",
        hot="channel",
        span=("starts", "ends"),
        label="receipts held up",
    ),
    Detector(
        question="detect_twice",
        title="Messages of {sender} were submitted twice",
        text="From {starts} to {ends} {twice} of the {sent} messages of the sender {sender} ({share}) went to a number that had"
        " one from it less than ten minutes before, half of them {apart} after it or less. A list that was submitted twice"
        " looks like this.",
        weight="twice",
    ),
    Detector(
        question="detect_filter",
        title="{channel} rejects a part of the messages",
        text="The carrier behind {channel} rejected {rejected} of {sent} messages ({share}), the others {elsewhere}. A filter"
        " that goes by the text looks like this.",
        weight="rejected",
        hot="channel",
    ),
)
