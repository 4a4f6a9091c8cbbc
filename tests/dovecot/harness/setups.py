"""What a private server is made from, and the configuration file that comes out."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass

PLUGINS = ("notify", "push_notification")
ROOT_MARK = "@root@"


@dataclass(frozen=True, slots=True)
class Setup:
    """What differs between two private servers of one version.

    ``push`` is the inside of ``plugin { }`` in 2.3, and top-level text in 2.4. ``extra`` is text for
    the end of the file, ``base`` for its beginning. ``plugins`` is the global ``mail_plugins``; None
    leaves it to ``base``. ``files`` are (name, text) pairs, written into the server's folder.
    ``attribute_dict`` is the dict of METADATA, by default a file for each user: the value of
    ``mail_attribute_dict`` in 2.3, and the inside of ``mail_attribute { }`` in 2.4; None is no dict.
    ``userdb`` are the userdbs, by default one that knows everybody.
    ``@root@`` in any of the texts stands for that folder, as the server sees it.
    """

    push: str = ""
    extra: str = ""
    base: str = ""
    plugins: tuple[str, ...] | None = PLUGINS
    files: tuple[tuple[str, str], ...] = ()
    attribute_dict: str | None = ""
    userdb: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder (as the server sees it) and the ports of one private server."""

    root: str
    imap_port: int
    lmtp_port: int


@dataclass(frozen=True, slots=True)
class Account:
    """The system user who owns the mail, and whether that is who runs everything."""

    user: str
    group: str
    runs_everything: bool


def settings_text(settings: str | Mapping[str, str]) -> str:
    """Return settings as configuration lines; text is passed through."""
    if isinstance(settings, str):
        return settings
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def account() -> Account:
    """Return the account for mail: nobody when run by root, else the current user for everything."""
    if os.geteuid() == 0:
        return Account("nobody", "nogroup", runs_everything=False)
    user = pwd.getpwuid(os.geteuid()).pw_name
    return Account(user, grp.getgrgid(os.getegid()).gr_name, runs_everything=True)


def render(version: str, setup: Setup, place: Place, owner: Account) -> str:
    """Return the configuration file of a private server of ``version`` ("2.3" or "2.4")."""
    template = _TEMPLATES[version]
    values = {
        "userdb": setup.userdb or _STATIC_USERDBS[version],
        "attributes": "" if setup.attribute_dict is None else _ATTRIBUTES[version],
        "dict": setup.attribute_dict or _FILE_DICTS[version],
        "root": place.root,
        "imap_port": str(place.imap_port),
        "lmtp_port": str(place.lmtp_port),
        "user": owner.user,
        "group": owner.group,
    }
    for name, value in values.items():
        template = template.replace(f"<{name}>", value)
    rootless = _ROOTLESS.replace("<user>", owner.user).replace("<group>", owner.group)
    pieces = [
        "" if setup.base else _HEADERS[version],
        setup.base,
        template,
        _plugin_list(version, setup.plugins),
        rootless if owner.runs_everything else "",
        f"plugin {{\n{setup.push}\n}}\n" if version == "2.3" and setup.push else setup.push,
        setup.extra,
    ]
    return "\n".join(piece for piece in pieces if piece).replace(ROOT_MARK, place.root) + "\n"


def _plugin_list(version: str, plugins: tuple[str, ...] | None) -> str:
    if plugins is None:
        return ""
    if version == "2.3":
        return f"mail_plugins = {' '.join(plugins)}\n"
    return "mail_plugins {\n" + "".join(f"  {name} = yes\n" for name in plugins) + "}\n"


_HEADERS = {
    "2.3": "",
    "2.4": "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n",
}

_STATIC_USERDBS = {
    "2.3": """\
userdb {
  driver = static
  args = uid=<user> gid=<group> home=<root>/mail/home-%u
}
""",
    "2.4": """\
userdb static {
  fields {
    uid = <user>
    gid = <group>
    home = <root>/mail/home-%{user}
  }
}
""",
}

_FILE_DICTS = {
    "2.3": "file:<root>/mail/%u.dict",
    "2.4": "  dict file {\n    path = <root>/mail/%{user}.dict\n  }",
}

_ATTRIBUTES = {
    "2.3": "mail_attribute_dict = <dict>",
    "2.4": "mail_attribute {\n<dict>\n}",
}

_COMMON = """\
base_dir = <root>/run
state_dir = <root>/run
log_path = <root>/log
log_timestamp = ""
ssl = no
protocols = imap lmtp
mail_uid = <user>
mail_gid = <group>
first_valid_uid = 1
first_valid_gid = 1
postmaster_address = postmaster@example.com
hostname = mail.example.com
imap_metadata = yes
namespace inbox {
  inbox = yes
  separator = /
}
"""

_TEMPLATES = {
    "2.3": _COMMON
    + """\
mail_debug = yes
mail_location = maildir:<root>/mail/%u
<attributes>
disable_plaintext_auth = no
passdb {
  driver = static
  args = nopassword=y
}
<userdb>
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = <imap_port>
  }
}
service lmtp {
  process_limit = 1
  idle_kill = 1 hours
  inet_listener lmtp {
    address = 127.0.0.1
    port = <lmtp_port>
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
""",
    "2.4": _COMMON
    + """\
log_debug = category=push-notification or category=lua or category=storage or category=mailbox \
or category=http-client
mail_driver = maildir
mail_path = <root>/mail/%{user}
mail_home = <root>/mail/home-%{user}
<attributes>
auth_allow_cleartext = yes
passdb static {
  password = x
}
<userdb>
service imap-login {
  inet_listener imap {
    listen = 127.0.0.1
    port = <imap_port>
  }
}
service lmtp {
  process_limit = 1
  idle_kill_interval = 1 hours
  inet_listener lmtp {
    listen = 127.0.0.1
    port = <lmtp_port>
  }
}
""",
}

_ROOTLESS = """\
default_internal_user = <user>
default_internal_group = <group>
default_login_user = <user>
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
"""
