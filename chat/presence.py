"""Who is online: how many sockets each member has on each server, in Redis.

A server is a process with sockets. It beats regularly; if it is killed, another server
notices and removes its members. If Redis loses the counts, each server writes its own
again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import redis
from django.conf import settings

from chat.constants import MAX_SOCKETS
from project.lib.redis.lua import script, script_pipeline

# A server that misses so many beats counts as dead.
MISSED_BEATS = 4
# Long after its members were reported offline; needed if no other server was there.
FORGOTTEN_S = 3600

# Each server has a hash of its members' counts, and "" to tell an empty hash from a
# lost one. A sorted set has the servers by their last beat.
_PRELUDE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local servers, alive_s = KEYS[1], tonumber(ARGV[1])
local function key(server) return servers .. ':' .. server end
local function alive()
  return redis.call('ZRANGEBYSCORE', servers, now - alive_s, '+inf')
end
local function sockets(member)
  local total = 0
  for _, server in ipairs(alive()) do
    total = total + (tonumber(redis.call('HGET', key(server), member)) or 0)
  end
  return total
end
local function write(server)
  redis.call('HSET', key(server), '', 0)
  for i = 3, #ARGV, 2 do redis.call('HSET', key(server), ARGV[i], ARGV[i + 1]) end
end
"""
_ENTER = """
local server, member, mine = ARGV[2], ARGV[3], tonumber(ARGV[4])
local stored = tonumber(redis.call('HGET', key(server), member)) or 0
redis.call('ZADD', servers, now, server)
local others = sockets(member) - stored
if others + mine > tonumber(ARGV[5]) then return -1 end
redis.call('HSET', key(server), member, mine)
return others + mine - 1
"""
_LEAVE = """
local server, member, mine = ARGV[2], ARGV[3], tonumber(ARGV[4])
if mine > 0 then
  redis.call('HSET', key(server), member, mine)
else
  redis.call('HDEL', key(server), member)
end
return sockets(member)
"""
_BEAT = """
local server = ARGV[2]
redis.call('ZADD', servers, now, server)
redis.call('EXPIRE', key(server), ARGV[3])
return redis.call('HEXISTS', key(server), '')
"""
_RESTORE = """
local server = ARGV[2]
redis.call('DEL', key(server))
write(server)
return redis.call('ZADD', servers, now, server)
"""
_BURY = """
local gone = {}
for _, server in ipairs(
  redis.call('ZRANGEBYSCORE', servers, '-inf', '(' .. (now - alive_s))
) do
  redis.call('ZREM', servers, server)
  for _, member in ipairs(redis.call('HKEYS', key(server))) do
    if member ~= '' and sockets(member) == 0 then table.insert(gone, member) end
  end
  redis.call('DEL', key(server))
end
return gone
"""
_ONLINE = """
local found = {}
for i = 2, #ARGV do
  if sockets(ARGV[i]) > 0 then table.insert(found, ARGV[i]) end
end
return found
"""
SERVERS = "chat:servers"


class TooManySockets(Exception):
    """The member has MAX_SOCKETS sockets already."""


@dataclass(frozen=True)
class Entry:
    """A member has `count` sockets on this server, one more than before."""

    member_id: int
    count: int


@dataclass(frozen=True)
class Exit:
    """A member has `count` sockets left on this server."""

    member_id: int
    count: int


class Presence:
    """This server's part of the presence. Every method raises redis.RedisError.

    Counts are set, not incremented: calls come in order (threads.in_order), so none is
    counted twice or lost if Redis forgets them meanwhile.
    """

    def __init__(self) -> None:
        self.server = uuid4().hex
        self.alive_s = settings.CHAT_BEAT_S * MISSED_BEATS

    def record(self, steps: Sequence[Entry | Exit]) -> list[bool | TooManySockets]:
        """Record steps in their order, in one go.

        Return for each whether it has changed what others see: an entry of a member who
        was offline, or an exit after which the member is offline. TooManySockets: the
        entry is not recorded.
        """
        with script_pipeline() as pipeline:
            for step in steps:
                lua = _ENTER if isinstance(step, Entry) else _LEAVE
                what = (self.server, step.member_id, step.count, MAX_SOCKETS)
                self._run(lua, *what, client=pipeline)
            others = pipeline.execute()
        return [TooManySockets() if n < 0 else n == 0 for n in others]

    def beat(self, sockets: Mapping[int, int]) -> bool:
        """Say that this server is alive. False: Redis had lost `sockets`, by member."""
        if self._run(_BEAT, self.server, FORGOTTEN_S):
            return True
        counts = [value for pair in sockets.items() for value in pair]
        self._run(_RESTORE, self.server, *counts)
        return False

    def bury(self) -> list[int]:
        """Forget dead servers; return members whose last sockets they had, once."""
        return [int(member) for member in self._run(_BURY)]

    def online(self, member_ids: Collection[int]) -> set[int]:
        return {int(member) for member in self._run(_ONLINE, *member_ids)}

    def _run(
        self, step: str, *args: str | float, client: redis.Redis | None = None
    ) -> Any:
        run = script(_PRELUDE + step)
        return run(keys=[SERVERS], args=[self.alive_s, *args], client=client)
