"""What can be wrong with a message; each fault has a code of its own and tells what to do."""

from django.utils.translation import gettext as _

from tongban.exchange.addresses import MAX_ENVELOPE_BYTES


class Fault(Exception):
    """A message that cannot be handled as it is; `message` tells the operator what to do."""

    code = "message-fault"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unreadable(Fault):
    """Not JSON, or not a CloudEvent with the attributes we need."""

    code = "unreadable"

    def __init__(self, what: str) -> None:
        super().__init__(_("报文读不出来（%(what)s），请对方节点检查发出的内容") % {"what": what})


class NodeIsOut(Fault):
    """From or to a node that the directory has suspended, or that has left."""

    code = "node-suspended"

    def __init__(self, node: str, *, has_left: bool) -> None:
        if has_left:
            self.code = "node-left"
            words = _("节点%(node)s已退出，报文不再收发")
        else:
            words = _("节点%(node)s已暂停接入，报文不收不发，恢复接入以后再办")
        super().__init__(words % {"node": node})


class TooLarge(Fault):
    """More bytes than one message may have."""

    code = "too-large"

    def __init__(self, size: int) -> None:
        facts = {"size": size, "limit": MAX_ENVELOPE_BYTES}
        super().__init__(
            _("报文有%(size)d字节，超过%(limit)d字节的上限，大的内容请作为文件传送") % facts
        )


class UnknownVersion(Fault):
    """A CloudEvents version or a signature suite that this node does not speak."""

    code = "unknown-version"

    def __init__(self, what: str) -> None:
        super().__init__(_("报文格式%(what)s本节点还不认识，升级后再重试") % {"what": what})


class UnknownType(Fault):
    """A kind of message, or a version of it, that nothing here handles."""

    code = "unknown-type"

    def __init__(self, kind: str) -> None:
        super().__init__(_("本节点不处理“%(kind)s”这种报文，升级后再重试") % {"kind": kind})


class WrongRecipient(Fault):
    """A message for another node."""

    code = "wrong-recipient"

    def __init__(self, recipient: str) -> None:
        facts = {"recipient": recipient}
        super().__init__(_("这份报文写明发给节点%(recipient)s，不是发给本节点的") % facts)


class WrongSender(Fault):
    """The broker knows who published it, and the envelope names somebody else."""

    code = "wrong-sender"

    def __init__(self, claimed: str, published: str) -> None:
        facts = {"claimed": claimed, "published": published}
        super().__init__(_("报文自称来自节点%(claimed)s，实际由节点%(published)s发出") % facts)


class UnknownKey(Fault):
    """Signed with a key that the directory does not have for that node."""

    code = "unknown-key"

    def __init__(self, sender: str, key_id: str) -> None:
        facts = {"sender": sender, "key": key_id}
        super().__init__(_("目录里没有节点%(sender)s的密钥%(key)s，更新目录后再重试") % facts)


class BadSignature(Fault):
    """The signature is not the sender's, or something was changed after signing."""

    code = "bad-signature"

    def __init__(self, sender: str) -> None:
        facts = {"sender": sender}
        super().__init__(_("签名与节点%(sender)s不符，内容可能被改动，不能办理") % facts)


class Truncated(Fault):
    """The end of a message is missing."""

    code = "truncated"

    def __init__(self) -> None:
        super().__init__(_("报文不完整，后半部分缺失，请对方重新发送"))


class Redirected(Fault):
    """A message between two others, which somebody made the broker lay into our mailbox."""

    code = "redirected"

    def __init__(self, sender: str, recipient: str) -> None:
        facts = {"sender": sender, "recipient": recipient}
        super().__init__(
            _("这是节点%(sender)s发给节点%(recipient)s的报文，被人转投到本节点，不予办理") % facts
        )


class Reflected(Fault):
    """Our own message, sent back to us."""

    code = "reflected"

    def __init__(self) -> None:
        super().__init__(_("这是本节点自己发出的报文，被人送了回来，不予办理"))


class Downgraded(Fault):
    """Less protected than the directory says it has to be."""

    code = "downgraded"

    def __init__(self, sender: str, what: str) -> None:
        facts = {"sender": sender, "what": what}
        super().__init__(
            _("节点%(sender)s发来的报文保护不足（%(what)s），请对方更新节点名录后重新发送") % facts
        )


class KeyExpired(Fault):
    """Signed with, or encrypted to, a key whose time is over or has not begun."""

    code = "expired-key"

    def __init__(self, node: str, key_id: str) -> None:
        facts = {"node": node, "key": key_id}
        super().__init__(
            _("节点%(node)s的密钥%(key)s不在有效期内，请对方换用现行密钥重新发送") % facts
        )


class KeyRevoked(Fault):
    """Signed with, or encrypted to, a key that was revoked."""

    code = "revoked-key"

    def __init__(self, node: str, key_id: str) -> None:
        facts = {"node": node, "key": key_id}
        super().__init__(_("节点%(node)s的密钥%(key)s已吊销，请与对方核实后由对方重新发送") % facts)


class UnknownSealKey(Fault):
    """Encrypted to a key that this node does not have."""

    code = "unknown-seal-key"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            _("报文加密用的公钥%(key)s不是本节点的，请对方更新节点名录后重新发送") % {"key": key_id}
        )


class NotOpened(Fault):
    """Encrypted for somebody else or for another message, or changed before it was signed."""

    code = "cannot-open"

    def __init__(self, sender: str) -> None:
        super().__init__(_("节点%(sender)s发来的报文解不开，请对方重新发送") % {"sender": sender})


class IdReused(Fault):
    """Another message under the id of one that we have."""

    code = "id-reused"

    def __init__(self, sender: str) -> None:
        super().__init__(
            _("节点%(sender)s用同一个编号发来了内容不同的报文，不予办理，请与对方核实")
            % {"sender": sender}
        )
