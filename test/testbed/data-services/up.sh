#!/usr/bin/env bash
# Starts services on loopback with empty data, waits until each is ready, prints `export` lines
# and writes them to the env file.   up.sh [kafka|kafka3|cassandra|cassandra-auth|mongo|mongo-auth|registry|all] ...
# A service that runs already is left alone (RESTART=1 replaces it). `all` = kafka cassandra mongo registry.
# The settings are in README.md.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p "$RUN"
[ $# -gt 0 ] || set -- all
services=()
for s in "$@"; do
  case "$s" in
    all) services+=(kafka cassandra mongo registry) ;;
    kafka|kafka3|cassandra|cassandra-auth|mongo|mongo-auth|registry) services+=("$s") ;;
    *) say "unknown service: $s"; exit 2 ;;
  esac
done
"$HERE/install.sh" "${services[@]}" >&2      # a second or less where all is there

fill() { # fill TEMPLATE KEY=VALUE...: replaces @KEY@ (values may hold anything but a newline)
  local text; text="$(cat "$1")"; shift
  local kv; for kv in "$@"; do text="${text//@${kv%%=*}@/${kv#*=}}"; done
  printf '%s\n' "$text"
}
fresh() { discard "$1"; mkdir -p "$RUN/$1"; }
export_as() { echo "export $1='$2'" >>"$RUN/$3.env"; }

