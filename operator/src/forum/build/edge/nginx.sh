# Starts nginx, and tells it to look again when a Service has another address.
#
#   nginx.sh CONFIGURATION HOST...
set -eu
configuration=$1
shift

# nginx asks for names only when it reads its configuration. Services keep their addresses, but one that was deleted
# and made anew has another.
watch_addresses() {
  before=$(getent ahosts "$@" | sort -u)
  while sleep 5; do
    now=$(getent ahosts "$@" | sort -u)
    # Without an answer nothing is known, and a name without an address would be refused.
    if [ -n "$now" ] && [ "$now" != "$before" ]; then
      before=$now
      kill -HUP 1
    fi
  done
}

watch_addresses "$@" &
exec nginx -e stderr -c "$configuration"
