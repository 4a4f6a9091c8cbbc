"""How long reading a configuration takes, beside doveconf where it is installed.

Run with ``python benchmarks/config.py``. Each line: what, our best time of five, doveconf's, and the
ratio (below 1: faster than doveconf). doveconf's time includes the start of its process.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dovecot_conf

LINES = 18_000
ROUNDS = 5

SHAPES = {
    "comments": "# comment\n" * LINES,
    "one key": "".join(f"login_greeting = hello {number}\n" for number in range(LINES)),
    "plugin keys": "plugin {\n" + "".join(f"  key{number} = v\n" for number in range(LINES)) + "}\n",
    "continued lines": "login_greeting = a \\\n  b\n" * (LINES // 2),
    "filters": "".join(
        f"local 10.{number // 250}.{number % 250}.0/24 {{\n  protocol imap {{\n    mail_home = /x\n  }}\n}}\n"
        for number in range(300)
    ),
}


def best(action: Callable[[], object]) -> float:
    """Return the shortest time of a few rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the comparison."""
    doveconf = shutil.which("doveconf")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dovecot.conf"
        for name, text in SHAPES.items():
            path.write_text(text)
            ours = best(lambda: dovecot_conf.load(path).push("lmtp"))
            line = f"{name:16} {ours * 1000:7.1f} ms"
            if doveconf is not None:
                command = [doveconf, "-n", "-c", str(path)]
                theirs = best(lambda: subprocess.run(command, capture_output=True, check=True))  # noqa: B023
                line += f"   doveconf {theirs * 1000:7.1f} ms   ratio {ours / theirs:5.2f}"
            print(line)


if __name__ == "__main__":
    main()
