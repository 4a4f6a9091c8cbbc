"""The links of an endpoint say where a running Dovecot fails, in its own words, and where it succeeds."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from dovecot_conf import load, user_values
from drivers import DriverRegistry
from drivers.chain import load_chain
from drivers.doctor.endpoint import check_endpoint
from drivers.doctor.endpoint_target import Network, ox_targets
from drivers.doctor.rights import Rights
from mailstore.links import Link, LinkState
from tests.dovecot.certificates import (
    BETWEEN,
    BY_STALE,
    OF_STRANGERS,
    ROOT,
    SELF_SIGNED,
    STALE,
    STRANGERS_BETWEEN,
    WITH_PLACE,
    context_of,
)
from tests.dovecot.endpoints import (
    GOOD,
    Endpoint,
    answering,
    asking_for,
    behaving,
    full,
    greeting,
    hanging_up,
    nobody,
    old_tls,
    plain,
    resetting,
    sending_its_authority,
    silent,
    speaking_tls,
    tls,
    wanting_a_certificate,
    with_userinfo,
)
from tests.dovecot.harness.listener import Answer, Drip, HttpListener, Raw
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import account
from tests.dovecot.http_sides import masked, real_side, without_moment

PUSH = {
    "2.3": "push_notification_driver = ox:url={url} max_retries=0 timeout_msecs=600",
    "2.4": "push_notification ox {{\n  url = {url}\n  http_client_request_timeout = 600ms\n}}\n",
}
CA_FILE = "ssl_client_ca_file = @root@/ca.pem\n"
TLS_13 = CA_FILE + "ssl_min_protocol = TLSv1.3\n"
ANY = "ssl_client_require_valid_cert = no\n"
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Case:
    """An endpoint, and the link that is broken (none: ''); ``says`` stands in what was seen.

    ``words``: Dovecot's line stands in the notes. ``versions`` are those that start with the setting at all.
    """

    endpoint: Endpoint
    broken: str = ""
    says: str = ""
    settings: str = CA_FILE
    words: bool = True
    versions: tuple[str, ...] = ("2.3", "2.4")


def status(code: int, reason: str, *headers: tuple[str, str]) -> Endpoint:
    return lambda: answering(Answer(code, reason, headers))


def over_tls(name: str = "good", *, chain: bool = True) -> Endpoint:
    return lambda: answering(Answer(), context=tls(name, chain=chain))


CASES: Mapping[str, Case] = {
    "fine": Case(status(200, "OK")),
    "no content": Case(status(204, "No Content")),
    "a bracket": Case(
        lambda: plain("http://127.0.0.1:1/a[b"), "url", "invalid character", words=False, versions=("2.3",)
    ),
    "an underscore": Case(
        lambda: plain("http://push_host/"), "url", "Invalid host", words=False, versions=("2.3",)
    ),
    "another scheme": Case(
        lambda: plain("ftp://127.0.0.1/"), "url", "Not an HTTP URL", words=False, versions=("2.3",)
    ),
    "no such name": Case(lambda: plain("http://push.invalid/"), "name", "nobody knows", words=False),
    "nobody there": Case(nobody, "port", "refuses connections"),
    "no answer to a connection": Case(full, "port", "doesn't answer to a connection within 0.6 s"),
    "over TLS": Case(over_tls()),
    "over TLS by an intermediate": Case(over_tls("by an intermediate")),
    "any certificate": Case(over_tls("another host"), settings=ANY),
    "expired": Case(over_tls("expired"), "tls", "ended on"),
    "early": Case(over_tls("early"), "tls", "holds from"),
    "another host": Case(over_tls("another host"), "tls", "is for push.example.org, not for 127.0.0.1"),
    "a stranger": Case(over_tls("a stranger"), "tls", "incomplete"),
    "a stranger's authority": Case(
        lambda: answering(Answer(), context=sending_its_authority()), "tls", "the authority"
    ),
    "system's authorities": Case(over_tls(), "tls", "none of the system's authorities", settings=""),
    "incomplete": Case(over_tls("by an intermediate", chain=False), "tls", "its own certificate alone"),
    "an expired one in between": Case(
        lambda: answering(Answer(), context=context_of(BY_STALE, STALE)), "tls", "/CN=Stale ended on"
    ),
    "incomplete, with the place of its issuer's": Case(
        lambda: answering(Answer(), context=context_of(WITH_PLACE)), "tls", "the issuer /CN=Between"
    ),
    "a stranger's with one in between": Case(
        lambda: answering(Answer(), context=context_of(OF_STRANGERS, STRANGERS_BETWEEN)),
        "tls",
        "none is that of the issuer of /CN=Between others; the issuer /CN=Unknown is none of",
    ),
    "self-signed": Case(
        lambda: answering(Answer(), context=context_of(SELF_SIGNED)), "tls", "is self-signed"
    ),
    "complete": Case(lambda: answering(Answer(), context=context_of(WITH_PLACE, BETWEEN))),
    "no authorities": Case(
        over_tls(),
        "tls",
        "ssl_client_ca_file",
        settings="ssl_client_ca_file = @root@/none.pem\n",
        versions=("2.3",),
    ),
    "old TLS": Case(lambda: answering(Answer(), context=old_tls()), "tls", "no version of TLS"),
    "a client's certificate": Case(
        lambda: answering(Answer(), context=wanting_a_certificate()), "answer", "127.0.0.1 ", words=False
    ),
    "HTTP on the port of TLS": Case(
        lambda: behaving(lambda it: it.sendall(Answer(close=True).encoded()), "https"),
        "tls",
        "plain HTTP",
        words=False,
    ),
    "SMTP on the port of TLS": Case(lambda: behaving(greeting, "https"), "tls", "220 mail", words=False),
    "silence in the handshake": Case(lambda: behaving(silent, "https"), "tls", "doesn't answer in the hand"),
    "TLS on the port of HTTP": Case(lambda: behaving(speaking_tls()), "tls", "speaks TLS", words=False),
    "credentials are missing": Case(
        lambda: behaving(asking_for("Basic dTpw")), "authentication", "URL has none"
    ),
    "credentials are right": Case(lambda: with_userinfo(behaving(asking_for("Basic dTpw")), "u:p")),
    "credentials are wrong": Case(
        lambda: with_userinfo(behaving(asking_for("Basic dTpw")), "u:q"), "authentication", "refuses the user"
    ),
    "credentials without a password": Case(
        lambda: with_userinfo(behaving(asking_for("Basic dTpw")), "u"), "authentication", "only half"
    ),
    "forbidden": Case(status(403, "Forbidden"), "authentication", "forbids"),
    "not found": Case(status(404, "Not Found"), "answer", "404 Not Found"),
    "an error": Case(status(500, "Oops"), "answer", "500 Oops"),
    "a bad gateway": Case(status(502, "Bad Gateway"), "answer", "gateway"),
    "busy": Case(status(503, "Busy"), "answer", "503 Busy"),
    "moved": Case(
        status(301, "Moved", ("Location", "http://127.0.0.1:1/x")), "answer", "http://127.0.0.1:1/x"
    ),
    "moved nowhere": Case(status(302, "Found"), "answer", "302 Found"),
    "garbage": Case(lambda: answering(Raw(b"garbage\r\n\r\n")), "answer", "not HTTP"),
    "SMTP": Case(lambda: behaving(greeting), "answer", "not HTTP"),
    "silence": Case(lambda: behaving(silent), "answer", "says nothing"),
    "hanging up": Case(lambda: behaving(hanging_up), "answer", "closes the connection"),
    "resetting": Case(lambda: behaving(resetting), "answer", "closes the connection"),
    "late": Case(lambda: answering(Answer(delay=1.0)), "latency", "given up after 600 ms", words=False),
    "slow": Case(lambda: answering(Drip((b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",), 0.05))),
}


def links_of(server: Dovecot, user: str, patience: float = PATIENCE) -> tuple[Link, ...]:
    """Look at the endpoint of the only driver of a server's configuration."""
    configuration = load(server.config_file, root=server.installation.filesystem)
    variables = user_values(user, "lmtp", home="/nowhere")
    chain = load_chain(configuration.push("lmtp"), registry=DriverRegistry.installed(), variables=variables)
    owner = pwd.getpwnam(account().user)
    rights = Rights(owner.pw_uid, (owner.pw_gid,))
    ((_, target),) = ox_targets(chain, configuration.version, server.root / "run", rights)
    return check_endpoint(target, Network(patience=patience))


