"""A template gets the findings that hold whatever becomes of it, and no others."""

from __future__ import annotations

import pytest

from dovecot_conf import loads
from dovecot_conf.lint import RULES, Catalogue, Context, lint_context
from dovecot_conf.lint.template_readings import template_worlds
from dovecot_conf.lint.worlds import agreed
from dovecot_conf.syntax_rule import V24_LINES

PUSH = "mail_plugins = notify push_notification\n"
PASSDB = "passdb x {\n  driver = pam\n}\n"
DLOG = "plugin {\n  push_notification_driver = dlog\n}\n"


def found(text: str) -> list[tuple[int, str]]:
    worlds = template_worlds(lambda view, version: loads(text, view=view, version=version))
    catalogue = Catalogue(RULES)
    judged = [lint_context(Context(world.configuration), catalogue) for world in worlds]
    return [(item.span.line, item.code) for item in agreed(worlds, judged)]


@pytest.mark.parametrize(
    "text",
    [
        PUSH + "{% if a %}\n" + DLOG + "{% endif %}\n",
        PUSH + "plugin {\n  push_notification_driver = {{ driver }}\n}\n",
        PUSH + "{{ drivers }}\n",
        PUSH + "!include {{ drivers }}\n",
        PUSH + "{% include 'drivers.j2' %}\n",
        PUSH + "plugin {\n{% for n in d %}\n  push_notification_driver{{ n }} = dlog\n{% endfor %}\n}\n",
        "mail_plugins = {{ plugins }}\n" + DLOG,
        "mail_plugins = push_notification {{ plugins }}\n" + DLOG,
        "{% if a %}\n" + PUSH + "{% endif %}\n" + DLOG,
        "{% if a %}\nmail_plugins = notify push_notification\n{% endif %}\n{% if a %}\n"
        + DLOG
        + "{% endif %}\n",
    ],
    ids=[
        "a driver in a branch",
        "an unknown driver",
        "unknown settings",
        "an unknown include",
        "another template",
        "drivers in a loop",
        "unknown plugins",
        "unknown plugins besides one",
        "plugins in a branch",
        "one condition twice",
    ],
)
def test_nothing_is_missing_that_may_be_there(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "passdb {\n  driver = {% if a %}pam{% else %}shadow{% endif %}\n}\n",
        "{% if a %}\nssl = yes\n{% else %}\nssl = no\n{% endif %}\nprotocol imap {\n  ssl = yes\n}\n",
        "{% if a %}\nservice a {\n{% else %}\nservice b {\n{% endif %}\n}\n",
        "{% if a %}\nprotocol imap {\n{% endif %}\nmail_debug = yes\n{% if a %}\n}\n{% endif %}\n",
        "{% if a %}\n" + PASSDB + "{% else %}\n" + PASSDB + "{% endif %}\n",
        "{% if a %}\n" + PASSDB + "{% endif %}\n{% if not a %}\n" + PASSDB + "{% endif %}\n",
        "protocols = {{ a }}\nlisten = {{ b }}\nssl = {{ c }}\nmail_max_userip_connections = {{ d }}\n",
        (
            "service imap-login {\n  inet_listener imap {\n    port = {{ a }}\n  }\n"
            "  inet_listener imaps {\n    port = {{ b }}\n  }\n}\n"
        ),
        "mail_location = ${A}\nbase_dir = @A@/dovecot\nlogin_greeting = __A__\ndefault_vsz_limit = $VSZ\n",
        "{{ a }} {\n  driver = b\n}\n",
        "local_name {{ a }} {\n  ssl_cert = <{{ b }}\n}\n",
        (
            "{% if a %}\n" + V24_LINES + "mail_driver = maildir\n"
            "{% else %}\nmail_location = maildir:~/Maildir\n{% endif %}\n"
        ),
    ],
    ids=[
        "a condition in a value",
        "a value for each branch",
        "the beginning of a block for each branch",
        "braces in branches of their own",
        "a section in each branch",
        "a section in each of two conditions",
        "values of every type",
        "two unknown ports",
        "other placeholders",
        "an unknown block",
        "an unknown name",
        "both versions",
    ],
)
def test_nothing_contradicts_itself_that_may_be_apart(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("login_greting = {{ a }}\nauth_verbos = yes\n", [(2, "PN161")]),
        (
            "{% if a %}\nauth_verbos = yes\n{% else %}\nssl = maybe\n{% endif %}\n",
            [(2, "PN161"), (4, "PN167")],
        ),
        ("{% if a %}\n{% if b %}\nssl = maybe\n{% endif %}\n{% endif %}\n", [(3, "PN167")]),
        ("protocol imap {\n  {% if a %}mail_debug = perhaps{% endif %}\n", [(1, "PN104"), (2, "PN163")]),
        ("mail_plugins = push_notification\n" + DLOG + "# {{ a }}\n", [(1, "PN201")]),
        (PUSH + "login_greeting = {{ a }}\n", [(1, "PN202")]),
        (PUSH + "plugin {\n  push_notification_driver1 = dlog\n  x = {{ a }}\n}\n", [(3, "PN302")]),
    ],
    ids=[
        "a name beside an unknown value",
        "a mistake in each branch",
        "a branch in a branch",
        "a line in a branch and a brace",
        "a comment decides nothing",
        "a value elsewhere decides nothing",
        "a driver beside an unknown value",
    ],
)
def test_what_is_wrong_in_any_case_is_found_at_its_place(text: str, expected: list[tuple[int, str]]) -> None:
    assert sorted(found(text)) == sorted(expected)


def test_columns_are_those_of_the_template() -> None:
    text = "{% if a %}ssl = maybe{% endif %}\n"
    worlds = template_worlds(lambda view, version: loads(text, view=view, version=version))
    judged = [lint_context(Context(world.configuration), Catalogue(())) for world in worlds]
    (finding,) = agreed(worlds, judged)
    assert (finding.span.column, finding.span.end_column) == (11, 22)
