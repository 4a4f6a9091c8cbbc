"""What a log says about push notifications, as JSON (schema: docs/schemas/doctor-log.schema.json)."""

from __future__ import annotations

from cli.render.diagnosis_json import as_text
from drivers.doctor.log.evidence import Evidence, Finding, Place, Protocol, Session, Step
from drivers.doctor.log.view import remarks, summary, verdict


def to_json(evidence: Evidence) -> str:
    """Return one JSON document; bytes that aren't UTF-8 stand in it as ``\\udcXX``."""
    state, what = verdict(evidence)
    document = {
        "version": 1,
        "user": evidence.user,
        "dovecot_version": evidence.version or None,
        "state": state,
        "verdict": what,
        "summary": summary(evidence),
        "remarks": list(remarks(evidence)),
        "lines": evidence.lines,
        "user_lines": evidence.user_lines,
        "users": evidence.users,
        "alike": list(evidence.alike),
        "protocols": [_protocol(one) for one in evidence.protocols],
        "findings": [_finding(one) for one in evidence.findings],
        "sessions": [_session(one) for one in evidence.sessions],
    }
    return as_text(document)


def _protocol(one: Protocol) -> dict[str, object]:
    return {
        "protocol": one.name,
        "lines": one.lines,
        "mails": one.mails,
        "silent_mails": one.silent,
        "silent_mails_with_debugging": one.debugged,
        "last_mail_silent": one.is_silent,
        "plugins": list(one.modules),
    }


def _finding(one: Finding) -> dict[str, object]:
    return {
        "driver": one.driver or None,
        "outcome": one.outcome,
        "message": one.message,
        "detail": one.detail,
        "count": one.count,
        "first": one.first,
        "last": one.last,
        "over": one.is_over,
        "protocols": list(one.protocols),
        "users": one.users,
        "meaning": one.meaning,
        "remedy": list(one.remedy),
        "rules": list(one.rules),
        "text": one.text,
        **_place(one.place),
    }


def _session(one: Session) -> dict[str, object]:
    return {
        "protocol": one.protocol,
        "user": one.user,
        "pid": one.pid,
        "session": one.session,
        "mails": one.mails,
        "steps": [_step(step) for step in one.steps],
        "steps_left_out": one.left_out,
    }


def _step(one: Step) -> dict[str, object]:
    return {
        "time": one.time,
        "driver": one.driver or None,
        "outcome": one.outcome,
        "text": one.text,
        **_place(one.place),
    }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line}
