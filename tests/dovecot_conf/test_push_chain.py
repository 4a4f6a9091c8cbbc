"""The chain of drivers; the orders were seen in running servers of both versions."""

from __future__ import annotations

import pytest

from dovecot_conf import PushConfig, Span, Version, loads
from dovecot_conf.push import LuaSettings

V24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def chain23(*lines: str, inside: tuple[str, ...] = ()) -> PushConfig:
    text = "plugin {\n" + "\n".join(lines) + "\n}\n"
    if inside:
        text += "protocol lmtp {\nplugin {\n" + "\n".join(inside) + "\n}\n}\n"
    return loads(text, version=Version.V23).push("lmtp")


def drivers(push: PushConfig) -> list[str]:
    return [definition.driver for definition in push.definitions]


D = "push_notification_driver"


def test_drivers_are_read_by_number_whatever_their_order() -> None:
    assert drivers(chain23(f"{D}3 = c", f"{D} = a", f"{D}2 = b")) == ["a", "b", "c"]


def test_a_gap_ends_the_chain() -> None:
    push = chain23(f"{D} = a", f"{D}3 = c:x", f"{D}4 = d")
    assert drivers(push) == ["a"]
    assert [(unread.definition.setting, unread.reason) for unread in push.unread] == [
        (f"{D}3", f"{D}2 is missing, so reading stops there"),
        (f"{D}4", f"{D}2 is missing, so reading stops there"),
    ]


def test_an_empty_value_ends_the_chain() -> None:
    push = chain23(f"{D} = a", f"{D}2 =", f"{D}3 = c")
    assert drivers(push) == ["a"]
    assert [unread.reason for unread in push.unread] == [
        f"{D}2 is empty, so reading stops there",
        f"{D}2 is empty, so reading stops there",
    ]


@pytest.mark.parametrize("suffix", ["1", "01", "02", "0"])
def test_some_numbers_are_never_read(suffix: str) -> None:
    push = chain23(f"{D} = a", f"{D}{suffix} = x", f"{D}2 = c")
    assert drivers(push) == ["a", "c"]
    assert [unread.definition.driver for unread in push.unread] == ["x"]
    assert "is never read" in push.unread[0].reason


def test_the_chain_starts_without_a_number() -> None:
    push = chain23(f"{D}2 = b")
    assert drivers(push) == []
    assert push.unread[0].reason == f"{D} is missing, so reading stops there"


def test_a_protocol_replaces_and_adds_key_by_key() -> None:
    push = chain23(f"{D} = a", f"{D}2 = b", inside=(f"{D} = pa", f"{D}3 = pc"))
    assert drivers(push) == ["pa", "b", "pc"]
    assert drivers(chain23(f"{D} = a", f"{D}2 = b", inside=(f"{D}2 =",))) == ["a"]


def test_the_old_name_is_the_fallback() -> None:
    push = chain23(
        "push_notification_backend = a", "push_notification_backend2 = b", "push_notification_backend4 = d"
    )
    assert [definition.driver for definition in push.fallback] == ["a", "b"]
    assert [unread.definition.setting for unread in push.unread] == ["push_notification_backend4"]


def test_options_are_separated_by_spaces_only() -> None:
    (definition,) = chain23(f"{D} = ox:url=http://h/?a=b  user_from_metadata \tx=1\ty  =z").definitions
    assert (definition.driver, definition.text) == (
        "ox",
        "ox:url=http://h/?a=b  user_from_metadata \tx=1\ty  =z",
    )
    assert definition.option_text == "url=http://h/?a=b  user_from_metadata \tx=1\ty  =z"
    assert [(option.name, option.value) for option in definition.options] == [
        ("url", "http://h/?a=b"),
        ("user_from_metadata", ""),
        ("\tx", "1\ty"),
        ("", "z"),
    ]


def test_a_driver_without_a_colon_has_no_options() -> None:
    (definition,) = chain23(f"{D} = dlog x=y").definitions
    assert (definition.driver, definition.option_text, definition.options) == ("dlog x=y", None, ())


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_an_option_has_its_place_in_the_file(quote: str) -> None:
    push = loads(f"plugin {{\n  {D} = {quote}ox:url=http://h/ cache_lifetime=10{quote} # c\n}}\n").push(
        "imap"
    )
    url, lifetime = push.definitions[0].options
    start = 30 + len(quote) + len("ox:")
    assert url.span == Span("dovecot.conf", 2, start, 2, start + 13)
    assert lifetime.span == Span("dovecot.conf", 2, start + 14, 2, start + 31)


def test_an_option_on_a_continued_line_has_its_place() -> None:
    push = loads(f"plugin {{\n  {D} = ox:url=http://h/ \\\n    cache_lifetime=10\n}}\n").push("imap")
    assert push.definitions[0].options[1].span == Span("dovecot.conf", 3, 5, 3, 22)


def test_an_option_of_an_expanded_value_points_to_the_whole_value() -> None:
    text = f"mail_home = http://h/\nplugin {{\n{D} = ox:url= $mail_home\n}}\n"
    (definition,) = loads(text).push("imap").definitions
    assert definition.text == "ox:url= http://h/"
    assert {option.span for option in definition.options} == {definition.span}


def blocks(text: str) -> list[str]:
    return [
        definition.setting.removeprefix("push_notification/")
        for definition in loads(V24 + text, version=Version.V24).push("lmtp").definitions
    ]


def block(*names: str) -> str:
    return "".join(f"push_notification {name} {{\n}}\n" for name in names)


