"""PN602 metadata-dict-invalid."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule, gather
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version
from drivers.rules.metadata.dicts import SETTING, why_invalid


class MetadataDictInvalid(Rule):
    """Dovecot can't open the dict of METADATA as `mail_attribute_dict` names it.

    The value is `DRIVER:ARGUMENTS`, as in `file:%h/dovecot-attributes` or `proxy::metadata`. With any
    other, setting and reading of METADATA fails, and so `ox` notifies nobody. SQL and CDB work only
    behind the dict server: `proxy::NAME`.

    Bad:

    ```2.3
    mail_attribute_dict = /var/lib/dovecot/attributes
    ```

    Good:

    ```2.3
    mail_attribute_dict = file:/var/lib/dovecot/attributes/%u
    ```

    How to fix:

    Write `DRIVER:ARGUMENTS`, as in `file:%h/dovecot-attributes`.
    """

    code = "PN602"
    name = "metadata-dict-invalid"
    severity = Severity.ERROR
    versions = (Version.V23,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Read the value of each protocol as Dovecot does."""
        found: list[tuple[tuple[Span, str], str]] = []
        for protocol, settings in context.settings.items():
            value = settings.get(SETTING[Version.V23])
            if value is None or not value.text or context.unclear(value.raw):
                continue
            problem = why_invalid(value.text)
            if problem:
                found.append(((value.span, problem), protocol))
        for (span, problem), _protocols in gather(found):
            hint = "write DRIVER:ARGUMENTS, as in file:%h/dovecot-attributes"
            yield self.found(span, f"Dovecot can't open this dict: {problem}", hint=hint)
