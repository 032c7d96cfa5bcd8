/* Keeps one sandbox guest on the host, so that nothing of it is left behind, however the one who wanted it ends.
 *
 *   keeper DIRECTORY CPU KERNEL ARGUMENT…        CPU: a number, "auto" or "any"
 *
 * Starts the kernel in a process group of its own. Descriptor 3 is a socket to the parent: a byte from there kills the
 * guest (a power cut), the process group's id goes there at the start, "ended" when every process of the guest is gone, and its end, which comes even when the
 * parent is killed, kills the guest and removes DIRECTORY. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL = 3 };

static void pin(const char *cpu);
static pid_t start(char **argv, const sigset_t *before);
static int next_signal(int signals);
static bool more_from_parent(void);
static bool reap(pid_t guest);
static void remove_tree(const char *directory);

int main(int argc, char **argv) {
  if (argc < 4) return 64;
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  int signals = signalfd(-1, &all, SFD_CLOEXEC);
  fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* what the guest's helpers leave comes here, and is reaped */
  pin(argv[2]);
  pid_t guest = start(argv + 3, &before);
  dprintf(CONTROL, "%d\n", guest);
  bool wanted = true, ended = false;
  while (wanted || !ended) {
    /* A socket whose other end is gone would be ready for ever: -1 leaves it out. */
    struct pollfd on[] = {{.fd = signals, .events = POLLIN}, {.fd = wanted ? CONTROL : -1, .events = POLLIN}};
    bool cut = false;
    poll(on, 2, -1);
    if (on[0].revents) cut = next_signal(signals) != SIGCHLD;
    if (on[1].revents) cut = true, wanted = more_from_parent();
    if (ended) continue;
    if (cut) kill(-guest, SIGKILL);
    if (!reap(guest)) continue;
    ended = true;
    if (wanted) dprintf(CONTROL, "ended\n");
  }
  remove_tree(argv[1]);
  return 0;
}

/* The CPU with the fewest guests: each holds one abstract socket name per CPU and rank, which the kernel frees at its end. */
static int free_cpu(const cpu_set_t *allowed) {
  for (int rank = 0;; rank++)
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (!CPU_ISSET(cpu, allowed)) continue;
      struct sockaddr_un name = {.sun_family = AF_UNIX};
      int n = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "dvm-sandbox/%d/%d", cpu, rank);
      int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (bind(s, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path) + 1 + n) == 0 || errno != EADDRINUSE) return cpu;
      close(s);
    }
}

/* A guest that wanders between CPUs is two to three times slower. */
static void pin(const char *cpu) {
  cpu_set_t allowed, one;
  if (strcmp(cpu, "any") == 0 || sched_getaffinity(0, sizeof allowed, &allowed)) return;
  CPU_ZERO(&one);
  CPU_SET(strcmp(cpu, "auto") ? atoi(cpu) : free_cpu(&allowed), &one);
  if (sched_setaffinity(0, sizeof one, &one)) perror("sandbox: cpu");
}

static pid_t start(char **argv, const sigset_t *before) {
  pid_t keeper = getpid(), guest = fork();
  if (guest < 0) exit(71);
  if (guest) {
    setpgid(guest, guest); /* in both, so that neither can be early */
    return guest;
  }
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(1);
  sigprocmask(SIG_SETMASK, before, NULL);
  execv(argv[0], argv);
  dprintf(2, "sandbox: %s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

static int next_signal(int signals) {
  struct signalfd_siginfo info;
  return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : SIGCHLD;
}

static bool more_from_parent(void) {
  char byte;
  return read(CONTROL, &byte, 1) > 0;
}

/* Reaps what has ended; once the guest itself has, ends its helpers. True when nobody is left. */
static bool reap(pid_t guest) {
  pid_t p;
  while ((p = waitpid(-1, NULL, WNOHANG)) > 0)
    if (p == guest) kill(-guest, SIGKILL);
  return p < 0 && errno == ECHILD;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place) {
  (void)st, (void)kind, (void)place;
  remove(path);
  return 0;
}

static void remove_tree(const char *directory) { nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS); }
