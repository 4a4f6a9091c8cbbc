"""The ``lua`` driver: calls the functions of a script, with the log lines of Dovecot 2.3.19.1 and 2.4.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dovecot_conf.errors import DriverError
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.event_records import EventRecord, MessageField
from drivers.events import MailboxEvents, MessageEvents
from drivers.interface import Driver, InitContext
from drivers.lua.api import LuaApi
from drivers.lua.entry_points import BEGIN, DEINIT, END, HANDLERS, INIT
from drivers.lua.event_tables import event_table
from drivers.lua.machine import LuaMachine, ProcessEndError, ScriptError, encode
from drivers.lua.script import open_script
from drivers.lua.settings import OPTIONS, script_of, settings_of
from drivers.lua.versions import TEXTS
from drivers.options import OptionSpec
from drivers.report import Level, Outcome
from drivers.request_report import reported_request
from drivers.session_end import SessionEndedError

if TYPE_CHECKING:
    from drivers.session import UserSession
    from drivers.transaction import DriverTransaction

_PREFIX = "lua: "
_NEW_MESSAGE = ("MessageNew", "MessageAppend")


class LuaDriver(Driver):
    """Runs a script: ``begin_txn``, a handler for each event, ``end_txn``."""

    name: ClassVar[str] = "lua"
    plugin: ClassVar[str] = "push_notification_lua"
    settings_prefix: ClassVar[str] = "dlua settings: Failed to parse configuration: "
    options: ClassVar[Mapping[Version, tuple[OptionSpec, ...]]] = OPTIONS

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> str:
        """Return the path of the script; raise DriverError with Dovecot's text."""
        return script_of(definition, context)

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        path = self.parse(definition, context)
        self._log = context.log
        self._show_secrets = context.show_secrets
        self._texts = TEXTS[context.version]
        if self._texts.loading:
            self._debug(self._texts.loading.format(file=path))
        self._user_is_kept = False
        try:
            self._machine = LuaMachine(context.scripting)
            open_script(self._machine, path, self._texts)
            self._api = LuaApi(self._machine, context)
            self._debug("Calling script_init")
            if context.world is not None:
                self._begin_script(path, settings_of(definition))
        except ScriptError as error:
            raise DriverError(str(error)) from None
        except ProcessEndError as error:
            raise SessionEndedError(str(error)) from None

    def begin(self, dtxn: DriverTransaction) -> bool:
        """Register the events for which the script has a function, and call ``begin_txn``."""
        dtxn.outcome, dtxn.reason = Outcome.SKIPPED, ""
        if not self._machine.has_function(BEGIN):
            self._error(f"Missing function {BEGIN}")
            dtxn.reason = f"the script has no function {BEGIN}"
            return False
        if not self._register(dtxn):
            self._debug("No event handlers found in script")
            dtxn.reason = "the script has no event handlers"
            return False
        user = dtxn.session.username
        self._debug(f"Calling {BEGIN}({user})")
        self._api.enter(dtxn.session)
        try:
            results = self._call(BEGIN, 1, 1, lambda: (self._api.user(),))
        except ScriptError as error:
            self._error(str(error))
            self._user_is_kept = True
            dtxn.outcome, dtxn.reason = Outcome.FAILED, str(error).partition("\n")[0]
            return False
        finally:
            self._report_requests(dtxn)
        self._debug(f"Called {BEGIN}")
        dtxn.context = results[0] if results else None
        dtxn.outcome = Outcome.CALLED
        return True

    def process_mailbox(self, dtxn: DriverTransaction, mailbox: MailboxEvents) -> None:
        """Call the handler of each event of the mailbox."""
        for record in mailbox.records:
            place = {b"mailbox": encode(mailbox.mailbox)}
            self._handle(dtxn, record, place, f"mailbox={mailbox.mailbox}")

    def process_message(self, dtxn: DriverTransaction, message: MessageEvents) -> None:
        """Call the handler of each event of a message."""
        for record in message.records:
            place = {
                b"mailbox": encode(message.mailbox),
                b"uid": float(message.uid),
                b"uid_validity": float(message.uidvalidity),
            }
            self._handle(dtxn, record, place, f"mailbox={message.mailbox},uid={message.uid}")

    def end(self, dtxn: DriverTransaction, *, success: bool) -> None:
        """Call ``end_txn`` and let the context go."""
        if not self._machine.has_function(END):
            self._error(f"Missing function {END}")
            dtxn.outcome, dtxn.reason = Outcome.FAILED, f"the script has no function {END}"
        else:
            self._debug(f"Calling {END}")
            self._run(dtxn, END, lambda: (dtxn.context, success))
        dtxn.context = None
        # Dovecot collects Lua's garbage here: the last time decides who is still referenced.
        self._user_is_kept = self._api.keeps_user()

    def deinit(self, session: UserSession) -> None:
        """Call ``script_deinit``; a user who is still referenced ends the process."""
        if self._machine.has_function(DEINIT):
            try:
                self._call(DEINIT, 0, 0, tuple)
            except ScriptError as error:
                self._error(f"{DEINIT}() failed: {error}")
        if self._user_is_kept:
            where = f"file mail-user.c: line {self._texts.mail_user_line} (mail_user_deinit)"
            text = f"{where}: assertion failed: ((*user)->refcount == 1)"
            session.log.write(Level.PANIC, self.name, text)
            raise SessionEndedError("")

    def _begin_script(self, path: str, settings: Mapping[str, str]) -> None:
        try:
            self._machine.run()
        except ScriptError as error:
            raise ScriptError(f"lua_pcall({path}) failed: {error}") from None
        if not self._machine.has_function(INIT):
            return
        arguments, wanted = self._texts.init
        table = {encode(name): encode(value) for name, value in settings.items()}
        results = self._call(INIT, arguments, wanted, lambda: (self._machine.table(table),) * arguments)
        if not wanted:
            return
        result = results[0] if results else None
        if not isinstance(result, int) or isinstance(result, bool):
            raise ScriptError("script_init() returned non-number")
        if result != 0:
            raise ScriptError("Script init failed")

    def _register(self, dtxn: DriverTransaction) -> bool:
        found = False
        prefix = _PREFIX if dtxn.session.version is Version.V24 else ""
        for event, function in HANDLERS.items():
            if not self._machine.has_function(function):
                continue
            found = True
            self._debug(f"Found {function}, handling {event} event")
            fields = MessageField.ALL if event in _NEW_MESSAGE else MessageField.NONE
            dtxn.register(event, fields, log_prefix=prefix, store_old=event == "FlagsClear")
        return found

    def _handle(
        self, dtxn: DriverTransaction, record: EventRecord, place: Mapping[bytes, Any], shown: str
    ) -> None:
        function = HANDLERS[record.name]
        self._debug(f"Calling {function}(ctx, event[name={record.name},{shown}])")
        self._run(dtxn, function, lambda: (dtxn.context, event_table(self._machine, record, place)))

    def _run(self, dtxn: DriverTransaction, function: str, arguments: Any) -> None:
        self._api.enter(dtxn.session)
        try:
            self._call(function, 2, 0, arguments)
        except ScriptError as error:
            self._error(str(error))
            dtxn.outcome, dtxn.reason = Outcome.FAILED, str(error).partition("\n")[0]
        else:
            self._debug(f"Called {function}")
        finally:
            self._report_requests(dtxn)

    def _report_requests(self, dtxn: DriverTransaction) -> None:
        sent = self._api.http.requests
        dtxn.requests += [
            reported_request(request, result, show_secrets=self._show_secrets) for request, result in sent
        ]
        sent.clear()

    def _call(self, function: str, arguments: int, results: int, values: Any) -> tuple[Any, ...]:
        if not self._machine.has_function(function):
            raise ScriptError(f"'{function}' is not a function")
        try:
            return self._machine.call(function, *values())
        except ScriptError as error:
            raise ScriptError(f"lua_pcall({function}, {arguments}, {results}) failed: {error}") from None
        except ProcessEndError as error:
            raise SessionEndedError(str(error)) from None

    def _debug(self, text: str) -> None:
        self._log.write_debug(self.name, f"{_PREFIX}{text}")

    def _error(self, text: str) -> None:
        self._log.write_error(self.name, f"{_PREFIX}{text}")
