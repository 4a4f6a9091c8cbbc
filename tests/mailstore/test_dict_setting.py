from __future__ import annotations

import pytest

from dovecot_conf import loads
from dovecot_conf.versions import Version
from mailstore.dict_setting import find_dict_setting, has_dict
from mailstore.dict_uri import parse_dict_uri
from mailstore.dict_values import (
    DictSetting,
    FileSetting,
    FsSetting,
    OffSetting,
    OtherSetting,
    ProxySetting,
    RedisSetting,
    WrongSetting,
)
from mailstore.lock_methods import LockMethod
from mailstore.settings import UserSettings, read_blocks
from mailstore.users import User

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"


def found(text: str, *overrides: str, version: Version = Version.V24) -> DictSetting | None:
    head = HEAD_24 if version is Version.V24 else ""
    configuration = loads(head + text, version=version, overrides=list(overrides))
    reader = UserSettings(configuration, "doveadm", User("alice", "/h", None, None, {}))
    return find_dict_setting(reader, read_blocks(configuration, "doveadm"))


@pytest.mark.parametrize(
    ("uri", "setting"),
    [
        ("", OffSetting()),
        ("file:/x:lock=flock", FileSetting("/x", LockMethod.FLOCK)),
        ("fs:posix:prefix=/x/", FsSetting("/x/")),
        (
            "fs:posix::mode=0644:dirs:no-fsync:lock=dotlock:",
            FsSetting("", 0o644, keeps_folders=True, fsync=False),
        ),
        ("fs:metawrap:posix", OtherSetting("fs:metawrap", "fs:metawrap:")),
        ("redis:", RedisSetting()),
        (
            "redis:host=127.1:port=7:prefix=a/:db=2:password=p=q:timeout_msecs=5:expire_secs=9",
            RedisSetting("127.1", 7, "", "a/", 2, "p=q", 5, 9),
        ),
        ("redis:path=/s", RedisSetting(socket_path="/s")),
        ("proxy::name", ProxySetting("name")),
        ("proxy:warn_slow_msecs=3:idle_msecs=2:/s:a:b", ProxySetting("a:b", "/s", 2, 3)),
        ("memcached:host=h", OtherSetting("memcached", "memcached:")),
    ],
)
def test_a_uri_of_23_is_a_value(uri: str, setting: DictSetting) -> None:
    assert parse_dict_uri(uri) == setting


def test_the_password_is_in_no_text_about_a_uri() -> None:
    for uri in (
        "redis:password=hush:port=x",
        "redis:port=x:password=hush",
        "redis:port=1:password=hush",
        "redis:password=a:hush:hush=hush:port=x",
        "redis:password=a:hush",
    ):
        setting = parse_dict_uri(uri)
        assert "hush" not in setting.location
        assert not isinstance(setting, WrongSetting) or "hush" not in setting.error


@pytest.mark.parametrize(
    ("block", "setting"),
    [
        ("dict redis {\n}", RedisSetting()),
        ("dict x {\ndriver = redis\nredis_port = 7\nredis_host = ::1\n}", RedisSetting("::1", 7)),
        (
            (
                "dict redis {\nredis_socket_path = /%{user}\nredis_key_prefix = %{user | upper}/\n"
                "redis_db_id = 2\nredis_password = p\nredis_request_timeout = 5 msecs\nredis_expire = 2 m\n}"
            ),
            RedisSetting(
                socket_path="/alice", prefix="ALICE/", db=2, password="p", timeout_msecs=5, expire_secs=120
            ),
        ),
        ("redis_port = 7\ndict redis {\n}", RedisSetting(port=7)),
        ("dict fs {\nfs posix {\n}\n}", FsSetting(keeps_folders=True)),
        (
            (
                "dict fs {\nfs posix {\nprefix = /%{user}/\nposix_mode = 0640\nfs_posix_fsync = no\n"
                "autodelete_empty_directories = yes\n}\n}"
            ),
            FsSetting("/alice/", 0o640, keeps_folders=False, fsync=False),
        ),
        ("dict fs {\nfs_posix_prefix = /x/\nfs posix {\n}\n}", FsSetting("/x/", keeps_folders=True)),
        ("dict fs {\nfs compress {\n}\n}", OtherSetting("fs compress", "fs compress")),
        (
            "dict proxy {\nname = n\nproxy_socket_path = s\nslow_warn = 3 secs\n}",
            ProxySetting("n", "s", 0, 3000),
        ),
        ("dict file {\npath = /%{user}\nlock_method = fcntl\n}", FileSetting("/alice", LockMethod.FCNTL)),
    ],
)
def test_a_block_of_24_is_a_value(block: str, setting: DictSetting) -> None:
    assert found(f"mail_attribute {{\n{block}\n}}\n") == setting


def test_settings_of_24_hold_from_the_top_of_the_file_and_from_the_command_line() -> None:
    block = "mail_attribute {\ndict redis {\n}\n}\n"
    assert found(f"redis_port = 7\n{block}") == RedisSetting(port=7)
    assert found(block, "mail_attribute/dict/redis/redis_port=8") == RedisSetting(port=8)


def test_a_proxy_knows_the_folder_of_its_socket() -> None:
    text = "base_dir = /b\nmail_attribute_dict = proxy::n\n"
    assert found(text, version=Version.V23) == ProxySetting("n", base_dir="/b")


def test_an_empty_block_is_a_dict_and_none_is_none() -> None:
    for text, there in (("mail_attribute {\ndict redis {\n}\n}\n", True), ("mail_attribute {\n}\n", False)):
        assert has_dict(loads(HEAD_24 + text, version=Version.V24)) is there
        assert (found(text) is not None) is there
