"""Acting on campaigns: who may, what the lifecycle allows, what is written, and who was faster."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from campaignkit import CampaignFilter, Kit, Moderation, Role, Status
from campaignkit.domain.access import RANK
from campaignkit.domain.errors import (
    Ambiguous,
    CampaignKitError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Stale,
    TransitionNotAllowed,
)
from campaignkit.domain.lifecycle import ACTIONS, AUDITED, Event, State, after, why_not
from tests import world
from tests.services.conftest import Build, every_status, place, reopened, session_of
from tests.world import NOW, ago

ROOT = Path(__file__).parents[2]
QUEUED, WAITING = "00000001", "00000002"  # New + Pending moderation; New + Approved

NEEDED = {"approve": Role.MODERATOR, "reject": Role.MODERATOR}  # everything else: operator
WORD = {
    "start": "started", "approve": "approved", "reject": "rejected", "cancel": "cancelled", "archive": "archived",
    "restore": "restored",
}  # fmt: skip
STATES = [
    State(status, moderation, archived=archived, auto_start=auto_start)
    for status, moderation, archived, auto_start in itertools.product(
        Status, Moderation, (False, True), (False, True)
    )
]


def every_state(session: world.Session) -> None:
    """One campaign for each combination of what the rules look at; its number is the place in `STATES`, from 1."""
    world.workspace(session, "retail")
    for number, state in enumerate(STATES, start=1):
        world.campaign(
            session, number, status=state.status, moderation=state.moderation, auto_start=state.auto_start
        )
        if state.archived:
            world.insert(
                session, "kit.archived", campaign_id=number, archived_at=ago(days=1), archived_by="eve"
            )


def two_new(session: world.Session) -> None:
    world.workspace(session, "retail")
    world.campaign(session, 1, status="New", moderation="Pending")
    world.campaign(session, 2, status="New", auto_start=False)


AUDIT = "audit_id workspace_id campaign_id action actor note status_before status_after occurred_at".split()


def audited(kit: Kit) -> list[dict[str, Any]]:
    """Return the toolkit's audit rows as they stand in the database, oldest first."""
    with kit._store.reading() as session:
        rows = session.query(f"select {', '.join(AUDIT)} from kit.audit_events order by audit_id")
    return [dict(zip(AUDIT, row, strict=True)) for row in rows]


def stored(kit: Kit, number: int) -> tuple[State, datetime]:
    campaign = kit.campaigns.find(f"{number:08x}")
    return campaign.state, campaign.updated_at


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("event", ACTIONS)
def test_every_event_in_every_state_by_every_role(build: Build, event: Event, role: Role) -> None:
    kit = build(every_state, role=role)
    expected: list[dict[str, Any]] = []
    for number, state in enumerate(STATES, start=1):
        verb, id = getattr(kit.campaigns, event), f"{number:08x}"
        before = stored(kit, number)
        if RANK[role] < RANK[NEEDED.get(event, Role.OPERATOR)]:
            with pytest.raises(
                NotAllowed, match=f"{event} needs the role .* in workspace retail, where ann is {role}"
            ):
                verb(id, "because")
        elif why_not(state, event):
            with pytest.raises(TransitionNotAllowed, match="Nothing was changed"):
                verb(id, "because")
        else:
            done, target = verb(id, "because"), after(state, event)
            assert (done.status, done.moderation, done.archived) == (
                target.status,
                target.moderation,
                target.archived,
            )
            assert done.external_id == kit.campaigns.find(id).external_id
            assert stored(kit, number) == (target, NOW), "updated_at is when it was done"
            expected.append({
                "workspace_id": "retail", "campaign_id": number, "action": WORD[event], "actor": "ann", "note": "because",
                "status_before": state.status, "status_after": target.status, "occurred_at": NOW,
            })  # fmt: skip
            continue
        assert stored(kit, number) == before
    found = audited(kit)
    assert len({row.pop("audit_id") for row in found}) == len(expected)
    assert found == expected


def test_the_words_of_the_audit_trail_are_the_documented_ones() -> None:
    assert {event.value: word for event, word in AUDITED.items()} == WORD


