"""Every fault of an evidence file as a sentence that says what it means."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

_SENTENCES: dict[str, Callable[[], str]] = {
    "frame": lambda: _(
        "文件的结构被改动过或者不完整，位置：%(file)s。请重新下载，或请提供的人重新给一份"
    ),
    "missing": lambda: _("%(file)s不见了：清单里有，文件里没有"),
    "added": lambda: _("%(file)s是后来加进去的：清单里没有它"),
    "changed": lambda: _("%(file)s的内容被改动过，和清单里的SHA-256不一致"),
    "unnamed": lambda: _("%(file)s不属于这份证据文件：没有任何记录提到它"),
    "list-unreadable": lambda: _("清单里有一行读不懂：%(line)s"),
    "unsigned": lambda: _("清单没有制作节点的有效签名，不能证明文件齐全"),
    "other-issuer": lambda: _("清单由节点%(node)s签名，目录却写着由节点%(issuer)s制作"),
    "key-unreadable": lambda: _("%(file)s不是可用的公钥"),
    "key-misnamed": lambda: _("%(file)s里的公钥和文件名不符"),
    "key-not-listed": lambda: _("%(file)s不在随附的节点目录里"),
    "key-unknown": lambda: _(
        "密钥%(key)s不是节点%(node)s公布的密钥，用它签的内容不能当作该节点签的"
    ),
    "unreadable": lambda: _("%(file)s读不懂"),
    "format": lambda: _("这不是证据文件，或者是更新的格式，请用新版本的程序核对"),
    "signature": lambda: _("%(signed)s的签名不对：内容或签名被改动过，或者不是节点%(node)s签的"),
    "signature-of-nothing": lambda: _("%(file)s是签名，但没有它签的文件"),
    "signature-without-key": lambda: _("%(file)s用的密钥%(key)s没有随附，无法核对"),
    "signed-twice": lambda: _("%(file)s是多出来的签名，同一个文件已经有一个"),
    "no-case": lambda: _("文件里没有办件%(case)s自己的记录"),
    "cut-off": lambda: _(
        "%(chain)s的记录应该有%(count)d条，文件里有%(there)d条，或者最后一条不是制作时的那条"
    ),
    "event-unreadable": lambda: _("%(file)s不是一条能读懂的记录，或者不是规范的写法"),
    "other-chain": lambda: _("%(file)s是另一件（%(chain)s）的记录，被放到了这里"),
    "misplaced": lambda: _("%(file)s放错了位置，它是第%(seq)d条"),
    "event-unsigned": lambda: _("%(file)s没有有效的签名"),
    "other-author": lambda: _("%(file)s写明由节点%(author)s作出，却由节点%(node)s签名"),
    "does-not-follow": lambda: _("第%(seq)d条记录接不上它前面的一条（%(file)s）"),
    "part": lambda: _("%(file)s不是任何一条记录所指的个人内容"),
    "part-lost": lambda: _("有一条记录所指的个人内容既没有附上，也没有写明留着不公开：%(digest)s"),
    "material": lambda: _("%(file)s不是记录里写的那份材料"),
    "material-untold": lambda: _("目录里的材料和记录里写的不一致：%(digest)s"),
    "document-missing": lambda: _("目录里写着文书%(file)s，文件里没有"),
    "receipt": lambda: _("回执%(file)s读不懂，或者内容和名字不符"),
    "receipt-alone": lambda: _("回执%(file)s不在节点%(node)s签名的任何一份回执清单里"),
    "receipt-elsewhere": lambda: _("回执%(file)s说的不是这里的记录，是别的报文的回执"),
    "stamp-elsewhere": lambda: _("时间戳%(file)s说的不是这里的记录"),
    "stamp-way": lambda: _("时间戳%(file)s推算出来的不是盖了时间戳的那个值"),
    "stamp": lambda: _("时间戳%(file)s不对：不是随附证书的时间戳机构盖的，或者盖的是别的内容"),
    "statement": lambda: _("回执清单%(file)s读不懂，或者没有签名"),
}


def sentence(code: str, **facts: Any) -> str:
    """The sentence of a fault; facts that it does not use are passed over."""
    return _SENTENCES[code]() % facts
