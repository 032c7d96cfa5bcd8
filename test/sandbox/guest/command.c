#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGUMENTS 4096

static char *arguments[MAX_ARGUMENTS];
static int argument_count;

static void add_argument(char *value) {
  if (argument_count < MAX_ARGUMENTS - 1) arguments[argument_count++] = value;
}

/* No stdio here: the command's first byte of output must be its own. */
static void fail_child(const char *what, int code) {
  dprintf(2, "%s: %s\n", what, strerror(errno));
  _exit(code);
}

static void redirect(int fd, const char *path, int flags) {
  int f = open(path, flags, 0644);
  if (f < 0) fail_child(path, 126);
  dup2(f, fd);
  if (f != fd) close(f);
}

/* O_DSYNC: hostfs hands what was written to the host at once, so it survives a power cut. */
static void use_files(void) {
  redirect(0, access(JOB_DIR "/in", R_OK) ? "/dev/null" : JOB_DIR "/in", O_RDONLY);
  redirect(1, JOB_DIR "/out", O_WRONLY | O_CREAT | O_APPEND | O_DSYNC);
  redirect(2, JOB_DIR "/err", O_WRONLY | O_CREAT | O_APPEND | O_DSYNC);
}

/* The user's terminal, of ROWSxCOLUMNS, as controlling terminal: job control works. */
static void use_terminal(const char *size) {
  struct winsize w = {0};
  sscanf(size, "%hux%hu", &w.ws_row, &w.ws_col);
  redirect(0, "/dev/tty0", O_RDWR | O_NOCTTY);
  dup2(0, 1);
  dup2(0, 2);
  ioctl(0, TIOCSCTTY, 1);
  ioctl(0, TIOCSWINSZ, &w);
}

static void become_command(void) {
  char *cwd = job_get("cwd"), *terminal = job_get("terminal");
  setsid();
  if (terminal) use_terminal(terminal);
  else use_files();
  if (cwd && chdir(cwd)) fail_child(cwd, 126);
  execvp(arguments[0], arguments);
  fail_child(arguments[0], 127);
}

int command_run(void) {
  int status = 0;
  job_each("arg", add_argument);
  pid_t command = fork();
  if (command < 0) die("fork");
  if (command == 0) become_command();
  for (pid_t p; (p = wait(&status)) != command;) /* orphans are reaped on the way */
    if (p < 0 && errno != EINTR) die("wait");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
