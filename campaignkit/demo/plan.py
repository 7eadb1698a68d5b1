"""The whole sample as a plan: about as many frozen values as there are campaigns, from which all rows follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from campaignkit.demo import scenes, sizes, world
from campaignkit.demo.endings import tell
from campaignkit.demo.incidents import EXHIBITS, THROTTLED_ON, Incident
from campaignkit.demo.scenes import Ending, Scene, Trait
from campaignkit.demo.schedule import EVENING, OFFICE, Window
from campaignkit.demo.story import Draft, Story
from campaignkit.demo.world import WORKSPACES, Person, Workspace
from campaignkit.domain.lifecycle import Mode

_CONTRADICTIONS = 7
_CONTRACTED = 100  # messages a second; beyond, a centre turns some away and takes them at a later attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How a campaign's messages fare, as shares of one: `refused` of what is submitted, the rest of what is accepted.

    `gone` numbers and `barred` ones bounce each time, whatever the campaign; what is left over of one is delivered.
    `over_rate` of the accepted needed more than one attempt.
    """

    excluded: float
    refused: float
    gone: float
    barred: float
    undeliv: float
    expired: float
    rejectd: float
    deleted: float
    unknown: float
    acceptd: float
    silent: float
    over_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One campaign. `key` seeds its recipients' draws; `first_number` and `stride` walk its workspace's numbers.

    Where one bind holds a burst up, the others are done in a tenth of its time.
    """

    campaign_id: int
    external_id: UUID
    story: Story
    shares: Shares
    key: int
    first_number: int
    stride: int
    parts: int
    stop_list: str
    contradictions: int
    held_up_by: str | None
    rows_before: int

    @property
    def draft(self) -> Draft:
        """Return what was known of it at first."""
        return self.story.draft

    @property
    def traits(self) -> frozenset[Trait]:
        """Return what is particular about it."""
        return self.draft.scene.traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sample, in order of creation. `population` numbers live in each workspace; it is prime."""

    now: datetime
    campaigns: tuple[Planned, ...]
    recipients: int
    population: int
    number_keys: Mapping[str, int]


