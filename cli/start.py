"""Where the command starts: Ctrl-C ends it without a traceback also while its modules are loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; never returns."""
    try:
        from cli.main import main as command  # noqa: PLC0415 - what takes time is inside of try

        command()
    except KeyboardInterrupt:
        sys.stderr.write("pushnotif: interrupted\n")
        sys.exit(130)
