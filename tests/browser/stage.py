"""The widget on a page of its own: its module in a browser, its kernel side in this process, nothing in between.

What Jupyter would carry, `Stage` carries, at once or when the test lets it; so the states of a bad line can be had.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from campaignkit.ui.answering import Answering
from tests.browser.screen import Screen

ADDRESS = "http://127.0.0.1/stage"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Stage</title><link rel="icon" href="data:,">
<style>html, body { margin: 0; background: Canvas; color-scheme: light dark } #stage { padding: 12px 16px }</style>
<body data-jp-theme-light="true"><div id="stage"></div></body></html>"""
SHOW = """async ([module, style, state]) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const handlers = { change: new Set(), "msg:custom": new Set() };
  const kernel = { status: "idle", connectionStatus: "connected", reconnect: async () => { window.reconnects += 1; } };
  window.reconnects = 0;
  window.kernel = kernel;
  window.told = (news) => { Object.assign(state, news); for (const handler of handlers.change) handler(); };
  window.handed = (message) => { for (const handler of handlers["msg:custom"]) handler(message, []); };
  window.show = async () => {
    const { default: widget } = await import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })));
    const model = {
      get: (name) => state[name],
      on: (name, handler) => handlers[name].add(handler),
      off: (name, handler) => handlers[name].delete(handler),
      send: (message) => window.wished(JSON.stringify(message)),
      widget_manager: { kernel },
    };
    window.gone = widget.render({ model, el: document.getElementById("stage") });
  };
  await window.show();
}"""


@dataclass
class Stage:
    """A page and the kernel side that answers it; `silent` keeps the answers back until `speak`."""

    page: Page
    browser: Answering
    silent: bool = False
    wishes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    answering: bool = False

    def open(self, query: str = "") -> Screen:
        """Show the widget at an address with that query."""
        self.page.route(
            f"{ADDRESS}**",
            lambda route: route.fulfill(body=PAGE, headers={"content-type": "text/html; charset=utf-8"}),
        )
        self.page.goto(f"{ADDRESS}{query}")
        self.page.expose_function("wished", self._wished)
        self.browser.send = self._hand  # type: ignore[method-assign]
        self.browser.send_state = self._tell_early  # type: ignore[method-assign, assignment]
        self.page.evaluate(SHOW, [str(self.browser._esm), str(self.browser._css), self._state()])
        return Screen(self.page, self.page.locator(".ck"))

    def events(self) -> list[str]:
        """Return what the page has asked for so far."""
        return [str(message["event"]) for message in self.wishes]

    def speak(self) -> None:
        """Give the answers that were kept back, one after the other: what comes in meanwhile has its turn."""
        self.silent, self.answering = False, True
        while self.kept:
            self._answer(self.kept.pop(0))
        self.answering = False

    def tell(self) -> None:
        """Let the page know the kernel's state as it is."""
        self.page.evaluate("news => told(news)", self._state())

    def _wished(self, text: str) -> None:
        message = json.loads(text)
        self.wishes.append(message)
        self.kept.append(message)
        if not (self.silent or self.answering):
            self.speak()

    def _answer(self, message: dict[str, Any]) -> None:
        self.browser._receive(self.browser, message, [])
        self.tell()

    def _hand(self, message: dict[str, Any], buffers: object = None) -> None:
        assert not buffers, "the stage carries no bytes"
        self.page.evaluate("message => handed(message)", message)

    def _tell_early(self, key: str | set[str]) -> None:
        if isinstance(key, str):  # else it is the whole answer, which `tell` carries
            self.page.evaluate("news => told(news)", {key: self._state()[key]})

    def _state(self) -> dict[str, Any]:
        names = self.browser.trait_names(sync=True)
        return json.loads(  # type: ignore[no-any-return]
            json.dumps(
                {name: getattr(self.browser, name) for name in names if not name.startswith("_")}, default=str
            )
        )
