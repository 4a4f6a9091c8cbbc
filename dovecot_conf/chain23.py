"""The driver chain of Dovecot 2.3: ``push_notification_driver``, ``…driver2``, ``…driver3``, ….

As ``push_notification_config_init`` and ``push_notification_driver_parse_config`` of 2.3.19.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption, UnreadDefinition
from dovecot_conf.scopes import SettingValue

CHAIN = "push_notification_driver"
OLD_CHAIN = "push_notification_backend"
"""The name of the chain before there was a second driver; read when the chain gives no driver."""


def definition(value: SettingValue) -> DriverDefinition:
    """Split the value of a driver setting into the driver's name and its options."""
    setting = value.name.removeprefix("plugin/")
    driver, colon, rest = value.text.partition(":")
    start = len(driver) + len(colon)
    options = []
    for match in re.finditer("[^ ]+", rest):
        name, _, text = match[0].partition("=")
        span = text_span(value, start + match.start(), start + match.end())
        options.append(DriverOption(name, text, span))
    return DriverDefinition(setting, driver, tuple(options), value.span, value.text, rest if colon else None)


def text_span(value: SettingValue, start: int, end: int) -> Span:
    """Return where ``value.text[start:end]`` stands; the whole value where that can't be told.

    It can't where the text is not what is written: after ``$``, ``<file`` or a backslash.
    """
    node = value.node
    if node is None:
        return value.span
    offset = value.raw.find(value.text)
    if offset < 0:
        return value.span
    base = node.value_start + offset
    return node.place(base + start, base + end)


def chain(plugin: Mapping[str, SettingValue], root: str) -> list[DriverDefinition]:
    """Return the definitions of a chain in order, up to the first key that is missing or empty."""
    definitions = []
    name, number = root, 2
    while (value := plugin.get(name)) is not None and value.text:
        definitions.append(definition(value))
        name, number = f"{root}{number}", number + 1
    return definitions


def unread(plugin: Mapping[str, SettingValue], root: str, length: int) -> list[UnreadDefinition]:
    """Return the keys of a chain that are not reached, by number, and why each is not."""
    missing = root if not length else f"{root}{length + 1}"
    stop = f"{missing} is {'empty' if missing in plugin else 'missing'}, so reading stops there"
    numbered: list[tuple[int, str, SettingValue]] = []
    pattern = re.compile(rf"{root}(\d*)")
    for name in plugin:
        match = pattern.fullmatch(name)
        if match is None:
            continue
        number = int(match[1] or 1)
        proper = name == (root if number == 1 and not match[1] else f"{root}{number}")
        if not proper or (number == 1 and match[1]) or not number:
            reason = f"{name} is never read: the first driver is {root}, the next {root}2, {root}3 and so on"
        elif number <= length:
            continue
        elif name == missing:
            reason = f"{name} is empty, so reading stops there"
        else:
            reason = stop
        numbered.append((number, reason, plugin[name]))
    numbered.sort(key=lambda item: item[0])
    return [UnreadDefinition(definition(value), reason) for _, reason, value in numbered]
