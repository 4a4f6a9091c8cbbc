from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from mailstore.dict_file import FileDict
from tests.cli.test_metadata_command import Site

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"


@pytest.fixture
def site(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, capfd)


def make_mailbox(site: Site, user: str, name: str, guid: str) -> None:
    folder = site.root / user / f".{name}"
    (folder / "cur").mkdir(parents=True)
    (folder / "dovecot-uidlist").write_text(f"3 V1 N1 G{guid}\n")


def lines_of(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def write_lines(site: Site, *lines: object) -> str:
    path = site.root / "lines.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(path)


def item(**changes: str) -> dict[str, str]:
    return {"user": "alice", "mailbox": "INBOX", "entry": "/private/a", "value": "1"} | changes


def test_entries_are_exported_by_mailbox_name_and_those_of_the_server_without(site: Site) -> None:
    make_mailbox(site, "alice", "Work.Entw&APw-rfe", "a" * 32)
    site.call("set", "-u", "alice", "-s", "", HTTP_NOTIFY, "user=alice")
    site.call("set", "-u", "alice", "Work.Entwürfe", "/shared/comment", "é")
    site.call("set", "-u", "bob", "INBOX", "/private/a", "1")
    code, out, err = site.call("export", "-A")
    assert (code, err) == (0, "")
    assert lines_of(out) == [
        {"user": "alice", "mailbox": "", "entry": HTTP_NOTIFY, "value": "user=alice"},
        {"user": "alice", "mailbox": "Work.Entwürfe", "entry": "/shared/comment", "value": "é"},
        {"user": "bob", "mailbox": "INBOX", "entry": "/private/a", "value": "1"},
    ]
    assert lines_of(site.call("export", "-u", "b*")[1]) == lines_of(out)[2:]
    assert lines_of(site.call("export", "-u", "alice", "--mailbox", "")[1]) == lines_of(out)[:1]


def test_server_entries_survive_a_new_inbox(site: Site) -> None:
    site.call("set", "-u", "alice", "-s", "", HTTP_NOTIFY, "user=alice")
    path = write_lines(site, site.call("export", "-u", "alice")[1].strip())
    (site.root / "alice" / "dovecot-uidlist").write_text(f"3 V2 N1 G{'c' * 32}\n")
    assert site.call("get", "-u", "alice", "-s", "", HTTP_NOTIFY)[1] == "\n"
    assert site.call("import", "-q", path) == (0, "", "")
    assert site.call("get", "-u", "alice", "-s", "", HTTP_NOTIFY)[1] == "user=alice\n"


def test_any_value_survives_the_way_through_json(site: Site) -> None:
    store = site.root / "alice.dict"
    values = (b"\xff\xfe\x80", b"", b"a\x01tb\x01n\x01r\x011", "é✓\u2028".encode(), b"\xc3", b'"\\\x7f\x02')
    content = b"".join(
        b"priv/%s/k%d\n%s\n" % (b"0" * 32, number, value) for number, value in enumerate(values)
    )
    store.write_bytes(content)
    exported = site.call("export", "-u", "alice")[1]
    store.unlink()
    assert site.call("import", "-q", write_lines(site, exported.strip()))[0] == 0
    assert store.read_bytes() == content


def test_entries_of_no_mailbox_are_counted_or_exported_with_their_guid(site: Site) -> None:
    store = site.root / "alice.dict"
    store.write_text(f"priv/{'0' * 32}/a\n1\nshared/{'d' * 32}/b\n2\njunk\nx\n")
    code, out, err = site.call("export", "-u", "alice")
    assert (code, len(lines_of(out))) == (0, 1)
    assert err.startswith("pushnotif: 2 entries belong to no mailbox")
    assert err.count("\n") == 1
    code, out, err = site.call("export", "-u", "alice", "--orphans")
    assert lines_of(out)[1] == {"user": "alice", "guid": "d" * 32, "entry": "/shared/b", "value": "2"}
    assert err.startswith("pushnotif: 1 entry belongs to no mailbox")
    store.unlink()
    assert site.call("import", "-q", write_lines(site, out.strip()))[0] == 0
    assert store.read_text() == f"priv/{'0' * 32}/a\n1\nshared/{'d' * 32}/b\n2\n"


def test_a_store_that_all_users_share_holds_no_orphans_and_is_written_once(site: Site) -> None:
    shared = ("-o", f"mail_attribute_dict=file:{site.root}/all.dict")
    path = write_lines(site, item(), f" {json.dumps(item(user='bob', value='2'))}\t")
    code, _, err = site.call("import", *shared, path)
    assert (code, err) == (0, "pushnotif: 2 entries of 2 users: stored\n")
    code, out, err = site.call("export", *shared, "-A")
    assert (code, err) == (0, "")
    assert lines_of(out) == [item(), item(user="bob", value="2")]


BAD_LINES = {
    "{": (64, "no JSON"),
    "[" * 100_000: (64, "no JSON"),
    "[]": (64, "JSON object"),
    '{"user":"alice"}': (64, "entry is missing"),
    json.dumps(item(value="\0")): (64, "NUL"),
    json.dumps(item(value="\ud800")): (64, "surrogate"),
    json.dumps(item(entry="/foo")): (64, "Must begin with /private or /shared"),
    json.dumps(item(entry="/private/")): (64, "nothing behind the type"),
    json.dumps(item(entry="/private/specialuse")): (65, "cannot be changed"),
    json.dumps(item(mailbox="", entry="/shared/admin")): (65, "cannot be changed"),
    json.dumps(item(mailbox="Nope")): (68, "Mailbox doesn't exist: Nope"),
    json.dumps(item(user="carol")): (68, "Mailbox doesn't exist: INBOX"),
    json.dumps(item(user="ghost")): (67, "User doesn't exist"),
    json.dumps(item(guid="d" * 32)): (64, "exclude each other"),
    json.dumps(item() | {"value": 1}): (64, "value has to be a string"),
    json.dumps(item(extra="x")): (64, "extra is unknown"),
}


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_nothing_is_written(site: Site, bad: str) -> None:
    path = write_lines(site, item(user="bob"), "", bad, item(user="bob", value="2"))
    code, out, err = site.call("import", path)
    wanted_code, text = BAD_LINES[bad]
    assert (code, out, err.count("\n")) == (wanted_code, "", 1)
    assert err.startswith(f"pushnotif: Error: {path}:3: ")
    assert text in err
    assert not list(site.root.glob("*.dict"))


def test_bytes_that_are_not_utf_8_are_a_bad_line(site: Site) -> None:
    path = site.root / "bytes"
    path.write_bytes(b'\n{"user":"\xff"}\n')
    assert site.call("import", str(path)) == (64, "", f"pushnotif: Error: {path}:2: no UTF-8\n")
    assert site.call("import", str(site.root / "none"))[0] == 75
    assert site.call("import")[0] == 64


def test_a_dry_run_writes_nothing(site: Site) -> None:
    code, _, err = site.call("import", "--dry-run", write_lines(site, item()))
    assert (code, err) == (0, "pushnotif: 1 entry of 1 user: checked, nothing written\n")
    assert not list(site.root.glob("*.dict"))


def test_a_missing_inbox_is_made_only_when_everything_is_right(site: Site) -> None:
    carol = item(user="carol", mailbox="", entry=HTTP_NOTIFY)
    assert site.call("import", "--create", write_lines(site, carol, "x"))[0] == 64
    assert not (site.root / "carol").exists()
    assert site.call("import", "-q", "--create", write_lines(site, carol)) == (0, "", "")
    assert site.call("get", "-u", "carol", "-s", "", HTTP_NOTIFY)[1] == "1\n"


def test_users_are_selected(site: Site) -> None:
    nameless = item(value="3")
    del nameless["user"]
    path = write_lines(site, item(user="bob"), nameless)
    assert site.call("import", path)[2].startswith(f"pushnotif: Error: {path}:2: user is missing")
    assert site.call("import", "-q", "-u", "alice", path) == (0, "", "")
    assert site.call("get", "-u", "alice", "INBOX", "/private/a")[1] == "3\n"
    assert not (site.root / "bob.dict").exists()


def test_userdb_fields_replace_a_userdb_that_can_not_be_asked(site: Site) -> None:
    text = "mail_location = maildir:~/mail\nmail_attribute_dict = file:~/attr\nuserdb {\n  driver = sql\n}\n"
    site.configuration.write_text(text)
    code, _, err = site.call("get", "-u", "alice", "INBOX", "/private/a")
    assert (code, err.count("\n")) == (75, 1)
    assert "--userdb home=" in err
    home = ("--userdb", f"home={site.root}/%u", "-u", "alice")
    assert site.call("set", "--create", *home, "INBOX", "/private/a", "1") == (0, "", "")
    assert site.call("get", *home, "INBOX", "/private/a") == (0, "1\n", "")
    assert site.call("list", *home, "INBOX", "/private/a") == (0, "\n", "")
    assert lines_of(site.call("export", *home)[1]) == [item()]
    assert site.call("unset", *home, "INBOX", "/private/a") == (0, "", "")
    path = write_lines(site, item(value="2"))
    assert site.call("import", "-q", "--userdb", f"home={site.root}/%u", path) == (0, "", "")
    assert (site.root / "alice" / "attr").read_text().endswith("/a\n2\n")


@pytest.mark.parametrize(("field", "code"), [("home", 64), ("=x", 64), ("uid=nobody-here", 75)])
def test_a_bad_userdb_field_is_one_line(site: Site, field: str, code: int) -> None:
    result = site.call("get", "-u", "alice", "--userdb", field, "INBOX", "/private/a")
    assert (result[0], result[2].count("\n")) == (code, 1)
    assert "Traceback" not in result[2]


def test_a_store_that_can_not_be_written_leaves_the_others(site: Site) -> None:
    (site.root / "bob.dict").mkdir()
    path = write_lines(site, item(), item(user="bob"))
    code, _, err = site.call("import", path)
    assert (code, err.count("\n")) == (75, 1)
    assert err.endswith("(1 other store was written before)\n")
    assert site.call("get", "-u", "alice", "INBOX", "/private/a")[1] == "1\n"


def test_a_missing_inbox_and_stray_arguments_are_told_as_set_tells_them(site: Site) -> None:
    path = write_lines(site, item(user="carol"))
    code, _, err = site.call("import", path)
    assert code == 68
    assert f"{site.root}/carol: --create does" in err
    for command in (("import", path, "x"), ("export", "x")):
        assert site.call(*command) == (64, "", "pushnotif: Error: Extraneous arguments found: x\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("-u", "ghost"), 67),
        (("-u", "alice", "--mailbox", "Nope"), 68),
        (("-x",), 64),
        (("-u", "alice", "-o", "mail_attribute_dict="), 65),
        (("-u", "gh*"), 0),
    ],
)
def test_export_ends_with_the_codes_of_the_other_commands(
    site: Site, options: tuple[str, ...], code: int
) -> None:
    result = site.call("export", *options)
    assert (result[0], result[1], result[2].count("\n")) == (code, "", 1 if code else 0)


