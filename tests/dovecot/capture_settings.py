"""Write dovecot_conf/data/settings-*.txt: every setting of Dovecot 2.3 and 2.4 with type and default.

usage: python tests/dovecot/capture_settings.py [--only 2.3|2.4] [--with-packages ROOT]

Needs the Dovecots that tests/dovecot/capture.py needs, and takes some minutes. What could be a name is
found in doveconf's dumps and in the texts inside of its program files; what is one, and of which type, is
found by giving it to doveconf. ROOT is a trixie root with more of Debian's dovecot packages: a setting
that only exists there is written with a mark.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.dovecot.harness.installations import SYSTEM_PATH, Installation, find_23, find_24  # noqa: E402

DATA = REPOSITORY / "dovecot_conf" / "data"
LIBRARIES = "usr/lib/dovecot/libdovecot%s.so.0"
PROGRAM_FILES = ("usr/bin/doveconf", LIBRARIES % "", LIBRARIES % "-sieve")
SETTINGS_MODULES = "usr/lib/dovecot/modules/settings/*.so"
MODULES = "usr/lib/dovecot/modules/**/*.so"
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
WORKERS = 2

SECTIONS_23 = (
    "",
    "service",
    "service/inet_listener",
    "service/unix_listener",
    "service/fifo_listener",
    "namespace",
    "namespace/mailbox",
    "passdb",
    "userdb",
    "metric",
    "event_exporter",
)
NO_VALUES = ("section", "list", "built-in", "filter", "filters", "strings", "booleans", "alternatives")
WRONG = 'a"b'
"""No boolean, number, time, size, port, enum value, or list of names."""
LONGEST = 60
MESSAGES = (
    (f"Invalid boolean value: {WRONG}", "bool"),
    (f"Invalid time interval: {WRONG}", "time"),
    (f"Invalid size: {WRONG}", "size"),
    (f"Invalid port number {WRONG}", "port"),
    (f"Invalid value: {WRONG}", "enum"),
    (f"Invalid number {WRONG}", "uint"),
    ("'\"' in the middle", "booleans"),
    ("named list filter", "filters"),
    ("named filter", "filter"),
    ("string list", "strings"),
)
NO_SETTING = "no_such_setting"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: name, type, marks, and what the type needs (choices, or a part, a struct)."""

    name: str
    type: str
    marks: str = ""
    extra: str = ""
    default: str = ""

    def text(self) -> str:
        return "\t".join((self.name, self.type, self.marks, self.extra, self.default))


class Prober:
    """Asks one doveconf."""

    def __init__(self, installation: Installation, folder: Path, modules: str = SETTINGS_MODULES) -> None:
        self.installation = installation
        self._patterns = (*PROGRAM_FILES, modules)
        self._folder = folder
        self.start = VERSION_LINES if installation.version == "2.4" else ""

    def __call__(self, text: str) -> str:
        """Return what doveconf says about a configuration: its last error or first warning, '' if none."""
        with tempfile.NamedTemporaryFile("w", dir=self._folder, suffix=".conf") as file:
            file.write(self.start + text)
            file.flush()
            config = self.installation.inside(Path(file.name))
            said = self.run("-c", config, "-h", "base_dir").stderr
        found = re.findall(
            r"^doveconf: Fatal: Error in configuration file \S+ line \d+: (.*)", said, re.MULTILINE
        )
        found += re.findall(r"^doveconf: Warning: (Obsolete setting .*)", said, re.MULTILINE)
        return found[0] if found else ""

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
        config = self._folder / "empty.conf"
        config.write_text(self.start)
        text = self.run("-c", self.installation.inside(config), "-d", "-h", name).stdout.removesuffix("\n")
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
        """Return the words that stand as keys and sections in doveconf's dumps."""
        config = self._folder / "empty.conf"
        config.write_text(self.start)
        text = self.run("-c", self.installation.inside(config), *options, "-a").stdout
        return set(re.findall(r"^\s*(\S+) (?:=|.*\{$)", text, re.MULTILINE))


def read_only_data(program: bytes) -> bytes:
    """Return the section .rodata of a 64-bit ELF file."""
    (offset,) = struct.unpack_from("<Q", program, 40)
    size, count, names = struct.unpack_from("<HHH", program, 58)
    headers = [struct.unpack_from("<IIQQQQ", program, offset + size * number) for number in range(count)]
    for header in headers:
        if program.startswith(b".rodata\0", headers[names][4] + header[0]):
            return program[header[4] : header[4] + header[5]]
    return b""


def candidates(prober: Prober) -> list[str]:
    """Return what may be a name. A linker keeps one text for two where one ends like the other."""
    dumped = prober.dumped("-s")
    found = set(dumped)
    for name in dumped:
        parts = name.split("_")
        found.update("_".join(parts[:end]) for end in range(1, len(parts) + 1))
    found.update(name.replace("_purge_", "_compress_") for name in dumped)
    for text in prober.texts():
        for start in re.finditer(r"(?<![a-z0-9])[a-z]", text):
            if re.fullmatch(r"[a-z0-9_]+", tail := text[start.start() :]):
                found.add(tail)
    return sorted(name for name in found if 1 < len(name) < LONGEST and "/" not in name)


