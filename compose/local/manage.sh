#!/usr/bin/env bash
# make manage: a command of manage.py for the service that make run has running.
. "$(dirname "$0")/common.sh"

INSTANCE=$LOCAL/run
not_running() { fail "make run does not run in this folder" "Start it in another terminal first: make run"; }
# make run holds the lock as long as it runs.
[ -e "$INSTANCE/lock" ] || not_running
! flock -n "$INSTANCE/lock" true || not_running
[ -s "$INSTANCE/environment" ] || fail "make run has not started its servers yet" "Try again in a moment."
term=${TERM:-dumb}
. "$INSTANCE/environment"
export TERM=$term
exec python manage.py "${@:-help}"
