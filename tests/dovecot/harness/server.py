"""One private Dovecot server, the same interface for 2.3 and 2.4."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import clients
from .installations import LIBEXEC, Installation
from .logs import push_lines
from .processes import Daemon, Result, answers, free_ports, is_running, run, wait_until
from .setups import ROOT_MARK, Account, Place, Setup, account, render

SILENTLY = ("-o", "mail_plugins=")
_PORT_ATTEMPTS = 3
_QUIET_SECONDS = 0.05


class StartError(Exception):
    """The server did not come up; ``written`` is what it wrote, its folder as ``@root@``."""

    def __init__(self, version: str, written: str) -> None:
        super().__init__(f"Dovecot {version} did not start:\n{written}")
        self.written = written


class Dovecot:
    """A running private Dovecot with its own folder, ports, log and mail; any user name works.

    ``root`` is its folder as this machine sees it, ``place.root`` the same as the server sees it.
    """

    def __init__(self, installation: Installation, setup: Setup) -> None:
        self.installation = installation
        self.version = installation.version
        self.root = _new_folder(installation)
        self.config_file = self.root / "dovecot.conf"
        self.log_file = self.root / "log"
        self._account = account()
        self._log_start = 0
        self._users = 0
        try:
            self._write_folder(setup)
            self._start(setup)
        except BaseException:
            shutil.rmtree(self.root, ignore_errors=True)
            raise

    def _write_folder(self, setup: Setup) -> None:
        mail = self.root / "mail"
        mail.mkdir()
        self._give_away(mail, self._account)
        for name, text in setup.files:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(ROOT_MARK, self.installation.inside(self.root)), encoding="utf-8")

    def _give_away(self, path: Path, owner: Account) -> None:
        if not owner.runs_everything:
            shutil.chown(path, owner.user, owner.group)

    def _start(self, setup: Setup) -> None:
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            self.place = Place(self.installation.inside(self.root), *free_ports(2))
            text = render(self.version, setup, self.place, self._account)
            self.config_file.write_text(text, encoding="utf-8")
            self._daemon = Daemon(self._command("dovecot", "-F"), self.root / "output")
            try:
                if wait_until(self._has_started_or_failed) and self.is_up:
                    self._warm_up()
                    return
            except BaseException:
                self.stop()
                raise
            written = self._everything_written()
            if attempt == _PORT_ATTEMPTS or "Address already in use" not in written:
                self.stop()
                raise StartError(self.version, written.replace(self.place.root, ROOT_MARK))

    def _has_started_or_failed(self) -> bool:
        """Ask only IMAP: the listeners open together, and a visit to LMTP would be in the log."""
        return not self.is_up or answers(self.place.imap_port)

    def _warm_up(self) -> None:
        """Make the first delivery: only from the second on does 2.3 log about LMTP's internal user."""
        if self.version == "2.3":
            with contextlib.suppress(ConnectionError):
                self.deliver_lmtp("warm-up", b"\r\n")
        self.forget_log()

    @property
    def is_up(self) -> bool:
        """Say whether the server runs."""
        return not self._daemon.exited

    def terminate(self) -> None:
        """Ask the server to end, without waiting (``stop`` waits)."""
        self._daemon.terminate()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._daemon.terminate()
        self._daemon.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    # Users and files

    def new_user(self) -> str:
        """Return a user name that this server has not seen yet."""
        self._users += 1
        return f"user{self._users}"

    def mail_dir(self, user: str) -> Path:
        """Return the user's Maildir."""
        return self.root / "mail" / user

    def dict_file(self, user: str) -> Path:
        """Return the file of the user's METADATA (``mail_attribute_dict = file:…``)."""
        return self.root / "mail" / f"{user}.dict"

    # Deliveries and sessions

    def deliver_lmtp(
        self, user: str | Sequence[str], message: bytes, *, sender: str = "sender@example.com"
    ) -> list[str]:
        """Deliver by LMTP; return the answer for each recipient (``250 2.0.0 <bob> … Saved``).

        Raises ConnectionError if the server's process dies instead of answering.
        """
        recipients = [user] if isinstance(user, str) else list(user)
        return self.deliver_lmtp_all([(recipients, message)], sender=sender)

    def deliver_lmtp_all(
        self, mails: Sequence[clients.Mail], *, sender: str = "sender@example.com"
    ) -> list[str]:
        """Deliver several mails in one LMTP session, as ``deliver_lmtp`` does; return all answers."""
        pattern = r"^lmtp\(\d+\): Info: Disconnect from "
        before = len(re.findall(pattern, self._log(), re.MULTILINE))
        try:
            replies = clients.deliver_all(self.place.lmtp_port, sender, mails)
            wait_until(lambda: len(re.findall(pattern, self._log(), re.MULTILINE)) > before)
        finally:
            self._wait_for_quiet_log()
        return replies

    def deliver_lda(self, user: str, message: bytes, *args: str) -> Result:
        """Deliver with ``dovecot-lda -d USER ARGS``, the message on its standard input."""
        return run(self._command(f"{LIBEXEC}/dovecot-lda", "-d", user, *args), message)

    def imap(self, user: str, commands: Sequence[clients.ImapCommand]) -> list[clients.ImapResponse]:
        """Run commands in one IMAP session; return their responses in order."""
        pattern = re.compile(r"^imap-login: Info: (?:Login|Logged in): .*\bmpid=(\d+)", re.MULTILINE)
        before = len(pattern.findall(self._log()))
        try:
            responses = clients.imap_session(self.place.imap_port, user, commands)
        except OSError:
            self._wait_for_quiet_log()
            raise
        wait_until(lambda: len(pattern.findall(self._log())) > before)
        pid = int(pattern.findall(self._log())[before])
        wait_until(lambda: not is_running(pid))
        self._wait_for_quiet_log()
        return responses

    def doveadm(self, *args: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Result:
        """Run ``doveadm ARGS`` with this server's configuration. With ``-D`` stderr has push lines."""
        return run(self._command("doveadm", *args), stdin, environment)

    # Set-up steps that raise no events

    def doveadm_silently(self, *args: str, stdin: bytes = b"") -> Result:
        """Run doveadm without any mail plugins; raise RuntimeError if it fails."""
        result = self.doveadm(*SILENTLY, *args, stdin=stdin)
        if result.exit_code != 0:
            raise RuntimeError(f"doveadm {' '.join(args)}: exit code {result.exit_code}: {result.stderr}")
        return result

    def create_mailbox(self, user: str, mailbox: str) -> None:
        """Create a mailbox; nobody is notified."""
        self.doveadm_silently("mailbox", "create", "-u", user, mailbox)

    def set_uidvalidity(self, user: str, uidvalidity: int, mailbox: str = "INBOX") -> None:
        """Set the UIDVALIDITY of a mailbox; UIDs start at 1 if it holds no mail yet."""
        args = ("mailbox", "update", "--uid-validity", str(uidvalidity), "-u", user, mailbox)
        self.doveadm_silently(*args)

    def save_silently(self, user: str, mailbox: str, message: bytes) -> None:
        """Put a message into a mailbox; nobody is notified."""
        self.doveadm_silently("save", "-u", user, "-m", mailbox, stdin=message)

    def make_maildir(self, user: str, guids: Mapping[str, str], uidvalidity: int) -> None:
        """Make empty Maildir mailboxes with these GUIDs (mailbox name -> 32 hex digits)."""
        for mailbox, guid in guids.items():
            folder = self.mail_dir(user) / ("" if mailbox == "INBOX" else "." + mailbox.replace("/", "."))
            parts = [folder, *(folder / name for name in ("cur", "new", "tmp"))]
            for part in parts:
                part.mkdir(mode=0o700)
            (folder / "dovecot-uidlist").write_text(f"3 V{uidvalidity} N1 G{guid}\n", encoding="ascii")
            for path in (*parts, folder / "dovecot-uidlist"):
                self._give_away(path, self._account)

    def put_into_maildir(self, user: str, mailbox: str, number: int, message: bytes) -> None:
        """Put a message into a mailbox that ``make_maildir`` made, without asking the server anything.

        The server finds the messages in the order of their ``number``.
        """
        folder = self.mail_dir(user) / ("" if mailbox == "INBOX" else "." + mailbox.replace("/", "."))
        path = folder / "cur" / f"{1_600_000_000 + number}.M{number:06}P1.host:2,"
        path.write_bytes(message.replace(b"\r\n", b"\n"))
        self._give_away(path, self._account)

    def write_dict(self, user: str, entries: Mapping[str, str]) -> None:
        """Write the user's METADATA file: stored key -> value, both as they stand in the file."""
        file = self.dict_file(user)
        file.write_text("".join(f"{key}\n{value}\n" for key, value in entries.items()), encoding="utf-8")
        self._give_away(file, self._account)

    def set_metadata(self, user: str, entry: str, value: str, mailbox: str = "") -> None:
        """Set a METADATA entry (``/private/…``), of the server with the empty mailbox name."""
        self.doveadm_silently("mailbox", "metadata", "set", "-u", user, "-s", mailbox, entry, value)

    # The log

    def forget_log(self) -> None:
        """Let ``push_log`` start at what is logged from now on."""
        self._log_start = self.log_file.stat().st_size if self.log_file.exists() else 0

    def log(self) -> str:
        """Return the whole log since ``forget_log``, every line with its process and level."""
        return self._log()

    def push_log(self) -> list[str]:
        """Return the log's lines about push notifications since ``forget_log``, as ``Level: text``."""
        return push_lines(self._log())

    def _log(self) -> str:
        if not self.log_file.exists():
            return ""
        return self.log_file.read_bytes()[self._log_start :].decode("utf-8", "backslashreplace")

    def _wait_for_quiet_log(self) -> None:
        """Wait until every user session in the log has ended and nothing more is written."""
        wait_until(self._sessions_have_ended, seconds=1)
        size = -1
        while size != (size := len(self._log())):
            time.sleep(_QUIET_SECONDS)

    def _sessions_have_ended(self) -> bool:
        log = self._log()
        return log.count(": Effective uid=") <= log.count(": User session is finished") or ": Fatal: " in log

    def _command(self, program: str, *args: str) -> list[str]:
        config = self.installation.inside(self.config_file)
        return self.installation.command(program, "-c", config, *args)

    def _everything_written(self) -> str:
        files = (self.root / "output", self.log_file)
        return "".join(file.read_text(errors="backslashreplace") for file in files if file.exists())


def _new_folder(installation: Installation) -> Path:
    parent = installation.filesystem / "tmp"
    folder = Path(tempfile.mkdtemp(prefix="pushnotif-", dir=parent))
    os.chmod(folder, 0o755)
    return folder
