"""The link of the configuration, that of the user, and what lint rules say about any of them."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Iterable, Iterator

from dovecot_conf import Severity, Version
from dovecot_conf.diagnostics import Applicability, Diagnostic
from dovecot_conf.lint import Catalogue, Context, lint_context
from dovecot_conf.lint.consequences import without_consequences
from dovecot_conf.lint.misread_files import what_it_is
from dovecot_conf.overrides import USERDB
from dovecot_conf.positions import Span
from dovecot_conf.versions import ASKED_FOR
from drivers.doctor.branch import Branch
from drivers.doctor.examination import SoFar, skipped
from drivers.doctor.patient import Patient
from drivers.doctor.rights import Rights
from drivers.rules import all_rules
from mailstore import link_user
from mailstore.links import Link, LinkState
from mailstore.users import User

CONFIGURATION = "configuration"
USER = link_user.NAME


def context_of(patient: Patient) -> Context:
    """Return the configuration as lint rules see it."""
    return Context(patient.configuration, patient.places.root)


def findings(patient: Patient) -> tuple[Diagnostic, ...]:
    """Return what ``pushnotif validate`` says about the configuration."""
    return lint_context(patient.once(context_of), Catalogue(all_rules()))


def rules_of(patient: Patient, families: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of all rules of some families that found something."""
    found = (item.code for item in patient.once(findings))
    return tuple(dict.fromkeys(code for code in found if code.startswith(families)))


def rules_at(
    patient: Patient, spans: Iterable[Span], families: tuple[str, ...], script: str = ""
) -> tuple[str, ...]:
    """Return the codes of the rules of some families that found something in the lines of ``spans``.

    What they found anywhere in the file ``script`` counts as well.
    """
    return tuple(dict.fromkeys(item.code for item in _found_at(patient, spans, families, script)))


def hints_at(patient: Patient, spans: Iterable[Span], families: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the same rules say is to be done about errors, and the commands that do it."""
    found = [item for item in _found_at(patient, spans, families) if item.severity is Severity.ERROR]
    hints = (item.hint for item in found if item.hint)
    return tuple(dict.fromkeys((*hints, *_fixes(patient, found))))


def _fixes(patient: Patient, found: Iterable[Diagnostic]) -> Iterator[str]:
    """Yield the commands that mend what was found in files, as far as anybody knows how."""
    root = ("--root", str(patient.places.root)) if patient.places.root is not None else ()
    for item in found:
        if item.fix is None or patient.is_example or item.span.file == USERDB:
            continue
        unsafe = ("--unsafe-fixes",) if item.fix.applicability is Applicability.UNSAFE else ()
        words = ("--fix", *unsafe, "--select", item.code, *root, patient.configuration.path)
        yield shlex.join(("pushnotif", "validate", *words))


def _found_at(
    patient: Patient, spans: Iterable[Span], families: tuple[str, ...], script: str = ""
) -> Iterator[Diagnostic]:
    places = [(span.file, span.line, span.end_line) for span in spans]
    for item in patient.once(findings):
        where = item.span
        is_there = where.file == script or any(
            where.file == file and first <= where.line <= last for file, first, last in places
        )
        if is_there and item.code.startswith(families):
            yield item


def check_configuration(patient: Patient, _so_far: SoFar) -> Iterator[Branch]:
    """Look whether Dovecot takes the configuration with all files that it includes."""
    configuration = patient.configuration
    refused = [
        problem
        for problem in without_consequences(configuration.problems)
        if problem.severity is Severity.ERROR
    ]
    if refused:
        yield Branch(_refused(patient, refused))
        return
    count = len(configuration.files)
    files = f" and {count - 1} more file{'s' if count > 2 else ''}" if count > 1 else ""
    seen = f"{configuration.path}{files}, accepted as Dovecot {configuration.version}"
    notes = (*_of_root(patient), *_remarks(patient.once(findings)))
    yield Branch(Link(CONFIGURATION, LinkState.OK, seen, (), notes))


def _refused(patient: Patient, refused: list[Diagnostic]) -> Link:
    first, *others = refused
    more = f" (and {len(others)} more)" if others else ""
    same = [item for item in patient.once(findings) if (item.code, item.span) == (first.code, first.span)]
    remedy = (
        what_it_is(patient.configuration, first.span.file) or first.hint,
        *_fixes(patient, same),
        "see 'pushnotif validate' for all of them" if others else "see 'pushnotif validate'",
    )
    said = f"Dovecot refuses it: {first.message}"
    if first.message.endswith(os.strerror(errno.EACCES)) and os.geteuid() != 0:
        # Dovecot reads it as root.
        said, remedy = f"it can't be read as uid {os.geteuid()}: {first.message}", ("run it as root", *remedy)
    return Link(
        CONFIGURATION,
        LinkState.BROKEN,
        f"{said}{more}",
        tuple(filter(None, remedy)),
        tuple(_read_as(patient)),
        where=str(first.span),
        rules=tuple(dict.fromkeys(item.code for item in refused)),
    )


def _read_as(patient: Patient) -> Iterator[str]:
    """Say which version it was taken for, where nobody said which one runs."""
    version, reason = patient.configuration.version, patient.configuration.version_reason
    other = Version.V24 if version is Version.V23 else Version.V23
    if reason != ASKED_FOR:
        yield f"read as Dovecot {version}: {reason}; if {other} is what runs, add --dovecot-version {other}"


def _of_root(patient: Patient) -> Iterator[str]:
    """Say where the file is perhaps another one than that of the machine below the root."""
    root, path = patient.places.root, patient.configuration.path
    if root is None or not path.startswith("/") or path.startswith(f"{root.absolute()}/"):
        return
    other = patient.places.locate(path)
    if other.exists():
        yield f"{path} is that of this machine; the one below --root is {other}"


def _remarks(found: Iterable[Diagnostic]) -> Iterator[str]:
    counts = dict.fromkeys(Severity, 0)
    for item in found:
        counts[item.severity] += 1
    parts = [
        f"{count} {severity}{'s' if count > 1 else ''}"
        for severity, count in counts.items()
        if count and severity is not Severity.INFO
    ]
    if parts:
        yield f"{' and '.join(parts)} of the linter: see 'pushnotif validate'"


def check_account(patient: Patient, _so_far: SoFar) -> Iterator[Branch]:
    """Look who the user is."""
    yield Branch(patient.once(account_of)[0]) if patient.account else skipped(USER, "name one with -u USER")


def account_of(patient: Patient) -> tuple[Link, User | None]:
    """Return the link of the user, and the user if it is known."""
    account = patient.account
    assert account is not None
    return link_user.check_user(lambda: account.find("doveadm"), account.userdb, account.said_by)


def user_of(patient: Patient, protocol: str = "") -> User | None:
    """Return the user as processes of a protocol have it, None where nothing is known of one."""
    if patient.account is None:
        return None
    user = patient.once(account_of)[1]
    if user is None or not protocol:
        return user
    return patient.once(_user_for, protocol) or user


def _user_for(patient: Patient, protocol: str) -> User | None:
    assert patient.account is not None
    return link_user.check_user(lambda: patient.account.find(protocol), lambda: None, "")[1]  # type: ignore[union-attr]


def rights_of(patient: Patient, protocol: str) -> Rights:
    """Return the rights of the user's mail processes."""
    return Rights.of(user_of(patient, protocol), patient.configuration, protocol)
