#!/usr/bin/env bash
# make run: from a fresh machine to the running service with demo data.
. "$(dirname "$0")/common.sh"

HOST=127.0.0.1
export PORT=${PORT:-8000}

ensure_system
ensure_venv
use_instance run
port_is_free() {
  "$VENV/bin/python" -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((sys.argv[1], int(sys.argv[2])))' "$HOST" "$PORT" 2>/dev/null
}
port_is_free || fail "port $PORT is taken (or not a port)" "Try another one: PORT=8001 make run"
echo ": http://$HOST:$PORT" >"$INSTANCE/address"
rm -f "$INSTANCE/environment" # of a run that was killed

export EMAIL_URL=${EMAIL_URL:-consolemail://}
export DEBUG=${DEBUG:-off} HTTPS=off OTP_ECHO=${OTP_ECHO:-1}
# Linux and macOS connect to 0.0.0.0 as to 127.0.0.1; some people open that address.
export ALLOWED_HOSTS=${ALLOWED_HOSTS:-127.0.0.1,localhost,0.0.0.0}
# Pages that are developed on this machine, whatever port they are served at.
export CORS_ALLOWED_ORIGIN_REGEXES=${CORS_ALLOWED_ORIGIN_REGEXES:-'^http://(localhost|127\.0\.0\.1):[0-9]+$'}
export PUBLIC_URL=${PUBLIC_URL:-http://$HOST:$PORT}
export MEDIA_ROOT=${MEDIA_ROOT:-$INSTANCE/media} STATIC_ROOT=$INSTANCE/static
export PATH=$VENV/bin:$PATH

stopping() {
  trap '' INT TERM
  say "Stopping"
  rm -f "$INSTANCE/environment"
  [ -z "${HONCHO:-}" ] || { kill -TERM "$HONCHO" 2>/dev/null; wait "$HONCHO" 2>/dev/null; } || true
  stop_servers
  rm -f "$INSTANCE/address"
}
trap stopping EXIT
trap 'exit 0' INT TERM

start_servers "-c shared_buffers=256MB -c max_connections=100" yes
say "Migrating the database"
python manage.py migrate --verbosity 0
collect_static
python manage.py demo --members "${DEMO_MEMBERS:-10000}" --if-empty
(umask 077 && export -p >"$INSTANCE/environment") # for make manage

export MATCHMAKER_INSTANCE=$INSTANCE
python compose/local/processes.py -f compose/local/Procfile start 9>&- &
HONCHO=$!
unset MATCHMAKER_INSTANCE
if python compose/local/wait_until_ready.py "http://$HOST:$PORT/health/ready" "$HONCHO"; then
  python manage.py demo --sign-ins
  cat <<END

  Matchmaker runs at     http://$HOST:$PORT/
  Try the API            http://$HOST:$PORT/docs
  The reference          http://$HOST:$PORT/redoc
  Who is near you        http://$HOST:$PORT/discover/
  Two people chatting    http://$HOST:$PORT/chat/demo/
  The admin panel        http://$HOST:$PORT/admin/
  Another administrator  make manage ARGS=createsuperuser, in another terminal
  Mail that is sent      here, after ✉ (EMAIL_URL names a mail server)
  SMS that are sent      here, after ✆ (SMS_BACKEND names who sends them)

  Ctrl-C stops everything that was started here. The data stay in .local/run.
END
fi
wait "$HONCHO"
