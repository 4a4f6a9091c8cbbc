"""The texts of a run, one after the other: each is known by the seed of the run and its own number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from random import Random

from dovecot_conf import Version
from tests.fuzz.corpus import corpus
from tests.fuzz.generator import generate
from tests.fuzz.mutations import mutate
from tests.fuzz.texts import VERSION_LINES, Text

INCLUDED = (
    b"", b"mail_home = /z\n", b"protocol imap {\n", b"}\n", b"mail_home = \\\n", b"# c\n",
    b"mail_plugins = q\n", b"mail_debug = x", b"!include b.conf\n", b"!include a.conf\n", b"x {\n",
)  # fmt: skip
GENERATED = 0.5
UNCHANGED = 0.5
"""The share of the generated texts that aren't changed once more."""


class Texts:
    """Makes texts for a version; ``installed`` is the root of a system with Debian's files."""

    def __init__(self, version: Version, seed: int, installed: Path | None = None) -> None:
        self._version = version
        self._seed = seed
        self._installed = installed

    @cached_property
    def corpus(self) -> list[Text]:
        """The texts that mutations start from."""
        return corpus(self._version, self._installed)

    @cached_property
    def _lines(self) -> Sequence[bytes]:
        return [line for text in self.corpus for line in text.main.split(b"\n")]

    def text(self, number: int) -> Text:
        """Return a text of the run."""
        dice = Random(f"{self._seed}/{self._version}/{number}")
        if dice.random() < GENERATED:
            text = generate(self._version, dice)
            if dice.random() < UNCHANGED:
                return text
        else:
            text = dice.choice(self.corpus)
        return self._changed(dice, text)

    def _changed(self, dice: Random, text: Text) -> Text:
        files = {"a.conf": dice.choice(INCLUDED), "b.conf": dice.choice(INCLUDED)} | dict(text.files)
        count = dice.choice((1, 1, 1, 2, 2, 3, 4, 6))
        if text.files and dice.random() < 0.4:
            name = dice.choice(sorted(text.files))
            files[name] = mutate(dice, files[name], self._lines, count)
            return Text(text.version, text.main, files)
        head, main = b"", text.main
        if main.startswith(VERSION_LINES) and dice.random() < 0.95:
            head, main = VERSION_LINES, main.removeprefix(VERSION_LINES)
        return Text(text.version, head + mutate(dice, main, self._lines, count), files)
