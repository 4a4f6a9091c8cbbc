"""Which dialect a configuration is written in, and how one can tell.

Signs of 2.4 are looked for before signs of 2.3: a file with both was begun by someone who has 2.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dovecot_conf.lines import find_comment
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Node, Statement
from dovecot_conf.version_lines import CONFIG_VERSION
from dovecot_conf.versions import Version
from dovecot_conf.view import PLAIN, View


class Sign(NamedTuple):
    """Something that only one version has: what it is, and a pattern for a logical line.

    The pattern is for the start of the line, or with ``anywhere`` for any place in it.
    """

    text: str
    pattern: str
    anywhere: bool = False


_IS = r"[ \t]*="
_OPENS = r"[ \t]+\{"
_NAMED = r"[ \t]+[^ \t{]+[ \t]*\{"

SIGNS = {
    Version.V24: (
        Sign("the setting dovecot_config_version", CONFIG_VERSION + _IS),
        Sign("the setting dovecot_storage_version", "dovecot_storage_version" + _IS),
        Sign("a group", r"group[ \t]+@[^ \t]+[ \t]+[^ \t]+[ \t]+\{"),
        Sign("the use of a group", "@[^ \t=]+" + _IS),
        Sign("a quoted key", r'"[^"]*"' + _IS),
        Sign("the block mail_plugins", "mail_plugins" + _OPENS),
        Sign("a named push_notification block", "push_notification" + _NAMED),
        Sign("the block mail_attribute", "mail_attribute" + _OPENS),
        Sign("the setting mail_driver", "mail_driver" + _IS),
        Sign("the setting mail_path", "mail_path" + _IS),
        Sign("the block protocols", "protocols" + _OPENS),
        Sign("a named sieve_script block", "sieve_script" + _NAMED),
        Sign("a named quota block", "quota" + _NAMED),
        Sign("a named fts block", "fts" + _NAMED),
        Sign("a named acl block", "acl" + _NAMED),
        Sign("a named language block", "language" + _NAMED),
        Sign("the block dict_server", "dict_server" + _OPENS),
        Sign("the setting sql_driver", "sql_driver" + _IS),
        Sign("a server of a database", "(?:mysql|pgsql)" + _NAMED),
        Sign("the setting ldap_uris", "ldap_uris" + _IS),
        Sign("the setting auth_allow_cleartext", "auth_allow_cleartext" + _IS),
        Sign("an ssl_server setting", "ssl_server_[^ \t=]*" + _IS),
        Sign("$SET:", r"\$SET:", anywhere=True),
        Sign("a %{variable | filter}", r"%\{[^};]*\|", anywhere=True),
    ),
    Version.V23: (
        Sign("the section plugin", "plugin" + _OPENS),
        Sign("the setting mail_location", "mail_location" + _IS),
        Sign("the setting mail_attribute_dict", "mail_attribute_dict" + _IS),
        Sign("the setting ssl_cert", "ssl_cert" + _IS),
        Sign("the setting ssl_key", "ssl_key" + _IS),
        Sign("the setting disable_plaintext_auth", "disable_plaintext_auth" + _IS),
        Sign("a passdb without a name", "passdb" + _OPENS),
        Sign("a userdb without a name", "userdb" + _OPENS),
        Sign("a dict without a name", "dict" + _OPENS),
        Sign("$mail_plugins", r"\$mail_plugins\b", anywhere=True),
        Sign(
            "a one-letter %variable",
            r"%[-0-9.]*[LUEXRHNMDT]*[undhsplrw](?![A-Za-z0-9%])",
            anywhere=True,
        ),
    ),
}


def starts_with_version_line(source: SourceFile, view: View = PLAIN) -> str:
    """Return why the first setting of a main file makes it one for 2.4, '' when it doesn't."""
    for number, raw in view.lines(source):
        text = raw.strip()
        if text and not text.startswith("#"):
            comment = find_comment(text)
            text = text if comment < 0 else text[:comment]
            if re.match(rf'"?{CONFIG_VERSION}"?\s*=', text):
                return f"{source.path}:{number} sets {CONFIG_VERSION}"
            return ""
    return ""


def find_sign(nodes: Iterable[Node]) -> tuple[Version | None, str]:
    """Return the version that the statements show, and what shows it and where.

    The version is None when nothing does.
    """
    first: dict[Version, str] = {}
    patterns = {version: _compiled(version) for version in SIGNS}
    for node in nodes:
        if not isinstance(node, Statement):
            continue
        text = node.text
        for version, (start, anywhere) in patterns.items():
            match = start(text)
            if match is None and ("$" in text or "%" in text):
                match = anywhere(text)
            if match is not None:
                sign = SIGNS[version][int((match.lastgroup or "_0")[1:])]
                place = node.statement_span
                first[version] = f"{place.file}:{place.line} has {sign.text}"
                del patterns[version]
                break
        if Version.V24 in first:
            break
    for version in SIGNS:
        if version in first:
            return version, first[version]
    return None, ""


def other_language(nodes: Iterable[Node], read_as: Version) -> Iterator[tuple[Statement, str]]:
    """Yield, for each file, the first statement that only the other version has, and what it is.

    Signs that stand anywhere in a line are left out: they may be meant as plain text.
    """
    other = Version.V23 if read_as is Version.V24 else Version.V24
    start, _ = _compiled(other)
    seen = set()
    for node in nodes:
        if not isinstance(node, Statement) or node.document in seen:
            continue
        match = start(node.text)
        if match is not None:
            seen.add(node.document)
            yield node, SIGNS[other][int((match.lastgroup or "_0")[1:])].text


_Finder = Callable[[str], re.Match[str] | None]


def _compiled(version: Version) -> tuple[_Finder, _Finder]:
    parts: dict[bool, list[str]] = {False: [], True: []}
    for index, sign in enumerate(SIGNS[version]):
        parts[sign.anywhere].append(f"(?P<_{index}>{sign.pattern})")
    start, anywhere = ("|".join(parts[where]) for where in (False, True))
    return re.compile(start).match, re.compile(anywhere).search
