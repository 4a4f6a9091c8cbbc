"""The mail plugins of Dovecot, and those of others that are known by name.

Dovecot's own come from the tables in ``data/``, captured from running servers. The rest is what packages
that were not installed there bring, and what earlier versions had.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.versions import Version

_ALL = "all"


class Plugin(NamedTuple):
    """A mail plugin: the Debian package that it is in, and the plugins that must be loaded with it.

    ``protocols`` are those whose processes can load it, None for every one.
    """

    name: str
    package: str
    needs: tuple[str, ...] = ()
    protocols: frozenset[str] | None = None

    def loads_in(self, protocol: str) -> bool:
        """Tell whether a process of this protocol can load the plugin."""
        return self.protocols is None or protocol in self.protocols


_OTHER_PACKAGES: Mapping[Version, tuple[Plugin, ...]] = {
    Version.V23: (
        Plugin("fts_lucene", "dovecot-lucene", ("fts",)),
        Plugin("fts_solr", "dovecot-solr", ("fts",)),
    ),
    Version.V24: (
        Plugin("fts_flatcurve", "dovecot-flatcurve", ("fts",)),
        Plugin("fts_solr", "dovecot-solr", ("fts",)),
    ),
}
"""Plugins of Dovecot's own source in packages that the captured servers haven't (``src/plugins``)."""

_THIRD_PARTY: Mapping[str, str] = {
    "antispam": "dovecot-antispam",
    "deleted_to_trash": "dovecot_deleted_to_trash",
    "fts_elastic": "the plugin fts_elastic",
    "fts_elasticsearch": "the plugin fts_elasticsearch",
    "fts_flatcurve": "dovecot-fts-flatcurve",
    "fts_xapian": "dovecot-fts-xapian",
    "imap_coi": "Dovecot's COI plugins",
    "imap_metadata": "the old METADATA plugin",
    "lmtp_coi": "Dovecot's COI plugins",
    "metadata": "the old METADATA plugin",
    "push_notification_chronos": "Dovecot Pro",
    "push_notification_kafka": "the Kafka driver for push notifications",
    "push_notify": "Apple's push patches",
    "push_notify_registration": "Apple's push patches",
    "scrambler": "the scrambler plugin",
    "storage_rbd": "the Ceph storage plugin",
    "trees": "the trees plugin",
    "webpush": "Dovecot's COI plugins",
    "xaps_imap": "dovecot-xaps-plugin",
    "xaps_push_notification": "dovecot-xaps-plugin",
}
"""Plugins of other makers, and what brings each."""

_GONE: Mapping[Version, Mapping[str, str]] = {
    Version.V23: {
        "autocreate": "'auto = create' or 'auto = subscribe' of a mailbox does its work",
        "expire": "autoexpunge of a mailbox does its work",
        "imap_stats": "imap_old_stats is its name in 2.3, and metric blocks do its work",
        "mail_compress": "the plugin is zlib in 2.3",
        "mail_filter": "2.3.14 and later have nothing for it",
        "mbox_snarf": "2.3.14 and later have nothing for it",
        "snarf": "2.3.14 and later have nothing for it",
        "stats": "old_stats is its name in 2.3, and metric blocks do its work",
    },
    Version.V24: {
        "autocreate": "'auto = create' or 'auto = subscribe' of a mailbox does its work",
        "expire": "mailbox_autoexpunge does its work",
        "fts_lucene": "fts_flatcurve or fts_solr does its work",
        "fts_squat": "fts_flatcurve or fts_solr does its work",
        "imap_old_stats": "metric blocks do its work",
        "imap_stats": "metric blocks do its work",
        "imap_zlib": "COMPRESS is part of imap in 2.4",
        "listescape": "mailbox_list_storage_escape_char does its work",
        "mail_filter": "2.4 has nothing for it",
        "mailbox_alias": "2.4 has nothing for it",
        "mbox_snarf": "2.4 has nothing for it",
        "old_stats": "metric blocks do its work",
        "replication": "2.4 has no replication",
        "snarf": "2.4 has nothing for it",
        "stats": "metric blocks do its work",
        "zlib": "the plugin is mail_compress in 2.4",
    },
}
"""Plugins that another version has, and what there is instead."""


@cache
def plugins(version: Version) -> Mapping[str, Plugin]:
    """Return the plugins of a version by name."""
    found = {plugin.name: plugin for plugin in _OTHER_PACKAGES[version]}
    path = Path(__file__).with_name("data") / f"plugins-{version}.txt"
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, package, needs, protocols = line.split("\t")
            loading = None if protocols == _ALL else frozenset(protocols.split())
            found[name] = Plugin(name, package, tuple(needs.split()), loading)
    return found


def third_party(name: str, version: Version) -> str:
    """Return what brings a plugin that is not Dovecot's, '' for one that nobody is known to have."""
    return "" if name in plugins(version) else _THIRD_PARTY.get(name, "")


def gone(name: str, version: Version) -> str:
    """Return what there is instead of a plugin that only another version has, '' for any other."""
    return _GONE[version].get(name, "")


def known(version: Version) -> tuple[str, ...]:
    """Return every name that can be meant in a version."""
    return (*plugins(version), *(name for name in _THIRD_PARTY if name not in plugins(version)))
