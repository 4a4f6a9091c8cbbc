"""Which dialect a configuration is written in, and how one can tell.

Signs of 2.4 are looked for before signs of 2.3: a file with both was begun by someone who has 2.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from dovecot_conf.lines import find_comment
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Node, Statement
from dovecot_conf.versions import CONFIG_VERSION, Version
from dovecot_conf.view import PLAIN, View


class Signs:
    """What only one version has, each with how it is called.

    By name: ``settings``, ``blocks`` without a name, and ``named`` blocks. By the beginning of a line:
    ``lines``, with a pattern for the rest; ``anywhere`` is the same for any place in a line.
    """

    def __init__(
        self,
        *,
        settings: Mapping[str, str],
        blocks: Mapping[str, str],
        named: Mapping[str, str],
        lines: Mapping[str, tuple[str, str]],
        anywhere: Mapping[str, tuple[str, str]],
    ) -> None:
        self._settings = settings
        self._blocks = blocks
        self._named = named
        self._lines = lines
        self._beginnings = tuple(lines)
        self._anywhere = anywhere

    def at_start(self, text: str) -> str:
        """Return which sign a logical line begins with, '' for none."""
        end = text.find("=")
        if end >= 0 and (found := self._settings.get(text[:end].rstrip(_WHITE))):
            return found
        end = text.find("{")
        if end >= 0:
            word, white, name = text[:end].replace("\t", " ").partition(" ")
            name = name.strip(" ")
            if white and " " not in name and (found := (self._named if name else self._blocks).get(word)):
                return found
        if text.startswith(self._beginnings):
            for beginning, (found, rest) in self._lines.items():
                if text.startswith(beginning) and re.compile(rest).match(text, len(beginning)):
                    return found
        return ""

    def in_it(self, text: str) -> str:
        """Return which sign stands anywhere in a logical line, '' for none."""
        if "$" not in text and "%" not in text:
            return ""
        for beginning, (found, rest) in self._anywhere.items():
            if beginning in text and re.search(re.escape(beginning) + rest, text):
                return found
        return ""


_WHITE = " \t"


def _called(form: str, *names: str) -> dict[str, str]:
    return {name: form.format(name) for name in names}


SIGNS = {
    Version.V24: Signs(
        settings=_called(
            "the setting {}",
            CONFIG_VERSION,
            "dovecot_storage_version",
            "mail_driver",
            "mail_path",
            "sql_driver",
            "ldap_uris",
            "auth_allow_cleartext",
        ),
        blocks=_called("the block {}", "mail_plugins", "mail_attribute", "protocols", "dict_server"),
        named={
            **_called(
                "a named {} block", "push_notification", "sieve_script", "quota", "fts", "acl", "language"
            ),
            **_called("a server of a database", "mysql", "pgsql"),
        },
        lines={
            "group": ("a group", r"[ \t]+@[^ \t]+[ \t]+[^ \t]+[ \t]+\{"),
            "@": ("the use of a group", r"[^ \t=]+[ \t]*="),
            '"': ("a quoted key", r'[^"]*"[ \t]*='),
            "ssl_server_": ("an ssl_server setting", r"[^ \t=]*[ \t]*="),
        },
        anywhere={"$SET:": ("$SET:", ""), "%{": ("a %{variable | filter}", r"[^};]*\|")},
    ),
    Version.V23: Signs(
        settings=_called(
            "the setting {}",
            "mail_location",
            "mail_attribute_dict",
            "ssl_cert",
            "ssl_key",
            "disable_plaintext_auth",
        ),
        blocks={
            **_called("the section {}", "plugin"),
            **_called("a {} without a name", "passdb", "userdb", "dict"),
        },
        named={},
        lines={},
        anywhere={
            "$mail_plugins": ("$mail_plugins", r"\b"),
            "%": ("a one-letter %variable", r"[-0-9.]*[LUEXRHNMDT]*[undhsplrw](?![A-Za-z0-9%])"),
        },
    ),
}


def starts_with_version_line(source: SourceFile, view: View = PLAIN) -> str:
    """Return why the first setting of a main file makes it one for 2.4, '' when it doesn't."""
    for number, raw in view.lines(source):
        text = raw.strip()
        if text and not text.startswith("#"):
            comment = find_comment(text)
            text = text if comment < 0 else text[:comment]
            if CONFIG_VERSION in text and re.match(rf'"?{CONFIG_VERSION}"?\s*=', text):
                return f"{source.path}:{number} sets {CONFIG_VERSION}"
            return ""
    return ""


def find_sign(nodes: Iterable[Node]) -> tuple[Version | None, str]:
    """Return the version that the statements show, and what shows it and where.

    The version is None when nothing does.
    """
    first: dict[Version, str] = {}
    wanted = dict(SIGNS)
    for node in nodes:
        if not isinstance(node, Statement):
            continue
        for version, signs in wanted.items():
            if sign := signs.at_start(node.text) or signs.in_it(node.text):
                place = node.statement_span
                first[version] = f"{place.file}:{place.line} has {sign}"
                del wanted[version]
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
    seen = set()
    for node in nodes:
        if not isinstance(node, Statement) or node.document in seen:
            continue
        if sign := SIGNS[other].at_start(node.text):
            seen.add(node.document)
            yield node, sign
