# ruff: noqa: E501 - the alternatives of a change are easier to read side by side
"""Changes to a configuration file, each a small function of a text and dice."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.words import KEYS, ODD_BYTES, OPENINGS, VALUES

Lines = list[bytes]
Mutation = Callable[[Random, Lines, Sequence[bytes]], None]
"""Changes the lines of a file in place; the third argument are lines of other files to take from."""

SETTING = re.compile(rb"(?P<start>[ \t]*)(?P<key>[^=#]*?)(?P<sign>[ \t]*=[ \t]*)(?P<value>.*)", re.DOTALL)
SECTION = re.compile(
    rb"(?P<start>[ \t]*)(?P<word>[^ \t={#]+)(?P<name>.*?)(?P<brace>[ \t]*\{)(?P<rest>.*)", re.DOTALL
)


def mutate(dice: Random, content: bytes, others: Sequence[bytes], count: int) -> bytes:
    """Return the content of a file after ``count`` changes; ``others`` are lines of other files."""
    lines = content.split(b"\n")
    for _ in range(count):
        dice.choice(MUTATIONS)(dice, lines, others)
    return b"\n".join(lines)


def _place(dice: Random, lines: Lines) -> int:
    """Return the index of a line, more often of one that isn't blank or a comment; -1 for no lines."""
    index = -1
    for _ in range(4):
        index = dice.randrange(len(lines)) if lines else -1
        if index >= 0 and lines[index].strip() and not lines[index].lstrip().startswith(b"#"):
            break
    return index


def _find(dice: Random, lines: Lines, pattern: re.Pattern[bytes]) -> tuple[int, re.Match[bytes] | None]:
    """Return the index of a line that is a setting or a section, and the match."""
    found = [(index, match) for index, line in enumerate(lines) if (match := pattern.fullmatch(line))]
    return dice.choice(found) if found else (-1, None)


def delete_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if lines:
        del lines[_place(dice, lines)]


