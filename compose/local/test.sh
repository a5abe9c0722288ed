#!/usr/bin/env bash
# make test: the same set-up, then the whole test suite in servers of its own.
. "$(dirname "$0")/common.sh"

# Elsewhere the tests that drive a browser are skipped where there is none.
[ -z "${CI:-}" ] || NEEDS_BROWSER=1
[ -z "${INSTANCE_NAME:-}" ] || unset DATABASE_URL REDIS_URL # a named instance is its own
ensure_system
ensure_venv
use_instance "${INSTANCE_NAME:-test}"
trap stop_servers EXIT
if [ -n "${OWN_SERVERS:-}" ]; then # what runs starts its own; nothing connects here
  export MATCHMAKER_INSTANCE=$INSTANCE
  export DATABASE_URL=postgis://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0
else
  # Nothing here must survive a power cut, so it need not wait for the disk.
  start_servers "-c shared_buffers=${SHARED_BUFFERS:-256MB} -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" no
fi
# The tests of throttles turn them on; all others, and loads, come from one address.
export THROTTLES=off
export HTTPS=off MEDIA_ROOT=$INSTANCE/media STATIC_ROOT=$INSTANCE/static
export PATH=$VENV/bin:$PATH
collect_static
"${@:-true}"
