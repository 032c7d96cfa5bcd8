#define _GNU_SOURCE
#include "guest.h"
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

static void loop_make(int control, long index, long long bytes);

void loops_make(char *count_and_bytes) {
  char *rest;
  long count = strtol(count_and_bytes, &rest, 10);
  long long bytes = strtoll(rest + 1, NULL, 10);
  if (!module_load("loop")) die("module loop");
  make_dirs("/run/loops");
  mount_or_die("loops", "/run/loops", "tmpfs", 0, "size=90%,nr_inodes=0");
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) die("/dev/loop-control");
  for (long i = 0; i < count; i++) loop_make(control, i, bytes);
  close(control);
}

static void loop_make(int control, long index, long long bytes) {
  char file[64], device[64];
  snprintf(file, sizeof file, "/run/loops/%ld", index);
  snprintf(device, sizeof device, "/dev/loop%ld", index);
  ioctl(control, LOOP_CTL_ADD, index); /* the first eight exist already */
  int backing = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (backing < 0 || ftruncate(backing, bytes)) die(file);
  int loop = open(device, O_RDWR | O_CLOEXEC);
  struct loop_config config = {.fd = backing};
  if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config)) die(device);
  close(backing);
  close(loop);
}
