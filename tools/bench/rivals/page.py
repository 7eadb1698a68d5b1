"""A rival's page: four buttons that ask the kernel, the table that is handed the answer, and the product beside it.

Each rival is used as fast as its documentation lets it be: the table stands in the page from the beginning and gets new
rows, and no option is on that nobody asked for. Their cells are plain text, where the product draws marks and bars.
"""

from __future__ import annotations

import io
import site
from collections.abc import Callable, Iterator
from itertools import cycle, repeat
from typing import Any

import ipywidgets
import polars as pl
import traitlets
from IPython.display import display

import campaignkit
from tools.bench.questions import RECIPIENTS, Questions
from tools.bench.rivals.install import packages

Put = Callable[[pl.DataFrame], object]
HEIGHT = "420px"  # with room for more rows than compare.SEEN


def show(name: str) -> None:
    """Show the rival of that name and the product, side by side."""
    site.addsitedir(str(packages()))
    kit = campaignkit.open()
    theirs, ours = _rival(name, Questions(kit)), campaignkit.ui.CampaignBrowser(kit, refresh=None)
    half = ipywidgets.Layout(width="50%", overflow="hidden")
    display(ipywidgets.HBox([ipywidgets.VBox(theirs, layout=half), ipywidgets.VBox([ours], layout=half)]))


def _rival(name: str, questions: Questions) -> list[ipywidgets.Widget]:
    """Return the buttons and the table. "Open" shows the recipients in it, so that the tab has only to bring others.

    One table for both, since a page draws no more than one of Perspective's: the second defines its elements again.
    """
    table, put = RIVALS[name](questions.ask("page", False))
    raised = ipywidgets.Label().add_class("rival-raised")

    def button(name: str, action: str, ways: Iterator[bool]) -> ipywidgets.Widget:
        def clicked(_: object) -> None:
            try:
                put(questions.ask(action, next(ways)))
            except Exception as error:
                raised.value = f"{type(error).__name__}: {error}"
                raise

        button = ipywidgets.Button(description=name).add_class(f"do-{name}")
        button.on_click(clicked)
        return button

    buttons = [
        *(button(action, action, cycle((True, False))) for action in ("filter", "sort", "page")),
        button("open", "tab", repeat(False)),
        button("tab", "tab", cycle((True, False))),
    ]
    layout = ipywidgets.Layout(height=HEIGHT, overflow="auto")
    return [ipywidgets.HBox([*buttons, raised]), ipywidgets.Box([table], layout=layout).add_class("rival")]


def _itables(frame: pl.DataFrame) -> tuple[Any, Put]:
    from itables.widget import ITable

    corners = dict.fromkeys(("topStart", "topEnd", "bottomStart", "bottomEnd"))
    widget = ITable(frame, paging=False, layout=corners, maxBytes=0)
    return widget, widget.update


def _ipydatagrid(frame: pl.DataFrame) -> tuple[Any, Put]:
    import pandas as pd
    from ipydatagrid import DataGrid

    def taken(frame: pl.DataFrame) -> Any:
        return pd.DataFrame(frame.to_dict(as_series=False))

    def put(frame: pl.DataFrame) -> None:
        widget.data = taken(frame)

    layout = ipywidgets.Layout(width="100%", height="400px")
    widget = DataGrid(taken(frame), base_column_size=110, layout=layout)  # else it writes "d340a…" for an id
    return widget, put


def _perspective(frame: pl.DataFrame) -> tuple[Any, Put]:
    import perspective
    from perspective.widget import PerspectiveWidget

    def arrow(frame: pl.DataFrame) -> bytes:
        to = io.BytesIO()
        frame.write_ipc_stream(to, compat_level=pl.CompatLevel.oldest())
        return to.getvalue()

    # its page takes no other table later on, so this one has the columns of both lists, and shows those of one
    later = [pl.lit(None, pl.String).alias(name) for name in RECIPIENTS if name not in frame.columns]
    whole = frame.with_columns(later)
    table = perspective.Server().new_local_client().table(arrow(whole))
    widget = PerspectiveWidget(table, settings=False, columns=frame.columns)
    widget.layout = ipywidgets.Layout(width="100%", height="400px")

    def put(frame: pl.DataFrame) -> None:
        table.replace(arrow(pl.concat([whole.clear(), frame], how="diagonal")))
        widget.columns = frame.columns  # sent only if they are others

    return widget, put


def _ipyvuetify(frame: pl.DataFrame) -> tuple[Any, Put]:
    from ipyvuetify import VuetifyTemplate

    class Table(VuetifyTemplate):  # type: ignore[misc]
        """Rows that the kernel pages, as its documentation does it."""

        template = traitlets.Unicode(TEMPLATE).tag(sync=True)
        headers = traitlets.List().tag(sync=True)
        items = traitlets.List().tag(sync=True)

    def headers(frame: pl.DataFrame) -> list[dict[str, Any]]:
        return [{"title": name, "key": name, "sortable": False} for name in frame.columns]

    def put(frame: pl.DataFrame) -> None:
        widget.headers = headers(frame)  # sent only if they are others
        widget.items = frame.to_dicts()

    widget = Table(headers=headers(frame), items=frame.to_dicts())
    return widget, put


TEMPLATE = """
<template>
  <v-data-table-server :headers="headers" :items="items" :items-length="items.length" :items-per-page="50"
    density="compact" hide-default-footer></v-data-table-server>
</template>
"""
RIVALS: dict[str, Callable[[pl.DataFrame], tuple[Any, Put]]] = {
    "itables": _itables,
    "ipydatagrid": _ipydatagrid,
    "Perspective": _perspective,
    "ipyvuetify": _ipyvuetify,
}
