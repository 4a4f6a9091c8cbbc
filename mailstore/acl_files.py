"""The files that access control lists are in: ``dovecot-acl`` of a mailbox, and global ones.

Source: ``acl-backend-vfile.c`` and ``acl-global-file.c`` of Dovecot 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

from dovecot_conf.errors import MailboxError
from mailstore.acl_rights import AclLineError, Rule, Whom, matches, parse_global_line, parse_rule

FILE_NAME = "dovecot-acl"
# In a folder of global lists, the file for mailboxes that have a folder there.
DEFAULT_NAME = ".DEFAULT"
_NOBODY = tuple(Rule(whom, "", frozenset(), None) for whom in (Whom.ANYONE, Whom.OWNER))
_Parsed = TypeVar("_Parsed")


class AclFileError(MailboxError):
    """A list can't be read, or has a line that makes no sense: nobody knows the rights."""


def file_rules(path: str, *, is_global: bool = False, may_be_folder: bool = False) -> tuple[Rule, ...]:
    """Return the rules in a file, none when there is no such file.

    Nobody has any right where the file can't be opened for want of rights. With ``may_be_folder`` a folder
    stands for the file ``.DEFAULT`` in it. Raises AclFileError.
    """
    try:
        text = _content(path)
    except IsADirectoryError as error:
        if not may_be_folder:
            raise _unreadable("", path, error) from None
        return file_rules(f"{path}/{DEFAULT_NAME}", is_global=is_global)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except PermissionError:
        return _NOBODY
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return ()
        raise _unreadable("", path, error) from None
    return tuple(_parsed(f"ACL file {path}", text, lambda line: parse_rule(line, is_global=is_global)))


def global_file_rules(path: str) -> tuple[tuple[str, Rule], ...]:
    """Return the rules of a global file with their patterns of mailbox names. Raises AclFileError."""
    try:
        text = _content(path)
    except OSError as error:
        raise _unreadable("Couldn't read global ACL file ", path, error) from None
    return tuple(_parsed(f"Global ACL file {path}", text, parse_global_line))


def rules_for(rules: tuple[tuple[str, Rule], ...], mailbox: str) -> Iterator[Rule]:
    """Yield those rules of a global file whose pattern fits the full name of a mailbox."""
    for pattern, rule in rules:
        if matches(mailbox, pattern):
            yield rule


def _content(path: str) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.read())


def _parsed(what: str, text: str, parse: Callable[[str], _Parsed]) -> Iterator[_Parsed]:
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.removesuffix("\r").partition("\0")[0]
        if not stripped or stripped.startswith("#"):
            continue
        try:
            yield parse(stripped)
        except AclLineError as error:
            raise AclFileError(f"{what} line {number}: {error}") from None


def _unreadable(what: str, path: str, error: OSError) -> AclFileError:
    return AclFileError(f"{what}{path}: {error.strerror}")
