"""The environment, read once into a value: the one place that reads `os.environ`."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from campaignkit.domain.errors import InvalidInput

MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; a command-line option or an argument of `open` wins over each of these."""

    db: str | None = None
    workspace: str | None = None
    role: str | None = None
    actor: str | None = None
    account: str = "unknown"  # of the operating system
    ctn_key: str | None = field(default=None, repr=False)  # a secret, and tracebacks show values
    proxy_secret: str | None = field(default=None, repr=False)
    cache: Path | None = None
    exports: Path | None = None  # where the toolkit keeps its copies of exports
    export_ttl: timedelta = timedelta(hours=1)  # R64
    query: str = ""  # of the address that a dashboard was opened with; Voila hands it to the kernel

    @property
    def person(self) -> str:
        """Return who acts where no database says who that is."""
        return self.actor or self.account


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the environment variables `CAMPAIGNKIT_…` spell; empty ones count as unset."""

    def given(name: str) -> str | None:
        return environ.get(f"CAMPAIGNKIT_{name}") or None

    return Settings(
        db=given("DB"),
        workspace=given("WORKSPACE"),
        role=given("ROLE"),
        actor=given("AS"),
        account=_login_name(),
        ctn_key=given("CTN_KEY"),
        proxy_secret=given("PROXY_SECRET"),
        cache=_home_folder(environ, "XDG_CACHE_HOME", ".cache"),
        exports=_exports_folder(environ),
        export_ttl=_minutes(given("EXPORT_MINUTES"), default=60),
        query=environ.get("QUERY_STRING", ""),
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without an account, as in some containers
        return str(os.getuid())


def _home_folder(environ: Mapping[str, str], variable: str, default: str) -> Path | None:
    """Return a private folder of the user, such as the one for compiled SQL, or None where there is no home."""
    base = environ.get(variable) or (environ.get("HOME") and f"{environ['HOME']}/{default}")
    return Path(base, "campaignkit") if base else None


def _exports_folder(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("CAMPAIGNKIT_EXPORTS")
    if named:
        return Path(named).expanduser()
    home = _home_folder(environ, "XDG_DATA_HOME", ".local/share")
    return home and home / "exports"


def _minutes(text: str | None, *, default: int) -> timedelta:
    try:
        minutes = float(text) if text else default
    except ValueError:
        minutes = 0
    if not 0 < minutes <= MOST_MINUTES:
        raise InvalidInput(
            f"CAMPAIGNKIT_EXPORT_MINUTES={text!r} is no time to keep an export: give minutes, at most {MOST_MINUTES}"
        )
    return timedelta(minutes=minutes)


def kernel_environment(home: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which a report's notebook runs: the same wherever, and nothing of the user's in it."""
    kept = {name: environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in environ}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "POLARS_MAX_THREADS": "1",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
    }
