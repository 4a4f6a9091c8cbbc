"""`pushnotif validate` says from where a file with a finding was included."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cli.main import run

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "schemas" / "validate.schema.json").read_text("utf-8")
)


@pytest.fixture(name="main")
def _main(tmp_path: Path) -> str:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "90-push.conf").write_text("!include ../push.inc\n")
    (tmp_path / "push.inc").write_text("plugin {\n  push_notification_driver1 = dlog\n}\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("mail_plugins = notify push_notification\n!include conf.d/*.conf\n")
    return str(main)


def test_the_text_names_each_include_on_the_way(main: str, capsys) -> None:
    assert run(["validate", "-q", main]) == 1
    folder = Path(main).parent
    first = next(part for part in capsys.readouterr().out.split("\n\n") if "PN302" in part)
    assert first.splitlines()[5:7] == [
        f"  = included from {folder}/conf.d/90-push.conf:1",
        f"  = included from {folder}/dovecot.conf:2",
    ]


def test_json_lists_them(main: str, capsys) -> None:
    assert run(["validate", "--format", "json", main]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    folder = Path(main).parent
    assert [item["included_from"] for item in document["diagnostics"] if item["code"] == "PN302"] == [
        [
            {"file": f"{folder}/conf.d/90-push.conf", "line": 1, "column": 1},
            {"file": f"{folder}/dovecot.conf", "line": 2, "column": 1},
        ]
    ]


def test_the_concise_form_stays_one_line(main: str, capsys) -> None:
    run(["validate", "--format", "concise", "--select", "PN302", main])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_sarif_relates_a_finding_to_them(main: str, capsys) -> None:
    assert run(["validate", "--format", "sarif", "--select", "PN302", main]) == 1
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    places = [related["physicalLocation"] for related in result["relatedLocations"]]
    assert [
        (place["artifactLocation"]["uri"].rpartition("/")[2], place["region"]["startLine"])
        for place in places
    ] == [
        ("90-push.conf", 1),
        ("dovecot.conf", 2),
    ]


def test_json_offers_no_fix_that_would_write_a_hidden_secret(tmp_path: Path, capsys) -> None:
    main = tmp_path / "dovecot.conf"
    main.write_text("service auth {doveadm_password = hunter2\n}\n")
    shown = {}
    for options in ((), ("--show-secrets",)):
        run(
            [
                "validate",
                "--format",
                "json",
                "--dovecot-version",
                "2.3",
                "--select",
                "PN102",
                *options,
                str(main),
            ]
        )
        (item,) = json.loads(capsys.readouterr().out)["diagnostics"]
        shown[options] = item["fix"]
    assert shown[()] is None
    assert "hunter2" in shown["--show-secrets",]["edits"][0]["text"]