def test_a_rejected_campaign_and_one_cancelled_by_hand_carry_their_reasons(build: Build) -> None:
    kit = build(two_new, role="moderator")
    kit.campaigns.reject(QUEUED, "wrong sender")
    kit.campaigns.cancel(WAITING)
    assert [kit.campaigns.find(id).state.cancel_reason for id in (QUEUED, WAITING)] == ["rejected", "manual"]


def test_rights_are_those_in_the_campaign_s_own_workspace(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        for workspace, role in (("retail", "viewer"), ("bank", "operator")):
            world.insert(session, "kit.members", login="ann", workspace_id=workspace, role=role)

    kit = build(fill, role="moderator")
    assert kit.campaigns.archive("00000006").archived, "bank's"
    with pytest.raises(
        NotAllowed, match="archive needs the role operator in workspace retail, where ann is viewer"
    ):
        kit.campaigns.archive("00000007")


@pytest.mark.parametrize(
    ("id", "error"),
    [("ffffffff", NotFound), ("0000", Ambiguous), ("000", InvalidInput), ("x' or 1=1", NotFound), ("", NotFound), (7, NotFound)],
)  # fmt: skip
def test_an_id_that_fits_no_campaign_or_several_changes_nothing(
    build: Build, id: Any, error: type[CampaignKitError]
) -> None:
    kit = build(two_new, role="moderator")
    for act in (kit.campaigns.start, kit.campaigns.archive, kit.campaigns.note):
        with pytest.raises(error):
            act(id, "because")
    assert audited(kit) == []


def test_a_campaign_of_another_workspace_cannot_be_acted_on(build: Build) -> None:
    kit = build(every_status, workspace="bank", role="moderator")
    with pytest.raises(NotFound, match="no campaign in workspace bank"):
        kit.campaigns.archive("00000007")


@pytest.mark.parametrize("note", ["x" * 100_000, "a\0b", "a\ud800", 7])
def test_a_note_that_cannot_be_kept_refuses_the_action(build: Build, note: Any) -> None:
    kit = build(two_new, role="moderator")
    for act in (kit.campaigns.start, kit.campaigns.note):
        with pytest.raises(InvalidInput, match="a note"):
            act(WAITING, note)
    with pytest.raises(InvalidInput, match="a note"):
        kit.campaigns.archive_all(CampaignFilter(), note)
    assert audited(kit) == []
    assert kit.campaigns.find(WAITING).status == "New"


def test_markup_and_sql_in_a_note_are_text(build: Build) -> None:
    kit = build(two_new, role="moderator")
    note = "<img src=x onerror=alert(1)>'; drop table core.campaigns; --\n=cmd()"
    kit.campaigns.start(WAITING, f"  {note} ")
    assert kit.audit.of(WAITING).rows[0].note == note


# ── annotations ──────────────────────────────────────────────────────────────


def test_a_note_is_an_entry_of_the_audit_trail_and_changes_nothing_else(build: Build) -> None:
    kit = build(two_new, role="operator")
    before = stored(kit, 2)
    kit.campaigns.note(WAITING, " carrier says: fixed ")
    assert stored(kit, 2) == before
    (row,) = kit.audit.of(WAITING).rows
    assert (row.action, row.actor, row.note, row.occurred_at) == ("note", "ann", "carrier says: fixed", NOW)
    assert kit.campaigns.history(WAITING).rows == ()
    with pytest.raises(InvalidInput, match="without a word"):
        kit.campaigns.note(WAITING, " \n")
    with pytest.raises(NotAllowed, match="annotate needs the role operator"):
        build_viewer(kit).campaigns.note(WAITING, "n")


def build_viewer(kit: Kit) -> Kit:
    return reopened(kit, "ivo")


# ── who was faster ───────────────────────────────────────────────────────────


def opened(kit: Kit, actor: str, **more: Any) -> Kit:
    return reopened(kit, actor, **{"role": "moderator"} | more)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Stale) as refused:
        act()
    return str(refused.value)


