"""Puts what is made from the commands into the wheel: manual pages, and the completion of shells.

pip installs them below ``share``, where man, bash, zsh and fish look when the prefix is ``/usr/local``.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MadeFromCommands(BuildHookInterface):
    """A hook of hatchling for the wheel; the commands that it imports need nothing but click."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's names
        """Make the files, and have them installed."""
        self._folder = tempfile.TemporaryDirectory(prefix="pushnotif-build-")
        sys.path.insert(0, self.root)
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            from cli.manual.build import write_shared_data  # noqa: PLC0415 - found only now

            number = self.metadata.version
            made = write_shared_data(Path(self._folder.name), version=number, date=self.date(number))
        finally:
            sys.path.remove(self.root)
            sys.dont_write_bytecode = writes
        build_data["shared_data"] |= {str(path): f"share/{place}" for path, place in made.items()}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was only for the build."""
        self._folder.cleanup()

    def date(self, number: str) -> str:
        """Return the date of a version: $SOURCE_DATE_EPOCH, or what the changelog says, or ''."""
        if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
            return time.strftime("%Y-%m-%d", time.gmtime(int(epoch)))
        changelog = Path(self.root, "CHANGELOG.md").read_text("utf-8")
        heading = re.search(rf"^## {re.escape(number)}\b.*?(\d{{4}}-\d\d-\d\d)", changelog, re.MULTILINE)
        return heading[1] if heading else ""