def check(server: Dovecot, listener: HttpListener, case: Case) -> None:
    real = real_side(server, listener)
    failures = [line for line in real.log if "Error" in line]
    links = links_of(server, real.user)
    broken = [link for link in links if link.state is LinkState.BROKEN]
    assert bool(failures) == bool(broken), (real.log, links)
    assert [link.name for link in broken] == ([case.broken] if case.broken else []), links
    if broken:
        assert case.says in broken[0].seen
        assert all(link.remedy for link in broken)
        after = links[links.index(broken[0]) + 1 :]
        assert {link.state for link in after} <= {LinkState.SKIPPED}
    if case.words and broken:
        told = {compared(note.removeprefix("Dovecot logs: ")) for note in broken[0].notes}
        assert {compared(failure.removeprefix("Error: ")) for failure in failures} & told, (failures, broken)


def compared(line: str) -> str:
    """Take out what depends on time, and so the times behind a failure."""
    return without_moment(masked(line)).partition(" (Request ")[0]


@pytest.mark.parametrize(
    ("version", "name"), [(version, name) for name, case in CASES.items() for version in case.versions]
)
def test_the_links_break_where_a_delivery_fails(
    version: str, name: str, request: pytest.FixtureRequest, http_listener: HttpListener
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    case = CASES[name]
    with case.endpoint() as url:
        server = start(PUSH[version].format(url=url), extra=case.settings, files={"ca.pem": GOOD + ROOT.pem})
        check(server, http_listener, case)


def test_24_finds_no_name_without_its_service_for_names(
    dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    push = PUSH["2.4"].format(url=http_listener.url().replace("127.0.0.1", "localhost"))
    server = dovecot24(push, extra="# without dns-client\n")
    (server.root / "run" / "dns-client").unlink()
    real = real_side(server, http_listener)
    (failure,) = (line for line in real.log if "Error" in line)
    link = next(link for link in links_of(server, real.user) if link.state is LinkState.BROKEN)
    assert link.name == "name"
    assert link.notes == (
        failure.replace("Error: ", "Dovecot logs: ").replace(server.place.root, str(server.root)),
    )


FILE, FOLDER = "ssl_client_ca_file = @root@/folder/ca.pem", "ssl_client_ca_dir = @root@/folder"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads what others may not")
@pytest.mark.parametrize(
    ("version", "setting", "closed", "breaks"),
    [
        ("2.3", FILE, "", False),
        ("2.3", FILE, "folder/ca.pem", True),
        ("2.3", FILE, "folder", True),
        ("2.4", FILE, "folder/ca.pem", False),
        ("2.4", FILE, "folder", False),
        ("2.3", FOLDER, "", False),
        ("2.3", FOLDER, "folder", True),
        ("2.4", FOLDER, "", False),
        ("2.4", FOLDER, "folder", True),
    ],
)
def test_authorities_are_read_with_the_rights_of_the_mail_user(
    version: str,
    setting: str,
    closed: str,
    breaks: bool,
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    with answering(Answer(), context=tls()) as url:
        push = PUSH[version].format(url=url)
        server = start(push, extra=f"{setting}\n# {closed}\n", files={"folder/ca.pem": GOOD})
        subprocess.run(["openssl", "rehash", str(server.root / "folder")], check=True)
        if closed:
            path = server.root / closed
            path.chmod(0o700 if path.is_dir() else 0o600)
        words = setting == FILE
        check(
            server, http_listener, Case(lambda: plain(url), "tls" if breaks else "", "mail user", words=words)
        )
