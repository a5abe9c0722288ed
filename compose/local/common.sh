# Sourced by run.sh and test.sh: everything that a fresh machine lacks, and private
# servers under .local/ (own passwords, free ports, never a system server's).
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LOCAL=$ROOT/.local
VENV=$LOCAL/venv
cd "$ROOT"
mkdir -p "$LOCAL"
# Where it is set, each process compiles every module of ours again.
unset PYTHONDONTWRITEBYTECODE

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf '\033[1;31merror:\033[0m %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# --- what the machine needs -------------------------------------------------------

postgres_bin() { # the newest PostgreSQL on this machine that has PostGIS
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    version=${dir#/usr/lib/postgresql/}
    [ -e "/usr/share/postgresql/${version%/bin}/extension/postgis.control" ] &&
      [ -x "$dir/initdb" ] && echo "$dir" && return
  done
  return 0
}

python_command() {
  local python=${PYTHON:-python3}
  command -v "$python" >/dev/null || return 1
  "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || return 1
  echo "$python"
}

missing_packages() {
  python_command >/dev/null || echo python3
  "${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || echo python3-venv
  [ -n "${DATABASE_URL:-}" ] || [ -n "$(postgres_bin)" ] || echo "$(postgis_package)"
  [ -n "${REDIS_URL:-}" ] || command -v redis-server >/dev/null || echo redis-server
  if [ -n "${NEEDS_BROWSER:-}" ]; then
    command -v chromium >/dev/null || echo chromium
    command -v curl >/dev/null || echo curl
    command -v ogr2ogr >/dev/null || echo gdal-bin
  fi
  [ -z "${NEEDS_QGIS:-}" ] || /usr/bin/python3 -c 'import qgis.core' 2>/dev/null ||
    echo python3-qgis qgis-providers
  # GeoDjango's libraries; they come with PostGIS where that is installed.
  # grep -q would leave early, and pipefail see ldconfig fail to write.
  ldconfig -p 2>/dev/null | grep libgdal >/dev/null || echo gdal-bin
}

postgis_package() {
  apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null |
    cut -d' ' -f1 | sort -V | tail -n 1 | grep . || echo postgresql-postgis
}

ensure_system() {
  local missing
  missing=$(missing_packages | sort -u | tr '\n' ' ')
  [ -n "${missing// /}" ] || return 0
  command -v apt-get >/dev/null || fail "this machine lacks: $missing" \
    "Install PostgreSQL 15+ with PostGIS 3.3+, Redis 7+, GDAL and Python 3.11 to 3.13," \
    "or point DATABASE_URL and REDIS_URL at servers that exist."
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "this machine lacks: $missing" \
      "As root: apt-get install $missing"
    sudo=(sudo)
  fi
  say "Installing system packages: $missing(through apt-get; log in .local/apt.log)"
  # RUNLEVEL=1: a package's own service is installed, not started.
  "${sudo[@]}" apt-get update -qq >"$LOCAL/apt.log" 2>&1 || true
  missing=$(missing_packages | sort -u | tr '\n' ' ')
  # shellcheck disable=SC2086
  "${sudo[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >>"$LOCAL/apt.log" 2>&1 ||
    fail "apt-get could not install $missing" "$(tail -n 3 "$LOCAL/apt.log")" \
      "The whole log is .local/apt.log"
  missing=$(missing_packages | sort -u | tr '\n' ' ')
  [ -z "${missing// /}" ] || fail "still missing after apt-get: $missing" \
    "Python must be 3.11 to 3.13; PYTHON=python3.12 make run names another one."
}

ensure_venv() {
  local python stamp requirements=$ROOT/compose/requirements/dev.txt
  python=$(python_command) || fail "Python 3.11 to 3.13 is needed" \
    "PYTHON=/path/to/python3.12 make run names one."
  stamp=$("$python" -V)-$(sha256sum <"$requirements" | cut -c1-16)
  [ "$(cat "$VENV/.stamp" 2>/dev/null)" = "$stamp" ] && return
  say "Installing the Python packages (log in .local/pip.log)"
  rm -rf "$VENV"
  "$python" -m venv "$VENV"
  # The list is complete, less what pyproject.toml leaves out.
  "$VENV/bin/pip" install --disable-pip-version-check --require-hashes --no-deps \
    -r "$requirements" >"$LOCAL/pip.log" 2>&1 ||
    fail "pip could not install the packages" "$(tail -n 3 "$LOCAL/pip.log")" \
      "The whole log is .local/pip.log"
  echo "$stamp" >"$VENV/.stamp"
}

# --- private servers --------------------------------------------------------------
# All of an instance ("run", "test") is in .local/<instance>: data, logs, passwords.

use_instance() {
  INSTANCE=$LOCAL/$1
  mkdir -p "$INSTANCE"
  exec 9>"$INSTANCE/lock"
  flock -n 9 || fail "make $1 already runs in this folder$(cat "$INSTANCE/address" 2>/dev/null)" \
    "Stop it with Ctrl-C where it runs."
  if [ ! -s "$INSTANCE/secrets" ]; then
    (umask 077 && for name in SECRET_KEY POSTGRES_PASSWORD REDIS_PASSWORD; do
      echo "$name=$(head -c 48 /dev/urandom | base64 | tr -dc A-Za-z0-9)"
    done >"$INSTANCE/secrets")
  fi
  . "$INSTANCE/secrets"
  export SECRET_KEY=${SECRET_KEY_OVERRIDE:-$SECRET_KEY}
  stop_leftovers
}

free_port() {
  "$VENV/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# PostgreSQL refuses root. Its own user may not be allowed to enter the folder that
# this checkout lies in (/root, say), so it also gets the right to search folders.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    local rights=()
    setpriv --reuid=postgres --regid=postgres --init-groups -- test -x "$INSTANCE" ||
      rights=(--inh-caps=+dac_read_search --ambient-caps=+dac_read_search)
    setpriv --reuid=postgres --regid=postgres --init-groups "${rights[@]}" -- "$@"
  else
    "$@"
  fi
}

start_postgres() { # $1: more settings for this instance
  local bin data=$INSTANCE/postgres log=$INSTANCE/postgres.log try port
  bin=$(postgres_bin)
  if [ ! -s "$data/PG_VERSION" ]; then
    say "Creating a private PostGIS cluster in .local/$(basename "$INSTANCE")/postgres"
    rm -rf "$data" && mkdir "$data" && chmod 700 "$data"
    (umask 077 && echo "$POSTGRES_PASSWORD" >"$INSTANCE/initdb.password")
    touch "$log"
    [ "$(id -u)" != 0 ] || chown postgres "$data" "$log" "$INSTANCE/initdb.password"
    as_postgres "$bin/initdb" -D "$data" -U matchmaker -E UTF8 --locale=C.UTF-8 \
      --auth=scram-sha-256 --pwfile="$INSTANCE/initdb.password" >"$INSTANCE/initdb.log" 2>&1 ||
      fail "initdb failed" "$(tail -n 3 "$INSTANCE/initdb.log")"
    rm -f "$INSTANCE/initdb.password"
  elif [ "$(cat "$data/PG_VERSION")" != "$(basename "$(dirname "$bin")")" ]; then
    bin=/usr/lib/postgresql/$(cat "$data/PG_VERSION")/bin
    [ -x "$bin/postgres" ] || fail "the data in $data are of PostgreSQL $(cat "$data/PG_VERSION"), which is not installed" \
      "Install postgresql-$(cat "$data/PG_VERSION")-postgis-3, or move the folder away."
  fi
  PG_CTL=("$bin/pg_ctl" -D "$data" -w -s -t 60)
  for try in 1 2 3; do
    port=$(free_port)
    if as_postgres "${PG_CTL[@]}" -l "$log" start 9>&- >/dev/null 2>&1 \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' $1"; then
      POSTGRES_STARTED=1
      export PGPASSWORD=$POSTGRES_PASSWORD
      "$bin/psql" -qAt -h 127.0.0.1 -p "$port" -U matchmaker -d postgres -c \
        "SELECT 1 FROM pg_database WHERE datname = 'matchmaker'" | grep -q 1 ||
        "$bin/createdb" -h 127.0.0.1 -p "$port" -U matchmaker matchmaker
      unset PGPASSWORD
      export DATABASE_URL=postgis://matchmaker:$POSTGRES_PASSWORD@127.0.0.1:$port/matchmaker
      return
    fi
    sleep 1 # backends of a killed server may still be on their way out
  done
  fail "the private PostgreSQL does not start" "$(tail -n 3 "$log")" "The whole log is $log"
}

start_redis() { # $1: how it persists
  local port try
  for try in 1 2 3; do
    port=$(free_port)
    (umask 077 && printf '%s\n' "bind 127.0.0.1" "port $port" "daemonize yes" \
      "requirepass $REDIS_PASSWORD" "dir $INSTANCE" "pidfile $INSTANCE/redis.pid" \
      "logfile $INSTANCE/redis.log" $'save ""' "appendonly $1" >"$INSTANCE/redis.conf")
    redis-server "$INSTANCE/redis.conf" 9>&- >/dev/null 2>&1 || true
    for _ in $(seq 50); do
      if REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p "$port" ping 2>/dev/null | grep -q PONG; then
        export REDIS_URL=redis://:$REDIS_PASSWORD@127.0.0.1:$port/0
        return
      fi
      sleep 0.1
    done
  done
  fail "the private Redis does not start" "$(tail -n 3 "$INSTANCE/redis.log" 2>/dev/null)"
}

start_servers() { # $1: PostgreSQL settings, $2: Redis append-only file, yes or no
  [ -n "${DATABASE_URL:-}" ] || start_postgres "$1"
  [ -n "${REDIS_URL:-}" ] || start_redis "$2"
}

collect_static() { # only when something changed: it takes seconds
  local stamp=$STATIC_ROOT/.stamp
  [ "$(cat "$stamp" 2>/dev/null)" = "$(cat "$VENV/.stamp")" ] &&
    [ -z "$(find ./*/static -newer "$stamp" -print -quit)" ] && return
  python manage.py collectstatic --noinput --verbosity 0
  cp "$VENV/.stamp" "$stamp"
}

stop_servers() {
  [ -z "${POSTGRES_STARTED:-}" ] || as_postgres "${PG_CTL[@]}" -m fast stop 9>&- || true
  stop_redis
}

stop_redis() {
  local pid
  pid=$(cat "$INSTANCE/redis.pid" 2>/dev/null) || return 0
  grep -qs redis-server "/proc/$pid/comm" && kill "$pid" 2>/dev/null
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  rm -f "$INSTANCE/redis.pid"
}

# What a killed run left behind: nobody holds the lock, so whatever still lives of
# this instance is an orphan. Its processes carry the instance's name.
stop_leftovers() {
  local pid pids data=$INSTANCE/postgres
  pids=$(grep -lsz "^MATCHMAKER_INSTANCE=$INSTANCE\$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3) || true
  for pid in $pids; do [ "$pid" = $$ ] || kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do
    for _ in $(seq 50); do [ -d "/proc/$pid" ] && sleep 0.1 || break; done
    kill -9 "$pid" 2>/dev/null || true
  done
  stop_redis
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 0
  if grep -qs postgres "/proc/$pid/comm"; then
    kill -INT "$pid" # a fast shutdown
    for _ in $(seq 100); do [ -d "/proc/$pid" ] && sleep 0.1 || break; done
  fi
}
