"""Sample data: a message center's database as it might look at a given moment, the same for the same arguments."""

from campaignkit.demo.sample import Summary, create

__all__ = ["Summary", "create"]
