"""What clients and real dict servers said: 2.3.19.1 with sqlite behind it, 2.4.1 with a file.

A step is the call that makes the request, the request behind the greeting, the answer, and the result.
"""

from __future__ import annotations

from collections.abc import Callable

from dovecot_conf.versions import Version
from mailstore.dict_proxy import ProxyDict

G = "1" * 32
KEY = f"priv/{G}/comment"
LOOKUP = f"L{KEY}\talice\n".encode()
Use = Callable[[ProxyDict], object]
ROWS_23 = (
    b"*6\n+6\tOpriv/" + G.encode() + b"/comment\t\n+6\tOpriv/" + G.encode() + b"/vendor/x\t\n"
    b"+6\t\t1795453758\t129393\t1795453758\t129629\n"
)
ROWS_24 = (
    b"*5\n+5\tOpriv/" + G.encode() + b"/comment\thello\x01tworld\x01nline2\n"
    b"+5\tOpriv/" + G.encode() + b"/vendor/x\tv2\n+5\t\t1795454304\t211983\t1795454304\t212106\n"
)
TRANSCRIPTS: dict[Version, list[tuple[Use, bytes, bytes, object]]] = {
    Version.V23: [
        (
            lambda store: store.lookup(KEY),
            LOOKUP,
            b"*1\n+1\tN\t1795453757\t372208\t1795453757\t372726\n",
            None,
        ),
        (
            lambda store: store.update({KEY: "hello\tworld\nline2"}),
            f"B1\talice\nS1\t{KEY}\thello\x01tworld\x01nline2\nC1\n".encode(),
            b"*2\n+2\tO1\t1795453757\t523372\t1795453757\t525070\n",
            None,
        ),
        (
            lambda store: store.lookup(KEY),
            LOOKUP,
            b"*3\n+3\tOhello\x01tworld\x01nline2\t1795453757\t675636\t1795453757\t675924\n",
            "hello\tworld\nline2",
        ),
        (
            lambda store: store.update({f"priv/{G}/vendor/x": "v2", f"shared/{G}/comment": "sh"}),
            f"B2\talice\nS2\tpriv/{G}/vendor/x\tv2\nS2\tshared/{G}/comment\tsh\nC2\n".encode(),
            b"*4\n+4\tO2\t1795453757\t826801\t1795453757\t828205\n",
            None,
        ),
        (
            lambda store: store.keys_below(f"priv/{G}/"),
            f"I9\t0\tpriv/{G}/\talice\n".encode(),
            ROWS_23,
            ["comment", "vendor/x"],
        ),
        (
            lambda store: store.update({KEY: None}),
            f"B3\talice\nU3\t{KEY}\nC3\n".encode(),
            b"*10\n+10\tO3\t1795453758\t733147\t1795453758\t734223\n",
            None,
        ),
        (
            lambda store: store.update({f"priv/{G}/nosuch": None}),
            f"B4\talice\nU4\tpriv/{G}/nosuch\nC4\n".encode(),
            b"*11\n+11\tO4\t1795453758\t884917\t1795453758\t884992\n",
            None,
        ),
    ],
    Version.V24: [
        (
            lambda store: store.lookup(KEY),
            LOOKUP,
            b"*1\n+1\tN\t1795454303\t608227\t1795454303\t608361\n",
            None,
        ),
        (
            lambda store: store.update({KEY: "hello\tworld\nline2"}),
            f"B1\talice\t0\nS1\t{KEY}\thello\x01tworld\x01nline2\nC1\n".encode(),
            b"*2\n+2\tO1\t1795454303\t758888\t1795454303\t759216\n",
            None,
        ),
        (
            lambda store: store.keys_below(f"priv/{G}/"),
            f"I9\t0\tpriv/{G}/\talice\n".encode(),
            ROWS_24,
            ["comment", "vendor/x"],
        ),
    ],
}
