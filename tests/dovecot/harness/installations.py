"""Where a real Dovecot is installed: on this machine (2.3), or in a trixie root (2.4)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LIBEXEC = "/usr/lib/dovecot"
NEEDED_SERVICES = ("imap", "imap-login", "lmtp", "dovecot-lda")
DEFAULT_ROOT = "/var/cache/pushnotif/trixie"
BUILD_COMMAND = "tests/dovecot/make-trixie-root"


class UnavailableError(Exception):
    """No such Dovecot can be run here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A Dovecot that can be started.

    ``filesystem`` is the folder the server sees as ``/``; ``prefix`` goes in front of its commands.
    """

    version: str
    filesystem: Path
    prefix: tuple[str, ...]

    def command(self, program: str, *args: str) -> list[str]:
        """Return the whole command line that runs ``program`` inside this installation."""
        return [*self.prefix, program, *args]

    def inside(self, path: Path) -> str:
        """Return ``path`` of this machine as the server sees it."""
        return "/" + str(path.relative_to(self.filesystem))


def find_23() -> Installation:
    """Return the Dovecot 2.3 of this machine; raise UnavailableError without one."""
    return _check(Installation("2.3", Path("/"), ()), "apt-get install dovecot-imapd dovecot-lmtpd")


def find_24(environ: Mapping[str, str]) -> Installation:
    """Return the Dovecot 2.4 of the trixie root; raise UnavailableError without one."""
    root = trixie_root(environ)
    if not root.is_dir():
        raise UnavailableError(f"no trixie root at {root}: make one with {BUILD_COMMAND}")
    if os.geteuid() != 0:
        raise UnavailableError(f"the trixie root {root} needs chroot, and chroot needs root")
    closed = [folder for folder in (root, *root.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise UnavailableError(
            f"the mail's owner can't get into {closed[0]}: set another PUSHNOTIF_TRIXIE_ROOT"
        )
    return _check(Installation("2.4", root, ("chroot", str(root))), BUILD_COMMAND)


def trixie_root(environ: Mapping[str, str]) -> Path:
    """Return where the trixie root is; the same rule as in make-trixie-root."""
    return Path(environ.get("PUSHNOTIF_TRIXIE_ROOT") or DEFAULT_ROOT).resolve()


def _check(installation: Installation, remedy: str) -> Installation:
    programs = ("usr/sbin/dovecot", "usr/bin/doveadm", *(f"{LIBEXEC[1:]}/{name}" for name in NEEDED_SERVICES))
    missing = [name for name in programs if not (installation.filesystem / name).exists()]
    if missing:
        raise UnavailableError(f"Dovecot {installation.version}: /{missing[0]} is not installed ({remedy})")
    command = installation.command("dovecot", "--version")
    executable = shutil.which(command[0], path=SYSTEM_PATH) or command[0]
    found = subprocess.run(
        [executable, *command[1:]],
        env={"PATH": SYSTEM_PATH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if not found.stdout.startswith(f"{installation.version}."):
        answer = (found.stdout or found.stderr).strip()
        raise UnavailableError(f"Dovecot {installation.version} is wanted, but {executable} is {answer!r}")
    return installation
