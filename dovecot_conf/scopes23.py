"""Where 2.3 keeps settings: scopes by condition, with sections as paths; and the sections open at a line."""

# Annotations are not postponed here: NamedTuple compiles each one that is a string, at every start.

from typing import NamedTuple

from dovecot_conf.conditions import Condition
from dovecot_conf.scopes import Entry
from dovecot_conf.tree import Section, Statement


class Opened23(NamedTuple):
    """A section that was opened: the path of the section around it, its word, its name, and where."""

    outer: str
    word: str
    name: str
    node: Statement


class Scope23:
    """The settings of one condition: values by path (``plugin/foo``, ``service/imap/client_limit``)."""

    def __init__(self, condition: Condition, opened: Section | None = None) -> None:
        self.condition = condition
        self.opened = opened
        self.values: dict[str, Entry] = {}
        self.plugin: dict[str, Entry] = {}
        self.sections: dict[str, Opened23] = {}


class Frame23:
    """An open section: what its settings are stored in, and under which path.

    ``words`` are the words of the path alone (``service/unix_listener/``), as in the table. ``void``:
    nothing in it counts, because its own line is an error. ``word`` is set for a section that is no
    filter. ``detached``: a filter inside of ``plugin {}``, where no key is known. ``list_name`` is what
    Dovecot has in the path behind ``plugin/``. ``said`` is the path as messages about files have it.
    """

    def __init__(
        self, scope: Scope23, outer: "Frame23 | None" = None, section: Section | None = None
    ) -> None:
        self.scope = scope
        self.outer = outer
        self.section = section
        self.path: str = outer.path if outer else ""
        self.void: bool = outer.void if outer else False
        self.word = ""
        self.detached: bool = outer.detached if outer else False
        self.words: str = outer.words if outer else ""
        self.list_name: str = outer.list_name if outer else ""
        self.said: str = outer.said if outer else ""

    @property
    def old_path(self) -> str:
        """The path as Dovecot has it."""
        return self.path + self.list_name

    def open_sections(self) -> list[Section]:
        """Return the open sections, the innermost first."""
        found: list[Section] = []
        frame = self
        while frame.outer is not None and frame.section is not None:
            found.append(frame.section)
            frame = frame.outer
        return found

    def open_words(self) -> str:
        """Return the sections around a key as messages show them: ``service { unix_listener { ``."""
        words, frame = "", self
        while frame.outer is not None:
            if frame.word:
                words = f"{frame.word} {{ {words}"
            frame = frame.outer
        return words
