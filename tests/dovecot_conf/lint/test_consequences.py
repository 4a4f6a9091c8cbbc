"""A missing brace is told once, not with each line behind it."""

from __future__ import annotations

from dovecot_conf import loads
from dovecot_conf.lint import RULES, Catalogue, lint

UNCLOSED = (
    "service imap {\n  process_limit = 5\nservice pop3 {\n}\nmail_home = /x\nmail_uid = 5\nnosuch = 1\n"
)


def found_in(text: str) -> list[tuple[str, int, str]]:
    return [(item.code, item.span.line, item.hint) for item in lint(loads(text), Catalogue(RULES))]


def test_what_stands_in_the_section_by_mistake_is_told_once() -> None:
    found = found_in(UNCLOSED)
    assert [(code, line) for code, line, _ in found] == [("PN104", 1), ("PN162", 3), ("PN161", 7)]
    assert found[1][2].endswith("a brace is missing before it, for the section of line 1")


def test_in_a_closed_section_each_is_told() -> None:
    text = "service imap {\n  mail_home = /x\n  mail_uid = 5\n}\n"
    assert [(code, line) for code, line, _ in found_in(text)] == [("PN161", 2), ("PN161", 3)]


def test_an_old_name_in_a_section_is_not_taken_for_a_misspelled_one() -> None:
    for name in ("ssl_protocols", "ssl_listen", "ssl_cert_file", "mail_cache_compress_min_size"):
        found = found_in(f"service imap {{\n  {name} = x\n}}\n")
        assert found == [("PN161", 2, f"{name} stands outside of this section")]
