"""The browser's part: hand-written files in static/, joined into one module and one style sheet.

A widget's module cannot import its neighbours, so the parts share one scope in this order; there is no build.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "static"
SCRIPTS = (
    "dom",
    "controls",
    "line",
    "menu",
    "address",
    "head",
    "tiles",
    "filters",
    "table",
    "listing",
    "charts",
    "overview",
    "pick",
    "recipients",
    "errors",
    "exports",
    "audit",
    "ask",
    "actions",
    "detail",
    "browser",
)
STYLES = ("tokens", "ck", "list", "detail", "tabs")


def script(*names: str) -> str:
    """Return a widget's module: the browser's, unless other parts are named."""
    return _joined(names or SCRIPTS, "js")


def style(*names: str) -> str:
    """Return a widget's style sheet: the browser's, unless other parts are named."""
    return _joined(names or STYLES, "css")


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((FOLDER / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)
