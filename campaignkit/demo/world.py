"""The invented world of the sample: workspaces, their people, and the carriers' binds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from campaignkit.codes import stat_table
from campaignkit.domain.lifecycle import Mode


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes or judges campaigns; some are known by e-mail only, programs by name only."""

    name: str | None
    email: str | None

    @property
    def signature(self) -> str:
        """Return what the audit trail calls this person; it may be an e-mail address."""
        return self.name or self.email or "unknown"

    @property
    def in_prose(self) -> str:
        """Return what Core's reasons call this person: everybody reads them, so no whole address (R18)."""
        if self.name is None and self.email is not None:
            return f"{self.email[0]}…@{self.email.partition('@')[2]}"
        return self.signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A tenant of the message center."""

    workspace_id: str
    name: str
    time_zone: str
    senders: tuple[str, ...]  # at most 11 GSM characters each
    authors: tuple[Person, ...]
    program: Person  # submits through the API
    moderator: Person
    subjects: Mapping[Mode, tuple[str, ...]]
    stop_lists: tuple[str, ...]


_OFFERS = (
    "Weekend offer",
    "Autumn sale",
    "Loyalty points",
    "Back in stock",
    "Price drop",
    "Members' evening",
)
_BANKING = ("Card statement", "New terms", "Branch hours", "Savings rate", "App update", "Fraud warning")
_VISITS = ("Flu vaccination", "Check-up due", "Clinic hours", "Survey", "Prescription ready", "Test results")

WORKSPACES = (
    Workspace(
        workspace_id="retail",
        name="ACME Retail",
        time_zone="Europe/Vilnius",
        senders=("ACME Shop", "ACME Shop", "ACME Club", "ACME Sale"),
        authors=(
            Person("M. Keller", "m.keller@shop.example.com"),
            Person("A. Lindqvist", "a.lindqvist@shop.example.com"),
            Person(None, "kamile.petraityte@shop.example.com"),
        ),
        program=Person("api-orders", None),
        moderator=Person("R. Vaitkus", "r.vaitkus@shop.example.com"),
        subjects={
            Mode.ON_DEMAND: _OFFERS,
            Mode.ON_TIME: _OFFERS,
            Mode.SPREAD: _OFFERS,
            Mode.TRIGGER: ("Order shipped", "Parcel waiting", "Cart reminder"),
        },
        stop_lists=("stop list: opt-out", "stop list: complaints"),
    ),
    Workspace(
        workspace_id="bank",
        name="ACME Bank",
        time_zone="Europe/London",
        senders=("ACME Bank", "ACME Bank", "ACMEsecure"),
        authors=(
            Person("S. Okafor", "s.okafor@bank.example.com"),
            Person("J. Laurinaitis", "j.laurinaitis@bank.example.com"),
            Person(None, "priya.nair@bank.example.com"),
        ),
        program=Person("api-alerts", None),
        moderator=Person("H. Whitfield", "h.whitfield@bank.example.com"),
        subjects={
            Mode.ON_DEMAND: _BANKING,
            Mode.ON_TIME: _BANKING,
            Mode.SPREAD: _BANKING,
            Mode.TRIGGER: ("Card payment", "Login from a new device", "Low balance"),
        },
        stop_lists=("stop list: opt-out", "stop list: closed accounts"),
    ),
    Workspace(
        workspace_id="care",
        name="ACME Care",
        time_zone="America/New_York",
        senders=("ACMECare", "ACMECare", "ACME Clinic"),
        authors=(
            Person("D. Alvarez", "d.alvarez@care.example.com"),
            Person("T. Brandt", "t.brandt@care.example.com"),
            Person(None, "front.desk@care.example.com"),
        ),
        program=Person("api-visits", None),
        moderator=Person("L. Moreau", "l.moreau@care.example.com"),
        subjects={
            Mode.ON_DEMAND: _VISITS,
            Mode.ON_TIME: _VISITS,
            Mode.SPREAD: _VISITS,
            Mode.TRIGGER: ("Appointment tomorrow", "Results are in", "After the visit"),
        },
        stop_lists=("stop list: opt-out", "stop list: moved away"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Esme:
    """A bind to a carrier's centre, with that centre's habits.

    `share`: of all numbers, Zipf over the five. `pace`: how far into a burst its own queue is done; the slowest
    sets the end. `strain`: multiplies the share of messages that do not arrive. `validity_hours`: receipts of
    what never arrives come exactly then. `smsid`: the shape of its message ids. `route`: the rule that chose it.
    """

    esme: str
    share: float
    pace: float
    strain: float
    validity_hours: int
    reports_enroute: bool
    smsid: str
    err_ok: str | None
    route: str | None = None


ESMES = (
    Esme(esme="nordtel-1", share=0.438, pace=1.0, strain=0.97, validity_hours=24, reports_enroute=True,
         smsid="hex8", err_ok="000"),
    Esme(esme="baltcom", share=0.219, pace=0.85, strain=1.0, validity_hours=48, reports_enroute=False,
         smsid="decimal", err_ok="000"),
    Esme(esme="nordtel-2", share=0.146, pace=0.9, strain=0.97, validity_hours=24, reports_enroute=True,
         smsid="hex8", err_ok="000"),
    Esme(esme="citycell", share=0.109, pace=0.75, strain=1.05, validity_hours=48, reports_enroute=False,
         smsid="uuid", err_ok=None),
    Esme(esme="agg-intl", share=0.088, pace=0.95, strain=1.15, validity_hours=72, reports_enroute=True,
         smsid="HEX16", err_ok="000", route="route: intl-fallback"),
)  # fmt: skip
LANES = 1000  # numbers are dealt to the binds in thousandths

STATS = ("DELIVRD", "ENROUTE", "UNDELIV", "EXPIRED", "REJECTD", "DELETED", "UNKNOWN", "ACCEPTD")
# Receipts are kept as the carrier spells them: one alias, and one word that no table lists.
SPELLINGS = {("agg-intl", "REJECTD"): "DND_REJECTED", ("agg-intl", "UNKNOWN"): "NODATA"}

# Why messages bounce, in per cent of UNDELIV. The first three are facts about the number: they repeat with it.
BOUNCES = (
    (35, "unknown subscriber"),
    (8, "call barred by the subscriber"),
    (8, "no SMS service"),
    (30, "absent subscriber"),
    (5, "memory full"),
    (10, "routing or system failure"),
    (4, "unlisted"),
)
GONE_SHARE = BOUNCES[0][0] / 100
BARRED_SHARE = sum(share for share, _ in BOUNCES[1:3]) / 100
OTHER_ERRORS = {
    "EXPIRED": "validity ran out",
    "REJECTD": "refused by the network",
    "DELETED": "deleted at the centre",
}

# The same digits mean different things at each carrier: in the order of BOUNCES, then of OTHER_ERRORS.
_ERRS = {
    "nordtel": ("001", "010", "011", "021", "031", "102", "255", "027", "045", "099"),
    "baltcom": ("005", "006", "00B", "001", "009", "21b", "0FF", "00E", "008", "00D"),
    "citycell": (
        "MK:0001", "MK:0011", "MK:0021", "MK:0027", "MK:0032", "MK:0034", "MK:0999", "MK:0060", "MK:0141", "MK:0070",
    ),
    "agg": ("1", "13", "11", "27", "32", "69", "6", "254", "88", "253"),
}  # fmt: skip

# What the centre answers to a message that it does not accept, in per cent.
REFUSALS = (
    (45, "ESME_RINVDSTADR", "invalid destination address"),
    (20, "ESME_RTHROTTLED", "retries used up (3), over the allowed rate"),
    (15, "ESME_RSUBMITFAIL", "submission failed"),
    (12, "ESME_RSYSERR", "retries used up (3), system error at the centre"),
    (8, "ESME_RMSGQFUL", "retries used up (3), message queue full"),
)


def lanes() -> Iterator[dict[str, object]]:
    """Yield each bind with its part of the thousandths."""
    first = 0
    for place, esme in enumerate(ESMES, start=1):
        last = LANES if place == len(ESMES) else first + round(esme.share * LANES)
        yield {
            **{name: getattr(esme, name) for name in Esme.__slots__ if name != "share"},
            "first_lane": first,
            "last_lane": last,
        }
        first = last


def receipt_words() -> Iterator[dict[str, object]]:
    """Yield for each bind and stat how its receipts spell it, and the SMS result that the code tables give that."""
    for esme in ESMES:
        for stat in STATS:
            code = SPELLINGS.get((esme.esme, stat), stat)
            yield {
                "esme": esme.esme,
                "stat": stat,
                "smpp_code": code,
                "sms_result": stat_table().result(code).value,
            }


def failures() -> Iterator[dict[str, object]]:
    """Yield for each bind, stat and per cent (0 to 99) the receipt's err field and what it means there."""
    for esme in ESMES:
        errs = _ERRS[esme.esme.split("-")[0]]
        reasons = [text for share, text in BOUNCES for _ in range(share)]
        for per_cent, reason in enumerate(reasons):
            err = errs[[text for _, text in BOUNCES].index(reason)]
            yield {"esme": esme.esme, "stat": "UNDELIV", "per_cent": per_cent, "err": err, "error": reason}
        for place, (stat, text) in enumerate(OTHER_ERRORS.items(), start=len(BOUNCES)):
            for per_cent in range(100):
                yield {
                    "esme": esme.esme,
                    "stat": stat,
                    "per_cent": per_cent,
                    "err": errs[place],
                    "error": text,
                }


def refusals() -> Iterator[dict[str, object]]:
    """Yield for each per cent (0 to 99) of refused submissions the command_status and its meaning."""
    answers = [(status, text) for share, status, text in REFUSALS for _ in range(share)]
    for per_cent, (status, text) in enumerate(answers):
        yield {"per_cent": per_cent, "command_status": status, "error": f"{text} ({status})"}
