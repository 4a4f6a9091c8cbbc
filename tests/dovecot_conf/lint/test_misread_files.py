"""A file that is no text, or a template, gets one finding, not one for each of its lines."""

from __future__ import annotations

from dovecot_conf import Diagnostic, loads
from dovecot_conf.lint import RULES, Catalogue, lint

BINARY = "the file looks binary, so only its first problem is shown: give a configuration file"
TEMPLATE = "the file looks like a Jinja template, so only its first problem is shown: use --templates"


def found_in(content: bytes) -> tuple[Diagnostic, ...]:
    return lint(loads(content), Catalogue(RULES))


def test_of_binary_junk_only_the_first_problem_is_shown() -> None:
    junk = b"\x7fELF\x02\x01\x00\n\xff\x00\x03\n" + b"\x80\x01 junk\n" * 500
    (finding,) = found_in(junk)
    assert (finding.code, finding.span.line, finding.hint) == ("PN101", 1, BINARY)


def test_of_a_text_file_every_problem_is_shown() -> None:
    assert len(found_in(b"junk\n" * 5)) == 5


def test_a_control_character_alone_is_no_problem() -> None:
    assert found_in(b"login_greeting = a\x01b\n") == ()


def test_of_a_template_only_the_first_problem_is_shown() -> None:
    (finding,) = found_in(b"auth_verbos = yes\n{% if a %}\nssl = {{ b }}\n{% endif %}\n")
    assert (finding.span.line, finding.hint) == (1, TEMPLATE)


def test_a_value_that_could_be_of_a_template_makes_none() -> None:
    found = found_in(b"mail_plugins = push-notification\nlogin_greeting = {{ a }}\nauth_verbos = yes\n")
    assert len(found) == 2
    assert not any("template" in finding.hint for finding in found)
