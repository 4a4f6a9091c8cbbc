"""doveconf of 2.4 beside us: settings that name files, what groups refuse, and a name that crashes it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from tests.dovecot.harness.installations import Installation, UnavailableError, find_24
from tests.fuzz.verdicts import Doveconf, own_verdict

pytestmark = pytest.mark.dovecot

VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
TEXTS = (
    "ssl_server_cert_file = /nonexistent\n",
    "ssl_server_cert_file = cert.pem\n",
    "ssl_server_cert_file = inline:foo\n",
    'ssl_server_cert_file = "inline:"\n',
    "ssl_server_cert_file = /tmp\n",
    "ssl_server_cert_file = /tmp/%{x}\n",
    "ssl_server_cert_file = %{x\n",
    "ssl_server_cert_file = $SET:mail_home\n",
    "mail_home = /etc/hostname\nssl_server_cert_file = $SET:mail_home\n",
    "mail_home = inline:foo\nssl_server_cert_file = $SET:mail_home\n",
    "mail_home = cert.pem\nssl_server_cert_file = $SET:mail_home\n",
    "ssl_server {\n  cert_file = cert.pem\n  key_file = nofile\n}\n",
    "crypt_private_key_file = nofile\n",
    "crypt_private_key_file = nofile\ncrypt_private_key_file = cert.pem\n",
    "crypt_private_key_file = with blanks.pem\n",
    "crypt_private_key_file = ./cert.pem\n",
    'crypt_private_key_file = "  cert.pem"\n',
    "protocol imap {\n  crypt_private_key_file = cert.pem\n}\n",
    "passdb lua {\n  lua_file = nofile\n}\n",
    "passdb lua {\n  file = cert.pem\n}\n",
    "push_notification lua {\n  lua_file = cert.pem\n}\n",
    "group @g x {\n  ssl_server_cert_file = cert.pem\n}\n@g = x\n",
    "group @g x {\n  ssl_server_cert_file = nofile\n}\n",
    "doveadm_proxy_port = 5\n",
    "doveadm_proxy_port {\n}\n",
    "protocol imap {\n  doveadm_proxy_port = 5\n}\n",
    "group @g x {\n  base_dir = /x\n}\n",
    "group @g x {\n  base_dir =\n}\n",
    "group @g x {\n  base_dir {\n  }\n}\n",
    "group @g x {\n  import_environment {\n    A = b\n  }\n}\n",
    "group @g x {\n  import_environment {\n  }\n}\n",
    "group @g x {\n  import_environment/A = b\n}\n",
    "group @g x {\n  import_environment =\n}\n",
    "group @g x {\n  dovecot_storage_version = 2.4.1\n}\n",
    "group @g x {\n  dovecot_config_version = 2.4.1\n}\n",
    "group @g x {\n  namespace inbox {\n    base_dir = /x\n  }\n}\n",
)


@pytest.fixture(scope="module")
def installation() -> Installation:
    try:
        return find_24(os.environ)
    except UnavailableError as error:
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture
def folder(installation: Installation) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as name:
        (Path(name) / "cert.pem").write_text("a certificate\n")
        (Path(name) / "with blanks.pem").write_text("another one\n")
        yield Path(name)


@pytest.mark.parametrize("expanding", [False, True], ids=["as-written", "expanding"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_same_verdict_and_dump(
    text: str, expanding: bool, installation: Installation, folder: Path
) -> None:
    main = folder / "dovecot.conf"
    main.write_text(VERSION_LINES + text)
    theirs = Doveconf(installation).verdict(main, expanding=expanding)
    ours = own_verdict(main, Version.V24, installation.filesystem, {}, expanding=expanding)
    assert ours.error == theirs.error
    if theirs.error is None:
        assert ours == theirs
