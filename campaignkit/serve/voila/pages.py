"""What is answered at the few addresses that there are: a dashboard, the list of them, how a page is doing, its end."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from voila.handler import VoilaHandler

from campaignkit.serve.voila import visitors
from campaignkit.serve.voila.kernels import PageKernels

RETRY = 5  # seconds until a page that found no room asks again

WORDS = {
    HTTPStatus.BAD_REQUEST: ("This address cannot be read", "Check it, or begin at the list of dashboards."),
    HTTPStatus.FORBIDDEN: (
        "You are not signed in here",
        "Open the dashboards by the address that you were given, and sign in there.",
    ),
    HTTPStatus.NOT_FOUND: ("There is no such page", "The address may be misspelt, or of another version."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Dashboards are read-only", "Nothing can be changed here."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "All places are taken",
        "As many dashboards are open as this server can serve. This page tries again by itself.",
    ),
}
OTHERWISE = ("This page could not be made", "Reload it to try again. If it stays so, tell the reference.")


def notebooks(root: str) -> list[str]:
    """Return the names of the dashboards: the notebooks in the folder itself, and nothing below it."""
    folder = Path(root).resolve()
    return sorted(
        path.name
        for path in folder.glob("*.ipynb")
        if not path.name.startswith(".") and path.resolve().parent == folder
    )


class Ours(JupyterHandler):
    """A page that is answered in our words, whatever happens, with a reference that stands in the log."""

    kernel_manager: PageKernels

    async def prepare(self) -> None:  # type: ignore[override]
        """Begin the visit, then find out who is asking."""
        self.visit = visitors.begin()
        await super().prepare()

    def get_login_url(self) -> str:
        """Refuse who is not known; there is no form to send them to."""
        raise HTTPError(403)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer in words, without a word of what went wrong inside."""
        title, sentence = WORDS.get(HTTPStatus(status_code), OTHERWISE)
        if status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.set_header("Retry-After", str(RETRY))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(
            self.page(
                "error.html",
                title=title,
                sentence=sentence,
                status_code=status_code,
                reference=getattr(self, "visit", visitors.NOBODY).reference,
                retry=RETRY if status_code == HTTPStatus.SERVICE_UNAVAILABLE else None,
            )
        )

    def page(self, template: str, **values: object) -> str:
        """Return one of our own pages."""
        found: str = (
            self.settings["voila_jinja2_env"].get_template(template).render(base_url=self.base_url, **values)
        )
        return found


class Missing(Ours):
    """Every address that is not one of ours."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Say that there is nothing."""
        await super().prepare()
        raise HTTPError(404)


class Front(Ours):
    """The list of the dashboards."""

    def initialize(self, root: str) -> None:
        """Take what the application hands to each request."""
        self.root = root

    def get(self) -> None:
        """Answer with a link for each."""
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.page("tree.html", notebooks=notebooks(self.root)))


class Dashboard(Ours, VoilaHandler):  # type: ignore[misc]
    """A dashboard, drawn by a kernel of its own."""

    def initialize(self, root: str, **voila: Any) -> None:
        """Take what the application hands to each request."""
        super().initialize(**voila)
        self.root = root

    def head(self, name: str) -> None:
        """Tell whether there is such a dashboard and room for it, without a kernel."""
        self._check(name)
        self.set_header("Cache-Control", "no-store")
        self.finish()

    async def get(self, name: str) -> None:
        """Answer with the dashboard, as far as it is drawn, until it is."""
        self._check(name)
        if self.request.headers.get("Sec-Fetch-Dest", "document") not in {"document", "iframe", "empty"}:
            raise HTTPError(403, "a page of somebody else has a picture or a script of this address")
        if "prefetch" in self.request.headers.get("Sec-Purpose", ""):
            raise HTTPError(403, "a browser guesses that somebody might open this")
        self.visit.owner = visitors.welcome(self)
        try:
            async for html in self.get_generator(path=name):
                self.write(html)
                await self.flush()
        finally:
            self._hand_over()

    def _check(self, name: str) -> None:
        if name not in notebooks(self.root):
            raise HTTPError(404)
        if self.kernel_manager.full:
            self.kernel_manager.refused += 1
            raise HTTPError(503, "no room for another kernel")

    def on_connection_close(self) -> None:
        """Note that nobody waits for the page any more."""
        super().on_connection_close()
        self._hand_over()

    def _hand_over(self) -> None:
        kernel_id = self.visit.kernel_id
        if kernel_id is None:
            return
        if self.request.connection.stream.closed():  # type: ignore[union-attr]
            IOLoop.current().add_callback(self.kernel_manager.end, kernel_id)
        else:
            self.kernel_manager.rendered(kernel_id)


class OfAKernel(APIHandler):
    """What a page asks about its own kernel; everybody else is told that there is none."""

    kernel_manager: PageKernels

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out who is asking."""
        visitors.begin()
        await super().prepare()

    def check(self, kernel_id: str) -> None:
        """Refuse everybody but the owner, in the same words whether there is such a kernel or not."""
        if not self.kernel_manager.belongs(kernel_id, visitors.owner_of(self)):
            raise HTTPError(404)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say no more than the status."""
        self.set_status(status_code)
        self.finish(json.dumps({"message": HTTPStatus(status_code).phrase}))


class Kernel(OfAKernel):
    """The front end asks for this before it connects."""

    def get(self, kernel_id: str) -> None:
        """Answer with the kernel's model."""
        self.check(kernel_id)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(self.kernel_manager.kernel_model(kernel_id)))  # type: ignore[no-untyped-call]


class Session(OfAKernel):
    """The page asks every few seconds how its kernel is, so that it can say at once what it has lost."""

    def get(self, kernel_id: str) -> None:
        """Answer whether there is a kernel, whether the page is connected to it, and whether another would fit."""
        kernels = self.kernel_manager
        owned = kernels.belongs(kernel_id, visitors.owner_of(self))
        self.set_header("Cache-Control", "no-store")
        self.finish(
            json.dumps(
                {
                    "kernel": owned,
                    "connected": owned and kernels.connections(kernel_id) > 0,
                    "room": not kernels.full,
                }
            )
        )


class Shutdown(OfAKernel):
    """Where a page that is closed says so."""

    def post(self, kernel_id: str) -> None:
        """End the page's kernel; nobody waits for the answer."""
        self.check(kernel_id)
        IOLoop.current().add_callback(self.kernel_manager.end, kernel_id)
        self.set_status(204)
        self.finish()
