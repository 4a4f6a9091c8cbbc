"""Problems of the language: all of them in one run, at their places; and the table of kinds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dovecot_conf import Configuration, Severity, Span, Version, load, loads
from dovecot_conf.syntax_rules import SYNTAX_RULES, Example, SyntaxRule, rule_named


def found(configuration: Configuration) -> list[tuple[str, int]]:
    return [(problem.name, problem.span.line) for problem in configuration.problems]


def write(folder: Path, example: Example) -> Path:
    for name, text in example.files.items():
        (folder / name).write_text(text)
        if name.startswith("locked"):
            (folder / name).chmod(0)
    main = folder / "dovecot.conf"
    main.write_text(example.text)
    return main


def named(rule: SyntaxRule) -> str:
    return rule.name


@pytest.fixture(autouse=True)
def few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovecot_conf.limits.MAX_FILES", FEW)


FEW = 100
RULES = [rule for rule in SYNTAX_RULES if rule.name != "include-unreadable"]


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_bad_example_has_the_problem(rule: SyntaxRule, tmp_path: Path) -> None:
    configuration = load(write(tmp_path, rule.bad), version=rule.bad.version)
    diagnostics = [problem for problem in configuration.problems if problem.name == rule.name]
    assert diagnostics
    assert {(problem.code, problem.severity) for problem in diagnostics} == {(rule.code, rule.severity)}
    assert all(problem.hint for problem in diagnostics)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_good_example_has_no_problem(rule: SyntaxRule, tmp_path: Path) -> None:
    configuration = load(write(tmp_path, rule.good), version=rule.good.version)
    assert configuration.problems == ()


def test_an_included_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rule_named("include-unreadable")
    main = write(tmp_path, rule.bad)

    def refuse(self: object, path: str) -> bytes:
        if path.endswith("locked.conf"):
            raise PermissionError(13, "Permission denied")
        return Path(path).read_bytes()

    monkeypatch.setattr("dovecot_conf.files.Files.read", refuse)
    (problem,) = load(main).problems
    assert problem.message == f"Couldn't open include file {tmp_path}/locked.conf: Permission denied"
    main.write_text(rule.good.text)
    assert load(main).problems == ()


def test_codes_and_names_are_unique_and_of_the_family() -> None:
    codes = [rule.code for rule in SYNTAX_RULES]
    assert len(set(codes)) == len(codes) == len({rule.name for rule in SYNTAX_RULES})
    assert all(code.startswith("PN1") for code in codes)
    assert codes == sorted(codes)


def test_all_errors_are_found_in_one_run() -> None:
    text = "foo\nprotocol imap{\n  = x\n}\nplugin { a = b }\nmail_home = /x\n}\nprotocol a {\n protocol b {\n"
    assert found(loads(text)) == [
        ("missing-section-brace", 1),
        ("missing-section-brace", 2),
        ("text-after-brace", 5),
        ("unexpected-closing-brace", 7),
        ("filter-order", 9),
        ("unclosed-section", 9),
        ("unclosed-section", 8),
    ]


def test_a_brace_on_the_next_line_is_one_mistake() -> None:
    assert found(loads("protocol imap\n{\n  mail_debug = yes\n}\n")) == [("missing-section-brace", 1)]


def test_what_is_in_a_broken_section_does_not_count() -> None:
    settings = loads("protocol imap{\n  mail_debug = yes\n}\n").settings()
    assert settings.get("mail_debug") is None


def test_a_problem_of_a_continued_line_is_on_its_last_line() -> None:
    (problem,) = loads("foo \\\n  bar\n").problems
    assert problem.span == Span("dovecot.conf", 2, 3, 2, 6)


def test_problems_of_included_files_come_where_they_are_included(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("one\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include a.conf\ntwo\n!include missing.conf\n")
    assert [(problem.span.file, problem.span.line) for problem in load(main).problems] == [
        (str(tmp_path / "a.conf"), 1),
        (str(main), 2),
        (str(main), 3),
    ]


def test_what_only_daemons_refuse_says_so_and_is_no_error() -> None:
    problems = loads("login_greeting = $nope\nssl_key = </no/such/file\nmail_home = $plugin\n").problems
    assert [problem.message.partition(" (doveconf -n accepts it")[0] for problem in problems] == [
        "Unknown variable: $nope",
        "ssl_key: Can't open file /no/such/file: No such file or directory",
        "Invalid variable: $plugin",
    ]
    assert all("doveconf -n accepts it" in problem.message for problem in problems)
    assert [problem.severity for problem in problems] == [Severity.WARNING, Severity.INFO, Severity.WARNING]


def test_includes_that_multiply_end_with_a_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("!include ./a.conf\n!include ././a.conf\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include a.conf\n")
    configuration = load(main)
    assert "reading-limit" in {problem.name for problem in configuration.problems}
    assert len(configuration.files) == FEW + 1


def test_an_endless_device_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovecot_conf.limits.MAX_FILE_SIZE", 1 << 20)
    configuration = loads("!include /dev/zero\nmail_debug = yes\n")
    assert configuration.settings().value("mail_debug") == "yes"


def test_a_fifo_without_a_writer_is_empty(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.conf")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include fifo.conf\nssl_key = <fifo.conf\n")
    configuration = load(main)
    assert configuration.settings().value("ssl_key") == ""
    assert configuration.problems == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("local 10.0.0.0/40 {\n}\n", "Invalid network mask: 40"),
        ("remote ::1/129 {\n}\n", "Invalid network mask: 129"),
        ("local 10.0.0.999 {\n}\n", "gethostbyname(10.0.0.999) failed: Name or service not known"),
    ],
)
def test_addresses_are_checked_without_a_resolver(text: str, name: str) -> None:
    assert [problem.message for problem in loads(text).problems] == [name]
    assert loads("local mail.example.com {\n}\nlocal 10.1 {\n}\n").problems == ()


@pytest.mark.parametrize("version", list(Version))
def test_nothing_is_wrong_with_what_is_right(version: Version) -> None:
    lines = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n" if version is Version.V24 else ""
    )
    text = "local 10.0.0.0/8 {\n local_name a.b {\n  remote ::1 {\n   protocol imap {\n   }\n  }\n }\n}\n"
    assert loads(lines + text, version=version).problems == ()
