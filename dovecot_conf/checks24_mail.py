"""The checks of 2.4 for mail storage, namespaces and mailboxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.errors import VariableError
from dovecot_conf.hash_formats import wrong_hash_format
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.scopes24 import Block
from dovecot_conf.section_names import escaped
from dovecot_conf.tree import Statement
from dovecot_conf.view24 import UNKNOWN, View24

RANGE, NEEDS, SYNTAX, NAMESPACE = "value-range", "needs-other-setting", "value-syntax", "namespace-value"

SPECIAL_USES = ("all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash")
UIDL_VARIABLES = ("uidvalidity", "uid", "md5", "filename", "guid")
MAILBOX_SETTINGS = tuple(
    f"mailbox_{name}"
    for name in ("name", "auto", "special_use", "comment", "autoexpunge", "autoexpunge_max_mails")
)

_HEADER_NAME = re.compile("[!-9;-~]*")
_NEVER_VARIABLES = ("literal", "lookup", "if", "calculate")
"""What Dovecot takes for a filter even where it stands first."""
_ESCAPE_CHARACTERS = ("mailbox_list_visible_escape_char", "mailbox_list_storage_escape_char")


def nfs(view: View24) -> Iterator[Finding]:
    """What index files on NFS need."""
    if not view.is_yes("mail_nfs_index"):
        return
    where = view.where("mail_nfs_index")
    if not view.is_yes("mmap_disable"):
        yield Finding(NEEDS, "mail_nfs_index=yes requires mmap_disable=yes", where)
    if view.choice("mail_fsync") != "always":
        yield Finding(NEEDS, "mail_nfs_index=yes requires mail_fsync=always", where)


def pop3_uidl_format(view: View24) -> Iterator[Finding]:
    """The variables of the format of UIDLs."""
    name = "pop3_uidl_format"
    try:
        wrong = _wrong_uidl_format(view.text(name, known=True))
    except VariableError:
        # The value itself is reported where it is set.
        return
    if wrong:
        hint = f"it takes: {', '.join(f'%{{{word}}}' for word in UIDL_VARIABLES)}"
        yield Finding(SYNTAX, wrong, view.where(name), hint)


def _wrong_uidl_format(text: str) -> str:
    # Dovecot looks at them in the order of the alphabet, and is content with what comes behind a known one.
    for name in sorted(_variables(text)):
        return "" if name in UIDL_VARIABLES else f"Unknown pop3_uidl_format variable: %{{{name}}}"
    return "pop3_uidl_format setting doesn't contain any %{variables}."


def _variables(text: str) -> Iterator[str]:
    from dovecot_conf.variables24 import Program, parse  # noqa: PLC0415 - few configurations have it

    for part in parse(text):
        if not isinstance(part, Program):
            continue
        for number, call in enumerate(part.calls):
            if not number and call.name not in _NEVER_VARIABLES:
                yield call.name
            for argument in call.arguments:
                if isinstance(argument.value, str) and not argument.quoted:
                    yield argument.value


def attachment_hash(view: View24) -> Iterator[Finding]:
    """The hash in the names of attachments."""
    name = "mail_ext_attachment_hash"
    if wrong := wrong_hash_format(view.text(name, known=True)):
        yield Finding(SYNTAX, wrong, view.where(name))


def server_admin(view: View24) -> Iterator[Finding]:
    """The URI of the administrator."""
    text = view.text("mail_server_admin")
    if not text:
        return
    from dovecot_conf.uris import wrong_uri  # noqa: PLC0415 - few configurations have it

    if wrong := wrong_uri(text):
        message = f"mail_server_admin: '{text}' is not a valid URI: {wrong}"
        yield Finding(SYNTAX, message, view.where("mail_server_admin"), "write it as mailto:NAME@DOMAIN")


def cache_fields(view: View24) -> Iterator[Finding]:
    """The names of fields in index caches."""
    for name in ("mail_cache_fields", "mail_always_cache_fields", "mail_never_cache_fields"):
        words = view.words(name)
        for word in words:
            if word[:4].lower() == "hdr." and not _HEADER_NAME.fullmatch(word, 4):
                message = f"Invalid {name}: {word[4:]} is not a valid header name"
                yield Finding(SYNTAX, message, view.item(name, word))
        if "*" in words and len(words) > 1:
            message = f'Invalid {name}: has multiple values while having "*" set'
            hint = "turn the others off, those of the default too: `NAME = no` in the list's block"
            yield Finding(NEEDS, message, view.item(name, "*"), hint)


def mailbox_names(view: View24) -> Iterator[Finding]:
    """How mailboxes are called in the file system."""
    prefix, index = view.text("mailbox_list_index_prefix"), view.text("mail_index_path")
    if "/" in prefix and not prefix.rpartition("/")[0].startswith("/") and not index:
        message = "mailbox_list_index_prefix directory is relative, but mail_index_path is empty"
        yield Finding(NEEDS, message, view.where("mailbox_list_index_prefix"))
    if "/" in view.text("mailbox_root_directory_name"):
        message = "mailbox_root_directory_name must not contain '/'"
        yield Finding(SYNTAX, message, view.where("mailbox_root_directory_name"))
    for name in _ESCAPE_CHARACTERS:
        text = view.text(name)
        if text != UNKNOWN and len(text.encode("utf-8", "surrogateescape")) > 1:
            yield Finding(SYNTAX, f"{name} value must be a single character", view.where(name))


def plugin_dir(view: View24) -> Iterator[Finding]:
    """The folder of the plugins, which can't have variables in its name."""
    if view.words("mail_plugins") and view.text("mail_plugin_dir") == UNKNOWN:
        message = f"mail_plugin_dir: access({UNKNOWN}) failed: No such file or directory"
        yield Finding(NEEDS, message, view.where("mail_plugin_dir"), "write the path without variables")


