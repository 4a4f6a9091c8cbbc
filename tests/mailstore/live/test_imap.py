"""METADATA by IMAP, with a server that plays Dovecot's answers."""

from __future__ import annotations

import time

import pytest

from mailstore.entries import EntryNameError, EntryType, ReadOnlyEntryError
from mailstore.live.address import ServerAddress
from mailstore.live.errors import AccessDeniedError, LiveServerError, ServerFailureError
from mailstore.live.imap_connection import connect
from mailstore.live.imap_store import ImapMetadata
from mailstore.live.imap_syntax import Literal, SyntaxFault, chunks, in_brackets, parse, text_piece
from mailstore.metadata import MailboxNotFoundError
from tests.mailstore.live.fake_servers import Script, dripping, imap_script, serving

GREETING = (
    b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] ready.\r\n"
)
LOGIN = [
    (b"CAPABILITY", b"* CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN\r\n@ OK done\r\n"),
    (b"AUTHENTICATE PLAIN", b"+ \r\n"),
    (b"AGJvYgBodXNo", b"@ OK Logged in\r\n"),
    (b"CAPABILITY", b"* CAPABILITY IMAP4rev1 METADATA\r\n@ OK done\r\n"),
]
LOGOUT = (b"LOGOUT", b"* BYE\r\n@ OK bye\r\n")
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"


class Played:
    """What came of an operation on a server that plays the given turns after the login."""

    def __init__(self, *turns: tuple[bytes, bytes], greeting: bytes = GREETING) -> None:
        self.heard: list[bytes] = []
        self.script = imap_script(*LOGIN, *turns, LOGOUT, greeting=greeting, heard=self.heard)

    def get(self, mailbox: str, entry: str) -> str | None:
        with serving(self.script) as port:
            connection = connect(
                ServerAddress("imap", "127.0.0.1", port, "bob"), "bob", lambda: "hush", timeout=5
            )
            try:
                return ImapMetadata(connection).get(mailbox, entry)
            finally:
                connection.close()

    def change(self, mailbox: str, entry: str, value: str | None) -> None:
        with serving(self.script) as port:
            connection = connect(
                ServerAddress("imap", "127.0.0.1", port, "bob"), "bob", lambda: "hush", timeout=5
            )
            store = ImapMetadata(connection)
            try:
                store.unset(mailbox, entry) if value is None else store.set(mailbox, entry, value)
            finally:
                connection.close()


def test_a_value_in_a_literal_is_read() -> None:
    answer = b'* METADATA "" (%s {8}\r\nuser=b\tx)\r\n@ OK Getmetadata completed\r\n' % HTTP_NOTIFY.encode()
    played = Played((b"GETMETADATA", answer))
    assert played.get("", HTTP_NOTIFY) == "user=b\tx"
    assert any(line.endswith(b' GETMETADATA "" ("%s")\r\n' % HTTP_NOTIFY.encode()) for line in played.heard)


@pytest.mark.parametrize(
    ("written", "value"),
    [(b"NIL", None), (b"{0}\r\n", ""), (b'""', ""), (b'"a \\"b\\" \\\\"', 'a "b" \\'), (b'"NIL"', "NIL")],
)
def test_missing_and_empty_are_told_apart(written: bytes, value: str | None) -> None:
    answer = b"* METADATA INBOX (/private/x " + written + b")\r\n@ OK done\r\n"
    assert Played((b"GETMETADATA", answer)).get("INBOX", "/private/X") == value


def test_a_value_goes_as_a_literal_when_the_server_is_ready() -> None:
    played = Played((b"{8}", b"+ OK\r\n"), (b"x\t\x01", b""), (b"z)", b"@ OK Setmetadata completed\r\n"))
    played.change("INBOX", "/private/k", "x\t\x01\r\néz")
    number = next(number for number, line in enumerate(played.heard) if b"SETMETADATA" in line)
    assert played.heard[number].endswith(b' SETMETADATA "INBOX" ("/private/k" {8}\r\n')
    assert played.heard[number + 1 : number + 3] == [b"x\t\x01\r\n", "éz)\r\n".encode()]


def test_unset_is_nil() -> None:
    played = Played((b"SETMETADATA", b"@ OK Setmetadata completed\r\n"))
    played.change("Entwürfe", "/private/K", None)
    assert any(b'SETMETADATA "Entw&APw-rfe" ("/private/k" NIL)' in line for line in played.heard)


READ_ONLY = b"The /private/specialuse attribute cannot be changed"
REFUSALS: list[tuple[bytes, type[Exception], str]] = [
    (b"NO Mailbox doesn't exist: Nope", MailboxNotFoundError, "Mailbox doesn't exist: Nope"),
    (b"NO [NONEXISTENT] Mailbox doesn't exist: Nope", MailboxNotFoundError, "Mailbox doesn't exist: Nope"),
    (b"NO [CANNOT] " + READ_ONLY, ReadOnlyEntryError, READ_ONLY.decode()),
    (b"BAD Error in IMAP command: Entry name can't contain '*'", EntryNameError, "can't contain '*'"),
    (b"NO [SERVERBUG] Internal error occurred.", ServerFailureError, "Internal error occurred."),
]


@pytest.mark.parametrize(("answer", "error", "text"), REFUSALS)
def test_refusals_become_errors(answer: bytes, error: type[Exception], text: str) -> None:
    line = b"@ " + answer + b" (0.001 + 0.000 secs).\r\n"
    with pytest.raises(error) as caught:
        Played((b"SETMETADATA", line)).change("Nope", "/private/k", "v")
    assert str(caught.value).endswith(text)


