"""Import foreign sources into a DuckDB file: adapters, numbers, receipts, and a report that adds up."""

from campaignkit.importing.report import Report
from campaignkit.importing.run import run

__all__ = ["Report", "run"]