def namespace(view: View24) -> Iterator[Finding]:
    """Separators and prefixes of namespaces, and the mailboxes in them."""
    name = view.text("namespace_name")
    if len(view.text("namespace_separator").encode("utf-8", "surrogateescape")) > 1:
        message = f"Namespace {name}: Hierarchy separator must be only one character long"
        yield Finding(NAMESPACE, message, view.where("namespace_separator"))
    prefix = view.text("namespace_prefix")
    if not _is_utf8(prefix):
        message = f"Namespace {name}: prefix not valid UTF8: {prefix}"
        yield Finding(NAMESPACE, message, view.where("namespace_prefix"))
    around = Block("namespace", name)
    for box in view.place.names.get("mailbox", ()):
        found = Lookup24(view.tree.root, view.place.scope.condition, around, Block("mailbox", box))
        if refused := found.refused("mailbox", MAILBOX_SETTINGS):
            message = f"Failed to get mailbox {box}: {refused.message}"
            yield Finding(refused.rule, message, refused.where or view.opened("mailbox", box))
            return
        shown = found.given_name() or ""
        yield from _special_uses(shown, found.listed_lines("mailbox_special_use"))
        if not _is_utf8(shown):
            message = f"mailbox settings (filter=mailbox/{escaped(box)}): Invalid settings: mailbox {shown}:"
            message = f"Failed to get mailbox {box}: {message} name isn't valid UTF-8"
            yield Finding(NAMESPACE, message, found.opened)


def mailbox(view: View24) -> Iterator[Finding]:
    """Names of mailboxes."""
    name = view.text("mailbox_name")
    if not _is_utf8(name):
        yield Finding(NAMESPACE, f"mailbox {name}: name isn't valid UTF-8", view.where("mailbox_name"))


def special_use(view: View24) -> Iterator[Finding]:
    """What mailboxes are for."""
    name = "mailbox_special_use"
    return _special_uses(
        view.text("mailbox_name", known=True), [(word, view.item(name, word)) for word in view.words(name)]
    )


def _special_uses(mailbox: str, words: Iterable[tuple[str, Statement | None]]) -> Iterator[Finding]:
    for word, where in words:
        if word[:1] != "\\" or word[1:].lower() not in SPECIAL_USES:
            message = (
                f"mailbox {mailbox}: special_use label {word} is not an RFC-defined label - allowing anyway"
            )
            yield Finding("special-use-label", message, where)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
