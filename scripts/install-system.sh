#!/bin/sh
# What a system wants besides the programs: udev's rules, units, the directories of a boot, the hook for initramfs-tools.
#
#     scripts/install-system.sh DESTDIR PREFIX
set -eu

destdir=$1
prefix=$2
from=$(dirname "$0")/../packaging

# The programs are where they were installed to.
put() {
	mkdir -p "$destdir$(dirname "$3")"
	sed -E "s,/usr/sbin/(dvm|dvs|discover),$prefix/sbin/\1,g" "$1" > "$destdir$3"
	chmod "$2" "$destdir$3"
}

for file in "$from"/udev/*.rules; do put "$file" 644 "$prefix/lib/udev/rules.d/${file##*/}"; done
for file in "$from"/systemd/*; do put "$file" 644 "$prefix/lib/systemd/system/${file##*/}"; done
put "$from/tmpfiles/dvm.conf" 644 "$prefix/lib/tmpfiles.d/dvm.conf"

# initramfs-tools looks nowhere else for its parts; within the initramfs dvm is always in /usr/sbin.
initramfs=/usr/share/initramfs-tools
put "$from/initramfs-tools/hooks/dvm" 755 "$initramfs/hooks/dvm"
for script in local-top local-block; do
	mkdir -p "$destdir$initramfs/scripts/$script"
	install -m 755 "$from/initramfs-tools/scripts/$script/dvm" "$destdir$initramfs/scripts/$script/dvm"
done
