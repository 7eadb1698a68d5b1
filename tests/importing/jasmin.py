"""Log lines as Jasmin writes them: its own format strings, old and new, and a large log with every number known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

# jasmin/managers/configs.py, listeners.py and dlr.py of Jasmin 0.11
LINE = "%s %-8s %d %s"
SENT = (
    "SMS-MT [cid:%s] [queue-msgid:%s] [smpp-msgid:%s] [status:%s] [prio:%s] [dlr:%s] [validity:%s] "
    "[from:%s] [to:%s] [content:%s] [tlvs:%s]"
)
REFUSED = (
    "SMS-MT [cid:%s] [queue-msgid:%s] [status:ERROR/%s] [retry:%s] [prio:%s] [dlr:%s] [validity:%s] "
    "[from:%s] [to:%s] [content:%s] [tlvs:%s]"
)
INBOUND = (
    "SMS-MO [cid:%s] [queue-msgid:%s] [status:%s] [prio:%s] [validity:%s] [from:%s] [to:%s] [content:%s]"
)
RECEIPT = (
    "DLR [cid:%s] [smpp-msgid:%s] [status:%s] [submit date:%s] [done date:%s] [sub/dlvrd messages:%s/%s] "
    "[err:%s] [content:%s]"
)
PRIVATE = "** %s byte content **"
ASKED = "RegisteredDeliveryReceipt.SMSC_DELIVERY_RECEIPT_REQUESTED"

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def at(moment: datetime, message: str, level: str = "INFO", process: int = 11) -> str:
    """Return one line of the log."""
    return LINE % (moment.strftime("%Y-%m-%d %H:%M:%S"), level, process, message)


def sent(
    key: str,
    smsid: str,
    *,
    sender: str = "b'ACME'",
    to: str = "b'447700900123'",
    cid: str = "tx1",
    content: str = "b'Hello'",
) -> str:
    """Return the message of an accepted submission."""
    status = "CommandStatus.ESME_ROK"
    return SENT % (cid, key, f"b'{smsid}'", status, 0, ASKED, "none", sender, to, content, "none")


def refused(
    key: str,
    status: str = "ESME_RTHROTTLED",
    *,
    retry: bool,
    sender: str = "b'ACME'",
    to: str = "b'447700900123'",
    cid: str = "tx1",
) -> str:
    """Return the message of a submission that the centre did not accept."""
    status = f"CommandStatus.{status}"
    return REFUSED % (cid, key, status, retry, 0, ASKED, "none", sender, to, PRIVATE % 5, "none")


def receipt(smsid: str, stat: str = "DELIVRD", err: str = "000", *, cid: str = "rx1") -> str:
    """Return the message of a receipt."""
    return RECEIPT % (cid, smsid, stat, "2603020800", "2603020801", "001", "001", err, "b''")


def inbound(content: str, *, cid: str = "rx1") -> str:
    """Return the message of what a phone, or a centre in its place, sent to the gateway."""
    key = "9f0a7c52-2b53-4d6b-a7a3-0d8d3c1f2e11"
    return INBOUND % (
        cid,
        key,
        "CommandStatus.ESME_ROK",
        "None",
        "None",
        "b'447700900999'",
        "b'ACME'",
        content,
    )


def write(path: Path, lines: list[str]) -> Path:
    """Write a log and return its path."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@dataclass
class Expected:
    """What a generated log holds, counted while it was written."""

    read: int = 0
    recipients: int = 0
    receipts: int = 0
    unmapped: dict[str, int] = field(default_factory=dict)
    campaigns: set[tuple[str, str]] = field(default_factory=set)
    stages: dict[str, int] = field(default_factory=dict)
    codes: dict[str | None, int] = field(default_factory=dict)

    def count(self, what: dict[str | None, int] | dict[str, int], key: str | None, number: int = 1) -> None:
        what[key] = what.get(key, 0) + number  # type: ignore[index,call-overload]


SENDERS = ("b'ACME'", "b'ACME Shop'", "b'[ACME]'", "b'A] [to:1'", 'b"it\'s"', "8810", "b'caf\\xe9'", "b''")
OTHERS = (
    (
        "INFO",
        "DeliverSmContent[ab] is part of long msg of (2), will be enqueued after concatenation.",
        "other_log_line",
    ),
    ("ERROR", "[msgid:1] (retrials: 1/2) RedisError: gone", "other_log_line"),
)


