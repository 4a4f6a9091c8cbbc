"""The documentation of rules as Markdown: a page for each, and a list of all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import indent

from dovecot_conf.diagnostics import Applicability
from dovecot_conf.lint import FAMILIES
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.entries import Entry

INDEX = "README.md"
_PAGE = re.compile(r"PN[0-9]{3}\.md")
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ ", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_CODE = re.compile(r"`([^`\n]*)`")


def pages(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the pages about rules by the names of their files, the list of all included."""
    return {INDEX: index(entries)} | {page_name(entry.code): page(entry) for entry in entries}


def page_name(code: str) -> str:
    """Return the name of the page about a rule."""
    return f"{code}.md"


def is_page(name: str) -> bool:
    """Tell whether a file has the name of the page about a rule, there may be such a rule or not."""
    return _PAGE.fullmatch(name) is not None


def page(entry: Entry) -> str:
    """Return all that is known about one rule."""
    return "\n".join(_page(entry)) + "\n"


def index(entries: Sequence[Entry]) -> str:
    """Return the list of all rules, each with a link to its page, by families."""
    return "\n".join(_index(entries)) + "\n"


def plain(markdown: str) -> str:
    """Return Markdown of ours without its marks, what is fenced indented."""
    prose_and_fenced = _FENCED.split(markdown)
    prose_and_fenced[::2] = (
        _CODE.sub(r"\1", _LINK.sub(r"\1", _HEADING.sub("", prose))) for prose in prose_and_fenced[::2]
    )
    prose_and_fenced[1::2] = (indent(fenced, "    ").rstrip("\n") for fenced in prose_and_fenced[1::2])
    return "".join(prose_and_fenced).strip()


def fix_sentence(fixes: Sequence[Applicability], mark: str = "") -> str:
    """Return how the findings of a rule can be fixed, options between ``mark``."""
    safe, unsafe = f"safe ({mark}--fix{mark})", f"unsafe ({mark}--fix --unsafe-fixes{mark})"
    if len(fixes) > 1:
        return f"{safe} or {unsafe}, by case."
    return f"{safe if fixes[0] is Applicability.SAFE else unsafe}."


def _page(entry: Entry) -> Iterator[str]:
    versions = " and ".join(entry.versions)
    yield f"# {entry.code} {entry.name}"
    yield ""
    yield f"Severity: {entry.severity}. Dovecot: {versions}. Family: {FAMILIES[entry.family]}."
    yield ""
    yield entry.doc.summary
    if entry.doc.explanation:
        yield ""
        yield entry.doc.explanation
    yield from _examples("Bad", entry.doc.bad)
    if entry.doc.says:
        yield ""
        yield "## Dovecot says"
    for version, lines in groupby(entry.doc.says, key=lambda said: said[0]):
        yield from _block(f"Dovecot {version}:", "".join(f"{line}\n" for _, line in lines))
    yield from _examples("Good", entry.doc.good)
    if entry.doc.fix:
        yield ""
        yield "## How to fix"
        yield ""
        yield entry.doc.fix
    if entry.fixes:
        yield ""
        yield f"Fixed by pushnotif: {fix_sentence(entry.fixes, '`')}"
    yield ""
    yield "## How to silence"
    yield ""
    comment = f"pushnotif: ignore[{entry.code}]"
    yield f"With the comment `# {comment}` on the line or in the line above (in a Lua script"
    yield f"`-- {comment}`), or for a whole run with `--ignore {entry.code}`."


def _examples(title: str, examples: Sequence[Example]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    for example in examples:
        yield from _block(f"Dovecot {example.version}:", example.shown)
    for path, content in dict(file for example in examples for file in example.files).items():
        yield from _block(f"`{path}`:", content)


def _block(title: str, text: str) -> Iterator[str]:
    yield ""
    yield title
    yield ""
    yield "```"
    yield text.removesuffix("\n")
    yield "```"


def _index(entries: Sequence[Entry]) -> Iterator[str]:
    yield "# The rules of `pushnotif validate`"
    yield ""
    yield "`pushnotif rules CODE` shows a page in the terminal. These pages are made by"
    yield "`pushnotif rules --output-dir docs/rules` from what the rules say about themselves."
    for family, members in groupby(entries, key=lambda entry: entry.family):
        yield ""
        yield f"## {family}xx {FAMILIES[family]}"
        yield ""
        yield "| Code | Name | Severity | Dovecot | What it finds |"
        yield "|---|---|---|---|---|"
        for entry in members:
            cells = (
                f"[{entry.code}]({page_name(entry.code)})",
                entry.name,
                str(entry.severity),
                ", ".join(entry.versions),
                " ".join(entry.doc.summary.replace("|", "\\|").split()),
            )
            yield f"| {' | '.join(cells)} |"
