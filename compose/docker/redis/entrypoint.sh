#!/bin/sh
# Become Redis. Its settings come through a pipe, so that the password is in no file
# and no list of processes.
set -eu

exec redis-server - <<END
bind * -::*
dir /var/lib/redis
save ""
appendonly yes
# When it is full it refuses writes, which is told and passes. Evicting would lose
# messages and counts without a word.
maxmemory 256mb
maxmemory-policy noeviction
requirepass ${REDISCLI_AUTH:?}
END
