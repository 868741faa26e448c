#!/usr/bin/env bash
# Puts promtool into the testbed's cache ($CACHE/bin/promtool), out of Debian's package `prometheus` (2.42), which is
# not installed itself. Does nothing when it is there already.
set -euo pipefail
CACHE=${VELIB_TESTBED_CACHE:-$HOME/.cache/velib-testbed}
[[ -x $CACHE/bin/promtool ]] && exit 0
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
fetch() { apt-get download -qq -o APT::Sandbox::User=root prometheus; }
fetch || { apt-get update -qq && fetch; }
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
mkdir -p "$CACHE/bin"
install -m 755 usr/bin/promtool "$CACHE/bin/promtool"
