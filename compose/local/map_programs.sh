#!/usr/bin/env bash
# make qgis, make geopandas, make vector-tile: a program of tests/map_programs against a service that runs.
. "$(dirname "$0")/common.sh"

PACKAGES="geopandas==1.2.0 pyogrio==0.13.0"
NODE_PACKAGES="@mapbox/vector-tile@3 pbf@5"
program=$1 python=${2:-$LOCAL/geopandas/bin/python}

export BASE_URL=${BASE_URL:-http://127.0.0.1:8000}
export OUT=$LOCAL/map_programs WORLD=$ROOT/matchmaker/static/matchmaker/world.json
mkdir -p "$OUT"
chmod 700 "$OUT" # Qt keeps its sockets there
ensure_system
if [ "$program" = geopandas_reads ] && [ "$(cat "$LOCAL/geopandas/.stamp" 2>/dev/null)" != "$PACKAGES" ]; then
  say "Installing GeoPandas"
  "$(python_command)" -m venv --clear "$LOCAL/geopandas"
  # shellcheck disable=SC2086
  "$python" -m pip install --quiet --disable-pip-version-check $PACKAGES
  echo "$PACKAGES" >"$LOCAL/geopandas/.stamp"
fi
if [ -z "${EMAIL:-}" ]; then # a demo sign-in of make run
  sign_in=$(bash compose/local/manage.sh demo --sign-ins | grep -o 'demo1@[^ ]* *[^ ]*')
  read -r EMAIL PASSWORD <<<"$sign_in"
fi
export EMAIL PASSWORD
if [ "$program" = vector_tile_reads ]; then
  command -v npm >/dev/null || fail "npm is missing: @mapbox/vector-tile runs on Node.js" \
    "Install Node.js 20 or newer."
  # A module is looked for beside the script.
  cp tests/map_programs/vector_tile_reads.mjs "$OUT/"
  # shellcheck disable=SC2086
  npm install --silent --no-save --prefix "$OUT" $NODE_PACKAGES
  exec node "$OUT/vector_tile_reads.mjs"
fi
exec "$python" "tests/map_programs/$program.py"
