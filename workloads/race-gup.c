/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GUP-fast, which takes references without a lock, against all that takes pages out
 * of page tables at the same moment. One thread reads directly into random pages of
 * a buffer of huge pages, also with a buffer registered for that one read; another
 * discards parts of it, splits the huge pages and fills memory of its own with the
 * frames that become free. On two CPUs: here nothing is held back.
 *
 * A page that was read is what the disk holds, or, if it was discarded meanwhile, zeroes
 * from some byte on; the other thread's memory holds what was written there. While a
 * discard goes on, a CPU may see the frame that was there before: the kernel takes pages
 * out of the page tables first, and out of the TLBs of other CPUs at the end, before it
 * frees them. So a page that is wrong is looked at again when no discard is under way.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "prng.h"
#include "race.h"
#include "sysfs.h"
#include "uring.h"
#include "workload.h"

#define READS 2000		/* a round, at least */
/*
 * A host that gives one of the two CPUs little time lets few of them meet: reading
 * goes on until as many have, for at most so long.
 */
#define GONE_MIN 8
#define SPLITS_MIN 2
#define KEPT_MIN 8
#define RENEWALS_MIN 8
#define HUGE_MIN 8
#define PATIENCE_S 60
#define REGISTERED 8		/* one in as many reads uses a registered buffer */
#define BUFFER_PAGES 1024u	/* two huge pages */
#define OTHER_PAGES 32u
#define NO_AIM UINT32_MAX
#define LET_PASS 8		/* reads after all was discarded, that meet huge pages whole */
#define SPLIT "/sys/kernel/debug/split_huge_pages"

/**
 * struct discards - of one page of the buffer
 * @begun: counted before
 * @done: counted when its frame is in no page table and no TLB any more
 */
struct discards {
	unsigned int begun;
	unsigned int done;
};

/**
 * struct duel - both threads
 * @race: what they work with
 * @buffer: what is read into and discarded
 * @other: memory of the thread that discards
 * @disk: fd, O_DIRECT, nothing held back
 * @uring: of the thread that reads
 * @aim: page that is being read into, for the other thread to discard it
 * @over: the thread that reads has come to its end
 * @waits: it waits for @discarding
 * @discarding: held while parts are discarded
 * @of: discards of each page
 * @discards: ranges that were discarded
 * @renewals: times that all was discarded
 * @huge: huge pages that were made meanwhile
 * @splits: times that huge pages were asked to be split
 * @reads: pages that were read
 * @kept: pages that were not discarded from before they were read until they were looked at
 * @gone: pages that were discarded by the time they were looked at
 * @stale: pages that had to be looked at again
 * @err: of the thread that discards
 * @read_count: pages that were read and compared
 * @other_count: pages of @other that were compared
 */
struct duel {
	struct race *race;
	struct buffer buffer;
	struct buffer other;
	int disk;
	struct uring uring;
	uint32_t aim;
	bool over;
	bool waits;
	pthread_mutex_t discarding;
	struct discards of[BUFFER_PAGES];
	unsigned int discards;
	unsigned int renewals;
	uint64_t huge;
	unsigned int splits;
	unsigned int reads;
	unsigned int kept;
	unsigned int gone;
	unsigned int stale;
	int err;
	struct race_count read_count;
	struct race_count other_count;
};

static int split(struct duel *duel)
{
	uint8_t *part = duel->buffer.at + BUFFER_PAGE * 16;
	char text[128];

	if (mprotect(part, BUFFER_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) ||
	    mprotect(part, BUFFER_PAGE, PROT_READ | PROT_WRITE))
		return -errno;
	snprintf(text, sizeof(text), "%d,0x%lx,0x%lx", (int)getpid(),
		 (unsigned long)duel->buffer.at,
		 (unsigned long)(duel->buffer.at + duel->buffer.bytes));
	__atomic_fetch_add(&duel->splits, 1, __ATOMIC_RELEASE);
	return sysfs_write(SPLIT, text);
}

