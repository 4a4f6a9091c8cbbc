"""From a configuration to its users: ``find_user`` and ``user_names``."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from dovecot_conf import Configuration
from dovecot_conf.errors import UserError
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version
from mailstore.settings import Block, below_root, read_blocks
from mailstore.users import User, Userdb, UserdbReader, split_fields

PROTOCOL = "doveadm"
# The defaults of auth_username_format, and of the name that passwd-file looks for.
LOGIN_FORMAT = {Version.V23: "%Lu", Version.V24: "%{user | lower}"}
FILE_FORMAT = {Version.V23: "%u", Version.V24: "%{user}"}


def find_user(
    configuration: Configuration, name: str, *, protocol: str = PROTOCOL, root: Path | None = None
) -> User:
    """Ask the userdbs of a configuration who ``name`` is.

    ``root`` is where absolute paths of the configuration are looked up. Raises UnknownUserError for
    a user that nobody knows, UserError when a userdb can't be asked, VariableError.
    """
    login = _login(configuration, protocol, name)
    fields = _reader(configuration, protocol, root).look_up(login)
    return _user(configuration, protocol, login, fields)


def userdb_of(
    configuration: Configuration, name: str, *, protocol: str = PROTOCOL, root: Path | None = None
) -> Userdb:
    """Return the userdb that knows ``name``. Raises what ``find_user`` raises."""
    return _reader(configuration, protocol, root).find(_login(configuration, protocol, name))[0]


def user_from_fields(
    configuration: Configuration, name: str, fields: Mapping[str, str], *, protocol: str = PROTOCOL
) -> User:
    """Return the user ``name`` with these userdb fields, %variables in them expanded; no userdb is asked.

    Raises UserError for a uid or gid that is neither a number nor a name known here, VariableError.
    """
    login = _login(configuration, protocol, name)
    variables = user_values(login, protocol)
    answer = {key: expand(value, variables, configuration.version) for key, value in fields.items()}
    user = _user(configuration, protocol, login, answer)
    for field, number in (("uid", user.uid), ("gid", user.gid)):
        if answer.get(field) and number is None:
            raise UserError(f"{field} {answer[field]} is neither a number nor a name known here")
    return user


def environment_user(configuration: Configuration, environ: Mapping[str, str]) -> User | None:
    """Return the user of the environment, None without ``USER``; no userdb is asked."""
    name = environ.get("USER")
    if not name:
        return None
    return _user(configuration, PROTOCOL, name, {"home": environ.get("HOME", "")})


def user_names(
    configuration: Configuration, *, protocol: str = PROTOCOL, root: Path | None = None
) -> Iterator[str]:
    """Yield the names of all users. Raises UserError when a userdb can't list them."""
    return _reader(configuration, protocol, root).names()


def _login(configuration: Configuration, protocol: str, name: str) -> str:
    """Return the name that userdbs are asked for."""
    settings = configuration.settings(protocol)
    login_format = settings.value("auth_username_format", LOGIN_FORMAT[configuration.version])
    return expand(login_format, user_values(name, protocol), configuration.version) if login_format else name


def _user(configuration: Configuration, protocol: str, name: str, fields: Mapping[str, str]) -> User:
    """Fill what the userdb didn't say from mail_home, mail_uid and mail_gid."""
    settings = configuration.settings(protocol)
    home = fields.get("home", "")
    if not home:
        home = expand(settings.value("mail_home"), user_values(name, protocol), configuration.version)
    uid = fields.get("uid") or settings.value("mail_uid")
    gid = fields.get("gid") or settings.value("mail_gid")
    return User(
        name,
        home.replace("/./", "/"),
        _number(uid, lambda text: pwd.getpwnam(text).pw_uid),
        _number(gid, lambda text: grp.getgrnam(text).gr_gid),
        fields,
    )


def _number(text: str, look_up: Callable[[str], int]) -> int | None:
    """Return a numeric id; a name that this machine doesn't know gives None."""
    if text.isdecimal():
        return int(text)
    try:
        return look_up(text) if text else None
    except KeyError:
        return None


def _reader(configuration: Configuration, protocol: str, root: Path | None) -> UserdbReader:
    version = configuration.version
    blocks = read_blocks(configuration, protocol).of_kind("userdb")
    make = _userdb_of_23 if version is Version.V23 else _userdb_of_24
    return UserdbReader(
        tuple(make(block) for block in blocks),
        protocol,
        partial(_expand, version),
        below_root(root),
    )


def _expand(version: Version, text: str, values: Mapping[str, str]) -> str:
    return expand(text, values, version)


def _userdb_of_23(block: Block) -> Userdb:
    driver, arguments = block.value("driver"), block.value("args")
    overrides, defaults = (split_fields(block.value(name)) for name in ("override_fields", "default_fields"))
    path, username_format = "", FILE_FORMAT[Version.V23]
    if driver in ("static", "passwd"):
        overrides = split_fields(arguments) | overrides
    elif driver == "passwd-file":
        words = arguments.split(" ")
        while len(words) > 1 and words[0].startswith("username_format="):
            username_format = words.pop(0).removeprefix("username_format=")
        path = " ".join(words)
    return Userdb(driver, path, username_format, overrides, defaults)


def _userdb_of_24(block: Block) -> Userdb:
    fields = {
        name: value
        for inner in (*block.of_kind("fields"), *block.of_kind("userdb_fields"))
        for name, value in inner.values.items()
    }
    return Userdb(
        block.value("driver", "userdb_driver", default=block.name),
        block.value("passwd_file_path", "path"),
        block.value("auth_username_format", default=FILE_FORMAT[Version.V24]),
        fields,
        import_all=block.value("fields_import_all", "userdb_fields_import_all", default="yes") == "yes",
    )
