"""A configuration that has been read: the tree, the problems, and the settings for a protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from dovecot_conf.conditions import Condition, parse_net
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.include_chains import chain_to, include_places
from dovecot_conf.positions import Span
from dovecot_conf.push import PushConfig
from dovecot_conf.settings import Settings
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Document, Node, Section
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.evaluations import Evaluation

MAIL_PROTOCOLS = ("lmtp", "lda", "imap", "pop3", "doveadm")
"""The protocols whose processes open mailboxes and load mail plugins."""

_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Configuration:
    """One configuration with all files it includes.

    ``version`` is the dialect it was read as and ``version_reason`` why; ``path`` the main file,
    ``files`` every file in reading order, ``document`` the tree of the main file. ``problems`` are
    what Dovecot says about it, in reading order (see :mod:`dovecot_conf.syntax_rules`). ``whole`` is
    False for a part: other files, which were not read, belong to the same configuration.
    ``is_template``: it is one of those that a template stands for.
    """

    version: Version
    version_reason: str
    path: str
    files: tuple[SourceFile, ...]
    document: Document
    problems: tuple[Diagnostic, ...]
    _nodes: list[Node] = field(repr=False)
    _evaluation: Evaluation = field(repr=False)
    whole: bool = True
    is_template: bool = False
    _include_places: dict[str, Span] | None = field(default=None, repr=False)

    @property
    def evaluation(self) -> Evaluation:
        """What the tree was evaluated to."""
        return self._evaluation

    def settings(
        self,
        protocol: str | None = None,
        *,
        local_name: str | None = None,
        local: str | None = None,
        remote: str | None = None,
    ) -> Settings:
        """Return the effective settings for a protocol (None: outside of any filter).

        ``local_name``, ``local`` and ``remote`` are what is known of the connection: a TLS server
        name and two IP addresses.
        """
        asked = Condition(
            protocol, local_name, parse_net(local) if local else None, parse_net(remote) if remote else None
        )
        return self._evaluation.settings(asked)

    def push(self, protocol: str, fields: Mapping[str, str] = _NO_FIELDS) -> PushConfig:
        """Return the chain of push notification drivers that a process of ``protocol`` tries.

        ``fields`` are those of a user's userdb. What they say about plugins and drivers wins over what the
        configuration says.
        """
        push = self._evaluation.push(protocol)
        if not fields:
            return push
        from dovecot_conf.overrides import userdb_overrides  # noqa: PLC0415 - few users have any

        overrides = userdb_overrides(fields, self.version)
        if not overrides:
            return push
        return self._evaluation.overridden(overrides).push(protocol)._replace(process=push)

    def protocols(self) -> tuple[str, ...]:
        """Return the mail protocols, and every other name that a ``protocol`` filter mentions."""
        found = dict.fromkeys(MAIL_PROTOCOLS)
        for condition in self._evaluation.conditions():
            if condition.protocol:
                found[condition.protocol.removeprefix("!")] = None
        return tuple(found)

    def included_from(self, path: str) -> tuple[Span, ...]:
        """Return the ``!include`` statements that led to a file, from its own to that of the main file.

        It is the first way by which the file was read; the main file has none.
        """
        if self._include_places is None:
            self._include_places = include_places(self._nodes)
        chain = () if path == self.path else chain_to(path, self._include_places)
        known = {source.path for source in self.files} if not self.whole else ()
        return tuple(place for place in chain if self.whole or place.file in known)

    def walk(self) -> Iterator[tuple[Node, tuple[Section, ...]]]:
        """Yield every node of all files in reading order, with the sections around it.

        The outermost section comes first; a section stands before its content, its closing brace
        (whose enclosing sections don't include it) behind.
        """
        last_parent: Section | None = None
        enclosing: tuple[Section, ...] = ()
        for node in self._nodes:
            if node.parent is not last_parent:
                last_parent, enclosing = node.parent, node.enclosing
            yield node, enclosing
