"""`python -m campaignkit.serve.voila OPTIONS`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from campaignkit.serve.voila.options import Options
from campaignkit.settings import from_environment

TEMPLATES = Path(__file__).parents[1] / "share"  # a Jupyter data folder: voila/templates/campaignkit


def main() -> None:
    """Serve, with nothing of the user's own Jupyter in reach, and remove the private folder afterwards."""
    options = Options.from_json(sys.argv[1])
    settings = from_environment()
    _own_world(Path(options.folder))
    # built when it is imported, for a second and more; jsonschema, which would use it, does without
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from campaignkit.serve.voila.app import serve

    try:
        serve(options, secret=settings.proxy_secret or "", login=settings.person)
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)


def _own_world(folder: Path) -> None:
    """Let Jupyter find our template and this Python's front end, and no configuration, kernel or file of the user's."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        os.environ[f"JUPYTER_{name}_DIR"] = str(folder / name.lower())
    os.environ |= {
        "JUPYTER_PATH": str(TEMPLATES),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(folder / "ipython"),
    }
    for name in ("JUPYTER_CONFIG_PATH", "CAMPAIGNKIT_PROXY_SECRET", "CAMPAIGNKIT_CTN_KEY"):
        os.environ.pop(name, None)


if __name__ == "__main__":
    main()
