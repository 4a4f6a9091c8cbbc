"""Configurations to measure with: texts of any length that Dovecot and pushnotif accept.

They are yielded in pieces of whole lines, so that even a long one takes no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle, islice, repeat

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

SMALL = HEAD_23.partition("plugin {")[0] + "mail_home = /srv/mail/%u\nmail_location = maildir:~/Maildir\n"
"""What is read in no time: what a command takes for it is its start."""

FLAT_23 = (
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

FLAT_24 = (
    "login_greeting = Server {0} is ready.",
    "mail_home = /srv/mail/{0}/%{{user | domain}}/%{{user | username}}",
    "auth_verbose = yes",
    "mail_max_userip_connections = {0}",
    "login_log_format_elements = user=<%{{user}}> rip=%{{remote_ip}} lip=%{{local_ip}} {0}",
    "mail_path = ~/Maildir-{0}",
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


def comments(lines: int) -> Iterator[str]:
    """Yield a file that says nothing."""
    return repeat("# a comment of usual length, as in the files that packages bring\n", lines)


def flat(lines: int, version: str) -> Iterator[str]:
    """Yield settings one after the other, all outside of sections."""
    head, keys = (HEAD_23, FLAT_23) if version == "2.3" else (HEAD_24, FLAT_24)
    yield head
    settings = (f"{key.format(number)}\n" for key, number in zip(cycle(keys), count()))
    yield from islice(settings, lines - head.count("\n"))


def one_key(lines: int) -> Iterator[str]:
    """Yield the same setting again and again."""
    return (f"login_greeting = hello {number}\n" for number in range(lines))


def continued(lines: int) -> Iterator[str]:
    """Yield settings of two lines each."""
    return (f"login_greeting = hello \\\n  {number}\n" for number in range(lines // 2))


def plugin_keys(keys: int) -> Iterator[str]:
    """Yield one ``plugin {}`` of 2.3 with so many keys."""
    yield "plugin {\n"
    yield from (f"  key{number} = v\n" for number in range(keys))
    yield "}\n"


def filters(number: int, version: str) -> Iterator[str]:
    """Yield filters, each for one network and one protocol."""
    yield HEAD_23 if version == "2.3" else HEAD_24
    yield from (
        f"local 10.{each // 250}.{each % 250}.0/24 {{\n  protocol imap {{\n    mail_home = /x\n  }}\n}}\n"
        for each in range(number)
    )


def mixed(lines: int, version: str) -> Iterator[str]:
    """Yield a file of so many lines with all that the language has, for Dovecot 2.3 or 2.4."""
    head, block, section = (
        (HEAD_23, BLOCK_23, SECTION_23) if version == "2.3" else (HEAD_24, BLOCK_24, SECTION_24)
    )
    written = 0
    for part in _parts(head, block, section):
        length = part.count("\n")
        if written + length > lines:
            break
        written += length
        yield part
    yield from repeat("# the end\n", lines - written)


def _parts(head: str, block: str, section: str) -> Iterator[str]:
    yield head
    for number in count(1):
        yield block.format(number, number // 250 % 250, number % 250)
        if number % SECTIONS_EVERY == 0:
            yield section.format(number)
