"""Who a user is: what the userdbs of a configuration say, as far as they can be asked offline.

Supported are the userdbs static, passwd and passwd-file of Dovecot 2.3.19.1 and 2.4.1; the others
(ldap, sql, lua, …) need their servers.
"""

from __future__ import annotations

import pwd
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.errors import UserError
from dovecot_conf.variables import user_values

MAX_PASSWD_FILE = 256 * 1024 * 1024


class UnknownUserError(UserError):
    """All userdbs were asked, and none knows the user."""


class UserdbUnavailableError(UserError):
    """A userdb can't be asked here, or there is none: somebody else has to say who the user is."""


class User(NamedTuple):
    """A user with the fields of the userdb; ``uid`` and ``gid`` are None when nobody says them.

    ``home`` is "" without a home folder. ``fields`` holds all userdb fields, which override
    settings of the same name.
    """

    name: str
    home: str
    uid: int | None
    gid: int | None
    fields: Mapping[str, str]


class Userdb(NamedTuple):
    """One userdb as configured.

    ``fields`` are templates with %variables: for static the answer itself, for the others what
    overrides the answer; ``defaults`` is what fills its gaps. ``path`` is the file of passwd-file.
    ``import_all`` tells that the database's own answer counts.
    """

    driver: str
    path: str = ""
    username_format: str = "%u"
    fields: Mapping[str, str] = MappingProxyType({})
    defaults: Mapping[str, str] = MappingProxyType({})
    import_all: bool = True


Expand = Callable[[str, Mapping[str, str]], str]


class UserdbReader(NamedTuple):
    """Asks userdbs for a process of ``protocol``.

    ``expand`` expands %variables, ``open_path`` finds a file named in the configuration.
    """

    userdbs: tuple[Userdb, ...]
    protocol: str
    expand: Expand
    open_path: Callable[[str], Path]

    def look_up(self, name: str) -> dict[str, str]:
        """Return the fields of a user. Raises UnknownUserError, and UserError when one can't be asked."""
        return self.find(name)[1]

    def find(self, name: str) -> tuple[Userdb, dict[str, str]]:
        """Return the userdb that knows a user, and what it says. Raises what ``look_up`` raises."""
        if not self.userdbs:
            raise UserdbUnavailableError(f"the configuration has no userdb: nobody can say who {name} is")
        for userdb in self.userdbs:
            fields = self._ask(userdb, name)
            if fields is not None:
                return userdb, fields
        raise UnknownUserError("User doesn't exist")

    def names(self) -> Iterator[str]:
        """Yield all user names, in the order of the userdbs. Raises UserError when one can't list them."""
        for userdb in self.userdbs:
            match userdb.driver:
                case "passwd-file":
                    yield from (
                        line.split(":")[0] for line in self._lines(userdb, user_values("", self.protocol))
                    )
                case "passwd":
                    yield from (entry.pw_name for entry in pwd.getpwall())
                case _:
                    raise UserError(f"userdb {userdb.driver} can't list its users: name them with -u or -F")

    def _ask(self, userdb: Userdb, name: str) -> dict[str, str] | None:
        variables = user_values(name, self.protocol)
        match userdb.driver:
            case "static":
                answer: dict[str, str] | None = {}
            case "passwd":
                answer = _ask_passwd(name)
            case "passwd-file":
                answer = self._ask_passwd_file(userdb, variables)
            case other:
                raise UserdbUnavailableError(
                    f"userdb {other} can't be asked without its server: who {name} is stays unknown"
                )
        if answer is None:
            return None
        if not userdb.import_all:
            answer = {}
        defaults = {key: self.expand(value, variables) for key, value in userdb.defaults.items()}
        fields = {key: self.expand(value, variables) for key, value in userdb.fields.items()}
        return defaults | answer | fields

    def _ask_passwd_file(self, userdb: Userdb, variables: Mapping[str, str]) -> dict[str, str] | None:
        wanted = self.expand(userdb.username_format, variables)
        for line in self._lines(userdb, variables):
            if line.split(":")[0] == wanted:
                fields, extra = _passwd_file_fields(line)
                # Without a gid column, and with root's uid, this is no user for mails.
                if line.count(":") < 3 or fields.get("uid") == "0":
                    return None
                return fields | {key: self.expand(value, variables) for key, value in extra.items()}
        return None

    def _lines(self, userdb: Userdb, variables: Mapping[str, str]) -> Iterator[str]:
        path = self.open_path(self.expand(userdb.path, variables))
        try:
            with path.open("rb") as file:
                text = file.read(MAX_PASSWD_FILE).decode("utf-8", "surrogateescape")
        except OSError as error:
            raise UserError(f"userdb passwd-file: {path}: {error.strerror}") from None
        for line in text.split("\n"):
            if line and line[0] not in ":#":
                yield line.removesuffix("\r")


def _ask_passwd(name: str) -> dict[str, str] | None:
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        return None
    return {"uid": str(entry.pw_uid), "gid": str(entry.pw_gid), "home": entry.pw_dir}


def _passwd_file_fields(line: str) -> tuple[dict[str, str], dict[str, str]]:
    """Read ``user:password:uid:gid:(gecos):home:(shell):extra fields``; the password is dropped.

    Returns the fields of the columns, and the extra ones, which are templates.
    """
    columns = line.split(":", 7)[2:] + [""] * 6
    uid, gid, _, home, _, rest = columns[:6]
    fields = {key: value for key, value in (("uid", uid), ("gid", gid), ("home", home)) if value}
    # The old format has nothing in this column, then the mail location.
    words = [f"userdb_mail={rest[1:]}"] if rest.startswith(":") else rest.split()
    extra = {}
    for word in words:
        key, _, value = word.partition("=")
        if key.startswith("userdb_") and value:
            extra[key.removeprefix("userdb_")] = value
    return fields, extra


def split_fields(text: str) -> dict[str, str]:
    """Read 2.3's ``uid=vmail gid=vmail home=/var/vmail/%u``; a word without "=" has the value yes."""
    fields: dict[str, str] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        fields[key] = value if equals else "yes"
    return fields
