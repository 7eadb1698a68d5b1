"""A real handshake: what the address says about TLS is done, and who is not who they should be, gets no password.

The server that CAMPAIGNKIT_TEST_POSTGRES names speaks for itself; the wheel's has no TLS, so something stands before it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict

import campaignkit
from campaignkit import cli
from campaignkit.domain.errors import StoreUnreachable
from campaignkit.kit import database
from tests import world
from tests.postgres import NAMED, PREPARED, Server
from tests.proxy import speaking_tls

LOGIN = "tess"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


def openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("TLS is not tested: openssl, which makes the certificates, is not on PATH")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def authority(folder: Path, name: str) -> Path:
    """Make an authority of our own; return its certificate, beside which its key lies."""
    openssl(folder, "req", "-x509", *KEY, "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    return folder / f"{name}.pem"


@contextmanager
def before(server: Server, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield how *server* is reached through what speaks TLS, with a certificate for localhost."""
    ca = authority(folder, "ours")
    openssl(
        folder,
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "key",
        "-out",
        "asked",
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    openssl(folder, "x509", "-req", "-in", "asked", "-CA", ca.name, "-CAkey", "ours.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "certificate")  # fmt: skip
    with speaking_tls(server, folder / "certificate", folder / "key") as port:
        yield {
            "host": "localhost",
            "hostaddr": "127.0.0.1",
            "port": port,
            "sslrootcert": ca,
            "gssencmode": "disable",
        }


@contextmanager
def itself(server: Server) -> Iterator[dict[str, Any]]:
    """Yield how the named server is reached, if it offers TLS and its address tells by which authority."""
    given = conninfo_to_dict(server.address)
    with server.connect() as connection:
        if not connection.pgconn.ssl_in_use or "sslrootcert" not in given:
            pytest.skip(f"TLS is not tested: {NAMED} names a server without it, or no sslrootcert=")
        info = connection.info
        found = {"host": info.host, "hostaddr": info.hostaddr, "port": info.port}
    yield found | {"sslrootcert": given["sslrootcert"]}


@pytest.fixture(scope="module")
def reached(prepared: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Return how a database with one campaign is reached by TLS."""
    name = prepared.create("secured", template=PREPARED)
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
    prepared.login(LOGIN, "campaignkit_viewer")
    way = itself(prepared) if prepared.folder is None else before(prepared, tmp_path_factory.mktemp("tls"))
    with way as found:
        yield {"dbname": name, "sslmode": "verify-full"} | found
    prepared.drop(name)


def url(reached: dict[str, Any], **other: Any) -> str:
    given = reached | other
    host, port, name = (given.pop(key) for key in ("host", "port", "dbname"))
    return f"postgresql://{LOGIN}@{host}:{port}/{name}?" + "&".join(
        f"{key}={quote(str(value), safe='')}" for key, value in given.items()
    )


def refused(address: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one sentence that both the package and the command line say."""
    with pytest.raises(StoreUnreachable, match="and this machine do not agree on TLS") as error:
        campaignkit.open(address)
    assert cli.main(["kpis", "--db", address]) == 1
    said = str(error.value)
    assert capsys.readouterr() == ("", f"campaignkit: {said}\n") and said.endswith("see docs/postgresql.md")
    return said


def test_a_server_that_proves_who_it_is_is_asked(reached: dict[str, Any]) -> None:
    kit = campaignkit.open(url(reached), workspace="master")
    assert kit.campaigns.page().total == 1
    with kit._store.reading() as session:
        assert session.connection.pgconn.ssl_in_use


def test_a_server_of_another_authority_is_refused(
    reached: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(url(reached, sslrootcert=authority(tmp_path, "theirs")), capsys)
    assert "certificate verify failed" in said
    said = refused(url(reached, sslrootcert=tmp_path / "none.pem"), capsys)
    assert "none.pem" in said and "does not exist" in said


def test_a_server_of_another_name_is_refused(
    reached: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(url(reached, host="elsewhere.invalid"), capsys)
    assert 'does not match host name "elsewhere.invalid"' in said