# --- Kafka ---------------------------------------------------------------------------------------
CLUSTER_ID=dmVsaWItdGVzdGJlZC0wMA     # base64 of the 16 bytes "velib-testbed-00"
JAVA_KAFKA="$(find_java 17 25)" || { say "no Java 17..25"; exit 1; }
kjava() { "$JAVA_KAFKA" "${JVM[@]}" -Dlog4j2.configurationFile="$HERE/config/log4j2-kafka.properties" "$@"; }
tls() { # a CA and a server certificate for localhost/127.0.0.1, made once with keytool
  local d="$CACHE/tls"; [ -f "$d/server.p12" ] && return
  rm -rf "$d"; mkdir -p "$d"; local kt; kt="$(dirname "$JAVA_KAFKA")/keytool"; [ -x "$kt" ] || kt=keytool
  local P=(-storepass "$TB_PASSWORD" -storetype PKCS12)
  { "$kt" -genkeypair -alias ca -dname CN=velib-testbed-ca -keyalg EC -groupname secp256r1 -validity 3650 -ext bc:c=ca:true -keystore "$d/ca.p12" "${P[@]}"
    "$kt" -exportcert -rfc -alias ca -keystore "$d/ca.p12" "${P[@]}" >"$d/ca.pem"
    "$kt" -genkeypair -alias server -dname CN=localhost -keyalg EC -groupname secp256r1 -validity 3650 -keystore "$d/server.tmp" "${P[@]}"
    "$kt" -certreq -alias server -keystore "$d/server.tmp" "${P[@]}" >"$d/server.csr"
    "$kt" -gencert -alias ca -infile "$d/server.csr" -rfc -validity 3650 -ext san=dns:localhost,ip:127.0.0.1 -keystore "$d/ca.p12" "${P[@]}" >"$d/server.pem"
    "$kt" -importcert -noprompt -alias ca -file "$d/ca.pem" -keystore "$d/server.tmp" "${P[@]}"
    "$kt" -importcert -noprompt -alias server -file "$d/server.pem" -keystore "$d/server.tmp" "${P[@]}"
  } 2>"$d/keytool.log" || { cat "$d/keytool.log" >&2; exit 1; }
  mv "$d/server.tmp" "$d/server.p12"
}
client_tls() { # client certificates of the same CA as PEM files, made once with openssl: two that hold, one that has expired
  local d="$CACHE/tls" name; [ -f "$d/client-expired.pem" ] && return
  local kt; kt="$(dirname "$JAVA_KAFKA")/keytool"; [ -x "$kt" ] || kt=keytool
  { for name in client-1 client-2 client-expired; do
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" -keyout "$d/$name.key" -out "$d/$name.csr"
      # signed by keytool, which can set a validity that is over
      local when=(-validity 3650); [ "$name" != client-expired ] || when=(-startdate -20d -validity 10)
      "$kt" -gencert -alias ca -infile "$d/$name.csr" -rfc "${when[@]}" -keystore "$d/ca.p12" -storepass "$TB_PASSWORD" -storetype PKCS12 >"$d/$name.part"
      mv "$d/$name.part" "$d/$name.pem"
    done
  } 2>"$d/openssl.log" || { cat "$d/openssl.log" >&2; exit 1; }
}
server_pem() { # the server's certificate and key in one PEM file, for mongod
  local d="$CACHE/tls"; [ -f "$d/server-both.pem" ] && return
  openssl pkcs12 -in "$d/server.p12" -passin "pass:$TB_PASSWORD" -nodes -clcerts -out "$d/server-both.part" 2>>"$d/openssl.log" \
    && mv "$d/server-both.part" "$d/server-both.pem" || { cat "$d/openssl.log" >&2; exit 1; }
}
kafka_node() { # kafka_node NAME NODE QUORUM LISTENERS PORT RF ISR CONTROLLED SASL FORMATARGS...
  local name="$1" node="$2" quorum="$3" listeners="$4" port="$5" rf="$6" isr="$7" controlled="$8" sasl="$9"; shift 9
  local advertised="$listeners"
  # clients that come in by port+4, where a proxy listens, are told to stay there
  if [ "${VELIB_KAFKA_PROXIED:-0}" = 1 ]; then
    need_free $((port + 3)); advertised+=",PROXIED://127.0.0.1:$((port + 4))"; listeners+=",PROXIED://127.0.0.1:$((port + 3))"
  fi
  fresh "$name"
  if [ "${VELIB_KAFKA_DISK_MB:-0}" != 0 ]; then
    mkdir "$RUN/$name/data"; mount -t tmpfs -o size="${VELIB_KAFKA_DISK_MB}m" velib-testbed "$RUN/$name/data" || { say "$name: a small disk needs the right to mount (root)"; exit 1; }
  fi
  fill "$HERE/config/kafka.properties.in" NODE="$node" QUORUM="$quorum" LISTENERS="$listeners" ADVERTISED="$advertised" CONTROLLER_PORT="$((port + 1))" \
    SESSION="$KAFKA_SESSION_MS" HEARTBEAT=$((KAFKA_SESSION_MS / 5)) DATA="$RUN/$name/data" RF="$rf" ISR="$isr" CONTROLLED="$controlled" SASL="$sasl" >"$RUN/$name/server.properties"
  # formatting costs a JVM start, so the empty formatted folder is kept and copied
  local key; key="$( (cat "$RUN/$name/server.properties"; echo "$*"; cat "$DIST/kafka/.stamp") | sha256sum | cut -c1-16)"
  local tpl="$CACHE/formatted/$key"
  if [ ! -d "$tpl" ]; then
    kjava -cp "$DIST/kafka/*" kafka.tools.StorageTool format -t "$CLUSTER_ID" -c "$RUN/$name/server.properties" "$@" >"$RUN/$name/format.log" 2>&1 || { cat "$RUN/$name/format.log" >&2; exit 1; }
    mkdir -p "$CACHE/formatted"; cp -r "$RUN/$name/data" "$tpl.$$" && mv -T "$tpl.$$" "$tpl" 2>/dev/null || rm -rf "$tpl.$$"
  else
    mkdir -p "$RUN/$name/data"; cp -r "$tpl/." "$RUN/$name/data"
  fi
  CDS=(); [ "$name" = kafka ] || [ "$name" = kafka3-1 ] || ls "$CACHE/cds/kafka-"*.jsa >/dev/null 2>&1 && cds kafka "$name" "$JAVA_KAFKA"
  start_bg "$name" "$JAVA_KAFKA" "${JVM[@]}" "${CDS[@]}" -Xms128m -Xmx"$KAFKA_HEAP" -Dlog4j2.configurationFile="$HERE/config/log4j2-kafka.properties" \
    -cp "$DIST/kafka/*" kafka.Kafka "$RUN/$name/server.properties"
}
start_kafka() {
  need_free "$KAFKA_PORT" $((KAFKA_PORT + 1)) $((KAFKA_PORT + 2)) $((KAFKA_PORT + 5)); tls; client_tls
  local sasl; sasl="$(fill "$HERE/config/kafka-sasl.properties.in" TLS="$CACHE/tls" TLS_PASSWORD="$TB_PASSWORD" USER="$TB_USER" PASSWORD="$TB_PASSWORD")"
  kafka_node kafka 1 "controller.quorum.bootstrap.servers=127.0.0.1:$((KAFKA_PORT + 1))" \
    "PLAINTEXT://127.0.0.1:$KAFKA_PORT,SASL_SSL://localhost:$((KAFKA_PORT + 2)),MTLS://localhost:$((KAFKA_PORT + 5))" "$KAFKA_PORT" 1 1 false "$sasl" \
    --standalone --add-scram "SCRAM-SHA-512=[name=$TB_USER,password=$TB_PASSWORD]" --add-scram "SCRAM-SHA-256=[name=$TB_USER,password=$TB_PASSWORD]"
}
ready_kafka() {
  wait_log kafka 90 'Kafka Server started'
  export_as TEST_KAFKA_BROKERS "127.0.0.1:$KAFKA_PORT" kafka
  [ "${VELIB_KAFKA_PROXIED:-0}" != 1 ] || export_as TEST_KAFKA_PROXIED_BROKERS "127.0.0.1:$((KAFKA_PORT + 4))" kafka
  export_as TEST_KAFKA_SASL_SSL_BROKERS "localhost:$((KAFKA_PORT + 2))" kafka
  export_as TEST_KAFKA_SASL_USERNAME "$TB_USER" kafka
  export_as TEST_KAFKA_SASL_PASSWORD "$TB_PASSWORD" kafka
  export_as TEST_KAFKA_SASL_MECHANISM scram-sha-512 kafka
  export_as TEST_KAFKA_SSL_CA "$CACHE/tls/ca.pem" kafka
  export_as TEST_KAFKA_MTLS_BROKERS "localhost:$((KAFKA_PORT + 5))" kafka
  export_as TEST_KAFKA_MTLS_CLIENTS "$CACHE/tls" kafka
}
start_kafka3() {
  local i p voters=""
  for i in 1 2 3; do p=$((KAFKA3_PORT + (i - 1) * 100)); need_free "$p" $((p + 1)); voters+="${voters:+,}$i@127.0.0.1:$((p + 1))"; done
  for i in 1 2 3; do p=$((KAFKA3_PORT + (i - 1) * 100))
    kafka_node "kafka3-$i" "$i" "controller.quorum.voters=$voters" "PLAINTEXT://127.0.0.1:$p" "$p" 3 2 true ""
  done
}
kafka3_addresses() { echo "127.0.0.1:$((KAFKA3_PORT + $1)),127.0.0.1:$((KAFKA3_PORT + 100 + $1)),127.0.0.1:$((KAFKA3_PORT + 200 + $1))"; }
ready_kafka3() {
  local i; for i in 1 2 3; do wait_log "kafka3-$i" 120 'Kafka Server started'; done
  export_as TEST_KAFKA3_BROKERS "$(kafka3_addresses 0)" kafka3
  [ "${VELIB_KAFKA_PROXIED:-0}" != 1 ] || export_as TEST_KAFKA3_PROXIED_BROKERS "$(kafka3_addresses 4)" kafka3
}