static void count_up(struct duel *duel, size_t first, size_t nr, bool done)
{
	struct discards *of = &duel->of[first], *end = of + nr;

	for (; of < end; of++)
		__atomic_fetch_add(done ? &of->done : &of->begun, 1, __ATOMIC_SEQ_CST);
}

/*
 * Once huge pages are split the page tables stay, whatever is discarded, and with them
 * no fault makes a huge page again: a new mapping has none. It comes with its advice,
 * for the other thread to find nothing else in between.
 */
static int discard_all(struct duel *duel)
{
	size_t bytes = duel->buffer.bytes;
	void *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fresh == MAP_FAILED)
		return -errno;
	if (madvise(fresh, bytes, MADV_HUGEPAGE) ||
	    mremap(fresh, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, duel->buffer.at) ==
	    MAP_FAILED)
		return -errno;
	__atomic_fetch_add(&duel->renewals, 1, __ATOMIC_RELEASE);
	return 0;
}

/* Mostly the very page that is being read into; now and then @all, for new huge pages. */
static int discard(struct duel *duel, uint64_t *random, bool all)
{
	uint32_t aim = __atomic_load_n(&duel->aim, __ATOMIC_ACQUIRE);
	size_t first = aim == NO_AIM ? prng_below(random, BUFFER_PAGES) : aim;
	int err = 0;

	duel->discards++;
	if (all)
		first = 0;
	count_up(duel, first, all ? BUFFER_PAGES : 1, false);
	if (all)
		err = discard_all(duel);
	else if (madvise(duel->buffer.at + first * BUFFER_PAGE, BUFFER_PAGE, MADV_DONTNEED))
		err = -errno;
	count_up(duel, first, all ? BUFFER_PAGES : 1, true);
	return err;
}

static void compare_other(struct duel *duel, size_t page, unsigned int version)
{
	race_compare(&duel->other_count, duel->race->new_content, version, duel->other.at +
		     page * BUFFER_PAGE, 0, BUFFER_PAGE, "of the other thread");
}

/*
 * One page of its own is given back before the discarding and filled anew after it:
 * it gets the frame that became free last.
 */
static int discard_and_take(struct duel *duel, uint64_t *random, bool all,
			    unsigned int version)
{
	size_t page = version % OTHER_PAGES;
	uint8_t *at = duel->other.at + page * BUFFER_PAGE;
	int err;

	if (version >= OTHER_PAGES)
		compare_other(duel, page, version - OTHER_PAGES);
	if (madvise(at, BUFFER_PAGE, MADV_DONTNEED))
		return -errno;
	err = discard(duel, random, all);
	if (!err)
		content_fill(duel->race->new_content, version, at);
	return err;
}

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

static void let_reads_pass(struct duel *duel)
{
	unsigned int at = __atomic_load_n(&duel->reads, __ATOMIC_ACQUIRE);

	while (!is_set(&duel->over) &&
	       __atomic_load_n(&duel->reads, __ATOMIC_ACQUIRE) - at < LET_PASS)
		sched_yield();
}

static void *discarder(void *arg)
{
	struct duel *duel = arg;
	uint64_t random = run_seed(duel->race->run) + 17;
	unsigned int version, i;
	bool all;
	int err = 0;

	for (version = 0; !err && !is_set(&duel->over); version++) {
		while (is_set(&duel->waits))
			sched_yield();
		all = !prng_below(&random, 16);
		pthread_mutex_lock(&duel->discarding);
		err = discard_and_take(duel, &random, all, version);
		pthread_mutex_unlock(&duel->discarding);
		if (!err && all)
			let_reads_pass(duel);
		if (!err && version % 32 == 31)
			err = split(duel);
	}
	for (i = version < OTHER_PAGES ? 0 : version - OTHER_PAGES; i < version; i++)
		compare_other(duel, i % OTHER_PAGES, i);
	duel->err = err;
	return NULL;
}

