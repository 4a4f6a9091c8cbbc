"""What userdbs say of a user while one after the other is asked."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dovecot_conf.versions import Version

# The suffix of a field that only fills a gap.
FILLS_A_GAP = MappingProxyType({Version.V23: ":protected", Version.V24: ":default"})
REMOVES = ":remove"
OLD_FIELD_NAMES = MappingProxyType({"system_user": "system_groups_user"})


def _gid(name: str) -> int:
    import grp  # noqa: PLC0415 - most write numbers

    return grp.getgrnam(name).gr_gid


IDS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"uid": lambda text: pwd.getpwnam(text).pw_uid, "gid": _gid}
)


def parse_id(field_name: str, text: str) -> int | None:
    """Return the number of a ``uid`` or ``gid``; None for a name that this machine doesn't know."""
    if text.isascii() and text.isdecimal():
        return int(text)
    try:
        return IDS[field_name](text) if text else None
    except (KeyError, ValueError):
        return None


class Reply:
    """The name and the fields so far; ``failure`` is why the lookup will fail, "" as long as it won't.

    Source: ``auth_request_set_userdb_field`` of 2.3.19.1 and 2.4.1.
    """

    def __init__(self, name: str, version: Version, open_path: Callable[[str], str]) -> None:
        self.name = name
        self.version = version
        self.open_path = open_path
        self.fields: dict[str, str] = {}
        self.failure = ""

    def set(self, name: str, value: str) -> None:
        """Add a field, or do what its name says."""
        suffix = FILLS_A_GAP[self.version]
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
            if name in self.fields:
                return
        elif name.endswith(REMOVES) and name != REMOVES:
            self.fields.pop(name.removesuffix(REMOVES), None)
            return
        match name:
            case "uid" | "gid":
                self._set_id(name, value)
            case "tempfail":
                self._fail("the userdb says tempfail")
            case "user" | "username" | "domain":
                self._rename(name, value)
            case "uidgid_file":
                self._set_owner(value)
            case "userdb_import":
                for text in value.split("\t"):
                    key, _, inner = text.partition("=")
                    self.set(key, inner)
            case _:
                self.fields[OLD_FIELD_NAMES.get(name, name)] = value

    def _set_id(self, name: str, value: str) -> None:
        # A name that isn't known here may well be known on the server: it stays.
        number = parse_id(name, value)
        self.fields[name] = value if number is None else str(number)

    def _rename(self, part: str, value: str) -> None:
        username, at, domain = self.name.partition("@")
        if part == "username":
            value = value if "@" in value else f"{value}{at}{domain}"
        elif part == "domain":
            value = f"{username}@{value}"
        self.name = value or self.name

    def _set_owner(self, path: str) -> None:
        try:
            found = os.stat(self.open_path(path))
        except OSError as error:
            self._fail(f"stat({path}) failed: {error.strerror}")
        else:
            self.fields |= {"uid": str(found.st_uid), "gid": str(found.st_gid)}

    def _fail(self, why: str) -> None:
        self.failure = self.failure or why
