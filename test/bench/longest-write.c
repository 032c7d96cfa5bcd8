// Writes a block to FILE again and again, past the page cache, until SIGTERM; then prints the milliseconds of the longest write:
// how long whoever used the device below had to wait. longest-write FILE
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, PAUSE_MICROSECONDS = 500 };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	double longest = 0;
	void *data;
	if (argc != 2)
		errx(2, "usage: longest-write FILE");
	sigaction(SIGTERM, &action, NULL);
	int fd = open(argv[1], O_WRONLY | O_CREAT | O_DIRECT, 0600);
	if (fd < 0 || posix_memalign(&data, BLOCK, BLOCK) != 0)
		err(1, "%s", argv[1]);
	memset(data, 0x5a, BLOCK);
	if (pwrite(fd, data, BLOCK, 0) != BLOCK) // its room is allocated: that is not waited for
		err(1, "%s", argv[1]);
	puts("ready");
	fflush(stdout);
	while (!stopped) {
		double begun = now();
		if (pwrite(fd, data, BLOCK, 0) != BLOCK)
			err(1, "%s", argv[1]);
		double took = now() - begun;
		if (took > longest)
			longest = took;
		usleep(PAUSE_MICROSECONDS);
	}
	printf("%.3f\n", longest);
	return 0;
}
