"""Access control lists of mailboxes: their lines, and which rights they give to a user.

Source: the acl plugin of Dovecot 2.3.19.1 and 2.4.1, and what their servers grant.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import IntEnum
from fnmatch import fnmatchcase

from dovecot_conf.value import Value

LETTERS = {
    "l": "lookup",
    "r": "read",
    "w": "write",
    "s": "write-seen",
    "t": "write-deleted",
    "i": "insert",
    "p": "post",
    "e": "expunge",
    "k": "create",
    "x": "delete",
    "a": "admin",
}
ALL_RIGHTS = frozenset(LETTERS.values())
LOOKUP = "lookup"
# METADATA needs one of these besides (RFC 5464 section 3.3).
ANY_OF = frozenset({"read", "write-seen", "write", "insert", "post"})


class AclLineError(Exception):
    """A line of an ACL can't be understood; the text is Dovecot's."""


class Whom(IntEnum):
    """Whom a rule is for; a later kind is stronger."""

    ANYONE = 0
    AUTHENTICATED = 1
    GROUP = 2
    OWNER = 3
    USER = 4
    GROUP_OVERRIDE = 5


_WORDS = {
    "owner": Whom.OWNER,
    "authenticated": Whom.AUTHENTICATED,
    "anyone": Whom.ANYONE,
    "anonymous": Whom.ANYONE,
}
_NAMED = {"user=": Whom.USER, "group=": Whom.GROUP, "group-override=": Whom.GROUP_OVERRIDE}


class Rule(Value):
    """What somebody may do, and may not; None leaves what weaker rules say.

    ``name`` is that of the user or group. A global rule is stronger than all others.
    """

    whom: Whom
    name: str
    rights: frozenset[str] | None
    denied: frozenset[str] | None
    is_global: bool = False


class Person(Value):
    """Who asks; the owner of a mailbox may do all that no rule about the owner or ``name`` takes away."""

    name: str
    groups: frozenset[str]
    is_owner: bool

    def is_meant_by(self, rule: Rule) -> bool:
        """Tell whether a rule is for this person."""
        match rule.whom:
            case Whom.OWNER:
                return self.is_owner
            case Whom.USER:
                return rule.name == self.name
            case Whom.GROUP | Whom.GROUP_OVERRIDE:
                return rule.name in self.groups
        return True

    def usual_rights(self) -> frozenset[str]:
        """Return the rights without any rule."""
        return ALL_RIGHTS if self.is_owner else frozenset()


def parse_rule(line: str, *, is_global: bool = False) -> Rule:
    """Read ``ID [letters] [:name …]``; the id may be quoted, ``-`` in front of it denies.

    Raises AclLineError.
    """
    if line.startswith('"'):
        identifier, rest = _unquoted(line)
        if rest and not rest.startswith(" "):
            raise AclLineError("Invalid quoted ID")
        rest = rest[1:]
    else:
        identifier, _, rest = line.partition(" ")
    denies = identifier.startswith("-")
    # An unknown id is told first.
    whom, name = _parse_id(identifier.removeprefix("-"))
    rights = parse_rights(rest)
    return Rule(whom, name, None if denies else rights, rights if denies else None, is_global)


def configured_rule(identifier: str, rights: str) -> Rule:
    """Return the rule of 2.4's ``acl ID { rights = … }``; ``-`` in front of the rights denies them.

    Raises AclLineError.
    """
    whom, name = _parse_id(identifier)
    denies = rights.startswith("-")
    parsed = parse_rights(rights.removeprefix("-"))
    return Rule(whom, name, None if denies else parsed, parsed if denies else None)


def parse_global_line(line: str) -> tuple[str, Rule]:
    """Read a line of a global ACL file: a pattern of mailbox names, which may be quoted, and a rule.

    Raises AclLineError.
    """
    if line.startswith('"'):
        pattern, rest = _unquoted(line, "Missing '\"'")
        if not rest.startswith(" "):
            raise AclLineError("Expecting space after '\"'")
        rest = rest[1:]
    else:
        pattern, space, rest = line.partition(" ")
        if not space:
            raise AclLineError("Missing ACL rights")
        if not pattern:
            raise AclLineError("Empty ACL pattern")
    return pattern, parse_rule(rest, is_global=True)


def _unquoted(line: str, error: str = "Invalid quoted ID") -> tuple[str, str]:
    """Return what stands in quotes at the beginning, and the rest; a backslash hides the next character."""
    text = ""
    rest = iter(range(1, len(line)))
    for position in rest:
        if line[position] == '"':
            return text, line[position + 1 :]
        if line[position] == "\\":
            position = next(rest, 0)  # noqa: PLW2901 - the hidden character
            if not position:
                break
        text += line[position]
    raise AclLineError(error)


def _parse_id(identifier: str) -> tuple[Whom, str]:
    if identifier in _WORDS:
        return _WORDS[identifier], ""
    for start, whom in _NAMED.items():
        if identifier.startswith(start):
            return whom, identifier.removeprefix(start)
    raise AclLineError(f"Unknown ID '{identifier}'")


def parse_rights(text: str) -> frozenset[str]:
    """Read letters of rights, and behind a colon names. Raises AclLineError."""
    rights: set[str] = set()
    rest = text.lstrip(" \t")
    while rest and rest[0] not in " \t:":
        if rest[0] not in LETTERS:
            # Dovecot shows one byte of it.
            byte = os.fsencode(rest[0])[:1].decode("utf-8", "surrogateescape")
            raise AclLineError(f"Unknown ACL '{byte}'")
        rights.add(LETTERS[rest[0]])
        rest = rest[1:]
    rest = rest.lstrip(" \t")
    if rest and not rest.startswith(":"):
        raise AclLineError("Missing ':' prefix in ACL extensions")
    names = rest[1:].replace(",", " ").replace("\t", " ").split(" ")
    return frozenset(rights | {name for name in names if name})


def rights_of(person: Person, rules: Iterable[Rule]) -> frozenset[str] | None:
    """Return what the rules let a person do, None when none of them is about the person.

    The strongest rule replaces what weaker ones give; those of several groups add up.
    """
    given: frozenset[str] | None = person.usual_rights() if person.is_owner else None
    denied: frozenset[str] = frozenset()
    last: Rule | None = None
    seen_global = False
    for rule in _in_force(person, _merged(rules)):
        adds = last is not None and (last.whom, last.is_global) == (rule.whom, rule.is_global)
        if given is None:
            given = person.usual_rights()
        if rule.rights is not None:
            given = given | rule.rights if adds else rule.rights
        if rule.is_global and not seen_global:
            # What a mailbox's own rules deny doesn't count any more.
            denied, seen_global = rule.denied or frozenset(), True
        elif rule.denied is not None:
            denied = denied | rule.denied if adds else rule.denied
        last = rule
    return None if given is None else given - denied


def _in_force(person: Person, rules: list[Rule]) -> Iterator[Rule]:
    skipping = person.is_owner
    for rule in rules:
        # The owner's rights are above those of anyone and of groups, but for global rules.
        skipping = skipping and rule.whom < Whom.OWNER and not rule.is_global
        if not skipping and person.is_meant_by(rule):
            yield rule


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules from the weakest on, those for the same person as one."""
    merged: dict[tuple[bool, Whom, bytes], Rule] = {}
    for rule in rules:
        key = rule.is_global, rule.whom, os.fsencode(rule.name)
        if (same := merged.get(key)) is not None:
            rule = rule.replace(  # noqa: PLW2901 - both of them
                rights=(same.rights or frozenset()) | (rule.rights or frozenset()),
                denied=(same.denied or frozenset()) | (rule.denied or frozenset()),
            )
        merged[key] = rule
    return [merged[key] for key in sorted(merged)]


def may_have_metadata(rights: frozenset[str]) -> bool:
    """Tell whether METADATA can be read and changed, given that the mailbox is seen."""
    return not ANY_OF.isdisjoint(rights)


def matches(name: str, pattern: str) -> bool:
    """Tell whether a pattern with ``*`` and ``?`` fits the whole name; ``?`` is one byte."""
    text, mask = (os.fsencode(one).decode("latin-1") for one in (name, pattern))
    return fnmatchcase(text, mask.replace("[", "[[]"))