def within(protocol: str, *names: str) -> str:
    return f"protocol {protocol} {{\n{block(*names)}}}\n"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        (block("b", "a", "c"), "b a c"),
        (block("g1", "g2", "g3") + within("lmtp", "p1", "g2", "p2"), "g1 g3 p1 g2 p2"),
        (within("lmtp", "p1") + block("g1"), "g1 p1"),
        (block("g1") + within("!imap", "n1") + within("lmtp", "p1"), "g1 n1 p1"),
        (block("g1") + within("lmtp", "p1") + within("!imap", "n1"), "g1 p1 n1"),
        (block("a") + within("imap", "b"), "a"),
    ],
)
def test_blocks_are_loaded_from_the_outside_in(text: str, order: str) -> None:
    assert blocks(text) == order.split()


def test_a_blocks_driver_is_its_name_unless_it_says_otherwise() -> None:
    text = "push_notification ox {\nurl = http://h/\n}\n"
    text += "push_notification mine {\ndriver = ox\nox_url = http://i/\n}\n"
    first, second = loads(V24 + text).push("lmtp").definitions
    assert (first.setting, first.driver, first.text) == ("push_notification/ox", "ox", None)
    assert (second.setting, second.driver) == ("push_notification/mine", "ox")
    assert [(option.name, option.value) for option in (*first.options, *second.options)] == [
        ("push_notification_ox_url", "http://h/"),
        ("push_notification_ox_url", "http://i/"),
    ]
    assert first.span == Span("dovecot.conf", 3, 1, 3, 23)


def test_a_block_with_settings_of_its_driver_inherits_the_others() -> None:
    text = (
        "push_notification_ox_cache_ttl = 10s\npush_notification_ox_url = http://global/\n"
        "push_notification a {\ndriver = ox\nox_url = http://own/\n}\npush_notification b {\ndriver = ox\n}\n"
    )
    own, none = loads(V24 + text).push("lmtp").definitions
    assert {option.name: option.value for option in own.options} == {
        "push_notification_ox_url": "http://own/",
        "push_notification_ox_cache_ttl": "10s",
    }
    assert none.options == ()


def test_a_block_that_is_only_a_path_is_not_loaded() -> None:
    push = loads(V24 + "push_notification/ox/url = http://h/\n" + block("dlog")).push("lmtp")
    assert drivers(push) == ["dlog"]
    assert [unread.definition.setting for unread in push.unread] == ["push_notification/ox"]
    assert "only written as a path" in push.unread[0].reason


LUA_24 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
lua_file = /etc/dovecot/all.lua
lua_settings {
  place = outside
  of = all
}
mail_lua {
  lua_file = /etc/dovecot/mail.lua
  lua_settings {
    place = mail_lua
  }
}
push_notification push {
  driver = lua
}
protocol lmtp {
  push_notification push {
    lua_settings {
      place = %{protocol}
    }
  }
}
"""


def test_a_script_is_given_what_is_set_around_its_block() -> None:
    configuration = loads(LUA_24, version=Version.V24)
    (definition,) = configuration.push("imap").definitions
    assert definition.lua == LuaSettings("/etc/dovecot/all.lua", (("place", "outside"), ("of", "all")))
    assert [(option.name, option.value) for option in definition.options] == [
        ("lua_file", "/etc/dovecot/all.lua")
    ]


def test_each_place_has_its_own_settings_of_scripts() -> None:
    push = loads(LUA_24, version=Version.V24).push("lmtp")
    assert push.mail_lua.file == "/etc/dovecot/mail.lua"
    assert dict(push.mail_lua.settings) == {"place": "mail_lua", "of": "all"}
    assert dict(push.definitions[0].lua.settings) == {"place": "%{protocol}", "of": "all"}


FIELDS = {"home": "/home/bob", "uid": "1000", "mail_plugins": "notify push_notification"}


def test_fields_of_a_userdb_win_over_the_configuration_of_2_3() -> None:
    text = "mail_plugins = quota\nplugin {\n  push_notification_driver = dlog\n}\n"
    configuration = loads(text, version=Version.V23)
    push = configuration.push("lmtp", {**FIELDS, "push_notification_driver2": "ox:url=http://127.0.0.1/"})
    assert push.plugins == ("notify", "push_notification")
    assert [definition.driver for definition in push.definitions] == ["dlog", "ox"]
    assert str(push.definitions[1].span).startswith("userdb:4:")
    assert push.process == configuration.push("lmtp")
    assert set(push.plugin) == {"push_notification_driver", "push_notification_driver2"}


def test_fields_of_a_userdb_win_over_the_configuration_of_2_4() -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "mail_plugins {\n  notify = yes\n  push_notification = yes\n}\n"
        "push_notification ox {\n  push_notification_ox_url = http://127.0.0.1/\n}\n"
    )
    configuration = loads(text, version=Version.V24)
    fields = {
        "mail_plugins/push_notification": "no",
        "push_notification/ox/push_notification_ox_url": "http://127.0.0.1/own",
    }
    push = configuration.push("lmtp", fields)
    assert push.plugins == ("notify",)
    assert [option.value for option in push.definitions[0].options] == ["http://127.0.0.1/own"]
    assert push.process == configuration.push("lmtp")


def test_fields_that_say_nothing_about_pushes_change_nothing() -> None:
    configuration = loads("mail_plugins = notify push_notification\n", version=Version.V23)
    assert configuration.push("lmtp", {"home": "/h%", "quota_rule": "*:bytes=1G"}) == configuration.push(
        "lmtp"
    )
