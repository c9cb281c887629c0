"""What an exit code means, everywhere on the command line."""

import enum


class Exit(enum.IntEnum):
    """The codes; `./run --help` prints this table."""

    DONE = 0
    REFUSED = 1
    WRONG_WORDS = 2
    ENVIRONMENT = 3
    NOT_RUNNING = 4
    INTERRUPTED = 130


MEANINGS = {
    Exit.DONE: ("完成", "done"),
    Exit.REFUSED: ("被拒绝，或检查未通过", "refused, or a check did not pass"),
    Exit.WRONG_WORDS: ("命令写法不对", "the command is not known in this form"),
    Exit.ENVIRONMENT: (
        "本机或所依赖的服务有问题",
        "this machine or a server it needs is in the way",
    ),
    Exit.NOT_RUNNING: ("没有在运行，或未就绪", "nothing is running, or it is not ready"),
    Exit.INTERRUPTED: ("被中断", "interrupted"),
}
