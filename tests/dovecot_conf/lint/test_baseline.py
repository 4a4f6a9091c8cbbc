"""Findings that are recorded: how they are known again, and the file they are in."""

from __future__ import annotations

import json

import pytest

from dovecot_conf.lint.baseline import (
    BaselineError,
    Fingerprint,
    from_json,
    hash_of,
    recorded,
    sift,
    to_json,
)

ONE = Fingerprint("a.conf", "PN301", hash_of("x = 1"))
TWO = Fingerprint("a.conf", "PN302", hash_of("x = 1"))
OTHER = Fingerprint("b.conf", "PN301", hash_of("x = 1"))


def everything(path: str, code: str) -> bool:
    return True


def test_white_space_is_nothing_to_a_hash_and_all_else_is() -> None:
    assert hash_of("  a  =\tb \r") == hash_of("a = b")
    assert len({hash_of("a = b"), hash_of("a = B"), hash_of("a =b"), hash_of("\udcff")}) == 4


def test_recorded_findings_are_sifted_out_as_often_as_they_are_recorded() -> None:
    assert sift([ONE, TWO, ONE, OTHER, ONE], {ONE: 2}, everything).new == (1, 3, 4)


def test_what_is_not_found_again_is_gone_if_it_was_looked_for() -> None:
    baseline = {ONE: 3, TWO: 1, OTHER: 1}
    assert sift([ONE], baseline, everything).gone == {ONE: 2, TWO: 1, OTHER: 1}
    assert sift([ONE], baseline, lambda path, code: path == "a.conf").gone == {ONE: 2, TWO: 1}


def test_a_new_baseline_keeps_what_was_not_looked_for() -> None:
    found = recorded([ONE, ONE], {ONE: 5, TWO: 1, OTHER: 7}, lambda path, code: path == "a.conf")
    assert found == {ONE: 2, OTHER: 7}


def test_the_file_is_the_same_whatever_the_order_and_is_read_as_it_was() -> None:
    baseline = {OTHER: 1, TWO: 2, ONE: 1}
    text = to_json(baseline)
    assert text == to_json(dict(reversed(baseline.items())))
    assert from_json(text, "x") == baseline
    assert [item["code"] for item in json.loads(text)["findings"]] == ["PN301", "PN302", "PN301"]
    assert from_json(to_json({}), "x") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it has no list of findings"),
        ('{"version": 1}', "it has no list of findings"),
        ('{"version": 2, "findings": []}', "a baseline of another version"),
        ('{"version": 1, "findings": [3]}', "finding 1 has no keys"),
        ('{"version": 1, "findings": [{"path": "a"}]}', "finding 1 has no code"),
        (
            '{"version": 1, "findings": [{"path": "a", "code": "b", "line": "c", "count": "1"}]}',
            "finding 1 has no count",
        ),
        (
            '{"version": 1, "findings": [{"path": "a", "code": "b", "line": "c", "count": true}]}',
            "finding 1 has no count",
        ),
        (
            '{"version": 1, "findings": [{"path": "a", "code": "b", "line": "c", "count": 0}]}',
            "finding 1 has a count below 1",
        ),
        (
            '{"version": 1, "findings": [{"path": "a", "code": "b", "line": "c", "count": 1, "d": 1}]}',
            "finding 1 has an unknown key 'd'",
        ),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BaselineError, match=problem) as error:
        from_json(text, "old.json")
    assert str(error.value).startswith("old.json")
    assert "\n" not in str(error.value)
