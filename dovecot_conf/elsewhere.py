"""Whether a file that is missing here says anything: configurations are often checked off their server."""

from __future__ import annotations

import re
from pathlib import Path

SYSTEM_FOLDERS = ("/etc", "/usr/local/etc", "/usr/pkg/etc", "/opt")
"""Where a configuration lies that is in use on this machine."""

_SECRET = re.compile(r"^ssl_|key|cert|password|secret")


def may_be_elsewhere(path: str | Path, main: str, root: Path | None, setting: str = "") -> bool:
    """Return whether ``path``, which is missing, may well be there where the configuration is used.

    ``main`` is the main file, ``root`` the folder of a checkout, ``setting`` the name of what wants the file:
    certificates, keys and passwords are kept out of checkouts. Whatever else lies below a root, or beside the
    main file, belongs to the checkout, and is missing.
    """
    home = Path(main).absolute().parent
    if root is None and any(home.is_relative_to(folder) for folder in SYSTEM_FOLDERS):
        return False
    if _SECRET.search(setting):
        return True
    wanted = Path(path).absolute()
    return root is None and not (wanted.is_relative_to(home) and wanted.parent.is_dir())
