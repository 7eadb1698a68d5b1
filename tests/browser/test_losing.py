"""What a dashboard's page says when it has lost its server, its kernel or its place, and how it comes back."""

from __future__ import annotations

import re
import signal

import pytest
from playwright.sync_api import Page, expect

from campaignkit.assets import asset
from tests.browser.conftest import leave
from tests.serve.voila.running import Running, running, wait_for

LOST = re.compile(r"^Connection lost at \d\d:\d\d:\d\d\. What you see is from then\.")


@pytest.fixture
def world(sample, tmp_path):
    """Return a function that runs the launcher on the sample."""
    environment = {
        "CAMPAIGNKIT_DB": str(sample),
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_PROXY_SECRET": "",
    }

    def begin(**options):
        return running(asset("dashboards"), tmp_path / "voila", environment, **options)

    return begin


@pytest.fixture
def unwatched(chromium):
    """A page whose console may complain: that a server is gone is what these tests are about."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


def show(page: Page, served: Running) -> None:
    page.goto(f"http://127.0.0.1:{served.server.port}/voila/render/operations.ipynb")
    page.locator(".ck tbody.real tr").first.wait_for()


def banner(page: Page):
    return page.locator("#lost")


def test_a_page_says_that_its_server_does_not_answer_keeps_what_it_shows_and_goes_on_when_it_does(
    world, unwatched
):
    with world(grace=60) as served:
        show(unwatched, served)
        rows = unwatched.locator(".ck tbody.real tr").count()
        expect(banner(unwatched)).to_be_hidden()
        served.server.process.send_signal(signal.SIGSTOP)
        try:
            expect(banner(unwatched)).to_have_text(LOST)
            expect(banner(unwatched)).to_have_attribute("role", "alert")
            assert unwatched.locator(".ck tbody.real tr").count() == rows
        finally:
            served.server.process.send_signal(signal.SIGCONT)
        expect(banner(unwatched)).to_be_hidden()
        unwatched.locator(".ck").get_by_role("checkbox", name="Failed").check()
        expect(unwatched.locator(".ck .chip")).to_have_text(re.compile("Failed"))
        leave(unwatched)


def test_a_page_whose_kernel_has_died_says_so_and_begins_a_new_session_by_itself(world, unwatched):
    with world() as served:
        show(unwatched, served)
        (kernel,) = served.kernels()
        kernel.kill()
        expect(banner(unwatched)).to_have_text(
            re.compile("^This dashboard’s session has ended. A new one begins in")
        )
        expect(banner(unwatched).get_by_role("button", name="Reload")).to_be_visible()
        expect(banner(unwatched)).to_be_hidden()
        unwatched.locator(".ck tbody.real tr").first.wait_for()
        assert len(served.kernels()) == 1
        leave(unwatched)


def test_a_page_whose_server_is_gone_says_since_when(world, unwatched):
    with world() as served:
        show(unwatched, served)
        served.server.process.terminate()
        expect(banner(unwatched)).to_have_text(LOST)
        expect(banner(unwatched).get_by_role("button", name="Try now")).to_be_visible()
        assert unwatched.locator(".ck tbody.real tr").count() > 10
        unwatched.context.close()


def test_a_page_that_found_no_room_is_there_as_soon_as_there_is(world, chromium):
    with world(max_kernels=1) as served:
        first, second = chromium.new_page(), chromium.new_page()
        show(first, served)
        second.goto(f"http://127.0.0.1:{served.server.port}/voila/render/operations.ipynb")
        expect(second.get_by_role("heading", name="All places are taken")).to_be_visible()
        leave(first)
        second.locator(".ck tbody.real tr").first.wait_for()
        leave(second)


def test_a_page_that_ends_without_a_word_takes_its_kernel_along(world, chromium):
    with world() as served:
        context = chromium.new_context()
        page = context.new_page()
        page.add_init_script("navigator.sendBeacon = () => false")  # as a browser that is killed
        show(page, served)
        assert len(served.kernels()) == 1
        context.close()
        wait_for(lambda: served.kernels() == [])
        assert served.figures()["kernels_abandoned_total"] == 1


def test_a_link_to_a_file_does_not_end_the_page_s_session(world, unwatched):
    with world() as served:
        show(unwatched, served)
        (kernel,) = served.kernels()
        unwatched.evaluate("location.href = 'mailto:nobody@example.com'")
        unwatched.locator(".ck").get_by_role("checkbox", name="Failed").check()
        expect(unwatched.locator(".ck .chip")).to_have_text(re.compile("Failed"))
        assert kernel.is_running()
        leave(unwatched)
        wait_for(lambda: served.kernels() == [])


def test_opening_and_closing_leaves_no_kernel_and_takes_a_moment(world, chromium):
    with world() as served:
        for _ in range(3):
            page = chromium.new_page()
            show(page, served)
            leave(page)
            assert wait_for(lambda: served.kernels() == []) < 5  # 0.3 s where nothing else runs
        assert served.figures()["kernels_started_total"] == 3
        assert served.figures()["kernels_abandoned_total"] == 0