def words(prober: Prober) -> list[list[str]]:
    """Return the texts that look like the choices of a setting: words with colons between them."""
    return [text.split(":") for text in sorted(prober.texts()) if re.fullmatch(r"[\w.-]*(:[\w.-]*)+", text)]


def type_of(prober: Prober, set_to: str) -> str:
    """Return the type of a setting by what doveconf says to wrong values; ``set_to`` has a %s for them."""
    said = prober(set_to % WRONG)
    name = next((name for message, name in MESSAGES if message in said), "string")
    if name == "time" and not prober(set_to % "1ms"):
        return "msecs"
    if name == "uint" and "Invalid number: 08" in prober(set_to % "08"):
        return "octal"
    if name == "uint" and not prober(set_to % "99999999999"):
        return "uintmax"
    return name


def choices(prober: Prober, set_to: str, default: str, known: list[list[str]]) -> str:
    """Return the values that a setting of an enumeration takes."""
    lists = [words for words in known if words[0] == default] if default else known
    lists = [words for words in lists if not prober(set_to % words[0])]
    taken = [(words, [word for word in words if not prober(set_to % word)]) for words in lists]
    best = max(taken, key=lambda pair: (len(pair[1]) == len(pair[0]), len(pair[1])), default=([], []))
    return ":".join(best[1])


def parallel(function: object, items: Iterable[object]) -> Iterator[object]:
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(function, items)  # type: ignore[arg-type]


def rows_23(prober: Prober) -> Iterator[Row]:
    """Yield the table of 2.3: settings by the path of the sections that they stand in."""
    names = candidates(prober)
    known = words(prober)
    for section in SECTIONS_23:
        opened, closed = around(section)
        set_to = {name: f"{opened}{name} = %s\n{closed}" for name in names}

        def ask(name: str, section: str = section, set_to: dict[str, str] = set_to) -> Row | None:
            path = f"{section}/{name}" if section else name
            if prober(set_to[name] % NO_SETTING).startswith("Unknown setting: "):
                return None
            if path in SECTIONS_23:
                return Row(path, "section", auth_mark(prober, f"{name} x {{\n}}\n"))
            if not section and not prober(f"{name} {{\n{NO_SETTING} = x\n}}\n"):
                return Row(path, "list")
            default = "" if section else prober.default(name)
            return scalar(prober, path, set_to[name], default, known)

        for row in parallel(ask, names):
            if isinstance(row, Row):
                yield row
    for path in built_in_sections(prober):
        yield Row(path, "built-in")


def around(section: str) -> tuple[str, str]:
    """Return the lines that open and close a section given by its path."""
    parts = section.split("/") if section else []
    return "".join(f"{part} x {{\n" for part in parts), "}\n" * len(parts)


def scalar(prober: Prober, path: str, set_to: str, default: str, known: list[list[str]]) -> Row:
    kind = type_of(prober, set_to)
    extra = ""
    if kind == "enum":
        extra = choices(prober, set_to, default, known)
        kind = kind if extra else "string"
    elif match := re.search(f"{re.escape(WRONG)}( .+)$", prober(set_to % WRONG)):
        extra = match[1]
        extra = "" if extra.startswith(" (") else extra
    good = default if kind in ("time", "msecs", "size", "enum", "string") else "1"
    if warning := always_obsolete(prober, set_to):
        kind = "string" if kind == "enum" else kind
        return Row(path, kind, "obsolete", warning + (f"\\t{extra}" if extra else ""))
    mark = auth_mark(prober, set_to % good) if "/" not in path else ""
    return Row(path, kind, mark, extra, default)


def always_obsolete(prober: Prober, set_to: str) -> str:
    """Return the warning about an old name, '' if there is none or it depends on the value."""
    said = [prober(set_to % value) for value in ("99999", "1", "yes")]
    warnings = {text.partition(": ")[2] for text in said if text.startswith("Obsolete setting in ")}
    return warnings.pop() if len(warnings) == 1 and said[0] and said[2] else ""


def auth_mark(prober: Prober, text: str) -> str:
    said = prober(f"local 10.0.0.1 {{\n{text}}}\n")
    return "auth" if "Auth settings not supported" in said else ""


def built_in_sections(prober: Prober) -> Iterator[str]:
    """Yield the paths of the services that are there without any configuration, and of their listeners."""
    open_sections: list[str] = []
    for line in prober.run("-d").stdout.splitlines():
        if line.endswith("{"):
            open_sections.append(line.strip().removesuffix("{").strip().replace(" ", "/", 1))
            if open_sections[0].startswith("service/"):
                yield "/".join(open_sections)
        elif line.strip() == "}":
            open_sections.pop()