static ssize_t read_registered(struct duel *duel, uint8_t *at, uint64_t offset)
{
	struct iovec vector = { .iov_base = at, .iov_len = BUFFER_PAGE };
	ssize_t got;
	int err = uring_register(&duel->uring, &vector, 1);

	if (err)
		return err;
	got = uring_transfer(&duel->uring, false, duel->disk, at, BUFFER_PAGE, offset);
	err = uring_unregister(&duel->uring);
	return err ? err : got;
}

/**
 * struct sight - one look at a page that was read into
 * @expected: the first byte that is not as on the disk, or BUFFER_PAGE
 * @zero: from there, the first byte that is not 0, or BUFFER_PAGE
 */
struct sight {
	size_t expected;
	size_t zero;
};

/* Copied first: it may be discarded while it is looked at, from some byte on. */
static struct sight look(const struct duel *duel, const uint8_t *at, size_t index)
{
	uint8_t seen[BUFFER_PAGE], expected[BUFFER_PAGE];
	struct sight sight;
	size_t i;

	for (i = 0; i < BUFFER_PAGE; i++)
		seen[i] = ((const volatile uint8_t *)at)[i];
	content_fill(duel->race->disk_content, index, expected);
	for (i = 0; i < BUFFER_PAGE && seen[i] == expected[i]; i++)
		;
	sight.expected = i;
	for (; i < BUFFER_PAGE && !seen[i]; i++)
		;
	sight.zero = i;
	return sight;
}

static struct sight look_undisturbed(struct duel *duel, const uint8_t *at, size_t index)
{
	struct sight sight;

	set(&duel->waits, true);
	pthread_mutex_lock(&duel->discarding);
	set(&duel->waits, false);
	sight = look(duel, at, index);
	pthread_mutex_unlock(&duel->discarding);
	return sight;
}

/* @done: discards of the page that were over when its read began */
static void judge(struct duel *duel, const uint8_t *at, size_t index,
		  const struct discards *of, unsigned int done)
{
	struct sight sight = look(duel, at, index);
	bool kept = __atomic_load_n(&of->begun, __ATOMIC_SEQ_CST) == done;

	duel->kept += kept;
	if (!kept && sight.zero < BUFFER_PAGE) {
		duel->stale++;
		sight = look_undisturbed(duel, at, index);
	}
	if (!kept && sight.expected < BUFFER_PAGE)
		duel->gone++;
	if (sight.expected == BUFFER_PAGE || (!kept && sight.zero == BUFFER_PAGE)) {
		duel->read_count.good++;
		return;
	}
	if (!duel->read_count.bad++) {
		duel->read_count.page = index;
		duel->read_count.byte = kept ? sight.expected : sight.zero;
		duel->read_count.what = kept ? "that was read directly and not discarded" :
					       "that was read directly";
	}
}

/* Huge pages that faults have made, of the whole guest */
static int huge_pages(struct run *run, uint64_t *ret_nr)
{
	int err = sysfs_field("/proc/vmstat", "thp_fault_alloc", ret_nr);

	return err ? run_error(run, err, "/proc/vmstat: thp_fault_alloc: %s", strerror(-err)) : 0;
}

