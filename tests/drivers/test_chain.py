"""Which drivers load; the log lines are those of running 2.3.19.1 and 2.4.1 servers."""

from __future__ import annotations

import pytest

from dovecot_conf import PushConfig, user_values
from drivers import Chain, DriverRegistry, load_chain
from tests.drivers.doubles import push_config, push_config_24

NO_UNIT = "Time interval '10' is missing units (add e.g. 's' for seconds)"
OVERRIDES = "(invalid userdb or -o override settings?)"
UNPARSED = "push_notification_ox settings (filter=push_notification/ox): Failed to parse configuration"
LUA_PLUGINS = "notify push_notification mail_lua push_notification_lua"


def chain_of(push: PushConfig, user: str = "bob") -> Chain:
    variables = user_values(user, push.protocol, home=f"/home/{user}")
    return load_chain(push, registry=DriverRegistry.installed(), variables=variables)


def loaded(chain: Chain) -> list[str]:
    return [entry.definition.setting for entry in chain.loaded]


def errors(chain: Chain) -> list[str]:
    return [f"{line.level}: {line.message}" for line in chain.log if line.level != "Debug"]


def test_drivers_load_in_order() -> None:
    chain = chain_of(push_config("push_notification_driver = dlog\npush_notification_driver2 = DLOG:x"))
    assert loaded(chain) == ["push_notification_driver", "push_notification_driver2"]
    assert [line.message for line in chain.log] == [
        "Called init push_notification plugin hook.",
        "Called init push_notification plugin hook.",
        "Config string for dlog push_notification driver: x",
    ]


def test_an_unknown_driver_ends_the_chain() -> None:
    chain = chain_of(
        push_config(
            "push_notification_driver = dlog\npush_notification_driver2 = foo:bar\n"
            "push_notification_driver3 = dlog"
        )
    )
    assert loaded(chain) == ["push_notification_driver"]
    assert errors(chain) == ["Error: Unknown push notification driver: foo"]
    assert [entry.reason for entry in chain.not_loaded] == [
        "Unknown push notification driver: foo",
        "push_notification_driver2 failed to load, which ends the chain",
    ]


def test_the_old_names_are_read_when_nothing_else_loads() -> None:
    chain = chain_of(push_config("push_notification_driver = nope\npush_notification_backend = dlog"))
    assert loaded(chain) == ["push_notification_backend"]
    assert errors(chain) == ["Error: Unknown push notification driver: nope"]


def test_the_old_names_are_not_read_beside_a_working_driver() -> None:
    chain = chain_of(push_config("push_notification_driver = dlog\npush_notification_backend = nope"))
    assert loaded(chain) == ["push_notification_driver"]
    assert errors(chain) == []
    assert [entry.definition.setting for entry in chain.not_loaded] == ["push_notification_backend"]


def test_a_gap_ends_the_chain_without_a_word() -> None:
    chain = chain_of(push_config("push_notification_driver = dlog\npush_notification_driver3 = dlog"))
    assert loaded(chain) == ["push_notification_driver"]
    assert errors(chain) == []
    assert [entry.definition.setting for entry in chain.not_loaded] == ["push_notification_driver3"]


@pytest.mark.parametrize(
    ("driver", "error"),
    [
        ("ox", "ox: Driver requires the url parameter"),
        ("ox:Url=http://h/", "ox: Driver requires the url parameter"),
        ("OX:url=foo", "OX: Failed to parse OX REST URL foo: Relative HTTP URL not allowed"),
        (
            "ox:url=http://h/ cache_lifetime=10",
            f"ox: Failed to parse OX cache_lifetime 10: {NO_UNIT}",
        ),
        ("lua:file=/x", "Unknown push notification driver: lua"),
    ],
)
def test_a_driver_that_fails_is_named_as_written(driver: str, error: str) -> None:
    assert errors(chain_of(push_config(f"push_notification_driver = {driver}"))) == [f"Error: {error}"]


def test_ox_speaks_of_its_url_before_a_bad_lifetime_fails() -> None:
    chain = chain_of(push_config("push_notification_driver = ox:url=http://h/ cache_lifetime=x"))
    assert [line.message for line in chain.log] == [
        "push-notification-ox: Using URL http://h/",
        "ox: Failed to parse OX cache_lifetime x: Invalid time interval: x",
    ]


def test_variables_are_expanded_before_the_setting_is_split() -> None:
    chain = chain_of(push_config("push_notification_driver = dlog:%u %%20 %d"), user="a@b.example")
    assert [line.message for line in chain.log][1:] == [
        "Config string for dlog push_notification driver: a@b.example %20 b.example"
    ]
    (entry,) = chain_of(push_config("push_notification_driver = %n:u=%d"), user="dlog@x").loaded
    assert (entry.definition.driver, entry.definition.option_text) == ("dlog", "u=x")


@pytest.mark.parametrize(
    ("protocol", "line"),
    [
        ("lmtp", "Fatal: Raw user initialization failed: Failed to expand plugin setting"),
        ("lda", "Fatal: Failed to expand plugin setting"),
        ("imap", "Error: Failed to expand plugin setting"),
    ],
)
def test_an_unknown_variable_ends_the_session(protocol: str, line: str) -> None:
    settings = "push_notification_driver = dlog\npush_notification_driver3 = dlog:a%20b"
    chain = chain_of(push_config(settings, protocol=protocol))
    assert loaded(chain) == []
    assert errors(chain) == [f"{line} push_notification_driver3 = 'dlog:a%20b': Unknown variable '%b'"]
    assert chain.fatal
    assert not chain.active


