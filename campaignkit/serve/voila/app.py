"""Voila as it is served here: only the addresses that dashboards need, and nothing that is read from outside."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import tempfile
from typing import Any

from tornado.ioloop import IOLoop, PeriodicCallback
from traitlets.config import Config
from voila.app import Voila
from voila.paths import collect_static_paths
from voila.utils import get_voila_labextensions_path

from campaignkit.serve.servers import MARK
from campaignkit.serve.voila import logs, pages
from campaignkit.serve.voila.channels import FROM_THE_PAGE, Channels, ChannelsHandler
from campaignkit.serve.voila.files import FileHandler, Files
from campaignkit.serve.voila.health import Health
from campaignkit.serve.voila.kernels import PageKernels
from campaignkit.serve.voila.options import Options
from campaignkit.serve.voila.visitors import Visitors, visit

# Voila's front end is older than the Lab's: what is made for the Lab fails in it
EXTENSIONS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
]
TEMPLATE = "campaignkit"
KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
LONGEST_FOLDER = (
    36  # bytes: a socket's path may have 103, and a kernel adds /voila_12345678/kernel-UUID-ipc-5
)
SHUTDOWN = 1.6  # seconds: a kernel that does not end by itself is ended after half of them

# What a page may load, and from where: from here. Voila's pages have scripts in them, and widgets come as blobs.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


class Dashboards(Voila):  # type: ignore[misc]
    """The launcher. `campaignkit.serve.voila` says what is its own about it."""

    name = "voila"
    _log_formatter_cls = logs.Discreet
    options: Options
    secret: str
    login: str

    def load_config_file(self, *_: object, **__: object) -> None:
        """Read no configuration: a voila.json of the current folder, or of the user, is somebody else's."""

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of the web application; here, for later is too late for compression."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = sorted(FROM_THE_PAGE)
        self.identity_provider.secret, self.identity_provider.login = self.secret, self.login
        options = self.options
        return settings | {
            "port": options.port,
            "allow_remote_access": bool(self.secret),  # else only for who calls this machine by its own name
            "compress_response": True,
            "default_handler_class": pages.Missing,
            "headers": {
                MARK: options.mark,
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
                "Server": "campaignkit",
            },
            "log_function": logs.request,
            "websocket_max_message_size": 1_000_000,  # bytes: a page sends wishes, no files
            "ws_ping_interval": 1000 * options.ping,
            "ws_ping_timeout": 1000 * options.lost_pings,
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Return the handlers: this list is all that there is."""
        self.files = Files(
            (
                ("static", self.static_paths),
                ("templates", collect_static_paths(["voila", "nbconvert"], TEMPLATE)),
                *(
                    (
                        f"labextensions/{name}",
                        [f"{folder}/{name}" for folder in get_voila_labextensions_path()],
                    )
                    for name in EXTENSIONS
                ),
            )
        )
        self.voila_configuration.page_config_hook = self._page_config
        root = {"root": self.options.root}
        dashboard = root | {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        return [
            (r"/(healthz|readyz|metrics)", Health, {"kernels": self.kernel_manager}),
            (r"/", pages.Front, root),
            (r"/voila/render/([^/]+)", pages.Dashboard, dashboard),
            (r"/voila/(static|labextensions)/(\w+)/(.+)", FileHandler, {"files": self.files}),
            (rf"/voila/(templates)/({TEMPLATE})/static/(.+)", FileHandler, {"files": self.files}),
            (rf"/voila/api/session/{KERNEL}", pages.Session),
            (rf"/voila/api/shutdown/{KERNEL}", pages.Shutdown),
            (rf"/api/kernels/{KERNEL}", pages.Kernel),
            (rf"/api/kernels/{KERNEL}/channels", ChannelsHandler),
        ]

    def _page_config(self, found: dict[str, Any], **_: object) -> dict[str, Any]:
        """Return what a page is told: versioned addresses, and the reference of this visit."""
        return found | {
            "fullStaticUrl": f"{self.base_url}voila/static/{self.files.version}",
            "fullLabextensionsUrl": f"{self.base_url}voila/labextensions/{self.files.version}",
            "reference": visit.get().reference,
        }

    def listen(self) -> None:
        """Serve until a signal says otherwise."""
        for name in ("tornado.access", "tornado.application", "tornado.general"):
            logging.getLogger(name).parent = self.log
        self.app.listen(self.port, self.ip, max_body_size=64_000, max_buffer_size=1_000_000)
        self.ioloop = IOLoop.current()
        loop = asyncio.get_event_loop()
        for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(told) != signal.SIG_IGN:  # nohup means: go on
                loop.add_signal_handler(told, self.ioloop.stop)
        loop.run_in_executor(None, self.files.warm)
        watch = PeriodicCallback(self._look, 1000 * self.options.tick)
        watch.start()
        self._announce()
        try:
            self.ioloop.start()
        finally:
            watch.stop()
            self.stop()

    async def _look(self) -> None:
        if self.options.child and os.getppid() == 1:
            self.ioloop.stop()
        await self.kernel_manager.look()

    def _announce(self) -> None:
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        address = f"http://{host}:{self.port}/"
        if self.options.announce == "json":
            print(json.dumps({"address": address}), flush=True)
        elif self.options.announce:
            print(f"Dashboards  {address}\nCtrl-C ends them.", flush=True)

    def stop(self) -> None:
        """End the kernels, then remove what was theirs."""
        self.ioloop.run_sync(lambda: self.kernel_manager.shutdown_all(now=True))
        shutil.rmtree(self.connection_dir_root, ignore_errors=True)


def serve(options: Options, *, secret: str, login: str) -> None:
    """Serve the dashboards as the options say, until a signal."""
    app = Dashboards.instance(config=_config(options))
    app.options, app.secret, app.login = options, secret, login
    app.initialize([])
    app.start()


def _config(options: Options) -> Config:
    return Config(
        {
            "Application": {"log_format": "%(asctime)s %(levelname)s %(message)s"},
            "Voila": {
                "ip": options.host,
                "port": options.port,
                "open_browser": False,
                "root_dir": options.root,
                "connection_dir_root": _short_folder(options.folder),
                "identity_provider_class": Visitors,
                "kernel_websocket_connection_class": Channels,
            },
            "VoilaConfiguration": {
                "template": TEMPLATE,
                "allow_template_override": "NO",
                "allow_theme_override": "NO",  # the page chooses between light and dark itself
                "strip_sources": True,
                "show_tracebacks": False,
                "multi_kernel_manager_class": PageKernels,
                "extension_allowlist": EXTENSIONS,
            },
            "VoilaExecutor": {"timeout": options.cell_timeout, "startup_timeout": 60},
            "PageKernels": {
                "max_kernels": options.max_kernels,
                "spare": options.spare,
                "first_grace": options.first_grace,
                "grace": options.grace,
                "allow_tracebacks": False,
            },
            "KernelManager": {
                "autorestart": False,  # a kernel without its page's widgets helps nobody
                "transport": "ipc",  # sockets in a private folder: any login may connect to a port
                "shutdown_wait_time": SHUTDOWN,
            },
        }
    )


def _short_folder(folder: str) -> str:
    """Return a folder of ours whose path leaves room for the name of a socket: a new one where *folder* is too long."""
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    return tempfile.mkdtemp(prefix="campaignkit-", dir="/tmp")
