#!/usr/bin/env bash
# Stops what up.sh started, by pid file, and nothing else.  down.sh [SERVICE|all] ...; KEEP=1 keeps the data folders.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -gt 0 ] || set -- all
names=()
for s in "$@"; do
  case "$s" in
    all) for f in "$RUN"/*.pid; do [ -f "$f" ] && names+=("$(basename "$f" .pid)"); done ;;
    kafka3) names+=(kafka3-1 kafka3-2 kafka3-3) ;;
    *) names+=("$s") ;;
  esac
done
stopping=()
for n in "${names[@]}"; do
  if alive "$n"; then read -r pid _ <"$RUN/$n.pid"; kill -CONT "$pid" 2>/dev/null || true; kill "$pid" 2>/dev/null || true; stopping+=("$n"); fi
done
for n in "${stopping[@]}"; do
  limit="${VELIB_TESTBED_STOP_S:-15}"; [ -f "$RUN/$n.cds" ] && limit=90      # it writes its class archive, once
  end=$(( $(now_ms) + limit * 1000 )); forced=0
  while alive "$n"; do
    if [ "$(now_ms)" -ge "$end" ]; then forced=1; read -r pid _ <"$RUN/$n.pid"; kill -9 "$pid" 2>/dev/null || true; sleep 0.2; fi
    sleep 0.05
  done
  if [ -f "$RUN/$n.cds" ]; then
    f="$(cat "$RUN/$n.cds")"; rm -f "$RUN/$n.cds"
    if [ "$forced" = 0 ] && [ -s "$f.part-$n-$SHIFT" ]; then mv "$f.part-$n-$SHIFT" "$f"; else rm -f "$f.part-$n-$SHIFT"; fi
  fi
  say "$n: stopped"
done
for n in "${names[@]}"; do
  rm -f "$RUN/$n.pid" "$RUN/$n.env" "$RUN/$n.cds"; [[ "$n" == kafka3-* ]] && rm -f "$RUN/kafka3.env"
  [ "${KEEP:-0}" = 1 ] || { discard "$n"; rm -f "$RUN/$n.cmd"; }
done
if [ -d "$RUN" ]; then cat "$RUN"/*.env 2>/dev/null | sort -u >"$ENVFILE" || true; fi
exit 0
