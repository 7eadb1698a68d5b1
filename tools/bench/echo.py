"""A widget that does nothing but answer an empty message with another."""

from __future__ import annotations

import anywidget


class Echo(anywidget.AnyWidget):
    """Its page finds the round trip as `window.roundTrip()`, in milliseconds."""

    _esm = """
    export default { render({ model }) {
      window.roundTrip = () => new Promise((done) => {
        const began = performance.now();
        const answered = () => { model.off("msg:custom", answered); done(performance.now() - began); };
        model.on("msg:custom", answered);
        model.send({});
      });
    } };
    """

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(lambda *_: self.send({}))
