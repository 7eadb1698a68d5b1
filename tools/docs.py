"""Write the pages of docs/ that are read off the package's own tables: `python tools/docs.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from campaignkit.domain.access import NEEDS
from campaignkit.domain.glossary import GLOSSARY
from campaignkit.domain.lifecycle import (
    ACTIONS,
    LIVE,
    MEANING,
    TERMINAL,
    TOLERATED,
    TRANSITIONS,
    Event,
    Status,
)
from campaignkit.domain.places import OFFERED, Place

DOCS = Path(__file__).parents[1] / "docs"
WHERE = {
    Place.CAMPAIGNS: "a row of the list",
    Place.QUEUE: "a row of the moderation queue",
    Place.ARCHIVE: "a row of the archive",
    Place.DETAIL: "the campaign's own page",
}
ALSO = {  # what the table of transitions cannot say in its cells
    Event.START: "moderation must be Approved",
    Event.APPROVE: "moderation must be Pending; stays New until Start if auto-start is off",
    Event.REJECT: "moderation must be Pending",
    Event.CANCEL: "for good; what was sent stays sent",
    Event.ARCHIVE: "the status stays; an archived campaign can only be restored",
    Event.RESTORE: "the status stays; the campaign must be archived",
}
GENERATED = "<!-- Written by tools/docs.py from the package's tables; change those, and run it again. -->"


LIFECYCLE = """\
# The life of a campaign

{generated}

One table in `campaignkit/domain/lifecycle.py` decides what may happen; this page is read off it. What Core does by
itself stands in brackets, the rest is what people do.

```mermaid
stateDiagram-v2
  direction LR
{diagram}
```

A step of a state history that is not drawn here is shown there as an anomaly, never hidden.

{statuses}

## What people may do

Each action is judged when it is done: the role in the campaign's own workspace, then this table. It changes the
campaign only if that is still as it was judged, and writes its entry into the audit trail in the same transaction. Of
several who act at once one wins, and the others read who was faster.

{actions}
"""
GLOSSARY_PAGE = """\
# Glossary of the audit trail

{generated}

What Core wrote and what people did through the toolkit stand in one list. A word that is not here comes from the source
and is shown as it was written.

{words}
"""


def lifecycle() -> str:
    """Return the page about the life of a campaign: diagram, statuses, actions."""
    return LIFECYCLE.format(
        generated=GENERATED,
        diagram="\n".join(f"  {line}" for line in _diagram()),
        statuses=_table(["status", "kind", "means"], ([key, _kind(key), MEANING[key]] for key in Status)),
        actions=_table(
            ["action", "role", "from", "to", "also", "offered in"],
            ([event, NEEDS[event], *_from_to(event), ALSO[event], _places(event)] for event in ACTIONS),
        ),
    )


def _diagram() -> Iterator[str]:
    yield "[*] --> New"
    for (source, target), names in _edges().items():
        yield f"{source} --> {target}: {', '.join(names)}"
    yield from (f"{status} --> [*]" for status in Status if status in TERMINAL)


def _edges() -> dict[tuple[Status, Status], list[str]]:
    edges: dict[tuple[Status, Status], list[str]] = {}
    for (source, event), target in TRANSITIONS.items():
        if source is not target:
            edges.setdefault((source, target), []).append(event if event in ACTIONS else f"({event})")
    edges |= {edge: ["(step back)"] for edge in TOLERATED}
    order = list(Status)
    return dict(sorted(edges.items(), key=lambda item: [order.index(status) for status in item[0]]))


def _kind(status: Status) -> str:
    return "live" if status in LIVE else "ended" if status in TERMINAL else "waiting"


def _from_to(event: Event) -> Iterator[str]:
    steps = {source: target for (source, made), target in TRANSITIONS.items() if made is event}
    yield "any" if set(steps) == set(Status) else ", ".join(status for status in Status if status in steps)
    targets = {target for source, target in steps.items() if source is not target}
    yield ", ".join(sorted(targets)) or "the same"


def _places(event: Event) -> str:
    return ", ".join(WHERE[place] for place in Place if event in OFFERED[place])


def glossary() -> str:
    """Return the page about the words of the audit trail."""
    return GLOSSARY_PAGE.format(generated=GENERATED, words=_table(["action", "means"], GLOSSARY.items()))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


PAGES = {"lifecycle.md": lifecycle, "glossary.md": glossary}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
