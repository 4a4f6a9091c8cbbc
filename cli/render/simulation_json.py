"""A simulation report as JSON (schema: docs/schemas/simulate.schema.json)."""

from __future__ import annotations

import json

from drivers.report import DriverReport, Request, SimulationReport, TransactionReport


def to_json(report: SimulationReport) -> str:
    """Return the report as one JSON document."""
    return json.dumps(document(report), ensure_ascii=False, indent=2) + "\n"


def document(report: SimulationReport) -> dict[str, object]:
    """Return the report as values of JSON."""
    return {
        "version": 1,
        "dovecot_version": report.dovecot_version,
        "user": report.user,
        "protocol": report.protocol,
        "transactions": [transaction_document(transaction) for transaction in report.transactions],
        "log": [{"level": line.level, "driver": line.driver, "message": line.message} for line in report.log],
    }


def transaction_document(transaction: TransactionReport) -> dict[str, object]:
    """Return one transaction as values of JSON."""
    return {
        "mailbox": transaction.mailbox,
        "events": [{"name": event.name, **dict(event.fields)} for event in transaction.events],
        "drivers": [_driver(driver) for driver in transaction.drivers],
    }


def _driver(driver: DriverReport) -> dict[str, object]:
    return {
        "driver": driver.driver,
        "setting": driver.setting,
        "outcome": driver.outcome,
        "reason": driver.reason,
        "requests": [_request(request) for request in driver.requests],
    }


def _request(request: Request) -> dict[str, object]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": [list(header) for header in request.headers],
        "body": request.body,
        "attempts": [
            {
                "status": attempt.status,
                "reason": attempt.reason,
                "error": attempt.error,
                "elapsed_ms": round(attempt.elapsed_ms, 1),
            }
            for attempt in request.attempts
        ],
    }
