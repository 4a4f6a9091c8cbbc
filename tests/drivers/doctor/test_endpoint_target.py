"""Which endpoints a configuration has, and the client that asks them."""

from __future__ import annotations

from pathlib import Path

from dovecot_conf import load, user_values
from drivers import DriverRegistry
from drivers.chain import load_chain
from drivers.doctor.endpoint_target import OX_FAILURE, Target, ox_targets

PLUGINS_23 = "mail_plugins = notify push_notification\n"
PLUGINS_24 = (
    "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    "mail_plugins {\n  notify = yes\n  push_notification = yes\n}\n"
)


def targets(folder: Path, text: str) -> list[tuple[str, Target]]:
    file = folder / "dovecot.conf"
    file.write_text(text)
    push = load(file).push("lmtp")
    variables = user_values("bob", "lmtp", home="/home/bob")
    chain = load_chain(push, registry=DriverRegistry.installed(), variables=variables)
    found = ox_targets(chain, push.version, Path("/run/dovecot"))
    return [(definition.setting, target) for definition, target in found]


def test_each_ox_of_23_has_its_url_and_the_first_ones_client(tmp_path: Path) -> None:
    found = targets(
        tmp_path,
        f"{PLUGINS_23}plugin {{\n"
        "  push_notification_driver = ox:url=http://u:p@one/%u timeout_msecs=500 max_retries=2\n"
        "  push_notification_driver2 = dlog\n"
        "  push_notification_driver3 = ox:url=http://two/ timeout_msecs=900\n}\n",
    )
    assert [(setting, target.url) for setting, target in found] == [
        ("push_notification_driver", "http://u:p@one/bob"),
        ("push_notification_driver3", "http://two/"),
    ]
    assert {target.settings.timeout for _, target in found} == {0.5}
    assert {target.settings.max_attempts for _, target in found} == {3}
    assert {target.log_prefix for _, target in found} == {OX_FAILURE}
    assert {target.base_dir for _, target in found} == {Path("/run/dovecot")}


def test_the_settings_of_24_are_those_of_its_http_client(tmp_path: Path) -> None:
    ((setting, target),) = targets(
        tmp_path,
        f"{PLUGINS_24}http_client_connect_timeout = 3s\nssl_client_require_valid_cert = no\n"
        "push_notification ox {\n  url = https://one/%{user}\n  http_client_request_timeout = 700ms\n}\n",
    )
    assert (setting, target.url) == ("push_notification/ox", "https://one/bob")
    assert (target.settings.timeout, target.settings.connect_timeout) == (0.7, 3.0)
    assert not target.settings.tls.require_valid


def test_a_url_that_is_refused_is_there_to_be_looked_at(tmp_path: Path) -> None:
    ((_, target),) = targets(
        tmp_path, f"{PLUGINS_23}plugin {{\n  push_notification_driver = ox:url=http://a_b/\n}}\n"
    )
    assert target.url == "http://a_b/"


def test_what_isnt_loaded_for_another_reason_is_no_endpoint(tmp_path: Path) -> None:
    text = "plugin {\n  push_notification_driver = ox:url=http://one/\n}\n"
    assert targets(tmp_path, f"mail_plugins = notify\n{text}") == []
    assert (
        targets(tmp_path, f"{PLUGINS_23}plugin {{\n  push_notification_driver = ox:cache_lifetime=1\n}}\n")
        == []
    )
