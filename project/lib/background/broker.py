"""Dramatiq's Redis broker, which a message that nobody can read does not stay in."""

import logging

from dramatiq import Message, MessageProxy
from dramatiq.brokers import redis as upstream
from dramatiq.errors import DecodeError

logger = logging.getLogger(__name__)


class Broker(upstream.RedisBroker):
    @property
    def consumer_class(self) -> "type[Consumer]":
        return Consumer


class Consumer(upstream._RedisConsumer):
    """A consumer that drops what is no message.

    Dramatiq would start the consumer anew, with the messages that came with it lost to
    this worker, and leave it for the next worker to find, for ever.
    """

    def __next__(self) -> MessageProxy | None:
        try:
            # Dramatiq types no consumer.
            message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        except DecodeError:
            pass
        else:
            if message is None or _is_whole(message):
                return message
            self.queued_message_ids.discard(message.message_id)
        self._drop_unreadable()
        return None  # the caller asks for a next one

    def _drop_unreadable(self) -> None:
        """Drop all that this worker has fetched and not acknowledged, and cannot read.

        A message's id is in its text, so it is found by looking at all.
        """
        broker = self.broker
        acks = f"{broker.namespace}:__acks__.{broker.broker_id}.{self.queue_name}"
        texts = f"{broker.namespace}:{self.queue_name}.msgs"
        for key in broker.client.smembers(acks):
            text = broker.client.hget(texts, key)
            if text is None or not _can_be_read(text):
                broker.client.hdel(texts, key)
                broker.client.srem(acks, key)
                logger.error("A message that nobody can read is dropped")


def _can_be_read(text: bytes) -> bool:
    try:
        return _is_whole(Message.decode(text))
    except DecodeError:
        return False


def _is_whole(message: Message | MessageProxy) -> bool:
    """Return whether it has what Dramatiq needs to call it and to acknowledge it."""
    return (
        isinstance(message.options, dict)
        and "redis_message_id" in message.options
        and isinstance(message.kwargs, dict)
    )
