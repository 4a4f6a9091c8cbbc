"""The links of an endpoint, against listeners on this machine."""

from __future__ import annotations

import errno
import gc
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import httpcore
import pytest

from dovecot_conf import Version
from dovecot_conf.http_url import parse_http_url
from drivers.doctor import endpoint_request
from drivers.doctor.endpoint import NAMES, check_endpoint
from drivers.doctor.endpoint_target import OX_FAILURE, Network, Target
from drivers.http_settings import HttpSettings
from drivers.tls_settings import Authorities, TlsSettings
from mailstore.links import Link, LinkState
from tests.dovecot.certificates import BY_STALE, ROOT, WITH_PLACE, Issued, context_of
from tests.dovecot.endpoints import (
    GOOD,
    answering,
    asking_for,
    behaving,
    greeting,
    hanging_up,
    nobody,
    silent,
    speaking_tls,
    tls,
    with_userinfo,
)
from tests.dovecot.harness.listener import Answer, HttpListener, Raw, ReceivedRequest

SETTINGS = HttpSettings(timeout=1.0)
ANY = SETTINGS._replace(tls=TlsSettings(require_valid=False))
AUTHORITIES = Authorities(f"inline:{GOOD}", Version.V24)
SECRETS = "user:s3cr%65t"


def check(
    url: str,
    settings: HttpSettings = SETTINGS,
    version: Version = Version.V23,
    network: Network | None = None,
) -> dict[str, Link]:
    target = Target(url, version, settings, OX_FAILURE)
    return {link.name: link for link in check_endpoint(target, network or Network(patience=3.0))}


def broken(links: dict[str, Link]) -> list[str]:
    return [link.name for link in links.values() if link.state is LinkState.BROKEN]


def noted(link: Link, words: str) -> bool:
    return any(words in note for note in link.notes)


def status(code: int, reason: str = "x", *headers: tuple[str, str]) -> Answer:
    return Answer(code, reason, headers)


# The way there


def test_without_a_network_only_the_url_is_looked_at() -> None:
    links = check_endpoint(Target("http://push.example.com/", Version.V24), None)
    assert [link.name for link in links] == list(NAMES)
    assert links[0].is_ok
    assert {link.state for link in links[1:]} == {LinkState.SKIPPED}
    assert {link.seen for link in links[1:]} == {"the network is left out"}


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("http://push.example.com/#top", "take the # and what is behind it away, or write # as %23"),
        ("push.example.com/notify", "begin it with http:// or https://"),
        ("ftp://push.example.com/", "begin it with http:// or https://"),
        ("http://push_host/", "in the name of a host only letters, digits, - and . may be, and no _"),
        ("http://push:http/", "write the port as a number from 1 to 65535, behind a colon"),
        ("http://push:70000/", "write the port as a number from 1 to 65535, behind a colon"),
        ("http://push/100%", "write a percent sign as %25"),
        ("http://push/a b", "write such a character as two hexadecimal digits behind a %"),
        ("http://[::x]/", "write an IPv6 address in brackets: http://[::1]/"),
        (
            "http://u:p@ss@push/",
            "in a user name or password write @ as %40, / as %2F, : as %3A and a percent sign as %25",
        ),
        ("", "set the URL of the endpoint"),
    ],
)
@pytest.mark.parametrize("version", list(Version))
def test_a_url_that_dovecot_refuses_is_the_end(url: str, remedy: str, version: Version) -> None:
    links = check(url, version=version)
    assert broken(links) == ["url"]
    # In plugin { } of 2.3 a single % begins a variable.
    assert links["url"].remedy == (remedy.replace("%", "%%") if version is Version.V23 else remedy,)
    assert links["latency"].seen == "url is broken"


def test_what_is_worth_knowing_of_a_url_is_noted() -> None:
    links = check("http://user:pw@nowhere.invalid/a/../b")
    assert noted(links["url"], "sent with each request")
    assert noted(links["url"], "everybody on the way can read them")
    assert noted(links["url"], "port: 80 is taken")
    assert noted(links["url"], "Dovecot asks for /b")
    assert noted(check("https://user@nowhere.invalid:1/")["url"], "without a password is not sent")


def failing(number: int) -> Callable[[str, int], NoReturn]:
    def resolve(host: str, port: int) -> NoReturn:
        raise socket.gaierror(number, "Dovecot's text")

    return resolve


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        (socket.EAI_NONAME, "nobody knows the name push.example.com"),
        (socket.EAI_AGAIN, "no name server answers when asked for push.example.com"),
    ],
)
def test_a_name_that_is_not_known_is_told_from_a_name_server_that_is_down(number: int, seen: str) -> None:
    links = check("http://push.example.com/", network=Network(resolver=failing(number)))
    assert broken(links) == ["name"]
    assert links["name"].seen == seen
    assert noted(links["name"], f"{OX_FAILURE}Failed to lookup host push.example.com: Dovecot's text")


