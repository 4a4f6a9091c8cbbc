"""How the text of a file becomes the lines that are read."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.source import SourceFile


class View:
    """The plain view: every line is read as it is.

    ``suffixes`` may stand behind the name of an included file. ``tolerant``: an include whose files
    aren't there is no mistake.
    """

    suffixes: tuple[str, ...] = ()
    tolerant = False

    def lines(self, source: SourceFile) -> Iterator[tuple[int, str]]:
        """Yield the physical lines of a file with their numbers, from 1."""
        return enumerate(source.each_line(), 1)

    @property
    def says_all(self) -> bool:
        """Whether everything that belongs to the configuration was read."""
        return True

    def leaves_out(self, path: str, number: int) -> bool:  # noqa: ARG002 - for views that leave out some
        """Tell whether a line is left out."""
        return False

    def knows(self, path: str, first: int, last: int) -> bool:  # noqa: ARG002 - for views that don't
        """Tell whether everything in the lines ``first`` to ``last`` is known."""
        return True


PLAIN = View()
