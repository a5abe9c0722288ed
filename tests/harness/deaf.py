"""A chat client that reads nothing, and how the server bears it."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

from matchmaker.models import Member
from tests.harness.chat import Chat, new_member, token_of
from tests.harness.daphne import Server
from tests.harness.websocket import handshake

MIB = 1024 * 1024


def deaf_client(server: Server, member: Member) -> socket.socket:
    """Open a chat socket with small buffers; nothing is read from it hereafter."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((server.host, server.port))
    if server.tls is not None:
        client = server.tls.wrap_socket(client, server_hostname=server.host)
    client.sendall(handshake(server.host, server.port, token_of(member)))
    assert b" 101 " in client.recv(20)
    return client


def fill_buffers(server: Server) -> None:
    """Say 2.5 MB in the lobby, and hear it, all at once: who waited would be deaf."""
    talkers = [Chat(server, new_member(f"Talker{i}")) for i in range(8)]
    text = json.dumps({"message": "🙂" * 4_000}, ensure_ascii=False)
    for talker in talkers:
        for _i in range(20):
            talker.socket.send(text)
    with ThreadPoolExecutor(len(talkers)) as threads:
        for heard in threads.map(lambda talker: talker.messages(160), talkers):
            assert [frame["id"] for frame in heard] == [*range(1, 161)]
    for talker in talkers:
        talker.close()


def is_dropped(client: socket.socket) -> bool:
    """Only written to: reading would make it a client that is merely slow."""
    try:
        client.send(b"\x8a\x80\0\0\0\0")  # a pong, which asks for nothing
    except OSError:
        return True
    return False
