"""TLS on the way to the broker: which certificates count.

Values in, values out, and no Django: the program that starts servers reads this too.
"""

import ssl
from pathlib import Path


def tls_context(addresses: str, authority: Path | None) -> ssl.SSLContext | None:
    """What a client checks the broker's certificate with; None for addresses without TLS.

    `addresses` are those of the servers, separated by commas. With `authority`, a file in PEM, only
    what it signed counts; else what this machine trusts.
    """
    if not any(one.strip().startswith("tls://") for one in addresses.split(",")):
        return None
    context = ssl.create_default_context(cafile=str(authority) if authority else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
