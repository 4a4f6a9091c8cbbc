"""Every format holds the same findings, and its own reader gets them back."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from cli.findings import Wanted
from cli.main import run
from cli.output import printable
from cli.render.diagnostics import Validation, Validations
from cli.render.exchange import fingerprints, from_base
from cli.render.github import to_github
from cli.render.sarif import to_sarif
from cli.reports import FORMATS, Run
from dovecot_conf import Diagnostic, Severity, loads
from dovecot_conf.diagnostics import Edit, Fix
from dovecot_conf.lint import Catalogue, lint
from dovecot_conf.lint.entries import entries
from dovecot_conf.positions import Span
from drivers.rules import all_rules
from tests.cli.report_readers import READERS, Seen, read_github, read_sarif

REPOSITORY = Path(__file__).parents[2]
FIXTURES = REPOSITORY / "fixtures"
MULTITOOL = shutil.which("Sarif.Multitool") or shutil.which("sarif-multitool")

SCRIPT = """\
require('far.away')
function dovecot_lua_notify_event_message_new(ctx, event)
  undefined_name(ctx)
end
"""
MAIN = """\
mail_plugins = $mail_plugins notify push_notification mail_lua push_notification_lua
# 𝒟 and é, a tab and a %25: ok
plugin {
  push_notification_driver = ox:url=http://login:hunter2@h:abc/ user_from_metadata=no
  push_notification_driver2 = lua:file=/etc/dovecot/push.lua
  push_notification_driver4 = "𝒟𝒟" "x
}
!include conf.d/*.conf
"""
HOSTILE = b"""\
protocol lmtp {
  mail_plugins = push_notification\x1b[31m \xff\xe2\x80\xae ]]>&<"'
}
::stop-commands::x
line \\
 continued, 100% :: of it \\
 {
%0A::error::x {
"""
ODD_NAMES = ("10-a b.conf", "20-é𝒟.conf", "30-100%,50:60;a=b.conf", "40-[x](y){0}&<'.conf", "50-#?.conf")

Checkout = Callable[[], None]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with findings of every severity, in a script, in files with odd names and content."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "etc/dovecot").mkdir(parents=True)
    (tmp_path / "dovecot.conf").write_text(MAIN)
    (tmp_path / "etc/dovecot/push.lua").write_text(SCRIPT)
    for name in ODD_NAMES:
        (tmp_path / "conf.d" / name).write_bytes(HOSTILE)
    (tmp_path / "conf.d/60-clean.conf").write_text("mail_debug = yes\n")
    return tmp_path


def report(format_: str, *arguments: str, command: tuple[str, ...] = ("validate",)) -> str:
    target = Path("report.out")
    run([*command, "--output", f"{format_}={target}", "--output", "shown.out", *arguments])
    return target.read_bytes().decode("utf-8")


def comparable(items: list[Seen], reference: list[Seen]) -> list[tuple[object, ...]]:
    """Return findings without what either side does not say; text by what every format can show of it."""
    compared = []
    for item, other in zip(items, reference, strict=True):
        column = item.column if other.column is not None else None
        severity = item.severity if other.severity else ""
        compared.append((item.code, severity, _shown(item.path), item.line, column))
    return compared


def _shown(path: str) -> str:
    return unicodedata.normalize("NFC", path.removeprefix("./"))


WAYS = [
    pytest.param(("--root", ".", "dovecot.conf"), ("validate",), id="tree"),
    pytest.param(("--root", ".", "./dovecot.conf"), ("validate",), id="dotted path"),
    pytest.param(("dovecot.conf", "-o", "plugin/push_notification_driver=x"), ("validate",), id="override"),
    pytest.param((str(FIXTURES / "first-day/broken.conf"),), ("validate",), id="outside"),
    pytest.param(("etc/dovecot/push.lua",), ("lua", "check"), id="script"),
    pytest.param(("conf.d/60-clean.conf",), ("validate",), id="clean"),
]


@pytest.mark.parametrize(("arguments", "command"), WAYS)
@pytest.mark.parametrize("format_", READERS)
def test_a_reader_of_each_format_gets_the_same_findings(
    format_: str, arguments: tuple[str, ...], command: tuple[str, ...], checkout: Path
) -> None:
    reference = READERS["json"](report("json", *arguments, command=command))
    found = READERS[format_](report(format_, *arguments, command=command))
    assert comparable(found, reference) == comparable(reference, found)


def test_the_tree_has_findings_of_every_kind(checkout: Path) -> None:
    found = READERS["json"](report("json", "--root", ".", "dovecot.conf"))
    assert {item.severity for item in found} == {"error", "warning", "info"}
    assert {Path(item.path).name for item in found} >= {"dovecot.conf", "push.lua", *ODD_NAMES}


@pytest.fixture(scope="module")
def findings_of_all_rules() -> Validations:
    catalogue = Catalogue(all_rules())
    results = []
    for entry in entries(catalogue.rules):
        for number, example in enumerate(entry.doc.bad):
            name = f"{entry.code}/{number}.conf"
            configuration = loads(example.text.encode(), filename=name, version=example.version)
            results.append(Validation(configuration, lint(configuration, catalogue)))
    return Validations(tuple(results))


@pytest.mark.parametrize("format_", READERS)
def test_the_findings_of_all_rules_are_the_same_in_each_format(
    format_: str, findings_of_all_rules: Validations
) -> None:
    wanted = Wanted(**dict.fromkeys(Wanted._fields))
    written = Run(findings_of_all_rules, wanted, lambda item: item.severity != "info", True, False)
    reference = READERS["json"](FORMATS["json"](written, True))
    found = READERS[format_](FORMATS[format_](written, True))
    if format_ == "junit":
        found, reference = sorted(found), sorted(reference)
    assert len(reference) > 100
    for item, other in zip(found, reference, strict=True):
        assert item.message.startswith(printable(other.message))
    assert comparable(found, reference) == comparable(reference, found)


@pytest.mark.parametrize("format_", READERS)
def test_no_format_shows_a_password(format_: str, checkout: Path) -> None:
    assert "hunter2" not in report(format_, "--root", ".", "dovecot.conf")


@pytest.mark.parametrize("format_", [*READERS, "text"])
def test_no_format_lets_a_file_write_control_characters(format_: str, checkout: Path) -> None:
    text = report(format_, "--root", ".", "dovecot.conf")
    assert not {character for character in text if unicodedata.category(character) == "Cc"} - {"\n"}
    assert "\u202e" not in text or format_ in ("json",)
    assert "\n::stop-commands::" not in text


@pytest.mark.parametrize("format_", [*READERS, "text"])
def test_a_name_that_is_no_text_fits_every_format(format_: str, checkout: Path) -> None:
    odd = os.fsdecode(b"\xff\x1b\n::error::.conf")
    Path(odd).write_text("a {\n")
    text = report(format_, odd)
    assert len(READERS[format_](text)) == 2 if format_ in READERS else "PN104" in text
    assert "\x1b" not in text


def test_an_absolute_path_below_the_working_directory_is_relative_for_ci(checkout: Path) -> None:
    main = str(checkout / "conf.d/10-a b.conf")
    assert {item.path for item in READERS["sarif"](report("sarif", main))} == {"conf.d/10-a b.conf"}
    assert {item.path for item in READERS["gitlab"](report("gitlab", main))} == {"conf.d/10-a b.conf"}
    assert {item.path for item in READERS["github"](report("github", main))} == {main}


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("a.conf", "a.conf"),
        ("./a.conf", "a.conf"),
        ("/srv/tree/a/../b.conf", "b.conf"),
        ("/srv/tree2/a.conf", "/srv/tree2/a.conf"),
        ("../a.conf", "/srv/a.conf"),
        ("<stdin>", "<stdin>"),
    ],
)
def test_paths_are_seen_from_the_base(path: str, seen: str) -> None:
    assert from_base(path, "/srv/tree") == seen


# SARIF


@pytest.mark.skipif(MULTITOOL is None, reason="no SARIF Multitool: npm install -g @microsoft/sarif-multitool")
def test_the_validator_of_sarif_misses_a_home_page_only(checkout: Path) -> None:
    assert MULTITOOL is not None
    Path("a.sarif").write_text(report("sarif", "--root", ".", "dovecot.conf"))
    subprocess.run([MULTITOOL, "validate", "a.sarif", "-o", "checked.sarif"], check=True, capture_output=True)
    checked = json.loads(Path("checked.sarif").read_text("utf-8-sig"))
    assert {result["ruleId"] for result in checked["runs"][0]["results"]} <= {"SARIF2005"}


def test_the_tools_for_sarif_read_the_same(checkout: Path) -> None:
    loader = pytest.importorskip("sarif.loader", reason="no sarif-tools")
    reference = READERS["json"](report("json", "--root", ".", "dovecot.conf"))
    Path("a.sarif").write_text(report("sarif", "--root", ".", "dovecot.conf"))
    read = [
        (record["Code"], record["Location"], record["Line"], record["Severity"])
        for record in loader.load_sarif_file("a.sarif").get_records()
    ]
    levels = {"error": "error", "warning": "warning", "info": "note"}
    assert [(code, unquote(path), line, severity) for code, path, line, severity in read] == [
        (item.code, item.path, item.line, levels[item.severity]) for item in reference
    ]


def test_sarif_lists_every_rule_of_the_version_with_its_documentation(checkout: Path) -> None:
    driver = json.loads(report("sarif", "conf.d/60-clean.conf", "--dovecot-version", "2.3"))["runs"][0][
        "tool"
    ]
    rules = driver["driver"]["rules"]
    known = [entry for entry in entries(all_rules()) if "2.3" in entry.versions]
    assert [rule["id"] for rule in rules] == [entry.code for entry in known]
    for rule, entry in zip(rules, known, strict=True):
        assert rule["name"] == entry.name
        assert rule["properties"]["dovecotVersions"] == [str(version) for version in entry.versions]
        assert entry.doc.bad[0].shown.split("\n", maxsplit=1)[0] in rule["help"]["text"]
        assert "```" not in rule["help"]["text"]


def test_a_script_alone_can_break_rules_about_scripts_only(checkout: Path) -> None:
    log = json.loads(report("sarif", "etc/dovecot/push.lua", command=("lua", "check")))
    assert {rule["id"][:3] for rule in log["runs"][0]["tool"]["driver"]["rules"]} == {"PN5"}


def test_sarif_counts_columns_in_code_points(checkout: Path) -> None:
    Path("wide.conf").write_text("mail_plugins = notify push_notification\n𝒟é = x } {\n𝒟𝒟 {\n")
    log = json.loads(report("sarif", "wide.conf"))
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
    lines = Path("wide.conf").read_text().splitlines()
    reference = READERS["json"](report("json", "wide.conf"))
    assert [item.column for item in read_sarif(json.dumps(log))] == [item.column for item in reference]
    assert all(item.column is not None and item.column <= len(lines[item.line - 1]) + 1 for item in reference)


CONFIGURATION = "protocol lmtp {\n  mail_plugins = push_notification\n}\npassword = hunter2\n"


def sarif_of(item: Diagnostic, *, show_secrets: bool = False) -> dict[str, object]:
    configuration = loads(CONFIGURATION.encode(), filename="a.conf")
    validations = Validations((Validation(configuration, (item,)),), show_secrets)
    text = to_sarif(validations, entries(all_rules()), "1.0", "/base")
    read_sarif(text)
    result: dict[str, object] = json.loads(text)["runs"][0]["results"][0]
    return result


def finding(*edits: Edit, line: int = 2, end_line: int = 2) -> Diagnostic:
    place = Span("a.conf", line, 3, end_line, 19)
    return Diagnostic("PN201", "notify-missing", Severity.ERROR, "m", place, "h", Fix("do it", edits))


def test_sarif_offers_the_fix_of_a_finding_by_files() -> None:
    edits = (
        Edit(Span("a.conf", 2, 18, 2, 18), "notify "),
        Edit(Span("b.conf", 1, 1, 1, 4), "x"),
        Edit(Span("a.conf", 3, 1, 3, 2), ""),
    )
    (fix,) = sarif_of(finding(*edits))["fixes"]
    assert fix["description"] == {"text": "do it (unsafe)"}
    changed = {change["artifactLocation"]["uri"]: change["replacements"] for change in fix["artifactChanges"]}
    assert [item["insertedContent"]["text"] for item in changed["a.conf"]] == ["notify ", ""]
    assert changed["b.conf"][0]["deletedRegion"] == {
        "startLine": 1,
        "startColumn": 1,
        "endLine": 1,
        "endColumn": 4,
    }


def test_a_fix_that_would_write_a_hidden_secret_is_left_out() -> None:
    item = finding(Edit(Span("a.conf", 4, 1, 4, 19), "password = hunter2"))
    assert "fixes" not in sarif_of(item)
    assert "hunter2" in json.dumps(sarif_of(item, show_secrets=True)["fixes"])


# fingerprints


def test_a_fingerprint_stays_when_lines_move_and_differs_for_each_finding(checkout: Path) -> None:
    before = json.loads(report("gitlab", "conf.d/10-a b.conf"))
    path = Path("conf.d/10-a b.conf")
    path.write_bytes(b"# a comment\n\n" + path.read_bytes().replace(b"  mail_plugins", b"\tmail_plugins"))
    after = json.loads(report("gitlab", "conf.d/10-a b.conf"))
    assert [item["fingerprint"] for item in before] == [item["fingerprint"] for item in after]
    assert before[0]["location"]["lines"] != after[0]["location"]["lines"]


def test_like_findings_on_like_lines_have_fingerprints_of_their_own() -> None:
    configuration = loads(b"a = b\na = b\na = b\n", filename="a.conf")
    item = Diagnostic("PN201", "x", Severity.ERROR, "m", Span("a.conf", 1, 1, 1, 2))
    items = tuple(item._replace(span=item.span._replace(line=line)) for line in (1, 2, 3))
    validations = Validations((Validation(configuration, items),))
    assert len(set(fingerprints(validations, "/"))) == 3
    assert list(fingerprints(validations, "/")) == list(
        fingerprints(dataclasses.replace(validations, show_secrets=True), "/")
    )


# GitHub


def test_several_lines_have_no_columns_in_an_annotation() -> None:
    configuration = loads(CONFIGURATION.encode(), filename="a.conf")
    text = to_github(Validations((Validation(configuration, (finding(end_line=3),)),)))
    assert text == ("::error file=a.conf,line=2,endLine=3,title=PN201 notify-missing::m%0Ahelp: h\n")
    assert read_github(text)[0].column is None


def test_annotations_are_the_default_inside_of_actions(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run(["validate", "dovecot.conf"]) == 1
    assert read_github(capsys.readouterr().out)
    assert run(["validate", "--format", "text", "dovecot.conf"]) == 1
    assert not capsys.readouterr().out.startswith("::")
    assert run(["validate", "--output", "plain.txt", "dovecot.conf"]) == 1
    assert not Path("plain.txt").read_text().startswith("::")


# JUnit


def test_the_junit_report_fails_exactly_when_the_run_does(checkout: Path) -> None:
    Path("w.conf").write_text("mail_plugins = notify push_notification\n")
    for arguments, failures in (((), 0), (("--fail-on", "warning"), 1)):
        code = run(["validate", "w.conf", "--output", "junit=j.xml", *arguments])
        root = ElementTree.parse("j.xml").getroot()
        assert (code, root.get("failures")) == (int(bool(failures)), str(failures))
        assert root.get("tests") == "1"


def test_every_file_that_was_read_has_a_suite(checkout: Path) -> None:
    root = ElementTree.fromstring(report("junit", "--root", ".", "dovecot.conf"))
    suites = {suite.get("name") for suite in root}
    expected = {"dovecot.conf", "etc/dovecot/push.lua", "conf.d/60-clean.conf"}
    assert suites == expected | {f"conf.d/{name}" for name in ODD_NAMES}
