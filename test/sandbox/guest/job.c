#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

static char *job, *job_end;

void job_read(const char *path) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st)) die(path);
  job = malloc(st.st_size + 1);
  if (!job || read(fd, job, st.st_size) != st.st_size) die(path);
  job_end = job + st.st_size;
  *job_end = 0;
  close(fd);
}

static char *value_of(char *entry, const char *key) {
  size_t n = strlen(key);
  return strncmp(entry, key, n) || entry[n] != '=' ? NULL : entry + n + 1;
}

static char *next(char *entry) {
  entry += strlen(entry) + 1;
  return entry < job_end ? entry : NULL;
}

char *job_get(const char *key) {
  for (char *e = job; e; e = next(e))
    if (value_of(e, key)) return value_of(e, key);
  return NULL;
}

void job_each(const char *key, void (*f)(char *value)) {
  /* The next entry is found first: F may cut its value into pieces. */
  for (char *e = job, *after; e; e = after) {
    after = next(e);
    if (value_of(e, key)) f(value_of(e, key));
  }
}

void report(const char *name, const char *format, ...) {
  char path[PATH_SIZE], *text;
  va_list args;
  va_start(args, format);
  int n = vasprintf(&text, format, args);
  va_end(args);
  snprintf(path, sizeof path, JOB_DIR "/%s", name);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_DSYNC | O_CLOEXEC, 0644);
  if (n < 0 || fd < 0 || write(fd, text, n) != n) perror(path); /* to the console */
  close(fd);
  free(text);
}

void die(const char *what) {
  int e = errno;
  fprintf(stderr, "sandbox: %s: %s\n", what, strerror(e));
  report("failure", "%s: %s", what, strerror(e));
  power_off();
}

void power_off(void) {
  reboot(RB_POWER_OFF);
  for (;;) pause();
}

void make_dirs(const char *path) {
  char p[PATH_SIZE];
  snprintf(p, sizeof p, "%s", path);
  for (char *s = p + 1; *s; s++)
    if (*s == '/') {
      *s = 0;
      mkdir(p, 0755);
      *s = '/';
    }
  mkdir(p, 0755);
}

void mount_or_die(const char *what, const char *where, const char *type, unsigned long flags, const char *options) {
  if (mount(what, where, type, flags, options)) die(where);
}
