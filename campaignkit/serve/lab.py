"""JupyterLab on the notebooks, as `campaignkit up` wants it: no browser, no prompt, no request to the outside."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from campaignkit.assets import PACKAGED, asset
from campaignkit.serve.servers import HOST, Server, marked, start

NAME = "JupyterLab"
DEFAULT_PORT = 8888
FIRST = "01_campaigns.ipynb"  # what the printed address opens


def start_lab(port: int, folder: Path, environment: Mapping[str, str]) -> Server:
    """Start JupyterLab with its configuration in the private folder; the token stands there and in the address."""
    token = secrets.token_hex(24)
    config = folder / "lab"
    (config / "labconfig").mkdir(parents=True)
    for file, content in (
        ("jupyter_server_config.json", _server(port, folder, token)),
        ("jupyter_lab_config.json", _lab(folder)),
        ("labconfig/page_config.json", PAGE),
        ("labconfig/default_setting_overrides.json", SETTINGS),
    ):
        (config / file).write_text(json.dumps(content), encoding="utf-8")
    return start(
        NAME,
        "jupyterlab",
        port=port,
        path=f"/lab/tree/{FIRST}?token={token}",
        folder=folder,
        environment={**environment, "JUPYTER_CONFIG_PATH": str(config)},
    )


def _server(port: int, folder: Path, token: str) -> dict[str, object]:
    return {
        "ServerApp": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,  # the address is printed: better no server than one elsewhere
            "open_browser": False,
            "root_dir": str(notebooks()),
            "tornado_settings": marked(folder),
            "kernel_websocket_connection_class": "campaignkit.serve.connections.PromptConnection",
            "allow_root": True,  # where there is no other user, as in many containers
            "jpserver_extensions": {
                "voila.server_extension": False,  # Voila runs beside it, not inside
                "jupyter_lsp": False,  # starts npm to look for language servers
            },
        },
        "IdentityProvider": {"token": token},  # in a file: a command line can be read by every login
    }


def _lab(folder: Path) -> dict[str, object]:
    return {
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
            "workspaces_dir": str(folder / "workspaces"),  # no tabs from another folder's session
        }
    }


OFF = (
    "@jupyterlab/apputils-extension:announcements",  # asks whether news may be fetched
    "@jupyterlab/extensionmanager-extension",  # asks a registry what could be installed
    "@voila-dashboards/jupyterlab-preview",  # its server part is off
    "@jupyterlab/lsp-extension",  # its server part is off
    "@jupyterlab/fileeditor-extension:language-server",  # needs the one above
    "@jupyterlab/notebook-extension:language-server",  # needs it too
)
PAGE = {"disabledExtensions": dict.fromkeys(OFF, True)}
SETTINGS = {
    # whoever runs a cell before the kernel is there would otherwise be asked which kernel to take
    "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True}
}


def notebooks() -> Path:
    """Return the folder of the notebooks; for an installed package, a copy in the current folder to be edited."""
    shipped = asset("notebooks")
    if not PACKAGED.is_dir():
        return shipped
    copy = Path("campaignkit-notebooks").resolve()
    for notebook in shipped.glob("*.ipynb"):
        if not (copy / notebook.name).exists():  # what the user has saved stays
            copy.mkdir(exist_ok=True)
            shutil.copyfile(notebook, copy / notebook.name)
    return copy
