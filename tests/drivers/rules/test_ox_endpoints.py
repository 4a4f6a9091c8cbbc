"""What the rules about `ox` endpoints tell apart."""

from __future__ import annotations

import pytest

from dovecot_conf import Diagnostic, Severity, Version, loads
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules
from drivers.rules.ox.hosts import Reach, reach

CATALOGUE = Catalogue(all_rules())
HEAD = (
    "mail_plugins = notify push_notification\nmail_attribute_dict = file:%h/attributes\nimap_metadata = yes\n"
)
HEAD_24 = (
    "dovecot_config_version = {version}\ndovecot_storage_version = 2.4.1\n"
    "mail_plugins = notify push_notification\nimap_metadata = yes\n"
    "mail_attribute {{\n  dict file {{\n    path = %{{home}}/attributes\n  }}\n}}\n"
)
USUAL = "/preliminary/http-notify/v1/notify"


def findings(*drivers: str, head: str = HEAD, tail: str = "") -> tuple[Diagnostic, ...]:
    names = ["push_notification_driver", *(f"push_notification_driver{number}" for number in range(2, 9))]
    lines = "".join(f"  {name} = {driver}\n" for name, driver in zip(names, drivers, strict=False))
    return lint(loads(f"{head}plugin {{\n{lines}}}\n{tail}", version=Version.V23), CATALOGUE)


def findings_24(text: str, version: str = "2.4.1") -> tuple[Diagnostic, ...]:
    return lint(loads(HEAD_24.format(version=version) + text, version=Version.V24), CATALOGUE)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [item.code for item in found]


@pytest.mark.parametrize(
    ("address", "distance"),
    [
        ("127.0.0.1", Reach.LOCAL),
        ("127.8.8.8", Reach.LOCAL),
        ("::1", Reach.LOCAL),
        ("localhost", Reach.LOCAL),
        ("LocalHost.", Reach.LOCAL),
        ("10.1.2.3", Reach.PRIVATE),
        ("192.168.1.1", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("fd00::1", Reach.PRIVATE),
        ("fe80::1", Reach.PRIVATE),
        ("push", Reach.PRIVATE),
        ("push.lan", Reach.PRIVATE),
        ("push.mail.svc.cluster.local", Reach.PRIVATE),
        ("8.8.8.8", Reach.PUBLIC),
        ("172.32.0.1", Reach.PUBLIC),
        ("2a00::1", Reach.PUBLIC),
        ("push.example.com", Reach.PUBLIC),
        ("localhost.example.com", Reach.PUBLIC),
    ],
)
def test_a_host_is_here_in_ones_own_network_or_anywhere(address: str, distance: Reach) -> None:
    assert reach(address) is distance


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://u:hunter2@push.example.com/n", [("PN408", Severity.WARNING)]),
        ("http://u:hunter2@10.0.0.1/n", [("PN408", Severity.INFO)]),
        ("http://u:hunter2@push/n", [("PN408", Severity.INFO)]),
        ("http://u:hunter2@[::1]:8009/n", []),
        ("http://u:hunter2@localhost/n", []),
        ("https://u:hunter2@push.example.com/n", []),
        ("http://u@push.example.com/n", [("PN409", Severity.INFO)]),
        ("http://push.example.com/n", [("PN409", Severity.INFO)]),
        ("http://u@10.0.0.1/n", []),
    ],
)
def test_what_crosses_the_network_in_the_clear_is_told(url: str, found: list[tuple[str, Severity]]) -> None:
    items = findings(f"ox:url={url}")
    assert [(item.code, item.severity) for item in items] == found
    assert all("hunter2" not in item.message + item.hint for item in items)


def test_an_unverified_certificate_is_told_once_and_only_for_https() -> None:
    off = "ssl_client_require_valid_cert = no\n"
    both = ("ox:url=https://a.example.com/n", "ox:url=https://b.example.com/n")
    found = findings(*both, head=HEAD + off)
    assert codes(found) == ["PN410"]
    assert found[0].span.line == 4
    assert findings("ox:url=http://push/n", "ox:url=https://localhost/n", head=HEAD + off) == ()


