"""Attempts written down: answers, failures, and what was never sent."""

from __future__ import annotations

import json

import pytest

from dovecot_conf.http_url import parse_http_url
from drivers import DryRunTransport, HttpRequest, HttpResponse, Transport
from drivers.http import Attempt, ConnectFailedError
from drivers.http_settings import HttpSettings
from drivers.recording import Record
from drivers.recording_transport import RecordingTransport
from tests.drivers.doubles import FakeClock, ScriptedTransport

REQUEST = HttpRequest(
    "PUT", parse_http_url("https://login:secret@h/n?token=t"), (("Authorization", "Basic x"),), b"{}"
)


ATTEMPT = Attempt(HttpSettings(timeout=2.0), deadline=float("inf"))


def recorded(transport: Transport, clock: FakeClock) -> tuple[RecordingTransport, list[Record]]:
    written: list[Record] = []
    return RecordingTransport(transport, written.append, clock, {"user": "bob"}), written


def test_an_answer_is_recorded_with_its_time() -> None:
    clock = FakeClock()
    transport, written = recorded(ScriptedTransport(clock, (0.5, HttpResponse(503, "Busy"))), clock)
    assert transport.send(REQUEST, ATTEMPT) == HttpResponse(503, "Busy")
    line = json.loads(written[0].to_line())
    assert (line["source"], line["origin"], line["method"]) == ("simulate", "https://h:443", "PUT")
    assert (line["answer"]["status"], line["answer"]["reason"], line["answer"]["elapsed_ms"]) == (
        503,
        "Busy",
        500,
    )
    assert line["context"] == {"user": "bob"}


def test_no_secret_is_in_it() -> None:
    clock = FakeClock()
    transport, written = recorded(ScriptedTransport(clock), clock)
    transport.send(REQUEST, ATTEMPT)
    line = written[0].to_line()
    assert "secret" not in line
    assert "Basic x" not in line
    assert "token=t" not in line


def test_a_failure_is_recorded_and_raised() -> None:
    clock = FakeClock()
    transport, written = recorded(ScriptedTransport(clock, (0.1, ConnectFailedError("refused"))), clock)
    with pytest.raises(ConnectFailedError):
        transport.send(REQUEST, ATTEMPT)
    (answer,) = [record.answer for record in written]
    assert answer is not None
    assert (answer.status, answer.error) == (None, "refused")


def test_what_is_not_sent_has_no_answer() -> None:
    transport, written = recorded(DryRunTransport(), FakeClock())
    assert transport.send(REQUEST, ATTEMPT) is None
    assert [record.answer for record in written] == [None]
