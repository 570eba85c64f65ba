# Starts PostgreSQL, after making its data folder if there is none.
set -eu
umask 077

# initdb wants a name for its user, which this image may give to another number.
if ! getent passwd "$(id -u)" >/dev/null 2>&1; then
  export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group
  echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$NSS_WRAPPER_PASSWD"
  echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Made aside and renamed when it is whole: an attempt that was interrupted leaves nothing that looks like data.
  rm -rf "$PGDATA.unfinished"
  # A collation that no new C library changes, because indexes in the old order would give wrong answers.
  initdb --pgdata="$PGDATA.unfinished" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=trust --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >>"$PGDATA.unfinished/pg_hba.conf"
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA"
  mv "$PGDATA.unfinished" "$PGDATA"
fi

unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
# Some file systems, and a volume's change of its group, make the folder readable by others, which the server refuses.
chmod 0700 "$PGDATA" || :
exec postgres "$@"
