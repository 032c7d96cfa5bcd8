#define _GNU_SOURCE
#include "guest.h"
#include <fcntl.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROOT "/run/root"

static void make_device_tree(void);
static void use_console(void);
static void make_run(void);
static void link_modules(const char *module_directory);
static void loopback_up(void);

void root_enter(const char *module_directory) {
  if (!module_load("overlay")) die("module overlay");
  make_dirs("/run/overlay/upper");
  make_dirs("/run/overlay/work");
  make_dirs(ROOT);
  mount_or_die("overlay", ROOT, "overlay", 0, "lowerdir=/,upperdir=/run/overlay/upper,workdir=/run/overlay/work");
  mount_or_die("dev", ROOT "/dev", "devtmpfs", MS_NOSUID, "mode=755");
  mount_or_die("proc", ROOT "/proc", "proc", 0, NULL);
  mount_or_die("sys", ROOT "/sys", "sysfs", 0, NULL);
  mount_or_die("run", ROOT "/run", "tmpfs", MS_NOSUID, "mode=755,nr_inodes=0,size=90%");
  make_dirs(ROOT JOB_DIR);
  mount_or_die(JOB_DIR, ROOT JOB_DIR, NULL, MS_BIND, NULL);
  if (chroot(ROOT) || chdir("/")) die("chroot");
  make_device_tree();
  modules_make_nodes();
  use_console();
  make_run();
  link_modules(module_directory);
  loopback_up();
}

static void make_device_tree(void) {
  mkdir("/dev/shm", 0755);
  mkdir("/dev/pts", 0755);
  mount_or_die("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_or_die("devpts", "/dev/pts", "devpts", MS_NOSUID, "mode=620,ptmxmode=666");
  (void)!symlink("/proc/self/fd", "/dev/fd");
  (void)!symlink("fd/0", "/dev/stdin");
  (void)!symlink("fd/1", "/dev/stdout");
  (void)!symlink("fd/2", "/dev/stderr");
}

/* The kernel gives its first process a console only where the host has one. */
static void use_console(void) {
  int console = open("/dev/console", O_RDWR | O_NOCTTY);
  if (console < 0) die("/dev/console");
  for (int fd = 0; fd < 3; fd++) dup2(console, fd);
  if (console > 2) close(console);
}

static void make_run(void) {
  make_dirs("/run/lock/lvm");
  make_dirs("/run/lvm");
  make_dirs("/run/udev");
}

/* With this link modprobe works, and so does the kernel's own loading on demand. */
static void link_modules(const char *module_directory) {
  char path[PATH_SIZE];
  struct utsname u;
  uname(&u);
  make_dirs("/lib/modules");
  snprintf(path, sizeof path, "/lib/modules/%s", u.release);
  (void)!symlink(module_directory, path);
}

static void loopback_up(void) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq lo = {.ifr_name = "lo"};
  if (s < 0) return; /* a kernel without network */
  ioctl(s, SIOCGIFFLAGS, &lo);
  lo.ifr_flags |= IFF_UP;
  ioctl(s, SIOCSIFFLAGS, &lo);
  close(s);
}
