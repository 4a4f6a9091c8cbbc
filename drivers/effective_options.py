"""The options of a loaded driver as they are in force, defaults included, to be shown to people."""

from __future__ import annotations

from dovecot_conf.versions import Version
from drivers.chain import LoadedDriver
from drivers.option_values import parse_unsigned
from drivers.options import OptionKind, OptionSpec
from drivers.secrets import hide_in_url


def effective_options(
    loaded: LoadedDriver, version: Version, *, show_secrets: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return name and value of each option the driver knows, in the order of its schema.

    What the configuration doesn't say has its default; an option without value or default is left
    out. Of an option given twice the last counts. Settings from elsewhere that the driver takes follow.
    Passwords are hidden unless ``show_secrets``.
    """
    written = {option.name: option.value for option in loaded.definition.options}
    shown = []
    for spec in loaded.driver.options[version]:
        value = _value(spec, written)
        if value:
            shown.append((spec.name, value if show_secrets or not spec.secret else hide_in_url(value)))
    return (*shown, *loaded.driver.inherited)


def _value(spec: OptionSpec, written: dict[str, str]) -> str:
    if spec.kind is OptionKind.FLAG:
        return "yes" if spec.name in written else "no"
    value = written.get(spec.name, spec.default)
    # A number that is none silently gives the default (2.3.19.1); 2.4 refuses it before this point.
    return spec.default if spec.kind is OptionKind.UNSIGNED and parse_unsigned(value) is None else value
