"""The mailbox GUID in Dovecot's index files (sdbox, mdbox and mbox keep it there).

Each format has an index extension whose header holds the GUID at a fixed place. The header is
changed by records of the transaction log ``dovecot.index.log``; ``dovecot.index`` is a snapshot
that may be old or missing, so the log is replayed on top of it. Layout as written by Dovecot
2.3.19.1 and 2.4.1 on little-endian machines (lib-index/mail-index.h, mail-transaction-log.h).
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf.errors import MailboxError
from dovecot_conf.paths import StrPath

MAX_INDEX_SIZE = 256 * 1024 * 1024
TYPE_MASK = 0x0FFFFFFF
EXT_INTRO = 0x40
EXT_HDR_UPDATE = 0x100
EXT_HDR_UPDATE32 = 0x10000
NO_NAME = 0xFFFFFFFF
INTRO_SIZE = 20
GUID_SIZE = 16
# As much of an extension header as is needed for the GUID.
HEADER_SIZE = 64
# Offsets in struct mail_index_header: the log the snapshot is synced to.
LOG_SEQUENCE = 60
LOG_HEAD_OFFSET = 68


@dataclass(frozen=True, slots=True)
class GuidPlace:
    """Where a mailbox format keeps the GUID: in which extension header, at which offset."""

    extension: str
    offset: int


PLACES = {
    "sdbox": GuidPlace("dbox-hdr", 4),
    "mdbox": GuidPlace("mdbox-hdr", 4),
    "mbox": GuidPlace("mbox", 16),
}


@dataclass(slots=True)
class _Extensions:
    """Names of the extensions in the order of their ids, and the header of the ``wanted`` one."""

    wanted: str
    names: list[str] = field(default_factory=list)
    header: bytearray = field(default_factory=lambda: bytearray(HEADER_SIZE))

    def introduce(self, name: str) -> None:
        if name not in self.names:
            self.names.append(name)

    def write(self, offset: int, data: bytes) -> None:
        end = min(offset + len(data), HEADER_SIZE)
        if offset < end:
            self.header[offset:end] = data[: end - offset]


def index_guid(folder: StrPath, driver: str) -> str | None:
    """Return the GUID of the mailbox whose index files are in ``folder``, None without any.

    ``driver`` is sdbox, mdbox or mbox. Raises MailboxError when the files can't be read, are
    damaged, or hold no GUID yet.
    """
    place = PLACES[driver]
    try:
        extensions = _replay(Path(folder), place.extension)
    except OSError as error:
        raise MailboxError(f"{error.filename or folder}: {error.strerror}") from None
    except (struct.error, IndexError, UnicodeDecodeError):
        raise MailboxError(f"{folder}: damaged index files, run doveadm force-resync") from None
    if extensions is None:
        return None
    guid = bytes(extensions.header[place.offset : place.offset + GUID_SIZE])
    if not any(guid):
        raise MailboxError(f"{folder}: the index has no mailbox GUID yet: let Dovecot open the mailbox once")
    return guid.hex()


def _replay(folder: Path, wanted: str) -> _Extensions | None:
    """Read the snapshot, then apply what the logs say since; None when there are no files."""
    extensions = _Extensions(wanted)
    sequence, offset = 0, 0
    snapshot = _read(folder / "dovecot.index")
    if snapshot:
        sequence, offset = _read_snapshot(snapshot, extensions)
    logs = [log for name in ("dovecot.index.log.2", "dovecot.index.log") if (log := _read(folder / name))]
    for log in logs:
        header_size, log_sequence = struct.unpack_from("<2xHxxxxI", log)
        if log_sequence < sequence:
            continue
        start = offset if log_sequence == sequence else header_size
        _apply(log, max(start, header_size), extensions)
    return extensions if snapshot or logs else None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_INDEX_SIZE)
    except FileNotFoundError:
        return b""
    except OSError as error:
        # No mailbox can have a name this long.
        if error.errno == errno.ENAMETOOLONG:
            return b""
        raise


def _read_snapshot(data: bytes, extensions: _Extensions) -> tuple[int, int]:
    """Read the extension headers of ``dovecot.index``; return its log sequence and offset."""
    base_size, header_size = struct.unpack_from("<2xHI", data)
    position = _aligned(base_size)
    while position + 16 <= header_size:
        size, name_size = struct.unpack_from("<I4x2x2x2xH", data, position)
        name = data[position + 16 : position + 16 + name_size].decode("ascii")
        position = _aligned(position + 16 + name_size)
        extensions.introduce(name)
        if name == extensions.wanted:
            extensions.write(0, data[position : position + size])
        position = _aligned(position + size)
    return (
        struct.unpack_from("<I", data, LOG_SEQUENCE)[0],
        struct.unpack_from("<I", data, LOG_HEAD_OFFSET)[0],
    )


def _aligned(position: int) -> int:
    return (position + 7) & ~7


def _records(log: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and payload of each complete record; boundaries only group the ones behind them."""
    while position + 8 <= len(log):
        size = _record_size(log[position : position + 4])
        if size < 8 or position + size > len(log):
            return
        yield struct.unpack_from("<I", log, position + 4)[0] & TYPE_MASK, log[position + 8 : position + size]
        position += size


def _record_size(data: bytes) -> int:
    """Decode a record size: big endian, 7 bits a byte with the highest bit set, in units of four.

    A size without these bits was not written to its end: 0.
    """
    if not all(byte & 0x80 for byte in data):
        return 0
    first, second, third, fourth = (byte & 0x7F for byte in data)
    return (first << 21 | second << 14 | third << 7 | fourth) << 2


def _apply(log: bytes, position: int, extensions: _Extensions) -> None:
    current = ""
    for kind, payload in _records(log, position):
        if kind == EXT_INTRO:
            current = _introduced(payload, extensions)
        elif kind in (EXT_HDR_UPDATE, EXT_HDR_UPDATE32) and current == extensions.wanted:
            _apply_header_updates(payload, extensions, wide=kind == EXT_HDR_UPDATE32)


def _introduced(payload: bytes, extensions: _Extensions) -> str:
    """Return the extension that an intro record names, or gives by its id."""
    number, name_size = struct.unpack_from("<I14xH", payload)
    if name_size:
        name = payload[INTRO_SIZE : INTRO_SIZE + name_size].decode("ascii")
        extensions.introduce(name)
        return name
    return extensions.names[number] if number != NO_NAME else ""


def _apply_header_updates(payload: bytes, extensions: _Extensions, *, wide: bool) -> None:
    layout = "<II" if wide else "<HH"
    position = 0
    while position + struct.calcsize(layout) <= len(payload):
        offset, size = struct.unpack_from(layout, payload, position)
        position += struct.calcsize(layout)
        if size == 0 or size > len(payload) - position:
            return
        extensions.write(offset, payload[position : position + size])
        position += size + (-size) % 4
