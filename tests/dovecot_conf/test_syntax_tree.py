"""The tree: lossless, with places, and with what encloses what."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dovecot_conf import Configuration, Span, Version, load, loads, print_tree
from dovecot_conf.tree import Comment, Fragment, Include, Section, SectionEnd, Setting


def settings_of(configuration: Configuration) -> dict[str, Setting]:
    return {node.key: node for node, _ in configuration.walk() if isinstance(node, Setting)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a = b",
        b"a = b\r\n\r\n# c\r\n",
        b"a = \x00b\nc = d\n",
        b"\xff\xfe\xef\xbb\xbf = \x80\n",
        b"a = b \\\n  c\\\n\n# d \\\n e = f \\",
        b"protocol x {\n} y\n}\n}\nz {\n{\n",
        b"\x0b\x0c\x1c\x85\xc2\xa0\xe2\x80\xa8 = 1\n",
        b"\r\n\r\r\n\\\n\\\\\n",
    ],
)
@pytest.mark.parametrize("version", list(Version))
def test_junk_is_printed_as_it_was(content: bytes, version: Version) -> None:
    assert print_tree(loads(content, version=version).document) == content


@pytest.mark.parametrize("version", list(Version))
def test_random_bytes_are_printed_as_they_were(version: Version) -> None:
    dice = random.Random(20240229)
    alphabet = [
        b"a",
        b" ",
        b"\t",
        b"\n",
        b"\n",
        b"=",
        b"{",
        b"}",
        b'"',
        b"'",
        b"\\",
        b"#",
        b"$",
        b"<",
        b"\r",
        b"\0",
    ]
    alphabet += [b"protocol x {\n", b"\xff", "é".encode(), b"plugin {\n", b"\x0c", b"@g = 1\n", b"!include "]
    for _ in range(400):
        content = b"".join(dice.choices(alphabet, k=dice.randrange(60)))
        configuration = loads(content, filename="/nonexistent/dovecot.conf", version=version)
        assert print_tree(configuration.document) == content
        configuration.push("lmtp")


def test_a_setting_knows_where_its_key_and_value_are() -> None:
    node = settings_of(loads('# x\n  mail_plugins =  "a b" # c\n'))["mail_plugins"]
    assert node.key_span == Span("dovecot.conf", 2, 3, 2, 15)
    assert node.value_span == Span("dovecot.conf", 2, 19, 2, 24)
    assert (node.value, node.raw) == ("a b", '"a b"')


def test_columns_count_characters() -> None:
    node = settings_of(loads("é = ü\n".encode() + b"\xff\xff = x\n"))
    assert node["é"].value_span == Span("dovecot.conf", 1, 5, 1, 6)
    assert node["\udcff\udcff"].value_span.column == 6


def test_a_quoted_key_of_24_has_its_place_inside_the_quotes() -> None:
    node = settings_of(loads('"a b" = c\n', version=Version.V24))["a b"]
    assert node.key_span == Span("dovecot.conf", 1, 2, 1, 5)


def test_a_continued_value_spans_its_lines() -> None:
    node = settings_of(loads("a = b \\\n\n"))
    assert not node
    node = settings_of(loads("  a = bc \\\n    de\n"))
    assert node["a"].value == "bc de"
    assert node["a"].value_span == Span("dovecot.conf", 1, 7, 2, 7)
    assert (node["a"].line, node["a"].end_line) == (1, 2)
    assert node["a"].report_span.line == 2


def test_a_blank_line_drops_a_continued_one() -> None:
    nodes = [node for node, _ in loads("a = b \\\n\nc = d\n").walk()]
    assert isinstance(nodes[0], Fragment)
    assert nodes[0].lost
    assert [node.key for node in nodes if isinstance(node, Setting)] == ["c"]


def test_text_continues_from_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("mail_plugins = a \\\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include a.conf\n  b\n")
    node = settings_of(load(main))["mail_plugins"]
    assert node.value == "a b"
    assert node.document.path == str(main)
    assert node.value_span.file == str(main)


def test_sections_enclose_over_files(tmp_path: Path) -> None:
    (tmp_path / "open.conf").write_text("protocol lmtp {\n  plugin {\n")
    (tmp_path / "close.conf").write_text("}\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include open.conf\nfoo = 1\n!include close.conf\n}\nmail_home = 2\n")
    configuration = load(main)
    enclosing = {
        node.key: [section.word for section in sections]
        for node, sections in configuration.walk()
        if isinstance(node, Setting)
    }
    assert enclosing == {"foo": ["protocol", "plugin"], "mail_home": []}
    assert not configuration.problems
    assert [file.path for file in configuration.files] == [
        str(main),
        str(tmp_path / "open.conf"),
        str(tmp_path / "close.conf"),
    ]
    for document in [configuration.document, *included(configuration)]:
        assert print_tree(document) == Path(document.path).read_bytes()


def included(configuration: Configuration) -> list:
    return [
        document
        for node, _ in configuration.walk()
        if isinstance(node, Include)
        for document in node.documents
    ]


def test_a_closing_brace_belongs_to_its_section() -> None:
    document = loads("# c\nprotocol lmtp {\n  a = b\n}\n").document
    comment, section = document.children
    assert isinstance(comment, Comment)
    assert isinstance(section, Section)
    assert isinstance(section.end, SectionEnd)
    assert section.end.line == 4
    assert section.end.section is section
    assert section.end.enclosing == ()
    assert [type(node) for node in section.children] == [Setting]
