"""Small versions of what `python -m tools.bench.dashboards` measures: many requests at once, what a kernel weighs."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil

from campaignkit.assets import asset
from tests.serve.voila.running import running, wait_for
from tools.bench.dashboards import refresh, widget_of

MOST = (
    90e6  # bytes that a dashboard's kernel has for itself; what it shares counts little where there are many
)


def test_of_many_requests_at_once_each_is_a_page_or_is_told_that_there_is_no_room(dashboards_root, tmp_path):
    with running(dashboards_root, tmp_path / "many", max_kernels=2, first_grace=60) as many:
        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _: many.browser().ask("/voila/render/sound.ipynb"), range(40)))
        assert Counter(answer.status for answer in answers) == {200: 2, 503: 38}
        assert all(
            "This page tries again by itself." in answer.text for answer in answers if answer.status == 503
        )
        assert many.browser().ask("/healthz").status == 200
        assert len(many.kernels()) == many.figures()["kernels"] == 2


def test_pages_that_refresh_themselves_get_their_answers_and_their_kernels_stay_small(tmp_path):
    sample = tmp_path / "sample.duckdb"
    size = ["--campaigns", "60", "--recipients", "20000"]
    subprocess.run(
        [sys.executable, "-m", "campaignkit", "demo", str(sample), *size], check=True, capture_output=True
    )
    environment = {"CAMPAIGNKIT_DB": str(sample), "CAMPAIGNKIT_WORKSPACE": "master"}
    with running(asset("dashboards"), tmp_path / "voila", environment, first_grace=60) as served:
        for name in ("operations", "board"):
            viewer = served.browser()
            kernel = viewer.open(f"{name}.ipynb")
            with viewer.connected(kernel) as socket:
                model = widget_of(socket)
                for _ in range(3):
                    refresh(socket, model)
                weight = psutil.Process(served.process_of(kernel).pid).memory_full_info().uss
                assert weight <= MOST, f"{name}: {weight / 1e6:.0f} MB"
                process = served.process_of(kernel)
                viewer.close(kernel)
            wait_for(lambda process=process: not process.is_running())
