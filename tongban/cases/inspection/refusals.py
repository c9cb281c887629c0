"""Why a file is not taken as a paper."""

from tongban.basics.refusals import Refused


class PaperRefused(Refused):
    """A file that cannot be taken as a paper of a case, with what to do instead."""

    code = "paper-refused"
    status = 422


class ScannerDown(Refused):
    """The malware scanner did not answer, and this node takes no paper unseen."""

    code = "scanner-down"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "病毒检查现在没有回应，文件没有保存。您填的内容都在，请过几分钟再上传这一份"
        )
