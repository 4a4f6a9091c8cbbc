"""The settings of 2.4's HTTP client: the same requests, attempts and log lines as with a running server."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.dovecot.harness.listener import Answer, Drip, Hangup, HttpListener, Raw, Script, Silence
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.http_sides import our_side, real_side, without_date

BLOCK = "push_notification ox {{\n  push_notification_ox_url = {url}\n{lines}}}\n"
HEAD = b"HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nContent-Length: 0\r\n\r\n"
TIMEOUT = "http_client_request_timeout = 200ms"
MANY = "http_client_request_max_attempts = 5"
PROXY = "http_client_proxy_url = http://127.0.0.1:{port}/"
ELSEWHERE = "http://u:p@example.invalid:81/x?y=%20z"
MOVED = Answer(302, "Found", (("Location", "{url}other"),))
Case = tuple[tuple[str, ...], tuple[Script, ...]]

CASES: Mapping[str, Case] = {
    "attempts": ((MANY,), (Hangup(), Hangup())),
    "attempts of writing requests": (("http_client_write_request_max_attempts = 3",), (Hangup(),) * 4),
    "no attempts of writing requests": ((MANY, "http_client_write_request_max_attempts = 0"), (Hangup(),)),
    "timeout": ((TIMEOUT,), (Silence(),)),
    "timeout of writing requests": (("http_client_write_request_timeout = 100ms", MANY), (Silence(),)),
    "absolute timeout": (
        ("http_client_request_absolute_timeout = 300ms", MANY, TIMEOUT),
        (Silence(),) * 6,
    ),
    "absolute timeout of an answer that drips": (
        ("http_client_request_absolute_timeout = 200ms", TIMEOUT),
        (Drip((b"H", b"T", b"T", b"P", b"/", b"1"), 0.08),),
    ),
    "no retries": (("http_client_auto_retry = no", MANY), (Hangup(),)),
    "no retries, but late": (("http_client_auto_retry = no", MANY), (Answer(408, "Late"),)),
    "no redirects": (("http_client_auto_redirect = no",), (MOVED,)),
    "fields": (("http_client_response_hdr_max_fields = 2",), (Raw(HEAD, keep=True),)),
    "fields at the limit": (("http_client_response_hdr_max_fields = 3",), (Raw(HEAD, keep=True),)),
    "head": (("http_client_response_hdr_max_size = 32",), (Raw(HEAD, keep=True),)),
    "head at the limit": (("http_client_response_hdr_max_size = 33",), (Raw(HEAD, keep=True),)),
    "field": (("http_client_response_hdr_max_field_size = 18",), (Raw(HEAD, keep=True),)),
    "field at the limit": (("http_client_response_hdr_max_field_size = 19",), (Raw(HEAD, keep=True),)),
    "user agent": (("http_client_user_agent = fred/1",), ()),
    "backoff": (("http_client_connect_backoff_time = 10ms", MANY), (Hangup(),) * 6),
    "proxy": ((PROXY, TIMEOUT), ()),
    "proxy that says no": ((PROXY,), (Answer(407, "No"),)),
    "proxy with a login": (
        (PROXY, "http_client_proxy_username = bob", "http_client_proxy_password = x:y"),
        (),
    ),
    "proxy with half a login": ((PROXY, "http_client_proxy_username = bob"), ()),
    "proxy without a name": ((PROXY, "http_client_proxy_password = x"), ()),
    "proxy and no tunnel": ((PROXY, "http_client_proxy_ssl_tunnel = no"), ()),
    "proxy socket": (("http_client_proxy_socket_path = nowhere",), ()),
    "connect attempts": (("http_client_max_connect_attempts = 2",), ()),
}
URLS = {
    "proxy": ELSEWHERE,
    "proxy with a login": ELSEWHERE,
    "proxy and no tunnel": "https://example.invalid/x",
    "connect attempts": "http://127.0.0.1:1/",
}
SILENT = ("connect attempts", "proxy socket")


def push(case: str, listener: HttpListener) -> str:
    lines = "".join(f"  {line}\n" for line in CASES[case][0]).replace("{port}", str(listener.port))
    return BLOCK.format(url=URLS.get(case, listener.url("/")), lines=lines)


@pytest.mark.filterwarnings(  # httpcore leaves a socket open that could not be connected to a path
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("case", CASES)
def test_a_setting_of_the_block_has_the_same_consequences(
    case: str, dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    server = dovecot24(push(case, http_listener))
    real = real_side(server, http_listener, lambda: CASES[case][1])
    assert bool(real.requests) == (case not in SILENT)
    assert our_side(server, http_listener, real.user, lambda: CASES[case][1]) == real


def test_settings_outside_of_the_block_hold_as_well(
    dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    outside = "http_client_user_agent = all/1\nhttp_client_request_max_attempts = 2\n"
    inside = "protocol lmtp {\n  http_client_user_agent = lmtp/1\n}\n"
    server = dovecot24(outside + inside + BLOCK.format(url=http_listener.url("/"), lines=""))
    real = real_side(server, http_listener, lambda: (Hangup(),))
    assert b"User-Agent: lmtp/1\r\n" in real.requests[1]
    assert our_side(server, http_listener, real.user, lambda: (Hangup(),)) == real


REDIRECTS: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "one": (1, (302,)),
    "two": (2, (301, 307)),
    "too many": (1, (302, 302)),
    "see other": (1, (303,)),
    "see other, then on": (2, (303, 308)),
}


@pytest.mark.parametrize("case", REDIRECTS)
def test_redirects_are_followed_in_the_same_way(
    case: str, dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    limit, codes = REDIRECTS[case]
    lines = f"  http_client_request_max_redirects = {limit}\n"
    server = dovecot24(BLOCK.format(url=http_listener.url("/", "login:pass"), lines=lines))

    def moves() -> list[Script]:
        return [Answer(code, "Moved", (("Location", http_listener.url(f"/{code}?x")),)) for code in codes]

    real = real_side(server, http_listener, moves)
    assert len(real.requests) == min(limit, len(codes)) + 1
    assert our_side(server, http_listener, real.user, moves) == real


def test_a_redirect_can_lead_to_another_server(
    dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    lines = "  http_client_request_max_redirects = 1\n"
    with HttpListener() as other:
        server = dovecot24(BLOCK.format(url=http_listener.url("/", "login:pass"), lines=lines))

        def move() -> list[Script]:
            other.reset()
            return [Answer(307, "Moved", (("Location", other.url("/elsewhere")),))]

        real = real_side(server, http_listener, move)
        (followed,) = (without_date(request.raw) for request in other.requests)
        assert our_side(server, http_listener, real.user, move) == real
        assert [without_date(request.raw) for request in other.requests] == [followed]


def test_the_driver_that_loads_first_decides_the_settings_for_all(
    dovecot24: DovecotFactory, http_listener: HttpListener
) -> None:
    first = BLOCK.format(url=http_listener.url("/1"), lines="  http_client_user_agent = one\n")
    second = BLOCK.replace("ox {{", "other {{\n  driver = ox").format(
        url=http_listener.url("/2"), lines="  http_client_user_agent = two\n"
    )
    server = dovecot24(first + second)
    real = real_side(server, http_listener)
    assert [raw.count(b"User-Agent: one") for raw in real.requests] == [1, 1]
    assert our_side(server, http_listener, real.user) == real
