"""A node with nothing but its exchange, for measurements and tests: no pages, no people, no secrets."""

import base64
import os
from pathlib import Path


def environment(
    code: str, *, folder: Path, key_store: Path, database_url: str, broker_url: str
) -> dict[str, str]:
    """Our environment, and over it the settings of such a node's processes.

    Its keys for what it stores are known to everybody, so it is always a sandbox.
    """
    return os.environ | {
        "NODE_ID": code,
        "DATABASE_URL": database_url,
        "NATS_URL": broker_url,
        "DATA_DIR": str(folder),
        "NODE_KEY_FILE": str(key_store),
        "SANDBOX": "1",
        "SECRET_KEY": "only-for-a-bare-node",
        "FIELD_KEY": base64.b64encode(code.encode() * 16).decode(),
        "MATCH_KEY": base64.b64encode(b"m" * 32).decode(),
        "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
    }
