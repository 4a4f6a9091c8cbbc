"""PN210 plugin-wrong-process."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.loaded import loaded_names, nothing_starts
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "load it in protocol {0} only: 'mail_plugins = $mail_plugins {1}'",
    Version.V24: "load it in protocol {0} only: '{1} = yes' in mail_plugins {{ }}",
}


class PluginInWrongProcess(Rule):
    """A plugin is loaded for a protocol whose process can't load it.

    `imap_quota`, `imap_acl`, `imap_sieve` and other plugins that begin with `imap_` use parts of the
    imap process, `sieve` those of `lmtp` and `lda`. In the global `mail_plugins` they stop all others:
    mail is not delivered, `doveadm` ends at once. `doveconf` does not notice.

    Bad:

    ```2.3
    mail_plugins = quota imap_quota
    ```

    ```2.4
    mail_plugins {
      quota = yes
      imap_quota = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib11_imap_quota_plugin.so: dlopen() failed: /usr/lib/dovecot/modules/lib11_imap_quota_plugin.so: undefined symbol: command_unregister
    ```

    ```2.4
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib11_imap_quota_plugin.so: dlopen() failed: /usr/lib/dovecot/modules/lib11_imap_quota_plugin.so: undefined symbol: command_unregister
    ```

    Good:

    ```2.3
    mail_plugins = quota
    ```

    ```2.4
    mail_plugins {
      quota = yes
    }
    ```

    How to fix:

    Take the plugin out of the global `mail_plugins` and load it in the protocol that the finding names:
    for `imap_quota` in `protocol imap { }`, in 2.3 by `mail_plugins = $mail_plugins imap_quota`, in 2.4
    by `imap_quota = yes` in a block `mail_plugins { }`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN210"
    name = "plugin-wrong-process"
    severity = Severity.ERROR
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at which processes load each plugin."""
        for name, span, protocols in loaded_names(context):
            plugin = plugin_names.plugins(context.version).get(name)
            if plugin is None or plugin.protocols is None:
                continue
            refused = [protocol for protocol in protocols if not plugin.loads_in(protocol)]
            if refused:
                able = context.named(protocol for protocol in context.protocols if plugin.loads_in(protocol))
                text = f"{name} is only for {able}: {nothing_starts(context, refused)} with it"
                yield self.found(span, text, hint=_HINTS[context.version].format(able, name))