def test_settings_are_expanded_in_file_order_but_by_name_in_lda() -> None:
    settings = "push_notification_driver2 = dlog:%k\npush_notification_driver = dlog:%b"
    assert "push_notification_driver2 = " in chain_of(push_config(settings)).fatal
    assert "push_notification_driver = " in chain_of(push_config(settings, protocol="lda")).fatal


def test_without_the_plugin_nothing_loads_and_nothing_is_logged() -> None:
    chain = chain_of(push_config("push_notification_driver = dlog", plugins="notify"))
    assert (loaded(chain), chain.log, chain.active) == ([], (), False)
    assert [entry.reason for entry in chain.not_loaded] == ["mail_plugins does not have push_notification"]


HINT = " (you must set: mail_plugins=$mail_plugins notify)"
PUSH_FILE = "/usr/lib/dovecot/modules/lib20_push_notification_plugin.so"
LUA_FILE = "/usr/lib/dovecot/modules/lib22_push_notification_lua_plugin.so"


@pytest.mark.parametrize(
    ("protocol", "line_23", "line_24"),
    [
        ("lmtp", "Fatal: {text}", "Fatal: Raw user initialization failed: {text}{hint}"),
        ("lda", "Fatal: {text}{hint}", "Fatal: {text}{hint}"),
        ("imap", "Error: {text}{hint}", "Error: {text}{hint}"),
        ("doveadm", "Fatal: {text}", "Fatal: {text}"),
    ],
)
def test_notify_must_be_loaded_also(protocol: str, line_23: str, line_24: str) -> None:
    text = f"Couldn't load required plugin {PUSH_FILE}: Plugin notify must be loaded also"
    old = push_config("push_notification_driver = dlog", protocol=protocol, plugins="push_notification")
    new = push_config_24("push_notification dlog {\n}", protocol=protocol, plugins=("push_notification",))
    assert errors(chain_of(old)) == [line_23.format(text=text, hint=HINT)]
    assert errors(chain_of(new)) == [line_24.format(text=text, hint=HINT)]


@pytest.mark.parametrize(
    ("plugins", "symbol"),
    [
        ("notify push_notification push_notification_lua", "dlua_dovecot_register"),
        ("notify push_notification_lua", "dlua_dovecot_register"),
        ("notify mail_lua push_notification_lua", "push_notification_get_events"),
    ],
)
def test_the_lua_plugin_needs_two_others(plugins: str, symbol: str) -> None:
    chain = chain_of(push_config("push_notification_driver = dlog", plugins=plugins))
    problem = f"dlopen() failed: {LUA_FILE}: undefined symbol: {symbol}"
    assert errors(chain) == [f"Fatal: Couldn't load required plugin {LUA_FILE}: {problem}"]


def test_a_lua_driver_without_its_plugin_is_an_unknown_one() -> None:
    chain = chain_of(push_config("push_notification_driver = lua:file=/x.lua"))
    assert errors(chain) == ["Error: Unknown push notification driver: lua"]


def test_a_lua_driver_without_a_script_ends_the_chain() -> None:
    settings = "push_notification_driver = lua:file=/nowhere/x.lua\npush_notification_driver2 = dlog"
    chain = chain_of(push_config(settings, plugins=LUA_PLUGINS))
    assert loaded(chain) == []
    assert errors(chain) == ["Error: lua: access(/nowhere/x.lua) failed: No such file or directory"]


@pytest.mark.parametrize(
    ("block", "error"),
    [
        (
            "push_notification foo {\n}",
            "Unable to identify push notification driver 'foo': Name does not match any registered drivers",
        ),
        (
            "push_notification Q {\n  driver = lua\n}",
            "Unable to identify push notification driver 'Q': Name does not match any registered drivers",
        ),
        (
            "push_notification ox {\n}",
            f"ox: Filter push_notification=ox unexpectedly not found {OVERRIDES}",
        ),
        ("push_notification ox {\n  url =\n}", "ox: push_notification_ox_url is missing or empty"),
        (
            "push_notification ox {\n  user_from_metadata = yes\n}",
            "ox: push_notification_ox_url is missing or empty",
        ),
        (
            "push_notification ox {\n  url = foo\n}",
            f"ox: {UNPARSED}: Invalid push_notification_ox_url 'foo': Relative HTTP URL not allowed",
        ),
        (
            "push_notification ox {\n  url = http://h/\n  cache_ttl = 0\n}",
            f"ox: {UNPARSED}: push_notification_ox_cache_ttl must not be 0",
        ),
    ],
)
def test_24_has_its_own_words(block: str, error: str) -> None:
    chain = chain_of(push_config_24(f"{block}\npush_notification dlog {{\n}}"))
    assert loaded(chain) == []
    assert errors(chain) == [f"Error: {error}"]


def test_the_init_lines_of_ox_in_24() -> None:
    block = "push_notification ox {\n  url = http://u:p@h:81/a%20b?q=1\n  user_from_metadata = yes\n}"
    assert [line.message for line in chain_of(push_config_24(block)).log] == [
        "push-notification-ox: Using URL http://h:81/a%20b?q=1",
        "push-notification-ox: Using cache lifetime: 60000",
        "push-notification-ox: Using user stored in METADATA",
    ]
