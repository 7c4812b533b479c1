"""The kernel's sockets. Messages are bounded here: an enormous one is described instead of being parsed."""

from __future__ import annotations

import json
import os
import secrets
import socket
import tempfile
from typing import Any, Dict, Iterator, List, Optional, Tuple

import zmq
from jupyter_client.session import Session

from .long_reply import long_reply
from .long_stream import long_stream

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
MAX_FRAME_BYTES = 256 * 1024 * 1024
MAX_QUEUED_MESSAGES = 20_000
MAX_SOCKET_PATH = 100
NAMES = ("shell", "iopub", "stdin", "control", "hb")

Message = Dict[str, Any]


def _ipc_folder(preferred: str) -> Optional[str]:
    """A private folder whose socket paths fit into sockaddr_un, or None."""
    for base in (preferred, os.environ.get("HOME", ""), tempfile.gettempdir()):
        if base and len(base) + len("/nbv-xxxxxxxx/ipc-5") <= MAX_SOCKET_PATH and os.access(base, os.W_OK | os.X_OK):
            return tempfile.mkdtemp(prefix="nbv-", dir=base)
    return None


def _free_ports(count: int) -> List[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Channels:
    """Unix sockets by preference: out of reach of the pod's network. TCP on the loopback where paths are too long."""

    def __init__(self, preferred_folder: str, kernel_name: str) -> None:
        key = secrets.token_hex(32)
        ipc = _ipc_folder(preferred_folder)
        self._folder = ipc or tempfile.mkdtemp(prefix="nbv-")
        self._info: Dict[str, Any] = {
            "transport": "ipc" if ipc else "tcp",
            "ip": os.path.join(ipc, "ipc") if ipc else "127.0.0.1",
            "key": key,
            "signature_scheme": "hmac-sha256",
            "kernel_name": kernel_name,
        }
        for name, port in zip(NAMES, range(1, 6) if ipc else _free_ports(5)):
            self._info[name + "_port"] = port
        self.connection_file = os.path.join(self._folder, "kernel.json")
        descriptor = os.open(self.connection_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self._info, file)
        self.session = Session(key=key.encode(), signature_scheme="hmac-sha256", username="nbv")
        # A copied context would let a fork share our sockets; we never fork without exec.
        self._context = zmq.Context()
        self.shell = self._connect("shell", zmq.DEALER)
        self.control = self._connect("control", zmq.DEALER)
        self.iopub = self._connect("iopub", zmq.SUB)

    def _connect(self, name: str, kind: int) -> "zmq.Socket[bytes]":
        one: "zmq.Socket[bytes]" = self._context.socket(kind)
        one.linger = 0
        one.setsockopt(zmq.RECONNECT_IVL, 20)
        one.setsockopt(zmq.RECONNECT_IVL_MAX, 200)
        if kind == zmq.SUB:
            one.setsockopt(zmq.SUBSCRIBE, b"")
            # Beyond this, ZeroMQ drops the connection before it reserves the memory, and makes a new one.
            one.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
            # A kernel that shows things faster than we read them throws messages away beyond its queue and ours.
            one.setsockopt(zmq.RCVHWM, MAX_QUEUED_MESSAGES)
        elif kind == zmq.DEALER:
            one.setsockopt(zmq.IDENTITY, self.session.bsession)
        one.connect(self._address(name))
        return one

    def _address(self, name: str) -> str:
        template = "ipc://%s-%s" if self._info["transport"] == "ipc" else "tcp://%s:%s"
        return template % (self._info["ip"], self._info[name + "_port"])

    def send(self, to: "zmq.Socket[bytes]", kind: str, content: Dict[str, Any]) -> str:
        """Returns the message's id, which a notebook can't foresee: no answer can be sent ahead of its question."""
        message = self.session.msg(kind, content=content)
        identity = secrets.token_hex(16)
        message["msg_id"] = message["header"]["msg_id"] = identity
        self.session.send(to, message)
        return identity

    def receive(self, source: "zmq.Socket[bytes]") -> Iterator[Message]:
        """Every message that is there now. Those that don't verify as the kernel's are passed over."""
        while True:
            try:
                frames = source.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            message = self._decode(frames)
            if message is not None:
                yield message

    def _decode(self, frames: "List[zmq.Frame]") -> Optional[Message]:
        try:
            _, parts = self.session.feed_identities(frames, copy=False)
            size = sum(len(part) for part in parts)
            if size > MAX_MESSAGE_BYTES:
                return self._describe(parts, size)
            message: Message = self.session.deserialize(parts, content=True, copy=False)
            message["size"] = size
            return message if _is_whole(message) else None
        except Exception:  # Whatever a notebook manages to send: not a message of the protocol.
            return None

    @staticmethod
    def _describe(parts: "List[zmq.Frame]", size: int) -> Optional[Message]:
        header, parent = (json.loads(part.bytes) for part in parts[1:3])
        kind, raw = header["msg_type"], parts[4].buffer
        told = long_reply(raw, size) if kind in ("execute_reply", "error") else long_stream(raw)
        content = {"kind": kind, **told}
        message = {
            "header": {**header, "msg_type": "oversize"},
            "parent_header": parent,
            "content": content,
            "size": size,
        }
        return message if _is_whole(message) and isinstance(header["msg_type"], str) else None

    def close(self) -> None:
        for one in (self.shell, self.control, self.iopub):
            one.close(0)
        self._context.destroy(linger=0)
        for name in _listed(self._folder):
            try:
                os.unlink(os.path.join(self._folder, name))
            except OSError:
                pass
        try:
            os.rmdir(self._folder)
        except OSError:
            pass

    def poll_pairs(self) -> Tuple["zmq.Socket[bytes]", ...]:
        return (self.iopub, self.shell, self.control)


def _is_whole(message: Message) -> bool:
    """Its parts are what everybody who reads it relies on; a notebook can sign anything."""
    header, parent, content = message["header"], message["parent_header"], message["content"]
    return (
        all(isinstance(part, dict) for part in (header, parent, content))
        and isinstance(header.get("msg_type"), str)
        and isinstance(parent.get("msg_id", ""), str)
    )


def _listed(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
