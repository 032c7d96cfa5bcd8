// Replays recorded writes and flushes on many devices at once: what storing the same bytes costs without anything else.
// bare-writes SCRIPT THREADS < PATHS
// SCRIPT: records of kind (u32: 0 write, 1 flush, 2 wait until all devices are here), length (u32), offset (u64), data.
// Devices are opened beforehand; prints the milliseconds from the first record to the last one's end.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WRITE, FLUSH, BARRIER, MAX_RECORDS = 4096, MAX_DEVICES = 4096 };

struct record {
	uint32_t kind, length;
	uint64_t offset;
	void *data;
};

static struct record records[MAX_RECORDS];
static int record_count, devices[MAX_DEVICES], device_count, first, end;
static atomic_int next_device;

static void read_script(const char *path)
{
	struct record r;
	FILE *f = fopen(path, "r");
	if (!f)
		err(1, "%s", path);
	while (fread(&r, 16, 1, f) == 1) {
		if (record_count == MAX_RECORDS)
			errx(1, "too many records");
		r.data = NULL;
		if (r.length > 0 && (posix_memalign(&r.data, 4096, r.length) || fread(r.data, r.length, 1, f) != 1))
			errx(1, "%s: cut short", path);
		records[record_count++] = r;
	}
	fclose(f);
}

static void open_devices(void)
{
	char path[4096];
	while (fgets(path, sizeof path, stdin)) {
		path[strcspn(path, "\n")] = 0;
		if (device_count == MAX_DEVICES)
			errx(1, "too many devices");
		int fd = open(path, O_RDWR | O_DIRECT);
		if (fd < 0)
			err(1, "%s", path);
		devices[device_count++] = fd;
	}
}

// Records `first` up to `end` on one device after another, as long as there are any.
static void *work(void *unused)
{
	for (int i; (i = atomic_fetch_add(&next_device, 1)) < device_count;)
		for (struct record *r = records + first; r < records + end; r++)
			if (r->kind == FLUSH ? fdatasync(devices[i]) != 0
					     : pwrite(devices[i], r->data, r->length, r->offset) != (ssize_t)r->length)
				err(1, "device %d", i);
	return unused;
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	if (argc != 3)
		errx(2, "usage: bare-writes SCRIPT THREADS < PATHS");
	int threads = atoi(argv[2]);
	pthread_t ids[threads];
	read_script(argv[1]);
	open_devices();
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (first = 0; first < record_count; first = end + 1) {
		for (end = first; end < record_count && records[end].kind != BARRIER;)
			end++;
		next_device = 0;
		for (int t = 0; t < threads; t++)
			if (pthread_create(&ids[t], NULL, work, NULL) != 0)
				errx(1, "no thread");
		for (int t = 0; t < threads; t++)
			pthread_join(ids[t], NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.3f\n", (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6);
	return 0;
}
