# ruff: noqa: E501 - configurations are easier to read on one line each
"""Where a value comes from: each line that sets it, and which one counts."""

from __future__ import annotations

from dovecot_conf import Version, loads
from dovecot_conf.conditions import UNFILTERED, Condition
from dovecot_conf.explain import Explainer, Explanation, Role

START = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def explain(
    text: str, name: str, asked: Condition = UNFILTERED, overrides: tuple[str, ...] = ()
) -> Explanation:
    version = Version.V24 if text.startswith(START) else Version.V23
    configuration = loads(text, version=version, overrides=overrides)
    return Explainer(configuration, asked, overrides=overrides).explain(name)


def lines(explanation: Explanation) -> list[tuple[int, str]]:
    return [(origin.span.line, origin.role.value) for origin in explanation.origins]


GREETINGS = """\
login_greeting = a
login_greeting = b
protocol lmtp {
  login_greeting = c
}
protocol imap {
  login_greeting = d
}
"""


def test_a_later_line_overrides_an_earlier_one() -> None:
    found = explain(GREETINGS, "login_greeting")
    assert found.value == "b"
    assert lines(found) == [(1, "overridden"), (2, "wins"), (4, "does not hold"), (7, "does not hold")]


def test_the_filter_that_was_asked_for_wins() -> None:
    for text, offset in ((GREETINGS, 0), (START + GREETINGS, 2)):
        found = explain(text, "login_greeting", Condition("lmtp"))
        assert found.value == "c"
        roles = [(line - offset, role) for line, role in lines(found)]
        assert roles == [(1, "overridden"), (2, "overridden"), (4, "wins"), (7, "does not hold")]
        assert found.origins[2].scope == "protocol lmtp"


def test_a_setting_that_nothing_sets_has_its_default() -> None:
    found = explain("", "mail_max_userip_connections")
    assert (found.value, found.default, found.origins) == (None, "10", ())


def test_keys_of_plugin_are_found_by_path() -> None:
    found = explain(
        "plugin {\n  a = 1\n}\nprotocol lmtp {\n  plugin {\n    a = 2\n  }\n}\n",
        "plugin/a",
        Condition("lmtp"),
    )
    assert lines(found) == [(2, "overridden"), (6, "wins")]


def test_items_of_a_list_add_up() -> None:
    text = START + "mail_plugins = quota\nprotocol lmtp {\n  mail_plugins {\n    notify = yes\n  }\n}\n"
    found = explain(text, "mail_plugins", Condition("lmtp"))
    assert found.value == "quota notify"
    assert [role for _, role in lines(found)] == [Role.ADDS, Role.ADDS]


def test_short_keys_in_a_block_belong_to_its_full_setting() -> None:
    text = (
        START
        + "push_notification ox {\n  url = http://a/\n}\nprotocol lmtp {\n  push_notification ox {\n    ox_url = http://b/\n  }\n}\n"
    )
    found = explain(text, "push_notification/ox/url", Condition("lmtp"))
    assert found.value == "http://b/"
    assert lines(found) == [(4, "overridden"), (8, "wins")]


def test_an_override_on_the_command_line_wins() -> None:
    found = explain("login_greeting = a\n", "login_greeting", overrides=("login_greeting=z",))
    assert found.value == "z"
    assert [(origin.span.file, origin.role.value) for origin in found.origins][-1] == ("-o", "wins")
