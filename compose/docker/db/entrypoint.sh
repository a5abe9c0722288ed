#!/bin/sh
# Make the database when the volume is empty, then become PostgreSQL.
set -eu

volume=/var/lib/postgresql
data=$volume/data
new=$volume/new

if [ ! -d "$data" ]; then
  : "${POSTGRES_PASSWORD:?}"
  # Renamed when it is whole: an interrupted first start begins again.
  rm -rf "$new"
  initdb -D "$new" -U postgres -E UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=peer --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
  pg_ctl -D "$new" -w -s -o "-c listen_addresses=''" start
  # The service's own role is no superuser, so PostGIS comes from here.
  psql -qX -v ON_ERROR_STOP=1 -d postgres <<'END'
\getenv password POSTGRES_PASSWORD
CREATE ROLE matchmaker LOGIN PASSWORD :'password';
CREATE DATABASE matchmaker OWNER matchmaker;
\connect matchmaker
CREATE EXTENSION postgis;
END
  pg_ctl -D "$new" -w -s -m fast stop
  mv "$new" "$data"
fi

unset POSTGRES_PASSWORD
exec postgres -D "$data" -c listen_addresses='*' "$@"
