"""The channel layer without our code: what comes from one socket goes to all.

`layer` is the least that can be written on Daphne and the channel layer; `consumer` is
Channels' own way, as its tutorial has it. Both on our settings' layer, which has one
Redis: each has a group of its own.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer

Event = dict[str, Any]


async def layer(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Event]],
    send: Callable[[Event], Awaitable[None]],
) -> None:
    bare = get_channel_layer()
    channel = await bare.new_channel()
    await bare.group_add("bench.layer", channel)

    async def hear() -> None:
        while True:
            event = await bare.receive(channel)
            await send({"type": "websocket.send", "text": event["text"]})

    hearing = asyncio.create_task(hear())
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            event = {"type": "chat.message", "text": message["text"]}
            await bare.group_send("bench.layer", event)
    hearing.cancel()


class Consumer(AsyncWebsocketConsumer):
    groups = ["bench.consumer"]

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        event = {"type": "chat.message", "text": text_data}
        await self.channel_layer.group_send(self.groups[0], event)

    async def chat_message(self, event: Event) -> None:
        await self.send(text_data=event["text"])


consumer = Consumer.as_asgi()
