"""Plays the cases of ``tests/dovecot/inputs/scripts.toml`` here: Maildirs, a dict, scripts, one mail."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dovecot_conf import Version, loads, user_values
from dovecot_conf.configuration import Configuration
from drivers import DriverRegistry, MailUser, Surroundings, SystemClock
from drivers.actions import Actions
from drivers.process import Part, perform_together
from drivers.report import LogLine
from mailstore.accounts import find_user
from mailstore.message import Message
from mailstore.opening import open_metadata
from mailstore.run_metadata import RunMetadata
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.dovecot.captures.common import GUIDS, UIDVALIDITY
from tests.dovecot.captures.scripts import MESSAGE, PREPARATIONS, read_pairs, setup_of, stable
from tests.dovecot.harness.setups import Place, account, render
from tests.drivers.doubles import FakeClock, ScriptedTransport, harness_envelope


@contextmanager
def site(case: Mapping[str, Any]) -> Iterator[tuple[Path, Configuration]]:
    """Give the folder and the configuration of a case's server, with a Maildir for its user."""
    # As short as the harness's folder: Lua cuts the names of files in its messages.
    root = Path(tempfile.mkdtemp(prefix="pushnotif-", dir="/tmp"))
    try:
        root.chmod(0o755)
        _write(root, case)
        place = Place(str(root), 1143, 1024)
        text = render(case["version"], setup_of(case), place, account())
        yield root, loads(text, version=Version(case["version"]))
    finally:
        shutil.rmtree(root)


def _write(root: Path, case: Mapping[str, Any]) -> None:
    for name, text in case["files"].items():
        (root / name).write_text(text.replace("@root@", str(root)), "utf-8")
    mail = root / "mail"
    for name, guid in GUIDS.items():
        folder = mail / case["user"] / ("" if name == "INBOX" else f".{name}")
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
        (folder / "dovecot-uidlist").write_text(f"3 V{UIDVALIDITY} N1 G{guid}\n", "ascii")
    owner = account()
    if not owner.runs_everything:
        for path in (mail, *mail.rglob("*")):
            shutil.chown(path, owner.user, owner.group)


def played(case: Mapping[str, Any]) -> dict[str, Any]:
    """Play a case; return what came of it, as the capture does."""
    with site(case) as (root, configuration):
        store = root / "mail" / f"{case['user']}.dict"
        PREPARATIONS[case["prepare"]](store)
        log = _log(case, configuration)
        pairs = read_pairs(store)
        PREPARATIONS["undo"](store)
        return {"log": [stable(line, str(root)) for line in _flat(log)], "dict": pairs}


def lines_here(case: Mapping[str, Any], users: Sequence[str]) -> list[str]:
    """Deliver one mail to all users in one session; return the lines."""
    with site(case) as (root, configuration):
        parts = [_part({**case, "user": user}, configuration, len(users)) for user in users]
        log = perform_together([parts], registry=DriverRegistry.installed()).log
        return [stable(line, str(root)) for line in _flat(log)]


def _log(case: Mapping[str, Any], configuration: Configuration) -> tuple[LogLine, ...]:
    return perform_together([[_part(case, configuration)]], registry=DriverRegistry.installed()).log


def _part(case: Mapping[str, Any], configuration: Configuration, recipients: int = 1) -> Part:
    user, protocol = case["user"], case["protocol"]
    found = find_user(configuration, user, protocol=protocol)
    metadata = RunMetadata(open_metadata(configuration, found, protocol=protocol), {}, writes=True)
    boxes = {name: SimulatedMailbox(name, UIDVALIDITY) for name in GUIDS}

    def act(actions: Actions) -> None:
        message = Message.from_bytes(MESSAGE.replace(b"\r\n", b"\n"))
        if protocol in ("imap", "doveadm"):
            actions.append("INBOX", message)
        else:
            envelope = harness_envelope(user, recipients) if protocol == "lmtp" else None
            actions.deliver("INBOX", message, envelope=envelope)

    return Part(
        configuration.push(protocol),
        MailUser(user, user_values(user, protocol, home=found.home)),
        SimulatedMailboxes(boxes, uidvalidity=UIDVALIDITY),
        act,
        Surroundings(
            lambda entry: metadata.get("", entry),
            ScriptedTransport(FakeClock()),
            SystemClock(),
            store=metadata,
        ),
    )


def _flat(log: tuple[LogLine, ...]) -> Iterator[str]:
    """Yield the lines, each line of a text for itself."""
    for line in log:
        first, *others = line.message.split("\n")
        yield f"{line.level}: {first}"
        yield from others
