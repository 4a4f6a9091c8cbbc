"""What the userdbs of a configuration say of a user, as far as they can be asked offline.

Supported are the userdbs static, passwd, passwd-file and prefetch of Dovecot 2.3.19.1 and 2.4.1; the
others (ldap, sql, lua, …) need their servers.
"""

from __future__ import annotations

import pwd
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from dovecot_conf.errors import UserError
from dovecot_conf.variables import user_values
from dovecot_conf.versions import Version
from mailstore.userdb_reply import Reply
from mailstore.users import IdRange, Passdb, UnknownUserError, Userdb, UserdbUnavailableError

# The userdbs that Dovecot itself can't list, and those that are asked without any server.
NEVER_LIST = frozenset({"static", "prefetch"})
WHO_THEY_ARE = ", and say with --userdb home=… who they are"
# What a result_… setting says: whether the user counts as found (None: as before), and whether to go on.
RULES: Mapping[str, tuple[bool | None, bool]] = MappingProxyType(
    {
        "return": (None, False),
        "return-ok": (True, False),
        "return-fail": (False, False),
        "continue": (None, True),
        "continue-ok": (True, True),
        "continue-fail": (False, True),
    }
)
# When a userdb is left out: "user found so far" is this.
SKIPS: Mapping[str, bool | None] = MappingProxyType({"never": None, "found": True, "notfound": False})

Expand = Callable[[str, Mapping[str, str]], str]


