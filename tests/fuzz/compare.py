"""The comparison of one text: what doveconf makes of it, and what we do."""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dovecot_conf import Configuration, Version, load, print_tree
from tests.dovecot.harness.installations import Installation
from tests.fuzz.texts import Text, may_expand
from tests.fuzz.verdicts import AFTER_ALL, ENVIRON, Doveconf, SlowError, Verdict, limited, own_verdict, write


class Part(StrEnum):
    """In what a text can differ."""

    CRASH = "crash"
    SLOW = "slow"
    BYTES = "bytes"
    ERROR = "error"
    WARNINGS = "warnings"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Difference:
    """What doveconf says (``theirs``) and what we say (``ours``); for a crash only the latter."""

    part: Part
    theirs: str
    ours: str
    expanding: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """``output``: whether the dumps were compared; ``refused``: whether doveconf refuses the text."""

    differences: tuple[Difference, ...]
    refused: bool
    output: bool


class Comparer:
    """Compares texts of one version; to be closed."""

    def __init__(self, installation: Installation) -> None:
        self._version = Version(installation.version)
        self._doveconf = Doveconf(installation)
        self._root = None if installation.filesystem == Path("/") else installation.filesystem
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=installation.filesystem / "tmp"))

    def close(self) -> None:
        """Remove the folder of the texts."""
        shutil.rmtree(self._folder)

    @contextmanager
    def written(self, text: Text) -> Iterator[Path]:
        """Write a text and give its main file."""
        folder = self._folder / "x"
        folder.mkdir()
        try:
            yield write(text, folder)
        finally:
            shutil.rmtree(folder)

    def compare(self, text: Text) -> Compared:
        """Return the differences of a text: for ``doveconf -n``, and if there are none, for ``-nx``."""
        with self.written(text) as main:
            theirs = self._doveconf.verdict(main, expanding=False)
            differences = tuple(self._differences(main, text, theirs, expanding=False))
            if not differences and may_expand(text):
                expanded = self._doveconf.verdict(main, expanding=True)
                differences = tuple(self._differences(main, text, expanded, expanding=True))
        return Compared(differences, theirs.error is not None, has_output(theirs))

    def verdicts(self, text: Text, *, expanding: bool) -> tuple[Verdict, Verdict]:
        """Return what doveconf and we say about a text."""
        with self.written(text) as main:
            theirs = self._doveconf.verdict(main, expanding=expanding)
            return theirs, own_verdict(main, self._version, self._root, ENVIRON, expanding=expanding)

    def _differences(
        self, main: Path, text: Text, theirs: Verdict, *, expanding: bool
    ) -> Iterator[Difference]:
        try:
            with limited():
                ours = own_verdict(main, self._version, self._root, ENVIRON, expanding=expanding)
                configuration = load(main, version=self._version, root=self._root, environ=ENVIRON)
        except SlowError as error:
            yield Difference(Part.SLOW, "", str(error), expanding)
            return
        except Exception:  # noqa: BLE001 - any exception is a crash
            yield Difference(Part.CRASH, "", traceback.format_exc(), expanding)
            return
        if not prints_back(configuration, text):
            yield Difference(Part.BYTES, "", "the printed tree has other bytes", expanding)
        if ours.error != theirs.error:
            yield Difference(Part.ERROR, theirs.error or "", ours.error or "", expanding)
        elif not ours.has_warnings(theirs.warnings):
            yield Difference(Part.WARNINGS, "\n".join(theirs.warnings), "\n".join(ours.warnings), expanding)
        if has_output(theirs) and has_output(ours):
            expected, found = theirs.output or "", ours.output or ""
            if ours.error != theirs.error or _may_stop_managesieve(theirs, text):
                expected, found = (SAID_BY_MANAGESIEVE.sub("", dump) for dump in (expected, found))
            if expected != found:
                yield Difference(Part.OUTPUT, expected, found, expanding)


SAID_BY_MANAGESIEVE = re.compile(r"^managesieve_(?:notify|sieve)_capability = .*\n", re.MULTILINE)
"""What 2.3 only prints if managesieve takes the configuration."""


def _may_stop_managesieve(verdict: Verdict, text: Text) -> bool:
    """Return whether it depends on the settings that managesieve looks at if it takes a configuration."""
    return (verdict.error is not None and "Missing '}'" not in verdict.error) or b"<" in text.main


def has_output(verdict: Verdict) -> bool:
    """Return whether the settings are printed: most errors at the end come after them."""
    return verdict.error is None or AFTER_ALL.match(verdict.error) is not None


def prints_back(configuration: Configuration, text: Text) -> bool:
    """Return whether the tree gives the bytes of the main file back."""
    return print_tree(configuration.document) == text.main


def changes(difference: Difference) -> str:
    """Return a difference as lines with - for doveconf and + for us."""
    lines = difflib.unified_diff(
        difference.theirs.split("\n"), difference.ours.split("\n"), "doveconf", "pushnotif", n=1, lineterm=""
    )
    return "\n".join(lines)
