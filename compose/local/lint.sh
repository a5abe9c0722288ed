#!/usr/bin/env bash
# make lint: style, types, layers, migrations and settings, without any server.
. "$(dirname "$0")/common.sh"

ensure_system
ensure_venv
export PATH=$VENV/bin:$PATH
# Nothing is connected to; Django only wants them to be there.
export SECRET_KEY=lint-$(head -c 64 /dev/urandom | base64 | tr -dc A-Za-z0-9)
export DATABASE_URL=postgis://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0
# WhiteNoise wants a folder that is there; nothing is served.
export STATIC_ROOT=$PWD/compose/local
export HTTPS=on DEBUG=off ALLOWED_HOSTS=localhost HSTS_SECONDS=3600
export SMS_BACKEND=referrals.sms.twilio.Twilio
export TWILIO_ACCOUNT_SID=x TWILIO_AUTH_TOKEN=x TWILIO_FROM=x
ruff format --check .
ruff check .
lint-imports
mypy
python manage.py check --deploy --fail-level WARNING
