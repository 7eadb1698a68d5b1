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


class Permission(StrEnum):
    """What a role may do besides taking a campaign through its life."""

    EXPORT = "export"
    ANNOTATE = "annotate"


NEEDS: Mapping[Event | Permission, Role] = {
    Event.START: Role.OPERATOR,
    Event.CANCEL: Role.OPERATOR,
    Event.ARCHIVE: Role.OPERATOR,
    Event.RESTORE: Role.OPERATOR,
    Event.APPROVE: Role.MODERATOR,
    Event.REJECT: Role.MODERATOR,
    Permission.EXPORT: Role.OPERATOR,
    Permission.ANNOTATE: Role.OPERATOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, for which workspaces, and as what in each of them.

    `roles` maps every workspace of the scope to the role the viewer has there. `master` says that the scope
    was asked for as the Master workspace (R69), even if it holds one workspace only. `untaken` are the steps that the
    data's source takes from nobody.
    """

    login: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    master: bool = False
    clear_numbers: bool = False
    untaken: frozenset[Event] = frozenset()

    def full_numbers(self, wanted: bool | None = None) -> bool:
        """Tell whether full numbers shall be shown: as *wanted*, else wherever they may (R57).

        Raises `NotAllowed` if they are wanted without the grant.
        """
        if wanted and not self.clear_numbers:
            raise NotAllowed(
                "full numbers need the extra grant: open with clear_numbers=True (--clear-numbers)"
            )
        return self.clear_numbers if wanted is None else wanted

    @property
    def workspaces(self) -> tuple[str, ...]:
        """Return the workspaces that the viewer reads, sorted."""
        return tuple(sorted(self.roles))

    @property
    def acts(self) -> bool:
        """Tell whether the viewer may do more than read in any of the workspaces."""
        return any(role is not Role.VIEWER for role in self.roles.values())

    def may(self, deed: Event | Permission, workspace: str) -> bool:
        """Tell whether the viewer's role in *workspace* covers *deed*, and the source takes it."""
        role = self.roles.get(workspace)
        covered = role is not None and deed in NEEDS and RANK[role] >= RANK[NEEDS[deed]]
        return covered and deed not in self.untaken

    def check(self, deed: Event | Permission, workspace: str) -> None:
        """Raise `NotAllowed`, which names the role that is needed, unless the viewer may do *deed* in *workspace*."""
        if deed not in NEEDS:
            raise NotAllowed(f"{deed} is Core's to do, whatever the role")
        if deed in self.untaken:
            raise NotAllowed(
                f"{deed} is not provided by this source: its campaigns take no such change; whoever runs it can give"
                " core.campaigns an INSTEAD OF UPDATE trigger (docs/bring-your-own-database.md)"
            )
        if not self.may(deed, workspace):
            raise NotAllowed(
                f"{deed} needs the role {NEEDS[deed]} in workspace {workspace},"
                f" where {self.login} is {self.roles.get(workspace, 'no member')}:"
                " choose it with --role, as far as kit.members lets you"
            )
