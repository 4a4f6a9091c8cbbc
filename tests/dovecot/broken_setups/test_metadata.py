"""METADATA, which switches users on, isn't there, or says nothing about the user."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.dovecot.broken_setups.site import Site, as_root, follow, pasted
from tests.redis_server import RedisServer, find_redis_server

OX = {"2.3": "ox push_notification_driver", "2.4": "ox push_notification/ox"}


def below_ox(site: Site, link: str) -> tuple[str, ...]:
    return ("lmtp", "drivers", OX[site.version], link)


def test_no_dict(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("no-dict")
        site.is_silent()
        said = site.stops_at(*below_ox(site, "store"))
        assert "is not set: Dovecot has no METADATA" in said.seen
        site.edit(lambda push: push + pasted(said.remedy[0]))
        site.is_silent()
        follow(site.stops_at(*below_ox(site, "entry")).remedy[0])
        site.works()


def test_a_dict_service_that_is_gone(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("dict-behind-a-socket-that-is-gone")
        site.is_silent()
        said = site.stops_at(*below_ox(site, "store"))
        assert f"{site.server.root}/run/gone" in said.seen
        assert said.remedy[0].startswith("start the dict service there")


@pytest.mark.usefixtures("redis_server")  # which skips the test where there is none
def test_a_redis_that_is_down(site: Site, tmp_path: Path) -> None:
    redis = RedisServer(str(find_redis_server()), tmp_path)
    with site.endpoint():
        site.set_up("dict-in-redis", redis=str(redis.port))
        with redis:
            site.is_silent()
            follow(site.stops_at(*below_ox(site, "entry")).remedy[0])
            site.works()
        site.is_silent()
        said = site.stops_at(*below_ox(site, "store"))
        assert "refused" in said.seen
        assert said.remedy[0].startswith("start Redis there")


@as_root
def test_a_store_that_the_mail_user_may_not_read(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        store = site.server.dict_file(site.user)
        shutil.chown(store, "root", "root")
        store.chmod(0o600)
        site.is_silent()
        said = site.stops_at(*below_ox(site, "store"))
        assert "Permission denied" in said.seen
        follow(said.remedy[0])
        site.works()


@as_root
def test_a_store_for_a_group_that_mail_processes_are_not_in(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        store = site.server.dict_file(site.user)
        shutil.chown(store, "root", "mail")
        store.chmod(0o640)
        site.is_silent()
        assert "Permission denied" in site.stops_at(*below_ox(site, "store")).seen
        site.edit(lambda push: f"{push}mail_access_groups = mail\n")
        store = site.server.dict_file(site.user)
        shutil.chown(store, "root", "mail")
        store.chmod(0o640)
        site.works()


def test_a_user_who_is_not_switched_on(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.new_user("")
        site.is_silent()
        said = site.stops_at(*below_ox(site, "entry"))
        assert said.seen == "/private/vendor/vendor.dovecot/http-notify has no value"
        follow(said.remedy[0])
        site.works()


def test_a_value_that_the_driver_can_not_read(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.new_user("{user}")
        site.is_silent()
        said = site.stops_at(*below_ox(site, "entry"))
        assert f"/private/vendor/vendor.dovecot/http-notify = {site.user}: " in said.seen
        follow(said.remedy[0])
        site.works()
