#!/bin/sh
# What `make install PREFIX=/usr` puts on a machine, but the man pages. Argument: its root directory.
set -e
root=$1
cd "$(dirname "$0")/../.."
install -D build/dist/dvm "$root/usr/sbin/dvm"
for tool in bin/*; do [ "$tool" = bin/dvm ] || ln -sf dvm "$root/usr/sbin/${tool#bin/}"; done
scripts/install-system.sh "$root" /usr
install -D -m 644 packaging/dvs/default "$root/etc/default/dvs"
install -D -m 600 packaging/dvs/config.json "$root/etc/dvs/config.json"
