"""The example scripts of Dovecot's wiki, unchanged: requests and log beside a running 2.3 server.

Both sides notify our receiver, which answers well or makes a fault.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.receiver import Fault, FaultKind, FaultPlan
from drivers.recording import Record
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.processes import free_ports
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.script_sides import PLUGINS, PUSH, Step, Theirs, our_player
from tests.drivers.receiver.receiving import Running, receiving

SCRIPTS = ("wiki-simple", "wiki-events")
FOLDER = Path(__file__).parents[2] / "fixtures" / "lua"
HEAD = "From: Alice <alice@example.com>\r\nTo: bob@example.com\r\n"
ODD_FROM = "From: =?utf-8?Q?J=C3=B6rg?= & Co <j+1@example.com>\r\n"
MAILS = {
    "plain": HEAD + "Subject: Lunch?\r\n\r\nAt noon\r\n",
    "without-subject": HEAD + "\r\nNo subject, and no date\r\n",
    "empty-subject": HEAD + "Subject:\r\n\r\nNothing said\r\n",
    "8-bit-subject": HEAD + "Subject: Grüße aus Köln\r\n\r\nStraße, 10 €\r\n",
    "broken-8-bit-subject": HEAD + "Subject: Gr\udcfc\udcdfe\r\n\r\nbad \udcff byte\r\n",
    "encoded-subject": ODD_FROM + "Subject: =?iso-8859-1?Q?gr=FC=DFe?= 100% & a=b\r\n\r\na+b&c=d 100%\r\n",
    "folded": HEAD.replace("To: bob", "To: Bob,\r\n bob") + "Subject: one\r\n two\r\n\tthree\r\n\r\nx\r\n",
    "no-header": "\r\nonly a body\r\n",
    "nothing": "",
    "slashes": HEAD + "Subject: a/b?c#d_e-f.g~h'(i)*!\r\n\r\n/?#[]@!$&'()*+,;=\r\n",
}
STEPS: dict[str, list[Step]] = {
    **{name: [("lmtp", ["USER"], text)] for name, text in MAILS.items()},
    "by-lda": [("lda", MAILS["8-bit-subject"])],
    "three-recipients": [("lmtp", ["USER", "USER-second", "USER-third"], MAILS["plain"])],
    "append": [("imap", [["APPEND INBOX", MAILS["8-bit-subject"]]])],
    "append-seen": [("imap", [["APPEND INBOX (\\Seen)", MAILS["plain"]]])],
    "append-two-at-once": [("imap", [["APPEND INBOX", MAILS["plain"], " (\\Seen)", MAILS["no-header"]]])],
    "append-while-selected": [("imap", ["SELECT INBOX", ["APPEND INBOX", MAILS["plain"]], "NOOP"])],
    "append-to-another": [("imap", [["APPEND Sent", MAILS["encoded-subject"]]])],
    "copy-of-two": [
        ("lmtp", ["USER"], MAILS["plain"]),
        ("lmtp", ["USER"], MAILS["8-bit-subject"]),
        ("imap", ["SELECT INBOX", "COPY 1:2 Sent"]),
    ],
    "saved-by-doveadm": [("doveadm", ["save", "-u", "USER", "-m", "Sent"], MAILS["plain"])],
    "flags-and-expunge": [
        ("lmtp", ["USER"], MAILS["plain"]),
        ("imap", ["SELECT INBOX", "STORE 1 +FLAGS (\\Seen \\Deleted)", "EXPUNGE"]),
    ],
    "one-read-one-new": [
        ("lmtp", ["USER"], MAILS["plain"]),
        ("imap", ["SELECT INBOX", "STORE 1 +FLAGS (\\Seen)"]),
        ("lmtp", ["USER"], MAILS["without-subject"]),
    ],
}
FAULTS = {
    "created": Fault(FaultKind.STATUS, 201),
    "no-content": Fault(FaultKind.STATUS, 204),
    "moved": Fault(FaultKind.STATUS, 302),
    "not-found": Fault(FaultKind.STATUS, 404),
    "server-error": Fault(FaultKind.STATUS, 500),
    "drop": Fault(FaultKind.DROP),
    "reset": Fault(FaultKind.RESET),
    "malformed": Fault(FaultKind.MALFORMED),
    "late": Fault(FaultKind.DELAY, delay=0.3),
}


@dataclass
class Seen:
    """What one side logs and sends."""

    log: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, frozenset[tuple[str, str]], bytes]] = field(default_factory=list)


def without_place(line: str) -> str:
    """Take the places in LuaSocket's files out of an error."""
    return re.sub(r"/usr/share/lua/\S*\.lua:\d+: ", "", line)


