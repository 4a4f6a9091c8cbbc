"""Permissions of files, where they mean something.

A checkout has whatever modes the umask gave it, and so has a copy below ``--root``: only files in the
places from which Dovecot is really run are looked at.
"""

from __future__ import annotations

import stat
from pathlib import Path

PLACES = (Path("/etc"), Path("/usr/local/etc"))


def everybody_may(path: Path, bits: int) -> bool:
    """Tell whether others have one of ``bits`` (``stat.S_IROTH``, ``stat.S_IWOTH``) on an installed file.

    A path of which that can't be known is taken for none of them.
    """
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError, ValueError):
        return False
    return bool(mode & bits) and stat.S_ISREG(mode) and any(real.is_relative_to(place) for place in PLACES)
