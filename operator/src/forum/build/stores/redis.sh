# Starts the server with a configuration that nobody sees in a list of processes.
set -eu
password=$(printf %s "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
exec valkey-server - <<CONFIGURATION
bind * -::*
port $REDIS_PORT_NUMBER
dir /data
requirepass "$password"
# Every key has a life of its own or a bound. One that went before its time would be an unlocked lease or a forgotten
# limit, so a full memory refuses writes instead, which callers see.
maxmemory $REDIS_MAX_MEMORY
maxmemory-policy noeviction
# A snapshot now and then and at the stop spares members from being offline for a moment. The truth is in SQL: nothing
# waits for a disk, and a full one stops nothing.
appendonly no
save 900 1
stop-writes-on-bgsave-error no
tcp-keepalive 60
CONFIGURATION