def rows_24(prober: Prober) -> Iterator[Row]:
    """Yield the table of 2.4, which is flat, and the alternatives that doveconf offers in its own order."""
    known = words(prober)

    def ask(name: str) -> Row | None:
        if "Unknown setting: " in prober(f"{name} = {NO_SETTING}\n"):
            return None
        set_to = f"{name} = %s\n"
        kind = type_of(prober, set_to)
        if kind == "filter":
            return Row(name, kind, "", required(prober(f"{name} {{\n}}\n")))
        if kind == "filters":
            owner = prober(f"{name} __x {{\n}}\n").partition(" for struct ")[2].partition(":")[0]
            needed = required(prober(f"{name} x {{\n}}\n"))
            return Row(name, kind, auth_mark(prober, f"{name} x {{\n}}\n"), f"{owner} {needed}".strip())
        if kind in ("strings", "booleans"):
            return Row(name, kind, auth_mark(prober, f"{name} {{\nx = yes\n}}\n"))
        return scalar(prober, name, set_to, prober.default(name), known)

    rows = [row for row in parallel(ask, candidates(prober)) if isinstance(row, Row)]
    yield from rows
    for word in (row.name for row in rows if row.type == "filters"):
        tails = [
            row.name.removeprefix(f"{word}_").partition("_")[2]
            for row in rows
            if row.name.startswith(f"{word}_")
        ]
        for tail in sorted({tail for tail in tails if tail and tails.count(tail) > 1}):
            said = prober(f"{word} zz {{\n{tail} = x\n}}\n")
            if match := re.search(r"Did you mean one of: (.*)\?\)", said):
                yield Row(f"{word}/{tail}", "alternatives", "", match[1])


def required(said: str) -> str:
    match = re.search(r"is required to have (\S+) setting", said)
    return match[1] if match else ""


def package_rows(base: list[Row], more: Prober) -> Iterator[Row]:
    """Yield the settings that only exist with further packages, marked with their package."""
    names = {row.name for row in base}
    for row in rows_24(more):
        if row.name not in names and row.type != "alternatives":
            yield dataclasses.replace(row, marks=package_of(more.installation, row.name))


def package_of(installation: Installation, name: str) -> str:
    """Return the package with the module that has this name in it, or else a longer one of its family."""
    modules = [
        path
        for path in sorted((installation.filesystem / "usr/lib/dovecot").rglob("*.so"))
        if not path.is_symlink()
    ]
    for wanted in (f"\0{name}\0", f"{name}\0", f"\0{name}_"):
        for path in modules:
            if wanted.encode() in read_only_data(path.read_bytes()):
                command = [*installation.prefix, "dpkg", "-S", installation.inside(path)]
                found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                return found.partition(":")[0]
    raise SystemExit(f"no package brings {name}")


def with_hidden_marks(prober: Prober, rows: list[Row]) -> Iterator[Row]:
    """Mark the plain settings of the top level that no dump without ``-s`` shows."""
    shown = prober.dumped()
    for row in rows:
        plain = row.type not in NO_VALUES and "/" not in row.name and row.marks in ("", "auth")
        hidden = "hidden" if plain and row.name not in shown else ""
        yield dataclasses.replace(row, marks=f"{row.marks} {hidden}".strip())


def write(version: str, rows: list[Row]) -> None:
    lines = [
        f"# The settings of Dovecot {version} (Debian build), captured from a running doveconf.",
        "# name<TAB>type<TAB>marks: auth, hidden, obsolete, package<TAB>choices, parts, text<TAB>default",
        *(row.text() for row in sorted(rows, key=lambda row: row.name)),
    ]
    path = DATA / f"settings-{version[:3]}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{path.relative_to(REPOSITORY)}: {len(rows)} rows\n")


def capture(installation: Installation, more: Path | None = None) -> None:
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        prober = Prober(installation, Path(folder))
        rows = list((rows_23 if installation.version == "2.3" else rows_24)(prober))
        if installation.version == "2.3":
            rows = list(with_hidden_marks(prober, rows))
    if more is not None:
        with tempfile.TemporaryDirectory(dir=more / "tmp") as folder:
            further = Installation(installation.version, more, ("chroot", str(more)))
            rows += package_rows(rows, Prober(further, Path(folder), MODULES))
    version = subprocess.run(
        installation.command("dovecot", "--version"), capture_output=True, text=True, check=True
    )
    write(version.stdout.split()[0], rows)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the tables of settings from running Dovecots.")
    parser.add_argument("--only", choices=("2.3", "2.4"), help="only this version")
    parser.add_argument("--with-packages", type=Path, metavar="ROOT", help="a trixie root with more packages")
    options = parser.parse_args()
    if options.only != "2.4":
        capture(find_23())
    if options.only != "2.3":
        capture(find_24(os.environ), options.with_packages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
