#!/usr/bin/env bash
# Runs a command with real servers beside it: starts what does not run yet, exports the TEST_* addresses, and takes
# what it started down again, whatever happens.
#   test/real/with-testbed.sh npx vitest run --config vitest.real.config.ts
# TESTBED_SERVICES names others than the default; an empty one starts none (fault tests bring up their own).
# `control-plane` is a Kubernetes API with its controllers and an audit log; building it the first time takes minutes.
# `spark` is no server: its Python is fetched, and named by TEST_SPARK_PYTHON.
. "$(dirname "${BASH_SOURCE[0]}")/../testbed/data-services/lib.sh"
[ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
read -ra services <<<"${TESTBED_SERVICES-kafka kafka3 cassandra cassandra-auth mongo mongo-auth registry control-plane spark}"
# what up.sh of the data services does not know
KUBE="$HERE/../kube" control_plane=0 audit="" data_services=()
for service in ${services[@]+"${services[@]}"}; do
  case "$service" in
  control-plane) control_plane=1 ;;
  spark) python="$("$HERE/../spark/install.sh")"; eval "$python" ;;
  *) data_services+=("$service") ;;
  esac
done

control_plane_runs() { ( . "$KUBE/lib.sh"; S="$RUN/control-plane"; alive kube-apiserver ); }

started=()
# fault tests write the port shift of each testbed they start into this file, so that a killed run leaves none behind
TEST_OWN_SERVERS="$(mktemp)"; export TEST_OWN_SERVERS
take_down() {
  [ "$control_plane" != started ] || "$KUBE/down.sh" control-plane
  [ ${#started[@]} -eq 0 ] || "$HERE/down.sh" "${started[@]}"
  local shift; while read -r shift; do
    VELIB_TESTBED_RUN="$CACHE/run-$shift" VELIB_TESTBED_PORT_SHIFT="$shift" "$HERE/down.sh"
  done <"$TEST_OWN_SERVERS"
  rm -rf "$TEST_OWN_SERVERS" ${audit:+"$audit"}
}
trap take_down EXIT

if [ ${#data_services[@]} -gt 0 ]; then
  for service in "${data_services[@]}"; do running "$service" || started+=("$service"); done
  addresses="$("$HERE/up.sh" "${data_services[@]}")"; eval "$addresses"
fi
if [ "$control_plane" = 1 ]; then
  "$KUBE/build.sh" control-plane
  # a kubeconfig named from outside (kind, a cluster of your own) is used as it is; one that runs already stays up
  if [ -z "${TEST_KUBECONFIG:-}" ]; then
    if ! control_plane_runs; then
      control_plane=started audit="$(mktemp -d)"
      export TEST_KUBE_AUDIT_LOG="$audit/audit.log"
      policy="$HERE/../../real/kube/audit-policy.yaml"
      export VELIB_KUBE_APISERVER_FLAGS="--audit-log-path=$TEST_KUBE_AUDIT_LOG --audit-policy-file=$policy"
    fi
    TEST_KUBECONFIG="$("$KUBE/up.sh" control-plane)"; export TEST_KUBECONFIG
  fi
fi

# in the background, as bash acts on a signal only once a foreground command has ended
"$@" <&0 & child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM
while :; do
  code=0; wait "$child" || code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done
