"""Voila on the dashboards: read-only pages, each with a kernel that lives as long as the page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from campaignkit.assets import asset
from campaignkit.serve.servers import HOST, Server, marked, start

NAME = "Voila"
DEFAULT_PORT = 8866
TEMPLATES = Path(__file__).parent / "share"  # a Jupyter data folder: voila/templates/campaignkit


def start_dashboards(port: int, folder: Path, environment: Mapping[str, str]) -> Server:
    """Start Voila with its configuration in the private folder; a dashboard is a viewer's page, whatever the role."""
    config = folder / "voila"
    config.mkdir()
    (config / "voila.json").write_text(json.dumps(_config(port, folder)), encoding="utf-8")
    data = os.pathsep.join(filter(None, [str(TEMPLATES), environment.get("JUPYTER_PATH")]))
    return start(
        NAME,
        "voila",
        f"--Voila.config_file_paths={config}",  # and no voila.json of anybody else
        port=port,
        path="/voila/render/operations.ipynb",
        folder=folder,
        environment={**environment, "JUPYTER_PATH": data, "CAMPAIGNKIT_ROLE": "viewer"},
    )


def _config(port: int, folder: Path) -> dict[str, object]:
    return {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,  # the address is printed: better no server than one elsewhere
            "open_browser": False,
            "root_dir": str(asset("dashboards")),
            "tornado_settings": marked(folder),
            "kernel_websocket_connection_class": "campaignkit.serve.connections.PromptConnection",
            "connection_dir_root": str(folder),
            "identity_provider_class": "campaignkit.serve.pages.Visitor",
        },
        "VoilaConfiguration": {
            "template": "campaignkit",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",  # the page chooses between light and dark itself
            "classic_tree": True,
            "strip_sources": True,
            "show_tracebacks": False,
            "file_allowlist": [],  # pages only, no files
            "multi_kernel_manager_class": "campaignkit.serve.pages.PageKernels",
            # Voila's front end is older than the Lab's: what is made for the Lab fails in it
            "extension_allowlist": [
                "@jupyter-widgets/jupyterlab-manager",
                "@voila-dashboards/widgets-manager8",
                "anywidget",
            ],
        },
        "VoilaExecutor": {"cell_error_instruction": "What went wrong stands in the server's log."},
        "MappingKernelManager": {"cull_idle_timeout": 60, "cull_interval": 5},  # see PageKernels
    }
