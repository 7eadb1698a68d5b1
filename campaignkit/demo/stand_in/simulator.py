"""One step of the stand-in: a short look, and if there is something to do one short transaction.

What is yet to come (answers of the centre, receipts) stands in tables and is written in the transaction that submits
the message, so that a stand-in that was killed goes on where it stopped: nobody is lost, nobody is met twice.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from random import Random

from campaignkit.assets import asset
from campaignkit.demo.stand_in import life, server, tables
from campaignkit.demo.stand_in.life import Campaign, Fate, Move, Quota, Work
from campaignkit.demo.world import WORKSPACES
from campaignkit.domain.errors import NotAllowed, StoreUnreadable
from campaignkit.domain.lifecycle import TRANSITIONS, Event, Mode, Status
from campaignkit.store import migrate
from campaignkit.store.base import Row, Session, Store

LONGEST = (
    5.0  # seconds on the wall that a step makes up for: a machine that slept does not send all it missed
)
SUBMITS, EVENTS, RECEIPTS = 5_000, 200, 20_000  # at most in one transaction, so that it stays short
RECOUNT = 15.0, 5.0  # seconds by which Core's counter lags, on the stand-in's clock and on the wall
_FATES = {Fate.HEALTHY: 84, Fate.REBOUND: 8, Fate.UNPARSED: 3, Fate.EXHAUSTED: 3, Fate.UNBOUND: 2}
_MARKED = "select 1 from information_schema.tables where table_schema = 'sim' and table_name = 'sample'"
_WRITTEN = ("core.campaigns", "core.recipients", "core.state_events", "core.job_errors", "core.audit_events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one step has done; `backlog`: there is more that is due already."""

    moves: int = 0
    submitted: int = 0
    answers: int = 0
    receipts: int = 0
    sending: int = 0
    outstanding: int = 0
    backlog: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be done at a moment."""

    unknown: bool
    moves: list[tuple[Campaign, Move]]
    quotas: dict[int, Quota]
    events: dict[int, Quota]
    sourceless: list[Campaign]
    answers: int
    receipts: int
    stranded: int
    recount: bool
    sending: int

    @property
    def nothing(self) -> bool:
        """Tell whether the database can stay as it is."""
        return not (
            self.unknown
            or self.moves
            or self.quotas
            or self.events
            or self.sourceless
            or self.answers
            or self.receipts
            or self.stranded
            or self.recount
        )


def check_may_write(store: Store, *, own_data: bool = False) -> None:
    """Raise `NotAllowed` unless *store* is a sample, or *own_data* says that it may be changed all the same."""
    if store.dialect == "postgres":
        server.check_rights(store)  # first: whoever lacks them may not see either that it is a sample
    with store.reading() as session:
        is_sample = bool(session.query(_MARKED)) and bool(session.rows("simulate/sample", {}))
    if not is_sample and not own_data:
        raise NotAllowed(
            f"{store.name} was not made by `campaignkit demo`, and a stand-in for Core changes campaigns and"
            " recipients: name a sample, or say --on-my-own-data if this database may be changed for good"
        )
    for relation in _WRITTEN:
        if store.probe.relations.get(relation) != "table":
            raise NotAllowed(
                f"{store.name} keeps no table {relation}, so nothing can stand in for Core there"
            )
    if store.dialect == "postgres":
        server.check_in_one_place(store)


class Simulator:
    """Stands in for Core on one database; whoever holds it drives the clock by calling `tick`.

    `speed` divides waits and multiplies rates. The same database, clock readings and speed give the same rows.
    """

    def __init__(
        self, store: Store, *, speed: float = 1.0, submits: int = SUBMITS, receipts: int = RECEIPTS
    ) -> None:
        self._store, self._speed = store, speed
        self._served = store.dialect == "postgres"
        self._next = "simulate/server/batch_next" if self._served else "simulate/batch_next"
        self._numbered = store.probe.relations.get(server.NUMBERS) == "table"
        self._submits, self._receipts = submits, receipts
        self._lag = max(RECOUNT[0], RECOUNT[1] * speed)
        self._seed = 0
        self._moment = self._written = 0.0  # where its clock stands, and what the database says of it
        self._wall: datetime | None = None

    def begin(self, now: datetime, *, own_data: bool = False) -> None:
        """Take over: make the tables it needs, and continue what is under way.

        Raises `NotAllowed` on a database that is no sample, unless *own_data* says that it may be changed.
        """
        check_may_write(self._store, own_data=own_data)
        with self._store.writing() as session:
            migrate.create(session, migrate.SIMULATE)
            session.be_patient()  # it looks at every recipient once
            if self._served:
                server.furnish(session)
            self._prepare(session)
            tables.fill(session)
            clock = session.rows("simulate/clock", {})
            if clock:
                self._moment, self._seed = clock[0]["moment"], clock[0]["seed"]
            else:
                self._take_over(session, now)
        self._wall, self._written = now, self._moment

    def _prepare(self, session: Session) -> None:
        """Make the tables of a step, which on a server may have a connection of its own, and keep others out there."""
        for table in ("batch", "drawn"):
            session.script(_text(table))
        if self._served:
            server.hold(session)

    def _take_over(self, session: Session, now: datetime) -> None:
        """Begin with the clock at *now*, and with what the database already waits for."""
        sample = session.rows("simulate/sample", {})
        self._seed = sample[0]["seed"] if sample else 0
        self._moment = now.timestamp()
        given = {"moment": self._moment, "now": now, "seed": self._seed}
        session.run("simulate/start_clock", given)
        self._get_to_know(session, everything=True)
        for batch in ("in_hand", "awaited"):
            session.run(f"simulate/batch_{batch}", given)
            session.run("simulate/draw", {})
            if batch == "in_hand":
                session.run("simulate/answers", {})
            session.run("simulate/receipts", {})
            session.script(_text("clear"))

    def tick(self, now: datetime) -> Tick:
        """Do what is due at *now*, and return what that was. Raises `StoreError`; then nothing of it was done."""
        assert self._wall is not None, "begin first"  # noqa: S101
        since = self._wall
        elapsed = self._speed * min(max((now - since).total_seconds(), 0.0), LONGEST)
        moment = self._moment + elapsed
        # A look stops nobody, and it finds out whether this is still the same database: a write would make a new one.
        with self._store.reading() as session:
            due = self._look(session, now, moment)
            outstanding: int = session.row("simulate/outstanding", {})["outstanding"]
        done = Tick(sending=due.sending, outstanding=outstanding)
        if not due.nothing:
            with self._store.writing() as session:
                done = self._act(
                    session, now=now, since=since, moment=moment, elapsed=elapsed, outstanding=outstanding
                )
            self._written = moment
        self._moment, self._wall = moment, now
        return done

    def _look(self, session: Session, wall: datetime, moment: float) -> _Due:
        rows = session.rows("simulate/live", {})
        waiting = session.row("simulate/waiting", {"moment": moment, "most": self._receipts})
        if waiting["clock"] != self._written:
            raise StoreUnreadable(
                f"{self._store.name} was replaced, or another `campaignkit simulate` works on it: let one of them run"
            )
        known = [
            _campaign(row) for row in rows if row["is_known"] and row["is_live"] and row["mode"] is not None
        ]
        moves = [
            (campaign, move)
            for campaign in known
            if (move := life.next_move(campaign, wall, moment)) is not None
        ]
        still = [campaign for campaign in known if campaign not in [moving for moving, _ in moves]]
        most = max(1, self._submits // max(1, sum(one.to_send > 0 for one in still)))
        quotas = {
            one.campaign_id: quota
            for one in still
            if (quota := life.quota(one, wall, moment, most=most)) is not None
        }
        sourced = {row["campaign_id"] for row in rows if row["source_id"] is not None}
        happening = {
            one.campaign_id: quota
            for one in still
            if (quota := life.events(one, wall, moment, most=EVENTS)) is not None
        }
        return _Due(
            unknown=any(not row["is_known"] for row in rows),
            moves=moves,
            quotas=quotas,
            events={key: quota for key, quota in happening.items() if key in sourced},
            sourceless=[one for one in still if one.campaign_id in happening.keys() - sourced],
            answers=waiting["answers"],
            receipts=waiting["receipts"],
            stranded=waiting["stranded"],
            recount=any(row["changed"] and row["counted_at"] <= moment - self._lag for row in rows),
            sending=sum(one.status is Status.SENDING for one in known),
        )

    def _act(
        self,
        session: Session,
        *,
        now: datetime,
        since: datetime,
        moment: float,
        elapsed: float,
        outstanding: int,
    ) -> Tick:
        """Do it all in one transaction, by a look that nobody can outdate any more."""
        self._prepare(session)
        due = self._look(session, now, moment)
        if due.unknown:
            self._get_to_know(session)
            due = self._look(session, now, moment)
        given: dict[str, object] = {
            "now": now, "since": since, "moment": moment, "elapsed": elapsed, "speed": self._speed, "until": moment,
            "before": moment - self._lag, "most": self._receipts,
        }  # fmt: skip
        if due.receipts > self._receipts:
            given["until"] = session.row("simulate/cut", given)["moment"]
        for campaign, move in due.moves:
            self._move(session, campaign, move, given)
        if due.stranded or any(move.event is not None for _, move in due.moves):
            self._by_key(session, "give_up", given)
            session.run("simulate/given_up", given)
            outstanding -= session.run("simulate/give_up_receipts", given)
            outstanding -= self._by_key(session, "give_up_answers", given)
        submitted, expected = self._submit(session, due.quotas, given)
        self._happen(session, due, given)
        if submitted or due.answers or due.receipts:
            session.run("simulate/touched", given)
        answers = receipts = 0
        if due.answers:
            self._by_key(session, "answer", given)
            answers = session.run("simulate/answered", given)
        if due.receipts:
            session.run("simulate/changed", given)
            self._by_key(session, "fold", given)
            receipts = session.run("simulate/folded", given)
        if due.recount:
            session.run("simulate/tell_errors", given)
            self._by_key(session, "count_errors", given)
        if submitted:
            session.script(_text("clear"))
        session.run("simulate/set_clock", given)
        return Tick(
            moves=len(due.moves),
            submitted=submitted,
            answers=answers,
            receipts=receipts,
            sending=due.sending,
            outstanding=outstanding + expected - answers - receipts,
            backlog=due.receipts > self._receipts or submitted > self._submits // 2,
        )

    def _move(self, session: Session, campaign: Campaign, move: Move, given: Mapping[str, object]) -> None:
        of = {**given, "campaign_id": campaign.campaign_id, "workspace_id": campaign.workspace_id}
        total = self._work(session, campaign, move.work, of) if move.work else campaign.total
        if move.event is not None:
            after = TRANSITIONS[campaign.status, move.event]
            total = None if move.event is Event.BUILD else total
            entered = {"before": campaign.status.value, "after": after.value, "total": total}
            if not session.run("simulate/enter", of | entered):
                return  # a person was faster, and what a person decides stands
            session.run("simulate/state_event", of | {"phase": after.value, "reason": move.reason})
        elif move.phase:
            session.run("simulate/state_event", of | {"phase": move.phase, "reason": move.reason})
        for error in move.errors:
            session.run(
                "simulate/job_error",
                of | {"phase": error.phase, "code": error.code, "message": error.message},
            )
        if move.audited:
            session.run("simulate/audit_event", of | {"action": move.audited, "note": move.reason})
        session.run("simulate/step", of | {"step": move.step, "due": _plus(given["moment"], move.seconds)})

    def _work(self, session: Session, campaign: Campaign, work: Work, of: Mapping[str, object]) -> int | None:
        """Do what a move does to the recipients, and return the total after it."""
        if work is Work.OPEN:
            return campaign.total or 0
        if work is Work.MAKE_LIST:
            if self._find_source(session, campaign):
                wanted = {**of, "size": campaign.size}
                if self._numbered:
                    session.run("simulate/server/build_numbers", wanted)
                session.run("simulate/build", wanted)
                session.run("simulate/built", of)
            return campaign.total
        session.run("simulate/exclude", of)
        listed = session.row("simulate/listed", of)
        session.run("simulate/to_send", {**of, "to_send": listed["to_send"]})
        session.run("simulate/set_total", {**of, "total": listed["total"]})
        return int(listed["total"])

    def _find_source(self, session: Session, campaign: Campaign) -> bool:
        of = {
            "campaign_id": campaign.campaign_id,
            "workspace_id": campaign.workspace_id,
            "size": campaign.size,
        }
        for row in session.rows("simulate/source", of):
            session.run("simulate/use_source", {**of, **row})
            return True
        return False

    def _submit(
        self, session: Session, quotas: Mapping[int, Quota], given: Mapping[str, object]
    ) -> tuple[int, int]:
        """Submit what the quotas allow; return how many that were, and how many answers and receipts will come."""
        if not quotas:
            return 0, 0
        wanted = {**given, **_wanted(quotas)}
        submitted = session.run(self._next, wanted)
        session.run("simulate/draw", wanted)
        expected = session.run("simulate/answers", wanted) + session.run("simulate/receipts", wanted)
        self._by_key(session, "submit", wanted)
        for part in ("submitted", "paid"):
            session.run(f"simulate/{part}", wanted)
        return submitted, expected

    def _happen(self, session: Session, due: _Due, given: Mapping[str, object]) -> None:
        for campaign in due.sourceless:
            self._find_source(session, campaign)
        if due.events:
            wanted = {**given, **_wanted(due.events)}
            if self._numbered:
                session.run("simulate/server/happen_numbers", wanted)
            for part in ("happen", "grown", "happened", "paid"):
                session.run(f"simulate/{part}", wanted)

    def _by_key(self, session: Session, name: str, given: Mapping[str, object]) -> int:
        with server.by_key(session) if self._served else nullcontext():
            return session.run(f"simulate/{name}", given)

    def _get_to_know(self, session: Session, *, everything: bool = False) -> None:
        found = session.rows("simulate/unknown", {"everything": everything})
        if found:
            rows = tables.columns(self._first_sight(row) for row in found)
            session.run("simulate/know", {**rows, "moment": self._moment})

    def _first_sight(self, row: Row) -> dict[str, object]:
        """Return what the stand-in makes of a campaign: drawn, the same for the same seed and campaign."""
        rng = Random(f"{self._seed} {row['external_id']}")  # noqa: S311 - it has to be repeatable, not secret
        fate = rng.choices(list(_FATES), weights=list(_FATES.values()))[0]
        under_way = row["status"] in (Status.SENDING, Status.PAUSED)
        stop_lists = [place.stop_lists for place in WORKSPACES if place.workspace_id == row["workspace_id"]]
        trigger = row["mode"] == Mode.TRIGGER
        return {
            "campaign_id": row["campaign_id"],
            "luck": rng.randrange(2**31 - 1),
            "fate": Fate.HEALTHY if under_way else fate,
            "turn": rng.uniform(0.35, 0.7),
            "rate": rng.uniform(0.3, 2) if trigger else rng.uniform(40, 140),
            "excluded": 0.125 if rng.random() < 0.05 else rng.uniform(0.001, 0.006),
            "stop_list": rng.choice(stop_lists[0]) if stop_lists else "stop list",
            "size": int(2000 * 10 ** rng.random()),
            "by_hand": row["by_hand"],
            "due": self._moment + rng.uniform(1, 4),
            "submitted": row["handed_over"],
            "to_send": row["waiting"],
            "counted": row["delivery_errors"],
        }


@functools.cache
def _text(name: str) -> str:
    return asset("sql", "simulate", "tables", f"{name}.sql").read_text(encoding="utf-8")


_NAMES = frozenset(field.name for field in fields(Campaign))
_KINDS = {"status": Status, "mode": Mode, "fate": Fate}


def _campaign(row: Row) -> Campaign:
    values = {name: value for name, value in row.items() if name in _NAMES}
    return Campaign(**values | {name: kind(row[name]) for name, kind in _KINDS.items()})


def _wanted(quotas: Mapping[int, Quota]) -> dict[str, object]:
    return {
        "campaigns": list(quotas),
        "quotas": [quota.number for quota in quotas.values()],
        "paid_until": [quota.paid_until for quota in quotas.values()],
    }


def _plus(moment: object, seconds: float) -> float:
    return float(str(moment)) + seconds
