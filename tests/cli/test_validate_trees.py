"""`pushnotif validate` with folders, patterns and parts of a configuration."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from cli.main import run

TREES = Path(__file__).parents[2] / "fixtures" / "trees"
NUMBER = "driver-number-unread"


@pytest.fixture(autouse=True)
def _inside_the_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TREES)


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return place and code of each finding."""
    assert run(["validate", "--format", "concise", *arguments]) in (0, 1)
    return [" ".join(line.split(" ")[:2]) for line in capsys.readouterr().out.splitlines()]


def looked_at(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return what a run names at its end."""
    assert run(["validate", *arguments]) in (0, 1)
    lines = capsys.readouterr().out.split("\n")
    return [line.partition(", read as ")[0].removeprefix("ok: ") for line in lines if ", read as " in line]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


# which files are main files


@pytest.mark.parametrize(
    ("tree", "main_files"),
    [
        ("distribution", ["distribution/dovecot.conf and 5 included files"]),
        ("mixed-repository", ["mixed-repository/dovecot/dovecot.conf"]),
        ("other-names", ["other-names/backend.conf and 1 included file", "other-names/proxy.conf"]),
        (
            "two-servers",
            [
                "two-servers/first/dovecot.conf and 1 included file",
                "two-servers/second/dovecot.conf and 1 included file",
            ],
        ),
        ("parts-alone", ["3 files of parts-alone/conf.d/ by themselves"]),
        (
            "ansible-role",
            [
                "ansible-role/templates/dovecot.conf.j2 by itself",
                "ansible-role/templates/10-auth.conf.j2 by itself",
            ],
        ),
    ],
)
def test_a_folder_is_looked_through_for_main_files(tree: str, main_files: list[str], capsys) -> None:
    assert looked_at(capsys, tree) == main_files


@pytest.mark.parametrize(
    "argument", ["distribution", "distribution/", "./distribution", "distribution/dovecot.conf"]
)
def test_a_folder_gives_what_its_main_file_gives(argument: str, capsys) -> None:
    assert [line.rpartition("/")[2] for line in found(capsys, argument)] == ["90-push.conf:3:3: PN301"]


def test_the_current_folder_has_no_path(capsys, monkeypatch) -> None:
    monkeypatch.chdir(TREES / "distribution")
    assert found(capsys, ".") == ["conf.d/90-push.conf:3:3: PN301"]


def test_files_below_the_current_folder_are_called_by_their_path_from_it(
    tmp_path, capsys, monkeypatch
) -> None:
    write(tmp_path, {"hosts/a/dovecot.conf": "ssl = maybe\n"})
    monkeypatch.chdir(tmp_path)
    assert [place.partition(":")[0] for place in found(capsys, ".")] == ["hosts/a/dovecot.conf"]


def test_main_files_come_in_the_order_of_the_folders_whatever_their_names(tmp_path, capsys) -> None:
    names = ["b.conf", "a/dovecot.conf", "a/sub/x.conf", "c/x.conf"]
    write(tmp_path, dict.fromkeys(names, "ssl = yes\n"))
    assert looked_at(capsys, str(tmp_path)) == [f"{tmp_path}/{name}" for name in names]


def test_a_pattern_in_quotes_is_looked_through(capsys) -> None:
    both = ["two-servers/first/../common/push.conf:2:3: PN302"]
    assert found(capsys, "two-servers/*/dovecot.conf") == both
    assert found(capsys, "two-servers/**") == both
    assert found(capsys, "**/first") == both


def test_a_file_that_several_main_files_share_is_reported_once(capsys) -> None:
    assert len(found(capsys, "two-servers")) == 1


def test_an_argument_that_comes_twice_counts_once(capsys) -> None:
    assert looked_at(capsys, "distribution", "distribution/dovecot.conf", "./distribution") == [
        "distribution/dovecot.conf and 5 included files"
    ]


def test_of_files_that_include_one_another_the_first_is_the_main_file(tmp_path: Path, capsys) -> None:
    write(tmp_path, {"a.conf": "!include_try b.conf\n", "b.conf": "ssl = yes\n!include_try a.conf\n"})
    assert [Path(line.split(" ")[0]).name for line in looked_at(capsys, str(tmp_path))] == ["a.conf"]


def test_a_link_to_a_file_is_that_file(tmp_path: Path, capsys) -> None:
    write(tmp_path, {"sites/a/dovecot.conf": "ssl = maybe\n"})
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "dovecot.conf").symlink_to("../sites/a/dovecot.conf")
    assert len(found(capsys, str(tmp_path))) == 1


def test_links_that_lead_in_a_circle_end(tmp_path: Path, capsys) -> None:
    write(tmp_path, {"dovecot.conf": "ssl = maybe\n"})
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "nowhere.conf").symlink_to("missing")
    assert len(found(capsys, str(tmp_path))) == 1


# what is left out


def test_what_is_no_configuration_is_named_when_asked_for_more(capsys) -> None:
    assert run(["validate", "-v", "mixed-repository", "distribution"]) == 1
    skipped = [line.removeprefix("pushnotif: skipped ") for line in capsys.readouterr().err.splitlines()]
    assert skipped == [
        "mixed-repository/dovecot/dovecot-ldap.conf: it configures an LDAP look-up of Dovecot 2.3",
        "mixed-repository/fail2ban/filter.d/dovecot.conf: it is no Dovecot configuration",
        "mixed-repository/nginx/site.conf: it is no Dovecot configuration",
        "distribution/dovecot-sql.conf.ext: it configures an SQL look-up of Dovecot 2.3",
        "distribution/conf.d/auth-sql.conf.ext: a file of this name is read where it is included",
    ]


@pytest.mark.parametrize(
    "argument", ["mixed-repository/nginx", "mixed-repository/postfix", "*/nginx/*", "none*"]
)
def test_nothing_to_look_at_is_one_line(argument: str, capsys) -> None:
    assert run(["validate", argument]) == 2
    assert capsys.readouterr().err == (
        f"pushnotif: {argument}: no Dovecot configuration there (-v says what was skipped)\n"
    )


@pytest.mark.parametrize(
    "pattern", ["second", "two-servers/second", "sec*", "second/dovecot.conf", "*/second/*"]
)
def test_a_folder_or_a_file_can_be_left_out(pattern: str, capsys) -> None:
    assert looked_at(capsys, "two-servers", "--exclude", pattern) == [
        "two-servers/first/dovecot.conf and 1 included file"
    ]


def test_a_file_that_is_named_is_not_left_out(capsys) -> None:
    assert found(capsys, "mixed-repository/dovecot/dovecot.conf", "--exclude", "*.conf")


# parts


@pytest.mark.parametrize(
    ("folder", "argument"),
    [
        (".", "distribution/conf.d/90-push.conf"),
        ("distribution", "conf.d/90-push.conf"),
        ("distribution/conf.d", "90-push.conf"),
        ("distribution", "conf.d"),
        ("distribution", "conf.d/*.conf"),
    ],
)
def test_a_part_is_read_with_the_main_file_above_it(folder: str, argument: str, capsys, monkeypatch) -> None:
    monkeypatch.chdir(TREES / folder)
    (finding,) = found(capsys, argument)
    assert finding.endswith("90-push.conf:3:3: PN301")


def test_nothing_is_said_of_the_other_files_of_that_main_file(capsys) -> None:
    assert found(capsys, "distribution/conf.d/20-lmtp.conf") == []
    assert looked_at(capsys, "distribution/conf.d/20-lmtp.conf", "distribution/conf.d/10-mail.conf") == [
        (
            "distribution/conf.d/20-lmtp.conf, distribution/conf.d/10-mail.conf"
            " as part of distribution/dovecot.conf"
        )
    ]


def test_the_main_file_beside_its_part_is_looked_at_as_a_whole(capsys) -> None:
    for arguments in (["dovecot.conf", "conf.d/20-lmtp.conf"], ["conf.d/20-lmtp.conf", "dovecot.conf"]):
        names = [f"distribution/{name}" for name in arguments]
        assert looked_at(capsys, *names) == ["distribution/dovecot.conf and 5 included files"]


def test_parts_without_a_main_file_are_not_accused_of_what_it_may_have(capsys) -> None:
    assert found(capsys, "parts-alone") == [
        "parts-alone/conf.d/20-lmtp.conf:2:32: PN205",
        "parts-alone/conf.d/90-push.conf:3:3: PN302",
    ]
    assert found(capsys, "parts-alone/conf.d/10-plugins.conf") == []


def test_parts_that_could_be_of_either_version_have_what_both_refuse(capsys) -> None:
    assert found(capsys, "parts-of-either-version") == [
        "parts-of-either-version/conf.d/20-ssl.conf:1:1: PN167"
    ]


# --root


def test_absolute_paths_are_looked_up_below_the_root(capsys) -> None:
    below = "checkout-of-etc/etc/dovecot"
    expected = [f"{below}/conf.d/10-ssl.conf:2:11: PN154", f"{below}/push.lua:1:1: PN507"]
    for arguments in ([], ["checkout-of-etc"], [below], [f"{below}/dovecot.conf"]):
        assert found(capsys, "--root", "checkout-of-etc", *arguments) == expected


def test_a_part_below_the_root_finds_its_main_file_by_an_absolute_include(capsys) -> None:
    part = "checkout-of-etc/etc/dovecot/conf.d/10-ssl.conf"
    assert looked_at(capsys, "--root", "checkout-of-etc", part) == [
        f"{part} as part of checkout-of-etc/etc/dovecot/dovecot.conf"
    ]


# templates


def test_files_of_the_names_of_templates_are_read_as_such(capsys) -> None:
    assert found(capsys, "ansible-role", "puppet-module", "go-templates", "placeholders") == [
        "ansible-role/templates/dovecot.conf.j2:19:3: PN302",
        "ansible-role/templates/dovecot.conf.j2:39:1: PN161",
        "ansible-role/templates/10-auth.conf.j2:2:1: PN161",
        "puppet-module/templates/dovecot.conf.erb:11:30: PN205",
        "puppet-module/templates/dovecot.conf.erb:12:1: PN161",
        "go-templates/dovecot.conf.tmpl:11:1: PN163",
        "placeholders/dovecot.conf.in:12:3: PN302",
    ]


def test_files_of_other_names_are_when_asked_for(tmp_path: Path, capsys) -> None:
    template = (TREES / "ansible-role" / "templates" / "dovecot.conf.j2").read_text("utf-8")
    write(tmp_path, {"dovecot.conf": template})
    assert len(found(capsys, str(tmp_path), "--templates")) == 2
    assert run(["validate", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert out.count("\n --> ") == 1
    assert "the file looks like a Jinja template, so only its first problem is shown: use --templates" in out


def test_an_include_of_a_template_reads_templates(tmp_path: Path, capsys) -> None:
    write(
        tmp_path,
        {
            "dovecot.conf.j2": "mail_plugins = notify push_notification\n!include conf.d/*.conf\n",
            "conf.d/90-push.conf.j2": "plugin {\n  push_notification_driver = {{ driver }}\n}\n",
        },
    )
    assert looked_at(capsys, str(tmp_path)) == [f"{tmp_path}/dovecot.conf.j2 and 1 included file"]
    assert found(capsys, str(tmp_path)) == []


def test_the_source_line_is_shown_as_it_is_written(tmp_path: Path, capsys) -> None:
    write(tmp_path, {"dovecot.conf.j2": "# {{ a }}\n{% if a %}ssl = maybe{% endif %}\n"})
    assert run(["validate", "-q", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[3:5] == [
        "2 | {% if a %}ssl = maybe{% endif %}",
        "  |           ^^^^^^^^^^^",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys) -> None:
    write(tmp_path, {"dovecot.conf": "ssl = yes\n", "other.conf": "ssl = yes\n"})
    (tmp_path / "other.conf").chmod(0)
    assert run(["validate", str(tmp_path)]) == 0
    assert "other.conf: Permission denied" in capsys.readouterr().err


def test_a_part_that_is_a_template_may_be_for_either_version(tmp_path: Path, capsys) -> None:
    new = "metric a {\n  group_by cmd_name {\n    method discrete {\n    }\n  }\n}\n"
    write(
        tmp_path, {"10-metrics.conf.j2": new, "20-log.conf.j2": "log_path = {{ path }}\nauth_verbos = yes\n"}
    )
    assert found(capsys, str(tmp_path)) == [f"{tmp_path}/20-log.conf.j2:2:1: PN161"]


def test_stdin_can_be_a_template(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    text = "{% if a %}\nssl = maybe\n{% else %}\nssl = {{ ssl }}\n{% endif %}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert found(capsys, "--templates", "-") == ["<stdin>:2:1: PN167"]


def test_a_name_that_cannot_even_be_looked_up_is_one_line(capsys) -> None:
    assert run(["validate", "x" * 300]) == 2
    assert "internal error" not in capsys.readouterr().err
