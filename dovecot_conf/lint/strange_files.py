"""Files that are something else than their reader takes them for: one finding says it all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.strangers import strangers
from dovecot_conf.templates.suffixes import TAG_SIGNS

BINARY_HINT = "the file looks binary, so only its first problem is shown: give a configuration file"
TEMPLATE_HINT = "the file looks like a {}, so only its first problem is shown: use --templates"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def first_of_strange(found: Iterable[Diagnostic], configuration: Configuration) -> Iterator[Diagnostic]:
    """Yield findings; of a file that is binary junk, or a template that isn't read as one, the first."""
    texts = {source.path: source.text for source in configuration.files}
    hints: dict[str, str] = {}
    told: set[str] = set()
    for item in found:
        path = item.span.file
        if path not in hints:
            hints[path] = _hint(texts.get(path, ""), may_be_template=not configuration.is_template)
        if not hints[path]:
            yield item
        elif path not in told:
            told.add(path)
            yield item._replace(hint=hints[path], fix=None)


def outside_strange(found: Iterable[Diagnostic], configuration: Configuration) -> tuple[Diagnostic, ...]:
    """Return the findings that are in none of the files of which only the first problem is shown."""
    may_be_template = not configuration.is_template
    strange = {*strangers(configuration)}
    strange |= {
        source.path for source in configuration.files if _hint(source.text, may_be_template=may_be_template)
    }
    return tuple(item for item in found if item.span.file not in strange)


def _hint(text: str, *, may_be_template: bool) -> str:
    if _CONTROL.search(text):
        return BINARY_HINT
    if may_be_template and any(sign in text for sign in TAG_SIGNS):
        from dovecot_conf.templates.tags import language  # noqa: PLC0415 - few are templates

        name = language(text)
        return TEMPLATE_HINT.format(name) if name else ""
    return ""