def large_log(path: Path, messages: int, *, seed: int = 5) -> Expected:
    """Write a log of *messages* messages, with all that happens to them, in the order in which it happened."""
    chance, expected = random.Random(seed), Expected()
    waiting: list[tuple[datetime, int, str]] = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(messages):
            moment = START + timedelta(milliseconds=150 * number)
            for when, order, line in _message(number, moment, chance, expected):
                waiting.append((when, order, line))
            if len(waiting) > 20_000:
                waiting.sort()
                late = moment  # nothing that comes later is dated before it
                ready = [entry for entry in waiting if entry[0] < late]
                waiting = waiting[len(ready) :]
                expected.read += _write_out(file, ready)
        expected.read += _write_out(file, sorted(waiting))
    return expected


def _write_out(file: object, entries: list[tuple[datetime, int, str]]) -> int:
    file.writelines(f"{line}\n" for _, _, line in entries)  # type: ignore[attr-defined]
    return len(entries)


def _message(
    number: int, moment: datetime, chance: random.Random, expected: Expected
) -> Iterator[tuple[datetime, int, str]]:
    """Yield the lines about one message: (moment, order among lines of one moment, line)."""
    key = f"{chance.getrandbits(32):08x}-0000-4000-8000-{number:012x}"
    smsid = f"{number:x}e{chance.getrandbits(24):06x}"  # its e keeps it from being decimal as well
    sender = SENDERS[number % len(SENDERS)]
    way = {"sender": sender, "to": f"b'4477{chance.randrange(10**8):08d}'", "cid": f"tx{number % 3}"}
    expected.recipients += 1
    expected.campaigns.add((sender, f"{moment:%Y-%m-%d}"))
    order = number * 10
    for _ in range(2 if chance.random() < 0.02 else 0):  # throttled twice, then as the dice fall
        yield moment, order, at(moment, refused(key, retry=True, **way))
        expected.count(expected.unmapped, "retry")
        moment, order = moment + timedelta(seconds=30), order + 1
    if number % 50 == 7:
        status = "ESME_RINVDSTADR" if number % 100 == 7 else "ESME_RSUBMITFAIL"
        yield moment, order, at(moment, refused(key, status, retry=False, **way))
        expected.count(expected.stages, "Failed")
        expected.count(expected.codes, None)
        return
    if number % 5000 == 11:
        yield moment, order, at(moment, refused(key, retry=True, **way))
        expected.count(expected.stages, "Sending")
        expected.count(expected.codes, None)
        return
    content = PRIVATE % 12 if number % 2 else "b'Your code is [to:5] \\'x\\' \\n'"
    yield moment, order, at(moment, sent(key, smsid, content=content, **way))
    expected.count(expected.stages, "Delivered")
    yield from _receipts(number, moment, order, smsid, chance, expected)
    if number % 97 == 0:
        level, text, reason = OTHERS[number % 2]
        yield moment, order + 8, at(moment, text, level)
        expected.count(expected.unmapped, reason)
    if number % 101 == 0:
        yield moment, order + 9, at(moment, inbound("b'STOP id:1'"))
        expected.count(expected.unmapped, "inbound")


def _receipts(
    number: int, moment: datetime, order: int, smsid: str, chance: random.Random, expected: Expected
) -> Iterator[tuple[datetime, int, str]]:
    answer = timedelta(seconds=chance.choice((0, 1, 2, 5, 40, 900)))
    final, err = chance.choices(
        (("DELIVRD", "000"), ("UNDELIV", "00B"), ("EXPIRED", "021"), (None, None)), (88, 7, 2, 3)
    )[0]
    if final is None:
        expected.count(expected.codes, None)
        return
    kind = number % 10
    if kind == 3:  # an intermediate state that arrives after the final one
        yield (
            moment + answer + timedelta(seconds=3),
            order + 3,
            at(moment + answer + timedelta(seconds=3), receipt(smsid, "ENROUTE")),
        )
        expected.receipts += 1
    if kind == 4:  # an UNKNOWN that the final one corrects
        yield moment, order + 2, at(moment, receipt(smsid.upper(), "UNKNOWN"))
        expected.receipts += 1
    when = moment + answer
    if kind == 5:  # Jasmin takes a vendor's stat for a message
        text = f"b'id:{smsid} sub:001 dlvrd:000 submit date:2603020800 done date:2603020801 stat:FAILED err:{err} text:'"
        yield when, order + 4, at(when, inbound(text))
        expected.count(expected.codes, "FAILED")
    else:
        yield when, order + 4, at(when, receipt(f"00{smsid}" if kind == 6 else smsid, final, err))
        expected.count(expected.codes, final)
    expected.receipts += 1
    if number % 1000 == 2:
        yield when, order + 5, at(when, receipt(f"ffff{smsid}", "DELIVRD"))
        expected.count(expected.unmapped, "receipt_without_message")
