"""Edits of driver chains: the numbered keys of 2.3, the blocks of 2.4, the options in a setting of 2.3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dovecot_conf.diagnostics import Applicability, Edit, Fix
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import CHAIN_GROUP, new_key, removal, renamed, safe, within_a_line
from dovecot_conf.lint.numbered import ROOTS, follows_numbering
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption
from dovecot_conf.tree import Comment, Section, Setting


def _key_counts(context: Context) -> Counter[str]:
    """Count how often each key of ``plugin {}`` is written."""
    return Counter(
        node.key
        for node, enclosing in context.configuration.walk()
        if isinstance(node, Setting) and enclosing and enclosing[-1].word == "plugin"
    )


def driver_node(context: Context, protocol: str, setting: str) -> Setting | None:
    """Return the line of a driver of 2.3, if it is the only one with its key."""
    value = context.settings[protocol].plugin.get(setting)
    if value is None or value.node is None or context.once(_key_counts)[setting] != 1:
        return None
    return value.node


def driver_renamed(
    context: Context, protocol: str, setting: str, name: str, applicability: Applicability
) -> Fix | None:
    """Return the fix that gives a driver of 2.3 another name, unless there is one of that name."""
    if name in context.settings[protocol].plugin:
        return None
    return renamed(driver_node(context, protocol, setting), name, applicability, CHAIN_GROUP)


def renumbered(context: Context, protocol: str, missing: str) -> Fix | None:
    """Return the fix that lets the drivers behind a gap follow from the name that is missing on."""
    plugin = context.settings[protocol].plugin
    root = next(root for root in ROOTS if missing.startswith(root))
    number = int(missing.removeprefix(root) or 1)
    names = [
        unread.definition.setting
        for unread in context.push[protocol].unread
        if unread.definition.setting.startswith(root) and follows_numbering(unread.definition.setting)
    ]
    edits = []
    for old in names:
        new = root if number == 1 else f"{root}{number}"
        node = driver_node(context, protocol, old)
        edit = new_key(node, new) if node is not None else None
        if edit is None or (new in plugin and new not in names) or not plugin[old].text:
            return None
        edits.append(edit)
        number += 1
    return safe("close the gap", *edits, group=CHAIN_GROUP) if edits else None


def section_at(context: Context, span: Span) -> Section | None:
    """Return the section that is opened at a place."""
    return context.once(_sections).get(span)


def _sections(context: Context) -> dict[Span, Section]:
    return {
        node.statement_span: node for node, _ in context.configuration.walk() if isinstance(node, Section)
    }


def block_removal(section: Section) -> Edit | None:
    """Return an edit that takes a block out; None where a comment would be lost with it."""
    end = section.end
    if end is None or any(isinstance(node, Comment | Section) for node in section.children):
        return None
    # A number sign may begin a comment behind a statement.
    if any("#" in line for line in section.document.source.lines[section.line - 1 : end.end_line]):
        return None
    return Edit(Span(section.document.path, section.line, 1, end.end_line + 1, 1), "")


def driver_removal(context: Context, protocol: str, definition: DriverDefinition) -> Edit | None:
    """Return an edit that takes a driver out."""
    if definition.text is not None:
        node = driver_node(context, protocol, definition.setting)
        return removal(node) if node is not None else None
    section = section_at(context, definition.span)
    return block_removal(section) if section is not None else None


def section_name(section: Section) -> Span | None:
    """Return where the name of a section stands that has one without quotes."""
    if not section.name or section.quoted or section.label:
        return None
    start = section.text.find(section.name, len(section.word))
    span = section.place(start, start + len(section.name))
    return span if start > 0 and within_a_line(span) else None


def option_name(option: DriverOption) -> Span | None:
    """Return where the name of an option of 2.3 stands, None where that isn't known."""
    if not _is_exact(option):
        return None
    span = option.span
    return Span(span.file, span.line, span.column, span.line, span.column + len(option.name))


def option_value(option: DriverOption) -> Span | None:
    """Return where the value of an option of 2.3 stands, None where that isn't known."""
    if not option.value or not _is_exact(option):
        return None
    span = option.span
    return Span(span.file, span.line, span.column + len(option.name) + 1, span.line, span.end_column)


def option_removal(definition: DriverDefinition, option: DriverOption) -> Edit | None:
    """Return an edit that takes an option out, with the blanks that part it from its neighbour."""
    options = list(definition.options)
    place = next(index for index, one in enumerate(options) if one is option)
    around = [options[index] for index in (place + 1, place - 1) if 0 <= index < len(options)]
    span = option.span
    if not _is_exact(option) or not all(map(_is_exact, around)):
        return None
    start, end = span.column, span.end_column
    if place + 1 < len(options):
        end = options[place + 1].span.column
    elif place:
        start = options[place - 1].span.end_column
    else:
        start -= 1  # the colon
    if any(one.span.line != span.line for one in around):
        return None
    return Edit(Span(span.file, span.line, start, span.line, end), "")


def _is_exact(option: DriverOption) -> bool:
    """Tell whether an option's place is that of its text alone."""
    lengths = {len(option.name), len(option.name) + 1 + len(option.value)}
    return within_a_line(option.span) and option.span.end_column - option.span.column in lengths


def same_for_all(context: Context, protocols: Iterable[str]) -> bool:
    """Tell whether these are all protocols, so that a key can be renamed for all of them at once."""
    return len(tuple(protocols)) == len(context.protocols)
