"""What doveconf printed for a name, in every captured configuration; and its forms of printing.

Expected values were captured from running Dovecots, 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Configuration, Version, load, loads
from dovecot_conf.conditions import Condition
from dovecot_conf.dump import DumpOptions, dump, look_up
from dovecot_conf.dump_errors import AmbiguousNameError, FilterConflictError
from dovecot_conf.extent import Extent
from dovecot_conf.nets import parse_net
from dovecot_conf.secrets import concealed

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures/reference/config-cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]
PRELUDE = b"dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
VERDICTS = {"v23": Version.V23, "v24": Version.V24, "v24_prelude": Version.V24}
QUESTIONS = [
    (case, key, question, answer)
    for case in CASES
    for key in VERDICTS
    for question, answer in (case.get(key) or {}).get("values", {}).items()
]


def read(case: dict[str, Any], key: str, folder: Path) -> Configuration:
    for name, text in case.get("files", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    content = base64.b64decode(case["text_b64"]) if "text_b64" in case else case["text"].encode()
    main = folder / "dovecot.conf"
    main.write_bytes(PRELUDE + content if key == "v24_prelude" else content)
    return load(main, version=VERDICTS[key], environ=case.get("env", {}))


def condition(flags: list[str]) -> Condition:
    said = dict(flag.split("=", 1) for flag in flags if "=" in flag)
    nets = {word: parse_net(said[word]) for word in ("local", "remote") if word in said}
    return Condition(said.get("protocol"), said.get("local_name"), nets.get("local"), nets.get("remote"))


def asked(question: str) -> tuple[str, Condition, bool]:
    name, *flags = question.split(" ")
    return name, condition(flags), "-x" in flags


@pytest.mark.parametrize(
    ("case", "key", "question", "answer"),
    [question for question in QUESTIONS if isinstance(question[3], str)],
    ids=[
        f"{case['id']}-{key}-{question}"
        for case, key, question, answer in QUESTIONS
        if isinstance(answer, str)
    ],
)
def test_a_name_gives_what_doveconf_prints(
    case: dict[str, Any], key: str, question: str, answer: str, tmp_path: Path
) -> None:
    configuration = read(case, key, tmp_path)
    name, condition_, expanding = asked(question)
    options = DumpOptions(Extent.ALL, condition_, True, True, expanding, case.get("env", {}))
    printed = look_up(configuration, name, options).removesuffix("\n")
    assert printed.replace(str(tmp_path), "/etc/dovecot") == answer


@pytest.mark.parametrize(
    ("case", "key", "question", "answer"),
    [
        question
        for question in QUESTIONS
        if isinstance(question[3], dict) and "Conflict in setting" in question[3]["stderr"]
    ],
)
def test_filters_that_conflict_are_refused_with_doveconfs_words(
    case: dict[str, Any], key: str, question: str, answer: dict[str, str], tmp_path: Path
) -> None:
    configuration = read(case, key, tmp_path)
    name, condition_, _ = asked(question)
    with pytest.raises(FilterConflictError) as raised:
        look_up(configuration, name, DumpOptions(Extent.ALL, condition_))
    said = answer["stderr"].splitlines()[0].removeprefix("doveconf: Error: ")
    assert str(raised.value).replace(str(tmp_path), "/etc/dovecot") == said


# Printed by 2.3.19.1; 2.4.1 differs in none of these.
SECRETS = [
    (
        "push_notification_driver",
        "ox:url=http://user:pass@host/x cache_lifetime=10s",
        "ox:url=http://#hidden_use-P_to_show#@host/x cache_lifetime=10s",
    ),
    ("foo", "secret=hello x pass=world;y", "secret=#hidden_use-P_to_show# x pass=#hidden_use-P_to_show#;y"),
    ("foo5", "api_key=abc", "api_key=#hidden_use-P_to_show#"),
    ("foo7", "passwd = abc", "passwd =#hidden_use-P_to_show# abc"),
    ("foo10", "imap://u:pass@h", "imap://u:pass@h"),
    ("foo", "nopass=x mykey=y", "nopass=x mykey=y"),
    ("foo", "http://user@h/", "http://#hidden_use-P_to_show#@h/"),
    ("doveadm_password", "x", "# hidden, use -P to show it"),
    ("ssl_key", "</etc/key.pem", "# hidden, use -P to show it"),
    ("password", "x", "x"),
    ("ssl_key", "", ""),
]


@pytest.mark.parametrize(("key", "text", "shown"), SECRETS)
@pytest.mark.parametrize("version", list(Version))
def test_secrets_are_hidden_by_doveconfs_rules(version: Version, key: str, text: str, shown: str) -> None:
    assert concealed(key, text, version) == shown


def test_only_24_hides_keys_that_end_in_secret() -> None:
    assert concealed("oauth2_client_secret", "x", Version.V24) == "# hidden, use -P to show it"
    assert concealed("oauth2_client_secret", "x", Version.V23) == "x"


def test_asking_for_one_value_refuses_a_block_with_several() -> None:
    configuration = loads(PRELUDE + b"namespace a {\n inbox = yes\n list = no\n}\n", version=Version.V24)
    with pytest.raises(AmbiguousNameError):
        look_up(configuration, "namespace", DumpOptions(Extent.ALL, value_only=True))


def test_the_dump_begins_with_version_and_file() -> None:
    text = dump(loads("", filename="x.conf", version=Version.V23), DumpOptions())
    assert text.startswith("# 2.3.19.1: x.conf\n")


def test_settings_of_further_packages_are_printed_where_they_are_set() -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "pgsql_parameters {\n  sslmode = prefer\n}\nsqlite_path = /x\n"
    )
    for extent in (Extent.CHANGED, Extent.ALL):
        lines = dump(loads(text), DumpOptions(extent)).splitlines()
        place = lines.index("pgsql_parameters {")
        assert lines[place : place + 3] == ["pgsql_parameters {", "  sslmode = prefer", "}"]
        assert "sqlite_path = /x" in lines
