"""Keys: readable for this user alone, the one that the directory names, able to open what is kept."""

import stat
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError

from tongban.basics import sealing
from tongban.console.doctoring.diagnosis import Diagnosis, doubtful, ill, skipped, well
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Applicant
from tongban.trust import store
from tongban.trust.store import StoreTrouble


def check() -> Iterator[Diagnosis]:
    """The signing key, the directory's entry for it, and the field key."""
    yield from _signing_key()
    yield _field_key()


def _signing_key() -> Iterator[Diagnosis]:
    file = settings.NODE_KEY_FILE
    try:
        public = store.load(file).signer().public_key
        mode = stat.S_IMODE(file.stat().st_mode)
    except (OSError, ValueError, TypeError, StoreTrouble) as error:
        remedy = "检查 NODE_KEY_FILE；没有密钥时用 ./run node new-key --key-file 生成并登记公钥"
        yield ill("signing-key", f"读不出签名密钥 {file}：{type(error).__name__} {error}", remedy)
        return
    if mode & 0o077:
        remedy = f"chmod 600 {file}"
        yield doubtful("signing-key", f"签名密钥别的用户也能读（{mode:o}）", remedy)
    else:
        yield well("signing-key", "签名密钥读得出，只有本用户能读")
    yield _listed(public)


def _listed(public: str) -> Diagnosis:
    try:
        known = {node.code: node for node in jurisdictions.nodes()}.get(settings.NODE_ID)
    except DatabaseError:
        return skipped("directory", "数据库没有响应，没有检查")
    if known is None:
        remedy = "用 ./run node join 登记，枢纽批准后 ./run directory import 导入名录"
        return ill("directory", f"节点目录里没有本节点 {settings.NODE_ID}", remedy)
    if known.public_key != public:
        remedy = "登记这把密钥，或换回登记过的密钥文件；否则对方会搁置本节点的每份报文"
        return ill("directory", "节点目录里的公钥不是这把密钥的", remedy)
    return well("directory", "节点目录里的公钥与密钥相符")


def _field_key() -> Diagnosis:
    """With another field key everything personal is lost to sight: better known before intake."""
    try:
        applicant = Applicant.objects.order_by("-pk").first()
    except DatabaseError:
        return skipped("field-key", "数据库没有响应，没有检查")
    if applicant is None:
        return well("field-key", "还没有用字段密钥保存过内容")
    try:
        applicant.name  # noqa: B018 - reading it opens the seal
    except sealing.SealBroken:
        remedy = "换回原来的 FIELD_KEY；用它保存的内容，别的密钥打不开"
        return ill("field-key", "字段密钥打不开已保存的内容", remedy)
    return well("field-key", "字段密钥打得开已保存的内容")
