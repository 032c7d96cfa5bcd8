/* Pid 1 of a sandbox guest: makes a throw-away root, loads modules, makes disks, runs the job's command, leaves its exit
 * code in the job directory and powers off.  SANDBOX_JOB=DIR on the kernel's command line names that directory on the host. */
#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static char module_directory[PATH_SIZE];

static void open_job(void);
static void find_modules(void);
static void serve_modprobe(void);
static int serve_kernel(char *module);
static void load_module(char *wanted);
static void bind_writable(char *path);
static void set_variable(char *assignment);
static void start_udev(void);
static void stop_everything(void);

int main(int argc, char **argv) {
  if (getpid() != 1) return serve_kernel(argv[argc - 1]);
  open_job();
  find_modules();
  root_enter(module_directory);
  serve_modprobe();
  job_each("module", load_module);
  job_each("writable", bind_writable);
  job_each("loops", loops_make);
  job_each("env", set_variable);
  if (job_get("cwd")) make_dirs(job_get("cwd"));
  if (job_get("udev")) start_udev();
  int code = command_run();
  if (!job_get("cut")) stop_everything();
  report("code", "%d", code);
  power_off();
}

static void open_job(void) {
  const char *host = getenv("SANDBOX_JOB");
  mount_or_die("run", "/run", "tmpfs", 0, "mode=755,nr_inodes=0,size=90%");
  make_dirs(JOB_DIR);
  if (!host || mount("job", JOB_DIR, "hostfs", 0, host)) power_off();
  job_read(JOB_DIR "/job");
  clearenv(); /* the kernel's unknown arguments; the job brings its own */
}

static void find_modules(void) {
  struct utsname u;
  uname(&u);
  snprintf(module_directory, sizeof module_directory, "%s/%s", job_get("moddir"), u.release);
  modules_open(module_directory);
}

/* The kernel runs what this names as `modprobe -q -- NAME`; the host need not have one, and this is faster. */
static void serve_modprobe(void) {
  int fd = open("/proc/sys/kernel/modprobe", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return; /* a kernel without modules */
  if (write(fd, JOB_DIR "/init", strlen(JOB_DIR "/init")) < 0) die("modprobe");
  close(fd);
}

static int serve_kernel(char *module) {
  struct utsname u;
  uname(&u);
  snprintf(module_directory, sizeof module_directory, "/lib/modules/%s", u.release);
  modules_open(module_directory);
  return module_load_alias(module) ? 0 : 1;
}

static void load_module(char *wanted) {
  char what[PATH_SIZE];
  snprintf(what, sizeof what, "module %s", wanted);
  if (!module_load(wanted)) die(what);
}

static void bind_writable(char *path) {
  make_dirs(path);
  mount_or_die("writable", path, "hostfs", 0, path);
}

static void set_variable(char *assignment) { putenv(assignment); }

static void run(char *const argv[]) {
  pid_t child = fork();
  if (child == 0) {
    execv(argv[0], argv);
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (child < 0 || status) die(argv[0]);
}

/* Only block devices are announced: hundreds of terminals would cost seconds. */
static void start_udev(void) {
  run((char *[]){"/lib/systemd/systemd-udevd", "--daemon", "--resolve-names=never", NULL});
  run((char *[]){"/usr/bin/udevadm", "trigger", "--action=add", "--subsystem-match=block", NULL});
  run((char *[]){"/usr/bin/udevadm", "settle", "--timeout=30", NULL});
}

static void stop_everything(void) {
  kill(-1, SIGKILL);
  while (wait(NULL) > 0 || errno == EINTR) continue;
  sync();
}
