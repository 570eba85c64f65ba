# Makes the forum's role and database, and gives the role the password of the Secret: also a new one, when the
# volume was kept and the Secret was not. Runs at each start and changes nothing when all is as it should be.
set -eu
export PGHOST=/var/run/postgresql PGUSER=postgres PGDATABASE=postgres

tries=0
until pg_isready --quiet; do
  tries=$((tries + 1))
  [ "$tries" -lt 600 ] || exit 1
  sleep 1
done

# The statements of a failure would be logged, with the password.
PGOPTIONS='-c log_min_error_statement=panic -c log_statement=none -c log_min_duration_statement=-1' \
  exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=- <<'SQL'
\getenv role FORUM_ROLE
\getenv password FORUM_PASSWORD
\getenv database FORUM_DATABASE
select format('create role %I', :'role') where not exists (select from pg_roles where rolname = :'role') \gexec
alter role :"role" with login nosuperuser password :'password';
select format('create database %I owner %I', :'database', :'role')
  where not exists (select from pg_database where datname = :'database') \gexec
SQL
