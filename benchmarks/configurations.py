"""Configurations to measure with: texts of any length that both Dovecot and pushnotif accept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle, islice

HEAD_23 = """\
protocols = imap lmtp
mail_attribute_dict = file:%h/dovecot-attributes
mail_plugins = $mail_plugins notify push_notification
plugin {
  push_notification_driver = ox:url=http://localhost:8009/notify user_from_metadata
}
"""

HEAD_24 = """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
protocols = imap lmtp
mail_driver = maildir
mail_path = ~/Maildir
mail_attribute {
  dict file {
    path = %{home}/dovecot-attributes
  }
}
mail_plugins = notify push_notification
push_notification ox {
  push_notification_ox_url = http://localhost:8009/notify
}
"""

FLAT_KEYS = (
    "login_greeting = Server {0} is ready.",
    "mail_home = /srv/mail/{0}/%d/%n",
    "auth_verbose = yes",
    "mail_max_userip_connections = {0}",
    "login_log_format_elements = user=<%u> method=%m rip=%r lip=%l mpid=%e {0}",
    "mail_location = maildir:~/Maildir-{0}",
    "imap_idle_notify_interval = 2 mins",
    "ssl_min_protocol = TLSv1.2",
    'lda_mailbox_autocreate = "yes"',
    "first_valid_uid = 500",
)

BLOCK_23 = """\
# Customer {0}: written by the provisioning tool

local 10.{1}.{2}.0/24 {{
  protocol imap {{
    mail_max_userip_connections = {0}
    imap_idle_notify_interval = 2 mins   # saves the batteries of phones
  }}
}}
plugin {{
  quota_rule{0} = Trash:storage=+{0}M
  sieve_before{0} = "/srv/sieve/{0}.sieve"
  customer{0}_note = long texts go on \\
    in the next line
}}
login_greeting = Server {0} is ready.
mail_home = /srv/mail/{0}/%d/%n

"""

SECTION_23 = """\
namespace customer{0} {{
  prefix = Customers/{0}/
  location = maildir:/srv/shared/{0}
  hidden = yes
  list = no
  mailbox Drafts {{
    special_use = \\Drafts
  }}
}}
"""

BLOCK_24 = """\
# Customer {0}: written by the provisioning tool

local 10.{1}.{2}.0/24 {{
  protocol imap {{
    mail_max_userip_connections = {0}
    imap_idle_notify_interval = 2 mins   # saves the batteries of phones
  }}
}}
sieve_script customer{0} {{
  type = before
  path = "/srv/sieve/{0}.sieve"
}}
auth_policy_server_api_header = long texts go on \\
  in the next line {0}
login_greeting = Server {0} is ready.
mail_home = /srv/mail/{0}/%{{user | domain}}/%{{user | username}}

"""

SECTION_24 = """\
namespace customer{0} {{
  prefix = Customers/{0}/
  separator = /
  mail_path = /srv/shared/{0}
  hidden = yes
  list = no
  mailbox Drafts {{
    special_use = \\Drafts
  }}
}}
"""

SECTIONS_EVERY = 20
"""A namespace comes after so many blocks."""


def comments(lines: int) -> str:
    """Return a file that says nothing."""
    return "# a comment of usual length, as in the files that packages bring\n" * lines


def flat(lines: int) -> str:
    """Return settings one after the other, all outside of sections."""
    return "".join(f"{line}\n" for line in islice(map(str.format, cycle(FLAT_KEYS), count()), lines))


def one_key(lines: int) -> str:
    """Return the same setting again and again."""
    return "".join(f"login_greeting = hello {number}\n" for number in range(lines))


def continued(lines: int) -> str:
    """Return settings of two lines each."""
    return "".join(f"login_greeting = hello \\\n  {number}\n" for number in range(lines // 2))


def plugin_keys(lines: int) -> str:
    """Return one ``plugin {}`` of 2.3 with as many keys."""
    return "plugin {\n" + "".join(f"  key{number} = v\n" for number in range(lines)) + "}\n"


def filters(number: int) -> str:
    """Return filters, each for one network and one protocol."""
    return "".join(
        f"local 10.{each // 250}.{each % 250}.0/24 {{\n  protocol imap {{\n    mail_home = /x\n  }}\n}}\n"
        for each in range(number)
    )


def mixed(lines: int, version: str) -> str:
    """Return a file of so many lines with all that the language has, for Dovecot 2.3 or 2.4."""
    head, block, section = (
        (HEAD_23, BLOCK_23, SECTION_23) if version == "2.3" else (HEAD_24, BLOCK_24, SECTION_24)
    )
    text: list[str] = head.splitlines()
    for part in _parts(block, section):
        if len(text) + part.count("\n") > lines:
            break
        text += part.splitlines()
    text += ["# the end"] * (lines - len(text))
    return "".join(f"{line}\n" for line in text)


def _parts(block: str, section: str) -> Iterator[str]:
    for number in count(1):
        yield block.format(number, number // 250 % 250, number % 250)
        if number % SECTIONS_EVERY == 0:
            yield section.format(number)
