#!/usr/bin/env bash
# Runs a command with a real single-node Kubernetes: builds what is missing (cached), builds the project's image, starts
# the node and the data services as pods, exports KUBECONFIG, and stops the node if it was not running before.
#   test/node/with-node.sh npx vitest run --config vitest.node.config.ts
# With TEST_KUBECONFIG_NODE set to another cluster's kubeconfig (kind) nothing is built or started: that cluster must
# have the image (TEST_IMAGE) and the data services (kubectl apply -k test/testbed/images/manifests).
set -euo pipefail
cd "$(dirname "$0")/../.."
testbed=$PWD/test/testbed

if [ -z "${TEST_KUBECONFIG_NODE:-}" ]; then
	"$testbed/kube/build.sh"
	"$testbed/images/build.sh" kafka cassandra mongo
	"$testbed/partner-crds/build-operators.sh" kubeconform helm-unittest >&2
	was_up=no
	if [ -S "${VELIB_TESTBED_RUN:-/tmp/velib-testbed}/node/containerd.sock" ]; then was_up=yes; fi
	stop() { if [ "$was_up" = no ]; then "$testbed/kube/down.sh" node; fi; }
	trap stop EXIT
	trap 'exit 130' INT TERM
	TEST_KUBECONFIG_NODE=$("$testbed/kube/up.sh" node)
	export TEST_KUBECONFIG_NODE TEST_IMAGE=${TEST_IMAGE:-velib.test/velib:dev}
	"$testbed/images/velib.sh" "$TEST_IMAGE"
	cache=${VELIB_TESTBED_CACHE:-$HOME/.cache/velib-testbed}
	# The project's programs come first: the cache has a node of its own, for images.
	export PATH=$PWD/node_modules/.bin:$cache/kube/bin:$cache/bin:$PATH
fi
export KUBECONFIG=$TEST_KUBECONFIG_NODE
"$@"
