"""The checks of 2.4's Pigeonhole, and what keeps Sieve from starting in ``doveconf`` itself.

``doveconf`` starts Sieve to learn its extensions, unless both of managesieve's capabilities are set; the
settings of what it loads are looked up and checked then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_run import run, subjects
from dovecot_conf.checks24_sieve_plugins import PLUGIN_EXTENSIONS, missing
from dovecot_conf.checks24_table import CHECKS, SIEVE_SETTINGS
from dovecot_conf.conditions import UNFILTERED
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.scopes24 import ScopeTree
from dovecot_conf.smtp_paths import wrong_path
from dovecot_conf.view24 import Place24, View24

RANGE, SYNTAX, NEEDS = "value-range", "value-syntax", "needs-other-setting"
STARTUP = "sieve-startup"

CAPABILITIES = ("managesieve_sieve_capability", "managesieve_notify_capability")
SOURCES = ("default", "sender", "recipient", "orig_recipient", "user_email", "postmaster")
MINIMUM_HEADER_SIZE = 1024
MAXIMUM_INDEX = {"spamtest": 10, "virustest": 5}

EXTENSION_LISTS = ("sieve_extensions", "sieve_global_extensions", "sieve_implicit_extensions")
_EXTENSION_WORDS = (
    "body comparator-i;ascii-numeric comparator-i;octet comparator-i;ascii-casemap copy date duplicate"
    " editheader encoded-character enotify envelope environment extracttext fileinto foreverypart ihave"
    " imap4flags include index mailbox mboxmetadata mime regex reject relational servermetadata spamtest"
    " spamtestplus special-use subaddress vacation vacation-seconds variables virustest vnd.dovecot.debug"
    " vnd.dovecot.environment vnd.dovecot.report"
)
EXTENSIONS = frozenset(_EXTENSION_WORDS.split())
"""The extensions of Sieve that Pigeonhole knows."""

_EXTENSIONS = {
    "sieve_vacation": ("vacation",),
    "sieve_variables": ("variables",),
    "sieve_notify_mailto": ("enotify",),
    "sieve_include": ("include",),
    "sieve_duplicate": ("duplicate",),
    "sieve_subaddress": ("subaddress",),
    "sieve_editheader": ("editheader",),
    "sieve_report": ("vnd.dovecot.report",),
    "sieve_spamtest": ("spamtest", "spamtestplus"),
    "sieve_virustest": ("virustest",),
}
"""The extensions that use these settings."""

_DECIMAL = re.compile("[+-]?[0-9]*([.,][0-9]*)?")
_SIEVE_URL = re.compile(r"sieve://([^/?#@;]+)(/[^/?#@;]*){0,2}(#.*)?", re.DOTALL | re.IGNORECASE)


def startup(tree: ScopeTree) -> Iterator[Finding]:
    """What keeps Sieve from starting."""
    found = Lookup24(tree.root, UNFILTERED)
    if all(name in tree.root.values or name in tree.root.lists for name in CAPABILITIES):
        return
    extensions = [word for name in EXTENSION_LISTS for word in found.words(name)]
    place = Place24(tree.root)
    for scope in found.scopes:
        place.values |= scope.values
        place.lists |= scope.lists
    view = View24(place, tree)
    yield from _part("sieve", found, view)
    plugins = list(missing(found))
    yield from plugins
    if plugins:
        return
    yield from _unknown_extensions(found)
    for part, words in _EXTENSIONS.items():
        if not set(words).isdisjoint(extensions):
            yield from _part(part, found, view)


def _part(part: str, found: Lookup24, view: View24) -> Iterator[Finding]:
    names = SIEVE_SETTINGS[part]
    if refused := found.refused(part, names):
        yield _failed(Finding(STARTUP, refused.message, refused.where))
        return
    for row in CHECKS:
        if any(not subjects(one).isdisjoint(names) for one in row):
            for one in row:
                yield from map(_failed, run(one, view))


def _unknown_extensions(found: Lookup24) -> Iterator[Finding]:
    plugins = found.words("sieve_plugins")
    if not set(plugins) <= set(PLUGIN_EXTENSIONS):
        return
    known = {*EXTENSIONS, *(word for plugin in plugins for word in PLUGIN_EXTENSIONS[plugin])}
    for name in EXTENSION_LISTS:
        for word, where in found.listed_lines(name):
            if word not in known:
                message = f"sieve: ignored unknown extension '{word}' while configuring available extensions"
                yield Finding("unknown-sieve-extension", message, where)


def _failed(finding: Finding) -> Finding:
    hint = f"{finding.message}: correct this, for doveconf and managesieve start Sieve without a user"
    return Finding(STARTUP, "Failed to initialize Sieve", finding.where, hint)


def addresses(view: View24) -> Iterator[Finding]:
    """Addresses of senders and users."""
    yield from _source(view, "sieve_redirect_envelope_from")
    email = view.text("sieve_user_email")
    if email and (wrong := wrong_path(email)):
        message = f"sieve_user_email: Invalid SMTP address '{email}': {wrong}"
        yield Finding(SYNTAX, message, view.where("sieve_user_email"))


def notify_mailto(view: View24) -> Iterator[Finding]:
    """The sender of notifications."""
    return _source(view, "sieve_notify_mailto_envelope_from")


def report(view: View24) -> Iterator[Finding]:
    """The sender of reports."""
    return _source(view, "sieve_report_from")


def _source(view: View24, name: str) -> Iterator[Finding]:
    text = view.text(name).strip(" \t")
    if not text or text.lower() in SOURCES or text == "<>":
        return
    if not text.startswith("<") or not text.endswith(">") or wrong_path(text):
        hint = f"it takes: {', '.join(SOURCES)}, <ADDRESS>, <>"
        message = f"{name}: Invalid address source '{view.text(name)}'"
        yield Finding(SYNTAX, message, view.where(name), hint)


def editheader(view: View24) -> Iterator[Finding]:
    """The size of headers."""
    name = "sieve_editheader_max_header_size"
    if (size := view.amount(name)) < MINIMUM_HEADER_SIZE:
        message = f"{name}: Value (={size}) is less than the minimum (={MINIMUM_HEADER_SIZE}) "
        yield Finding(RANGE, message, view.where(name))


def editheader_header(view: View24) -> Iterator[Finding]:
    """The name of a header field."""
    name = "sieve_editheader_header_name"
    text = view.text(name)
    if not re.fullmatch("[!-9;-~]*", text):
        yield Finding(SYNTAX, f"{name}: Invalid header field name '{text}'", view.where(name))


def spamtest(view: View24) -> Iterator[Finding]:
    """How spam scores are read."""
    return _test(view, "spamtest")


def virustest(view: View24) -> Iterator[Finding]:
    """How virus scores are read."""
    return _test(view, "virustest")


def _test(view: View24, word: str) -> Iterator[Finding]:
    prefix = f"sieve_{word}"
    if not view.text(f"{prefix}_status_header"):
        return
    if view.choice(f"{prefix}_status_type") == "text":
        yield from _text_values(view, f"{prefix}_text_value", MAXIMUM_INDEX[word])
        return
    header, value = f"{prefix}_score_max_header", f"{prefix}_score_max_value"
    text = view.text(value)
    if view.text(header) and text:
        message = f"{header} and {value} cannot both be configured"
        yield Finding(NEEDS, message, view.where(value))
    elif not view.text(header) and not text:
        where = view.where(f"{prefix}_status_header")
        yield Finding(NEEDS, f"None of {header} or {value} is configured", where)
    elif text and (wrong := _wrong_decimal(text)):
        message = f"Invalid max score value specification '{text}': {wrong}"
        yield Finding(SYNTAX, message, view.where(value))


def _text_values(view: View24, name: str, maximum: int) -> Iterator[Finding]:
    for item in view.strings(name):
        where = view.item(name, item)
        if not re.fullmatch("[0-9]{1,10}", item) or int(item) > 2**32 - 1:
            yield Finding(SYNTAX, f"Invalid text value index '{item}'", where)
        elif int(item) > maximum:
            message = f"Text value index out of range ({int(item)} > {maximum})"
            yield Finding(RANGE, message, where)


def _wrong_decimal(text: str) -> str:
    match = _DECIMAL.match(text)
    before, _, after = re.sub("^[+-]", "", match[0] if match else "").replace(",", ".").partition(".")
    for digits, where in ((before, "before"), (after, "after")):
        if len(digits) > 5:
            return f"Decimal value has too many digits {where} radix point: {text}"
    return "" if match and match.end() == len(text) else f"Invalid decimal point value: {text}"


def vacation(view: View24) -> Iterator[Finding]:
    """The times between answers."""
    least, default, most = (
        view.amount(f"sieve_vacation_{name}_period") for name in ("min", "default", "max")
    )
    if most and not least <= default <= most:
        message = (
            "Violated sieve_vacation_min_period < sieve_vacation_default_period < sieve_vacation_max_period"
        )
        names = (f"sieve_vacation_{name}_period" for name in ("default", "min", "max"))
        yield Finding(RANGE, message, view.where(*names))


def imapsieve_url(view: View24) -> Iterator[Finding]:
    """The URL of the managesieve server."""
    url = view.text("imapsieve_url")
    if url and not _SIEVE_URL.fullmatch(url):
        message = f"Invalid URL for imapsieve_url setting: {url}"
        yield Finding(SYNTAX, message, view.where("imapsieve_url"), "write it as sieve://HOST[:PORT]")


def storage(view: View24) -> Iterator[Finding]:
    """Names of storages and scripts."""
    for name, what in (("sieve_script_storage", "script storage"), ("sieve_script_name", "script")):
        text = view.text(name)
        if text and (
            len(text.encode("utf-8", "surrogateescape")) > 255 or re.search(r"[/\x00-\x1f\x7f]", text)
        ):
            yield Finding(SYNTAX, f"Invalid {what} name '{text}'", view.where(name))
