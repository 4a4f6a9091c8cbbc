"""The documentation of a rule, read from its docstring.

The docstring is Markdown: a summary line, paragraphs, then parts that begin with a line of their
own and hold fenced blocks::

    Bad:

    ```2.3
    mail_plugins = push_notification
    ```

    Dovecot says:

    ```2.3
    Fatal: Couldn't load required plugin
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    ```

The word after the fence is the dialect. In *Bad* and *Good* it can be an absolute path as well: the
block is then the content of that file, for all examples of its part. The two version lines that every
2.4 configuration begins with are left out in examples; :attr:`Example.text` has them. *Dovecot says*
holds lines of the log or of doveconf's errors, each without time stamp and process. *How to fix*, a part
that may be missing, is prose.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from dovecot_conf.syntax_rule import V24_LINES
from dovecot_conf.versions import Version

_HEADINGS = {"Bad:": "bad", "Good:": "good", "Dovecot says:": "says", "How to fix:": "fix"}
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(rf"^(?:{'|'.join(map(re.escape, _HEADINGS))})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A configuration of one dialect.

    ``shown`` is what the documentation shows of it, ``text`` the whole main file, ``files`` are
    (path, content) pairs.
    """

    version: Version
    shown: str
    text: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """``summary`` is one line, ``explanation`` and ``fix`` Markdown; ``says`` are (dialect, line) pairs."""

    summary: str
    explanation: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    says: tuple[tuple[Version, str], ...] = ()
    fix: str = ""


def parse_doc(docstring: str) -> RuleDoc:
    """Read a rule's docstring. Raises ValueError when it has no bad or no good example."""
    text = inspect.cleandoc(docstring)
    first = _HEADING.search(text)
    prose = text[: first.start()] if first else text
    summary, _, explanation = prose.partition("\n\n")
    parts: dict[str, list[tuple[str, str]]] = {"bad": [], "good": [], "says": []}
    fix = ""
    headings = list(_HEADING.finditer(text))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        body = text[heading.end() : following.start() if following else len(text)]
        if _HEADINGS[heading[0]] == "fix":
            fix = body.strip()
            continue
        blocks = [(match["info"].strip(), match["body"]) for match in _FENCE.finditer(body)]
        parts[_HEADINGS[heading[0]]].extend(blocks)
    bad, good = _examples(parts["bad"]), _examples(parts["good"])
    if not bad or not good:
        raise ValueError(f"no {'good' if bad else 'bad'} example: {summary}")
    says = tuple((Version(info), line) for info, body in parts["says"] for line in body.splitlines())
    return RuleDoc(summary.strip(), explanation.strip(), bad, good, says, fix)


def _examples(blocks: list[tuple[str, str]]) -> tuple[Example, ...]:
    files = tuple((info, body) for info, body in blocks if info.startswith("/"))
    return tuple(_example(Version(info), body, files) for info, body in blocks if not info.startswith("/"))


def _example(version: Version, body: str, files: tuple[tuple[str, str], ...]) -> Example:
    return Example(version, body, V24_LINES + body if version is Version.V24 else body, files)
