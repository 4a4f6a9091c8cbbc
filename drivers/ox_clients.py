"""What the settings of TLS clients mean for an ``ox`` driver."""

from __future__ import annotations

from dovecot_conf.limits import LimitError
from dovecot_conf.push import ClientSettings, DriverDefinition
from dovecot_conf.versions import Version
from drivers.http_settings import TlsSettings
from drivers.option_values import parse_boolean

_UNREADABLE_23 = (
    "Can't load CA certs from {path} (ssl_client_ca_file setting): "
    "error:{code:08X}:system library::{reason}: calling fopen({path}, r), "
    "error:10000080:BIO routines::no such file, error:05880002:x509 certificate routines::system lib"
)
_EMPTY_23 = (
    "Can't load CA certs from {path} (ssl_client_ca_file setting): "
    "error:05800088:x509 certificate routines::no certificate or crl found"
)
_SYSTEM_LIBRARY = 0x80000000
_CERTIFICATE = "-----BEGIN "


def tls_settings(definition: DriverDefinition, version: Version) -> TlsSettings:
    """Return how certificates are checked for a driver.

    Raises:
        DriverError: for a boolean that is none (2.3 and 2.4 don't start with it).
    """
    client = definition.client
    values = client.values
    require_valid = parse_boolean(values.get("ssl_client_require_valid_cert", "yes"))
    authorities, problem = _authorities(client, values.get("ssl_client_ca_file", ""), version)
    folder = values.get("ssl_client_ca_dir", "")
    return TlsSettings(
        authorities=authorities,
        folder=client.files.locate(folder, "/") if folder else "",
        require_valid=require_valid,
        min_protocol=values.get("ssl_min_protocol", "TLSv1.2"),
        problem=problem,
    )


def _authorities(client: ClientSettings, path: str, version: Version) -> tuple[str | None, str]:
    """Return the certificates in a file, None without one, and Dovecot's words if it can't use them."""
    if not path:
        return None, ""
    if path.startswith("inline:") and version is Version.V24:
        return path.removeprefix("inline:"), ""
    try:
        text = client.files.read(client.files.locate(path, "/")).decode("ascii", "replace")
    except LimitError as error:
        return "", f"Can't load CA certs from {path}: {error}"
    except OSError as error:
        number, reason = error.errno or 0, error.strerror or ""
        return "", _UNREADABLE_23.format(path=path, code=_SYSTEM_LIBRARY + number, reason=reason)
    if _CERTIFICATE not in text:
        return text, _EMPTY_23.format(path=path) if version is Version.V23 else ""
    return text, ""
