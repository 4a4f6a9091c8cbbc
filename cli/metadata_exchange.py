"""`pushnotif metadata export` and `import`: the entries of users as JSON lines, between stores."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import click

from cli.common import announce
from cli.complaints import StopError, complain, stopped
from cli.doveadm import Exit
from cli.metadata_call import read_configuration, wrong_option
from cli.metadata_operations import Failure, code_of
from cli.metadata_session import Call, Session
from cli.metadata_signals import KilledError, ended_by, killed_by_signals
from cli.output import printable, writing_to_stdout
from dovecot_conf.errors import MailboxError, MetadataError, PushnotifError
from mailstore.export_entries import Exporter, Item
from mailstore.import_entries import Importer, ValueRefusedError
from mailstore.metadata import MailboxNotCreatedError, Metadata
from mailstore.users import UnknownUserError

WORDS = frozenset({"user", "mailbox", "guid", "entry", "value"})
# Nearly all lines have these, and are quickly looked through.
REGULAR = WORDS - {"guid"}
_DECODER = json.JSONDecoder()
_GUID_LENGTH = 32
_HEX = frozenset("0123456789abcdef")


def run_export(call: Call, mailboxes: tuple[str, ...], *, orphans: bool) -> int:
    """Print the entries of the users asked for, of some mailboxes or of all; return the exit code."""
    try:
        return _export(call, mailboxes, orphans=orphans)
    except StopError as stop:
        return stopped(stop)


def run_import(call: Call, *, dry_run: bool) -> int:
    """Check and, unless it is a ``dry_run``, store the entries of a file; return the exit code."""
    try:
        with killed_by_signals():
            return _import(call, dry_run=dry_run)
    except StopError as stop:
        return stopped(stop)
    except KilledError as killed:
        return ended_by(killed)


def _session(call: Call, positionals: int) -> Session:
    configuration = read_configuration(call.source)
    if call.problem is not None:
        raise wrong_option(call.name, call.problem, configuration.version)
    extra = call.positionals[positionals:]
    if extra:
        raise StopError(Exit.USAGE, f"Error: Extraneous arguments found: {' '.join(extra)}")
    return Session(call, configuration)


def _export(call: Call, mailboxes: tuple[str, ...], *, orphans: bool) -> int:
    session = _session(call, 0)
    exporter = Exporter()
    opened: list[tuple[str, Metadata]] = []
    for user in session.users():
        metadata = session.open_store(user)
        if session.broken:
            break
        if metadata is None:
            continue
        name = user if isinstance(user, str) else user.name
        try:
            items = exporter.items(metadata, mailboxes)
        except (MetadataError, MailboxError) as error:
            session.fail(Failure(code_of(error), f"Failed to export {printable(name)}: ", str(error)))
            continue
        opened.append((name, metadata))
        _print_items(name, items)
    if orphans and not mailboxes:
        # Only now it is known which GUIDs belong to some other user's mailbox.
        for name, metadata in opened:
            _print_items(name, exporter.unclaimed(metadata))
    left_out = 0 if mailboxes else exporter.count_left_out()
    if left_out:
        hint = "" if orphans else " (--orphans exports them)"
        what = "entry belongs" if left_out == 1 else "entries belong"
        complain(f"{left_out} {what} to no mailbox of the exported users: left out{hint}")
    return session.code


def _print_items(user: str, items: Iterator[Item] | list[Item]) -> None:
    with writing_to_stdout():
        click.echo(b"".join(_line(user, item) for item in items), nl=False)


def _line(user: str, item: Item) -> bytes:
    place = {"guid": item.guid} if item.mailbox is None else {"mailbox": item.mailbox}
    line = {"user": user, **place, "entry": str(item.entry), "value": item.value}
    try:
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        # Bytes that aren't UTF-8: as \udcXX, which reads back as the same bytes.
        return json.dumps(line).encode() + b"\n"


def _import(call: Call, *, dry_run: bool) -> int:
    session = _session(call, 1)
    if not call.positionals:
        raise StopError(Exit.USAGE, "usage: pushnotif metadata import [-u <user>|-A] [--dry-run] <file>|-")
    chosen = _Chosen.of(call, session)
    importer = Importer(session.open, create=call.create)
    _collect(Path(call.positionals[0]), chosen, importer)
    if not dry_run:
        _write(importer)
    entries = f"{importer.count:,} {'entry' if importer.count == 1 else 'entries'}"
    users = f"{importer.user_count:,} {'user' if importer.user_count == 1 else 'users'}"
    announce(call.source, f"{entries} of {users}: {'checked, nothing written' if dry_run else 'stored'}")
    return Exit.FINE


def _collect(path: Path, chosen: _Chosen, importer: Importer) -> None:
    where = "stdin" if str(path) == "-" else str(path)
    for number, text in enumerate(_text(path, where).split("\n"), 1):
        if not text or text.isspace():
            continue
        try:
            _add(text, chosen, importer)
        except PushnotifError as error:
            hint = ""
            if isinstance(error, MailboxNotCreatedError) and error.can_create:
                hint = f" (Dovecot would make it in {error.location}: --create does)"
            why = printable(f"{error}{hint}")
            raise StopError(_code(error), f"Error: {printable(where)}:{number}: {why}") from None


def _write(importer: Importer) -> None:
    try:
        importer.write()
    except (MetadataError, MailboxError) as error:
        done = importer.written
        others = f" ({done} other {_stores(done)} written before)"
        raise StopError(code_of(error), f"Error: {printable(str(error))}{others if done else ''}") from None
    except KilledError:
        done = importer.written
        complain(
            f"Warning: at least {done} of {importer.store_count} {_stores(importer.store_count)} written"
        )
        raise


def _stores(count: int) -> str:
    return "store was" if count == 1 else "stores were"


class LineError(PushnotifError):
    """A line of an import isn't an entry."""


