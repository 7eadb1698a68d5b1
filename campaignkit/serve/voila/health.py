"""Whether the server lives, whether it has room, and its figures: for who runs it, not for viewers."""

from __future__ import annotations

import json

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError, RequestHandler

from campaignkit.serve.voila.kernels import PageKernels
from campaignkit.serve.voila.visitors import SECRET_HEADER, USER_HEADER

THROUGH_A_PROXY = (SECRET_HEADER, USER_HEADER, "X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")


class Health(RequestHandler):
    """Answers directly only: what came through the proxy came from a viewer."""

    def initialize(self, kernels: PageKernels) -> None:
        """Take what the application hands to each request."""
        self.kernels = kernels

    def get(self, what: str) -> None:
        """Answer one of the three."""
        if any(name in self.request.headers for name in THROUGH_A_PROXY):
            raise HTTPError(404)
        self.set_header("Cache-Control", "no-store")
        {"healthz": self._alive, "readyz": self._ready, "metrics": self._figures}[what]()

    def _alive(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("ok\n")

    def _ready(self) -> None:
        kernels = self.kernels
        if kernels.full:
            self.set_status(503)
        self.finish(json.dumps({"kernels": len(kernels.pages), "max_kernels": kernels.max_kernels}))

    def _figures(self) -> None:
        kernels = self.kernels
        figures = (
            ("kernels", "gauge", "Kernels of pages, without the spare one", len(kernels.pages)),
            ("spare", "gauge", "Kernels that are ready for the next page", int(kernels.ready)),
            ("kernels_max", "gauge", "Kernels that may run at once", kernels.max_kernels),
            (
                "connections",
                "gauge",
                "Pages that are connected",
                len(ZMQChannelsWebsocketConnection._open_sockets),  # noqa: SLF001 - told to nobody
            ),
            ("kernels_started_total", "counter", "Kernels started", kernels.started),
            (
                "kernels_abandoned_total",
                "counter",
                "Kernels ended because their page was gone",
                kernels.ended_alone,
            ),
            ("kernels_died_total", "counter", "Kernels that died by themselves", kernels.died),
            ("refused_total", "counter", "Pages refused for want of room", kernels.refused),
        )
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        for name, kind, text, value in figures:
            self.write(f"# HELP campaignkit_dashboards_{name} {text}.\n")
            self.write(
                f"# TYPE campaignkit_dashboards_{name} {kind}\ncampaignkit_dashboards_{name} {value}\n"
            )
        self.finish()

    def write_error(self, status_code: int, **_: object) -> None:
        """Say no more than the status."""
        self.set_status(status_code)
        self.finish()
