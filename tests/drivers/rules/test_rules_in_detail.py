"""What the rules say beyond their examples: places, hints, and what they leave undecided."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Severity, Version, load, loads
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules

CATALOGUE = Catalogue(all_rules())
PUSH = "mail_plugins = notify push_notification\nmail_attribute_dict = file:%h/attributes\n"
LUA = "mail_plugins = notify mail_lua push_notification push_notification_lua\n"


def findings(
    text: str, *, version: Version = Version.V23, environ: Mapping[str, str] | None = None
) -> tuple[Diagnostic, ...]:
    return lint(loads(text, version=version, environ=environ), CATALOGUE)


def plugin(*lines: str, head: str = PUSH) -> str:
    return head + "plugin {\n" + "".join(f"{line}\n" for line in lines) + "}\n"


def only(found: tuple[Diagnostic, ...]) -> Diagnostic:
    assert [item.code for item in found] == [found[0].code]
    return found[0]


def marked(text: str, item: Diagnostic) -> str:
    """Return the text that a finding points to."""
    assert item.span.line == item.span.end_line
    return text.splitlines()[item.span.line - 1][item.span.column - 1 : item.span.end_column - 1]


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("push_notification_driver = ox:url=foo max_retries=2", "PN402", "url=foo"),
        ("push_notification_driver = ox:max_retries=2  url=http://h/ Url=x", "PN403", "Url=x"),
        (
            "push_notification_driver = ox:url=http://h/ user_from_metadata=False",
            "PN404",
            "user_from_metadata=False",
        ),
        ("push_notification_driver = ox:url=http://h/ cache_lifetime=500ms", "PN405", "cache_lifetime=500ms"),
        ("push_notification_driver = ox:url=http://h/ max_retries=-1", "PN406", "max_retries=-1"),
        ("push_notification_driver = ox:url=http://h/ timeout_msecs", "PN406", "timeout_msecs"),
        ("push_notification_driver = DLGO:x", "PN310", "DLGO"),
        ("push_notification_driver0 = dlog", "PN302", "push_notification_driver0"),
        ("push_notification_driver02 = dlog", "PN302", "push_notification_driver02"),
        ("push_notification_driver2 = dlog", "PN301", "push_notification_driver2"),
        ("push_notification_driver = ox:url=http://h/ url=http://i/", "PN304", "url=http://h/"),
    ],
)
def test_a_finding_points_to_what_is_to_be_changed(line: str, code: str, place: str) -> None:
    text = plugin(line)
    item = only(findings(text))
    assert (item.code, marked(text, item)) == (code, place)


def test_the_reason_of_a_bad_url_is_dovecots() -> None:
    text = plugin("push_notification_driver = ox:url=http://[zz]/p")
    assert only(findings(text)).message == "Dovecot can't parse this url: Invalid IPv6 host address 'zz'"


def test_variables_of_a_url_are_expanded_before_it_is_judged() -> None:
    assert findings(plugin("push_notification_driver = ox:url=http://h/%d/%%20x?u=%Lu")) == ()


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("ulr=x", "url"),
        ("max_retry=2", "max_retries"),
        ("timeout_msec=5", "timeout_msecs"),
        ("cache_lifetme=1s", "cache_lifetime"),
    ],
)
def test_a_near_option_is_suggested(option: str, meant: str) -> None:
    found = findings(plugin(f"push_notification_driver = ox:url=http://h/ {option}"))
    assert only(found).hint == f"did you mean {meant}?"


def test_a_word_behind_a_blank_is_explained_and_not_repeated() -> None:
    item = only(findings(plugin("push_notification_driver = ox:url=http://h/a hunter2")))
    assert "hunter2" not in item.message + item.hint
    assert item.hint == "options are separated by blanks, and a value can't hold one"


@pytest.mark.parametrize("value", ["user_from_metadata", "user_from_metadata=yes", "user_from_metadata="])
def test_a_flag_that_is_meant_to_be_on_is_fine(value: str) -> None:
    assert findings(plugin(f"push_notification_driver = ox:url=http://h/ {value}")) == ()


# the chain


def test_a_driver_switched_off_in_a_protocol_is_fine() -> None:
    text = plugin("push_notification_driver = dlog", "push_notification_driver2 = dlog:b")
    assert findings(text + "protocol imap {\n plugin {\n  push_notification_driver2 =\n }\n}\n") == ()


def test_a_gap_that_a_protocol_makes_is_a_warning_that_names_it() -> None:
    text = plugin(
        "push_notification_driver = dlog",
        "push_notification_driver2 = dlog:b",
        "push_notification_driver3 = dlog:c",
    )
    item = only(findings(text + "protocol imap {\n plugin {\n  push_notification_driver2 =\n }\n}\n"))
    assert item.severity is Severity.WARNING
    assert (
        item.message == "push_notification_driver3 is never read: push_notification_driver2 is empty for imap"
    )


def test_a_global_gap_that_each_protocol_fills_is_only_an_error_elsewhere() -> None:
    text = plugin("push_notification_driver = dlog", "push_notification_driver3 = dlog:c")
    filled = "".join(
        f"protocol {name} {{\n plugin {{\n  push_notification_driver2 = dlog:{name}\n }}\n}}\n"
        for name in ("lmtp", "lda", "imap", "pop3", "doveadm")
    )
    assert findings(text + filled) == ()


def test_a_huge_number_is_judged_at_once() -> None:
    text = plugin("push_notification_driver = dlog", "push_notification_driver99999999999999999999 = dlog:x")
    assert only(findings(text)).code == "PN301"


def test_the_same_endpoint_written_twice_is_found_although_the_order_of_options_differs() -> None:
    text = plugin(
        "push_notification_driver = ox:url=http://h/ max_retries=2",
        "push_notification_driver2 = OX:max_retries=2 url=http://h/",
    )
    assert only(findings(text)).code == "PN305"


def test_a_driver_of_another_maker_is_a_warning_without_its_plugin_and_an_information_with_it() -> None:
    text = plugin("push_notification_driver = xaps:user_lookup=theattribute")
    assert only(findings(text)).severity is Severity.WARNING
    loaded = findings(text.replace(" push_n", " xaps_push_notification push_n", 1))
    assert [(item.code, item.severity) for item in loaded] == [
        ("PN208", Severity.INFO),
        ("PN310", Severity.INFO),
    ]


def test_a_plugin_of_dovecot_brings_no_unknown_driver() -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "mail_plugins = notify push_notification\npush_notification notify {\n}\n"
    )
    item = only(findings(text, version=Version.V24))
    assert (item.code, item.severity) == ("PN310", Severity.ERROR)
    assert "its name is the driver" in item.hint


# plugins


def test_the_place_of_a_plugin_is_its_word() -> None:
    text = 'mail_plugins = "quota,push_notification acl"\nplugin {\n push_notification_driver = dlog\n}\n'
    item = only(findings(text))
    assert (item.code, marked(text, item)) == ("PN201", "push_notification")


def test_the_place_of_a_plugin_in_a_list_of_2_4_is_its_key() -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "mail_plugins {\n  quota = yes\n  push_notification = yes\n}\npush_notification dlog {\n}\n"
    )
    item = only(findings(text, version=Version.V24))
    assert (item.code, marked(text, item)) == ("PN201", "push_notification")


def test_protocols_are_named_where_it_is_not_all_of_them() -> None:
    blocks = (f"protocol {name} {{\n mail_plugins = push_notification\n}}\n" for name in ("lmtp", "lda"))
    text = "".join(blocks)
    messages = [item.message for item in findings(plugin("push_notification_driver = dlog", head=text))]
    assert messages == [
        "push_notification is loaded without notify: no process of lmtp starts",
        "push_notification is loaded without notify: no process of lda starts",
    ]


def test_an_empty_list_in_a_protocol_is_taken_for_a_decision() -> None:
    text = plugin("push_notification_driver = dlog") + "protocol doveadm {\n mail_plugins =\n}\n"
    assert findings(text) == ()


# what can't be decided


@pytest.mark.parametrize(
    "head",
    [
        "mail_plugins = $ENV:PLUGINS push_notification\n",
        "mail_plugins = push_notification {{ more_plugins }}\n",
    ],
)
def test_plugins_from_outside_are_an_information(head: str) -> None:
    found = findings(plugin("push_notification_driver = dlog", head=head))
    assert [(item.code, item.severity) for item in found] == [("PN201", Severity.INFO)]


def test_a_known_environment_decides_what_is_loaded() -> None:
    text = plugin("push_notification_driver = dlog", head="mail_plugins = $ENV:PLUGINS push_notification\n")
    assert [item.severity for item in findings(text, environ={"PLUGINS": "notify"})] == []


@pytest.mark.parametrize(
    "value", ["ox:url={{ url }}", "ox:url=http://{{ host }}/", "ox:url=@PUSH_URL@", "ox:url=${URL}"]
)
def test_a_url_from_a_template_is_an_information(value: str) -> None:
    found = findings(plugin(f"push_notification_driver = {value}"))
    assert {item.severity for item in found if item.code == "PN402"} == {Severity.INFO}
    assert Severity.ERROR not in {item.severity for item in found if item.code.startswith("PN4")}


def test_a_driver_from_the_environment_is_an_information() -> None:
    found = findings(plugin("push_notification_driver = ox:$ENV:OX_OPTIONS"))
    assert Severity.ERROR not in {item.severity for item in found}


# lua


SCRIPT = """\
function dovecot_lua_notify_begin_txn(user) return {} end
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context, success) end
"""


def test_the_script_setting_wins_over_the_option(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.lua", tmp_path / "bad.lua"
    good.write_text(SCRIPT)
    bad.write_text("(")
    lines = (f"push_notification_lua_script_file = {good}", f"push_notification_driver = lua:file={bad}")
    assert only(findings(plugin(*lines, head=LUA))).code == "PN506"


def shared(path: Path) -> str:
    return plugin(f"mail_lua_script = {path}", "push_notification_driver = lua", head=LUA)


def test_a_shared_script_of_mail_lua_is_looked_at_as_one_of_the_driver(tmp_path: Path) -> None:
    script = tmp_path / "mail.lua"
    script.write_text(f"function mail_user_created(user) return 0 end\n{SCRIPT}")
    assert findings(shared(script)) == ()
    script.write_text("function mail_user_created(user) return 0 end\n")
    assert {item.code for item in findings(shared(script))} == {"PN507", "PN508"}


def test_a_script_of_mail_lua_without_its_hook_is_not_shared(tmp_path: Path) -> None:
    script = tmp_path / "mail.lua"
    script.write_text("function mail_user_deinit(user) end\n")
    item = only(findings(shared(script)))
    assert (item.code, item.severity) == ("PN503", Severity.ERROR)


def test_a_script_of_mail_lua_that_loads_others_is_an_information(tmp_path: Path) -> None:
    script = tmp_path / "mail.lua"
    script.write_text(f"require('hooks')\n{SCRIPT}")
    item = only(findings(shared(script)))
    assert (item.code, item.severity) == ("PN503", Severity.INFO)


def test_a_missing_script_of_mail_lua_is_unreadable(tmp_path: Path) -> None:
    assert only(findings(shared(tmp_path / "none.lua"))).code == "PN504"


def test_a_script_of_mail_lua_does_not_matter_to_a_driver_with_its_own(tmp_path: Path) -> None:
    own = tmp_path / "own.lua"
    own.write_text(SCRIPT)
    lines = (f"mail_lua_script = {tmp_path}/none.lua", f"push_notification_driver = lua:file={own}")
    assert findings(plugin(*lines, head=LUA)) == ()


def test_a_lua_file_around_the_block_is_the_scripts_own(tmp_path: Path) -> None:
    script = tmp_path / "push.lua"
    script.write_text(SCRIPT)
    names = "".join(f"  {name} = yes\n" for name in LUA.split()[2:])
    text = (
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        f"mail_plugins {{\n{names}}}\nlua_file = {script}\npush_notification lua {{\n}}\n"
    )
    assert findings(text, version=Version.V24) == ()


@pytest.mark.parametrize("path", ["push.lua", "%h/push.lua", "~/push.lua"])
def test_a_script_that_depends_on_the_user_is_an_information(path: str) -> None:
    item = only(findings(plugin(f"push_notification_driver = lua:file={path}", head=LUA)))
    assert (item.code, item.severity) == ("PN504", Severity.INFO)


def test_a_directory_is_no_script(tmp_path: Path) -> None:
    item = only(findings(plugin(f"push_notification_driver = lua:file={tmp_path}", head=LUA)))
    assert item.message == f"can't read the script {tmp_path}: it is a directory"


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("local a = 1\nlocal b =\nreturn", 3, "unexpected symbol near 'return'"),
        ("#!/usr/bin/lua\nx = = 1", 2, "unexpected symbol near '='"),
    ],
)
def test_a_script_with_a_mistake_is_reported_at_luas_line(
    source: str, line: int, text: str, tmp_path: Path
) -> None:
    script = tmp_path / "push.lua"
    script.write_text(source)
    item = only(findings(plugin(f"push_notification_driver = lua:file={script}", head=LUA)))
    assert (item.span.file, item.span.line) == (str(script), line)
    assert item.message == f"Lua can't compile this script: {text}"


def test_a_script_is_compiled_and_never_run(tmp_path: Path) -> None:
    script, mark = tmp_path / "push.lua", tmp_path / "mark"
    script.write_text(f"{SCRIPT} io.open('{mark}', 'w'):close() while true do end")
    assert findings(plugin(f"push_notification_driver = lua:file={script}", head=LUA)) == ()
    assert not mark.exists()


def test_bytecode_is_no_script(tmp_path: Path) -> None:
    script = tmp_path / "push.lua"
    script.write_bytes(b"\x1bLua\x54\x00")
    assert only(findings(plugin(f"push_notification_driver = lua:file={script}", head=LUA))).code == "PN505"


def codes_of_script(tmp_path: Path, text: str) -> list[str]:
    script = tmp_path / "push.lua"
    script.write_text(text)
    return [item.code for item in findings(plugin(f"push_notification_driver = lua:file={script}", head=LUA))]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("local client = dovecot.http.client({})", ["PN516"]),
        ("local client = dovecot.http.client({}) -- pushnotif: ignore[PN516]", []),
        ("local client = dovecot.http.client({}) -- pushnotif: ignore[lua-call-blocking]", []),
        ("-- pushnotif: ignore[PN5]\nlocal client = dovecot.http.client({})", []),
        ("local client = dovecot.http.client({}) -- pushnotif: ignore[PN513]", ["PN516", "PN901"]),
        (
            "local x = 1 -- pushnotif: ignore[PN516]\nlocal client = dovecot.http.client({})",
            ["PN901", "PN516"],
        ),
        ('local client = dovecot.http.client({}), "-- pushnotif: ignore[PN516]"', ["PN516"]),
    ],
)
def test_comments_of_lua_silence_findings_in_a_script(tmp_path: Path, line: str, codes: list[str]) -> None:
    assert codes_of_script(tmp_path, f"{line}\n{SCRIPT}") == codes


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("log('x')", ["PN513"]),
        ("if log then log('x') end", []),
        ("function log(text) end log('x')", []),
        ("local ok = True", ["PN513"]),
        ("print(_VERSION, utf8.char(65), select('#'), arg)", ["PN513"]),
        ("dovecot.gettimeofday()", ["PN511"]),
        ("os.execute('true')", ["PN516"]),
        ("dovecot.http.client({request_timeout_msecs = 1, event_parent = dovecot.event()})", ["PN512"]),
        ("dovecot.http.client({request_timeout_msecs = 1, proxy_url = true})", []),
    ],
)
def test_globals_and_calls_are_those_of_the_version(tmp_path: Path, line: str, codes: list[str]) -> None:
    assert codes_of_script(tmp_path, f"{line}\n{SCRIPT}") == codes


@pytest.mark.parametrize(
    ("version", "text", "severity"),
    [
        (Version.V23, "'base64' does not exist in Dovecot 2.3", Severity.ERROR),
        (Version.V24, "'base64' exists from Dovecot 2.4.2 on, not in 2.4.1", Severity.WARNING),
    ],
)
def test_what_a_later_release_has_is_a_warning_in_its_dialect(
    tmp_path: Path, version: Version, text: str, severity: Severity
) -> None:
    path = tmp_path / "push.lua"
    path.write_text(f"dovecot.base64.encode('x')\n{SCRIPT}")
    setting = {
        Version.V23: f"{LUA}plugin {{\n  push_notification_driver = lua:file={path}\n}}\n",
        Version.V24: "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        f"{LUA}push_notification lua {{\n  lua_file = {path}\n}}\n",
    }
    found = [item for item in findings(setting[version], version=version) if item.code == "PN511"]
    assert [(item.message, item.severity) for item in found] == [(text, severity)]


def test_a_script_nested_deeper_than_anybody_writes_is_lua_s_to_judge(tmp_path: Path) -> None:
    assert codes_of_script(tmp_path, f"x = {'{' * 190}{'}' * 190}\n{SCRIPT}") == []
    assert codes_of_script(tmp_path, f"x = {'{' * 5000}{'}' * 5000}\n{SCRIPT}") == ["PN505"]


# METADATA


def test_a_dict_for_one_protocol_alone_leaves_the_others_without() -> None:
    text = "mail_plugins = notify push_notification\nprotocol imap {\n mail_attribute_dict = file:%h/a\n}\n"
    item = only(findings(plugin("push_notification_driver = ox:url=http://h/", head=text)))
    assert item.code == "PN601"
    assert "for lmtp, lda, pop3 and doveadm" in item.message


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("sqlite:/x", "Unknown dict module: sqlite"),
        ("/x", "Dictionary URI is missing ':': /x"),
        ("file:/x:lock=no", "dict file: Invalid parameter: ock=no"),
    ],
)
def test_a_wrong_dict_has_dovecots_reason(uri: str, problem: str) -> None:
    item = only(findings(f"mail_attribute_dict = {uri}\n"))
    assert item.message == f"Dovecot can't open this dict: {problem}"


@pytest.mark.parametrize(
    "uri", ["proxy:/run/dict:metadata", "proxy::m", "fs:posix:prefix=/x/", "file:~/a:lock=fcntl"]
)
def test_the_dicts_of_dovecot_are_fine(uri: str) -> None:
    assert findings(f"mail_attribute_dict = {uri}\ndict {{\n  m = redis:host=127.0.0.1\n}}\n") == ()


def test_rules_hold_for_files_that_are_read_from_disk_as_well(tmp_path: Path) -> None:
    main = tmp_path / "dovecot.conf"
    main.write_text(plugin("push_notification_driver = ox:url=foo"))
    assert only(lint(load(main), CATALOGUE)).span.file == str(main)


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("--[[ a ]] local x = 1 -- pushnotif: ignore[PN516]", [("PN901", 1, 44)]),
        ("local u = 'ü' -- pushnotif: ignore[PN516, nope]", [("PN901", 1, 36), ("PN902", 1, 43)]),
        ("--[[\n  -- pushnotif: ignore[PN516]\n]]", [("PN901", 2, 24)]),
    ],
)
def test_comments_of_lua_that_silence_nothing_are_found_where_they_are(
    tmp_path: Path, line: str, places: list[tuple[str, int, int]]
) -> None:
    script = tmp_path / "push.lua"
    script.write_text(f"{line}\n{SCRIPT}")
    found = findings(plugin(f"push_notification_driver = lua:file={script}", head=LUA))
    assert [(item.code, item.span.line, item.span.column) for item in found] == places
    assert {item.span.file for item in found} == {str(script)}


def test_two_drivers_in_one_setting_are_told_to_have_one_each() -> None:
    item = only(findings(plugin("push_notification_driver = dlog ox:url=http://127.0.0.1/")))
    assert item.code == "PN310"
    assert item.hint == "each setting takes one driver: the next one is push_notification_driver2"


def test_a_service_without_a_driver_is_for_a_script() -> None:
    item = only(findings(plugin("push_notification_driver = gotify:url=http://127.0.0.1/")))
    assert item.hint == "no driver is known for it: a script for the driver lua can do this"
