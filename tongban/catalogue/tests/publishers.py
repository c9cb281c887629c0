"""Other nodes as publishers: what they publish, signed with keys that this node knows."""

import json
import uuid
from dataclasses import replace

from django.conf import settings as live

from tongban.catalogue import handlers, messages
from tongban.catalogue.messages import Signed
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    SHIPPED,
    TUESDAY,
    shipped,
)
from tongban.exchange.envelope import Envelope
from tongban.jurisdictions.tests import introducing as directory
from tongban.trust import signing

FUZHOU, CITY = "350100", "220100"
KEYS = {code: signing.signer_from_pem(signing.new_key()) for code in ("00", "35", "44")}


def connect(folder):
    """The hub, 福建 and 广东 are connected, and so is this node, 吉林."""
    path = folder / "directory.json"
    keys = {**KEYS, "22": signing.load_signer(live.NODE_KEY_FILE)}
    nodes = [
        {"code": code, "base_url": f"http://127.0.0.1/{code}", "public_key": key.public_key}
        for code, key in keys.items()
    ]
    path.write_text(json.dumps({"nodes": nodes}))
    directory.load_directory(path, at=MONDAY)


def standard(number=SHIPPED + 1, day=TUESDAY, **content):
    said = {"number": number, "from_day": day.isoformat()}
    return {
        "kind": "standard",
        "item": ITEM,
        **said,
        "content": shipped().content | said | {"consultation": "户政大厅"} | content,
        "running": {},
        "why": "试改",
        "drafted_by": "a",
        "published_by": "b",
    }


def local(place=FUZHOU, number=1, day=TUESDAY, **parts):
    return {
        "kind": "implementation",
        "item": ITEM,
        "division_code": place,
        "authority_code": "",
        "authority_name": "福州市公安局",
        "level": "3",
        "part": "",
        "name": "夫妻投靠",
        "catalog_code": "",
        "task_code": "",
        "handle_code": "",
        "local_code": "",
        "over": SHIPPED,
        "number": number,
        "from_day": day.isoformat(),
        "content": {"consultation": "户籍科"},
        "wording": {},
        "running": {},
        "why": "试改",
        "drafted_by": "a",
        "published_by": "b",
    } | parts


class Publisher:
    """Another node, as far as its publications go."""

    def __init__(self, code):
        self.code, self.steps = code, []

    def step(self, *changes, key=None, **parts):
        """Its next step, signed with its key unless another one is given."""
        last = self.steps[-1] if self.steps else None
        signer = key or KEYS[self.code]
        one = Signed(
            self.code,
            parts.pop("number", len(self.steps) + 1),
            parts.pop("previous", last.digest if last else ""),
            MONDAY,
            list(changes),
            signer.key_id,
        )
        one = replace(one, signature=signer.sign(one.payload()))
        self.steps.append(one)
        return one


def letter(one, *, sender=None, data=None, subject=""):
    return Envelope(
        id=uuid.uuid4(),
        type=messages.PUBLICATION,
        sender=sender or one.publisher,
        recipient=live.NODE_ID,
        subject=subject or messages.subject(one.publisher),
        at=MONDAY,
        data=data if data is not None else messages.packed(one),
        sequence=one.number,
    )


def take(one, **more):
    handlers.take_publication(letter(one, **more))
