"""The endpoint isn't there, or isn't well."""

from __future__ import annotations

import pytest

from tests.dovecot.broken_setups.site import Site
from tests.dovecot.endpoints import GOOD, STRANGER, tls
from tests.dovecot.harness.listener import Answer, Hangup, Raw, ReceivedRequest, Script
from tests.dovecot.harness.server import StartError

OX = {"2.3": "ox push_notification_driver", "2.4": "ox push_notification/ox"}
# Too long to be asked for: no name server is troubled.
NO_SUCH_HOST = f"{'.'.join(['very-long'] * 26)}.push.invalid"


def below_ox(site: Site, link: str) -> tuple[str, ...]:
    return ("lmtp", "drivers", OX[site.version], link)


def test_a_url_that_can_not_be_parsed(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        if site.version == "2.4":
            # This version looks at the URL when it reads its configuration, and doesn't start.
            with pytest.raises(StartError) as refused:
                site.set_up("url-with-one-slash")
            said = site.stops_at("configuration")
            assert said.seen.removeprefix("Dovecot refuses it: ") in refused.value.written
            assert said.remedy[0] == "write it as http://HOST[:PORT]/PATH"
        else:
            site.set_up("url-with-one-slash")
            site.is_silent()
            said = site.stops_at(*below_ox(site, "url"))
            assert "Dovecot refuses http:/127.0.0.1/push" in said.seen
            assert said.remedy[0] == "write two slashes behind http: or https:"
        site.edit(lambda push: push.replace("http:/127.0.0.1/", f"http://127.0.0.1:{site.port}/"))
        site.works()


def test_a_name_that_nobody_knows(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("working", url=f"http://{NO_SUCH_HOST}/push")
        site.fails(f"Failed to lookup host {NO_SUCH_HOST}")
        said = site.stops_at(*below_ox(site, "name"))
        assert said.seen == f"nobody knows the name {NO_SUCH_HOST}"
        assert said.remedy[0] == "correct the name in the URL"
        site.edit(lambda push: push.replace(NO_SUCH_HOST, f"127.0.0.1:{site.port}"))
        site.works()


def test_a_port_that_nobody_listens_on(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
    site.fails("Connection refused")
    said = site.stops_at(*below_ox(site, "port"))
    assert said.seen == f"127.0.0.1:{site.port} refuses connections: nobody listens there"
    assert said.remedy[0] == "start the endpoint, or correct the port of the URL"
    with site.endpoint():
        site.works()


CERTIFICATES = {
    "expired": ("ended on", "renew the certificate of the endpoint"),
    "another host": ("is for push.example.org, not for 127.0.0.1", "write a name that the certificate has"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_is_wrong(site: Site, name: str) -> None:
    seen, remedy = CERTIFICATES[name]
    with site.endpoint(tls("good")):
        site.set_up("working-over-tls", url=f"https://127.0.0.1:{site.port}/push")
        site.works()
    with site.endpoint(tls(name)):
        site.is_silent()
        said = site.stops_at(*below_ox(site, "tls"))
        assert seen in said.seen
        assert said.remedy[0].startswith(remedy)
    with site.endpoint(tls("good")):
        site.works()


def test_an_authority_that_dovecot_does_not_know(site: Site) -> None:
    with site.endpoint(tls("good")):
        site.set_up("working-over-tls", url=f"https://127.0.0.1:{site.port}/push")
        site.works()
    with site.endpoint(tls("a stranger")):
        site.is_silent()
        said = site.stops_at(*below_ox(site, "tls"))
        assert f"{site.server.root}/ca.pem" in said.seen
        assert "ssl_client_ca_file = FILE" in said.remedy[0]
        site.files["ca.pem"] = GOOD + STRANGER.cert_pem.bytes().decode()
        site.edit(lambda push: push)
        site.works()


def wanting_credentials(request: ReceivedRequest) -> Script:
    if request.header("Authorization") == "Basic dTpw":
        return Answer()
    return Answer(401, "Unauthorized", (("WWW-Authenticate", "Basic realm=push"),))


def test_credentials_that_the_url_lacks(site: Site) -> None:
    with site.endpoint() as endpoint:
        site.set_up("working")
        site.works()
        endpoint.usual = wanting_credentials
        site.fails("401 Unauthorized")
        said = site.stops_at(*below_ox(site, "authentication"))
        assert "wants a user name and a password, and the URL has none" in said.seen
        assert said.remedy[0] == (
            f"write them into the URL, in front of 127.0.0.1:{site.port}: USER:PASSWORD@"
        )
        site.edit(lambda push: push.replace("http://", "http://u:p@"))
        site.works()


ANSWERS: dict[str, tuple[Script, str, str]] = {
    "not found": (Answer(404, "Not Found"), "404 Not Found", "correct the path of the URL"),
    "an error": (Answer(500, "Oops"), "500 Oops", "look at the log of the endpoint"),
    "no HTTP": (
        Raw(b"220 mail.example.com ESMTP\r\n"),
        "not HTTP",
        "see that the port of the URL is that of",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_wrong(site: Site, name: str) -> None:
    answer, seen, remedy = ANSWERS[name]
    with site.endpoint() as endpoint:
        site.set_up("working")
        site.works()
        endpoint.usual = lambda _: answer
        site.fails("Error when sending notification")
        said = site.stops_at(*below_ox(site, "answer"))
        assert seen in said.seen
        assert said.remedy[0].startswith(remedy)


def test_an_endpoint_that_is_slower_than_the_driver_waits(site: Site) -> None:
    with site.endpoint() as endpoint:
        site.set_up("impatient-driver")
        site.works()
        endpoint.usual = lambda _: Answer(delay=0.35)
        site.fails("")
        said = site.stops_at(*below_ox(site, "latency"))
        assert "Dovecot has given up after 300 ms" in said.seen
        assert said.remedy[0] == "make the endpoint answer sooner"
        setting = said.remedy[1].partition(": ")[2]
        now = {"2.3": "timeout_msecs=300", "2.4": "http_client_request_timeout = 300ms"}[site.version]
        site.edit(lambda push: push.replace(now, setting))
        site.works()


def refusing_put(request: ReceivedRequest) -> Script:
    return Answer(403, "Forbidden") if request.method == "PUT" else Answer()


def test_an_endpoint_that_forbids_the_event_itself(site: Site) -> None:
    with site.endpoint() as endpoint:
        site.set_up("working")
        site.works()
        endpoint.usual = refusing_put
        site.fails("403 Forbidden")
        said = site.stops_at(*below_ox(site, "authentication"))
        assert said.seen == "the endpoint forbids it (403 Forbidden)"
        assert said.remedy[0] == "let the endpoint accept requests from this machine's address"


def hanging_up_on_put(request: ReceivedRequest) -> Script:
    return Hangup() if request.method == "PUT" else Answer()


def test_an_endpoint_that_hangs_up_at_the_event_itself(site: Site) -> None:
    with site.endpoint() as endpoint:
        site.set_up("working")
        site.works()
        endpoint.usual = hanging_up_on_put
        site.fails("Error when sending notification")
        said = site.stops_at("lmtp", "event", OX[site.version])
        assert "Connection lost" in said.seen
        assert said.remedy[0]


def test_a_script_that_fails_at_the_event(site: Site) -> None:
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        site.set_up("working-script", script="script-with-an-error")
        site.is_silent()
        name = {"2.3": "lua push_notification_driver", "2.4": "lua push_notification/lua"}[site.version]
        said = site.stops_at("lmtp", "event", name)
        assert "attempt to index" in said.seen
        assert said.remedy[0]
