#!/usr/bin/env bash
# Builds the project's image from its Dockerfile without a Docker engine or a registry of images, by buildah and
# skopeo (Debian packages), on bases made here; keeps it in the cache and loads it into the test cluster where one runs.
#   velib.sh [NAME]     default velib.test/velib:dev
set -euo pipefail
IMG=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$IMG/../kube/lib.sh"
ROOT=$(cd "$IMG/../../.." && pwd)
NAME=${1:-velib.test/velib:dev}
WORK=$CACHE/work; mkdir -p "$WORK"
NPM=11.6.2
STORE=(--root "$WORK/buildah" --runroot "$WORK/buildah-run" --storage-driver vfs)
dir_of() { echo "$IMAGES/${1//[\/:]/_}"; }

if ! command -v buildah >/dev/null || ! command -v skopeo >/dev/null; then
	get() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah skopeo >/dev/null; }
	get || { apt-get update -qq && get; }
fi
[ -s "$(dir_of velib.test/node:24)/index.json" ] || die "no base image: run kube/build.sh first"

# What distroless's Node image holds, from Debian's packages: glibc, libstdc++, certificates, a user, Node.
runtime_base() {
	local d t; d=$(mktemp -d "$WORK/debs.XXXXXX") t=$WORK/tree.runtime
	chmod 755 "$d"; rm -rf "$t"; mkdir -p "$t"/{tmp,etc/ssl/certs,nodejs/bin,home/nonroot}; chmod 1777 "$t/tmp"
	ln -s usr/lib "$t/lib"; mkdir -p "$t/usr/lib" "$t/usr/lib64"; ln -s usr/lib64 "$t/lib64"
	(cd "$d" && apt-get -qq download -o APT::Sandbox::User=root libc6 libstdc++6 libgcc-s1 ca-certificates tzdata >&2)
	for f in "$d"/*.deb; do dpkg-deb --fsys-tarfile "$f" | tar -C "$t" --keep-directory-symlink -xf -; done
	cat "$t"/usr/share/ca-certificates/mozilla/*.crt >"$t/etc/ssl/certs/ca-certificates.crt"
	rm -rf "$t"/usr/share/{doc,man,locale,lintian,bug,ca-certificates} "$t"/usr/sbin "$t"/usr/lib/*/gconv
	echo 'root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$t/etc/passwd"
	echo 'root:x:0:
nonroot:x:65532:' >"$t/etc/group"
	install -m755 "$BIN/node" "$t/nodejs/bin/node"
	"$IMG/../kube/image.sh" --no-load --entrypoint '["/nodejs/bin/node"]' --user 65532:65532 velib.test/runtime:24 "$t"
	rm -rf "$d" "$t"
}
# Node and npm, to build with.
build_base() {
	local t=$WORK/tree.npm; rm -rf "$t"; mkdir -p "$t/usr/local/lib" "$t/usr/local/bin" "$t/root"
	echo cafile=/etc/ssl/certs/ca-certificates.crt >"$t/root/.npmrc"
	(cd "$WORK" && rm -f npm-*.tgz && npm pack --silent "npm@$NPM" >/dev/null)
	tar -C "$t/usr/local/lib" -xzf "$WORK/npm-$NPM.tgz"; mv "$t/usr/local/lib/package" "$t/usr/local/lib/npm"
	ln -s ../lib/npm/bin/npm-cli.js "$t/usr/local/bin/npm"; chmod 755 "$t/usr/local/lib/npm/bin/npm-cli.js"
	"$IMG/../kube/image.sh" --no-load --base velib.test/node:24 --user 0:0 velib.test/npm:24 "$t"
	rm -rf "$t"
}
[ -s "$(dir_of velib.test/runtime:24)/index.json" ] || runtime_base
[ -s "$(dir_of velib.test/npm:24)/index.json" ] || build_base

t=$(now)
stored() { echo "containers-storage:[vfs@$WORK/buildah+$WORK/buildah-run]$1"; }
for base in runtime npm; do
	buildah "${STORE[@]}" inspect --type image "velib.test/$base:24" >/dev/null 2>&1 ||
		skopeo copy --insecure-policy --quiet "oci:$(dir_of "velib.test/$base:24")" "$(stored "velib.test/$base:24")"
done
# npm in the build trusts whom this machine trusts.
buildah "${STORE[@]}" build --quiet --isolation chroot --layers=false --network host \
	--volume /etc/ssl/certs:/etc/ssl/certs:ro \
	--build-arg BUILD_BASE=velib.test/npm:24 --build-arg BASE=velib.test/runtime:24 --tag "$NAME" "$ROOT" >/dev/null
size=$(buildah "${STORE[@]}" images --format '{{.Size}}' "$NAME")
case $size in
*" MB") [ "${size%%[. ]*}" -lt 250 ] ;;
*) false ;;
esac || die "image $NAME: expected less than 250 MB, got $size"
d=$(dir_of "$NAME"); rm -rf "$d.new"
skopeo copy --insecure-policy --quiet "$(stored "$NAME")" "oci:$d.new:${NAME##*:}"
jq -c --arg n "$NAME" '.manifests[0].annotations += {"io.containerd.image.name": $n}' "$d.new/index.json" >"$d.new/index"
mv "$d.new/index" "$d.new/index.json"; rm -rf "$d"; mv "$d.new" "$d"
buildah "${STORE[@]}" rmi --force "$NAME" >/dev/null 2>&1 || true
say "image $NAME: $size, $(du -sm "$d" | cut -f1) MB compressed, in $(since "$t") s"
if [ -S "$RUN/node/containerd.sock" ]; then "$IMG/../kube/image.sh" --load "$NAME"; fi
