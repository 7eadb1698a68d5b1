"""The environment, read once into a value: the one place that reads `os.environ`."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; a command-line option or an argument of `open` wins over each of these."""

    db: str | None = None
    workspace: str | None = None
    role: str | None = None
    actor: str = "unknown"
    ctn_key: str | None = field(default=None, repr=False)  # a secret, and tracebacks show values
    proxy_secret: str | None = field(default=None, repr=False)
    cache: Path | None = None
    query: str = ""  # of the address that a dashboard was opened with; Voila hands it to the kernel


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the environment variables `CAMPAIGNKIT_…` spell; empty ones count as unset."""

    def given(name: str) -> str | None:
        return environ.get(f"CAMPAIGNKIT_{name}") or None

    return Settings(
        db=given("DB"),
        workspace=given("WORKSPACE"),
        role=given("ROLE"),
        actor=given("AS") or _login_name(),
        ctn_key=given("CTN_KEY"),
        proxy_secret=given("PROXY_SECRET"),
        cache=_cache_folder(environ),
        query=environ.get("QUERY_STRING", ""),
    )


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without an account, as in some containers
        return str(os.getuid())


def _cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Return where compiled SQL is kept: a private folder of the user, or None where there is no home."""
    base = environ.get("XDG_CACHE_HOME") or (environ.get("HOME") and f"{environ['HOME']}/.cache")
    return Path(base, "campaignkit") if base else None
