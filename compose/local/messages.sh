#!/usr/bin/env bash
# make messages: collect the texts of the code and compile their translations.
. "$(dirname "$0")/common.sh"

command -v msgfmt >/dev/null || fail "GNU gettext is not installed" "apt-get install gettext"
ensure_system
ensure_venv
# Nothing is connected to; Django only wants them to be there.
export SECRET_KEY=messages DATABASE_URL=postgis://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0
catalogue=project/locale/ru/LC_MESSAGES/django
# makemessages itself passes over folders whose names begin with a dot.
"$VENV/bin/python" manage.py makemessages -l ru --no-location --no-obsolete -i tests -i compose
# A date would change the file each time.
sed -i '/^"POT-Creation-Date:/d' "$catalogue.po"
msgfmt --check-format --check-domain --statistics -o "$catalogue.mo" "$catalogue.po"
