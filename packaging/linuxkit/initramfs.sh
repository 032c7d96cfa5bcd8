#!/bin/bash
# Makes an initramfs that runs dm-provision and nothing else:
#
#     initramfs.sh EXECUTABLE MODULES COMMAND OUTPUT
#
# MODULES is a directory as /lib/modules/RELEASE, or empty where the kernel has all built in; COMMAND is a shell script, run with
# busybox when devices and the kernel's file systems are there; the machine is switched off after it.
set -euo pipefail
executable=$1 modules=$2 command=$3 output=$4
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

"$here/root.sh" "$executable" "$root"
cp /bin/busybox "$root/usr/bin/busybox"
for name in sh cat echo ls mkdir grep poweroff ip; do ln -sf busybox "$root/usr/bin/$name"; done
cp "$command" "$root/command"
if [ -n "$modules" ]; then
  target=$root/lib/modules/$(basename "$modules")
  mkdir -p "$target"
  (cd "$modules" && find . -path '*/drivers/md/*' -o -path '*/fs/ext4/*' -o -name 'jbd2.ko' -o -name 'mbcache.ko' -o -name 'crc*.ko' \
    -o -name 'libcrc32c.ko' -o -name 'dax.ko' -o -name 'modules.*' | cpio -pdm --quiet "$target")
fi
cat > "$root/init" <<'INIT'
#!/bin/sh
export PATH=/usr/sbin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
modprobe -a dm-mod dm-thin-pool ext4 2>/dev/null
sh /command
echo "the command ended with $?"
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$output"
