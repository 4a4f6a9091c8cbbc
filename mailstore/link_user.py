"""The first link: who the user is."""

from __future__ import annotations

from collections.abc import Callable

from dovecot_conf.errors import UserError, VariableError
from mailstore.links import Link, LinkState
from mailstore.login import RefusedNameError
from mailstore.users import UnknownUserError, User, Userdb, UserdbUnavailableError

NAME = "user"


def check_user(
    find: Callable[[], User], userdb: Callable[[], Userdb | None], said_by: str
) -> tuple[Link, User | None]:
    """Look a user up.

    ``find`` raises what ``find_user`` raises. ``userdb`` says which one knows the user; where none was
    asked it returns None, and ``said_by`` is who says it.
    """
    try:
        user = find()
        source = userdb()
    except RefusedNameError as error:
        return Link(NAME, LinkState.BROKEN, f"auth refuses the name: {error.reason}"), None
    except UnknownUserError:
        remedy = ("add the user there, or look at the spelling of the name and at auth_username_format",)
        return Link(NAME, LinkState.BROKEN, "no userdb of the configuration knows the user", remedy), None
    except UserdbUnavailableError as error:
        remedy = ("say what the userdb would: --userdb home=… --userdb uid=… --userdb mail=…",)
        return Link(
            NAME,
            LinkState.UNKNOWN,
            str(error),
            (*remedy, "ask the server: pushnotif metadata doctor --via URL"),
        ), None
    except (UserError, VariableError) as error:
        return Link(NAME, LinkState.BROKEN, str(error)), None
    where = said_by if source is None else _named(source)
    parts = [
        f"home {user.home or '(none)'}",
        f"uid {_shown(user, 'uid', user.uid)}",
        f"gid {_shown(user, 'gid', user.gid)}",
    ]
    return Link(NAME, LinkState.OK, f"{where}: {', '.join(parts)}"), user


def _named(userdb: Userdb) -> str:
    return f"userdb {userdb.driver} {userdb.path}".rstrip()


def _shown(user: User, field: str, number: int | None) -> str:
    """Return an id as the userdb writes it, else the number."""
    return user.fields.get(field) or ("(none)" if number is None else str(number))
