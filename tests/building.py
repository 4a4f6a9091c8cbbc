"""Building our packages without a network, with the hatchling of this environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def build(folder: Path, source: Path, *targets: str) -> dict[str, Path]:
    """Build in a folder; return the file of each target."""
    options = [option for target in targets for option in ("-t", target)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *options, "-d", str(folder)],
        cwd=source,
        check=True,
        capture_output=True,
        env={name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"},
    )
    ends = {"wheel": "*.whl", "sdist": "*.tar.gz"}
    return {target: next(folder.glob(ends[target])) for target in targets}