def delete_lines(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    start = dice.randrange(len(lines) + 1)
    del lines[start : start + dice.randrange(1, 8)]


def duplicate_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if lines:
        lines.insert(dice.randrange(len(lines) + 1), lines[_place(dice, lines)])


def duplicate_block(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    start = dice.randrange(len(lines) + 1)
    block = lines[start : start + dice.randrange(1, 8)]
    place = dice.randrange(len(lines) + 1)
    lines[place:place] = block


def swap_lines(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if lines:
        one, other = _place(dice, lines), _place(dice, lines)
        lines[one], lines[other] = lines[other], lines[one]


def take_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(others))


def take_lines(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    start, place = dice.randrange(len(others)), dice.randrange(len(lines) + 1)
    lines[place:place] = others[start : start + dice.randrange(2, 8)]


def continue_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    """Break a line in two, at a blank or anywhere, with a backslash at the end."""
    index = _place(dice, lines)
    if index < 0:
        return
    line = lines[index]
    blanks = [place for place, byte in enumerate(line) if byte in b" \t="]
    place = dice.choice(blanks) if blanks and dice.random() < 0.8 else dice.randrange(len(line) + 1)
    end = dice.choice((b"\\", b" \\", b"\\\\", b" \\ ", b"\\\t", b" # c \\", b" \\\r"))
    between = [b""] * (dice.random() < 0.1) + [b"  # c"] * (dice.random() < 0.1)
    lines[index : index + 1] = [line[:place] + end, *between, line[place:]]


def join_lines(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if len(lines) > 1:
        index = dice.randrange(len(lines) - 1)
        lines[index : index + 2] = [lines[index] + dice.choice((b"", b" ", b" \\ ")) + lines[index + 1]]


def end_with_backslash(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if lines:
        lines[_place(dice, lines)] += dice.choice((b"\\", b" \\", b"\\\\"))


def add_comment(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0:
        lines[index] += dice.choice((b" # c", b"# c", b"#", b"\t#c'", b' # "', b" #}"))


def comment_out(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0:
        lines[index] = dice.choice((b"#", b"  # ", b"\x0c#")) + lines[index]


def uncomment(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    found = [index for index, line in enumerate(lines) if line.lstrip().startswith(b"#")]
    if found:
        index = dice.choice(found)
        lines[index] = lines[index].lstrip().removeprefix(b"#")


def add_blank(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    lines.insert(dice.randrange(len(lines) + 1), dice.choice((b"", b" ", b"\t", b"\r", b"\x0c", b"# c")))


def wrap(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    """Put a filter or section around some lines."""
    start = dice.randrange(len(lines) + 1)
    end = min(len(lines), start + dice.randrange(1, 8))
    lines.insert(end, b"}")
    lines.insert(start, dice.choice(OPENINGS))


def add_opening(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(OPENINGS))


def add_closing(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    closing = dice.choice((b"}", b"}", b"  } # c", b"}}", b"} x", b'"}"', b"}\r"))
    lines.insert(dice.randrange(len(lines) + 1), closing)


def change_braces(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SECTION)
    if match is not None:
        brace = dice.choice(
            (b"", b"{", b" {", b" { x", b"\\", b" {}", b" { }", b"\t{", b" { # c", b" {#", b" {{", b" =")
        )
        lines[index] = match["start"] + match["word"] + match["name"] + brace
        if dice.random() < 0.2:
            lines.insert(index + 1, b"{")


def change_word(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SECTION)
    if match is not None:
        opening = SECTION.fullmatch(dice.choice(OPENINGS))
        if opening is not None:
            lines[index] = match["start"] + opening["word"] + match["name"] + b" {"


def change_name(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SECTION)
    if match is not None:
        name = match["name"].strip()
        names = (b"", b'"' + name + b'"', b"'" + name + b"'", name + b" x", b'""', b'"a b"', b'"a\\"b"', b'"a"b', b"a/b",
                 b"a=b", b"=", b"__x", b"a,b", b"x", b"\xc3\xa9", b"!lmtp", b"lmtp", b"$x", b"%u", b"@x", b"a#b", b"'", b'"',
                 name + name, name.upper(), b'"a\\\\b"', b"a\\b", b"10.0.0.0/8", b"1.2.3.4/33", b"::/0", b"imap,pop3")  # fmt: skip
        lines[index] = b" ".join(filter(None, (match["start"] + match["word"], dice.choice(names), b"{")))


def change_key(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SETTING)
    if match is not None:
        key = match["key"]
        keys = (dice.choice(KEYS), dice.choice(KEYS), _other_key(dice, others), _other_key(dice, others), b'"' + key + b'"',
                key.upper(), key + b"x", key[:-1], key + b" x", key + b"/x", b"plugin/" + key, b'"' + key, key + key)  # fmt: skip
        lines[index] = match["start"] + dice.choice(keys) + match["sign"] + match["value"]


def _other_key(dice: Random, others: Sequence[bytes]) -> bytes:
    match = SETTING.fullmatch(dice.choice(others))
    return match["key"].lstrip(b"# \t") if match is not None else dice.choice(KEYS)


def change_value(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SETTING)
    if match is not None:
        sign = (
            match["sign"]
            if dice.random() < 0.8
            else dice.choice((b"=", b" =", b"= ", b"\t=\t", b"=\x0c", b" = = "))
        )
        lines[index] = match["start"] + match["key"] + sign + dice.choice(VALUES)


def other_value(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SETTING)
    other = SETTING.fullmatch(dice.choice(others))
    if match is not None and other is not None:
        lines[index] = match["start"] + match["key"] + match["sign"] + other["value"]


def change_quotes(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index, match = _find(dice, lines, SETTING)
    if match is not None:
        value = match["value"]
        quoted = (b'"' + value + b'"', b"'" + value + b"'", b'"' + value, value + b"'", b'"' + value + b"'",
                  b'"' + value.replace(b" ", b"\\ ") + b'"', value.strip(b"'\""), b'"' + value + b'" "', b'"' + value + b'\\"',
                  value + b" $" + match["key"].strip(), b"$SET:" + match["key"].strip() + b" " + value, b"<" + value,
                  b'"' + value + b' # "', b" " + value + b" \\x", value.replace(b" ", b"\t"), value.upper())  # fmt: skip
        lines[index] = match["start"] + match["key"] + match["sign"] + dice.choice(quoted)


def add_setting(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(KEYS) + b" = " + dice.choice(VALUES))


def add_include(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    include = dice.choice(
        (b"!include ", b"!include_try ", b"!include\t", b'"!include" ', b"!include", b"!INCLUDE ")
    )
    pattern = dice.choice(
        (b"a.conf", b"b.conf", b"*.inc", b"nosuch", b"nosuch*", b"", b"{a,b}.conf", b"[ab].conf", b"./a.conf", b"dovecot.conf",
         b'"a.conf"', b"a.conf # c", b"?.conf", b".", b"sub/*.conf", b"[!b].conf", b"a\\.conf", b"{a,{b,c}}.conf")
    )  # fmt: skip
    lines.insert(dice.randrange(len(lines) + 1), include + pattern)


def odd_byte(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0:
        line = lines[index]
        place = dice.choice((0, len(line), dice.randrange(len(line) + 1), dice.randrange(len(line) + 1)))
        lines[index] = line[:place] + dice.choice(ODD_BYTES) + line[place:]


def delete_byte(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0 and lines[index]:
        place = dice.randrange(len(lines[index]))
        lines[index] = lines[index][:place] + lines[index][place + 1 :]


def cut_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0:
        lines[index] = lines[index][: dice.randrange(len(lines[index]) + 1)]


def cut_end(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if dice.random() < 0.3:
        del lines[dice.randrange(len(lines) + 1) :]


def carriage_returns(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    if dice.random() < 0.2:
        lines[:] = [line + b"\r" for line in lines]


def long_line(dice: Random, lines: Lines, others: Sequence[bytes]) -> None:
    index = _place(dice, lines)
    if index >= 0 and dice.random() < 0.2:
        piece = dice.choice((b"x", b" ", b"x y ", b"'", b"\\", b"\xff", b"$mail_home ", b"%{"))
        lines[index] += piece * (dice.choice((1023, 4096, 8191, 8192, 70000)) // len(piece))


MUTATIONS: tuple[Mutation, ...] = (
    delete_line, delete_lines, duplicate_line, duplicate_block, swap_lines, take_line, take_lines, continue_line,
    join_lines, end_with_backslash, add_comment, comment_out, uncomment, add_blank, wrap, wrap, add_opening, add_closing,
    change_braces, change_word, change_name, change_name, change_key, change_key, change_value, change_value,
    change_value, other_value, other_value, change_quotes, change_quotes, add_setting, add_setting, add_include, odd_byte,
    odd_byte, delete_byte, cut_line, cut_end, carriage_returns, long_line,
)  # fmt: skip
