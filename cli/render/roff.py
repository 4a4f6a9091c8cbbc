"""Manual pages in the language of man(7)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from cli.command import Example
from cli.manual.pages import Page, Paragraph

_ESCAPES = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"})
_COLUMNS = 72


def roff(page: Page, *, version: str, date: str) -> str:
    """Return a page of section 1; ``date`` is that of the version, '' if it has none yet."""
    title = escaped(page.name.upper())
    lines = [f'.TH {title} 1 "{date}" "pushnotif {version}" "pushnotif"']
    for heading, content in _sections(page):
        lines += [f".SH {heading}", *content]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text so that nothing in it means something to roff, and ASCII is copied as such."""
    marked = text.translate(_ESCAPES)
    return "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in marked)


def _sections(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "NAME", list(_filled(f"{page.name} - {page.summary}"))
    yield "SYNOPSIS", [f".B {escaped(page.command)}", *_filled(page.synopsis)]
    yield "DESCRIPTION", list(_description(page.description))
    yield "OPTIONS", [line for names, text in page.options for line in _item(_option(names), text)]
    if page.commands:
        yield "COMMANDS", [line for name, text in page.commands for line in _item(_bold(name), text)]
    if page.examples:
        yield "EXAMPLES", [line for example in page.examples for line in _example(example)]
    codes = ((str(one.code), one.when) for one in page.exit_codes)
    yield "EXIT STATUS", [line for code, when in codes for line in _item(_bold(code), when)]
    for heading, notes in (("ENVIRONMENT", page.variables), ("FILES", page.files)):
        if notes:
            yield heading, [line for note in notes for line in _item(_bold(note.name), note.text)]
    yield "SEE ALSO", list(_references(page.see_also))


def _filled(text: str) -> Iterator[str]:
    """Yield text in short lines, none of which roff takes for a request."""
    for line in textwrap.wrap(text, _COLUMNS, break_long_words=False, break_on_hyphens=False):
        yield _protected(escaped(line))


def _protected(line: str) -> str:
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _description(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        if paragraph.filled:
            yield from _filled(paragraph.text)
        else:
            yield from _kept(paragraph.text)


def _kept(text: str) -> Iterator[str]:
    """Yield lines that stay as they are."""
    yield ".EX"
    yield from (_protected(escaped(line)) or "\\&" for line in text.splitlines())
    yield ".EE"


def _item(tag: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield tag
    yield from _filled(text)


def _bold(text: str) -> str:
    return f"\\fB{escaped(text)}\\fR"


def _option(names: str) -> str:
    """Return the names of an option in bold, and what stands for its value in italics."""
    words = (
        _bold(word.rstrip(",")) + "," * word.endswith(",")
        if word.startswith("-")
        else word
        if word == "/"
        else f"\\fI{escaped(word)}\\fR"
        for word in names.split()
    )
    return " ".join(words)


def _example(example: Example) -> Iterator[str]:
    yield ".TP"
    yield _protected(escaped(f"{example.about[:1].upper()}{example.about[1:]}:"))
    yield from _kept(example.command)


def _references(names: tuple[str, ...]) -> Iterator[str]:
    for number, name in enumerate(names, 1):
        title, _, section = name.partition("(")
        comma = "," if number < len(names) else ""
        yield f".BR {escaped(title)} ({section}{comma}"
