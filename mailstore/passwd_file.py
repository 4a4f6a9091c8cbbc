"""The lines of a passwd-file: ``user:password:uid:gid:(gecos):home:(shell):extra fields``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dovecot_conf.versions import Version
from mailstore.userdb_reply import parse_id

MAX_PASSWD_FILE = 256 * 1024 * 1024
COLUMNS = 8


def passwd_lines(path: str) -> Iterator[list[str]]:
    """Yield the columns of all lines that have a user. Raises OSError."""
    with open(path, "rb") as file:
        text = file.read(MAX_PASSWD_FILE).decode("utf-8", "surrogateescape")
    for line in text.split("\n"):
        if line and line[0] not in ":#":
            yield line.removesuffix("\r").split(":", COLUMNS - 1)


def passwd_fields(columns: Sequence[str], version: Version) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return the fields of the columns, and the extra ones, which are templates; the password is dropped.

    None for a line that is no user for mails: one without a gid column, or with an id that is root's or
    that nobody here has. Source: ``passwd_file_add`` of 2.3.19.1 and 2.4.1.
    """
    if len(columns) < 4:
        return None
    uid, gid, _, home, _, rest = [*columns[2:], *[""] * COLUMNS][:6]
    fields = {key: value for key, value in (("uid", uid), ("gid", gid), ("home", home)) if value}
    for name in ("uid", "gid"):
        if name in fields and not parse_id(name, fields[name]):
            return None
    # The old format has nothing in this column, then the mail location.
    is_old = version is Version.V23 and rest.startswith(":")
    words = [f"userdb_mail={rest[1:]}"] if is_old else rest.split()
    extra = {}
    for word in words:
        key, _, value = word.partition("=")
        if key.startswith("userdb_") and value:
            extra[key.removeprefix("userdb_")] = value
    return fields, extra