@pytest.mark.parametrize(
    "path",
    ["/http-notify/v1/notify", "/preliminary", f"{USUAL}/", "/preliminary/http-notify/v1/notify2"],
)
def test_a_path_that_is_nearly_the_usual_one_is_told(path: str) -> None:
    assert codes(findings(f"ox:url=http://127.0.0.1:8009{path}")) == ["PN411"]


@pytest.mark.parametrize("path", ["", "/", "/notify", "/push/v1", USUAL])
def test_paths_of_other_receivers_are_left_alone(path: str) -> None:
    assert findings(f"ox:url=http://127.0.0.1:8009{path}") == ()


def test_only_the_middleware_over_http_misses_its_port() -> None:
    assert codes(findings(f"ox:url=http://push{USUAL}")) == ["PN412"]
    assert findings(f"ox:url=http://push:80{USUAL}", f"ox:url=https://push{USUAL}", "ox:url=http://p/n") == ()


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ("ox:url=http://push/n user_from_metadata", ["PN413"]),
        ("ox:url=http://PUSH:80/n?", []),
        ("ox:url=http://PUSH:80/n", ["PN413"]),
        ("ox:url=http://push/n", ["PN305"]),
        ("ox:url=http://push/m", []),
        ("ox:url=http://u@push/n", []),
        ("ox:url=https://push:80/n", []),
    ],
)
def test_an_endpoint_is_the_same_wherever_it_is_written_otherwise(other: str, found: list[str]) -> None:
    assert codes(findings("ox:url=http://push/n", other)) == found


def test_drivers_that_no_protocol_loads_together_may_share_an_endpoint() -> None:
    tail = (
        "protocol imap {\n  plugin {\n"
        "    push_notification_driver = ox:url=http://push/n user_from_metadata\n  }\n}\n"
    )
    assert "PN413" not in codes(findings("ox:url=http://push/n", tail=tail))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://u:p%40s@localhost/n", ["PN414"]),
        ("http://push/a%20u", ["PN414"]),
        ("http://u:p%%40s@localhost/n", []),
        ("http://push/%u", []),
        ("http://push/%Lu/%d", []),
    ],
)
def test_an_escape_that_a_variable_swallows_is_told(url: str, found: list[str]) -> None:
    assert codes(findings(f"ox:url={url}")) == found


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http:/push/n", "two slashes"),
        ("http://u:p@ss@push/n", "write @ as %%40"),
        ("http://u:p/ss@push/n", "write @ as %%40"),
        ("http://u@push.example.com:pass@push/n", "write @ as %%40"),
        ("http://::1:8009/n", "in brackets"),
        ("http://2001:db8::1/n", "in brackets"),
        ("http://push_a/n", "no underscore"),
        ("http://push/a#b", "fragment"),
        ("push/n", "http://HOST"),
    ],
)
def test_the_advice_for_a_bad_url_is_about_what_it_looks_like(url: str, advice: str) -> None:
    found = findings(f'"ox:url={url}"')
    assert codes(found) == ["PN402"]
    assert advice in found[0].hint


def test_advice_for_a_hostile_url_takes_no_time() -> None:
    assert codes(findings("ox:url=" + "http://" + "a@//" * 20000)) == ["PN402"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("timeout_msecs=0", ["PN415"]),
        ("timeout_msecs=5", ["PN417"]),
        ("timeout_msecs=100", []),
        ("timeout_msecs=15000", []),
        ("timeout_msecs=15001", ["PN416"]),
        ("timeout_msecs=30000 max_retries=0", []),
        ("max_retries=15", ["PN416"]),
        ("max_retries=14", []),
        ("cache_lifetime=23h", []),
        ("cache_lifetime=24h", ["PN419"]),
    ],
)
def test_times_are_judged_by_what_dovecot_makes_of_them(options: str, found: list[str]) -> None:
    assert codes(findings(f"ox:url=http://push/n {options}")) == found


