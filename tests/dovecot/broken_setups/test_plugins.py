"""The plugin isn't loaded where mails really come in."""

from __future__ import annotations

from tests.dovecot.broken_setups.site import SETUPS, Site, pasted


def test_plugins_for_imap_only(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("plugins-for-imap-only")
        site.is_silent()
        said = site.stops_at("lmtp", "plugins")
        assert "mail_plugins does not have push_notification" in said.seen
        assert "imap loads push_notification, lmtp doesn't" in said.notes
        site.edit(lambda push: push + pasted(said.remedy[0]))
        site.works()


def test_plugins_replaced_for_lmtp(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("plugins-replaced-for-lmtp")
        site.is_silent()
        said = site.stops_at("lmtp", "plugins")
        assert said.seen == "mail_plugins does not have push_notification (mail_plugins = quota)"
        site.edit(lambda push: push + pasted(said.remedy[0]))
        site.works()
        assert "quota" in site.has("mail_plugins", "lmtp")


def test_a_plugin_without_the_one_that_it_needs(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("plugin-without-notify")
        site.is_silent()
        assert not list((site.server.mail_dir(site.user) / "new").iterdir())
        said = site.stops_at("lmtp", "plugins")
        assert "Plugin notify must be loaded also" in said.seen
        assert not any("lmtp doesn't" in note for note in said.notes)
        site.edit(lambda push: push + pasted(said.remedy[0]))
        site.works()


def test_postfix_runs_dovecot_lda_and_only_lmtp_has_the_plugin(site: Site) -> None:
    setup = "postfix-runs-dovecot-lda"
    with site.endpoint():
        site.set_up(setup)
        site.works()
        site.by, site.options = "lda", ("--postfix", str(SETUPS / setup))
        site.is_silent()
        said = site.stops_at("lda", "plugins")
        assert "lmtp loads push_notification, lda doesn't" in said.notes
        site.edit(lambda push: push + pasted(said.remedy[0]))
        site.works()
