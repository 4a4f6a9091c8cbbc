"""What Dovecot's own API does when a script calls it; its shape is in ``api.lua``."""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from dovecot_conf.errors import MailboxError, MetadataError, VariableError
from dovecot_conf.variables import expand
from dovecot_conf.variables23 import Expansion
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.lua.http_api import LuaHttp
from drivers.lua.machine import LuaMachine, decode, encode
from drivers.lua.mailbox_status import status_fields
from drivers.lua.plain_calls import PLAIN_CALLS
from drivers.lua.script_modules import add_modules
from drivers.lua.versions import DICT, DOVEADM_CLIENT, STORAGE, LuaTexts
from drivers.report import Level
from mailstore.tabescape import unescape

if TYPE_CHECKING:
    from drivers.session import Surroundings, UserSession

Answer = tuple[bool, Any]
"""Whether a call went well, and its value or Dovecot's text."""

_LEVELS: Mapping[bytes, Level] = {
    b"debug": Level.DEBUG,
    b"info": Level.INFO,
    b"warning": Level.WARNING,
    b"error": Level.ERROR,
}
_PREFIXES = (b"/private/", b"/shared/")
_WRONG_PREFIX = b"Invalid key prefix, must be /private/ or /shared/"
_PREFIX = b"lua: "


class _Item:
    """Stands for Dovecot's userdata."""

    def __str__(self) -> str:
        return f"userdata: 0x{id(self):x}"


