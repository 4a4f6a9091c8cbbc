"""The checks of passdbs, userdbs, namespaces, metrics and exporters at the end of the file.

The messages are those of ``auth-settings.c``, ``mail-storage-settings.c`` and ``stats-settings.c`` of
2.3.19.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.event_filters import wrong_filter
from dovecot_conf.group_by import wrong_group_by
from dovecot_conf.versions import Version
from dovecot_conf.view23 import Part23, View23

NAMESPACE, METRIC = "namespace-value", "metric-value"
SPECIAL_USES = ("\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Important", "\\Junk", "\\Sent", "\\Trash")
FORMATS = {"none": False, "json": True, "tab-text": True}
"""The formats of exporters, and whether each needs to be told how to write times."""
TRANSPORTS = ("drop", "http-post", "log")
TIME_FORMATS = ("time-rfc3339", "time-unix")

_KNOWN_USES = frozenset(use.lower() for use in SPECIAL_USES)


def passdbs(view: View23) -> Iterator[Finding]:
    """Every passdb needs a driver."""
    for part in view.parts("passdb"):
        if not part.text("driver"):
            yield Finding("missing-driver", "passdb is missing driver", part.where("driver"))
        if part.text("pass").lower() in ("yes", "y", "1") and part.text("result_success") != "return-ok":
            message = "Obsolete pass=yes setting mixed with non-default result_success"
            yield Finding("needs-other-setting", message, part.where("pass"), "remove the line pass = yes")


def userdbs(view: View23) -> Iterator[Finding]:
    """Every userdb needs a driver."""
    for part in view.parts("userdb"):
        if not part.text("driver"):
            yield Finding("missing-driver", "userdb is missing driver", part.where("driver"))


def namespaces(view: View23) -> Iterator[Finding]:
    """Namespaces and the mailboxes in them."""
    parts = list(view.parts("namespace"))
    prefixes: dict[str, Part23] = {}
    for part in parts:
        prefixes.setdefault(part.text("prefix"), part)
    for part in parts:
        yield from _namespace(part, prefixes)
        for mailbox in part.parts("mailbox"):
            for use in mailbox.text("special_use").split(" "):
                if use and use.lower() not in _KNOWN_USES:
                    message = f"mailbox {mailbox.title}: unknown special_use: {use}"
                    hint = f"it takes: {', '.join(SPECIAL_USES)}"
                    yield Finding(NAMESPACE, message, mailbox.where("special_use"), hint)


def _namespace(part: Part23, prefixes: dict[str, Part23]) -> Iterator[Finding]:
    title = f"Namespace '{part.text('prefix')}'"
    separator = part.text("separator").encode("utf-8", "surrogateescape")
    if len(separator) > 1:
        message = f"{title}: Hierarchy separator must be only one character long"
        yield Finding(NAMESPACE, message, part.where("separator"))
    if part.entry("alias_for") is None or part.text("disabled").lower() in ("yes", "y", "1"):
        return
    alias = part.text("alias_for")
    target = prefixes.get(alias)
    if target is None:
        message = f"{title}: alias_for points to unknown namespace: {alias}"
        yield Finding(NAMESPACE, message, part.where("alias_for"))
    elif target.entry("alias_for") is not None:
        message = f"{title}: alias_for chaining isn't allowed: {alias} -> {target.text('alias_for')}"
        yield Finding(NAMESPACE, message, part.where("alias_for"))


def statistics(view: View23) -> Iterator[Finding]:
    """Metrics and exporters."""
    exporters = list(view.parts("event_exporter"))
    metrics = list(view.parts("metric"))
    names = {part.title for part in exporters}
    for part in metrics if exporters else ():
        exporter = part.text("exporter")
        if exporter and exporter not in names:
            message = f"metric {part.title} refers to non-existent exporter '{exporter}'"
            yield Finding(METRIC, message, part.where("exporter"))
    for part in metrics:
        yield from _metric(part)
    for part in exporters:
        yield from _exporter(part)


def _metric(part: Part23) -> Iterator[Finding]:
    if not part.title:
        yield Finding(METRIC, "Metric name can't be empty", part.where("metric_name"))
    elif not part.text("filter"):
        message = f"metric {part.title} {{ filter }} is empty - will not match anything"
        yield Finding(METRIC, message, part.where("filter"))
    elif wrong := wrong_filter(part.text("filter"), Version.V23):
        yield Finding(METRIC, wrong, part.where("filter"))
    if wrong := wrong_group_by(part.text("group_by")):
        yield Finding(METRIC, wrong, part.where("group_by"))


def _exporter(part: Part23) -> Iterator[Finding]:
    name, kind, transport = part.title, part.text("format"), part.text("transport")
    if not name:
        yield Finding(METRIC, "Exporter name can't be empty", part.where("name"))
    if kind not in FORMATS:
        message = f"Unknown exporter format '{kind}'" if kind else "Exporter format name can't be empty"
        yield Finding(METRIC, message, part.where("format"), f"it takes: {', '.join(FORMATS)}")
    if transport not in TRANSPORTS:
        empty = "Exporter transport name can't be empty"
        message = f"Unknown transport type '{transport}'" if transport else empty
        yield Finding(METRIC, message, part.where("transport"), f"it takes: {', '.join(TRANSPORTS)}")
    times = set()
    for word in part.text("format_args").split():
        if word not in TIME_FORMATS:
            message = f"Unknown exporter format arg: {word}"
            yield Finding(METRIC, message, part.where("format_args"), f"it takes: {', '.join(TIME_FORMATS)}")
            return
        times.add(word)
    if len(times) > 1:
        message = f"Exporter '{name}' specifies multiple time format args"
        yield Finding(METRIC, message, part.where("format_args"))
    elif not times and FORMATS.get(kind):
        message = f"{kind} exporter format requires a time-* argument"
        hint = "add `format_args = time-rfc3339` or `format_args = time-unix`"
        yield Finding(METRIC, message, part.where("format_args", "format"), hint)
