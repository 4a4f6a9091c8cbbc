"""Whether the plugins are loaded for the protocol and the user, and which line decides about it."""

from __future__ import annotations

import pytest

from dovecot_conf import Version
from mailstore.links import LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import LUA, PUSHES, link

PATH = ("lmtp", "plugins")


def test_the_plugins_are_there_and_the_line_that_names_them_is_said(site: MakeSite) -> None:
    found = site()
    seen = link(found.diagnosis(), *PATH)
    assert seen.is_ok
    line = next(n for n, text in enumerate(found.text.splitlines(), 1) if "mail_plugins" in text)
    assert seen.where.startswith(f"{found.root}/dovecot.conf:{line}:")


def test_no_plugin_at_all_is_loaded(site: MakeSite) -> None:
    diagnosis = site(lmtp="").diagnosis()
    assert diagnosis.verdict.stops_at == PATH
    seen = link(diagnosis, *PATH)
    assert seen.seen == "mail_plugins does not have push_notification (mail_plugins = (nothing))"
    assert "protocol lmtp" in seen.remedy[0]
    assert seen.where == ""


def test_notify_is_missing(site: MakeSite) -> None:
    diagnosis = site(lmtp="push_notification").diagnosis()
    assert diagnosis.verdict.stops_at == PATH
    seen = link(diagnosis, *PATH)
    assert "Plugin notify must be loaded also" in seen.seen
    assert "PN201" in seen.rules
    assert not any("lmtp doesn't" in note for note in seen.notes)


def test_what_the_list_of_the_protocol_has_is_kept(site: MakeSite) -> None:
    found = site(everywhere=PUSHES, lmtp="quota push_notification_lua")
    remedy = link(found.diagnosis(), *PATH).remedy[0]
    all_of_them = "mail_plugins = quota push_notification_lua notify push_notification mail_lua }"
    items = "mail_plugins { notify = yes, push_notification = yes, mail_lua = yes }"
    assert (all_of_them if found.version is Version.V23 else items) in remedy


def test_the_list_of_the_protocol_drops_the_global_one(site: MakeSite) -> None:
    found = site(everywhere=PUSHES, lmtp="quota")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == PATH
    seen = link(diagnosis, *PATH)
    assert "PN204" in seen.rules
    line = next(n for n, text in enumerate(found.text.splitlines(), 1) if "= quota" in text)
    assert seen.where.startswith(f"{found.root}/dovecot.conf:{line}:")
    assert "load push_notification, lmtp doesn't" in seen.notes[0]


def test_the_plugin_of_lua_lacks_what_it_needs(site: MakeSite) -> None:
    diagnosis = site(lmtp=f"{PUSHES} push_notification_lua").diagnosis()
    assert diagnosis.verdict.stops_at == PATH
    assert "undefined symbol" in link(diagnosis, *PATH).seen


@pytest.mark.parametrize("plugins", [PUSHES, LUA])
def test_nothing_is_in_the_way(site: MakeSite, plugins: str) -> None:
    assert link(site(lmtp=plugins).diagnosis(), *PATH).is_ok


def test_the_userdb_takes_the_plugins_away(site: MakeSite) -> None:
    found = site()
    found.user_fields("userdb_mail_plugins=quota,acl")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == PATH
    seen = link(diagnosis, *PATH)
    assert "the userdb says quota acl for bob" in seen.seen
    assert "the field mail_plugins of the userdb" in seen.remedy[0]
    assert link(diagnosis, "lmtp", "event").state is LinkState.SKIPPED


def test_the_userdb_gives_plugins_that_the_configuration_lacks(site: MakeSite) -> None:
    found = site(lmtp="")
    found.user_fields("userdb_mail_plugins=notify,push_notification")
    assert link(found.diagnosis(), *PATH).is_ok


def test_the_userdb_switches_one_plugin_off(site: MakeSite) -> None:
    found = site()
    found.user_fields("userdb_mail_plugins/push_notification=no")
    diagnosis = found.diagnosis()
    assert link(diagnosis, *PATH).is_ok is (found.version is Version.V23)


def test_a_user_with_notify_alone_ends_a_process_that_has_both(site: MakeSite) -> None:
    found = site()
    found.user_fields("userdb_mail_plugins=notify")
    seen = link(found.diagnosis(), *PATH)
    assert "Panic: Module context push_notification_user_module missing" in seen.seen


def test_a_process_with_notify_alone_is_ended_by_a_user_who_has_both(site: MakeSite) -> None:
    found = site(lmtp="notify", lda="notify")
    found.user_fields("userdb_mail_plugins=notify,push_notification")
    diagnosis = found.diagnosis("lmtp", "lda")
    text = {
        Version.V23: "Panic: Module context push_notification_user_module missing",
        Version.V24: "Panic: no notify_mail_txn found",
    }[found.version]
    assert text in link(diagnosis, *PATH).seen
    assert link(diagnosis, "lda", "plugins").is_ok


def test_a_user_without_notify_hears_nothing(site: MakeSite) -> None:
    found = site()
    found.user_fields("userdb_mail_plugins=push_notification")
    seen = link(found.diagnosis(), *PATH)
    assert "without notify, which hears nothing" in seen.seen
