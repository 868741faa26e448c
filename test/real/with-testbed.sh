#!/usr/bin/env bash
# Runs a command with real servers beside it: starts what does not run yet, exports the TEST_* addresses, and takes
# what it started down again, whatever happens.
#   test/real/with-testbed.sh npx vitest run --config vitest.real.config.ts
# TESTBED_SERVICES names others than the default; an empty one starts none (fault tests bring up their own).
. "$(dirname "${BASH_SOURCE[0]}")/../testbed/data-services/lib.sh"
[ $# -gt 0 ] || { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
read -ra services <<<"${TESTBED_SERVICES-kafka kafka3 cassandra cassandra-auth mongo mongo-auth registry}"

started=()
# fault tests write the port shift of each testbed they start into this file, so that a killed run leaves none behind
TEST_OWN_SERVERS="$(mktemp)"; export TEST_OWN_SERVERS
take_down() {
  [ ${#started[@]} -eq 0 ] || "$HERE/down.sh" "${started[@]}"
  local shift; while read -r shift; do
    VELIB_TESTBED_RUN="$CACHE/run-$shift" VELIB_TESTBED_PORT_SHIFT="$shift" "$HERE/down.sh"
  done <"$TEST_OWN_SERVERS"
  rm -f "$TEST_OWN_SERVERS"
}
trap take_down EXIT

if [ ${#services[@]} -gt 0 ]; then
  for service in "${services[@]}"; do running "$service" || started+=("$service"); done
  addresses="$("$HERE/up.sh" "${services[@]}")"; eval "$addresses"
fi

# in the background, as bash acts on a signal only once a foreground command has ended
"$@" <&0 & child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM
while :; do
  code=0; wait "$child" || code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done