# --- Cassandra -----------------------------------------------------------------------------------
cassandra() { # cassandra NAME PORT AUTHENTICATOR AUTHORIZER ENCRYPTION
  local name="$1" port="$2" storage=$(($2 - 2042)) jmx=$(($2 + 1)) java commitlog
  case "${VELIB_CASSANDRA_COMMITLOG:-periodic}" in
    periodic) commitlog=$'commitlog_sync: periodic\ncommitlog_sync_period: 10000ms' ;;
    batch) commitlog='commitlog_sync: batch' ;;
    *) say "VELIB_CASSANDRA_COMMITLOG is periodic or batch"; exit 2 ;;
  esac
  java="$(find_java 17 17)" || { say "Cassandra 5.0 needs Java 17 (or 11)"; exit 1; }
  need_free "$port" "$storage" "$jmx"; fresh "$name"; mkdir -p "$RUN/$name/conf/triggers"
  cds cassandra "$name" "$java"; [ ${#CDS[@]} -eq 0 ] || CDS=(-XX:+UnlockDiagnosticVMOptions -XX:+AllowArchivingWithJavaAgent "${CDS[@]}")
  fill "$HERE/config/cassandra.yaml.in" STORAGE_PORT="$storage" CQL_PORT="$port" DATA="$RUN/$name" AUTHENTICATOR="$3" AUTHORIZER="$4" COMMITLOG="$commitlog" ENCRYPTION="$5" >"$RUN/$name/conf/cassandra.yaml"
  start_bg "$name" "$java" @"$HERE/config/cassandra-jvm.options" "${JVM[@]}" "${CDS[@]}" -Xms256m -Xmx"$CASSANDRA_HEAP" -XX:MaxDirectMemorySize=256m -XX:+ExitOnOutOfMemoryError \
    -javaagent:"$(ls "$DIST"/cassandra/jamm-*.jar)" -Dcassandra-foreground=yes \
    -Dcassandra.config="file://$RUN/$name/conf/cassandra.yaml" -Dlogback.configurationFile="file://$HERE/config/logback-cassandra.xml" \
    -Dcassandra.storagedir="$RUN/$name" -Dcassandra.logdir="$RUN/$name" -Dcassandra.triggers_dir="$RUN/$name/conf/triggers" \
    -Dcassandra.jmx.local.port="$jmx" -Djava.rmi.server.hostname=127.0.0.1 \
    -Dcassandra.skip_wait_for_gossip_to_settle=0 -Dcassandra.ring_delay_ms=0 -Dcassandra.initial_token=0 -Dcassandra.superuser_setup_delay_ms=0 \
    -cp "$DIST/cassandra/*" org.apache.cassandra.service.CassandraDaemon
}
start_cassandra() { cassandra cassandra "$CASSANDRA_PORT" AllowAllAuthenticator AllowAllAuthorizer ""; }
ready_cassandra() {
  wait_log cassandra 150 'Starting listening for CQL clients'
  export_as TEST_CASSANDRA_CONTACT_POINTS "127.0.0.1:$CASSANDRA_PORT" cassandra
  export_as TEST_CASSANDRA_DATACENTER datacenter1 cassandra
}
start_cassandra-auth() { # plain and TLS on one port
  tls; client_tls
  cassandra cassandra-auth "$CASSANDRA_AUTH_PORT" PasswordAuthenticator CassandraAuthorizer \
    "$(fill "$HERE/config/cassandra-tls.yaml.in" TLS="$CACHE/tls" TLS_PASSWORD="$TB_PASSWORD")"
}
ready_cassandra-auth() {
  wait_log cassandra-auth 150 'Starting listening for CQL clients'
  wait_log cassandra-auth 60 'Created default superuser role'
  export_as TEST_CASSANDRA_AUTH_CONTACT_POINTS "127.0.0.1:$CASSANDRA_AUTH_PORT" cassandra-auth
  export_as TEST_CASSANDRA_AUTH_USERNAME cassandra cassandra-auth
  export_as TEST_CASSANDRA_AUTH_PASSWORD cassandra cassandra-auth
  export_as TEST_CASSANDRA_TLS "$CACHE/tls" cassandra-auth
}

# --- MongoDB -------------------------------------------------------------------------------------
mongod() { # mongod NAME PORT [extra options]
  local name="$1" port="$2"; shift 2
  need_free "$port"; fresh "$name"; mkdir "$RUN/$name/data"
  [ "$name" = mongo-auth ] && { head -c 96 /dev/urandom | base64 -w0 >"$RUN/$name/keyfile"; chmod 400 "$RUN/$name/keyfile"; set -- --auth --keyFile "$RUN/$name/keyfile" "$@"; }
  start_bg "$name" "$DIST/mongo/mongod" --dbpath "$RUN/$name/data" --bind_ip 127.0.0.1 --port "$port" --replSet rs0 --nounixsocket \
    --wiredTigerCacheSizeGB 0.25 --oplogSize 64 --setParameter diagnosticDataCollectionEnabled=false --setParameter ttlMonitorSleepSecs=1 "$@"
}
mongo_ready() { PYTHONPATH="$DIST/mongo/py" python3 "$HERE/config/mongo-init.py" "$@"; }
start_mongo() { mongod mongo "$MONGO_PORT"; }
ready_mongo() { wait_log mongo 60 'Waiting for connections'; mongo_ready "$MONGO_PORT"
  export_as TEST_MONGODB_URI "mongodb://127.0.0.1:$MONGO_PORT/?replicaSet=rs0" mongo; }
start_mongo-auth() { # plain and TLS on one port
  tls; client_tls; server_pem
  mongod mongo-auth "$MONGO_AUTH_PORT" --tlsMode allowTLS --tlsCertificateKeyFile "$CACHE/tls/server-both.pem" --tlsCAFile "$CACHE/tls/ca.pem" --tlsAllowConnectionsWithoutCertificates
}
ready_mongo-auth() { wait_log mongo-auth 60 'Waiting for connections'; mongo_ready "$MONGO_AUTH_PORT" "$TB_USER" "$TB_PASSWORD"
  export_as TEST_MONGODB_AUTH_URI "mongodb://$TB_USER:$TB_PASSWORD@127.0.0.1:$MONGO_AUTH_PORT/?replicaSet=rs0&authSource=admin" mongo-auth
  export_as TEST_MONGODB_TLS "$CACHE/tls" mongo-auth; }

# --- Schema registry (Apicurio, Confluent-compatible API) -----------------------------------------
start_registry() {
  local java; java="$(find_java 21 99)" || { say "Apicurio 3.3 needs Java 21 or newer"; exit 1; }
  need_free "$REGISTRY_PORT" $((REGISTRY_PORT + 1)); fresh registry
  # storage: H2 in memory, the default; ids start anew at every up. BACKWARD is Confluent's default; Apicurio's is NONE
  start_bg registry "$java" "${JVM[@]}" -Xmx"$REGISTRY_HEAP" -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$REGISTRY_PORT" \
    -Dquarkus.management.host=127.0.0.1 -Dquarkus.management.port=$((REGISTRY_PORT + 1)) -Dquarkus.http.access-log.enabled=false \
    -Dapicurio.rules.global.compatibility=BACKWARD -Dapicurio.rest.deletion.artifact.enabled=true -Dapicurio.rest.deletion.artifact-version.enabled=true \
    -jar "$DIST/registry/app/quarkus-run.jar"
}
ready_registry() {
  wait_log registry 90 'started in .*Listening on'
  export_as TEST_SCHEMA_REGISTRY_URL "http://127.0.0.1:$REGISTRY_PORT/apis/ccompat/v7" registry
}

# --- all of them side by side ----------------------------------------------------------------------
t0="$(now_ms)"; started=()
for s in "${services[@]}"; do
  if running "$s" && [ "${RESTART:-0}" != 1 ]; then say "$s: runs already"; continue; fi
  "$HERE/down.sh" "$s" >/dev/null 2>&1 || true
  rm -f "$RUN/$s.env"; "start_$s"; started+=("$s")
done
failed=0
for s in "${started[@]}"; do
  if "ready_$s"; then say "$s: ready after $(( $(now_ms) - t0 )) ms, $(for n in $(pids_of "$s"); do rss_mb "$n"; done | paste -sd+) MiB resident"
  else failed=1; rm -f "$RUN/$s.env"; fi
done
cat "$RUN"/*.env 2>/dev/null | sort -u >"$ENVFILE.tmp" || true
mv "$ENVFILE.tmp" "$ENVFILE"; cat "$ENVFILE"
exit "$failed"