def plan(*, campaigns: int, recipients: int, seed: int, now: datetime) -> Plan:
    """Return the plan: the same for the same arguments."""
    rng = _source(f"{seed} world")
    cast = scenes.scenes(campaigns, rng)
    counts = _counts(cast, recipients, rng)
    population = sizes.prime_from(max(2000, recipients // 2, 2 * max(counts)))
    # Each campaign draws from a source of its own, so that a change to one does not move the others.
    sources = [_source(f"{seed} campaign {place}") for place in range(campaigns)]
    drafts = [
        _draft(place, scene, size, source, now)
        for place, (scene, size, source) in enumerate(zip(cast, counts, sources, strict=True))
    ]
    stories = [tell(draft) for draft in drafts]
    stories.sort(key=lambda story: story.created_at)
    found, rows = [], 0
    for campaign_id, story in enumerate(stories, start=1):
        found.append(_planned(campaign_id, story, population, rows))
        rows += story.draft.size
    return Plan(
        now=now,
        campaigns=tuple(found),
        recipients=rows,
        population=population,
        number_keys={workspace.workspace_id: rng.getrandbits(62) for workspace in WORKSPACES},
    )


def _source(seed: str) -> Random:
    return Random(seed)  # noqa: S311  sample data: it has to be repeatable, not secret


def _counts(cast: Sequence[Scene], recipients: int, rng: Random) -> list[int]:
    luck = [rng.uniform(0.5, 1.3) for _ in cast]
    weights = [
        sizes.weight(scene.size)
        * (1 if scene.incident else chance)  # an incident needs its numbers to be seen
        for scene, chance in zip(cast, luck, strict=True)
        if scene.has_list
    ]
    with_list = iter(sizes.sizes(weights, recipients))
    return [next(with_list) if scene.has_list else 0 for scene in cast]


def _draft(place: int, scene: Scene, size: int, rng: Random, now: datetime) -> Draft:
    by_turns = place < len(scenes.CAST)
    exhibit = EXHIBITS[scene.incident] if scene.incident else None
    workspace = WORKSPACES[place % len(WORKSPACES) if by_turns else rng.choice((0, 0, 0, 1, 1, 2, 2))]
    workspace = exhibit.workspace if exhibit else workspace
    by_hand = scene.ending in (Ending.APPROVED, Ending.MISSED)
    author = _author(scene, workspace, rng, person=by_hand)
    program = author is workspace.program
    draft = Draft(
        scene=scene,
        size=size,
        workspace=workspace,
        author=author,
        operator=rng.choice(workspace.authors) if program else author,
        sender=rng.choice(workspace.senders),
        name=f"{rng.choice(workspace.subjects[scene.mode])} {place + 1}",
        auto_start=not by_hand and (program or rng.random() < 0.75),
        window=_window(scene, rng),
        rate=rng.uniform(40, 140),
        rng=rng,
        now=now,
    )
    if exhibit is None:
        return draft
    return replace(draft, name=exhibit.name, sender=exhibit.sender or draft.sender, window=exhibit.window)


def _author(scene: Scene, workspace: Workspace, rng: Random, *, person: bool) -> Person:
    by_program = rng.random() < (0.6 if scene.mode is Mode.TRIGGER else 0.12)
    someone = rng.choice(workspace.authors)
    return workspace.program if by_program and not person else someone


def _window(scene: Scene, rng: Random) -> Window | None:
    draw = rng.random()
    if Trait.REBUILT in scene.traits:
        return OFFICE  # it needs nights in which it is paused
    if scene.mode is Mode.SPREAD:
        return OFFICE if draw < 0.8 else EVENING if draw < 0.9 else None
    return OFFICE if draw < {Mode.ON_DEMAND: 0.4, Mode.ON_TIME: 0.6, Mode.TRIGGER: 0.2}[scene.mode] else None


def _planned(campaign_id: int, story: Story, population: int, rows_before: int) -> Planned:
    draft, rng = story.draft, story.draft.rng
    return Planned(
        campaign_id=campaign_id,
        external_id=UUID(int=rng.getrandbits(128), version=4),
        story=story,
        shares=_shares(draft),
        key=rng.getrandbits(62),
        first_number=rng.randrange(population),
        stride=rng.randrange(1, population),  # any step visits every number of a prime population once
        parts=rng.choices((1, 2, 3), weights=(75, 20, 5))[0],
        stop_list=rng.choice(draft.workspace.stop_lists),
        contradictions=_CONTRADICTIONS if Trait.CONTRADICTORY in draft.scene.traits else 0,
        held_up_by=THROTTLED_ON if draft.scene.incident is Incident.THROTTLING else None,
        rows_before=rows_before,
    )


def _shares(draft: Draft) -> Shares:
    """Return the shares of a healthy campaign: 91 to 95 per cent delivered."""
    draw = draft.rng.uniform
    undeliv = draw(0.03, 0.04)
    excluded = draw(0.001, 0.006)
    if Trait.STOP_LIST in draft.scene.traits:
        excluded = 0.125
    # Core looks at the stop lists when it builds the list.
    built_by_core = draft.scene.mode is not Mode.TRIGGER and draft.scene.ending not in scenes.UNSTARTED
    return Shares(
        excluded=excluded if built_by_core else 0.0,
        refused=draw(0.005, 0.008),
        gone=undeliv * world.GONE_SHARE * (4 if Trait.OLD_LIST in draft.scene.traits else 1),
        barred=undeliv * world.BARRED_SHARE,
        undeliv=undeliv * (1 - world.GONE_SHARE - world.BARRED_SHARE),
        expired=draw(0.015, 0.02),
        rejectd=draw(0.003, 0.006),
        deleted=draw(0.0002, 0.0015),
        unknown=0.003,
        acceptd=0.005,
        silent=draw(0.01, 0.014),
        over_rate=draw(0.01, 0.05) if draft.is_burst and draft.rate > _CONTRACTED else 0.0,
    )


def archived_at(planned: Planned) -> datetime:
    """Return when an archived campaign was put away: some days after its end, at the latest just now."""
    ended, latest = planned.story.at, planned.draft.now - timedelta(minutes=1)
    wished = ended + timedelta(hours=2 + planned.key % 200)
    return wished if wished < latest else ended + (latest - ended) / 2
