"""A network that is slow, or refuses in a part's place, for as long as one wants."""

import asyncio
import threading
from contextlib import suppress
from typing import Self


class SlowNetwork:
    """A TCP proxy to a port of this machine; `delay_s` is waited before each piece.

    `refusal`: what is answered to whatever is sent, instead of passing it on.
    """

    def __init__(self, target: int) -> None:
        self.delay_s = 0.0
        self.refusal = b""
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._pass_on, "127.0.0.1", 0), self._loop
        )
        self._server = started.result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        links = asyncio.all_tasks() - {asyncio.current_task()}
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            to_reader, to_writer = await asyncio.open_connection(
                "127.0.0.1", self._target
            )
        except OSError:
            writer.close()
            return
        ways = (self._pump(reader, to_writer, writer), self._pump(to_reader, writer))
        with suppress(asyncio.CancelledError):  # at the end of it all
            await asyncio.gather(*ways)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamWriter | None = None,
    ) -> None:
        try:
            while data := await reader.read(65536):
                if back is not None and self.refusal:
                    back.write(self.refusal)
                    await back.drain()
                    break
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
