#!/bin/bash
# Makes, in a guest, what boot-root.test.ts boots: a root file system on a raid volume of the disks, and an initramfs by
# initramfs-tools with dvm's hook in it.
#
#     boot-root.sh DIRECTORY    where the initramfs goes, and where the kernel's config lies
set -euo pipefail
dir=$1

scripts/install-system.sh '' /usr
cp build/dist/dvm /usr/sbin/dvm

dvm create vg /dev/ubda /dev/ubdb --extent-size 1M
dvm create vg/root --size 24M --type raid1 --mirrors 1
dvm create vg/data --size 8M
dvm set vg/data --autoactivate off
mkfs.ext4 -q /dev/dvm/vg/root
mkdir /mnt/root
mount /dev/dvm/vg/root /mnt/root
mkdir /mnt/root/{bin,sbin,dev,proc,run,sys,etc,usr}
cp /bin/busybox /mnt/root/bin/
for name in sh grep ls poweroff; do ln -s busybox "/mnt/root/bin/$name"; done
cat > /mnt/root/sbin/init <<'INIT'
#!/bin/sh
echo "the root file system is up"
grep ' / ' /proc/mounts
ls /dev/dvm/vg
poweroff -f
INIT
chmod +x /mnt/root/sbin/init
umount /mnt/root
dvm deactivate vg

version=$(uname -r)
mkdir -p /boot "$dir/conf/"{conf.d,hooks,scripts}
cp "$dir/config" "/boot/config-$version"
# of other packages' hooks only what every initramfs has
cd /usr/share/initramfs-tools/hooks
for hook in *; do case $hook in dvm | udev | kmod | klibc-utils | dmsetup | zz-busybox) ;; *) rm "$hook" ;; esac done
printf '%s\n' MODULES=list BUSYBOX=y COMPRESS=gzip COMPRESSLEVEL=1 RESUME=none FSTYPE=ext4 > "$dir/conf/initramfs.conf"
touch "$dir/conf/modules"
mkinitramfs -d "$dir/conf" -o "$dir/initrd" "$version" 2> "$dir/mkinitramfs.log" || { cat "$dir/mkinitramfs.log"; exit 1; }
