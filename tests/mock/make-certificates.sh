#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the certificates of the tests' servers: one authority and, signed by it, three for servers.
# usage: make-certificates.sh FOLDER
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/index"

cat >"$work/config" <<END
[ca]
default_ca = tests
[tests]
dir = $work
database = $work/index
new_certs_dir = $work
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
x509_extensions = server
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[localhost]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
[elsewhere]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:mail.example.org
END

key()
{
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>"$work/log" ||
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>"$work/log"
}

# NAME EXTENSIONS START END
server()
{
	key "$work/$1.key"
	openssl req -new -config "$work/config" -key "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr"
	openssl ca -batch -notext -config "$work/config" -extensions "$2" -startdate "$3" -enddate "$4" \
		-cert authority.pem -keyfile "$work/authority.key" -in "$work/$1.csr" \
		-out "$work/$1.crt" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
	cat "$work/$1.crt" "$work/$1.key" >"$1.pem"
}

key "$work/authority.key"
openssl req -x509 -config "$work/config" -extensions authority -key "$work/authority.key" \
	-days 7300 -subj "/CN=Tern test authority" -out authority.pem
server good localhost 20200101000000Z 20450101000000Z
server elsewhere elsewhere 20200101000000Z 20450101000000Z
server expired localhost 20200101000000Z 20200201000000Z
