"""Which value a process of a protocol sees; the expectations were seen in running servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import ConfigError, Settings, Span, Version, load, loads

V24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"

ADDED_B = "mail_plugins = a\nprotocol lmtp {\nmail_plugins = $mail_plugins b\n}\n"
QUOTA = "mail_plugins = quota\n"
NOTIFY = "protocol lmtp {\nmail_plugins {\nnotify = yes\n}\n}\n"


def lmtp(text: str, **environ: str) -> Settings:
    return loads(text, version=Version.V23, environ=environ).settings("lmtp")


@pytest.mark.parametrize(
    ("text", "plain", "filtered"),
    [
        (
            "mail_plugins = notify\nprotocol lmtp {\nmail_plugins = $mail_plugins push_notification\n}\n",
            "notify",
            "notify push_notification",
        ),
        (
            "protocol lmtp {\nmail_plugins = $mail_plugins push_notification\n}\nmail_plugins = notify\n",
            "notify",
            " push_notification",
        ),
        (ADDED_B + "mail_plugins = $mail_plugins c\n", "a c", "a b"),
        (
            "mail_plugins = quota\nprotocol lmtp {\nmail_plugins = notify push_notification\n}\n",
            "quota",
            "notify push_notification",
        ),
        (ADDED_B + "protocol lmtp {\nmail_plugins = $mail_plugins c\n}\n", "a", "a b c"),
        (
            ADDED_B.replace("lmtp", "!imap") + "protocol lmtp {\nmail_plugins = $mail_plugins c\n}\n",
            "a",
            "a b",
        ),
        ('mail_plugins = "$mail_plugins x"\n', "$mail_plugins x", "$mail_plugins x"),
    ],
)
def test_mail_plugins_of_23(text: str, plain: str, filtered: str) -> None:
    configuration = loads(text, version=Version.V23)
    assert configuration.settings().value("mail_plugins") == plain
    assert configuration.settings("lmtp").value("mail_plugins") == filtered


def test_the_outer_filters_value_is_added_to() -> None:
    text = (
        "mail_plugins = a\nlocal 10.0.0.0/8 {\nmail_plugins = $mail_plugins b\n"
        "protocol lmtp {\nmail_plugins = $mail_plugins c\n}\n}\n"
    )
    configuration = loads(text, version=Version.V23)
    assert configuration.settings("lmtp", local="10.1.2.3").value("mail_plugins") == "a b c"
    assert configuration.settings("lmtp").value("mail_plugins") == "a"


def test_plugin_keys_are_merged_key_by_key_whatever_the_order() -> None:
    settings = lmtp(
        "protocol lmtp {\nplugin {\nb = 2\n}\n}\nplugin {\na = 1\nb = 1\n}\nplugin {\nc = 3\nc =\n}\n"
    )
    assert {key: value.text for key, value in settings.plugin.items()} == {"b": "2", "a": "1", "c": ""}
    assert settings.value("plugin/b") == "2"
    assert settings.plugin["b"].scope == "protocol lmtp"
    assert settings.plugin["a"].scope == ""


def test_a_value_says_where_it_comes_from() -> None:
    value = lmtp("mail_home = '/h/%u' # x\n").get("mail_home")
    assert value is not None
    assert (value.name, value.text, value.raw) == ("mail_home", "/h/%u", "'/h/%u'")
    assert value.span == Span("dovecot.conf", 1, 13, 1, 20)


def test_another_settings_value_is_only_seen_in_its_own_scope() -> None:
    text = (
        "mail_home = /h\nlogin_greeting = $mail_home x\nprotocol lmtp {\nlogin_greeting = $mail_home x\n}\n"
    )
    configuration = loads(text, version=Version.V23)
    assert configuration.settings().value("login_greeting") == "/h x"
    assert configuration.settings("lmtp").value("login_greeting") == " x"


def test_the_environment_is_what_was_passed_in() -> None:
    assert (
        lmtp("login_greeting = $ENV:GREETING  there\n", GREETING="hello").value("login_greeting")
        == "hello there"
    )
    assert lmtp("login_greeting = $ENV:PATH x\n").value("login_greeting") == " x"


def test_a_file_value_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/greeting").write_bytes(b"  hi\n\xff\0gone")
    (tmp_path / "d/a.conf").write_text("login_greeting = <  greeting\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include d/a.conf\n")
    assert load(main).settings().value("login_greeting") == "  hi\n\udcff"


@pytest.mark.parametrize("version", list(Version))
def test_a_tab_is_part_of_the_name_of_an_included_file(tmp_path: Path, version: Version) -> None:
    (tmp_path / "a\tb.conf").write_text("mail_home = /tab\n")
    main = tmp_path / "main.conf"
    main.write_text("!include a\tb.conf\n")
    assert load(main, version=version).settings().value("mail_home") == "/tab"


def test_absolute_paths_are_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "etc/dovecot/conf.d").mkdir(parents=True)
    (tmp_path / "etc/dovecot/conf.d/10-a.conf").write_text("ssl_key = </etc/key\n")
    (tmp_path / "etc/key").write_text("secret")
    main = tmp_path / "etc/dovecot/dovecot.conf"
    main.write_text("!include /etc/dovecot/conf.d/*.conf\n")
    value = load(main, root=tmp_path).settings().get("ssl_key")
    assert value is not None
    assert value.text == "secret"
    assert value.span.file == str(tmp_path / "etc/dovecot/conf.d/10-a.conf")


def test_files_of_a_pattern_are_read_in_byte_order(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name in ("a.conf", "B.conf", "10.conf", "2.conf", ".hidden.conf", "x.conf~", "é.conf"):
        (tmp_path / "d" / name).write_text(f"plugin {{\nlast = {name}\n}}\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include d/*.conf\n")
    read = [Path(file.path).name for file in load(main).files]
    assert read == ["dovecot.conf", "10.conf", "2.conf", "B.conf", "a.conf", "é.conf"]
    main.write_text("!include d/{a,[A-C],1?}.conf\n")
    assert [Path(file.path).name for file in load(main).files][1:] == ["a.conf", "B.conf", "10.conf"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (QUOTA + NOTIFY, ("quota", "notify")),
        ("mail_plugins = quota\nprotocol lmtp {\nmail_plugins = notify\n}\n", ("notify",)),
        (QUOTA + NOTIFY.replace("notify", "quota = no\nnotify"), ("notify",)),
        (QUOTA + "protocol !imap {\nmail_plugins {\nacl = yes\n}\n}\n" + NOTIFY, ("quota", "acl", "notify")),
        ('mail_plugins = a,b "c d"\n', ("a", "b", "c d")),
        ("mail_plugins = a\nmail_plugins {\nb = yes\n}\n", ("a", "b")),
        ("mail_plugins {\nb = yes\n}\nmail_plugins = a\n", ("a",)),
        ("mail_plugins/notify = yes\n", ("notify",)),
    ],
)
def test_mail_plugins_of_24(text: str, words: tuple[str, ...]) -> None:
    configuration = loads(V24 + text, version=Version.V24)
    assert configuration.settings("lmtp").words("mail_plugins") == words
    assert configuration.push("lmtp").plugins == words
    assert not configuration.problems


def test_paths_and_blocks_of_24_are_the_same() -> None:
    block = "mail_attribute {\n  dict file {\n    path = /x\n  }\n}\n"
    for text in (block, "mail_attribute/dict/file/path = /x\n", block.replace("path", "dict_file_path")):
        settings = loads(V24 + text, version=Version.V24).settings()
        assert settings.value("mail_attribute/dict/file/path") == "/x"
        assert settings.value("mail_attribute/dict/file/dict_file_path") == "/x"


def test_short_keys_of_a_block_are_found_by_any_name() -> None:
    for key in ("url", "ox_url", "push_notification_ox_url"):
        settings = loads(V24 + f"push_notification ox {{\n{key} = http://h/\n}}\n").settings("lmtp")
        assert settings.value("push_notification/ox/url") == "http://h/"
        assert settings.get("push_notification_ox_url") is None


def test_a_group_gives_what_its_user_does_not_set() -> None:
    text = (
        "group @g one {\n  mail_home = /g\n  mail_path = /g\n  push_notification gg {\n  }\n}\n"
        "push_notification x1 {\n}\n@g = one\nmail_home = /own\npush_notification x2 {\n}\n"
    )
    configuration = loads(V24 + text)
    settings = configuration.settings("lmtp")
    assert (settings.value("mail_home"), settings.value("mail_path")) == ("/own", "/g")
    assert [driver.driver for driver in configuration.push("lmtp").definitions] == ["gg", "x1", "x2"]


def test_a_settings_own_value_is_referred_to_with_set() -> None:
    text = "mail_home = /h\nprotocol imap {\nmail_home = $SET:mail_home/x\n}\n"
    text += "protocol lmtp {\nmail_home = $SET:mail_home x\n}\n"
    configuration = loads(V24 + text)
    assert configuration.settings("lmtp").value("mail_home") == "/h x"
    assert configuration.settings("imap").value("mail_home") == "$SET:mail_home/x"


def test_protocols_are_those_of_mail_and_of_filters() -> None:
    text = "protocol !imap {\n}\nprotocol sieve {\n}\nlocal 10.0.0.1 {\nprotocol nosuch {\n}\n}\n"
    assert loads(text).protocols() == ("lmtp", "lda", "imap", "pop3", "doveadm", "sieve", "nosuch")


def test_a_main_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"can't read .*/none\.conf: No such file or directory: give the main"
    ):
        load(tmp_path / "none.conf")
    with pytest.raises(ConfigError, match=f"{tmp_path} is a directory: give the main file"):
        load(tmp_path)
    with pytest.raises(ConfigError, match="is no path of a file"):
        load("a\0b")