def test_a_lookup_has_the_time_that_dovecot_has_for_it() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(1.0)
        return ("127.0.0.1",)

    settings = SETTINGS._replace(lookup_timeout=0.1)
    links = check("http://slow.test/", settings, Version.V24, Network(resolver=slow))
    assert broken(links) == ["name"]
    assert "within 0.1 s" in links["name"].seen


def test_the_next_address_is_tried_when_the_first_one_refuses() -> None:
    with answering(Answer()) as url:
        port = parse_http_url(url).connect_port
        network = Network(resolver=lambda host, port: ("127.0.0.9", "127.0.0.1"))
        links = check(f"http://two.test:{port}/", network=network)
    assert not broken(links)
    assert links["name"].seen == "two.test has the addresses 127.0.0.9, 127.0.0.1"
    assert links["port"].seen == f"127.0.0.1:{port} accepts connections"
    refused = f"tried before it: 127.0.0.9:{port} refuses connections: nobody listens there"
    assert links["port"].notes == (refused,)


def test_all_addresses_are_told_when_none_accepts() -> None:
    with nobody() as url:
        port = parse_http_url(url).connect_port
        network = Network(resolver=lambda host, port: ("127.0.0.9", "127.0.0.1"))
        links = check(f"http://two.test:{port}/", network=network)
    assert broken(links) == ["port"]
    assert f"127.0.0.9:{port} refuses" in links["port"].seen
    assert f"127.0.0.1:{port} refuses" in links["port"].seen
    assert noted(links["port"], "(2 attempts in ")


def test_as_many_addresses_are_tried_as_are_allowed() -> None:
    with answering(Answer()) as url:
        port = parse_http_url(url).connect_port
        network = Network(resolver=lambda host, port: ("127.0.0.9", "127.0.0.1"))
        settings = SETTINGS._replace(max_connect_attempts=1)
        links = check(f"http://two.test:{port}/", settings, Version.V24, network)
    assert broken(links) == ["port"]


def test_ipv6_is_spoken() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    with server:
        port = server.getsockname()[1]
        network = Network(resolver=lambda host, port: ("::1",), patience=1.0)
        links = check(f"http://six.test:{port}/", SETTINGS._replace(timeout=0.2), network=network)
    assert noted(links["name"], "IPv6 addresses only")
    assert links["port"].seen == f"[::1]:{port} accepts connections"


class Refusing(httpcore.SyncBackend):
    """A network on which every connection fails with the same error."""

    def __init__(self, number: int) -> None:
        self.number = number

    def connect_tcp(self, *arguments: Any, **named: Any) -> NoReturn:
        raise httpcore.ConnectError from OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EHOSTUNREACH, "there is no way to the host"),
        (errno.ENETUNREACH, "there is no way to its network"),
        (errno.EACCES, "may not be connected to from this machine"),
        (errno.ECONNRESET, "Connection reset by peer"),
    ],
)
def test_what_keeps_a_connection_from_being_made_is_told_apart(number: int, words: str) -> None:
    links = check("http://192.0.2.1/", network=Network(backend=Refusing(number)))
    assert broken(links) == ["port"]
    assert words in links["port"].seen
    assert links["port"].remedy
    assert noted(links["port"], f"connect(192.0.2.1:80) failed: {os.strerror(number)}")


# Requests


def received(answer: Answer, url: Callable[[HttpListener], str], **settings: Any) -> list[ReceivedRequest]:
    with HttpListener() as listener:
        listener.answer_with(*[answer] * 4)
        check(url(listener), SETTINGS._replace(**settings))
        return listener.requests


def test_what_is_sent_has_dovecots_headers_no_body_and_a_mark() -> None:
    requests = received(Answer(), lambda it: it.url("/push?x=1", "login:pass"))
    raw = re.sub(rb"Date: [^\r]*", b"Date: now", requests[0].raw)
    host = requests[0].header("Host")
    assert raw == (
        f"OPTIONS /push?x=1 HTTP/1.1\r\nHost: {host}\r\n".encode() + b"Date: now\r\n"
        b"Authorization: Basic bG9naW46cGFzcw==\r\nConnection: Keep-Alive\r\n"
        b"Pushnotif-Check: endpoint\r\n\r\n"
    )
    assert [request.method for request in requests] == ["OPTIONS", "HEAD", "HEAD"]
    assert [request.header("Authorization") is None for request in requests] == [False, False, True]


