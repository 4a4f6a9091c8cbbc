"""Mailboxes of other users: namespaces of type shared whose prefix has a place for a user's name.

Source: ``shared-storage.c`` of Dovecot 2.3.19.1 and 2.4.1, and what their servers find.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dovecot_conf.errors import MailboxError, UserError, VariableError
from dovecot_conf.value import Value
from dovecot_conf.versions import Version
from mailstore.mailbox_name import MailboxNameError
from mailstore.mailboxes import Namespace
from mailstore.metadata import MailboxNotFoundError
from mailstore.namespace_checks import DRIVERS, DeclaredNamespace, NamespaceError, storage_error
from mailstore.privileges import acting_as_caller
from mailstore.users import UnknownUserError, User

FindOwner = Callable[[str], User]
# The variables of a prefix, by what stands for them.
_VARIABLES = {
    Version.V23: {"%u": "user", "%n": "username", "%d": "domain"},
    Version.V24: {"$username": "username", "$user": "user", "$domain": "domain"},
}
_START = {Version.V23: "%", Version.V24: "$"}
_NO_DRIVER = {
    Version.V23: "Shared mailbox location not prefixed with driver",
    Version.V24: "Shared mailbox mail_driver is empty",
}
_UNKNOWN = {
    Version.V23: "Shared namespace prefix contains unknown variables",
    Version.V24: "Shared namespace prefix contains unknown $variables",
}
_NO_USER = {
    Version.V23: "Shared namespace prefix doesn't contain %u or %n",
    Version.V24: "Shared namespace prefix doesn't contain $user or $username",
}


class Piece(Value):
    """A part of a prefix: text, or a variable by its name."""

    text: str
    is_variable: bool


class Pattern(Value):
    """A prefix such as ``shared/%u/``: its fixed beginning, and the rest."""

    start: str
    pieces: tuple[Piece, ...]


class Owner(Value):
    """Whom a mailbox belongs to, and the prefix of that user's mailboxes."""

    name: str
    prefix: str


def parse_prefix(prefix: str, version: Version) -> Pattern:
    """Split a prefix at its variables; a ``%`` or ``$`` that begins none is an unknown one.

    Raises ValueError with Dovecot's reason.
    """
    names = _VARIABLES[version]
    start, sign, rest = prefix.partition(_START[version])
    if not sign:
        # 2.3 looks for others' mailboxes also where only the location has a variable.
        raise ValueError("Shared namespace prefix doesn't contain %")
    known = "|".join(re.escape(name) for name in names)
    pieces = [
        Piece(names.get(text, text), text in names) for text in re.split(f"({known})", sign + rest) if text
    ]
    followed = zip(pieces, [*pieces[1:], Piece("", is_variable=False)], strict=True)
    for piece, following in followed:
        is_longer = version is Version.V24 and piece.is_variable and following.text[:1].isalnum()
        if (not piece.is_variable and _START[version] in piece.text) or (
            is_longer and not following.is_variable
        ):
            raise ValueError(_UNKNOWN[version])
    if not any(piece.is_variable and piece.text != "domain" for piece in pieces):
        raise ValueError(_NO_USER[version])
    return Pattern(start, tuple(pieces))


def check_others(namespace: DeclaredNamespace, driver: str, version: Version) -> Pattern:
    """Return the pattern of a namespace of others' mailboxes, whose ``prefix`` is still whole.

    ``driver`` is the mailbox format, "" when nothing says it. Raises NamespaceError.
    """
    if not driver:
        raise _refused(namespace, _NO_DRIVER[version], version)
    if driver.lower() not in DRIVERS and driver != "auto":
        raise _refused(namespace, f"Unknown shared storage driver: {driver}", version)
    try:
        pattern = parse_prefix(namespace.prefix, version)
    except ValueError as error:
        raise _refused(namespace, str(error), version) from None
    if namespace.listed != "no" and not namespace.prefix.endswith(namespace.hierarchy_separator()):
        why = "Shared namespace prefix doesn't end with hierarchy separator"
        raise _refused(namespace, why, version)
    return pattern


