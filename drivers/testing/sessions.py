"""Sessions in which a test does several things, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dovecot_conf.errors import PushnotifError
from drivers.actions import Actions
from drivers.process import Part, Process, ProcessReport
from drivers.session import SharedHttp, Surroundings, UserSession
from drivers.session_end import SessionEndedError
from drivers.testing.account import Account
from drivers.testing.errors import PushError
from drivers.testing.result import Result, result_of
from drivers.testing.verbs import Act, Verbs

if TYPE_CHECKING:
    from drivers.testing.push import DovecotPush

SESSIONS = ("imap", "lmtp")
"""The protocols in which a client does one thing after the other; the others are programs that end."""


def part_of(push: DovecotPush, account: Account, protocol: str, act: Callable[[Actions], object]) -> Part:
    """Return what a user does in a process. Raises PushError when the script can't be run at all."""
    configured, user = push.configured, account.mail_user(protocol)
    configured.check_script(protocol, user.variables)
    store = account.store
    store.enabled = configured.enables_metadata(protocol, account.name, account.attributes["home"])
    world = Surroundings(store.look_up, push.http, push.clock, store=store, scripting=configured.scripting)
    return Part(configured.push(protocol), user, account.mailboxes, act, world)


class Recording:
    """Remembers where a session begins, and makes its result when it has ended."""

    def __init__(self, push: DovecotPush, account: Account) -> None:
        self._push = push
        self._account = account
        self._calls = len(account.store.calls)
        self._requests = len(push.http.sent)

    def result(self, process: ProcessReport) -> Result:
        """Return what has happened since."""
        calls, sent = self._account.store.calls[self._calls :], self._push.http.sent[self._requests :]
        result = result_of(process, calls, sent)
        self._push.results.append(result)
        return result


class PushSession(Verbs[None]):
    """A session of a user; :attr:`result` is there when it has ended.

    In IMAP the drivers are loaded once and see everything; each mail over an LMTP connection has drivers
    of its own. An action that ends the process raises PushError with what Dovecot logs.
    """

    def __init__(self, push: DovecotPush, account: Account, protocol: str) -> None:
        self.push = push
        self.account = account
        self._protocol = protocol
        self._recording = Recording(push, account)
        self._process: Process | None = None
        self._opened: tuple[UserSession, Actions] | None = None
        self._result: Result | None = None

    @property
    def result(self) -> Result:
        """What followed from the session. Raises PushError while it lasts."""
        __tracebackhide__ = True
        if self._result is None:
            raise PushError("the session has no result yet: that is there behind its with block")
        return self._result

    def __enter__(self) -> Self:
        """Begin; raise PushError when the session can't."""
        __tracebackhide__ = True
        if self._process is not None:
            raise PushError("a session is begun once: ask the user for another")
        try:
            first = part_of(self.push, self.account, self._protocol, lambda _actions: None)
        except PushnotifError as error:
            raise PushError(error.message) from None
        self._recording = Recording(self.push, self.account)
        http = SharedHttp(self.push.http, self.push.clock)
        self._process = Process(first, self.push.configured.registry, http)
        if self._protocol == "imap":
            self._guard(self._begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, unless it has ended already."""
        if self._process is None or self._result is not None:
            return
        try:
            if kind is None:
                self._end(self._process)
        except SessionEndedError as end:
            end.write(self._process.log)
        self._finish()

    def _do(self, verb: str, protocols: tuple[str, ...], act: Act) -> None:
        __tracebackhide__ = True
        protocol = self._protocol
        if protocol not in protocols:
            raise PushError(f"{protocol} doesn't {verb}: that is for {', '.join(protocols)}")
        if self._process is None or self._result is not None:
            raise PushError("the session is not open: it is inside its with block")
        if protocol == "lmtp":
            self._guard(lambda process: self._deliver(process, act))
        elif self._opened is not None:
            _, actions = self._opened
            self._guard(lambda _process: act(actions, protocol))

    def _begin(self, process: Process) -> None:
        self._opened = process.begin(process.first)
        if self._opened is None:
            raise SessionEndedError("")

    def _deliver(self, process: Process, act: Act) -> None:
        part = part_of(self.push, self.account, self._protocol, lambda actions: act(actions, "lmtp"))
        if not process.take([part]):
            raise SessionEndedError("")

    def _end(self, process: Process) -> None:
        if self._opened is not None:
            session, actions = self._opened
            actions.finish()
            session.close()
        process.end()

    def _guard(self, step: Callable[[Process], object]) -> None:
        """Do something; raise PushError when it isn't possible, or ends the process."""
        __tracebackhide__ = True
        process = self._process
        assert process is not None
        try:
            step(process)
        except PushnotifError as error:
            raise PushError(error.message) from None
        except SessionEndedError as end:
            end.write(process.log)
            self._finish()
            last = self.result.log[-1] if self.result.log else "nothing is logged"
            raise PushError(f"the process of the session has ended: {last}") from None

    def _finish(self) -> None:
        assert self._process is not None
        self._result = self._recording.result(self._process.report())