def test_nothing_that_could_change_anything_is_sent() -> None:
    for answer in (Answer(), status(401), status(404), status(405), status(500), status(503)):
        methods = {request.method for request in received(answer, HttpListener.url)}
        assert methods <= {"OPTIONS", "HEAD"}


def test_a_user_agent_of_the_settings_is_sent_too() -> None:
    requests = received(Answer(), HttpListener.url, user_agent="Dovecot")
    assert {request.header("User-Agent") for request in requests} == {"Dovecot"}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (status(200), "ok", "200"),
        (status(204, "None", ("Allow", "OPTIONS, PUT")), "ok", "204"),
        (status(405), "ok", "which is all right"),
        (status(405, "No", ("Allow", "PUT")), "ok", "which is all right"),
        (status(501), "ok", "which is all right"),
        (status(415), "ok", "without a body"),
        (status(405, "No", ("Allow", "GET, HEAD")), "broken", "takes GET, HEAD there, and no PUT"),
        (status(200, "OK", ("Allow", "GET")), "broken", "no PUT"),
        (status(400), "unknown", "400"),
        (status(429), "unknown", "too many"),
        (status(418), "unknown", "418"),
        (status(404), "broken", "nothing is known at this path"),
        (status(410), "broken", "nothing is known at this path"),
        (status(500), "broken", "it fails"),
        (status(502), "broken", "gateway"),
        (status(505), "broken", "HTTP/1.1"),
        (status(304), "broken", "sends elsewhere"),
    ],
)
def test_a_status_is_judged_as_one_to_a_request_without_a_body(
    answer: Answer, state: str, words: str
) -> None:
    with answering(answer) as url:
        links = check(url)
    assert str(links["answer"].state) == state
    assert words in links["answer"].seen
    assert bool(links["answer"].remedy) == (state != "ok")
    assert (links["latency"].state is LinkState.SKIPPED) == (state == "broken")


def test_an_endpoint_that_knows_nothing_but_put_is_fine() -> None:
    def put_only(connection: socket.socket) -> None:
        method = connection.recv(65536).split(b" ")[0]
        code = b"200 OK" if method == b"PUT" else b"501 Unsupported method"
        connection.sendall(b"HTTP/1.0 " + code + b"\r\nServer: x\r\n\r\n")

    with behaving(put_only) as url:
        links = check(url)
    assert not broken(links)
    assert links["answer"].is_ok


def test_a_redirect_is_not_followed_unless_dovecot_does() -> None:
    with answering(Answer()) as there, answering(status(302, "Found", ("Location", there))) as url:
        refused = check(url)
        followed = check(url, SETTINGS._replace(max_redirects=2), Version.V24)
    assert broken(refused) == ["answer"]
    assert refused["answer"].remedy == (f"write the URL that it leads to: {there}",)
    assert noted(refused["answer"], f"{OX_FAILURE}Redirect refused")
    assert not broken(followed)


# Credentials


def by_method(answers: dict[bytes, Answer]) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        method = connection.recv(65536).split(b" ")[0]
        if method in answers:
            connection.sendall(answers[method].encoded())

    return behave


def test_credentials_are_proved_by_a_request_without_them() -> None:
    with with_userinfo(behaving(asking_for("Basic dTpw")), "u:p") as url:
        links = check(url)
    assert links["authentication"].is_ok
    assert "are accepted (401 without them)" in links["authentication"].seen


def test_credentials_that_nobody_asks_for_are_not_refused() -> None:
    with answering(Answer(), userinfo="u:p") as url:
        links = check(url)
    assert links["authentication"].seen == "the user name and password of the URL are not refused"


def test_an_endpoint_that_answers_options_to_anybody_shows_with_head_what_it_wants() -> None:
    with behaving(by_method({b"OPTIONS": status(204), b"HEAD": status(401)})) as url:
        links = check(url)
    assert broken(links) == ["authentication"]


def test_a_filter_for_options_is_not_taken_for_missing_credentials() -> None:
    with behaving(by_method({b"OPTIONS": status(403), b"HEAD": status(405)})) as url:
        links = check(url)
    assert not broken(links)
    assert links["authentication"].is_ok
    assert "lets no OPTIONS through" in links["answer"].seen


