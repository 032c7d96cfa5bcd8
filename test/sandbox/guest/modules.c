#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char *directory;
/* modules.dep: lines "PATH/NAME.ko: DEPENDENCY…", paths relative to the directory. NULL: the kernel has no modules. */
static char *loadable;
/* modules.builtin: lines "PATH/NAME.ko". */
static char *built_in;

static char *read_list(const char *name);
static void dashes_to_underscores(char *text);
static char *cut_alias(char *line, char **next);
static bool load(const char *wanted, size_t length, const char *parameters);
static char *find(char *list, const char *name, size_t length);
static bool insert(const char *file, size_t length, const char *parameters);
static bool insert_dependencies(char *colon);

void modules_open(const char *dir) {
  directory = dir;
  loadable = read_list("modules.dep");
  built_in = read_list("modules.builtin");
}

bool module_load(const char *wanted) {
  size_t length = strcspn(wanted, " ");
  return load(wanted, length, wanted[length] ? wanted + length + 1 : "");
}

bool module_load_alias(char *name) {
  bool found = false;
  dashes_to_underscores(name);
  if (find(loadable, name, strlen(name))) return load(name, strlen(name), "");
  char *line = read_list("modules.alias");
  for (char *next; line && *line; line = next) {
    char *module = cut_alias(line, &next);
    if (module && fnmatch(line, name, 0) == 0) found |= load(module, strlen(module), "");
  }
  return found;
}

void modules_make_nodes(void) {
  char *list = read_list("modules.devname"), name[64], path[128], type;
  unsigned major, minor;
  for (char *line = list; line && *line; line += strcspn(line, "\n"), line += *line ? 1 : 0) {
    if (sscanf(line, "%*s %63s %c%u:%u", name, &type, &major, &minor) != 4) continue;
    snprintf(path, sizeof path, "/dev/%s", name);
    char *slash = strrchr(path, '/');
    *slash = 0;
    make_dirs(path);
    *slash = '/';
    mknod(path, (type == 'b' ? S_IFBLK : S_IFCHR) | 0600, makedev(major, minor));
  }
}

static bool load(const char *wanted, size_t length, const char *parameters) {
  char *line = find(loadable, wanted, length);
  if (line) {
    char *colon = strchr(line, ':');
    return insert_dependencies(colon) && insert(line, colon - line, parameters);
  }
  if (!loadable || find(built_in, wanted, length)) return true;
  errno = ENOENT;
  return false;
}

static char *read_list(const char *name) {
  char path[PATH_SIZE];
  struct stat st;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  if (fstat(fd, &st)) die(path);
  char *list = calloc(1, st.st_size + 1);
  for (ssize_t at = 0, n; (n = read(fd, list + at, st.st_size - at)) > 0;) at += n;
  close(fd);
  return list;
}

/* As depmod and the kernel do: - and _ are the same, except in a pattern's [range]. */
static void dashes_to_underscores(char *text) {
  for (bool range = false; *text; text++) {
    range = *text == '[' || (range && *text != ']');
    if (*text == '-' && !range) *text = '_';
  }
}

/* Makes of "alias PATTERN MODULE" at LINE a normalised pattern there and returns the module; NULL for other lines. */
static char *cut_alias(char *line, char **next) {
  char *end = line + strcspn(line, "\n");
  *next = *end ? end + 1 : end;
  *end = 0;
  char *space = strrchr(line, ' ');
  if (strncmp(line, "alias ", 6) || !space) return NULL;
  *space = 0;
  memmove(line, line + 6, strlen(line + 6) + 1);
  dashes_to_underscores(line);
  return space + 1;
}

/* NAME and the module's file name agree, where - and _ are the same. */
static bool same_name(const char *name, size_t length, const char *file) {
  for (size_t i = 0; i < length; i++) {
    bool dashes = (name[i] == '-' || name[i] == '_') && (file[i] == '-' || file[i] == '_');
    if (name[i] != file[i] && !dashes) return false;
  }
  return strncmp(file + length, ".ko", 3) == 0;
}

/* The line about NAME, or NULL. */
static char *find(char *list, const char *name, size_t length) {
  for (char *line = list; line && *line;) {
    char *end = line + strcspn(line, "\n"), *file = line + strcspn(line, ":\n");
    while (file > line && file[-1] != '/') file--;
    if (same_name(name, length, file)) return line;
    line = *end ? end + 1 : end;
  }
  return NULL;
}

static bool insert(const char *file, size_t length, const char *parameters) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/%.*s", directory, (int)length, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool loaded = syscall(SYS_finit_module, fd, parameters, 0) == 0 || errno == EEXIST;
  close(fd);
  return loaded;
}

/* A module's dependencies are listed last to first. */
static bool insert_dependencies(char *colon) {
  char *end = colon + strcspn(colon, "\n");
  while (end > colon + 1) {
    char *start = end;
    while (start > colon + 1 && start[-1] != ' ') start--;
    if (end > start && !insert(start, end - start, "")) return false;
    end = start - 1;
  }
  return true;
}
