"""By which protocol mails come in: what Dovecot and Postfix say about it, and where they disagree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers.doctor import Diagnosis, Places
from drivers.doctor.delivery import delivery_of
from mailstore.links import Link, LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import MASTER, PUSHES, link

VIRTUAL = "virtual_mailbox_domains = example.com\n"
SOCKET = "virtual_transport = lmtp:unix:private/dovecot-lmtp\n"
LISTENER = """
service lmtp {{
  unix_listener {path} {{
    mode = {mode}
    user = {user}
  }}
}}
"""
PORT = "service lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}\n"


def listener(
    mode: str = "0600", user: str = "postfix", path: str = "/var/spool/postfix/private/dovecot-lmtp"
) -> str:
    return LISTENER.format(path=path, mode=mode, user=user)


def delivery(diagnosis: Diagnosis) -> Link:
    return link(diagnosis, "delivery")


def test_what_is_said_on_the_command_line_counts(site: MakeSite) -> None:
    diagnosis = site(lda=PUSHES, main=VIRTUAL + SOCKET).diagnosis("lda", "lmtp")
    assert delivery(diagnosis).is_ok
    assert diagnosis.protocols == ("lda", "lmtp")


def test_without_a_mail_server_in_front_lmtp_counts_where_it_is_served(site: MakeSite) -> None:
    diagnosis = site().diagnosis()
    assert delivery(diagnosis).is_ok
    assert "lmtp is served at /run/dovecot/lmtp" in delivery(diagnosis).seen
    assert diagnosis.protocols == ("lmtp",)


def test_without_lmtp_in_protocols_dovecot_lda_is_what_is_left(site: MakeSite) -> None:
    diagnosis = site(protocols="imap", lda=PUSHES).diagnosis()
    assert delivery(diagnosis).state is LinkState.UNKNOWN
    assert diagnosis.protocols == ("lda",)


def test_a_service_whose_only_socket_is_switched_off_listens_nowhere(site: MakeSite) -> None:
    diagnosis = site(
        more="service lmtp {\n  unix_listener lmtp {\n    mode = 0\n  }\n}\n", lda=PUSHES
    ).diagnosis()
    assert "service lmtp listens nowhere" in delivery(diagnosis).seen
    assert diagnosis.protocols == ("lda",)


def test_exim_is_seen_and_not_read(site: MakeSite, tmp_path: Path) -> None:
    found = site()
    patient = found.patient()
    (tmp_path / "machine/etc/exim4").mkdir(parents=True)
    elsewhere = replace(patient, places=Places(tmp_path / "machine", found.postfix), _facts={})
    said = delivery_of(elsewhere)
    assert said.link.state is LinkState.UNKNOWN
    assert "Exim is installed" in said.link.seen
    assert said.link.remedy == ("say by which with --protocol lmtp or --protocol lda",)


def test_postfix_and_dovecot_agree_about_a_socket(site: MakeSite) -> None:
    diagnosis = site(main=VIRTUAL + SOCKET, more=listener()).diagnosis()
    assert delivery(diagnosis).is_ok
    assert "virtual_transport = lmtp:unix:private/dovecot-lmtp" in delivery(diagnosis).seen
    assert diagnosis.protocols == ("lmtp",)


def test_a_socket_that_no_listener_makes(site: MakeSite) -> None:
    diagnosis = site(main=VIRTUAL + SOCKET).diagnosis()
    assert diagnosis.verdict.stops_at == ("delivery",)
    found = delivery(diagnosis)
    assert "Dovecot has no listener /var/spool/postfix/private/dovecot-lmtp" in found.seen
    assert "it listens at /run/dovecot/lmtp (mode 0666" in found.seen
    assert "unix_listener /var/spool/postfix/private/dovecot-lmtp" in found.remedy[0]
    assert found.where.endswith("postfix/main.cf:2")


def test_a_socket_elsewhere_is_below_the_folder_of_the_queue(site: MakeSite) -> None:
    main = f"queue_directory = /srv/queue\n{VIRTUAL}{SOCKET}"
    assert delivery(site(main=main, more=listener(path="/srv/queue/private/dovecot-lmtp")).diagnosis()).is_ok


@pytest.mark.parametrize("path", ["/run/dovecot/lmtp", "/var/run/dovecot/lmtp"])
def test_the_built_in_socket_is_known_by_both_its_paths(site: MakeSite, path: str) -> None:
    main = f"{VIRTUAL}virtual_transport = lmtp:unix:{path}\n"
    free = MASTER.replace("lmtp      unix  -       -       y", "lmtp      unix  -       -       n")
    assert delivery(site(main=main, master=free).diagnosis()).is_ok


def test_a_client_with_a_root_of_its_own_looks_for_the_socket_below_that(site: MakeSite) -> None:
    found = delivery(site(main=f"{VIRTUAL}virtual_transport = lmtp:unix:/run/dovecot/lmtp\n").diagnosis())
    assert found.state is LinkState.BROKEN
    assert "Dovecot has no listener /var/spool/postfix/run/dovecot/lmtp" in found.seen


@pytest.mark.parametrize(("mode", "user"), [("0600", "root"), ("0600", ""), ("0640", "dovecot")])
def test_a_socket_that_postfix_may_not_connect_to(site: MakeSite, mode: str, user: str) -> None:
    found = delivery(site(main=VIRTUAL + SOCKET, more=listener(mode, user)).diagnosis())
    assert found.state is LinkState.BROKEN
    assert "postfix may not connect" in found.seen


@pytest.mark.parametrize(("mode", "user"), [("0600", "postfix"), ("0666", "root"), ("0660", "postfix")])
def test_a_socket_that_postfix_may_connect_to(site: MakeSite, mode: str, user: str) -> None:
    assert delivery(site(main=VIRTUAL + SOCKET, more=listener(mode, user)).diagnosis()).is_ok


def test_a_port_that_dovecot_listens_on(site: MakeSite) -> None:
    main = f"{VIRTUAL}virtual_transport = lmtp:inet:127.0.0.1:24\n"
    assert delivery(site(main=main, more=PORT).diagnosis()).is_ok


@pytest.mark.parametrize("nexthop", ["inet:127.0.0.1:2424", "[127.0.0.1]:2424", "localhost:2424"])
def test_a_port_that_nobody_listens_on(site: MakeSite, nexthop: str) -> None:
    found = delivery(site(main=f"{VIRTUAL}virtual_transport = lmtp:{nexthop}\n", more=PORT).diagnosis())
    assert found.state is LinkState.BROKEN
    assert "has no listener at" in found.seen
    assert "2424" in found.seen


def test_the_port_of_postfix_without_any_is_its_own_default(site: MakeSite) -> None:
    main = f"{VIRTUAL}virtual_transport = lmtp:localhost\n"
    assert delivery(site(main=main, more=PORT).diagnosis()).is_ok
    assert (
        delivery(site(main=f"lmtp_tcp_port = 2003\n{main}", more=PORT).diagnosis()).state is LinkState.BROKEN
    )


def test_another_machine_is_not_looked_at(site: MakeSite) -> None:
    main = f"{VIRTUAL}virtual_transport = lmtp:[mail.example.com]:24\n"
    found = delivery(site(main=main, more=PORT).diagnosis())
    assert found.state is LinkState.UNKNOWN
    assert "another machine" in found.seen


def test_lmtp_is_not_served_at_all(site: MakeSite) -> None:
    found = delivery(site(protocols="imap", main=VIRTUAL + SOCKET, more=listener()).diagnosis())
    assert found.state is LinkState.BROKEN
    assert "protocols has no lmtp" in found.seen


@pytest.mark.parametrize(
    "main",
    [
        f"{VIRTUAL}virtual_transport = dovecot\n",
        'mailbox_command = /usr/lib/dovecot/dovecot-lda -f "$SENDER" -a "$RECIPIENT"\n',
        "mailbox_command =\n  /usr/lib/dovecot/deliver\n",
        "mailbox_transport = dovecot\n",
        "local_transport = dovecot\n",
    ],
)
def test_postfix_runs_the_program_of_dovecot(site: MakeSite, main: str) -> None:
    diagnosis = site(lmtp="", lda=PUSHES, main=main).diagnosis()
    assert delivery(diagnosis).is_ok
    assert diagnosis.protocols == ("lda",)
    assert diagnosis.verdict.is_fine


def test_postfix_hands_over_by_lda_and_only_lmtp_has_the_plugins(site: MakeSite) -> None:
    diagnosis = site(main=f"{VIRTUAL}virtual_transport = dovecot\n").diagnosis()
    assert diagnosis.verdict.stops_at == ("lda", "plugins")
    assert link(diagnosis, "lda", "plugins").notes == ("lmtp loads push_notification, lda doesn't",)


@pytest.mark.parametrize("main", ["home_mailbox = Maildir/\n", VIRTUAL, "mydestination = localhost\n"])
def test_postfix_stores_the_mails_itself(site: MakeSite, main: str) -> None:
    diagnosis = site(main=main).diagnosis()
    assert diagnosis.verdict.stops_at == ("delivery",)
    assert "Postfix stores mails itself" in delivery(diagnosis).seen
    parameter = "virtual_transport" if main == VIRTUAL else "mailbox_transport"
    assert delivery(diagnosis).remedy[0].startswith(f"let it hand them over: {parameter} = lmtp:")
    assert link(diagnosis, "protocol").state is LinkState.SKIPPED


@pytest.mark.parametrize(
    "main", ["mailbox_command = /usr/bin/procmail\n", f"{VIRTUAL}virtual_transport = maildrop\n"]
)
def test_another_program_decides_by_itself(site: MakeSite, main: str) -> None:
    diagnosis = site(main=main).diagnosis()
    assert diagnosis.verdict.text.startswith("bob is notified, if mails come in by lmtp: ")
    found = delivery(diagnosis)
    assert found.state is LinkState.UNKNOWN
    assert "which decides by itself" in found.seen
    assert "--protocol" in found.remedy[0]


def test_a_transport_that_master_cf_does_not_have(site: MakeSite) -> None:
    diagnosis = site(main=f"{VIRTUAL}virtual_transport = dovcot\n").diagnosis()
    assert diagnosis.verdict.stops_at == ("delivery",)
    assert "has no service dovcot" in delivery(diagnosis).seen


def test_the_domain_of_the_user_decides_between_the_classes(site: MakeSite) -> None:
    main = f"{VIRTUAL}{SOCKET}mydestination = localhost\nmailbox_command = /usr/lib/dovecot/dovecot-lda\n"
    found = site(main=main, more=listener(), lda=PUSHES)
    assert found.diagnosis(user="bob@example.com").protocols == ("lmtp",)
    assert found.diagnosis(user="bob@localhost").protocols == ("lda",)
    assert found.diagnosis(user="bob").protocols == ("lmtp", "lda")


def test_tables_that_are_not_read_are_a_note(site: MakeSite) -> None:
    main = f"{VIRTUAL}{SOCKET}transport_maps = hash:/etc/postfix/transport\n"
    notes = delivery(site(main=main, more=listener()).diagnosis()).notes
    assert notes == ("transport_maps of Postfix may send single addresses another way: it isn't read",)


def test_without_master_cf_the_usual_names_of_transports_are_believed(site: MakeSite) -> None:
    diagnosis = site(main=VIRTUAL + SOCKET, master=None, more=listener()).diagnosis()
    assert delivery(diagnosis).is_ok
