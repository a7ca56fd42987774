/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory is freed, and used for something else, under somebody who asks about its
 * frames. Where what describes pages is memory that comes and goes with them, that is
 * used for something else as well, but not as long as somebody looks at it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kpage.h"
#include "peekers-storm.h"

#define PAGE 4096ul
#define PAGES 6144u
#define BLOCK 4096u		/* frames that are asked about at once */
#define TIMES 4
#define PIPES 4
#define REUSES 4
#define REUSE_US 2000
#define PIPE_BYTES (1u << 20)

/** struct asker - asks about a block of frames until it is told to stop */
struct asker {
	struct kpage kpage;
	uint64_t block[2];
	atomic_bool stop;
	int err;
};

static void *ask(void *arg)
{
	struct asker *asker = arg;
	uint64_t *words = calloc(BLOCK, sizeof(*words));
	int64_t got = words ? 0 : -ENOMEM;
	unsigned int i;

	for (i = 0; got >= 0 && !atomic_load(&asker->stop); i++)
		got = kpage_read(&asker->kpage, KPAGE_FLAGS, asker->block[i % 2], words, BLOCK);
	asker->err = got < 0 ? (int)got : 0;
	free(words);
	return NULL;
}

static uint8_t *fill(uint64_t seed)
{
	void *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	if (at == MAP_FAILED)
		return NULL;
	madvise(at, PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(at, (int)seed, PAGES * PAGE);
	return at;
}

/*
 * Pages of the kernel, which cannot be moved, with a content that is known. It is odd
 * where a pointer could be whose lowest bit says what it leads to.
 */
static void fill_pipes(uint64_t seed)
{
	uint8_t page[PAGE];
	int fds[PIPES][2], made;
	unsigned int i;

	memset(page, (int)(seed | 1), sizeof(page));
	for (made = 0; made < PIPES && !pipe2(fds[made], O_CLOEXEC | O_NONBLOCK); made++) {
		fcntl(fds[made][1], F_SETPIPE_SZ, PIPE_BYTES);
		for (i = 0; i < PIPE_BYTES / PAGE; i++)
			if (write(fds[made][1], page, sizeof(page)) != (ssize_t)sizeof(page))
				break;
	}
	while (made-- > 0) {
		close(fds[made][0]);
		close(fds[made][1]);
	}
}

/* The frames that memory has at a third and at two thirds of it. */
static int find(struct asker *asker, const uint8_t *at)
{
	uint64_t pfn;
	int i, err;

	for (i = 0; i < 2; i++) {
		err = kpage_pfn(&asker->kpage, at + (size_t)(i + 1) * PAGES / 3 * PAGE, &pfn);
		if (err)
			return err;
		asker->block[i] = pfn / BLOCK * BLOCK;
	}
	return 0;
}

static int once(struct asker *asker, uint64_t seed)
{
	uint8_t *at = fill(seed);
	pthread_t thread;
	unsigned int i;
	int err;

	if (!at)
		return 0;
	err = find(asker, at);
	atomic_store(&asker->stop, false);
	if (!err)
		err = -pthread_create(&thread, NULL, ask, asker);
	munmap(at, PAGES * PAGE);
	if (err)
		return err;
	for (i = 0; i < REUSES; i++) {
		usleep(REUSE_US);
		fill_pipes(seed + i);
	}
	atomic_store(&asker->stop, true);
	pthread_join(thread, NULL);
	return asker->err;
}

int storm_freed(uint64_t seed)
{
	struct asker asker = { .err = 0 };
	const char *path;
	int err = kpage_open(&asker.kpage, &path), i;

	for (i = 0; i < TIMES && !err; i++)
		err = once(&asker, seed + (uint64_t)i);
	kpage_close(&asker.kpage);
	return err;
}
