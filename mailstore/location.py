"""Where a mail location keeps each mailbox: drivers, layouts and paths.

Sources: ``mail_location`` of Dovecot 2.3.19.1, the ``mail_*`` and ``mailbox_*`` settings that
replace it in 2.4.1, and the paths their servers use for them.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Mapping
from typing import Any, Self

from dovecot_conf.errors import MailboxError
from dovecot_conf.paths import join_path
from dovecot_conf.value import Value
from mailstore.mailbox_name import check_levels, check_stored_name

# Loaded now: with the rights of a mail user Python's own files may be out of reach.
_UTF_16 = codecs.lookup("utf-16-be")

INBOX = "INBOX"
MEMORY = "MEMORY"
MAILDIR = "maildir"
MBOX = "mbox"
DBOX_DRIVERS = frozenset({"sdbox", "mdbox"})
# Folders in a Maildir, which are no mailboxes where mailboxes are folders, too.
MAILDIR_FOLDERS = frozenset({"cur", "new", "tmp"})
DRIVER_ALIASES = {"dbox": "sdbox"}
MAILDIR_LAYOUT = "maildir++"
FS_LAYOUT = "fs"
SEPARATORS = {MAILDIR_LAYOUT: ".", FS_LAYOUT: "/"}


class LocationSettingError(MailboxError):
    """A mail location of 2.3 has a setting that is unknown; ``name`` is how it can be shown."""

    def __init__(self, name: str, driver: str) -> None:
        super().__init__(f"mail_location: unknown setting {name} behind {driver}:")
        self.name = name


class MailLocation(Value):
    """A mail location with all its parts; paths are as written, before ~ and %variables.

    ``layout`` is how mailbox names become paths. ``mailbox_root`` and ``mailbox_directory`` are the
    fixed path components before and behind a mailbox name (``mailboxes`` and ``dbox-Mails``), the latter
    with ``directory_everywhere`` also where control and index files are.
    ``index`` is "MEMORY" when there are no index files. ``inbox_everywhere`` tells that INBOX is the root
    in namespaces without the user's INBOX, too, as it is in 2.4.
    """

    driver: str
    path: str
    layout: str = ""
    inbox: str = ""
    index: str = ""
    control: str = ""
    mailbox_root: str = ""
    mailbox_directory: str = ""
    directory_everywhere: bool = False
    utf8: bool = False
    inbox_everywhere: bool = False

    def reserved_names(self) -> frozenset[str]:
        """Return what no level of a name can be called."""
        if self.mailbox_directory:
            return frozenset({self.mailbox_directory})
        return MAILDIR_FOLDERS if self.driver == MAILDIR and self.layout == FS_LAYOUT else frozenset()

    def completed(self) -> Self:
        """Return the location with the defaults of its driver filled in."""
        is_dbox = self.driver in DBOX_DRIVERS
        return self.replace(
            layout=(self.layout or (MAILDIR_LAYOUT if self.driver == MAILDIR else FS_LAYOUT)).lower(),
            mailbox_root=self.mailbox_root or ("mailboxes" if is_dbox else ""),
            mailbox_directory=self.mailbox_directory or ("dbox-Mails" if is_dbox else ""),
        )


_PARAMETERS = {
    "LAYOUT": "layout",
    "INBOX": "inbox",
    "INDEX": "index",
    "CONTROL": "control",
    "DIRNAME": "mailbox_directory",
    "FULLDIRNAME": "mailbox_directory",
    "MAILBOXDIR": "mailbox_root",
}
# Parameters that don't change where a GUID is kept.
_OTHER_PARAMETERS = frozenset(
    {"INDEXPVT", "INDEXCACHE", "ALT", "ALTNOCHECK", "SUBSCRIPTIONS", "VOLATILEDIR", "LISTINDEX", "BROKENCHAR"}
    | {"ITERINDEX", "NO-NOSELECT", "NO-FS-VALIDATION"}
)
SETTINGS_24 = {
    "mail_driver": "driver",
    "mail_path": "path",
    "mailbox_list_layout": "layout",
    "mail_inbox_path": "inbox",
    "mail_index_path": "index",
    "mail_control_path": "control",
    "mailbox_root_directory_name": "mailbox_root",
    "mailbox_directory_name": "mailbox_directory",
}


def parse_location(text: str) -> MailLocation:
    """Read 2.3's ``driver:path:NAME=value:…``; ``::`` is a colon.

    Raises LocationSettingError for an unknown parameter, MailboxError when the driver has to be guessed
    from what is on disk.
    """
    parts = [part.replace("\0", ":") for part in text.replace("::", "\0").split(":")]
    driver, path = parts[0], parts[1] if len(parts) > 1 else ""
    if not driver or driver == "auto" or driver.startswith(("/", "~")):
        raise MailboxError("mail_location: name the mailbox format, as in maildir:~/Maildir")
    values: dict[str, str] = {}
    utf8 = everywhere = False
    for part in parts[2:]:
        name, _, value = part.partition("=")
        if name in _PARAMETERS:
            values[_PARAMETERS[name]] = value
            everywhere = everywhere or name == "FULLDIRNAME"
        elif name == "UTF-8":
            utf8 = True
        elif name not in _OTHER_PARAMETERS:
            # A password with a colon in it gets here in pieces.
            shown = name if re.fullmatch("[A-Z-]+", name) else "that is none"
            raise LocationSettingError(shown, driver)
    return MailLocation(
        DRIVER_ALIASES.get(driver, driver),
        path,
        utf8=utf8,
        directory_everywhere=everywhere,
        inbox_everywhere=False,
        **values,
    ).completed()


def location_from_settings(settings: Mapping[str, str]) -> MailLocation:
    """Return the location that 2.4's ``mail_driver``, ``mail_path``, … describe.

    Raises MailboxError when the driver has to be guessed from what is on disk.
    """
    values: dict[str, Any] = {field: settings.get(name, "") for name, field in SETTINGS_24.items()}
    if values["driver"] in ("", "auto"):
        raise MailboxError("mail_driver is not set: name the mailbox format, as in mail_driver = maildir")
    values["driver"] = DRIVER_ALIASES.get(values["driver"], values["driver"])
    location = MailLocation(**values).replace(
        utf8=settings.get("mailbox_list_utf8") == "yes",
        directory_everywhere=settings.get("mailbox_directory_name_legacy") == "no",
        inbox_everywhere=True,
    )
    return location.completed()


class MailboxPaths(Value):
    """Where one mailbox is: its mails, its control files (uidlist) and its index files.

    ``index`` is None when the index is kept in memory.
    """

    mail: str
    control: str
    index: str | None


def mailbox_paths(location: MailLocation, name: str, *, has_inbox: bool = True) -> MailboxPaths:
    """Return the paths of a mailbox; ``name`` has "/" between its levels and no namespace prefix.

    The paths of ``location`` have to be expanded. ``has_inbox`` tells that INBOX is no mailbox like
    others there. Raises MailboxNameError for a name the layout
    can't hold, MailboxError for a layout that is not known.
    """
    separator = SEPARATORS.get(location.layout)
    if separator is None:
        raise MailboxError(f"mailboxes of layout {location.layout} can't be found without Dovecot")
    check_stored_name(name, "/", separator, location.reserved_names())
    levels = [level if location.utf8 else modified_utf7(level) for level in name.split("/")]
    stored = separator.join(levels)
    mail = _place(location, location.path, stored, with_directory=True)
    is_inbox = stored == INBOX and (has_inbox or location.inbox_everywhere)
    if is_inbox and location.inbox:
        mail = join_path(location.inbox)
    elif (
        is_inbox
        and location.driver == MAILDIR
        and (location.inbox_everywhere or not location.mailbox_directory)
    ):
        mail = join_path(location.path)
    control = (
        _place(location, location.control, stored, with_directory=location.directory_everywhere)
        if location.control
        else mail
    )
    return MailboxPaths(mail, control, _index_path(location, stored, mail))


def root_paths(location: MailLocation) -> MailboxPaths:
    """Return the paths of the folder that all mailboxes are in, which may be a Maildir itself."""
    mail = join_path(location.path)
    index = None if location.index == MEMORY else join_path(location.index or mail)
    return MailboxPaths(mail, join_path(location.control or mail), index)


def check_mailbox_name(name: str) -> None:
    """Raise MailboxNameError for a name, "/" between its levels, that no layout can hold."""
    check_levels(name, "/")


def _place(location: MailLocation, root: str, stored: str, *, with_directory: bool) -> str:
    if location.layout == MAILDIR_LAYOUT:
        return join_path(root, "." + stored)
    directory = location.mailbox_directory if with_directory else ""
    return join_path(root, location.mailbox_root, stored, directory)


def _index_path(location: MailLocation, stored: str, mail: str) -> str | None:
    if location.index == MEMORY:
        return None
    if location.index:
        path = _place(location, location.index, stored, with_directory=location.directory_everywhere)
    elif location.driver == MBOX:
        # A mailbox that is a file has its index beside it; INBOX always in the root.
        path = _place(location, location.path, stored, with_directory=False)
    else:
        path = mail
    folder, name = os.path.split(path)
    return join_path(folder, ".imap", name) if location.driver == MBOX else path


def modified_utf7(text: str) -> str:
    """Encode a mailbox name as RFC 3501 section 5.1.3 says; bytes that aren't UTF-8 stay."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    return re.sub(r"&|[^\x20-\x7e\udc80-\udcff]+", lambda match: _shifted(match.group()), text)


def _shifted(text: str) -> str:
    if text == "&":
        return "&-"
    import base64  # noqa: PLC0415 - few names need it

    encoded = base64.b64encode(_UTF_16.encode(text, "surrogatepass")[0]).decode("ascii")
    return "&" + encoded.rstrip("=").replace("/", ",") + "-"
