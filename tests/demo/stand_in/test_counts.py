"""What the stand-in changes it says it has changed, so that counts are never taken for what they no longer are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaignkit.services import check as check_module
from campaignkit.services.check import check
from campaignkit.services.refresh import SETTLED, refresh
from tests.demo.stand_in.conftest import Build, Driver


@pytest.fixture(autouse=True)
def no_planning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what `check` does first, planning every statement."""
    monkeypatch.setattr(check_module, "names", list)


def step(driver: Driver, seconds: float = 2.0) -> None:
    """Let one step happen after everything was counted, and compare the counts that hold with the rows."""
    refresh(driver.store, now=driver.now + SETTLED + timedelta(seconds=1))
    driver.ticks(seconds=seconds)
    wrong = [found for found in check(driver.store).violations if found.relation.startswith("kit.")]
    assert wrong == []


@pytest.mark.parametrize("listed", [200, 0], ids=["its own list", "a list that Core makes"])
def test_counts_hold_through_the_whole_life_of_a_campaign(drive: Build, listed: int) -> None:
    driver = drive(listed=listed)
    for _ in range(60):
        step(driver)
        if driver.status(2) == "Done":
            break
    assert driver.status(2) == "Done"
    for _ in range(5):
        step(driver, seconds=60)


def test_counts_hold_where_a_campaign_is_given_up_that_a_person_has_cancelled(drive: Build) -> None:
    driver = drive(listed=200)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    for _ in range(3):
        step(driver, seconds=0.5)
    driver.do(
        "update core.recipients set stage = 'Sending', command_status = 'ESME_RTHROTTLED', sent_at = null, smpp_code = null,"
        " sms_result = 'unknown' where campaign_id = 2 and recipient_id = 1;"
        "delete from sim.receipts where campaign_id = 2;"
        "delete from sim.answers where campaign_id = 2;"
        "insert into sim.answers select moment + 3600, 2, 1, 1, 'Delivered', 'ESME_ROK', 'x', null from sim.clock;"
        f"update core.campaigns set status = 'Cancelled', updated_at = timestamptz '{driver.now}' where campaign_id = 2"
    )
    step(driver)
    (found,) = driver.ask(
        "select stage, error from core.recipients where campaign_id = 2 and recipient_id = 1"
    )
    assert found[0] == "Failed" and "not tried again" in found[1]
