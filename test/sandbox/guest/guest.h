/* Pid 1 of a sandbox guest: what its parts share. Compiled statically, since every fork and exec in a user-mode guest
 * costs some 14 ms and a shell script would need forty. */
#pragma once
#include <stdbool.h>

#define JOB_DIR "/run/job" /* the guest's work directory on the host, seen through hostfs */
#define PATH_SIZE 4096

/* job.c: the job file is KEY=VALUE strings, each ended by a NUL. */
void job_read(const char *path);
/* First value of KEY, or NULL. */
char *job_get(const char *key);
/* Calls F with every value of KEY, in order. */
void job_each(const char *key, void (*f)(char *value));
/* Writes a small file on the host at once. */
void report(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says why the guest cannot run the job, and powers off. */
void die(const char *what) __attribute__((noreturn));
void power_off(void) __attribute__((noreturn));
void make_dirs(const char *path);
void mount_or_die(const char *what, const char *where, const char *type, unsigned long flags, const char *options);

/* modules.c */
void modules_open(const char *directory);
/* Loads "NAME [PARAMETERS]" and what it depends on; one built in or loaded already is fine. False when it cannot be had. */
bool module_load(const char *name_and_parameters);
/* Loads every module whose name or alias is NAME (which is changed), as modprobe does for the kernel. False if there is none. */
bool module_load_alias(char *name);
/* Nodes like /dev/loop-control, whose first use loads their module. */
void modules_make_nodes(void);

/* root.c: a throw-away root over the host's, with /dev, /proc, /sys, /run of its own. */
void root_enter(const char *module_directory);

/* disks.c: loop devices /dev/loop0… over tmpfs, "COUNT:BYTES". */
void loops_make(char *count_and_bytes);

/* command.c: runs the job's command; its exit code, or 128 + the signal that ended it. */
int command_run(void);
