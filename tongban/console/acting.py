"""Acting as one node: whose settings, and when Django comes in."""

import base64
import os
from collections.abc import Sequence

from tongban.local.home import home, saved_settings
from tongban.local.trouble import WrongWords

# Enough for Django to describe a command; nothing is connected to or decrypted with it.
PLACEHOLDER_KEY = base64.b64encode(b"only to describe, never to seal.").decode()
ONLY_TO_DESCRIBE = {
    "NODE_ID": "00",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
    "FIELD_KEY": PLACEHOLDER_KEY,
    "MATCH_KEY": PLACEHOLDER_KEY,
    "SECRET_KEY": "only-to-describe",
}


def take_node(words: Sequence[str]) -> list[str]:
    """The words without `--node CODE`, whose settings become ours."""
    kept, rest = [], iter(words)
    for word in rest:
        if word == "--node":
            _become(next(rest, ""))
        elif word.startswith("--node="):
            _become(word.removeprefix("--node="))
        else:
            kept.append(word)
    return kept


def _become(code: str) -> None:
    if not code.isdecimal():
        raise WrongWords(
            "--node 后面要写节点代码，例如 --node 22。",
            "--node takes the code of a node, for example --node 22.",
        )
    os.environ.update(saved_settings(home(), code))


def set_up_django(*, only_help: bool = False) -> None:
    """Make models and settings usable; refused when nobody said which node this is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    if "NODE_ID" not in os.environ:
        if not only_help:
            raise WrongWords(
                "这个命令要以某个节点的身份执行：请加 --node 22 之类的节点代码，或设置该节点的环境变量。",
                "This command acts as a node: add its code, such as --node 22, "
                "or set the environment of that node.",
            )
        os.environ.update(ONLY_TO_DESCRIBE)
    import django

    django.setup()
