"""A gateway's log, imported by the documented command, and its campaigns clicked through in JupyterLab and Voila."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from campaignkit.serve.servers import free_port
from campaignkit.serve.up import Choice, serving
from tests.browser.conftest import Lab, Voila
from tests.browser.screen import Screen

LINE = (
    "2026-11-{day} {time} INFO     11 SMS-MT [cid:tx{way}] [queue-msgid:q{n}] [smpp-msgid:ab{n}] [status:ESME_ROK]"
    " [prio:0] [dlr:SMSC_DELIVERY_RECEIPT_REQUESTED] [validity:none] [from:{sender}] [to:3706{n:07}] [content:'…']"
)
RECEIPT = (
    "2026-11-{day} {time} INFO     11 DLR [cid:rx{way}] [smpp-msgid:AB{n}] [status:{stat}] [submit date:2611200900]"
    " [done date:2611200901] [sub/dlvrd messages:001/001] [err:000] [content:'']"
)


def log_lines() -> Iterator[str]:
    """Yield a small log: two senders on two days, three of four messages delivered, the rest refused."""
    for n in range(400):
        day, sender = 20 + n % 2, "ACME Shop" if n % 4 < 2 else "ACMEBank"
        when = f"09:{n // 60 % 60:02}:{n % 60:02}"
        yield LINE.format(day=day, time=when, way=n % 2, n=n, sender=sender)
        yield RECEIPT.format(
            day=day, time=f"10{when[2:]}", way=n % 2, n=n, stat="UNDELIV" if n % 8 < 2 else "DELIVRD"
        )


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("gateway")
    log = folder / "messages.log"
    log.write_text("\n".join(log_lines()) + "\n", encoding="utf-8")
    command = ["import", "jasmin-log", str(log), "--into", str(folder / "mine.duckdb"), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "campaignkit", *command], capture_output=True, text=True, check=True
    )
    return folder / "mine.duckdb", json.loads(done.stdout)


@pytest.fixture(scope="module")
def served(imported: tuple[Path, dict[str, Any]]) -> Iterator[dict[str, Lab | Voila]]:
    choice = Choice(url=str(imported[0]), workspace="master", role="viewer", actor="tester")
    with serving(choice, lab_port=free_port(), port=free_port(), stop=threading.Event()) as (lab, voila):
        address = urlsplit(lab.address)
        yield {
            "lab": Lab(base=f"http://{address.netloc}", token=address.query.removeprefix("token=")),
            "voila": Voila(base=f"http://{urlsplit(voila.address).netloc}"),
        }


def test_every_line_is_accounted_for(imported: tuple[Path, dict[str, Any]]) -> None:
    report = imported[1]
    assert (report["read"], report["campaigns"], report["recipients"], report["receipts"]) == (
        800,
        4,
        400,
        400,
    )
    assert sum(report["unmapped"].values()) == 0


@pytest.mark.parametrize(
    ("where", "page_name"), [("lab", "01_campaigns.ipynb"), ("voila", "operations.ipynb")]
)
def test_the_log_s_campaigns_are_clicked_through(
    served: dict[str, Lab | Voila], new_page: Any, where: str, page_name: str
) -> None:
    page = new_page(viewport={"width": 1720, "height": 1000})
    served[where].open(page, page_name, until=".ck tbody.real tr")
    screen = Screen.of(page)
    expect(screen.root.locator(".kpi").last.locator(".v")).to_have_text("300")
    rows = screen.root.locator("tbody.real tr")
    expect(rows).to_have_count(4)
    for place in range(4):
        rows.nth(place).locator("td[data-c=sender]").click()
        legend = screen.root.locator("table.leg")
        expect(legend).to_be_visible()
        numbers = [int(text.replace(",", "")) for text in legend.locator("td:nth-child(2)").all_inner_texts()]
        assert sum(numbers[:-1]) == numbers[-1] == 100
        expect(
            screen.root.locator(".detail").get_by_text("not provided by this source").first
        ).to_be_visible()
        page.keyboard.press("Escape")
        expect(rows).to_have_count(4)
    screen.root.get_by_role("searchbox").fill("bank")
    expect(rows).to_have_count(2)
