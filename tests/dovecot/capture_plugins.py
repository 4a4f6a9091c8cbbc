"""Write dovecot_conf/data/plugins-*.txt: the mail plugins of Dovecot 2.3 and 2.4.

usage: python tests/dovecot/capture_plugins.py

Needs the Dovecots that tests/dovecot/capture.py needs, and takes some minutes. Each module of a server's
folder is loaded in a process of each protocol; what it says tells which other plugins it needs and which
processes it is not made for.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from dovecot_conf.configuration import MAIL_PROTOCOLS  # noqa: E402
from tests.dovecot.harness import clients  # noqa: E402
from tests.dovecot.harness.installations import Installation, find_23, find_24  # noqa: E402
from tests.dovecot.harness.processes import free_ports, run  # noqa: E402
from tests.dovecot.harness.server import Dovecot  # noqa: E402
from tests.dovecot.harness.setups import Setup  # noqa: E402

DATA = REPOSITORY / "dovecot_conf" / "data"
LIBRARIES = "/usr/lib/dovecot"
MODULES = f"{LIBRARIES}/modules"
MODULE = re.compile(r"lib\d+_(?P<name>\w+)_plugin\.so")
NEEDS = re.compile(r"Plugin (?P<name>\w+) must be loaded also")
SYMBOL = re.compile(r"undefined symbol: (?P<name>\w+)")
REFUSED = re.compile(r"(?:Fatal|Error): .*Couldn't load required plugin [^:]+: (?P<why>.*)")
MAIL = b"From: alice@example.org\r\n\r\nhi\r\n"
ALL = "all"
HEAD = """\
# The mail plugins of Dovecot {version}, captured from a running server: the Debian package of each, the
# plugins that it needs, and the protocols whose processes load it.
"""


class Modules:
    """The modules of an installation: their files by name of the plugin, and their symbols."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        folder = installation.filesystem / MODULES.lstrip("/")
        self.files = {
            match["name"]: path
            for path in sorted(folder.iterdir())
            if (match := MODULE.fullmatch(path.name)) is not None
        }

    def package(self, plugin: str) -> str:
        """Return the Debian package that a plugin is in."""
        command = self.installation.command("dpkg", "-S", f"{MODULES}/{self.files[plugin].name}")
        return run(command).stdout.partition(":")[0]

    def defining(self, symbol: str) -> str:
        """Return the plugin that brings a symbol, '' if none does."""
        return next((plugin for plugin, path in self.files.items() if symbol in self._brought(path)), "")

    def _brought(self, path: Path) -> frozenset[str]:
        """Return the symbols of a module, and of those of Dovecot's libraries that it loads."""
        libraries = self.installation.filesystem / LIBRARIES.lstrip("/")
        found, pending = {path}, [path]
        while pending:
            for name in re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "-d", str(pending.pop()))):
                library = libraries / name
                if library.exists() and library not in found:
                    found.add(library)
                    pending.append(library)
        return frozenset().union(*(symbols(file) for file in found))


@cache
def symbols(path: Path) -> frozenset[str]:
    """Return what a library or a module defines for others."""
    return frozenset(
        line.split()[-1] for line in output("nm", "-D", "--defined-only", str(path)).splitlines()
    )


@cache
def output(program: str, *arguments: str) -> str:
    """Return what a program of the binutils writes."""
    command = [f"/usr/bin/{program}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def server(installation: Installation, plugins: list[str]) -> tuple[Dovecot, int]:
    """Start a server that loads ``plugins`` everywhere; return it and the port of POP3."""
    (port,) = free_ports(1)
    address = "address" if installation.version == "2.3" else "listen"
    extra = (
        "protocols = imap lmtp pop3\nservice pop3-login {\n  inet_listener pop3 {\n"
        f"    {address} = 127.0.0.1\n    port = {port}\n  }}\n}}\n"
    )
    return Dovecot(installation, Setup(extra=extra, plugins=tuple(plugins))), port


def use(running: Dovecot, pop3_port: int, protocol: str) -> str:
    """Let a process of ``protocol`` load its plugins; return what it said."""
    running.forget_log()
    said = ""
    with contextlib.suppress(OSError, EOFError):
        if protocol == "imap":
            clients.imap_session(running.place.imap_port, "user1", ["NOOP"])
        elif protocol == "lmtp":
            clients.deliver(running.place.lmtp_port, "sender@example.com", ["user1"], MAIL)
        elif protocol == "lda":
            said = running.deliver_lda("user1", MAIL).stderr
        elif protocol == "pop3":
            pop3(pop3_port)
        else:
            said = running.doveadm("mailbox", "list", "-u", "user1").stderr
    running._wait_for_quiet_log()
    return said + running.log()


def pop3(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"USER user1\r\nPASS x\r\nQUIT\r\n")
        while connection.recv(4096):
            pass


def row(modules: Modules, plugin: str) -> tuple[str, str, str, str]:
    """Return name, package, needed plugins and protocols of a plugin."""
    needs: list[str] = []
    while True:
        running, port = server(modules.installation, [*needs, plugin])
        try:
            said = {protocol: use(running, port, protocol) for protocol in MAIL_PROTOCOLS}
        finally:
            running.stop()
        refused = {name: match["why"] for name, text in said.items() if (match := REFUSED.search(text))}
        more = next(
            (name for why in refused.values() if (name := needed(modules, why)) not in ("", *needs)), ""
        )
        if not more:
            break
        needs.append(more)
    loading = [protocol for protocol in MAIL_PROTOCOLS if protocol not in refused]
    return plugin, modules.package(plugin), " ".join(needs), ALL if not refused else " ".join(loading)


def needed(modules: Modules, why: str) -> str:
    """Return the plugin that is missing by the reason of a refusal, '' if it isn't a plugin."""
    match = NEEDS.search(why)
    if match is not None:
        return match["name"]
    match = SYMBOL.search(why)
    return modules.defining(match["name"]) if match is not None else ""


def main() -> None:
    for installation in (find_23(), find_24(os.environ)):
        modules = Modules(installation)
        rows = ["\t".join(row(modules, plugin)) for plugin in modules.files]
        head = HEAD.format(version=installation.version)
        path = DATA / f"plugins-{installation.version}.txt"
        path.write_text(head + "".join(f"{line}\n" for line in sorted(rows)), "utf-8")


if __name__ == "__main__":
    main()
