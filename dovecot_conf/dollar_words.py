"""The ``$`` words of values, which stand for other settings and for the environment.

Words and their texts as in ``config_get_value`` and ``config_write_value`` of 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from dovecot_conf import limits
from dovecot_conf.dialects import DIALECTS
from dovecot_conf.evaluate import Problems, Surroundings
from dovecot_conf.names import table
from dovecot_conf.scopes import Entry
from dovecot_conf.section_names import FLAT_SECTIONS
from dovecot_conf.tree import Setting, Statement
from dovecot_conf.versions import Version

_ENVIRONMENT = "$ENV:"
_UNKNOWN = {
    Version.V23: ("Unknown variable: ${0}", "Invalid variable: ${0}"),
    Version.V24: (
        "Unknown setting: {0}",
        "Failed to expand $SET:{0}: Setting type can't be expanded to string",
    ),
}
"""What is said of a name that is none, and of one that is no plain setting."""


class _Scope(Protocol):
    @property
    def values(self) -> Mapping[str, Entry]: ...


class _Frame(Protocol):
    @property
    def scope(self) -> _Scope: ...
    @property
    def outer(self) -> _Frame | None: ...


class DollarWords:
    """Replaces them in the values of one configuration.

    ``default`` gives what a setting is where no line sets it, None for what is no plain setting.
    """

    def __init__(
        self,
        version: Version,
        surroundings: Surroundings,
        problems: Problems,
        default: Callable[[str], str | None],
    ) -> None:
        self._version = version
        self._reference, self._white = DIALECTS[version].reference, DIALECTS[version].white
        self._surroundings = surroundings
        self._problems = problems
        self._default = default
        self._limit = _Limit(problems)

    def expand(self, node: Setting, frame: _Frame) -> tuple[str, str] | None:
        """Return a value as the processes see it, and as ``doveconf -n`` does.

        That replaces only references to the key itself. None when even doveconf -n refuses the value.
        """
        expanded: list[str] = []
        unexpanded: list[str] = []
        own = self._reference + node.key
        for word, separator in split_words(node.value, self._white):
            value = word
            if word.startswith(_ENVIRONMENT):
                value = self._surroundings.environ.get(word.removeprefix(_ENVIRONMENT), "")
            elif word.startswith(self._reference):
                found = self._look_up(word.removeprefix(self._reference), frame, own=word == own)
                if found is not None:
                    value = found
                else:
                    self._report(node, word)
                    if word == own:
                        return None
            if self._limit.passed(node, value):
                return None
            expanded += [value, separator]
            unexpanded += [value if word == own else word, separator]
        return "".join(expanded), "".join(unexpanded)

    def expand_own(self, node: Setting, frame: _Frame) -> str | None:
        """Return a value as ``doveconf -n`` prints it, None for a reference to itself that it refuses."""
        words: list[str] = []
        for word, separator in split_words(node.value, self._white):
            shown: str | None = word
            if word == self._reference + node.key:
                shown = self._look_up(node.key, frame, own=True)
            if shown is None:
                return None
            words += [shown, separator]
        return "".join(words)

    def _look_up(self, name: str, start: _Frame, *, own: bool) -> str | None:
        """Return a setting as it is at this line; a value's reference to itself looks further out, too."""
        # A key in a flat section is no setting, though 2.3 keeps those of ``dict {}`` among them.
        frame = None if name.partition("/")[0] in FLAT_SECTIONS else start
        while frame is not None:
            entry = frame.scope.values.get(name)
            if entry is not None:
                return self._surroundings.content(entry.path) if entry.path else entry.text
            frame = frame.outer if own else None
        return self._default(name)

    def _report(self, node: Setting, word: str) -> None:
        name = word.removeprefix(self._reference)
        unknown, no_value = _UNKNOWN[self._version]
        text = no_value if name in table(self._version).names else unknown
        rule = "unknown-self-reference" if name == node.key else "unknown-variable"
        self._problems.report(node, rule, text.format(name))


class _Limit:
    """Counts the characters that the ``$`` words of a configuration become, by value and in all.

    What refers to a value that is too long is too long as well, so only the first one is reported.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._node: Statement | None = None
        self._length = 0
        self._in_all = 0
        self._told = False

    def passed(self, node: Statement, word: str) -> bool:
        """Count one more word of a value; report it and return True when that is too much."""
        if node is not self._node:
            self._node, self._length = node, 0
        self._length += len(word)
        self._in_all += len(word)
        if self._length > limits.MAX_LINE:
            message = f"The value has more than {limits.MAX_LINE} characters with its $ words replaced"
        elif self._in_all > limits.MAX_SIZE:
            message = f"All values have more than {limits.MAX_SIZE} characters with their $ words replaced"
        else:
            return False
        hint = "look for settings that refer to one another"
        if not self._told:
            self._told = True
            self._problems.report(node, "reading-limit", message, hint=hint)
        return True


def split_words(text: str, white: str) -> list[tuple[str, str]]:
    """Split a value as ``$`` look-ups do: a word ends at a *space*, white space after it is skipped.

    Returns each word with what is put behind it: one space, or nothing after the last.
    """
    words, start, length = [], 0, len(text)
    while (end := text.find(" ", start)) >= 0:
        words.append((text[start:end], " "))
        start = end + 1
        while start < length and text[start] in white:
            start += 1
    return [*words, (text[start:], "")]