def _code(error: PushnotifError) -> int:
    if isinstance(error, UnknownUserError):
        return Exit.NO_USER
    if isinstance(error, (LineError, ValueRefusedError)):
        return Exit.USAGE
    return code_of(error)


def _text(path: Path, where: str) -> str:
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise StopError(Exit.TEMPORARY, f"Error: read({where}) failed: {error.strerror}") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise StopError(Exit.USAGE, f"Error: {where}:{number}: no UTF-8") from None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which users of a file are imported; ``default`` is the user of lines that name none."""

    default: str | None = None
    pattern: str | None = None
    names: frozenset[str] | None = None

    @classmethod
    def of(cls, call: Call, session: Session) -> _Chosen:
        if call.user_file is not None:
            names = frozenset(user for user in session.users() if isinstance(user, str))
            if session.code:
                raise StopError(session.code)
            return cls(names=names)
        if call.user and set("*?") & set(call.user):
            return cls(pattern=call.user.replace("[", "[[]").lower())
        return cls(default=call.user, names=frozenset({call.user}) if call.user else None)

    def has(self, user: str) -> bool:
        if self.pattern is not None:
            return fnmatchcase(user.lower(), self.pattern)
        return self.names is None or user in self.names


def _parsed(text: str) -> object:
    # Nearly all lines begin and end with their braces; the slower way knows the others.
    with suppress(ValueError, RecursionError):
        line, end = _DECODER.raw_decode(text)
        if end == len(text):
            return line
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "too deep or too large"
        raise LineError(f"no JSON: {why}") from None


def _add(text: str, chosen: _Chosen, importer: Importer) -> None:
    line = _parsed(text)
    if not isinstance(line, dict):
        raise LineError("a JSON object is wanted: user, mailbox, entry, value")
    _check_line(line)
    user = line.get("user", chosen.default)
    if user is None:
        raise LineError("user is missing (or say -u)")
    if chosen.has(user):
        importer.add(user, line.get("mailbox"), line.get("guid", ""), line["entry"], line["value"])


def _check_line(line: Mapping[str, object]) -> None:
    if line.keys() == REGULAR and {*map(type, line.values())} == {str} and line["user"]:
        return
    for word, value in line.items():
        if word not in WORDS:
            raise LineError(f"{word} is unknown: user, mailbox (or guid), entry, value are wanted")
        if not isinstance(value, str):
            raise LineError(f"{word} has to be a string")
    if "entry" not in line or "value" not in line:
        raise LineError(f"{'value' if 'entry' in line else 'entry'} is missing")
    if ("mailbox" in line) is ("guid" in line):
        raise LineError("mailbox and guid exclude each other" if "guid" in line else "mailbox is missing")
    guid = line.get("guid")
    if isinstance(guid, str) and (len(guid) != _GUID_LENGTH or not _HEX.issuperset(guid)):
        raise LineError("guid has to be 32 lower-case hex digits")
    if line.get("user") == "":
        raise LineError("user is empty")
