#!/bin/sh
# Become Redis. Its settings come through a pipe, so that the password is in no file
# and no list of processes.
set -eu

exec redis-server - <<END
bind * -::*
dir /var/lib/redis
save ""
appendonly yes
requirepass ${REDISCLI_AUTH:?}
END