@pytest.mark.parametrize(
    ("answer", "userinfo", "words"),
    [
        (status(401), "", "the URL has none"),
        (status(401), "u:p", "refuses the user name and password"),
        (status(401), "u", "only half of them"),
        (status(403), "", "forbids it"),
        (status(407), "", "the proxy wants"),
    ],
)
def test_a_refusal_says_whose_credentials_are_wrong(answer: Answer, userinfo: str, words: str) -> None:
    with answering(answer, userinfo=userinfo) as url:
        links = check(url)
    assert broken(links) == ["authentication"]
    assert words in links["authentication"].seen
    assert noted(links["authentication"], f"{OX_FAILURE}{answer.status} {answer.reason}")


def test_a_scheme_that_dovecot_does_not_know_is_noted() -> None:
    with answering(status(401, "No", ("WWW-Authenticate", 'Bearer realm="x"'))) as url:
        links = check(url)
    assert noted(links["authentication"], "asks for Bearer, and Dovecot knows Basic only")


# TLS


def test_tls_is_asked_for_where_the_url_is_http_and_only_tls_is_spoken() -> None:
    with behaving(speaking_tls()) as url:
        links = check(url)
    assert broken(links) == ["tls"]
    assert links["tls"].remedy == ("begin the URL with https://",)


def test_a_gateway_that_says_so_in_plain_http_is_recognised() -> None:
    context = tls()

    def behave(connection: socket.socket) -> None:
        if connection.recv(1, socket.MSG_PEEK) != b"\x16":
            connection.recv(65536)
            connection.sendall(status(400, "Plain HTTP to an HTTPS port").encoded())
            return
        context.wrap_socket(connection, server_side=True).close()

    with behaving(behave) as url:
        links = check(url)
    assert broken(links) == ["tls"]


@pytest.mark.parametrize(
    ("behave", "words"), [(greeting, "something else (`220 mail"), (hanging_up, "closes the connection")]
)
def test_what_is_no_tls_is_told(behave: Callable[[socket.socket], None], words: str) -> None:
    with behaving(behave, "https") as url:
        links = check(url)
    assert broken(links) == ["tls"]
    assert words in links["tls"].seen


def test_nothing_of_the_url_but_its_host_is_sent_in_the_clear_where_tls_is_wanted() -> None:
    seen: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        with suppress(OSError):
            seen.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 400 No\r\n\r\n")

    with behaving(behave, "https") as url:
        links = check(url.replace("://", f"://{SECRETS}@") + "/t0ken?t0ken=t0ken")
    assert "plain HTTP" in links["tls"].seen
    assert len(seen) == 2
    for word in (b"secret", b"Authorization", b"t0ken", b"/push"):
        assert word not in b"".join(seen)


def test_a_certificate_that_ends_soon_is_noted() -> None:
    settings = SETTINGS._replace(tls=TlsSettings(AUTHORITIES))
    with answering(Answer(), context=tls("ending")) as url:
        links = check(url, settings)
    assert links["tls"].is_ok
    assert noted(links["tls"], "ends in 2 days")


@pytest.mark.parametrize(("own", "first"), [(WITH_PLACE, "let the endpoint send"), (BY_STALE, "let Dovecot")])
def test_who_is_issued_by_one_in_between_is_told_first_to_send_it(own: Issued, first: str) -> None:
    authorities = Authorities(f"inline:{ROOT.pem}", Version.V24)
    with answering(Answer(), context=context_of(own)) as url:
        links = check(url, SETTINGS._replace(tls=TlsSettings(authorities)))
    assert broken(links) == ["tls"]
    assert links["tls"].remedy[0].startswith(first)
    assert links["tls"].remedy[1].startswith("or let ")
    assert "ssl_client_ca_file" in links["tls"].seen
    assert "BEGIN CERTIFICATE" not in repr(links)


# Latency


def test_a_slow_answer_is_broken_behind_an_answer_that_is_fine() -> None:
    with answering(Answer(delay=0.6)) as url:
        links = check(url, SETTINGS._replace(timeout=0.3))
    assert broken(links) == ["latency"]
    assert links["answer"].is_ok
    assert "given up after 300 ms (timeout_msecs)" in links["latency"].seen
    assert re.fullmatch(r"or let Dovecot wait longer: timeout_msecs=\d000", links["latency"].remedy[1])


def test_an_answer_that_takes_more_than_half_the_time_is_noted() -> None:
    with answering(Answer(delay=0.6)) as url:
        links = check(url, version=Version.V24)
    assert links["latency"].is_ok
    assert noted(links["latency"], "http_client_request_timeout allows")


def test_silence_is_broken_at_the_answer() -> None:
    with behaving(silent) as url:
        links = check(url, SETTINGS._replace(timeout=0.2), network=Network(patience=0.5))
    assert broken(links) == ["answer"]
    assert "says nothing within 0.5 s" in links["answer"].seen


