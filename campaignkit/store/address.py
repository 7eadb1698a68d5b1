"""The address of a PostgreSQL database: how it is reached, and what messages call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from campaignkit.domain.errors import InvalidInput

SCHEMES = ("postgresql://", "postgres://")
NAMED = ("user", "host", "port", "dbname", "service")  # what a name shows; everything else may hold a secret
DEFAULTS: Mapping[str, Any] = {  # where neither the address nor the environment says otherwise
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,  # a server whose cable was cut is noticed after a minute, not after two hours
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


class Address:
    """Where a database is. Its password is neither in its name nor in its repr."""

    def __init__(self, url: str) -> None:
        _check_spelling(url)
        try:
            given: dict[str, Any] = conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # which may quote a password
            raise InvalidInput(
                "this is no address of a PostgreSQL database: write postgresql://LOGIN@HOST:PORT/DATABASE, with what"
                " libpq knows after a ?"
            ) from None
        elsewhere = {
            option.keyword.decode()
            for option in Conninfo.get_defaults()
            if option.val is not None and option.val != option.compiled
        }
        ours = {key: value for key, value in DEFAULTS.items() if key not in elsewhere}
        fixed = {"client_encoding": "UTF8", "fallback_application_name": "campaignkit"}
        self.name = _without_secrets(given)
        # closures: what shows attributes, shows no password
        self.whole: Callable[[], str] = lambda: url
        self._parameters: Callable[[], dict[str, Any]] = lambda: ours | given | fixed

    def __repr__(self) -> str:
        return f"Address({self.name!r})"

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection; raises `psycopg.OperationalError`."""
        return psycopg.connect(autocommit=True, **self._parameters())


def _check_spelling(url: str) -> None:
    """Refuse an address that libpq would take apart in the middle of a password: half of it would be shown."""
    body = url.split("://", 1)[-1].split("?", 1)[0]
    if body.count("@") > 1 or "@" in body.partition("/")[2]:
        raise InvalidInput(
            "the address of the database has an @ or a / too many: inside a login or a password write %40 for @ and"
            " %2F for /"
        )


def _without_secrets(given: Mapping[str, Any]) -> str:
    shown = {key: str(given[key]) for key in NAMED if given.get(key)}
    user, host = shown.get("user"), shown.get("host", "")
    more = {key: shown[key] for key in ("service",) if key in shown}
    if host.startswith("/") or "," in host:  # sockets, or several hosts
        more |= {key: shown[key] for key in ("host", "port") if key in shown}
        host = ""
    port = f":{shown['port']}" if "port" in shown and "port" not in more else ""
    where = f"{quote(user, safe='')}@" if user else ""
    where += f"[{host}]" if ":" in host else host
    query = f"?{urlencode(more, safe='/,')}" if more else ""
    return f"postgresql://{where}{port}/{quote(shown.get('dbname', ''), safe='')}{query}"
