"""From a configuration to its users: ``find_user`` and ``user_names``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from dovecot_conf import Configuration
from dovecot_conf.errors import UserError
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version
from mailstore.login import login_name
from mailstore.settings import Block, below_root, overridden, read_blocks
from mailstore.userdb_reader import UserdbReader
from mailstore.userdb_reply import parse_id
from mailstore.users import (
    AccessNotPermittedError,
    IdRange,
    Passdb,
    User,
    Userdb,
    split_fields,
)

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOL = "doveadm"
# The default of the name that passwd-file looks for.
FILE_FORMAT = {Version.V23: "%u", Version.V24: "%{user}"}
YES = ("yes", "y", "1", "on", "true")
UNKNOWN_ID = {"uid": "Unknown UNIX UID user", "gid": "Unknown UNIX GID group"}
# Smaller uids and gids are those of the system; no limit has a default above.
FIRST_VALID = {"first_valid_uid": 500, "first_valid_gid": 1}


def find_user(
    configuration: Configuration, name: str, *, protocol: str = PROTOCOL, root: Path | None = None
) -> User:
    """Ask the userdbs of a configuration who ``name`` is.

    ``root`` is where absolute paths of the configuration are looked up. Raises UnknownUserError for
    a user that nobody knows, UserError when a userdb can't be asked or its answer can't be used,
    VariableError.
    """
    login = login_name(configuration, protocol, name)
    reply = _reader(configuration, protocol, root).find(login)[1]
    return _user(configuration, protocol, reply.name, reply.fields)


def check_ids(configuration: Configuration, user: User, *, protocol: str = PROTOCOL) -> None:
    """Look whether processes of this machine can act as a user.

    Raises UserError when the userdb's uid or gid makes no sense here, AccessNotPermittedError when the
    configuration has no mail for users with such ids, or such a home.
    """
    settings = configuration.settings(protocol)
    if user.fields.get("uid") == "0" and overridden(settings, "mail_uid") is None:
        raise UserError("Invalid settings in userdb: userdb returned 0 as uid")
    for name, number in (("uid", user.uid), ("gid", user.gid)):
        said, asked = user.fields.get(name), overridden(settings, f"mail_{name}")
        if asked == "" and name == "uid":
            raise AccessNotPermittedError(
                "Couldn't drop privileges: User is missing UID (see mail_uid setting)"
            )
        if said is not None and number is None and asked is None:
            raise UserError(f"userdb: Invalid {name.upper()} value '{said}'")
        text = (said if asked is None else asked) or settings.value(f"mail_{name}")
        source = f"mail_{name} setting" if said is None else "userdb lookup"
        if text and number is None:
            raise AccessNotPermittedError(f"{UNKNOWN_ID[name]}: {text} (from {source})")
        if number is not None and not _valid_ids(configuration, protocol)[name].has(number):
            raise AccessNotPermittedError(
                f"Mail access for users with {name.upper()} {number} not permitted "
                f"(see first_valid_{name} in config file, {name} from {source})."
            )
    if user.home and not user.home.startswith("/"):
        raise AccessNotPermittedError(f"Relative home directory paths not supported: {user.home}")


def userdb_of(
    configuration: Configuration, name: str, *, protocol: str = PROTOCOL, root: Path | None = None
) -> Userdb:
    """Return the userdb that knows ``name``. Raises what ``find_user`` raises."""
    return _reader(configuration, protocol, root).find(login_name(configuration, protocol, name))[0]


def user_from_fields(
    configuration: Configuration, name: str, fields: Mapping[str, str], *, protocol: str = PROTOCOL
) -> User:
    """Return the user ``name`` with these userdb fields, %variables in them expanded; no userdb is asked.

    Raises UserError for a uid or gid that is neither a number nor a name known here, VariableError.
    """
    # Nobody asks auth here whether it allows the name.
    login = login_name(configuration, protocol, name, checked=False)
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
    # 2.4 goes by mail_home alone.
    home = environ.get("HOME", "") if configuration.version is Version.V23 else ""
    return _user(configuration, PROTOCOL, name, {"home": home})


def user_names(
    configuration: Configuration, *, protocol: str = PROTOCOL, root: Path | None = None
) -> Iterator[str]:
    """Yield the names of all users. Raises UserError when a userdb can't list them."""
    return _reader(configuration, protocol, root).names()