class LuaApi:
    """The API for one script; :meth:`enter` says in which session it is called."""

    def __init__(self, machine: LuaMachine, context: InitContext, texts: LuaTexts) -> None:
        self._machine = machine
        self._context = context
        self._session: UserSession | None = None
        self._texts = texts
        settings = {
            b"has": machine.table({name.encode(): True for name in texts.has}),
            b"log_prefix": _PREFIX,
            b"between_arguments": b"expected %d to %d arguments, got %d",
            b"user_set": b"",
            b"user_unset": b"",
            b"storage": _constants(machine, STORAGE, texts.lacks),
            b"dict": _constants(machine, DICT) if "dict" in texts.has else None,
            b"doveadm_client": _constants(machine, DOVEADM_CLIENT) if "dict" in texts.has else None,
            b"registered": machine.registered,
        }
        source = resources.files("drivers.lua").joinpath("api.lua").read_bytes()
        self._lua = machine.extend(source, machine.functions(self._host()), machine.table(settings))
        checks = self._lua[b"checks"]
        ends = {"crash": self.crash, "panic": self.panic}
        self.http = LuaHttp(machine, checks, texts, lambda: self._world, context.log, ends)
        add_modules(machine, lambda: self._world, self.http.requests)

    def enter(self, session: UserSession) -> None:
        """Let calls act in this session from now on."""
        self._session = session

    def user(self) -> Any:
        """Return the object of the session's user."""
        session = self._entered
        fields: dict[bytes, Any] = {
            b"admin": False,
            b"anonymous": False,
            b"autocreated": False,
            b"dsyncing": False,
            b"fuzzy_search": False,
            b"nonexistent": False,
            b"session_restored": False,
            b"username": encode(session.username),
            b"service": encode(session.protocol),
            b"session_id": b"",
            b"session_create_time": float(int(session.surroundings.clock.now())),
        }
        if "mail_debug" in self._texts.has:
            fields[b"mail_debug"] = True
        variables = session.variables
        fields[b"home"] = encode(variables["home"]) if variables.get("home") is not None else None
        for name in ("uid", "gid"):
            text = variables.get(name, "")
            fields[name.encode()] = float(text) if text.isdigit() else float(2**32 - 1)
        return self._lua[b"user"](self._machine.table(fields))

    def keeps_user(self) -> bool:
        """Tell whether the script still holds on to the object of a user."""
        if not self._lua[b"keeps_user"]():
            return False
        # Frames of ours may hold on to it too, while a cycle with an exception in it holds on to them.
        gc.collect()
        return bool(self._lua[b"keeps_user"]())

    def end_call(self) -> None:
        """Do what Dovecot does after each call of a function of the script."""
        self._machine.call_own(self._lua[b"end_call"])

    @property
    def _world(self) -> Surroundings:
        """The surroundings of the session, also before it has begun."""
        world = self._session.surroundings if self._session is not None else self._context.world
        if world is None:
            raise RuntimeError("a script was run without surroundings")
        return world

    @property
    def _entered(self) -> UserSession:
        if self._session is None:
            raise RuntimeError("the API was called outside of a session")
        return self._session

    def _host(self) -> dict[str, Callable[..., Any]]:
        calls: tuple[Callable[..., Any], ...] = (
            *PLAIN_CALLS,
            self.item, self.log, self.crash, self.panic, self.time, self.split_tabescaped,
            self.metadata_get, self.metadata_set, self.metadata_list, self.mailbox_open, self.mailbox_close,
            self.mailbox_sync, self.mailbox_status, self.mailbox_names, self.var_expand,
            self.var_expand_alone, self.plugin_getenv,
        )  # fmt: skip
        return {call.__name__: call for call in calls}

    # Objects and the log

    def item(self) -> _Item:
        """Return something that is a userdata in Lua."""
        return _Item()

    def log(self, level: bytes, text: bytes, forced: bool, replaced: bool) -> None:  # noqa: ARG002
        """Write a log line; ``text`` has its prefix in front."""
        if _LEVELS[level] is Level.DEBUG:
            self._context.log.write_debug("lua", decode(text), forced=forced)
        else:
            self._context.log.write(_LEVELS[level], "lua", decode(text))

    def crash(self, why: bytes) -> None:
        """End the process as a wrong pointer does."""
        self._machine.end_process(f"Dovecot's process dies of signal 11 (SIGSEGV): {decode(why)}")

    def panic(self, text: bytes) -> None:
        """End the process with a line in the log."""
        self._context.log.write(Level.PANIC, "lua", decode(text))
        self._machine.end_process("")

    # Time and text

    def time(self) -> tuple[int, int]:
        """Seconds since 1970, and microseconds."""
        now = self._world.clock.now()
        return int(now), int(now % 1 * 1_000_000)

    def split_tabescaped(self, text: bytes) -> Any:
        """Split at tabs, and unescape."""
        return self._machine.array([encode(unescape(part)) for part in decode(text).split("\t")])

    # METADATA; ``place`` has a mailbox, or is that of the user

    def metadata_get(self, place: Any, key: bytes) -> Answer:
        """Return a value, None if there is none."""
        if not key.startswith(_PREFIXES):
            return False, _WRONG_PREFIX
        mailbox = _mailbox(place)
        try:
            self._check_mailbox(mailbox)
            value = self._entered.store.get(mailbox, decode(key))
        except (MetadataError, MailboxError) as error:
            return False, encode(error.message)
        return True, encode(value) if value is not None else None

    def metadata_set(self, place: Any, key: bytes, value: bytes | None) -> Answer:
        """Set a value, or with None take it away."""
        if not key.startswith(_PREFIXES):
            return False, _WRONG_PREFIX
        if _mailbox(place) and not place[b"opened"]:
            line = self._texts.mail_storage_line
            where = f"file mail-storage.c: line {line} (mailbox_transaction_begin)"
            self.panic(encode(f"{where}: assertion failed: (box->opened)"))
            return False, b"panic"
        store = self._entered.store
        try:
            if value is None:
                store.unset(_mailbox(place), decode(key))
            else:
                store.set(_mailbox(place), decode(key), decode(value))
        except (MetadataError, MailboxError) as error:
            return False, encode(error.message)
        return True, None

    def metadata_list(self, place: Any, prefix: bytes) -> Answer:
        """Return a table of all values whose names begin so."""
        if not prefix.startswith(_PREFIXES):
            return False, _WRONG_PREFIX
        store, mailbox = self._entered.store, _mailbox(place)
        found: dict[bytes, bytes | None] = {}
        try:
            self._check_mailbox(mailbox)
            for name in store.names(mailbox, decode(prefix)):
                value = store.get(mailbox, f"{decode(prefix)}{name}")
                found[prefix + encode(name)] = encode(value) if value is not None else b""
        except (MetadataError, MailboxError) as error:
            return False, encode(error.message)
        return True, self._machine.table(found)

    def _check_mailbox(self, mailbox: str) -> None:
        if mailbox and mailbox not in self._entered.mailboxes:
            raise MailboxError(f"Mailbox doesn't exist: {mailbox}")

    # Mailboxes

    def mailbox_names(self, name: bytes) -> tuple[bytes, bytes]:
        """Return the shown name of a mailbox, and that in its storage."""
        return name, name

    def mailbox_open(self, name: bytes) -> Answer:
        """Open a mailbox."""
        return self._opened(name, "mailbox_open(%s) failed: %s")

    def mailbox_sync(self, name: bytes) -> Answer:
        """Look for changes in a mailbox."""
        return self._opened(name, "mailbox_sync(%s) failed: %s")

    def mailbox_close(self, name: bytes) -> Answer:  # noqa: ARG002
        """Close a mailbox."""
        return True, None

    def mailbox_status(self, name: bytes, *items: int) -> Answer:
        """Return a table with the state of a mailbox; what isn't among the items is 0."""
        wanted = 0
        for item in items:
            wanted |= item & 0xFFFFFFFF
        ok, problem = self._opened(name, f"mailbox_get_status(%s, {wanted}) failed: %s")
        if not ok:
            return ok, problem
        box = self._entered.mailboxes[decode(name)]
        fields: dict[bytes, Any] = dict(status_fields(box, wanted))
        if isinstance(fields.get(b"keywords"), list):
            fields[b"keywords"] = self._machine.array(fields[b"keywords"])
        return True, self._machine.table(fields)

    def _opened(self, name: bytes, text: str) -> Answer:
        shown = decode(name)
        if shown in self._entered.mailboxes:
            return True, None
        return False, encode(text % (shown, f"Mailbox doesn't exist: {shown}"))

    # Settings

    def var_expand(self, text: bytes) -> Answer:
        """Replace %variables, as in settings."""
        session = self._entered
        shown = decode(text)
        if session.version is Version.V23:
            return True, encode(Expansion(session.variables, {}, marks_unknown=True).expand(shown))
        try:
            return True, encode(expand(shown, session.variables, session.version))
        except VariableError as error:
            problem = error.message.removeprefix(f"{shown}: ")
            return False, encode(f"var_expand({shown}) failed: {problem}")

    def var_expand_alone(self, text: bytes) -> Answer:
        """Replace %variables where there is no user (2.4.2)."""
        shown = decode(text)
        try:
            return True, encode(expand(shown, {}, self._texts.dialect))
        except VariableError as error:
            problem = error.message.removeprefix(f"{shown}: ")
            return False, encode(f"failed to expand '{shown}': {problem}")

    def plugin_getenv(self, name: bytes) -> bytes | None:
        """Return a setting of ``plugin {}``, None if it isn't there."""
        value = self._context.plugin.get(decode(name))
        return encode(value) if value is not None else None


def _constants(machine: LuaMachine, values: Mapping[str, float | str], lacking: Container[str] = ()) -> Any:
    return machine.table(
        {
            name.encode(): value.encode() if isinstance(value, str) else float(value)
            for name, value in values.items()
            if name not in lacking
        }
    )


def _mailbox(place: Any) -> str:
    name = place[b"mailbox"]
    return decode(name) if name is not None else ""
