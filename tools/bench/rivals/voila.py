"""The product's Voila with the rivals' front ends in it: the same server, the same connection, for both."""

from __future__ import annotations

import os
from unittest import mock

from campaignkit.serve.voila import __main__ as ours
from campaignkit.serve.voila import app

# The others bring theirs as anywidget does; ipydatagrid shares the modules of bqplot
EXTENSIONS = ["bqscales", "bqplot", "ipydatagrid", "jupyter-vue", "jupyter-vuetify"]
POLICY = f"{app.POLICY}; connect-src 'self' blob:"  # ipyvue fetches what it has compiled, which the product forbids


def main() -> None:
    """Serve like `python -m campaignkit.serve.voila`."""
    data = os.pathsep.join((str(ours.TEMPLATES), os.environ["JUPYTER_PATH"]))
    with (
        mock.patch.object(ours, "TEMPLATES", data),
        mock.patch.object(app, "POLICY", POLICY),
        mock.patch.object(app, "EXTENSIONS", [*app.EXTENSIONS, *EXTENSIONS]),
    ):
        ours.main()


if __name__ == "__main__":
    main()
