"""What the environment says, read into a value."""

from __future__ import annotations

import getpass
from datetime import timedelta
from pathlib import Path

import pytest

from campaignkit.settings import Settings, from_environment


def test_every_variable_has_its_place() -> None:
    given = {
        "CAMPAIGNKIT_DB": "sample.duckdb",
        "CAMPAIGNKIT_WORKSPACE": "retail",
        "CAMPAIGNKIT_ROLE": "operator",
        "CAMPAIGNKIT_AS": "ann",
        "CAMPAIGNKIT_CTN_KEY": "k" * 32,
        "CAMPAIGNKIT_EXPORT_MINUTES": "90",
        "HOME": "/home/ann",
        "DB": "another.duckdb",
    }
    assert from_environment(given) == Settings(
        db="sample.duckdb",
        workspace="retail",
        role="operator",
        actor="ann",
        account=getpass.getuser(),
        ctn_key="k" * 32,
        cache=Path("/home/ann/.cache/campaignkit"),
        exports=Path("/home/ann/.local/share/campaignkit/exports"),
        export_ttl=timedelta(minutes=90),
    )


def test_exports_are_kept_where_one_says() -> None:
    named = from_environment({"CAMPAIGNKIT_EXPORTS": "/srv/exports", "HOME": "/home/ann"})
    assert named.exports == Path("/srv/exports")
    data = from_environment({"XDG_DATA_HOME": "/data", "HOME": "/home/ann"})
    assert data.exports == Path("/data/campaignkit/exports")


def test_nothing_and_empty_are_the_same() -> None:
    names = ("DB", "WORKSPACE", "ROLE", "AS", "CTN_KEY", "EXPORTS", "EXPORT_MINUTES")
    assert from_environment({}) == from_environment({f"CAMPAIGNKIT_{name}": "" for name in names})
    assert from_environment({}).db is None
    assert from_environment({}).cache is None, "where there is no home, nothing is kept"


def test_the_cache_goes_where_the_user_wants_caches() -> None:
    assert from_environment({"XDG_CACHE_HOME": "/c", "HOME": "/h"}).cache == Path("/c/campaignkit")
    assert from_environment({"XDG_CACHE_HOME": "", "HOME": "/h"}).cache == Path("/h/.cache/campaignkit")


def test_whoever_acts_is_the_account_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    assert (from_environment({}).actor, from_environment({}).person) == (None, "kim")
    assert from_environment({"CAMPAIGNKIT_AS": "ann"}).person == "ann"


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert from_environment({}).person == "4711"


def test_the_key_is_never_printed() -> None:
    assert "secret" not in repr(from_environment({"CAMPAIGNKIT_CTN_KEY": "secret"}))