def test_a_head_that_nobody_answers_is_not_waited_for_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_request, "MORE", 0.2)

    def deaf_to_head(connection: socket.socket) -> None:
        if connection.recv(65536).startswith(b"OPTIONS"):
            connection.sendall(Answer(close=True).encoded())
        else:
            silent(connection)

    begin = time.monotonic()
    with behaving(deaf_to_head) as url:
        links = check(url, SETTINGS._replace(timeout=60), network=Network(patience=30.0))
    assert not broken(links)
    assert time.monotonic() - begin < 10


def greet_all(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                greeting(connection)


def test_an_address_that_speaks_no_tls_is_passed_over_for_one_that_does() -> None:
    network = Network(resolver=lambda host, port: ("127.0.0.9", "127.0.0.1"), patience=3.0)
    with answering(Answer(), context=tls()) as url:
        port = parse_http_url(url).connect_port
        with socket.create_server(("127.0.0.9", port)) as other:
            thread = threading.Thread(target=greet_all, args=(other,), daemon=True)
            thread.start()
            links = check(f"https://two.test:{port}/", ANY, network=network)
            other.shutdown(socket.SHUT_RDWR)
            thread.join(5)
    assert not broken(links)
    assert links["port"].seen == f"127.0.0.9:{port} accepts connections"
    assert noted(links["tls"], f"tried before it: 127.0.0.9:{port} speaks something else")


# Proxies


def test_an_http_request_goes_to_the_proxy_with_the_whole_url() -> None:
    with HttpListener() as listener:
        settings = SETTINGS._replace(proxy=parse_http_url(listener.url()))
        links = check("http://push.invalid/x", settings, Version.V24)
        requests = listener.requests
    assert not broken(links)
    assert links["name"].seen == "the proxy 127.0.0.1 is an address"
    assert {request.target for request in requests} == {"http://push.invalid/x"}


def test_a_proxy_that_nobody_listens_at_is_what_is_to_be_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = parse_http_url(f"http://127.0.0.1:{taken.getsockname()[1]}/")
        links = check("http://push.invalid/x", SETTINGS._replace(proxy=proxy))
    assert broken(links) == ["port"]
    assert links["port"].remedy[0] == "start the proxy, or correct http_client_proxy_url"


def test_what_is_behind_the_tunnel_of_a_proxy_is_not_known() -> None:
    with HttpListener() as listener:
        settings = SETTINGS._replace(proxy=parse_http_url(listener.url()))
        links = check("https://push.invalid/x", settings, Version.V24)
    assert links["tls"].state is LinkState.UNKNOWN
    assert {links[name].state for name in NAMES[4:]} == {LinkState.SKIPPED}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_socket_of_a_proxy_that_is_not_there_is_broken() -> None:
    links = check("http://push.invalid/x", SETTINGS._replace(proxy="/nowhere/proxy"), Version.V24)
    assert broken(links) == ["port"]
    assert links["port"].seen == "/nowhere/proxy (the proxy) is not there"
    # The socket that httpcore leaves open goes here, not in another test.
    gc.collect()


# Secrets

LEAKS: Iterable[Callable[[socket.socket], None]] = (
    silent,
    hanging_up,
    by_method({b"OPTIONS": status(500), b"HEAD": status(500)}),
    by_method({b"OPTIONS": status(401), b"HEAD": status(401)}),
    by_method({b"OPTIONS": status(302, "x", ("Location", "http://a:s3cret@h/?token=s3cret"))}),
    by_method({b"OPTIONS": status(302, "x", ("Location", "http://h:s3cret/?token=s3cret"))}),
    speaking_tls(),
)


@pytest.mark.parametrize("number", range(len(tuple(LEAKS))))
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_secret_of_the_url_is_told(number: int, scheme: str) -> None:
    with behaving(tuple(LEAKS)[number], scheme) as url:
        target = url.replace("://", f"://{SECRETS}@") + "?token=s3cr%65t"
        links = check(target, ANY._replace(timeout=0.2), network=Network(patience=0.3))
    assert broken(links) or scheme == "https"
    for secret in ("s3cr", "c2VyOn"):
        assert secret not in repr(links)


def test_no_secret_of_a_url_that_is_refused_is_told() -> None:
    for url in ("http://u:s3cret@h_x/", "http://h:s3cret/", "http://u:s3cret@h/#", "http://u:s3cret@/"):
        assert "s3cret" not in repr(check(url))


def test_a_garbled_answer_is_no_answer() -> None:
    with answering(Raw(b"garbage\r\n\r\n")) as url:
        links = check(url)
    assert broken(links) == ["answer"]
    assert links["authentication"].state is LinkState.SKIPPED
