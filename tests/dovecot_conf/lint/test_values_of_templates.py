"""What is said of a configuration in which a template leaves values, though it isn't read as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import load
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules

CATALOGUE = Catalogue(all_rules())
MAIN = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify
}
"""


def codes(folder: Path, more: str, part: str = "") -> list[str]:
    main = folder / "dovecot.conf"
    main.write_text(MAIN + more)
    (folder / "part.conf").write_text(part)
    found = lint(load(main), CATALOGUE)
    return [item.code for item in found if item.code != "PN609"]


def test_the_name_of_a_file_that_a_value_completes_is_not_looked_for(tmp_path: Path) -> None:
    text = "mail_attribute_dict = file:%h/a\nssl_cert = </etc/ssl/{{ host }}.pem\nssl_protocols = !SSLv3\n"
    assert codes(tmp_path, text) == ["PN172"]


@pytest.mark.parametrize(
    ("more", "part", "found"),
    [
        ("!include part.conf\n", "{{ metadata }}\n", ["PN101"]),
        ("!include part.conf\n", "{% if x %}\nmail_attribute_dict = file:%h/a\n{% endif %}\n", ["PN101"]),
        ("!include_try {{ folder }}/*.conf\n", "", []),
        ("!include part.conf\n", "hostname = {{ name }}\n", ["PN601"]),
        ("!include part.conf\n", "# {{ metadata }}\n", ["PN601"]),
    ],
)
def test_nothing_is_missing_where_a_template_may_write_it(
    tmp_path: Path, more: str, part: str, found: list[str]
) -> None:
    assert codes(tmp_path, more, part) == found
