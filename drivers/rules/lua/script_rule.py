"""What the rules about the text of a script have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.lua.entry_points import CREATED
from drivers.rules.lua.script_unreadable import why_unreadable
from drivers.rules.lua.scripts import Script, local_scripts
from drivers.scripting import DEFAULT_SCRIPTING

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node


@dataclass(frozen=True, slots=True)
class ScriptReader:
    """Reads the scripts of a configuration for one version of Lua; rules with equal ones share its work."""

    lua: str = DEFAULT_SCRIPTING.lua

    def __call__(self, context: Context) -> tuple[tuple[Script, ScriptText], ...]:
        """Return each script whose file can be read, and its text; each file is read once."""
        texts: dict[Path, ScriptText] = {}
        pairs = []
        for script, path in local_scripts(context):
            if why_unreadable(path):
                continue
            if path not in texts:
                try:
                    text = texts[path] = self._read(path, context)
                except OSError:
                    continue
                context.comments[text.path] = text.comments
                context.sources[text.path] = text.shown
            pairs.append((script, texts[path]))
        return tuple(pairs)

    def _read(self, path: Path, context: Context) -> ScriptText:
        content = context.changed.content(str(path))
        if content is not None:
            return self.text_of(str(path), BytesIO(content), context.version)
        return self.read(path, context.version)

    def read(self, path: Path, version: Version) -> ScriptText:
        """Read one script. Raises OSError."""
        with path.open("rb") as stream:
            return self.text_of(str(path), stream, version)

    def text_of(self, name: str, stream: BinaryIO, version: Version) -> ScriptText:
        """Read a script from what is open, no more of it than is looked at. Raises OSError."""
        # Heavy, so only where there is a script.
        from drivers.lua.source.script import MAX_SCRIPT_SIZE, ScriptText  # noqa: PLC0415

        return ScriptText(name, stream.read(MAX_SCRIPT_SIZE + 1), version, self.lua)


DEFAULT_READER = ScriptReader()


class ScriptRule(Rule):
    """A rule that looks at the script of each ``lua`` driver, wherever that can be read."""

    local = True

    def __init__(self, reader: ScriptReader = DEFAULT_READER) -> None:
        self._reader = reader

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at each script once; findings are in the script."""
        for script in judged(context.once(self._reader)):
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


def judged(pairs: Iterable[tuple[Script, ScriptText]]) -> tuple[ScriptText, ...]:
    """Return the texts of push scripts, each once; a shared script that doesn't stay is none."""
    return tuple(
        {
            text.path: text
            for script, text in pairs
            if not script.shared or text.tree is None or text.may_define(CREATED)
        }.values()
    )