class UserdbReader:
    """Asks userdbs for a process of ``protocol``.

    ``expand`` expands %variables, ``open_path`` finds a file named in the configuration; ``valid_ids``
    are the ranges of uid and gid of users that have mail.
    """

    def __init__(
        self,
        userdbs: tuple[Userdb, ...],
        passdbs: tuple[Passdb, ...],
        protocol: str,
        version: Version,
        expand: Expand,
        open_path: Callable[[str], str],
        valid_ids: Mapping[str, IdRange],
    ) -> None:
        self.userdbs = userdbs
        self.passdbs = passdbs
        self.protocol = protocol
        self.version = version
        self.expand = expand
        self.open_path = open_path
        self.valid_ids = valid_ids

    def find(self, name: str) -> tuple[Userdb, Reply]:
        """Return the userdb that knows a user, and what all of them say.

        Raises UnknownUserError, UserdbUnavailableError for one that needs its server, UserError when one
        can't be asked or says what makes no sense.
        """
        if not self.userdbs:
            raise UserdbUnavailableError(f"the configuration has no userdb: nobody can say who {name} is")
        reply = Reply(name, self.version, self.open_path)
        found, knows, failure = False, self.userdbs[0], None
        for number, userdb in enumerate(self.userdbs):
            if number and SKIPS.get(userdb.skip) is found:
                continue
            before = dict(reply.fields)
            try:
                is_known, rule = self._ask(userdb, reply), userdb.on_failure
            except UserdbUnavailableError:
                raise
            except UserError as error:
                is_known, rule, failure = False, userdb.on_internal_failure, error
            if is_known:
                rule, knows = userdb.on_success, userdb
            else:
                reply.fields = before
            verdict, goes_on = RULES.get(rule, (None, False))
            found = found if verdict is None else verdict
            if not goes_on:
                break
        if reply.failure:
            raise UserError(reply.fields.get("reason") or f"userdb {knows.driver}: {reply.failure}")
        if not found:
            raise failure or UnknownUserError("User doesn't exist")
        return knows, reply

    def names(self) -> Iterator[str]:
        """Yield all user names, in the order of the userdbs. Raises UserError when one can't list them."""
        listing = [userdb for userdb in self.userdbs if userdb.driver not in NEVER_LIST]
        if not listing:
            drivers = " and ".join(dict.fromkeys(userdb.driver for userdb in self.userdbs)) or "(none)"
            hint = "" if "static" in drivers else WHO_THEY_ARE
            raise UserError(f"userdb {drivers} can't list its users: name them with -u or -F{hint}")
        failure: UserError | None = None
        for userdb in listing:
            try:
                yield from self._names_of(userdb)
            except UserdbUnavailableError:
                raise
            except UserError as error:
                failure = failure or error
                if self.version is Version.V24:
                    break
        if failure is not None:
            raise failure

    def _names_of(self, userdb: Userdb) -> Iterator[str]:
        match userdb.driver:
            case "passwd-file":
                path = userdb.path
                if self.version is Version.V23 and "%" in path.replace("%%", ""):
                    why = f"{path} differs from user to user: name them with -u or -F"
                    raise UserError(f"userdb passwd-file can't list its users, {why}")
                for columns in self._lines(userdb, user_values("", self.protocol)):
                    # Next to other userdbs, a line without further columns is one for a passdb.
                    if len(self.userdbs) == 1 or len(columns) > 2:
                        yield columns[0]
            case "passwd":
                for entry in pwd.getpwall():
                    ids = {"uid": entry.pw_uid, "gid": entry.pw_gid}
                    if all(self.valid_ids[name].has(number) for name, number in ids.items()):
                        yield entry.pw_name
            case other:
                why = f"can't list its users without its server: name them with -u or -F{WHO_THEY_ARE}"
                raise UserdbUnavailableError(f"userdb {other} {why}")

    def _ask(self, userdb: Userdb, reply: Reply) -> bool:
        """Add what a userdb says to the reply; tell whether it knows the user."""
        self._set(reply, userdb.defaults)
        match userdb.driver:
            case "static":
                answer: Mapping[str, str] | None = {} if userdb.knows_all or self._can_log_in(reply) else None
            case "prefetch":
                answer = None
                if len(self.userdbs) == 1:
                    why = f"knows users while they log in only: who {reply.name} is stays unknown"
                    raise UserdbUnavailableError(f"userdb prefetch alone {why}")
            case "passwd":
                answer = _ask_passwd(reply)
            case "passwd-file":
                answer = self._ask_passwd_file(userdb, reply)
            case other:
                raise UserdbUnavailableError(
                    f"userdb {other} can't be asked without its server: who {reply.name} is stays unknown"
                )
        if answer is None:
            return False
        if userdb.import_all:
            for key, value in answer.items():
                reply.set(key, value)
        self._set(reply, userdb.fields)
        return True

    def _set(self, reply: Reply, templates: Mapping[str, str]) -> None:
        for key, value in templates.items():
            reply.set(key, self.expand(value, user_values(reply.name, self.protocol)))

    def _can_log_in(self, reply: Reply) -> bool:
        """Tell whether a passdb knows a user, or may know it: only passwd-files can be asked here."""
        variables = user_values(reply.name, self.protocol)
        for passdb in self.passdbs:
            if passdb.driver != "passwd-file":
                return True
            wanted = self.expand(passdb.username_format, variables)
            if any(columns[0] == wanted for columns in self._lines(passdb, variables)):
                return True
            verdict, goes_on = RULES.get(passdb.on_failure, (None, True))
            if not goes_on:
                return bool(verdict)
        return not self.passdbs

    def _ask_passwd_file(self, userdb: Userdb, reply: Reply) -> Mapping[str, str] | None:
        from mailstore.passwd_file import passwd_fields  # noqa: PLC0415 - not for the other userdbs

        variables = user_values(reply.name, self.protocol)
        wanted = self.expand(userdb.username_format, variables)
        for columns in self._lines(userdb, variables):
            answer = passwd_fields(columns, self.version) if columns[0] == wanted else None
            if answer is not None:
                fields, extra = answer
                return fields | {key: self.expand(value, variables) for key, value in extra.items()}
        return None

    def _lines(self, source: Userdb | Passdb, variables: Mapping[str, str]) -> Iterator[list[str]]:
        from mailstore.passwd_file import passwd_lines  # noqa: PLC0415 - not for the other userdbs

        path = self.open_path(self.expand(source.path, variables))
        try:
            yield from passwd_lines(path)
        except OSError as error:
            kind = "userdb" if isinstance(source, Userdb) else "passdb"
            raise UserError(f"{kind} passwd-file: {path}: {error.strerror}") from None


def _ask_passwd(reply: Reply) -> Mapping[str, str] | None:
    try:
        entry = pwd.getpwnam(reply.name)
    except (KeyError, ValueError):
        return None
    reply.name = entry.pw_name
    return {"uid": str(entry.pw_uid), "gid": str(entry.pw_gid), "home": entry.pw_dir}