def _user(configuration: Configuration, protocol: str, name: str, fields: Mapping[str, str]) -> User:
    """Fill what the userdb didn't say from mail_home, mail_uid and mail_gid; ``-o`` of these comes first."""
    settings = configuration.settings(protocol)
    home = overridden(settings, "mail_home")
    if home is None:
        variables = user_values(name, protocol)
        home = fields.get("home") or expand(settings.value("mail_home"), variables, configuration.version)

    def said(field: str) -> str:
        asked = overridden(settings, f"mail_{field}")
        return fields.get(field, settings.value(f"mail_{field}")) if asked is None else asked

    uid, gid = said("uid"), said("gid")
    return User(
        name,
        home.replace("/./", "/"),
        parse_id("uid", uid),
        parse_id("gid", gid),
        fields,
    )


def _valid_ids(configuration: Configuration, protocol: str) -> dict[str, IdRange]:
    settings = configuration.settings(protocol)

    def limit(name: str) -> int:
        text = settings.value(name, str(FIRST_VALID.get(name, 0)))
        return int(text) if text.isdecimal() else 0

    return {
        kind: IdRange(limit(f"first_valid_{kind}"), limit(f"last_valid_{kind}")) for kind in ("uid", "gid")
    }


def _reader(configuration: Configuration, protocol: str, root: Path | None) -> UserdbReader:
    version = configuration.version
    blocks = read_blocks(configuration, protocol)
    make = _userdb_of_23 if version is Version.V23 else _userdb_of_24
    passdbs = [block for block in blocks.of_kind("passdb") if not _is_for_others(block)]
    return UserdbReader(
        tuple(make(block) for block in blocks.of_kind("userdb")),
        tuple(_passdb(block, version) for block in passdbs),
        protocol,
        version,
        partial(_expand, version),
        below_root(root),
        _valid_ids(configuration, protocol),
    )


def _is_for_others(block: Block) -> bool:
    """Tell whether a passdb only knows masters, or whom to keep out."""
    return any(block.value(name, f"passdb_{name}") in YES for name in ("master", "deny"))


def _passdb(block: Block, version: Version) -> Passdb:
    driver = block.value("driver", "passdb_driver", default=block.name)
    rule = block.value("result_failure", "passdb_result_failure", default="continue")
    if version is Version.V24:
        pattern = block.value("auth_username_format", default=FILE_FORMAT[version])
        return Passdb(driver, block.value("passwd_file_path", "path"), pattern, rule)
    words = block.value("args").split(" ")
    options = {}
    while len(words) > 1 and "=" in words[0]:
        name, _, options[name] = words.pop(0).partition("=")
    return Passdb(driver, " ".join(words), options.get("username_format", FILE_FORMAT[version]), rule)


def _expand(version: Version, text: str, values: Mapping[str, str]) -> str:
    return expand(text, values, version)


def _userdb_of_23(block: Block) -> Userdb:
    driver, arguments = block.value("driver"), block.value("args")
    overrides, defaults = (split_fields(block.value(name)) for name in ("override_fields", "default_fields"))
    path, username_format, knows_all = "", FILE_FORMAT[Version.V23], False
    if driver in ("static", "passwd"):
        overrides = split_fields(arguments) | overrides
        knows_all = overrides.pop("allow_all_users", "") == "yes"
    elif driver == "passwd-file":
        words = arguments.split(" ")
        while len(words) > 1 and words[0].startswith("username_format="):
            username_format = words.pop(0).removeprefix("username_format=")
        path = " ".join(words)
    userdb = Userdb(driver, path, username_format, overrides, defaults, knows_all=knows_all)
    return _with_rules(userdb, block)


def _userdb_of_24(block: Block) -> Userdb:
    fields = {
        name: value
        for inner in (*block.of_kind("fields"), *block.of_kind("userdb_fields"))
        for name, value in inner.values.items()
    }
    userdb = Userdb(
        block.value("driver", "userdb_driver", default=block.name),
        block.value("passwd_file_path", "path"),
        block.value("auth_username_format", default=FILE_FORMAT[Version.V24]),
        fields,
        import_all=block.value("fields_import_all", "userdb_fields_import_all", default="yes") in YES,
        knows_all=block.value("static_allow_all_users", "userdb_static_allow_all_users") in YES,
    )
    return _with_rules(userdb, block)


def _with_rules(userdb: Userdb, block: Block) -> Userdb:
    """Add what becomes of the userdb's results, and when it isn't asked."""

    def rule(name: str, default: str) -> str:
        return block.value(name, f"userdb_{name}", default=default)

    return userdb.replace(
        on_success=rule("result_success", userdb.on_success),
        on_failure=rule("result_failure", userdb.on_failure),
        on_internal_failure=rule("result_internalfail", userdb.on_internal_failure),
        skip=rule("skip", userdb.skip),
    )
