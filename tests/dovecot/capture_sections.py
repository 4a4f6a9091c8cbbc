"""Write dovecot_conf/data/sections-*.conf: what doveconf prints for built-in and for new sections.

usage: python tests/dovecot/capture_sections.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from functools import cmp_to_key, partial
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from dovecot_conf.names import Kind, SettingName, names  # noqa: E402
from dovecot_conf.secrets import concealed, quoted  # noqa: E402
from dovecot_conf.versions import Version  # noqa: E402
from tests.dovecot.harness.installations import (  # noqa: E402
    SYSTEM_PATH,
    Installation,
    find_23,
    find_24,
)

TEMPLATES = """\
namespace template {
  mailbox template {
  }
}
passdb {
}
userdb {
}
service template {
  inet_listener template {
  }
  unix_listener template {
  }
  fifo_listener template {
  }
}
metric template {
}
event_exporter template {
}
"""
TEMPLATE_WORDS = ("namespace", "passdb", "userdb", "metric", "event_exporter", "service")
HEAD = (
    "# The sections and lists of Dovecot {version} (Debian build) and what is always set,"
    " captured from a running doveconf.\n"
)
UNLISTED_HEAD = (
    "# What doveconf -a leaves out, or lists with a value that isn't the effective default (captured).\n"
)
WRITTEN = ("dovecot_config_version", "dovecot_storage_version")
_EACH_LINE = re.MULTILINE | re.DOTALL
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def ask(installation: Installation, text: str, *args: str) -> str:
    """Return what doveconf prints for a configuration."""
    return run(installation, text, *args).stdout


def run(installation: Installation, text: str, *args: str) -> subprocess.CompletedProcess[str]:
    """Run doveconf with a configuration."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", dir=installation.filesystem / "tmp") as file:
        file.write(text)
        file.flush()
        command = installation.command("doveconf", "-c", installation.inside(Path(file.name)), *args)
        return subprocess.run(
            command, env={"PATH": SYSTEM_PATH, "LC_ALL": "C"}, capture_output=True, text=True, check=False
        )


def sections_of_23() -> str:
    installation = find_23()
    always = [
        line for line in ask(installation, "", "-n").splitlines(keepends=True) if not line.startswith("#")
    ]
    parts = ask(installation, TEMPLATES, *TEMPLATE_WORDS)
    others, services = parts[: parts.index("service ")], re.findall("^service .*?^}\n", parts, _EACH_LINE)
    return "".join([*always, others, *sorted(services, key=cmp_to_key(partial(_first, installation)))])


def _first(installation: Installation, service: str, other: str) -> int:
    """Compare two services by the order in which Dovecot holds and checks them, the template last."""
    names = [text.split()[1] for text in (service, other)]
    if "template" in names:
        return 1 if names[0] == "template" else -1
    wrong = "".join(f"service {name} {{\n  type = wrong-{name}\n}}\n" for name in names)
    first = re.findall("Unknown service type: wrong-(.*)", run(installation, wrong, "-n").stderr)[-1]
    return -1 if first == names[0] else 1


def sections_of_24() -> str:
    """Return the lists and blocks; the plain settings outside of them stand in another table."""
    table = names(Version.V24)
    kept = []
    for line in ask(find_24(os.environ), VERSION_LINES, "-d", "-s").splitlines(keepends=True):
        plain = table.get(line.partition(" ")[0])
        if not line.startswith("#") and (plain is None or plain.kind is not Kind.VALUE):
            kept.append(line)
    return VERSION_LINES + "".join(kept)


def unlisted(installation: Installation, version: Version, text: str) -> str:
    """Return the known settings that -a doesn't list, and those of which it lists another value."""
    listed = dict(re.findall(r"^(\S+) = (.*)$", ask(installation, text, "-a"), re.MULTILINE))
    rows = []
    for name, known in sorted(names(version).items()):
        if known.kind is Kind.VALUE and (name not in listed or name == WRITTEN[0]):
            rows.append(f"{name}\n")
        elif known.kind is Kind.VALUE and listed[name] not in _forms(known, version) and name not in WRITTEN:
            rows.append(f"{name}\t{listed[name]}\n")
    return "".join(rows)


def _forms(known: SettingName, version: Version) -> tuple[str, ...]:
    return quoted(known.default, version), concealed(known.name, known.default, version)


def main() -> None:
    data = REPOSITORY / "dovecot_conf" / "data"
    for version, full, text in (("2.3", "2.3.19.1", sections_of_23()), ("2.4", "2.4.1", sections_of_24())):
        (data / f"sections-{version}.conf").write_text(HEAD.format(version=full) + text)
    hidden = {
        Version.V23: unlisted(find_23(), Version.V23, ""),
        Version.V24: unlisted(find_24(os.environ), Version.V24, VERSION_LINES),
    }
    for version, text in hidden.items():
        (data / f"unlisted-{version}.txt").write_text(UNLISTED_HEAD + text)


if __name__ == "__main__":
    main()
