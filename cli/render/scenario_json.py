"""What happened in a scenario as JSON (schema: docs/schemas/scenario-result.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cli.render.simulation_json import document, transaction_document
from drivers.scenario_run import SessionReport


def to_json(sessions: Iterable[SessionReport]) -> str:
    """Return one JSON document about all sessions."""
    result = {"version": 1, "sessions": [_session(report) for report in sessions]}
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"


def _session(report: SessionReport) -> dict[str, object]:
    """Return what ``simulate EVENT`` would say of the session, and who did what in it."""
    transactions = [
        {"user": user, **transaction_document(transaction)}
        for user, done in report.process.parts
        for transaction in done
    ]
    about = {"name": report.session.name, "users": list(report.session.users)}
    return about | document(report.process.report()) | {"transactions": transactions}
