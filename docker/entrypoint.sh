#!/bin/sh
# Brings the database up to date before a service starts. All services do so at the same time: one migrates, the others wait.
set -eu

case "${1:-}" in
gunicorn | celery)
    if [ -z "${SECRET_KEY:-}${SECRET_KEY_FILE:-}" ]; then
        echo "SECRET_KEY is not set. Make one with \`openssl rand -hex 32\` and put it into .env as SECRET_KEY=..." >&2
        exit 1
    fi
    if ! [ -w "$DATA_DIR" ]; then
        echo "The data folder $DATA_DIR cannot be written by user $(id -u). Change the owner of what is mounted there: chown -R $(id -u) FOLDER" >&2
        exit 1
    fi
    flock "$DATA_DIR/migration.lock" flask db-upgrade
    ;;
esac

exec "$@"
