"""The stand-in for Core: takes campaigns of a sample through their life, with their recipients and receipts."""

from campaignkit.demo.stand_in.loop import Summary, run
from campaignkit.demo.stand_in.server import NUMBERS
from campaignkit.demo.stand_in.simulator import Simulator, Tick, check_may_write

__all__ = ["NUMBERS", "Simulator", "Summary", "Tick", "check_may_write", "run"]
