"""What doveconf of 2.3 checks at the end of the file, for the settings outside of filters and in each filter.

Follows ``config_all_parsers_check`` of 2.3.19.1, which calls the checks of all settings in this order.
What depends on the machine is left out: whether users, plugins and hosts exist there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import NamedTuple

from dovecot_conf.check_finding import Finding
from dovecot_conf.evaluate import Problems
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.settings23 import rank
from dovecot_conf.view23 import View23, written


class _Check(NamedTuple):
    """A check, and the settings and sections without which it finds nothing.

    It is the function ``name`` of the module ``checks23_…``, which is loaded when the check is first run:
    most configurations need few of them.
    """

    of: frozenset[str]
    module: str
    name: str

    def run(self, view: View23) -> Iterator[Finding]:
        """Yield what it finds."""
        check: Callable[[View23], Iterator[Finding]] = getattr(import_module(self.module), self.name)
        return check(view)


CHECKS = tuple(
    _Check(frozenset(names.split()), f"dovecot_conf.checks23_{module}", name)
    for names, module, name in (
        ("managesieve_client_workarounds", "values", "sieve_words"),
        ("syslog_facility log_debug log_core_filter process_shutdown_filter", "values", "logging"),
        ("ssl ssl_verify_client_cert ssl_ca ssl_options", "values", "ssl"),
        (
            (
                "auth_worker_max_count auth_cache_size auth_verbose_passwords auth_policy_server_url"
                " auth_policy_hash_nonce auth_policy_hash_mech auth_policy_hash_truncate"
            ),
            "values",
            "auth",
        ),
        ("passdb", "sections", "passdbs"),
        ("userdb", "sections", "userdbs"),
        ("director_user_expire", "values", "director"),
        ("dsync_hashed_headers dsync_alt_char dsync_features", "values", "doveadm"),
        ("imap_client_workarounds", "values", "imap"),
        ("imapc_max_idle_time imapc_features", "values", "imapc"),
        ("lmtp_client_workarounds", "values", "lmtp"),
        (
            (
                "mailbox_idle_check_interval mail_nfs_index mmap_disable mail_fsync mail_cache_max_size"
                " mail_cache_purge_delete_percentage pop3_uidl_format mail_attachment_hash"
                " mail_attachment_detection_options mail_cache_fields mail_always_cache_fields"
                " mail_never_cache_fields"
            ),
            "values",
            "mail_storage",
        ),
        ("namespace", "sections", "namespaces"),
        ("listen first_valid_uid last_valid_uid first_valid_gid last_valid_gid", "services", "master"),
        ("service protocols base_dir default_process_limit default_client_limit", "services", "services"),
        ("pop3_client_workarounds pop3_delete_type pop3_deleted_flag", "values", "pop3"),
        ("pop3c_features", "values", "pop3c"),
        ("metric event_exporter", "sections", "statistics"),
        ("submission_client_workarounds", "values", "submission"),
    )
)
_ALL = frozenset().union(*(check.of for check in CHECKS))


def check(scopes: list[Scope23], problems: Problems) -> None:
    """Report what is wrong outside of filters and in each filter, and filters that contradict each other."""
    checker = _Checker(problems)
    outermost = _subjects(scopes[0])
    checker.run(View23(scopes[:1]), outermost, scopes[0])
    checked = frozenset().union(*map(_subjects, scopes[1:])) & _ALL
    if len(scopes) == 1:
        return
    from dovecot_conf.condition_index import ConditionIndex  # noqa: PLC0415 - most have no filters
    from dovecot_conf.conflicts23 import conflict  # noqa: PLC0415 - most have no filters

    index = ConditionIndex(scopes)
    for scope in scopes[1:]:
        can_conflict = scope.condition.is_of_several
        if not (checked or can_conflict):
            continue
        matching = sorted(index.matching(scope.condition), key=rank)
        if can_conflict:
            for key, other in conflict(matching):
                checker.conflict(key, other)
        if "ssl" in scope.values:
            checker.switched_on(scopes[0], scope)
        subjects = frozenset().union(*(_subjects(found) for found in matching[:-1])) & checked
        checker.run(View23(matching), subjects, scope)


def _subjects(scope: Scope23) -> frozenset[str]:
    """Return the settings and sections outside of others that a scope sets."""
    paths = (*scope.values, *scope.sections)
    return frozenset(path.partition("/")[0] for path in paths)


class _Checker:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._reported: set[object] = set()

    def run(self, view: View23, subjects: frozenset[str], scope: Scope23) -> None:
        """Report each finding where it is met first."""
        for check in CHECKS:
            if check.of.isdisjoint(subjects):
                continue
            for finding in check.run(view):
                where = finding.where or scope.opened
                if where is None:
                    continue
                key = (finding.rule, finding.message, id(where))
                if key not in self._reported:
                    self._reported.add(key)
                    self._problems.report(where, finding.rule, finding.message, hint=finding.hint)

    def switched_on(self, outside: Scope23, scope: Scope23) -> None:
        """Report the first filter that switches TLS on although it is off for all."""
        off, entry = outside.values.get("ssl"), scope.values["ssl"]
        if off is None or written(off) != "no" or written(entry) == "no" or "ssl" in self._reported:
            return
        self._reported.add("ssl")
        text = f"SSL is disabled because global ssl=no, ignoring ssl={written(entry)} for subsection"
        self._problems.report(entry.node, "ssl-off-for-all", text)

    def conflict(self, key: str, scope: Scope23) -> None:
        """Report a setting on which filters contradict each other."""
        if scope.opened is None or ("filter-conflict", key, id(scope)) in self._reported:
            return
        self._reported.add(("filter-conflict", key, id(scope)))
        path, line = scope.opened.document.path, scope.opened.end_line
        text = f"Conflict in setting {key} found from filter at {path}:{line}"
        self._problems.report(scope.opened, "filter-conflict", text)