def test_in_2_4_the_client_settings_around_a_block_count() -> None:
    block = "push_notification ox {\n  ox_url = http://push/n\n  http_client_request_max_attempts = 3\n}\n"
    assert codes(findings_24(block)) == ["PN416"]
    assert findings_24("http_client_request_timeout = 2s\n" + block) == ()


def test_from_2_4_4_on_each_driver_has_a_client_of_its_own() -> None:
    text = "".join(
        f"push_notification {name} {{\n  driver = ox\n  ox_url = http://{name}/n\n"
        f"  http_client_request_timeout = {number}s\n}}\n"
        for number, name in enumerate(("a", "b", "c"), 1)
    )
    assert codes(findings_24(text)) == ["PN418", "PN418"]
    assert "PN418" not in codes(findings_24(text, version="2.4.4"))


@pytest.mark.parametrize(
    ("option", "meant"), [("ox_url=x", "url"), ("push_notification_ox_cache_ttl=1s", "cache_lifetime")]
)
def test_options_of_2_4_are_told_as_such(option: str, meant: str) -> None:
    (item,) = findings(f"ox:url=http://push/n {option}")
    assert (item.code, item.hint) == ("PN403", f"this is a setting of Dovecot 2.4; for 2.3 write {meant}")


@pytest.mark.parametrize("driver", ["$ENV:PUSH", "ox:url={{ push_url }}", "ox:url=http://${HOST}/n"])
def test_nothing_is_said_of_what_a_template_decides(driver: str) -> None:
    assert {item.severity for item in findings(driver) if item.code.startswith("PN4")} <= {Severity.INFO}


def fixed(driver: str) -> str:
    """Return a driver's setting with the fixes of its findings done."""
    head = f"{HEAD}plugin {{\n  push_notification_driver = "
    text = f"{head}{driver}\n}}\n"
    lines = text.splitlines()
    edits = [
        edit
        for item in lint(loads(text, version=Version.V23), CATALOGUE)
        if item.fix is not None
        for edit in item.fix.edits
    ]
    for edit in sorted(edits, key=lambda edit: -edit.span.column):
        line = lines[edit.span.line - 1]
        lines[edit.span.line - 1] = (
            line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :]
        )
    return lines[4].partition(" = ")[2]


@pytest.mark.parametrize(
    ("driver", "wanted"),
    [
        ("ox:url=http://u:a%40s@push/n", "ox:url=http://u:a%%40s@push/n"),
        ("ox:url=http://push/%20u/%40d max_retries=1", "ox:url=http://push/%%20u/%%40d max_retries=1"),
        ("ox:ulr=http://localhost/n", "ox:url=http://localhost/n"),
        ("ox:url=http://push/n  xyz=5 cache_ttl=5s", "ox:url=http://push/n  xyz=5 cache_lifetime=5s"),
        ("ox:url=http://push/n max_retry=1 max_retries=2", "ox:url=http://push/n max_retry=1 max_retries=2"),
    ],
)
def test_a_plain_mistake_has_a_fix(driver: str, wanted: str) -> None:
    assert fixed(driver) == wanted


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://login:12/34@push.example.com/n", ["PN421"]),
        ("http://login:12/3/4@localhost:8009/n", []),
        ("http://login:12/34@localhost:8009/n", ["PN421"]),
        ("http://localhost:8009/%u", []),
        ("http://localhost:8009/users/@bob", []),
        ("http://localhost:8009/a@b", []),
    ],
)
def test_a_password_that_a_slash_ends_is_told(url: str, found: list[str]) -> None:
    items = findings(f"ox:url={url}")
    assert [code for code in codes(items) if code != "PN409"] == found
    assert all("34" not in item.message + item.hint for item in items)
