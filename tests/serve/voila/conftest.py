"""One launcher on a handful of dashboards, for the tests that do not need one of their own."""

from __future__ import annotations

import pytest

from tests.serve.voila.running import notebook, running

SECRET = "the password is hunter2"
WIDGETS = """
import ipywidgets
from pathlib import Path
def act(*_): Path({place!r}).write_text("acted")
shown, hidden = ipywidgets.IntSlider(value=3, max=10), ipywidgets.IntSlider(value=4, max=10)
disabled = ipywidgets.Button(description="off", disabled=True)
shown
"""


@pytest.fixture(scope="session")
def acted(tmp_path_factory):
    """A file that nobody may make."""
    return tmp_path_factory.mktemp("acted") / "proof"


@pytest.fixture(scope="session")
def dashboards_root(tmp_path_factory, acted):
    root = tmp_path_factory.mktemp("dashboards")
    notebook(root / "sound.ipynb", "print('all is well')")
    notebook(root / "broken.ipynb", f"raise RuntimeError({SECRET!r})")
    notebook(root / "dying.ipynb", "import os; os._exit(1)")
    notebook(
        root / "complaining.ipynb", f"import sys; print({SECRET!r}, file=sys.stderr); print('all is well')"
    )
    notebook(
        root / "environment.ipynb",
        "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k != 'VOILA_KERNEL_ID'}))",
    )
    notebook(root / "widgets.ipynb", WIDGETS.format(place=str(acted)))
    notebook(root / "slow.ipynb", "import time; time.sleep(1.5)")
    (root / "below").mkdir()
    notebook(root / "below" / "hidden.ipynb", "print('hidden')")
    (root / "secret.csv").write_text(SECRET)
    (root / "link.ipynb").symlink_to("/etc/passwd")
    return root


@pytest.fixture(scope="session")
def served(dashboards_root, tmp_path_factory):
    environment = {
        "CAMPAIGNKIT_DB": "/nowhere.duckdb",
        "CAMPAIGNKIT_CTN_KEY": SECRET,
        "CAMPAIGNKIT_AS": "the server",
        "CAMPAIGNKIT_ROLE": "moderator",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "PGPASSWORD": SECRET,
        "JUPYTER_TOKEN": SECRET,
        "LC_TIME": "C.UTF-8",
    }
    with running(dashboards_root, tmp_path_factory.mktemp("voila"), environment) as found:
        yield found
