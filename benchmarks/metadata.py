"""How long changes of METADATA take, beside plain Python, Python with click, and the real doveadm.

Run with ``python -m benchmarks.metadata`` (``--markdown`` for a table to paste). The ratios that count:

- ``import`` of 100,000 entries into a file store: at most 3 times a bare Python program that reads the
  same lines and writes the same file;
- a single ``set`` as a whole process: at most 1.5 times a Python program with one click command;
- ``import`` of 1,000 entries: at least 20 times faster than 1,000 calls of doveadm 2.3, of which only
  50 are made and their time is multiplied.

All are whole processes, both sides in turns, the best of the rounds. Ends with 1 when a ratio is missed;
what needs a real server is left out, and said so, where there is none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.processes import Program, best
from benchmarks.rates import Row, print_rows
from benchmarks.real_server import real_server
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup

ROUNDS = 7
SHORT_ROUNDS = 25
MANY = 100_000
FEW = 1_000
REAL_CALLS = 50
GUID = "0123456789abcdef0123456789abcdef"
MAILBOX = "INBOX"
# As short as a configuration with METADATA can be, and as in Dovecot's documentation.
CONFIGURATION = """\
protocols = imap lmtp
mail_location = maildir:{root}/%u
mail_attribute_dict = file:{root}/%u.dict
mail_plugins = notify push_notification
userdb {{
  driver = static
  args = home={root}/%u
}}
protocol imap {{
  imap_metadata = yes
}}
plugin {{
  push_notification_driver = ox:url=http://127.0.0.1:1/notify
}}
"""
CONFIGURATION_24 = """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
protocols = imap lmtp
mail_driver = maildir
mail_path = {root}/%{{user}}
mail_plugins {{
  notify = yes
  push_notification = yes
}}
mail_attribute {{
  dict file {{
    path = {root}/%{{user}}.dict
  }}
}}
userdb static {{
  fields {{
    home = {root}/%{{user}}
  }}
}}
protocol imap {{
  imap_metadata = yes
}}
push_notification ox {{
  url = http://127.0.0.1:1/notify
}}
"""
BARE_IMPORT = """\
import json, os, sys
source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    entries = [json.loads(line) for line in file]
pairs = {f"priv/GUID/{entry['entry'].removeprefix('/private/')}": entry["value"] for entry in entries}
with open(target + ".new", "w", encoding="utf-8") as file:
    file.writelines(f"{key}\\n{value}\\n" for key, value in pairs.items())
    file.flush()
    os.fsync(file.fileno())
os.rename(target + ".new", target)
""".replace("GUID", GUID)
BARE_COMMAND = """\
import click

@click.command()
@click.option("-c", "--config")
@click.option("-u", "--user")
@click.argument("words", nargs=-1)
def command(config, user, words):
    click.echo(f"{user} {words}")

command()
"""


def _site(root: Path) -> Path:
    """Make a user with an INBOX; return the configuration of 2.3, beside which is that of 2.4."""
    (root / "bob" / "cur").mkdir(parents=True)
    (root / "bob" / "dovecot-uidlist").write_text(f"3 V1 N1 G{GUID}\n")
    (root / "dovecot-2.4.conf").write_text(CONFIGURATION_24.format(root=root))
    configuration = root / "dovecot.conf"
    configuration.write_text(CONFIGURATION.format(root=root))
    return configuration


def _lines(path: Path, count: int, user: str) -> Path:
    with path.open("w") as file:
        for number in range(count):
            entry = f"/private/vendor/bench/entry{number}"
            value = f"user={user} {number} and as much text as such a value has"
            line = {"user": user, "mailbox": MAILBOX, "entry": entry, "value": value}
            file.write(f"{json.dumps(line)}\n")
    return path


def _python(*arguments: str | Path) -> Program:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return Program([sys.executable, *map(str, arguments)], environ)


def _ours(configuration: Path, command: str, *arguments: str | Path) -> Program:
    start = "import cli.start; cli.start.main()"
    return _python("-c", start, "metadata", command, "-c", configuration, *arguments)


def _at_most(what: str, programs: list[Program], wanted: float, rounds: int = ROUNDS) -> Row:
    ours, theirs = (usage.seconds for usage in best(programs, rounds))
    return Row(what, _milliseconds(ours), _milliseconds(theirs), ours / theirs, wanted, at_most=True)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def beside_python(root: Path) -> Iterator[Row]:
    """Yield the ratios to bare Python programs."""
    configuration = _site(root)
    lines = _lines(root / "many.jsonl", MANY, "bob")
    bare = _python("-c", BARE_IMPORT, lines, root / "bare.dict")
    yield _at_most(
        f"import of {MANY:,} entries, beside bare Python", [_ours(configuration, "import", lines), bare], 3
    )
    stored = dict(zip(*[iter((root / "bob.dict").read_text().splitlines())] * 2, strict=True))
    wanted = dict(zip(*[iter((root / "bare.dict").read_text().splitlines())] * 2, strict=True))
    assert stored == wanted, "the two programs wrote different files"
    (root / "bob.dict").unlink()
    arguments = ("-u", "bob", MAILBOX, "/private/a", "1")
    command = _python("-c", BARE_COMMAND, "-c", configuration, *arguments)
    for version, path in (("2.3", configuration), ("2.4", root / "dovecot-2.4.conf")):
        what = f"one set with a configuration of {version}, beside Python with click"
        yield _at_most(what, [_ours(path, "set", *arguments), command], 1.5, SHORT_ROUNDS)


def beside_doveadm(root: Path, server: Dovecot) -> Iterator[Row]:
    """Yield the ratio to calls of the real doveadm."""
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    configuration = root / "server.conf"
    configuration.write_text(server.config_file.read_text().replace(server.place.root, str(server.root)))
    lines = _lines(root / "few.jsonl", FEW, user)
    ours = best([_ours(configuration, "import", lines)], ROUNDS)[0].seconds
    theirs = min(_seconds(lambda: _set_all(server, user)) for _ in range(3)) * FEW / REAL_CALLS
    what = f"import of {FEW:,} entries, beside {FEW:,} calls of doveadm"
    yield Row(what, _milliseconds(ours), _milliseconds(theirs), theirs / ours, 20)


def _seconds(call: Callable[[], None]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _set_all(server: Dovecot, user: str) -> None:
    for number in range(REAL_CALLS):
        command = ("mailbox", "metadata", "set", "-u", user, MAILBOX, f"/private/vendor/real{number}", "v")
        result = server.doveadm(*command)
        assert result.exit_code == 0, result.stderr


def measure() -> Iterator[Row]:
    """Yield all ratios."""
    with tempfile.TemporaryDirectory(prefix="pushnotif-bench-") as name:
        root = Path(name)
        yield from beside_python(root)
        with real_server(Setup(push="", extra="mail_debug = no\n")) as server:
            if server is not None:
                yield from beside_doveadm(root, server)


def main() -> int:
    """Measure and print; return 1 if a ratio is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.metadata", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("--markdown", action="store_true", help="print a table for the documentation")
    options = parser.parse_args()
    return print_rows(measure(), markdown=options.markdown)


if __name__ == "__main__":
    sys.exit(main())
