"""Of a file that is no Dovecot configuration one finding says what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Version, load, loads
from dovecot_conf.lint import RULES, Catalogue, lint

SQL = "driver = pgsql\nconnect = host=db user=mail\npassword_query = SELECT a \\\n  FROM b\n"
DICT = "connect = host=db\nmap {\n  pattern = a\n  table = b\n}\nmap {\n  pattern = c\n}\n"
LDAP = "hosts = ldap.example.org\nbase = dc=example\nuser_attrs = a=b\n"
UNIT = "[Unit]\n" + "".join(f"Option{number}=yes\n" for number in range(12))


def found_in(text: str) -> tuple[Diagnostic, ...]:
    return lint(loads(text), Catalogue(RULES))


@pytest.mark.parametrize(
    ("text", "kind"), [(SQL, "SQL"), (DICT, "a dict"), (LDAP, "LDAP"), (UNIT, "nothing in this file")]
)
def test_the_first_problem_says_what_the_file_is(text: str, kind: str) -> None:
    (finding,) = found_in(text)
    assert finding.span.line == 1
    assert kind in finding.hint


def test_a_configuration_with_many_mistakes_is_none_of_them() -> None:
    text = "protocols = imap\nprotocol imap {\n" + "  nosuch = 1\n" * 12 + "}\n"
    assert len(found_in(text)) == 12


def test_nothing_else_is_said_of_it() -> None:
    sql = "driver = pgsql\nconnect = host=db\nuser_query = SELECT '%u'\n"
    assert len(lint(loads(sql, version=Version.V24), Catalogue(RULES))) == 1


def test_a_few_unknown_settings_are_all_shown() -> None:
    assert len(found_in("one = 1\ntwo = 2\nthree = 3\n")) == 3


def test_only_the_foreign_one_of_several_files_is_summed_up(tmp_path: Path) -> None:
    (tmp_path / "sql.conf").write_text(SQL)
    main = tmp_path / "dovecot.conf"
    main.write_text("protocols = imap\n!include sql.conf\nnosuch = 1\nnosuch2 = 1\n")
    found = lint(load(main), Catalogue(RULES))
    assert [(Path(item.span.file).name, item.span.line) for item in found] == [
        ("dovecot.conf", 3),
        ("dovecot.conf", 4),
        ("sql.conf", 1),
    ]
