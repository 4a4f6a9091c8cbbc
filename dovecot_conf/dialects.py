"""The two dialects of the configuration language, as data.

2.3 is what Dovecot 2.3.19.1 reads, 2.4 what Dovecot 2.4.1 reads. Where the lexers differ, the
difference is a field here, so that no other module asks for the version while it reads lines.
"""

from __future__ import annotations

from dovecot_conf.value import Value
from dovecot_conf.versions import Version


class Dialect(Value):
    """What the readers of the two versions do not have in common.

    ``white`` is the set of white space characters (2.4: C's ``isspace``); ``quoted_keys`` says that
    ``"a b" = v`` has the key ``a b``; ``groups`` that ``group @LABEL NAME {`` exists; ``reference``
    is the prefix of a look-up of another setting in a value.
    """

    version: Version
    white: str
    quoted_keys: bool
    groups: bool
    reference: str


V23 = Dialect(Version.V23, white=" \t", quoted_keys=False, groups=False, reference="$")
V24 = Dialect(Version.V24, white=" \t\n\r\x0b\x0c", quoted_keys=True, groups=True, reference="$SET:")

DIALECTS = {Version.V23: V23, Version.V24: V24}
