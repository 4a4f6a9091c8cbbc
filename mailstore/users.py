"""Who a user is, and what a userdb of the configuration looks like."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dovecot_conf.errors import UserError
from dovecot_conf.value import Value


class UnknownUserError(UserError):
    """All userdbs were asked, and none knows the user."""


class UserdbUnavailableError(UserError):
    """A userdb can't be asked here, or there is none: somebody else has to say who the user is."""


class AccessNotPermittedError(UserError):
    """The configuration has no mail for users with such a uid, gid or home."""


class User(Value):
    """A user with the fields of the userdb; ``uid`` and ``gid`` are None when nobody says them.

    ``home`` is "" without a home folder. ``fields`` holds all userdb fields, which override
    settings of the same name.
    """

    name: str
    home: str
    uid: int | None
    gid: int | None
    fields: Mapping[str, str]


class IdRange(Value):
    """first_valid_uid and its like; a ``last`` of 0 is no limit."""

    first: int
    last: int

    def has(self, number: int) -> bool:
        """Tell whether an id is within."""
        return self.first <= number and (not self.last or number <= self.last)


class Userdb(Value):
    """One userdb as configured.

    ``fields`` are templates with %variables: for static the answer itself, for the others what
    overrides the answer; ``defaults`` is what fills its gaps. ``path`` is the file of passwd-file.
    ``import_all`` tells that the database's own answer counts, ``knows_all`` that static needs no passdb
    to know a user. The rest says what becomes of a result, and when another userdb's result makes this
    one needless.
    """

    driver: str
    path: str = ""
    username_format: str = "%u"
    fields: Mapping[str, str] = MappingProxyType({})
    defaults: Mapping[str, str] = MappingProxyType({})
    import_all: bool = True
    knows_all: bool = False
    on_success: str = "return-ok"
    on_failure: str = "continue"
    on_internal_failure: str = "continue"
    skip: str = "never"


class Passdb(Value):
    """A passdb, as far as it matters whether it knows a user."""

    driver: str
    path: str = ""
    username_format: str = "%u"
    on_failure: str = "continue"


def split_fields(text: str) -> dict[str, str]:
    """Read 2.3's ``uid=vmail gid=vmail home=/var/vmail/%u``; a word without "=" has the value yes."""
    fields: dict[str, str] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        fields[key] = value if equals else "yes"
    return fields
