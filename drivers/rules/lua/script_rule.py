"""What the rules about the text of a script have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.lua.entry_points import CREATED
from drivers.rules.lua.script_unreadable import why_unreadable
from drivers.rules.lua.scripts import Script, local_scripts

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

DEFAULT_LUA = "5.4"
"""The version that Debian's Dovecot has."""


class ScriptRule(Rule):
    """A rule that looks at the script of each ``lua`` driver, wherever that can be read."""

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at each script once; findings are in the script."""
        for script in context.once(read_scripts):
            yield from self.check_script(script)

    @abstractmethod
    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Yield the findings in one script."""

    def at(
        self,
        script: ScriptText,
        node: Node | None,
        message: str,
        *,
        hint: str = "",
        severity: Severity | None = None,
    ) -> Diagnostic:
        """Make a finding of this rule where a node stands, at the beginning of the script for None."""
        return self.found(script.span(node), message, hint=hint, severity=severity)


def read_scripts(context: Context) -> tuple[ScriptText, ...]:
    """Return the scripts of all lua drivers that can be read, each file once; no shared that don't stay."""
    return tuple(
        {
            text.path: text
            for script, text in context.once(read_files)
            if not script.shared or text.tree is None or text.may_define(CREATED)
        }.values()
    )


def read_files(context: Context) -> tuple[tuple[Script, ScriptText], ...]:
    """Return each script whose file can be read, and its text."""
    readable = [(script, path) for script, path in local_scripts(context) if not why_unreadable(path)]
    if not readable:
        return ()
    # Heavy, so only where there is a script.
    from drivers.lua.source.script import MAX_SCRIPT_SIZE, ScriptText  # noqa: PLC0415

    texts: dict[Path, ScriptText] = {}
    for _script, path in readable:
        if path in texts:
            continue
        try:
            with path.open("rb") as stream:
                source = stream.read(MAX_SCRIPT_SIZE + 1)
        except OSError:
            continue
        text = texts[path] = ScriptText(str(path), source, context.version, DEFAULT_LUA)
        context.comments[text.path] = text.comments
    return tuple((script, texts[path]) for script, path in readable if path in texts)
