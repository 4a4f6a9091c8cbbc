"""The checks of 2.4 for metrics and the exporters of events."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.event_filters import wrong_filter
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.scopes24 import Block
from dovecot_conf.versions import Version
from dovecot_conf.view24 import View24, written

METRIC = "metric-value"
FORMATS = ("none", "json", "tab-text")


def exporter(view: View24) -> Iterator[Finding]:
    """The format of what an exporter sends."""
    if not view.text("event_exporter_name"):
        return
    text = view.text("event_exporter_format")
    where = view.where("event_exporter_format", "event_exporter_name")
    hint = f"set format to one of: {', '.join(FORMATS)}"
    if not text:
        yield Finding(METRIC, "Exporter format name can't be empty", where, hint)
    elif text not in FORMATS:
        yield Finding(METRIC, f"Unknown exporter format '{text}'", where, hint)


def metric(view: View24) -> Iterator[Finding]:
    """The filter of a metric."""
    name, text = view.text("metric_name"), view.text("metric_filter")
    where = view.where("metric_filter", "metric_name")
    if not name:
        return
    if not text:
        yield Finding(METRIC, f"metric {name} {{ filter }} is empty - will not match anything", where)
    elif wrong := wrong_filter(text, Version.V24):
        yield Finding("value-syntax", wrong, where)


def metrics(view: View24) -> Iterator[Finding]:
    """Exporters that metrics name, and that must exist."""
    condition = view.place.scope.condition
    for name in view.place.names.get("metric", ()):
        found = Lookup24(view.tree.root, condition, Block("metric", name))
        if refused := found.refused("stats_metric", ()):
            message = f"Failed to get metric {name}: {refused.message}"
            yield Finding(refused.rule, message, view.opened("metric", name))
            continue
        entry = found.entry("metric_exporter")
        text = written(entry) if entry is not None else ""
        if entry is None or not text:
            continue
        if not Lookup24(view.tree.root, condition, Block("event_exporter", text)).exists:
            message = f"metric {name} refers to non-existent exporter '{text}'"
            hint = f"add a block `event_exporter {text}`, or correct the name"
            yield Finding(METRIC, message, entry.node, hint)
