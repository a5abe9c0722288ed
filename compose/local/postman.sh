#!/usr/bin/env bash
# make postman: the Postman collection, run by newman against a service that runs.
. "$(dirname "$0")/common.sh"

NEWMAN=newman@6.2.2
BASE_URL=${BASE_URL:-http://127.0.0.1:8000}
cd tests/postman

command -v npx >/dev/null || fail "npx is missing: newman runs on Node.js" \
  "Install Node.js 18 or newer; or import tests/postman/ into Postman and run it there."
node -e 'fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))' \
  "$BASE_URL/health/live" ||
  fail "no service answers at $BASE_URL" \
    "Start one with make run; BASE_URL=http://… make postman names another one."

exec npx --yes "$NEWMAN" run matchmaker.postman_collection.json \
  --environment matchmaker.postman_environment.json \
  --env-var "base_url=$BASE_URL" --working-dir . "$@"
