#!/bin/sh
# Creates Superset's tables, an administrator and the database `lambdaserve`, then serves.
set -eu
superset db upgrade
superset init
if ! [ -e /data/admin_password ]; then
    umask 077
    python -c 'import secrets; print(secrets.token_urlsafe(24))' > /data/admin_password
    superset fab create-admin --username admin --firstname Superset --lastname Admin --email admin@localhost \
        --password "$(cat /data/admin_password)"
    echo "Superset's administrator is admin; the password is in /data/admin_password of this container."
fi
extra="$(python /app/connect.py)"
cat > /tmp/databases.yaml <<END
databases:
  - database_name: lambdaserve
    sqlalchemy_uri: shillelagh+safe://
    expose_in_sqllab: true
    allow_dml: false
    extra: '$extra'
    tables: []
END
superset import-datasources -p /tmp/databases.yaml || echo "Add it by hand: shillelagh+safe:// with the extra $extra" >&2
exec superset run --host 0.0.0.0 --port 8088 --with-threads
