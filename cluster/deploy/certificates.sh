#!/usr/bin/env bash
# Makes an authority and one certificate for a cluster: ca.pem, cert.pem and key.pem in the folder that is named. Copy
# the folder to every host and name it in OUTGROW_TLS. ca-key.pem makes more certificates: keep it elsewhere.
set -euo pipefail
folder=${1:?usage: certificates.sh FOLDER [DAYS]}
days=${2:-365}
umask 077
mkdir -p "$folder"
cd "$folder"
[ ! -e cert.pem ] || { echo "error: $folder has certificates already. Name another folder." >&2; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" -subj "/CN=outgrow-cluster authority" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout ca-key.pem -out ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=outgrow-cluster" -keyout key.pem -out cert.csr 2>/dev/null
# Every certificate is for the same name: that of the cluster, and not of a host.
openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days "$days" -out cert.pem \
  -extfile <(printf 'subjectAltName=DNS:outgrow-cluster\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n') 2>/dev/null
rm -f cert.csr ca.srl
echo "$folder: ca.pem, cert.pem, key.pem (for every host), ca-key.pem (keep it elsewhere)"
