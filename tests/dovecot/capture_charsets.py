"""Write mailstore/charsets.json: what iconv of this machine and Python's codecs have in common.

Run as a script on a glibc system; it takes some minutes. For every name iconv knows it finds the
Python codec that decodes alike, and notes the characters where the two differ.
"""

from __future__ import annotations

import codecs
import encodings
import json
import pkgutil
import sys
import unicodedata
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.dovecot.iconv import Converter, Verdict, charset_names, iconv  # noqa: E402

TARGET = REPOSITORY / "mailstore" / "charsets.json"

SINGLE = [bytes([byte]) for byte in range(256)]
PAIRS = [bytes([lead, trail]) for lead in range(0x80, 256) for trail in range(256)]
TRIPLES = [bytes([0x8F, lead, trail]) for lead in range(0xA1, 255) for trail in range(0xA1, 255)]
ASCII = "".join(map(chr, range(128)))
INVALID = "\ufffd"

SINGLE_BYTE_CODECS = sorted(
    module.name
    for module in pkgutil.iter_modules(encodings.__path__)
    if module.name.startswith(("ascii", "cp", "hp", "iso8859", "koi8", "kz", "latin_1", "mac", "ptcp", "tis"))
)
MULTI_BYTE_CODECS = (
    *("big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jis_2004", "euc_jp", "euc_kr"),
    *("gb18030", "gb2312", "gbk", "johab", "shift_jis", "shift_jis_2004"),
)
# Stateful or of wide units: not comparable byte by byte, and known to agree.
FIXED = {
    "ISO-2022-JP": "iso2022_jp",
    "ISO-2022-JP-2": "iso2022_jp_2",
    "ISO-2022-JP-3": "iso2022_jp_3",
    "ISO-2022-KR": "iso2022_kr",
    "UTF-7": "utf_7",
    "UTF-8": "utf_8",
    "UTF-16": "utf_16",
    "UTF-16BE": "utf_16_be",
    "UTF-16LE": "utf_16_le",
    "UNICODE": "utf_16",
    "UTF-32": "utf_32",
    "UTF-32BE": "utf_32_be",
    "UTF-32LE": "utf_32_le",
    "UCS-2BE": "utf_16_be",
    "UCS-2LE": "utf_16_le",
    "UCS-4BE": "utf_32_be",
    "UCS-4LE": "utf_32_le",
}
STATEFUL_SAMPLES = [
    *SINGLE,
    *PAIRS,
    *(
        b"\x1b" + code + b"0!" + b"\x1b(B~\\"
        for code in (b"$B", b"$@", b"(J", b"$A", b"$(C", b"$(D", b"$)C", b"(I")
    ),
    *(
        bytes([a, b, c, d])
        for a in (0, 9, 65, 216, 255)
        for b in (0, 65, 254)
        for c in (0, 220, 66)
        for d in (0, 67, 221)
    ),
    b"+AOQ-x+-",
]


