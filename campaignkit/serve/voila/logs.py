"""The launcher's log: who may read it may not thereby enter a page."""

from __future__ import annotations

import logging
import re

from tornado.web import RequestHandler
from traitlets.config.application import LevelFormatter
from traitlets.log import get_logger

from campaignkit.serve.voila.visitors import visit

_IDENTIFIER = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Discreet(LevelFormatter):
    """Cuts every UUID to its first eight digits, and names the page that a line is about."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        text = _IDENTIFIER.sub(r"\1…", super().format(record))
        reference = visit.get().reference
        return f"{text} (reference {reference})" if reference and reference not in text else text


def request(handler: RequestHandler) -> None:
    """Log a request that was not answered well."""
    status = handler.get_status()
    if status >= 400:
        log = get_logger()
        took = 1000 * handler.request.request_time()
        (log.error if status >= 500 and status != 503 else log.info)(
            "%d %s %s %.0f ms", status, handler.request.method, handler.request.path, took
        )