def test_who_comes_second_reads_who_was_faster_and_when(build: Build) -> None:
    first = build(two_new, role="operator", now=ago(seconds=4), actor="J. Laurinaitis")
    first.campaigns.start(WAITING)
    second = opened(first, "ann")
    assert refusal(lambda: second.campaigns.start(WAITING)) == (
        "J. Laurinaitis started this campaign 4 s ago. Nothing was changed."
    )
    first.campaigns.cancel(WAITING)
    assert refusal(lambda: second.campaigns.start(WAITING)) == (
        "J. Laurinaitis started this campaign 4 s ago; it is Cancelled now. Nothing was changed."
    )
    assert refusal(lambda: second.campaigns.cancel(WAITING)) == (
        "J. Laurinaitis cancelled this campaign 4 s ago. Nothing was changed."
    )
    assert len(audited(first)) == 2


def test_whoever_acts_twice_is_told_that_it_was_them(build: Build) -> None:
    kit = build(two_new, role="moderator", now=ago(hours=2, minutes=5))
    kit.campaigns.approve(QUEUED)
    assert refusal(lambda: opened(kit, "ann").campaigns.reject(QUEUED)).startswith(
        "You approved this campaign 2 h 05 min"
    )


def test_somebody_known_by_an_address_alone_is_masked_in_the_sentence(build: Build) -> None:
    kit = build(two_new, role="moderator", actor="joe@example.com")
    kit.campaigns.archive(QUEUED)
    for act in (opened(kit, "ann").campaigns.archive, opened(kit, "ann").campaigns.approve):
        assert refusal(lambda act=act: act(QUEUED)).startswith(
            "j…@example.com archived this campaign 0 s ago."
        )


def test_what_core_has_done_is_nobody_s_doing(build: Build) -> None:
    kit = build(two_new, role="moderator", now=ago(hours=1))
    kit.campaigns.start(WAITING)
    with kit._store.writing() as session:
        world.execute(session, "update core.campaigns set status = 'Done' where campaign_id = 2")
    with pytest.raises(
        TransitionNotAllowed, match="cannot cancel a campaign that is Done. Nothing was changed."
    ):
        opened(kit, "ann").campaigns.cancel(WAITING)


def test_an_action_on_what_was_seen_is_refused_once_it_is_something_else(build: Build) -> None:
    kit = build(two_new, role="moderator")
    seen = kit.campaigns.find(WAITING).state
    kit.campaigns.start(WAITING)
    assert "has become Pending meanwhile" in refusal(lambda: kit.campaigns.cancel(WAITING, seen=seen))
    assert "You started" in refusal(lambda: kit.campaigns.start(WAITING, seen=seen))
    kit.campaigns.cancel(WAITING, seen=kit.campaigns.find(WAITING).state)


