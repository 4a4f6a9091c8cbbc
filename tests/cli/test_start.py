"""The start of the command: an interrupt at its very beginning, and what it need not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cli.main
from cli.start import main


def test_an_interrupt_at_the_very_beginning_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.main, "main", interrupt)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "pushnotif: interrupted\n"


SMALL = {
    "2.3": """\
mail_location = maildir:{root}/%u
mail_attribute_dict = file:{root}/%u.dict
userdb {{
  driver = static
  args = home={root}/%u
}}
protocol imap {{
  imap_metadata = yes
}}
""",
    "2.4": """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
mail_driver = maildir
mail_path = {root}/%{{user}}
mail_attribute {{
  dict file {{
    path = {root}/%{{user}}.dict
  }}
}}
userdb static {{
  fields {{
    home = {root}/%{{user | lower}}
  }}
}}
protocol imap {{
  imap_metadata = yes
}}
""",
}
NEEDLESS = {
    "dataclasses", "difflib", "fcntl", "grp", "hashlib", "ipaddress", "json", "pathlib", "pyparsing",
    "socket", "string", "tempfile", "urllib.parse",
    "cli.metadata_own", "cli.output_files", "cli.render.rows",
    "dovecot_conf.base_dir", "dovecot_conf.checks23", "dovecot_conf.checks24", "dovecot_conf.diagnostics",
    "dovecot_conf.dollar_words", "dovecot_conf.includes", "dovecot_conf.nets", "dovecot_conf.old_auth23",
    "dovecot_conf.overrides", "dovecot_conf.patterns", "dovecot_conf.push",
    "dovecot_conf.suggestions", "dovecot_conf.syntax_rules", "dovecot_conf.variables24_grammar",
    "dovecot_conf.variables24_recoding", "dovecot_conf.variables24_syntax",
    "mailstore.acl_access", "mailstore.acl_settings", "mailstore.others",
    "mailstore.passwd_file", "mailstore.permission_texts",
}  # fmt: skip


def _modules_after(program: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", f"import sys\n{program}\nprint(*sys.modules, sep='\\n')", *arguments]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("version", SMALL)
def test_a_set_on_a_small_configuration_loads_nothing_that_it_does_not_need(
    version: str, tmp_path: Path
) -> None:
    (tmp_path / "bob" / "cur").mkdir(parents=True)
    (tmp_path / "bob" / "dovecot-uidlist").write_text(f"3 V1 N1 G{'0123456789abcdef' * 2}\n")
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text(SMALL[version].format(root=tmp_path))
    arguments = ("-c", str(configuration), "-u", "bob", "INBOX", "/private/comment", "x")
    program = "import cli.main; assert cli.main.run(sys.argv[1:]) == 0"
    # What click itself loads differs from Python to Python.
    loaded = _modules_after(program, "metadata", "set", *arguments) - _modules_after("import click")
    assert (tmp_path / "bob.dict").exists()
    assert loaded & NEEDLESS == set()


READ_LOGS = {f"drivers.doctor.log.{name}" for name in ("explain", "lines", "reading", "sessions")}


def test_a_doctor_without_a_log_loads_nothing_that_reads_one(tmp_path: Path) -> None:
    program = "import cli.main; assert cli.main.run(['doctor', '--demo', '--offline', *sys.argv[1:]]) == 0"
    assert _modules_after(program) & {*READ_LOGS, "cli.doctor_log"} == set()
    log = tmp_path / "mail.log"
    log.write_text("")
    assert _modules_after(program, "--log", str(log)) >= READ_LOGS
