"""Of two findings that say the same of a line, one is shown."""

from __future__ import annotations

import pytest

from dovecot_conf import Version, loads
from dovecot_conf.lint import RULES, Catalogue, Selection, lint

CATALOGUE = Catalogue(RULES)
HEAD_24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
CERTIFICATE = "ssl_server_cert_file = </no/such/certificate.pem\n"


def codes(text: str, version: Version) -> list[str]:
    text = HEAD_24 + text if version is Version.V24 else text
    return [item.code for item in lint(loads(text, version=version), CATALOGUE)]


@pytest.mark.parametrize(
    ("text", "version", "code"),
    [
        (CERTIFICATE, Version.V24, "PN706"),
        ("mail_plugins = notify $unheard_of\n", Version.V23, "PN153"),
        ("mail_plugins = notify \\\n  $unheard_of\n", Version.V23, "PN153"),
        ("default_process_limit = $unheard_of\n", Version.V23, "PN164"),
        ("default_vsz_limit = $unheard_of\n", Version.V23, "PN166"),
        ("ssl_protocols = !SSLv2\n", Version.V23, "PN174"),
        ("service imap { process_limit = 5 }\n", Version.V23, "PN102"),
        ("no setting#1\n", Version.V23, "PN101"),
        ("unheard_of = $of_this_either\n", Version.V23, "PN161"),
        ("unheard_of = </no/such/file\n", Version.V23, "PN161"),
        ("unheard_of_home = /home/%u\n", Version.V24, "PN161"),
    ],
)
def test_what_says_more_of_a_line_stands_alone(text: str, version: Version, code: str) -> None:
    assert codes(text, version) == [code]


def test_the_short_name_of_an_option_is_told_once() -> None:
    found = codes("push_notification calendar {\n  driver = ox\n  cache_ttl = 1s\n}\n", Version.V24)
    assert "PN318" in found
    assert "PN161" not in found


def test_findings_of_other_lines_stay() -> None:
    text = CERTIFICATE + "ssl_server_key_file = /no/such/key.pem\n"
    assert codes(text, Version.V24) == ["PN706", "PN154"]


def test_quotes_leave_the_variable_for_the_list_of_plugins() -> None:
    assert codes('mail_plugins = "notify $unheard_of"\n', Version.V23) == ["PN206"]


def test_what_is_shown_depends_on_the_rules_that_are_wanted() -> None:
    configuration = loads(HEAD_24 + CERTIFICATE, version=Version.V24)
    found = lint(configuration, CATALOGUE, selection=Selection(ignored=frozenset(("PN706",))))
    assert [item.code for item in found] == ["PN154"]
    silenced = CERTIFICATE.replace("\n", "  # pushnotif: ignore[PN706]\n")
    assert codes(silenced, Version.V24) == ["PN154"]


def test_a_comment_that_silences_what_is_not_shown_is_needed_all_the_same() -> None:
    assert codes(CERTIFICATE.replace("\n", "  # pushnotif: ignore[PN154]\n"), Version.V24) == ["PN706"]