class Actor:
    """A process that acts once it is told to."""

    def __init__(self, kit: Kit, actor: str, *what: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.services.acting", place(kit._store, actor), actor, *what],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def go(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write("go\n")
        self.child.stdin.flush()

    def hear(self) -> str:
        assert self.child.stdout is not None
        heard = self.child.stdout.readline().strip()
        assert heard, f"ended without a word, status {self.child.poll()}"
        return heard

    def close(self) -> None:
        self.child.kill()
        self.child.communicate()


@pytest.mark.parametrize(("event", "id"), [("start", WAITING), ("approve", QUEUED), ("archive", WAITING)])
def test_of_many_processes_that_act_at_once_exactly_one_wins(build: Build, event: str, id: str) -> None:
    kit = build(two_new)
    with ExitStack() as closing:
        actors = [Actor(kit, f"actor {n}", event, id) for n in range(6)]
        for actor in actors:
            closing.callback(actor.close)
        assert {actor.hear() for actor in actors} == {"ready"}
        for actor in actors:
            actor.go()
        heard = [actor.hear() for actor in actors]
    (winner,) = (n for n, text in enumerate(heard) if text.startswith("done"))
    (row,) = audited(kit)
    assert (row["actor"], row["action"]) == (f"actor {winner}", WORD[event])
    losers = heard[:winner] + heard[winner + 1 :]
    assert all(f"Stale: actor {winner} {WORD[event]} this campaign" in text for text in losers), losers


def test_of_many_threads_that_act_at_once_exactly_one_wins(build: Build) -> None:
    kit = build(two_new, role="operator")
    others = [opened(kit, f"actor {n}") for n in range(3)]
    heard: list[str] = []

    def act(kit: Kit) -> None:
        try:
            heard.append(str(kit.campaigns.start(WAITING).status))
        except Stale as error:
            heard.append(str(error))

    threads = [threading.Thread(target=act, args=(one,)) for one in (kit, kit, kit, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard.remove("Pending")
    assert len(heard) == len(threads) - 1
    assert all("started this campaign 0 s ago" in text for text in heard)
    assert len(audited(kit)) == 1


@pytest.mark.parametrize("after", ["actions/move", "actions/archive", "actions/audit"])
def test_a_process_killed_in_the_middle_has_done_nothing_and_holds_nobody_up(
    build: Build, after: str
) -> None:
    kit = build(two_new, role="operator")
    before = stored(kit, 2)
    with ExitStack() as closing:
        actor = Actor(kit, "late", "archive", WAITING, after)
        closing.callback(actor.close)
        assert actor.hear() == "ready"
        actor.go()
        assert actor.hear() == "inside, 1 changed"
        actor.child.kill()
        assert stored(kit, 2) == before
    assert audited(kit) == []
    assert kit.campaigns.archive(WAITING).archived


def test_an_archive_mark_that_appears_meanwhile_undoes_the_whole_step(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server, where another session may commit between the judgement and the step."""
    kit = build(two_new, role="operator")
    kind = session_of(kit)
    run = kind.run

    def meanwhile(session: Any, name: str, parameters: dict[str, Any]) -> int:
        changed = run(session, name, parameters)
        if name == "actions/move":
            world.insert(session, "kit.archived", campaign_id=2, archived_at=NOW, archived_by="eve")
        return changed

    before = stored(kit, 2)
    monkeypatch.setattr(kind, "run", meanwhile)
    for act in (kit.campaigns.start, kit.campaigns.archive):
        with pytest.raises(CampaignKitError, match="Nothing was changed"):
            act(WAITING)
    monkeypatch.undo()
    assert (stored(kit, 2), audited(kit)) == (before, [])


def test_a_status_that_moves_meanwhile_is_not_overwritten(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = build(two_new, role="operator")
    kind = session_of(kit)
    run = kind.run

    def meanwhile(session: Any, name: str, parameters: dict[str, Any]) -> int:
        if name == "actions/move":
            world.execute(session, "update core.campaigns set status = 'Building' where campaign_id = 2")
        return run(session, name, parameters)

    monkeypatch.setattr(kind, "run", meanwhile)
    with pytest.raises(Stale, match="this campaign has become Building meanwhile"):
        kit.campaigns.start(WAITING)
    monkeypatch.undo()
    assert audited(kit) == []
    assert kit.campaigns.find(WAITING).status == "New", (
        "Core's change was made inside the same transaction here"
    )


# ── many at once ─────────────────────────────────────────────────────────────


def test_the_whole_filter_can_be_archived_and_the_count_is_known_before(build: Build) -> None:
    kit = build(every_status, role="operator")
    asked = CampaignFilter(statuses={"Done", "Failed", "Sending", "New"})  # type: ignore[arg-type]
    assert kit.campaigns.archivable(asked) == 3
    told: list[tuple[int, int]] = []
    tried = kit.campaigns.archive_all(asked, "spring", progress=lambda done, of: told.append((done, of)))
    assert [one.refusal for one in tried] == [None] * 3
    assert told[-1] == (3, 3)
    assert [(row["action"], row["note"]) for row in audited(kit)] == [("archived", "spring")] * 3
    assert kit.campaigns.archivable(asked) == 0 == len(kit.campaigns.archive_all(asked))
    assert kit.campaigns.count(CampaignFilter(view="archive")) == 4  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", [CampaignFilter(), CampaignFilter(statuses={"Sending"})])  # type: ignore[arg-type]
def test_other_campaigns_than_were_counted_are_not_archived(build: Build, asked: CampaignFilter) -> None:
    kit = build(every_status, role="operator")
    count = kit.campaigns.archivable(asked)
    with pytest.raises(
        Stale, match=f"^the list has changed meanwhile: {count} of its campaigns can be archived now"
    ):
        kit.campaigns.archive_all(asked, seen=count + 1)
    assert kit.campaigns.archivable(asked) == count == len(kit.campaigns.archive_all(asked, seen=count))


def test_one_refusal_stops_no_other_and_undoes_nothing(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = build(every_status, role="operator")
    opened(kit, "bob").campaigns.note("00000008", "x")
    transactions = kit._store.transactions

    def bob_is_faster() -> Any:
        monkeypatch.undo()
        opened(kit, "bob").campaigns.archive("00000008")
        return transactions()

    monkeypatch.setattr(kit._store, "transactions", bob_is_faster)
    tried = kit.campaigns.archive_all(CampaignFilter())
    assert len(tried) == 5
    (refused,) = (one for one in tried if one.refusal)
    assert refused.external_id.startswith("00000008")
    assert refused.refusal == "bob archived this campaign 0 s ago. Nothing was changed."
    assert kit.campaigns.count(CampaignFilter(view="archive")) == 6  # type: ignore[arg-type]


def test_only_what_the_viewer_may_archive_is_counted(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        for workspace, role in (("retail", "viewer"), ("bank", "operator")):
            world.insert(session, "kit.members", login="ann", workspace_id=workspace, role=role)

    kit = build(fill, role="operator")
    assert kit.campaigns.archivable() == 2 == len(kit.campaigns.archive_all(CampaignFilter()))
    assert kit.campaigns.archivable(CampaignFilter(workspaces=frozenset({"retail"}))) == 0


@pytest.mark.parametrize("view", ["queue", "archive"])
def test_only_the_main_list_is_archived_as_a_whole(build: Build, view: Any) -> None:
    kit = build(every_status, role="moderator")
    for act in (kit.campaigns.archivable, kit.campaigns.archive_all):
        with pytest.raises(InvalidInput, match="choose the view campaigns"):
            act(CampaignFilter(view=view))


def test_a_long_list_lets_others_in_between(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = build(every_status, role="operator")
    monkeypatch.setattr("campaignkit.services.actions.TURN_SECONDS", 0)
    turns: list[int] = []

    def look(done: int, _of: int) -> None:
        turns.append(done)
        assert build_viewer(kit).campaigns.count(CampaignFilter(view="archive")) == 1 + done  # type: ignore[arg-type]

    kit.campaigns.archive_all(CampaignFilter(), progress=look)
    assert turns == [1, 2, 3, 4, 5]


# ── where nothing may be done ────────────────────────────────────────────────


def test_a_viewer_s_kit_refuses_and_its_store_cannot_write(kit: Kit) -> None:
    for event in ACTIONS:
        with pytest.raises(
            NotAllowed, match=f"{event} needs the role (operator|moderator) in workspace bank"
        ):
            getattr(kit.campaigns, event)("00000006")
    for bulk in (kit.campaigns.archive_all, kit.campaigns.archivable):
        with pytest.raises(NotAllowed, match="archive needs"):
            bulk(CampaignFilter())
    assert not kit._store.writable


def test_a_viewer_s_process_imports_no_acting_code(build: Build) -> None:
    path = build(every_status)._store.address
    code = (
        "import sys, campaignkit\n"
        f"kit = campaignkit.open({path!r}, workspace='master', role=sys.argv[1])\n"
        "kit.campaigns.show('00000006'), kit.campaigns.page()\n"
        "print('campaignkit.services.actions' in sys.modules)"
    )
    for role, imported in (("viewer", "False"), ("operator", "True")):
        done = subprocess.run(
            [sys.executable, "-c", code, role],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.strip() == imported


def test_a_member_who_may_only_read_gets_a_kit_that_cannot_write(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.insert(session, "kit.members", login="ann", workspace_id="*", role="viewer")

    kit = build(fill, role="moderator")
    assert type(kit.campaigns).__name__ == "Campaigns"
    assert not kit._store.writable
