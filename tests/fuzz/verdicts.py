"""What a program makes of a configuration, in one form for doveconf and for us."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from dovecot_conf import Configuration, Diagnostic, Severity, Version, load
from dovecot_conf.dump import DumpOptions, dump
from dovecot_conf.dump_errors import FilterConflictError
from dovecot_conf.syntax_rule import DAEMON_ONLY, SAID_BY_DAEMONS
from dovecot_conf.syntax_rules import rule_named
from tests.dovecot.harness.installations import SYSTEM_PATH, Installation
from tests.fuzz.texts import Text

ENVIRON = {"PATH": SYSTEM_PATH, "LC_ALL": "C"}
SHOWN_FOLDER = "/etc/dovecot"
"""Stands for the folder of the main file."""

WITHOUT_FILE = ("storage-version-missing", "missing-sieve-plugin")
ONLY_EXPANDED = ("expanded-value", "unknown-variable", "unreadable-value-file", "unreadable-service")
ONLY_UNEXPANDED = ("unexpanded-value",)
LOGGED_AS_ERROR = "old-ssl-protocols"
"""doveconf goes on, but doesn't call it a warning."""

LIMIT_SECONDS = 10
"""No text of a run is so large that reading it takes longer."""


ENDLESS = "doveconf doesn't end"
PANIC = "Panic: "
CRASH = "Dovecot crashes"
"""What doveconf means that dies of a signal or panics for no %variable, and what our messages say of it."""
ASSERTIONS = (f"{PANIC}file ", f"{PANIC}BUG: ", f"{PANIC}Failed to set default ")
DIED = (-signal.SIGSEGV, -signal.SIGFPE, -signal.SIGBUS)
AFTER_ALL = re.compile(r"Fatal: Error in configuration file (?!\S+ line \d+: )")
"""An error that is found when everything has been printed."""


class SlowError(Exception):
    """A text that takes us too long."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``error`` is the first that ends the reading, None without one; ``warnings`` are those before it.

    ``output`` is the dump without its header, None when there is none. ``later`` are warnings of the
    checks at the end that come behind their first error: doveconf gives those of which it runs the check.
    """

    error: str | None
    warnings: tuple[str, ...]
    output: str | None
    later: tuple[str, ...] = ()

    def has_warnings(self, expected: Sequence[str]) -> bool:
        """Return whether these are the warnings that doveconf gives with a verdict of ours."""
        if not self.later:
            return self.warnings == tuple(expected)
        return set(self.warnings) <= set(expected) <= {*self.warnings, *self.later}


def write(text: Text, folder: Path) -> Path:
    """Write the files of a text into an empty folder and return the main file."""
    for name, content in text.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    main = folder / "dovecot.conf"
    main.write_bytes(text.main)
    return main


