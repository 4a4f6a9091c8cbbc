"""Asks a doveconf about settings, and looks for what may be a name in its program files."""

from __future__ import annotations

import re
import struct
import subprocess
import tempfile
from pathlib import Path

from tests.dovecot.harness.installations import SYSTEM_PATH, Installation

LIBRARIES = "usr/lib/dovecot/libdovecot%s.so.0"
PROGRAM_FILES = ("usr/bin/doveconf", LIBRARIES % "", LIBRARIES % "-sieve")
SETTINGS_MODULES = "usr/lib/dovecot/modules/settings/*.so"
MODULES = "usr/lib/dovecot/modules/**/*.so"
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


class Prober:
    """Asks one doveconf."""

    def __init__(self, installation: Installation, folder: Path, modules: str = SETTINGS_MODULES) -> None:
        self.installation = installation
        self._patterns = (*PROGRAM_FILES, modules)
        self._folder = folder
        self.start = VERSION_LINES if installation.version == "2.4" else ""

    def __call__(self, text: str, *options: str) -> str:
        """Return the first error that doveconf finds in a configuration, '' for none."""
        said = self.ask(text, *options, "-h", "base_dir").stderr
        found = re.search(
            r"^doveconf: (?:Fatal: Error in configuration file \S+ line \d+|Panic): (.*)", said, re.MULTILINE
        )
        return found[1] if found is not None else ""

    def ask(self, text: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Run doveconf on a configuration."""
        with tempfile.NamedTemporaryFile("w", dir=self._folder, suffix=".conf") as file:
            file.write(self.start + text)
            file.flush()
            return self.run("-c", self.installation.inside(Path(file.name)), *args)

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.installation.command("doveconf", *args),
            env={"PATH": SYSTEM_PATH, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )

    def default(self, name: str) -> str:
        """Return the built-in value of a plain setting."""
        text = self.ask("", "-d", "-h", name).stdout.removesuffix("\n")
        match = re.fullmatch(r'"(.*)"', text, re.DOTALL) if self.start else None
        text = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if match else text
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")

    def texts(self) -> set[str]:
        """Return the texts among the read-only data of the program files."""
        found: set[str] = set()
        for pattern in self._patterns:
            for path in self.installation.filesystem.glob(pattern):
                data = read_only_data(path.read_bytes())
                found.update(part.decode() for part in re.findall(rb"(?<=\0)[!-~]+(?=\0)", data))
        return found

    def dumped(self, *options: str) -> set[str]:
        """Return the words that stand as keys and sections in a dump."""
        return set(re.findall(r"^\s*(\S+) (?:=|.*\{$)", self.ask("", *options).stdout, re.MULTILINE))


def read_only_data(program: bytes) -> bytes:
    """Return the section .rodata of a 64-bit ELF file."""
    (offset,) = struct.unpack_from("<Q", program, 40)
    size, count, names = struct.unpack_from("<HHH", program, 58)
    headers = [struct.unpack_from("<IIQQQQ", program, offset + size * number) for number in range(count)]
    for header in headers:
        if program.startswith(b".rodata\0", headers[names][4] + header[0]):
            return program[header[4] : header[4] + header[5]]
    return b""
