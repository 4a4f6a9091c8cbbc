"""Variables of 2.3 in a configuration of 2.4: what is one, and what has to be written."""

from __future__ import annotations

from dovecot_conf import loads
from dovecot_conf.lint import RULES, Catalogue, lint

LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def found_in(text: str) -> list[tuple[str, str]]:
    return [(item.code, item.hint) for item in lint(loads(LINES + text), Catalogue(RULES))]


def test_the_letters_of_a_time_are_no_variables() -> None:
    assert found_in('log_timestamp = "%d.%m. %H:%M:%S "\n') == []


def test_settings_with_names_of_their_own_are_shown_by_their_default() -> None:
    ((code, hint),) = found_in("managesieve_logout_format = in=%i out=%o\n")
    assert code == "PN702"
    assert "%{input}" in hint
    assert found_in("mail_home = /home/%i\n") == [("PN702", "write %{uid}")]


def test_words_of_a_dict_map_are_no_settings() -> None:
    block = (
        "dict_server {\n  dict x {\n    driver = file\n    dict_map a {\n      pattern = $service\n    }\n"
        "  }\n}\n"
    )
    assert "PN703" not in [code for code, _ in found_in(block)]
    assert found_in("mail_control_path = $mail_path\n") == [("PN703", "write $SET:mail_path")]


def test_variables_that_follow_one_another_are_all_told() -> None:
    assert found_in("mail_home = /home/%d%n%{user}\n") == [
        ("PN702", "write %{user | domain}, %{user | username}")
    ]
    assert found_in("mail_home = /home/%n%d-%u%\n") == [
        ("PN702", "write %{user | username}, %{user | domain}")
    ]