class Doveconf:
    """Runs the doveconf of an installation, where it can't ask any name server."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        unshare = shutil.which("unshare", path=SYSTEM_PATH)
        self._prefix = (unshare, "--net") if unshare is not None and os.geteuid() == 0 else ()

    def verdict(self, main: Path, *, expanding: bool) -> Verdict:
        """Return what ``doveconf -n`` says, with ``-x`` if ``expanding``."""
        return self._run(main, "-n", *(("-x",) if expanding else ()))

    def warnings_for_daemons(self, main: Path) -> tuple[str, ...]:
        """Return the warnings where the configuration is written for the processes, as the master does."""
        return self._run(main, "-F").warnings

    def _run(self, main: Path, *options: str) -> Verdict:
        inside = self._installation.inside(main)
        call = ("doveconf", *options, "-c", inside)
        process = subprocess.Popen(
            [*self._prefix, *self._installation.command(*call)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRON,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            # What it has started, such as managesieve-login, would stay otherwise.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Verdict(ENDLESS, (), None)
        folder = str(Path(inside).parent)
        said = [
            line.removeprefix("doveconf: ")
            for line in _text(errors, folder).split("\n")
            if line.startswith("doveconf: ")
        ]
        error = None
        if process.returncode:
            fatal = [line for line in said if line.startswith(("Fatal: ", "Panic: "))]
            # In 2.3 managesieve-login reports the same before; 2.4 puts "Fatal:" before each line of a text.
            which = -1 if self._installation.version == "2.3" else 0
            error = fatal[which] if fatal else f"exit code {process.returncode}: {said[-1:]}"
            if error.startswith(ASSERTIONS) or process.returncode in DIED:
                error = CRASH
        warnings = [line.removeprefix("Warning: ") for line in said if line.startswith("Warning: ")]
        body = without_header(_text(output, folder))
        return Verdict(error, tuple(dict.fromkeys(filter(_is_compared, warnings))), body)


def _is_compared(warning: str) -> bool:
    return re.match(r"(?!NOTE: )", warning) is not None


def _text(output: bytes, folder: str) -> str:
    return _shortened(output.decode("utf-8", "surrogateescape").replace(folder, SHOWN_FOLDER))


def _shortened(text: str) -> str:
    """Return a text without repetitions of ``./``, of which a longer name of the folder allows fewer."""
    return re.sub(r"(?:\./)+", "./", text)


def without_header(text: str) -> str:
    """Return a dump without the lines in front that say what was printed where.

    The second one may begin with signs of a %variable that the scanner of 2.4 passes over, and prints.
    """
    return "".join(f"{line}\n" for line in text.split("\n")[:-1] if not _HEADER.match(line))


_HEADER = re.compile("# |.*# OS: ")


@contextmanager
def limited() -> Iterator[None]:
    """Raise SlowError in what takes too much of the processor's time."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise SlowError(f"still not done after {LIMIT_SECONDS} seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _shown(folder: Path, root: Path | None, text: str) -> str:
    """Return a text of ours with paths as doveconf sees them, the main file in a folder of a fixed name."""
    text = text.replace(str(folder), SHOWN_FOLDER)
    if root is not None:
        inside = "/" + str(folder.relative_to(root))
        text = text.replace(inside, SHOWN_FOLDER).replace(f"{root}/", "/").replace(str(root), "/")
    return _shortened(text)


def own_verdict(
    main: Path, version: Version, root: Path | None, environ: Mapping[str, str], *, expanding: bool
) -> Verdict:
    """Return what we say about a configuration, as ``doveconf -n`` (or ``-nx``) would."""
    configuration = load(main, version=version, root=root, environ=environ)
    shown = partial(_shown, main.parent, root)
    left_out = ONLY_UNEXPANDED if expanding else ONLY_EXPANDED
    error: str | None = None
    warnings: list[str] = []
    later: list[str] = []
    for problem in configuration.problems:
        at_end = rule_named(problem.name).at_end
        if problem.severity is Severity.WARNING and problem.name not in (*ONLY_EXPANDED, LOGGED_AS_ERROR):
            if not problem.message.endswith(SAID_BY_DAEMONS):
                (warnings if error is None else later).append(shown(problem.message))
        elif (
            error is None
            and (problem.severity is Severity.ERROR or problem.name in ONLY_EXPANDED)
            and problem.name not in left_out
        ):
            place = configuration.document.path if at_end else f"{problem.span.file} line {problem.span.line}"
            error = shown(_fatal(problem, place))
            if not at_end:
                break
    output = None
    if error is None or AFTER_ALL.match(error):
        output = _own_output(configuration, root, environ, expanding=expanding)
    if output is not None:
        output = shown(output)
    return Verdict(error, tuple(dict.fromkeys(warnings)), output, tuple(later))


def _fatal(problem: Diagnostic, place: str) -> str:
    """Return a problem as doveconf reports what ends the reading."""
    message = problem.message.removesuffix(DAEMON_ONLY).split("\n")[0]
    if CRASH in message:
        return CRASH
    if problem.name in WITHOUT_FILE:
        return f"Fatal: {message}"
    if problem.name == "variable-syntax" or message.startswith(PANIC):
        return PANIC + message.removeprefix(PANIC)
    return f"Fatal: Error in configuration file {place}: {message}"


def _own_output(
    configuration: Configuration, root: Path | None, environ: Mapping[str, str], *, expanding: bool
) -> str | None:
    options = DumpOptions(expanding=expanding, environ=environ, root=root)
    try:
        return without_header(dump(configuration, options))
    except FilterConflictError:
        return None
