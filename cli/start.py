"""Where the command starts: Ctrl-C ends it without a traceback also while its modules are loaded."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command; never returns."""
    gc.disable()  # loading modules makes no garbage, and searching for it takes a tenth of the start
    try:
        from cli.main import main as command  # noqa: PLC0415 - what takes time is inside of try

        command()
    except KeyboardInterrupt:
        sys.stderr.write("pushnotif: interrupted\n")
        sys.exit(130)