def test_a_large_import_takes_one_lock_and_one_new_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    updates = []
    update = FileDict.update

    def counted(store: FileDict, changes: Mapping[str, str | None]) -> None:
        updates.append(len(changes))
        update(store, changes)

    monkeypatch.setattr(FileDict, "update", counted)
    make_mailbox(site, "alice", "Work", "a" * 32)
    lines = [item(mailbox=("INBOX", "Work", "")[n % 3], entry=f"/private/{n}") for n in range(3000)]
    assert site.call("import", "-q", write_lines(site, *lines)) == (0, "", "")
    assert updates == [3000]
    assert len(lines_of(site.call("export", "-u", "alice")[1])) == 3000


def test_mailboxes_are_named_with_the_prefix_and_separator_of_their_namespace(site: Site) -> None:
    text = site.configuration.read_text()
    site.configuration.write_text(
        text + "namespace inbox {\n  inbox = yes\n  prefix = INBOX/\n  separator = /\n}\n"
        f"namespace old {{\n  prefix = Old/\n  separator = /\n  location = maildir:{site.root}/old-%u\n}}\n"
    )
    make_mailbox(site, "alice", "Work.Sub", "a" * 32)
    make_mailbox(site, "old-alice", "2019", "b" * 32)
    lines = [item(mailbox=name) for name in ("INBOX", "INBOX/Work/Sub", "Old/2019")]
    assert site.call("import", "-q", write_lines(site, *lines)) == (0, "", "")
    assert sorted((site.root / "alice.dict").read_text().split("\n")[0:6:2]) == [
        f"priv/{guid * 32}/a" for guid in "0ab"
    ]
    code, out, err = site.call("export", "-u", "alice")
    assert (code, err) == (0, "")
    assert lines_of(out) == lines


def test_options_of_our_own_never_make_an_abbreviation_of_doveadm_s_ambiguous(site: Site) -> None:
    err = site.call("set", "--us", "alice")[2]
    assert err == "pushnotif: set: option '--us' is ambiguous; possibilities: '--user' '--user-file'\n"
    home = f"home={site.root}"
    assert site.call("set", "-u", "alice", "--userd", home, "INBOX", "/private/a", "1") == (0, "", "")