def test_a_list_asks_for_whole_components() -> None:
    answer = (
        b"* METADATA INBOX (/private/vendor/a {1}\r\n1 "
        b"/private/vendor/ab/c {0}\r\n /private/vendor/b NIL)\r\n"
        b"@ OK done\r\n"
    )
    played = Played((b"GETMETADATA", answer))
    with serving(played.script) as port:
        connection = connect(ServerAddress("imap", "127.0.0.1", port), "bob", lambda: "hush", timeout=5)
        [listing] = ImapMetadata(connection).list("INBOX", "/private/vendor/a")
        connection.close()
    assert (listing.type, listing.names) == (EntryType.PRIVATE, ("", "b/c"))
    assert any(b'(DEPTH infinity) "INBOX" ("/private/vendor")' in line for line in played.heard)


def login(
    script_turns: list[tuple[bytes, bytes]], host: str = "127.0.0.1", greeting: bytes = GREETING
) -> None:
    with serving(imap_script(*script_turns, greeting=greeting, heard=[])) as port:
        connect(ServerAddress("imap", host, port, "bob"), "bob", lambda: "hush", timeout=0.5).close()


def test_a_refused_login_is_said_without_the_password() -> None:
    turns = [*LOGIN[:2], (b"AGJvYgBodXNo", b"@ NO [AUTHENTICATIONFAILED] Authentication failed.\r\n")]
    with pytest.raises(AccessDeniedError) as caught:
        login(turns)
    assert "Authentication failed." in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_server_without_metadata_is_said() -> None:
    turns = [*LOGIN[:3], (b"CAPABILITY", b"* CAPABILITY IMAP4rev1\r\n@ OK done\r\n")]
    with pytest.raises(LiveServerError, match="imap_metadata = yes"):
        login(turns)


@pytest.mark.parametrize(
    ("capabilities", "text"), [(b"LOGINDISABLED", "no login without TLS"), (b"AUTH=GSSAPI", "AUTH=PLAIN")]
)
def test_a_login_that_can_not_be_is_not_tried(capabilities: bytes, text: str) -> None:
    with pytest.raises(AccessDeniedError, match=text):
        login([(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 " + capabilities + b"\r\n@ OK done\r\n")])


def test_no_password_goes_in_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerAddress, "is_local", False)
    with pytest.raises(AccessDeniedError, match="in clear"):
        login(LOGIN)


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad\r\n\r\n", b"* BYE go away\r\n", b"220 ESMTP\r\n", b"\0\r\n", b"", b"x" * 2000000],
)
def test_any_other_server_is_one_line(greeting: bytes) -> None:
    with pytest.raises(LiveServerError) as caught:
        login([], greeting=greeting)
    assert "\n" not in str(caught.value)


VALUE = (b"GETMETADATA", b"* METADATA INBOX (/private/x {60}\r\n" + b"v" * 60 + b")\r\n@ OK done\r\n")


def get_slowly(script: Script, timeout: float) -> str | None:
    """Return a value; see that a server that was given up isn't asked for more."""
    with serving(script) as port:
        connection = connect(
            ServerAddress("imap", "127.0.0.1", port, "bob"), "bob", lambda: "hush", timeout=timeout
        )
        try:
            return ImapMetadata(connection).get("INBOX", "/private/x")
        finally:
            started = time.monotonic()
            connection.close()
            assert time.monotonic() - started < timeout, "LOGOUT was waited for"


@pytest.mark.parametrize("slow", [GREETING, b"Logged in", b"METADATA INBOX", b"vvv"])
def test_a_server_that_drips_its_answer_is_given_up(slow: bytes) -> None:
    script = dripping(imap_script(*LOGIN, VALUE, LOGOUT, greeting=GREETING, heard=[]), slow)
    with pytest.raises(LiveServerError, match=r"no whole answer within 0\.2 seconds"):
        get_slowly(script, 0.2)


def test_an_answer_in_small_pieces_is_read_whole() -> None:
    script = dripping(imap_script(*LOGIN, VALUE, LOGOUT, greeting=GREETING, heard=[]), pause=0.001)
    assert get_slowly(script, 5) == "v" * 60


def test_typing_a_password_takes_none_of_the_servers_time() -> None:
    now = [0.0]

    def slowly() -> str:
        now[0] += 100.0
        return "hush"

    with serving(imap_script(*LOGIN, LOGOUT, greeting=GREETING, heard=[])) as port:
        address = ServerAddress("imap", "127.0.0.1", port, "bob")
        connect(address, "bob", slowly, timeout=50, clock=lambda: now[0]).close()


def test_text_is_quoted_or_a_literal() -> None:
    assert text_piece('a "b" \\') == b'"a \\"b\\" \\\\"'
    assert text_piece("a\nb") == Literal(b"a\nb")
    pieces = in_brackets([text_piece("/private/é"), text_piece("\t")])
    assert chunks(pieces) == [b"({11}", "/private/é {1}".encode(), b"\t)"]


@pytest.mark.parametrize("parts", [[b"INBOX (a"], [b"a)"], [b'"a']])
def test_broken_responses_are_faults(parts: list[bytes]) -> None:
    with pytest.raises(SyntaxFault):
        parse(parts)


def test_responses_nest() -> None:
    assert parse([b'INBOX (a NIL "x" {3}', b"(b)"][:0]) == []
    assert parse([(b"INBOX (a {3}", b"(b)"), b' c NIL "d e")']) == [
        b"INBOX",
        [b"a", b"(b)", b"c", None, b"d e"],
    ]
