"""The files that a test names: they stand beside it, or where pytest was started for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.testing.errors import PushError


@dataclass(frozen=True, slots=True)
class PushFiles:
    """Finds files in ``folders``, the first of which has them wins."""

    folders: Sequence[Path]

    def find(self, path: str | Path) -> Path:
        """Return the path of a file. Raises PushError when it is in none of the folders."""
        found = next((folder / path for folder in self.folders if (folder / path).is_file()), None)
        if found is None:
            where = " or ".join(str(folder) for folder in dict.fromkeys(self.folders))
            raise PushError(f"there is no file {path}" + ("" if Path(path).is_absolute() else f" in {where}"))
        return found