def sent(record: Record) -> tuple[str, str, frozenset[tuple[str, str]], bytes]:
    """Return a request with its headers as a set: LuaSocket's have no order."""
    assert len(set(record.headers)) == len(record.headers)
    return record.method, record.target, frozenset(record.headers), record.body


@dataclass(frozen=True)
class Beside:
    """A server with a script, whose endpoint is our receiver, when it is there."""

    server: Dovecot
    port: int
    folder: Path

    def _receiver(self, stack: ExitStack, plan: FaultPlan | None) -> Running | None:
        """Let the receiver begin; without a plan there is none, and connections are refused."""
        return None if plan is None else stack.enter_context(receiving(port=self.port, faults=plan))

    def both(self, steps: list[Step], plan: FaultPlan | None) -> tuple[Seen, Seen]:
        """Do the same on both sides."""
        theirs = Theirs(self.server, self.server.new_user(), ("INBOX", "Sent"))
        theirs.prepare(f"{theirs.user}-second", f"{theirs.user}-third")
        real, ours = Seen(), Seen()
        with ExitStack() as stack:
            receiver = self._receiver(stack, plan)
            real.log = [without_place(line) for step in steps for line in theirs.play(*step)]
            real.requests = list(map(sent, receiver.records)) if receiver else []
        with ExitStack() as stack:
            receiver = self._receiver(stack, plan)
            player = stack.enter_context(our_player(theirs, self.folder))
            for step in steps:
                player.play(*step)
            ours.log = player.log
            ours.requests = list(map(sent, receiver.records)) if receiver else []
        return real, ours


@pytest.fixture(scope="module")
def port() -> int:
    (found,) = free_ports(1)
    return found


@pytest.fixture(params=SCRIPTS)
def beside(request: pytest.FixtureRequest, dovecot23: DovecotFactory, port: int, tmp_path: Path) -> Beside:
    script: str = request.param
    push = PUSH["2.3"].format(
        script=f"{script}.lua", settings=f"push_lua_url = http://127.0.0.1:{port}/handler?a=b\n"
    )
    files = {f"{script}.lua": (FOLDER / f"{script}.lua").read_text("utf-8")}
    return Beside(dovecot23(push, plugins=PLUGINS, files=files), port, tmp_path)


@pytest.mark.parametrize("name", STEPS)
def test_the_requests_and_the_log_are_those_of_the_server(beside: Beside, name: str) -> None:
    theirs, ours = beside.both(STEPS[name], FaultPlan())
    assert ours.log == theirs.log
    assert ours.requests == theirs.requests
    assert theirs.requests


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_endpoint_is_told_as_by_the_server(beside: Beside, name: str) -> None:
    steps: list[Step] = [("lmtp", ["USER"], MAILS["plain"]), *STEPS["append-two-at-once"]]
    theirs, ours = beside.both(steps, FaultPlan(FAULTS[name]))
    assert ours.log == theirs.log
    assert ours.requests == theirs.requests
    assert theirs.requests


def test_an_endpoint_that_fails_every_second_time_is_told_as_by_the_server(beside: Beside) -> None:
    theirs, ours = beside.both(STEPS["copy-of-two"], FaultPlan(Fault(FaultKind.DROP), every=2))
    assert ours == theirs


def test_without_an_endpoint_the_scripts_say_what_they_say_on_the_server(beside: Beside) -> None:
    theirs, ours = beside.both([*STEPS["three-recipients"], *STEPS["append"]], None)
    assert ours.log == theirs.log
    assert any(re.search("connection refused|number expected", line) for line in theirs.log)


@pytest.mark.parametrize("script", SCRIPTS)
def test_on_24_the_scripts_fail_and_the_process_dies(
    dovecot24: DovecotFactory, script: str, tmp_path: Path
) -> None:
    settings = "  lua_settings {\n    push_lua_url = http://127.0.0.1:1/\n  }\n"
    push = PUSH["2.4"].format(script="wiki.lua", settings=settings)
    files = {"wiki.lua": (FOLDER / f"{script}.lua").read_text("utf-8")}
    server = dovecot24(push, plugins=PLUGINS, files=files)
    theirs = Theirs(server, server.new_user())
    theirs.prepare()
    with pytest.raises(ConnectionError):
        theirs.play(*STEPS["plain"][0])
    with our_player(theirs, tmp_path) as player:
        player.play(*STEPS["plain"][0])
    *log, panic = [re.sub(r"failed: \S*/", "failed: /", line.split("\n")[0]) for line in player.log]
    real = [re.sub(r"failed: \S*/", "failed: /", line.split("\n")[0]) for line in server.push_log()]
    assert log == [line for line in real if "stack traceback" not in line]
    assert panic in server.log()
