"""The ``lua`` driver: calls the functions of a script, with the log lines of Dovecot 2.3.19.1 and 2.4.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from dovecot_conf.errors import DriverError, VariableError
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.interface import Driver, InitContext
from drivers.lua.entry_points import BEGIN, END, HANDLERS
from drivers.lua.entry_points import LOG_PREFIX as _PREFIX
from drivers.lua.machine import ScriptError, encode
from drivers.lua.mail_lua import MailLua, shared_script
from drivers.lua.script import LuaScript
from drivers.lua.settings import OPTIONS, expanded_settings, named_by, script_of
from drivers.lua.versions import api_texts
from drivers.options import OptionSpec
from drivers.report import Outcome
from drivers.user_plugin import UserPlugin

if TYPE_CHECKING:
    from drivers.event_records import EventRecord
    from drivers.events import MailboxEvents, MessageEvents
    from drivers.session import UserSession
    from drivers.transaction import DriverTransaction


class LuaDriver(Driver):
    """Runs a script: ``begin_txn``, a handler for each event, ``end_txn``."""

    name: ClassVar[str] = "lua"
    plugin: ClassVar[str] = "push_notification_lua"
    settings_prefix: ClassVar[str] = "dlua settings: Failed to parse configuration: "
    options: ClassVar[Mapping[Version, tuple[OptionSpec, ...]]] = OPTIONS
    user_plugin: ClassVar[type[UserPlugin] | None] = MailLua

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> str | None:
        """Return the path of the script, None for a shared one; raise DriverError with Dovecot's text."""
        return script_of(definition, context)

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        path = self.parse(definition, context)
        self._log = context.log
        self._show_secrets = context.show_secrets
        self._named_by = named_by(context, path)
        if path is None:
            self._script = shared_script(context).refer()
            return
        loading = api_texts(context.version, context.scripting.api).loading
        if loading:
            self._debug(loading.format(file=path))
        try:
            settings = expanded_settings(definition.lua.settings, context.variables)
            self._script = LuaScript(path, context, _PREFIX)
        except (ScriptError, VariableError) as error:
            raise DriverError(str(error)) from None
        self._debug("Calling script_init")
        try:
            self._script.begin(settings)
        except ScriptError as error:
            self._script.release()
            raise DriverError(str(error)) from None

    @property
    def script_path(self) -> str:
        """Return the path of the script as the configuration has it."""
        return self._script.path

    def begin(self, dtxn: DriverTransaction) -> bool:
        """Register the events for which the script has a function, and call ``begin_txn``."""
        dtxn.outcome, dtxn.reason = Outcome.SKIPPED, ""
        # Heavy, and not needed to start a script.
        from drivers.lua.registrations import registrations  # noqa: PLC0415

        can_begin, events, lines = registrations(self._look(), dtxn.session.version)
        if not can_begin:
            self._error(f"Missing function {BEGIN}")
            dtxn.reason = f"the script has no function {BEGIN}"
            return False
        if not events:
            self._debug("No event handlers found in script")
            dtxn.reason = "the script has no event handlers"
            return False
        self._log.write_debug_lines(lines)
        dtxn.register_all(events)
        user = dtxn.session.username
        self._debug(f"Calling {BEGIN}({user})")
        self._script.enter(dtxn.session)
        try:
            results = self._script.call(BEGIN, 1, self._script.api.user())
        except ScriptError as error:
            self._error(str(error))
            self._script.leave_user()
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
        if not self._script.has_function(END):
            self._error(f"Missing function {END}")
            dtxn.outcome, dtxn.reason = Outcome.FAILED, f"the script has no function {END}"
        else:
            self._debug(f"Calling {END}")
            self._run(dtxn, END, success)
        dtxn.context = None
        # Dovecot collects Lua's garbage here: the last time decides who is still referenced.
        self._script.collect_garbage()

    @property
    def inherited(self) -> tuple[tuple[str, str], ...]:
        """The setting that names the script, if it is no option."""
        return ((self._named_by, self._script.path),) if self._named_by else ()

    @property
    def keeps_user(self) -> bool:
        """Tell whether the script, or a transaction that failed to begin, still refers to the user."""
        return self._script.keeps_user

    def deinit(self, session: UserSession) -> None:  # noqa: ARG002
        """Let the script go, which ends with ``script_deinit``."""
        self._script.release()

    @cached_property
    def _look(self) -> Callable[[], bytes]:
        from drivers.lua.registrations import FUNCTIONS  # noqa: PLC0415

        return self._script.machine.looking_for(FUNCTIONS)

    def _handle(
        self, dtxn: DriverTransaction, record: EventRecord, place: Mapping[bytes, Any], shown: str
    ) -> None:
        # Heavy, and not needed to start a script.
        from drivers.lua.event_tables import event_table  # noqa: PLC0415

        function = HANDLERS[record.name]
        self._debug(f"Calling {function}(ctx, event[name={record.name},{shown}])")
        self._run(dtxn, function, event_table(self._script.machine, record, place))

    def _run(self, dtxn: DriverTransaction, function: str, argument: Any) -> None:
        self._script.enter(dtxn.session)
        try:
            self._script.call(function, 0, dtxn.context, argument)
        except ScriptError as error:
            self._error(str(error))
            dtxn.outcome, dtxn.reason = Outcome.FAILED, str(error).partition("\n")[0]
        else:
            self._debug(f"Called {function}")
        finally:
            self._report_requests(dtxn)

    def _report_requests(self, dtxn: DriverTransaction) -> None:
        sent = self._script.api.http.requests
        if not sent:
            return
        # Heavy, and not every script sends requests.
        from drivers.request_report import reported_request  # noqa: PLC0415

        dtxn.requests += [
            reported_request(request, result, show_secrets=self._show_secrets) for request, result in sent
        ]
        sent.clear()

    def _debug(self, text: str) -> None:
        self._log.write_debug(self.name, f"{_PREFIX}{text}")

    def _error(self, text: str) -> None:
        self._log.write_error(self.name, f"{_PREFIX}{text}")