static bool enough(const struct duel *duel)
{
	return duel->gone >= GONE_MIN && duel->kept >= KEPT_MIN &&
	       __atomic_load_n(&duel->splits, __ATOMIC_ACQUIRE) >= SPLITS_MIN &&
	       __atomic_load_n(&duel->renewals, __ATOMIC_ACQUIRE) >= RENEWALS_MIN;
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int reader(struct duel *duel, unsigned int reads)
{
	uint64_t random = run_seed(duel->race->run) + 23, offset;
	size_t index, page;
	time_t end = seconds() + PATIENCE_S;
	unsigned int i, done;
	uint8_t *at;
	ssize_t got;

	for (i = 0; i < reads || (!enough(duel) && seconds() < end); i++) {
		page = prng_below(&random, BUFFER_PAGES);
		at = duel->buffer.at + page * BUFFER_PAGE;
		done = __atomic_load_n(&duel->of[page].done, __ATOMIC_SEQ_CST);
		__atomic_store_n(&duel->aim, (uint32_t)page, __ATOMIC_RELEASE);
		index = prng_below(&random, duel->race->pages);
		offset = (uint64_t)index * BUFFER_PAGE;
		if (i % REGISTERED)
			got = pread(duel->disk, at, BUFFER_PAGE, (off_t)offset);
		else
			got = read_registered(duel, at, offset);
		if (got != BUFFER_PAGE)
			return run_error(duel->race->run, got < -1 ? (int)got : -EIO, RACE_DISK
					 ": read %u of page %zu: %zd", i, index, got);
		judge(duel, at, index, &duel->of[page], done);
		__atomic_store_n(&duel->reads, i + 1, __ATOMIC_RELEASE);
	}
	return 0;
}

static int fight(struct duel *duel)
{
	uint64_t before;
	pthread_t thread;
	int err = huge_pages(duel->race->run, &before);

	if (err)
		return err;
	if (pthread_create(&thread, NULL, discarder, duel))
		return run_error(duel->race->run, -EAGAIN, "no second thread");
	err = reader(duel, READS * duel->race->rounds);
	set(&duel->over, true);
	pthread_join(thread, NULL);
	if (!err && duel->err)
		err = run_error(duel->race->run, duel->err, "discarding or splitting: %s",
				strerror(-duel->err));
	if (!err)
		err = huge_pages(duel->race->run, &duel->huge);
	if (err)
		return err;
	duel->huge -= before;
	race_happened(duel->race, "race=gup", 0, 0, enough(duel) && duel->huge >= HUGE_MIN,
		      "%u direct reads, %u of whose pages were discarded before they were looked "
		      "at (%u at least must be) and %u were not (%u at least), %u looked at again; "
		      "%u ranges discarded, %u splits asked for (%u at least must be); "
		      "all of it %u times (%u at least), which made %" PRIu64 " huge pages (%u "
		      "at least)",
		      duel->reads, duel->gone, GONE_MIN, duel->kept, KEPT_MIN, duel->stale,
		      duel->discards, duel->splits, SPLITS_MIN, duel->renewals,
		      RENEWALS_MIN, duel->huge, HUGE_MIN);
	race_report(duel->race, "race=gup,of=reader", &duel->read_count);
	race_report(duel->race, "race=gup,of=other", &duel->other_count);
	return 0;
}

static int prepare(struct duel *duel)
{
	int err;

	duel->disk = open(RACE_DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (duel->disk < 0)
		return run_error(duel->race->run, -errno, RACE_DISK ": %s", strerror(errno));
	err = uring_open(4, &duel->uring);
	if (err)
		return run_error(duel->race->run, err, "io_uring_setup: %s", strerror(-err));
	err = buffer_map(duel->race->run, BUFFER_HUGE_ANON, BUFFER_PAGES * BUFFER_PAGE,
			 &duel->buffer);
	if (!err)
		err = buffer_map(duel->race->run, BUFFER_ANON, OTHER_PAGES * BUFFER_PAGE,
				 &duel->other);
	return err;
}

int race_gup(struct race *race)
{
	struct duel duel = { .race = race, .disk = -1, .buffer.fd = -1, .other.fd = -1,
			     .uring.fd = -1, .aim = NO_AIM,
			     .discarding = PTHREAD_MUTEX_INITIALIZER };
	int err = prepare(&duel);

	if (!err)
		err = fight(&duel);
	buffer_unmap(&duel.buffer);
	buffer_unmap(&duel.other);
	uring_close(&duel.uring);
	if (duel.disk >= 0)
		close(duel.disk);
	return err;
}
