"""A nats-server that runs follows its configuration file: told to read it anew when there is news.

So whoever keeps the broker lets a timer do it: what has not changed is neither written nor read again.
"""

import hashlib
import signal
from pathlib import Path

import psutil

from tongban.local.keys import write_private
from tongban.local.trouble import Trouble

# The moment of a start is known to a second or so.
ROUNDED = 2.0


def write(file: Path, text: str) -> bool:
    """Write a configuration for us alone to read; False, and nothing written, if it says so already."""
    content = text.encode()
    if file.exists() and file.read_bytes() == content:
        return False
    write_private(file, content)
    return True


def tell(file: Path, pid: int) -> bool:
    """Let a server read its file if it has not read what stands there now; False if it has.

    Which server was told of what is noted beside the file, so a run that came to nothing, because the
    server was just starting, is made good by the next. Raises Trouble as `reload` does.
    """
    server = _server(pid)
    mark = file.with_name(f"{file.name}.told")
    known = f"{pid} {server.create_time()} {hashlib.sha256(file.read_bytes()).hexdigest()}"
    if mark.exists() and mark.read_text() == known:
        return False
    # One that was started after the file was written has read it.
    news = server.create_time() <= file.stat().st_mtime + ROUNDED
    if news:
        reload(pid)
    mark.write_text(known)
    return news


def reload(pid: int) -> None:
    """Let a running server read its configuration anew; whoever has no account in it is cut off.

    Raises Trouble when no nats-server runs under this id: the signal would end another program.
    """
    try:
        _server(pid).send_signal(signal.SIGHUP)
    except psutil.Error as error:
        raise _no_server(pid) from error


def _server(pid: int) -> psutil.Process:
    try:
        server = psutil.Process(pid)
        if "nats-server" in server.name():
            return server
    except psutil.Error as error:
        raise _no_server(pid) from error
    raise _no_server(pid)


def _no_server(pid: int) -> Trouble:
    return Trouble(
        f"进程 {pid} 不是正在运行的消息服务器，配置已写好，但没有让它重新读取。",
        f"Process {pid} is no running nats-server: the configuration is written, and nobody reads it.",
    )
