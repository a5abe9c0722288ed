#!/usr/bin/env bash
# make typescript-client: a client of the schema, which strict TypeScript accepts.
. "$(dirname "$0")/common.sh"

GENERATOR=swagger-typescript-api@13.13.0
TYPESCRIPT=typescript@5.9.3
BASE_URL=${BASE_URL:-http://127.0.0.1:8000}
CLIENT=$PWD/.local/typescript-client

command -v npx >/dev/null || fail "npx is missing: the generator runs on Node.js" \
  "Install Node.js 20 or newer."
node -e 'fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))' \
  "$BASE_URL/health/live" ||
  fail "no service answers at $BASE_URL" \
    "Start one with make run; BASE_URL=http://… make typescript-client names another one."

npx --yes "$GENERATOR" generate --path "$BASE_URL/swagger.json" \
  --output "$CLIENT" --name matchmaker.ts --module-name-first-tag --silent "$@"
# The generator tells TypeScript not to look.
sed -i '/@ts-nocheck/d' "$CLIENT/matchmaker.ts"
npx --yes --package "$TYPESCRIPT" tsc --noEmit --strict \
  --target es2022 --lib es2022,dom "$CLIENT/matchmaker.ts"
echo "$CLIENT/matchmaker.ts"
