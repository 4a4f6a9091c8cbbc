"""What a recorded request looks like as a line of JSON."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drivers.recording import Record, RecordedAnswer, header_text

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/record.schema.json").read_text())
RECORD = Record(
    source="listen",
    time=1700000000.1239,
    origin="http://127.0.0.1:8009",
    method="PUT",
    target="/notify?x=1",
    headers=(("Host", "127.0.0.1:8009"), ("X-b", "1"), ("x-B", "2")),
    body='{"user":"jürgen"}'.encode(),
    answer=RecordedAnswer(200, "OK", elapsed=0.0123),
    peer="127.0.0.1:40000",
)


def document(record: Record, **options: bool) -> dict[str, Any]:
    line = record.to_line(**options)
    assert "\n" not in line
    parsed: dict[str, Any] = json.loads(line)
    jsonschema.validate(parsed, SCHEMA)
    return parsed


def test_time_is_utc_with_milliseconds() -> None:
    assert document(RECORD)["time"] == "2023-11-14T22:13:20.123Z"


def test_headers_keep_order_and_capitalisation() -> None:
    assert document(RECORD)["headers"] == [["Host", "127.0.0.1:8009"], ["X-b", "1"], ["x-B", "2"]]


def test_a_body_of_text_is_text() -> None:
    shown = document(RECORD)
    assert (shown["body"], shown["body_encoding"]) == ('{"user":"jürgen"}', "utf-8")


@pytest.mark.parametrize("body", [b"\xff\x00", bytes(range(256))])
def test_any_other_body_is_base64(body: bytes) -> None:
    shown = document(replace(RECORD, body=body))
    assert (base64.b64decode(shown["body"]), shown["body_encoding"]) == (body, "base64")


@pytest.mark.parametrize(
    "name", ["Authorization", "AUTHORIZATION", "Proxy-Authorization", "Cookie", "X-Api-Key"]
)
def test_headers_that_hold_secrets_are_hidden_unless_asked_for(name: str) -> None:
    record = replace(RECORD, headers=((name, "hunter2"),))
    assert document(record)["headers"] == [[name, "<hidden>"]]
    assert document(record, show_secrets=True)["headers"] == [[name, "hunter2"]]


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/n?a=1&access_token=hunter2;b=3", "/n?a=1&access_token=<hidden>;b=3"),
        ("/n?key=hunter2=2", "/n?key=<hidden>"),
        ("http://bob:hunter2@127.0.0.1/", "<hidden>@127.0.0.1/"),
        ("/user@domain?a=1", "/user@domain?a=1"),
    ],
)
def test_secrets_in_the_target_are_hidden_unless_asked_for(target: str, shown: str) -> None:
    record = replace(RECORD, target=target)
    assert document(record)["target"] == shown
    assert document(record, show_secrets=True)["target"] == target


def test_hiding_takes_flat_time() -> None:
    begin = time.monotonic()
    replace(RECORD, target="/?" + "key" * 100_000).to_line()
    assert time.monotonic() - begin < 10


def test_a_request_that_was_not_sent_has_no_answer() -> None:
    assert document(replace(RECORD, answer=None))["answer"] is None


def test_a_source_can_add_what_it_knows() -> None:
    record = replace(RECORD, source="simulate", context={"user": "bob", "attempt": 2})
    assert document(record)["context"] == {"user": "bob", "attempt": 2}


def test_a_header_that_is_not_utf8_is_read_as_latin_1() -> None:
    assert (header_text("é".encode()), header_text(b"\xe9")) == ("é", "é")
