"""Write dovecot_conf/data/settings-*.txt: every setting of Dovecot 2.3 and 2.4 with type and default.

usage: python tests/dovecot/capture_settings.py [--only 2.3|2.4] [--with-packages ROOT]

Needs the Dovecots that tests/dovecot/capture.py needs, and takes some minutes. What could be a name is
found in doveconf's dumps and in the texts inside of its program files; what is one, and of which type, is
found by giving it to doveconf. ROOT is a trixie root with more of Debian's dovecot packages: a setting
that only exists there is written with a mark. None of Debian's packages brings a setting to 2.3. Old names
of 2.3 are left out: their table is a module, and a test compares it with doveconf.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.dovecot.harness.installations import Installation, find_23, find_24  # noqa: E402
from tests.dovecot.settings_prober import MODULES, Prober, read_only_data  # noqa: E402

DATA = REPOSITORY / "dovecot_conf" / "data"
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
NO_VALUES = ("section", "list", "built-in", "filter", "filters", "strings", "booleans", "alias")
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
    ("unreached", "alias"),
)
NO_SETTING = "no_such_setting"
NO_FILE = "/no/such/file"
UNUSUAL = "99999"
"""A value that most types take and no setting has by default."""


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


def candidates(prober: Prober) -> list[str]:
    """Return what may be a name. A linker keeps one text for two where one ends like the other."""
    dumped = prober.dumped("-a", "-s") | prober.dumped("-d", "-s")
    found = set(dumped)
    for name in dumped:
        parts = name.split("_")
        found.update("_".join(parts[:end]) for end in range(1, len(parts) + 1))
    for text in prober.texts():
        for start in re.finditer(r"(?<![a-z0-9])[a-z]", text):
            if re.fullmatch(r"[a-z0-9_]+", tail := text[start.start() :]):
                found.add(tail)
    # The line with the version looks like a setting, but doveconf takes it before it looks at settings.
    found.discard("dovecot_config_version")
    return sorted(name for name in found if 1 < len(name) < LONGEST and not set('/"%') & set(name))


def words(prober: Prober) -> list[list[str]]:
    """Return the texts that look like the choices of a setting: words with colons between them."""
    return [text.split(":") for text in sorted(prober.texts()) if re.fullmatch(r"[\w.-]*(:[\w.-]*)+", text)]


def type_of(prober: Prober, set_to: str) -> str:
    """Return the type of a setting by what doveconf says to wrong values; ``set_to`` has a %s for them."""
    said = prober(set_to % WRONG)
    name = next((name for message, name in MESSAGES if message in said), "string")
    if name == "string" and "open(" in prober(set_to % NO_FILE, "-x"):
        return "file"
    if name == "time" and not prober(set_to % "1ms"):
        return "msecs"
    if name == "uint" and "Invalid number: 08" in prober(set_to % "08"):
        return "octal"
    if name == "uint" and not prober(set_to % "99999999999"):
        return "uintmax"
    return name


def choices(prober: Prober, set_to: str, default: str, known: list[list[str]]) -> str:
    """Return the values that a setting of an enumeration takes."""
    known = [list(dict.fromkeys(words)) for words in known]
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
        for row in parallel(lambda name, section=section: row_23(prober, section, name, known), names):
            if isinstance(row, Row):
                yield row
    for path in built_in_sections(prober):
        yield Row(path, "built-in")


def row_23(prober: Prober, section: str, name: str, known: list[list[str]]) -> Row | None:
    """Return the row of a name in a section, None if it stands for nothing there or is an old name."""
    path = f"{section}/{name}" if section else name
    opened, closed = around(section)
    set_to = f"{opened}{name} = %s\n{closed}"
    if prober(set_to % NO_SETTING).startswith("Unknown setting: "):
        return None
    if path in SECTIONS_23:
        return Row(path, "section", marks(prober, f"{name} x {{\n}}\n"))
    if not section and not prober(f"{name} {{\n{NO_SETTING} = x\n}}\n"):
        return Row(path, "list")
    if always_obsolete(prober, set_to):
        return None
    if first_name := second_name_of(prober, name, set_to):
        return Row(path, "alias", "", f"{section}/{first_name}" if section else first_name)
    return scalar(prober, path, set_to, "" if section else prober.default(name), known)


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
    good = default if kind in ("time", "msecs", "size", "enum", "string") else "1"
    mark = marks(prober, set_to % good) if "/" not in path else ""
    return Row(path, kind, mark, extra, default)


def always_obsolete(prober: Prober, set_to: str) -> bool:
    """Return whether a name is an old one whatever the value is."""
    said = [prober.ask(set_to % value, "-h", "base_dir").stderr for value in (UNUSUAL, "1", "yes")]
    return all("Warning: Obsolete setting in " in text for text in said)


def second_name_of(prober: Prober, name: str, set_to: str) -> str:
    """Return the key that a dump has for a setting, '' if it is the name itself or nothing is shown."""
    value = next((value for value in (UNUSUAL, "1 days", "1", "yes", "no") if not prober(set_to % value)), "")
    shown = re.findall(r"^\s*(\S+) = (.*)$", prober.ask(set_to % value, "-n").stdout, re.MULTILINE)
    before = re.findall(r"^\s*(\S+) = (.*)$", prober.ask("", "-n").stdout, re.MULTILINE)
    keys = {key for key, text in shown if value and text == value and (key, text) not in before}
    return keys.pop() if len(keys) == 1 and name not in keys else ""


def marks(prober: Prober, text: str) -> str:
    """Return the marks of what ``text`` sets: where it must not stand."""
    found = []
    if "Auth settings not supported" in prober(f"local 10.0.0.1 {{\n{text}}}\n"):
        found.append("auth")
    if prober.start and "cannot currently be defined inside groups" in prober(f"group @g x {{\n{text}}}\n"):
        found.append("ungrouped")
    return " ".join(found)


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
    """Yield the table of 2.4, which is flat."""
    known = words(prober)

    def ask(name: str) -> Row | None:
        if "Unknown setting: " in prober(f"{name} = {NO_SETTING}\n"):
            return None
        set_to = f"{name} = %s\n"
        kind = type_of(prober, set_to)
        if kind == "alias":
            return Row(name, kind)
        if kind == "filter":
            return Row(name, kind, "", required(prober(f"{name} {{\n}}\n")))
        if kind == "filters":
            owner = prober(f"{name} __x {{\n}}\n").partition(" for struct ")[2].partition(":")[0]
            needed = required(prober(f"{name} x {{\n}}\n"))
            return Row(name, kind, marks(prober, f"{name} x {{\n}}\n"), f"{owner} {needed}".strip())
        if kind in ("strings", "booleans"):
            return Row(name, kind, marks(prober, f"{name} {{\nx = yes\n}}\n"))
        return scalar(prober, name, set_to, prober.default(name), known)

    for row in parallel(ask, candidates(prober)):
        if isinstance(row, Row):
            yield row


def required(said: str) -> str:
    match = re.search(r"is required to have (\S+) setting", said)
    return match[1] if match else ""


def package_rows(base: list[Row], more: Prober) -> Iterator[Row]:
    """Yield the settings that only exist with further packages, marked with their package."""
    known = {row.name: row for row in base}
    for row in rows_24(more):
        if row.name not in known:
            yield dataclasses.replace(
                row, marks=f"{row.marks} {package_of(more.installation, row.name)}".strip()
            )
        elif row != known[row.name]:
            sys.stderr.write(f"differs with more packages: {row}\n")


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
    """Mark the plain settings of the top level that doveconf doesn't show before they are set."""
    shown = prober.dumped("-a")
    for row in rows:
        plain = row.type not in NO_VALUES and "/" not in row.name
        hidden = plain and row.name not in shown and not prober.ask("", row.name).stdout
        yield dataclasses.replace(row, marks=f"{row.marks} {'hidden' if hidden else ''}".strip())


def write(version: str, rows: list[Row]) -> None:
    lines = [
        f"# The settings of Dovecot {version} (Debian build), captured from a running doveconf.",
        "# name<TAB>type<TAB>marks: auth, hidden, ungrouped, package<TAB>choices, parts, name<TAB>default",
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