def main() -> None:
    names: dict[str, str] = {}
    variants: dict[str, dict[str, object]] = {}
    by_behaviour: dict[tuple[object, ...], str] = {}
    fixed = {behaviour(name): name for name in FIXED}
    for name in charset_names():
        key = behaviour(name)
        if key is None:
            continue
        if key not in by_behaviour:
            by_behaviour[key] = (
                compare_fixed(fixed[key], variants) if key in fixed else compare(name, variants) or ""
            )
        if by_behaviour[key]:
            names[name] = by_behaviour[key]
    used = {codec: variant for codec, variant in variants.items() if codec in names.values()}
    document = {"names": names, "variants": used}
    TARGET.write_text(json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n")


def behaviour(name: str) -> tuple[object, ...] | None:
    with iconv(name) as converter:
        if converter is None:
            return None
        return tuple(converter.convert(sample) for sample in STATEFUL_SAMPLES)


def compare(name: str, variants: dict[str, dict[str, object]]) -> str | None:
    """Return the codec, or the name of a variant of one, that decodes as iconv does."""
    with iconv(name) as converter:
        assert converter is not None
        singles = [converter.convert(byte) for byte in SINGLE]
        if any(verdict is Verdict.INCOMPLETE for verdict, _ in singles):
            return compare_multi(name, converter, variants)
        table = "".join(text if verdict is Verdict.DONE and text else INVALID for verdict, text in singles)
        if len(table) != 256:
            return None
        composed = composed_characters(converter, table)
        waits = "".join(char for char, byte in zip(table, SINGLE, strict=True) if waiting(converter, byte))
    codec = next((c for c in SINGLE_BYTE_CODECS if table == b"".join(SINGLE).decode(c, "replace")), None)
    if codec and not composed:
        return codec
    lower = {own: text for own, text in zip(ASCII, table, strict=False) if own != text}
    if len(lower) > 12:
        return None
    upper = table[128:] if table[128:].strip(INVALID) else ""
    variants[name.lower()] = {"lower": lower, "upper_half": upper, "composed": composed}
    if waits:
        variants[name.lower()]["waits"] = waits
    return name.lower()


def waiting(converter: Converter, byte: bytes) -> bool:
    """Tell whether a character is held back until it is known what follows."""
    return converter.convert(byte) != converter.convert(byte, flush=False)


def composed_characters(converter: Converter, table: str) -> dict[str, str]:
    """Find the letters and marks, in pairs, that iconv joins into one character."""
    marks = [byte for byte in range(128, 256) if unicodedata.combining(table[byte])]
    known = {char: bytes([byte]) for byte, char in enumerate(table) if char != INVALID}
    composed: dict[str, str] = {}
    while fresh := {
        char + table[mark]: text
        for char, code in known.items()
        for mark in marks
        if len(text := converter.convert(code + bytes([mark]))[1]) == 1
    }:
        composed |= fresh
        known = {
            fresh[char + table[mark]]: code + bytes([mark])
            for char, code in known.items()
            for mark in marks
            if char + table[mark] in fresh
        }
    return composed


def compare_fixed(name: str, variants: dict[str, dict[str, object]]) -> str:
    """Note the single bytes that iconv refuses and the codec of FIXED takes, and the other way round."""
    codec = FIXED[name]
    with iconv(name) as converter:
        assert converter is not None
        refused = [byte for byte in SINGLE if converter.convert(byte)[0] is Verdict.INVALID]
        passes_escape = converter.convert(b"\x1b~~")[1].startswith("\x1b")
    changed = {own: INVALID for byte in refused if len(own := python(codec, byte)[1]) == 1}
    extra = {"1b": "\x1b"} if codec.startswith("iso2022") and passes_escape else {}
    if not (changed or extra) or codec.startswith(("utf_16", "utf_32")):
        return codec
    variants[name.lower()] = {"codec": codec, "changed": changed, "extra": extra, "refused": []}
    return name.lower()


def compare_multi(name: str, converter: Converter, variants: dict[str, dict[str, object]]) -> str | None:
    samples = SINGLE + PAIRS + (TRIPLES if converter.convert(b"\x8f\xb0\xa1")[0] is Verdict.DONE else [])
    wanted = {sample: converter.convert(sample) for sample in samples}
    best = min(MULTI_BYTE_CODECS, key=lambda codec: sum(wanted[s] != python(codec, s) for s in PAIRS[::7]))
    changed: dict[str, str] = {}
    extra: dict[str, str] = {}
    right: set[str] = set()
    for sample, (verdict, text) in wanted.items():
        own_verdict, own = python(best, sample)
        if verdict is own_verdict and text == own:
            right.add(own)
            continue
        if len(sample) > 1 and (sample[:1].hex() in extra or wanted[sample[:1]][0] is Verdict.DONE):
            continue
        if own_verdict is Verdict.DONE and len(own) == 1:
            changed[own] = text if verdict is Verdict.DONE else INVALID
        elif verdict is Verdict.DONE:
            extra[sample.hex()] = text
    changed = {own: text for own, text in changed.items() if own not in right}
    if len(changed) + len(extra) > 600 or any(
        text == INVALID for own, text in changed.items() if own in ASCII
    ):
        return None
    refused = [
        byte.hex()
        for byte in SINGLE
        if wanted[byte][0] is Verdict.INVALID and python(best, byte)[0] is Verdict.INCOMPLETE
    ]
    if not changed and not extra and not refused:
        return best
    variants[name.lower()] = {"codec": best, "changed": changed, "extra": extra, "refused": refused}
    return name.lower()


def python(codec: str, sample: bytes) -> tuple[Verdict, str]:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        text = decoder.decode(sample)
    except UnicodeDecodeError as error:
        return Verdict.INVALID, sample[: error.start].decode(codec)
    return (Verdict.INCOMPLETE if decoder.getstate()[0] else Verdict.DONE), text


if __name__ == "__main__":
    main()
