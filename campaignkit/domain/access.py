"""Who may do what: roles, permissions, and the viewer that every service is asked as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from campaignkit.domain.errors import InvalidInput, NotAllowed
from campaignkit.domain.lifecycle import Event

MASTER = "master"


class Role(StrEnum):
    """A row of the table of roles in the documentation; each includes the ones before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    MODERATOR = "moderator"

    @classmethod
    def parse(cls, text: str) -> Role:
        """Return the role of that name, or raise `InvalidInput`."""
        try:
            return cls(text)
        except ValueError:
            raise InvalidInput(f"there is no role {text!r}: choose viewer, operator or moderator") from None


RANK = {role: rank for rank, role in enumerate(Role)}

NEEDS: Mapping[Event, Role] = {
    Event.START: Role.OPERATOR,
    Event.CANCEL: Role.OPERATOR,
    Event.ARCHIVE: Role.OPERATOR,
    Event.RESTORE: Role.OPERATOR,
    Event.APPROVE: Role.MODERATOR,
    Event.REJECT: Role.MODERATOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, for which workspaces, and as what in each of them.

    `roles` maps every workspace of the scope to the role the viewer has there. `master` says that the scope
    was asked for as the Master workspace (R69), even if it holds one workspace only.
    """

    login: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    master: bool = False
    clear_numbers: bool = False

    @property
    def workspaces(self) -> tuple[str, ...]:
        """Return the workspaces that the viewer reads, sorted."""
        return tuple(sorted(self.roles))

    def may(self, event: Event, workspace: str) -> bool:
        """Tell whether the viewer's role in *workspace* covers *event*."""
        role = self.roles.get(workspace)
        return role is not None and event in NEEDS and RANK[role] >= RANK[NEEDS[event]]

    def check(self, event: Event, workspace: str) -> None:
        """Raise `NotAllowed` unless the viewer may do *event* in *workspace*."""
        if event not in NEEDS:
            raise NotAllowed(f"{event} is Core's to do, whatever the role")
        if not self.may(event, workspace):
            raise NotAllowed(f"{event} needs the role {NEEDS[event]} in workspace {workspace}")
