"""Everything that campaignkit refuses, as one tree.

    CampaignKitError
    ├── InvalidInput          a value from outside that means nothing: a filter, a cursor, a file, an adapter
    ├── NotFound              no campaign, workspace or export goes by that name
    ├── Ambiguous             a prefix that fits several campaigns
    ├── NotAllowed            the viewer's role or workspaces do not cover it
    ├── TransitionNotAllowed  the lifecycle has no such step
    ├── Stale                 somebody was faster: the campaign is no longer what it was taken for
    ├── ExportFailed          an export was begun and did not come to its end; nothing half is left
    └── StoreError            the database cannot be used
        ├── StoreMissing      there is no file
        ├── StoreUnreadable   it is there, but it is not ours, newer, damaged, or closed to us
        ├── StoreBusy         another program holds it
        ├── StoreUnreachable  the server does not answer, or was lost on the way; nothing was changed
        └── OutcomeUnknown    the server was lost while it confirmed a change: it may be done or not

Each message is one sentence that names the thing and the way out; the command line prints it as it is.
"""

from __future__ import annotations


class CampaignKitError(Exception):
    """The base of every error that campaignkit raises on purpose.

    The message names the thing and a way out, for whoever runs the program; `calm`, if there is one, is what a
    dashboard tells its viewer instead, who cannot go that way.
    """

    calm: str | None = None


class InvalidInput(CampaignKitError):
    """A value from outside that means nothing here."""


class NotFound(CampaignKitError):
    """Nothing goes by that name."""

    calm = "nothing here goes by that name: check the address, or look for it in the list"


class Ambiguous(CampaignKitError):
    """A prefix that fits more than one campaign."""


class NotAllowed(CampaignKitError):
    """The viewer may not do or see this."""


class TransitionNotAllowed(CampaignKitError):
    """The lifecycle has no such step."""


class Stale(CampaignKitError):
    """Somebody else has changed the campaign first."""


class ExportFailed(CampaignKitError):
    """An export did not come to its end."""


class StoreError(CampaignKitError):
    """The database cannot be used."""

    calm = "The database does not answer"


class StoreMissing(StoreError):
    """There is no database at that place."""

    calm = "The database is not there"


class StoreUnreadable(StoreError):
    """What is there cannot be read as a campaignkit database."""

    calm = "The database cannot be read"


class StoreBusy(StoreError):
    """Another program holds the database."""

    calm = "The database is in use by another program"


class StoreUnreachable(StoreError):
    """The server does not answer."""


class OutcomeUnknown(StoreError):
    """The server was lost while it confirmed a change."""
