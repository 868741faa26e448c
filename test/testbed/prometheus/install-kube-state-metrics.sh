#!/usr/bin/env bash
# Builds kube-state-metrics from its Go module into the testbed's cache ($CACHE/bin/kube-state-metrics); minutes of CPU
# the first time. Does nothing when it is there already.
set -euo pipefail
CACHE=${VELIB_TESTBED_CACHE:-$HOME/.cache/velib-testbed}
[[ -x $CACHE/bin/kube-state-metrics ]] && exit 0
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
# The clients' version of test/testbed/kube: most packages are compiled already.
cat >go.mod <<END
module kubestatemetrics
go 1.25
require (
	k8s.io/kube-state-metrics/v2 v2.18.0
	k8s.io/api v0.34.4
	k8s.io/apimachinery v0.34.4
	k8s.io/client-go v0.34.4
)
END
printf '//go:build tools\n\npackage tools\n\nimport _ "k8s.io/kube-state-metrics/v2"\n' >tools.go
mkdir -p "$CACHE/bin"
GOFLAGS=-mod=mod GOWORK=off nice -n 10 go build -o "$CACHE/bin/kube-state-metrics" k8s.io/kube-state-metrics/v2