def _refused(namespace: DeclaredNamespace, why: str, version: Version) -> NamespaceError:
    return storage_error(namespace, f"shared: {why}", version)


def find_owner(pattern: Pattern, mailbox: str, separator: str, own_name: str) -> Owner | None:
    """Return whom a mailbox below the fixed beginning of a prefix belongs to, None where no name stands.

    Who has no domain in a prefix with a user's name alone has that of ``own_name``. Raises MailboxNameError
    for an empty user name.
    """
    found: dict[str, str] = {}
    rest: str = mailbox.removeprefix(pattern.start)
    for number, piece in enumerate(pattern.pieces):
        if not piece.is_variable:
            if not rest.startswith(piece.text):
                # Only the end of the last level may be missing.
                if not rest and piece.text == separator and number == len(pattern.pieces) - 1:
                    break
                return None
            rest = rest.removeprefix(piece.text)
            continue
        following = pattern.pieces[number + 1 : number + 2]
        end = following[0].text[0] if following and not following[0].is_variable else separator
        found[piece.text], sign, rest = rest.partition(end)
        rest = sign + rest
    if "user" not in found and "username" in found:
        domain = found.get("domain", own_name.partition("@")[2])
        found["user"] = f"{found['username']}@{domain}" if domain else found["username"]
    if "user" not in found:
        return None
    if not found["user"]:
        raise MailboxNameError("Empty username doesn't exist")
    values = {
        "user": found["user"],
        "username": found["user"].partition("@")[0],
        "domain": found["user"].partition("@")[2],
    }
    expanded = "".join(values[piece.text] if piece.is_variable else piece.text for piece in pattern.pieces)
    return Owner(found["user"], pattern.start + expanded)


class OthersNamespace:
    """The namespaces of all users of one pattern, each made when one of its mailboxes is asked for.

    ``prefix`` is what their prefixes begin with. ``find_user`` asks the userdb, ``make`` gives the namespace
    of a user with a prefix.
    """

    def __init__(
        self,
        pattern: Pattern,
        separator: str,
        own_name: str,
        find_user: FindOwner,
        make: Callable[[User, str], Namespace],
    ) -> None:
        self.prefix = pattern.start
        self.separator = separator
        self._pattern = pattern
        self._own_name = own_name
        self._find_user = find_user
        self._make = make
        self._made: dict[str, Namespace | None] = {}
        self.owners: dict[str, User] = {}

    def has(self, mailbox: str) -> bool:
        """Tell whether a mailbox is one of these."""
        return mailbox.startswith(self.prefix) or mailbox + self.separator == self.prefix

    def namespace_of(self, mailbox: str) -> Namespace:
        """Return the namespace of the user that a mailbox, by its full name, belongs to.

        Raises MailboxNotFoundError when nobody has such a name, MailboxNameError, MailboxError when that
        can't be told.
        """
        if mailbox == self.prefix:
            raise MailboxNameError(f"Invalid mailbox name '{mailbox}': Ends with hierarchy separator")
        owner = find_owner(self._pattern, mailbox, self.separator, self._own_name)
        namespace = None if owner is None else self._known(owner)
        if namespace is None:
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {mailbox}")
        return namespace

    def _known(self, owner: Owner) -> Namespace | None:
        if owner.prefix not in self._made:
            try:
                with acting_as_caller():
                    found = self._find_user(owner.name)
                # The name is taken as it is written, and what the userdb says of settings doesn't count.
                user = found.replace(name=owner.name, fields={})
                self._made[owner.prefix] = self._make(user, owner.prefix)
                self.owners[owner.prefix] = user
            except UnknownUserError:
                self._made[owner.prefix] = None
            except (UserError, VariableError) as error:
                raise MailboxError(f"can't tell where the mailboxes of {owner.name} are: {error}") from None
        return self._made[owner.prefix]
