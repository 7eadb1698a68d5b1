"""Rows as Twilio's console exports them: its columns and their order, its words, invented numbers."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

COLUMNS = (
    "From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid", "Direction",
    "Price", "PriceUnit",
)  # fmt: skip
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ACCOUNT = "AC" + "0" * 31 + "1"

Row = dict[str, str]


def sid(number: int) -> str:
    """Return the id of message *number*; its letters keep it from looking like a phone number."""
    return f"SM{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"


def message(number: int = 1, status: str = "delivered", **columns: str) -> Row:
    """Return a row; *columns* are what differs from an ordinary one."""
    return {
        "From": "ACME",
        "To": f"+4477009{number % 100_000:05d}",
        "Body": "Your parcel is on its way",
        "Status": status,
        "SentDate": stamp(START),
        "ApiVersion": "2010-04-01",
        "NumSegments": "1",
        "ErrorCode": "",
        "AccountSid": ACCOUNT,
        "Sid": sid(number),
        "Direction": "outbound-api",
        "Price": "-0.00750",
        "PriceUnit": "USD",
    } | columns


def stamp(moment: datetime) -> str:
    """Return a SentDate."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(
    rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS, *, separator: str = ",", quoting: int = csv.QUOTE_ALL
) -> str:  # fmt: skip
    """Return an export as text."""
    columns = list(columns)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue()


def write(path: Path, rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> Path:
    """Write an export and return its path."""
    path.write_text(text(rows, columns), encoding="utf-8", newline="")
    return path


@dataclass
class Expected:
    """What a generated export holds, counted while it was written."""

    read: int = 0
    recipients: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    campaigns: set[tuple[str, str]] = field(default_factory=set)
    codes: Counter[str | None] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)


OUTCOMES = (  # status, error code, stage, SMPP code, weight
    ("delivered", "", "Delivered", "delivered", 900),
    ("undelivered", "30003", "Delivered", "undelivered", 40),
    ("undelivered", "30007", "Delivered", "undelivered", 10),
    ("sent", "", "Delivered", None, 30),
    ("failed", "30002", "Failed", None, 8),
    ("failed", "21610", "Failed", None, 6),
    ("queued", "", "New", None, 3),
    ("sending", "", "Sending", None, 1),
    ("read", "", "Delivered", "read", 1),
    ("canceled", "", "Failed", None, 1),
)
SENDERS = ("ACME", "+15005550006", "72345", "whatsapp:+15005550006", "MG" + "0" * 31 + "1", "")
BODIES = (
    "Your code is on its way",
    'She said "yes", twice',
    "Two lines:\none, two\n",
    "Ihre Bestellung ist unterwegs — danke! 🎉",
)


def large_export(path: Path, messages: int, *, seed: int = 5) -> Expected:
    """Write an export of *messages* rows, a few of them inbound or without a date, with every number known."""
    chance, expected = random.Random(seed), Expected()
    weights = [outcome[-1] for outcome in OUTCOMES]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        for number in range(messages):
            moment = START + timedelta(milliseconds=150 * number)
            outcome = chance.choices(OUTCOMES, weights)[0]
            writer.writerow(_row(number, moment, outcome, expected))
    return expected


def _row(
    number: int, moment: datetime, outcome: tuple[str, str, str, str | None, int], expected: Expected
) -> Row:
    status, error, stage, code, _ = outcome
    sender = SENDERS[number % len(SENDERS)]
    row = message(
        number, status, From=sender, ErrorCode=error, SentDate=stamp(moment), Body=BODIES[number % len(BODIES)]
    )  # fmt: skip
    expected.read += 1
    if number % 101 == 0:
        expected.unmapped["inbound"] += 1
        return row | {"Direction": "inbound", "Status": "received"}
    if number % 997 == 1:
        expected.unmapped["recipient_without_time"] += 1
        return row | {"SentDate": ""}
    expected.recipients += 1
    expected.campaigns.add((sender, f"{moment:%Y-%m-%d}"))
    expected.stages[stage] += 1
    expected.codes[code] += 1
    return row


def course(row: Row) -> Iterator[Row]:
    """Yield what successive exports say of a message that ends as *row* does."""
    yield row | {"Status": "queued", "NumSegments": "1", "ErrorCode": ""}
    yield row | {"Status": "sent", "ErrorCode": ""}
    yield row
