"""By what a file may be known as a template."""

from __future__ import annotations

SUFFIXES = (
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".epp",
    ".tmpl",
    ".tpl",
    ".gotmpl",
    ".template",
    ".in",
)
"""What stands behind the name of a file that is a template."""

TAG_SIGNS = ("{{", "{%", "<%")
"""Without any of these a text is no obvious template."""
