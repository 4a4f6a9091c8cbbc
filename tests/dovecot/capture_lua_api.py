"""Write fixtures/captured/lua-api-2.4.5.txt: what inputs/lua/later-api.lua says in a later Dovecot.

Run as root, as a script, with the root of a system that has Dovecot 2.4.5 (packages dovecot-core,
dovecot-imapd, dovecot-lmtpd and dovecot-auth-lua of a Debian later than trixie).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from dovecot_conf import Version  # noqa: E402
from tests.dovecot.harness.installations import find_24  # noqa: E402
from tests.dovecot.harness.pool import Pool  # noqa: E402
from tests.dovecot.harness.setups import Setup  # noqa: E402
from tests.dovecot.lua_scripts import (  # noqa: E402
    MAIL,
    PLUGINS,
    SETTINGS,
    UIDVALIDITY,
    of_server,
    said_by_the_script,
)

SCRIPT = REPOSITORY / "tests/dovecot/inputs/lua/later-api.lua"
TARGET = REPOSITORY / "fixtures/captured/lua-api-2.4.5.txt"
USER = "user1"


def stable(line: str) -> str:
    """Return a line without the folder of the script."""
    return re.sub(r"\S*/(?=later-api\.lua)", "@root@/", line)


def main() -> None:
    pool = Pool(find_24({"PUSHNOTIF_TRIXIE_ROOT": sys.argv[1]}))
    try:
        setup = Setup(
            SETTINGS[Version.V24].format(script="@root@/later-api.lua"),
            plugins=PLUGINS,
            files=(("later-api.lua", SCRIPT.read_text("utf-8")),),
        )
        server = pool.get(setup)
        server.create_mailbox(USER, "INBOX")
        server.set_uidvalidity(USER, UIDVALIDITY)
        server.forget_log()
        server.deliver_lda(USER, MAIL.read_bytes())
        lines = [stable(line) for line in said_by_the_script(of_server(server.log()))]
    finally:
        pool.close()
    TARGET.write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
