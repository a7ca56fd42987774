/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check peekers-storm: two threads ask about all pages without pause while two others
 * make pages of every kind come and go, memory with them. Nothing may oops or warn,
 * which the console tells; pages that are kept must be classified the same throughout;
 * and in the end the counts must agree and nothing be left poisoned.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "frame-walk.h"
#include "peekers-parts.h"
#include "peekers-storm.h"
#include "swap-device.h"
#include "sysfs.h"
#include "table.h"

#define PAGE 4096
#define WRITERS 2
#define JUDGE_TRIES 200
#define SWAP_PAGES 8192
#define ZSWAP "/sys/module/zswap/parameters/"

static const struct workload_param storm_params[] = {
	{ .name = "rounds", .help = "times that each writer goes through all that changes pages",
	  .def = "1", .min = 1, .max = 100000, .quick = "1", .full = "20" },
	{ .name = NULL }
};

static const char *const storm_checks[] = {
	"readers", "writers", "kept-pages", "page-totals", NULL
};

/**
 * struct storm - shared by the threads
 * @guest: files and frames
 * @kinds: pages that are kept
 * @rounds: of each writer
 * @seed: of the order of actions
 * @lock: one for each action: none is done twice at once
 * @writing: writers that are not done
 * @passes: of each reader over all of memory
 * @actions: done so far
 * @failed: actions that failed, @what of the first
 * @judged: kept kinds looked at
 * @bad: of them wrong for as long as was waited
 * @text: about the first that was wrong
 * @err: of a reader, @what of the first
 */
struct storm {
	struct peekers_guest guest;
	struct page_kinds kinds;
	uint64_t rounds;
	uint64_t seed;
	pthread_mutex_t lock[16];
	atomic_int writing;
	atomic_ullong passes[2];
	atomic_ullong actions;
	atomic_int failed;
	unsigned int judged;
	unsigned int bad;
	atomic_int err;
	char what[128];
	char text[1024];
};

static struct storm storm;

struct writer {
	pthread_t thread;
	uint64_t state;
};

static uint64_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 20;
}

static void *write_thread(void *arg)
{
	struct writer *writer = arg;
	uint64_t round, nr = 0, i;
	int err;

	while (storm_actions[nr].name)
		nr++;
	for (round = 0; round < storm.rounds; round++) {
		uint64_t first = draw(&writer->state);

		for (i = 0; i < nr; i++) {
			uint64_t index = (first + i) % nr;

			pthread_mutex_lock(&storm.lock[index]);
			err = storm_actions[index].act(draw(&writer->state));
			pthread_mutex_unlock(&storm.lock[index]);
			atomic_fetch_add(&storm.actions, 1);
			if (err && !atomic_fetch_add(&storm.failed, 1))
				snprintf(storm.what, sizeof(storm.what), "; the first: %s: %s",
					 storm_actions[index].name, strerror(-err));
		}
	}
	atomic_fetch_sub(&storm.writing, 1);
	return NULL;
}

static void *idle_thread(void *arg)
{
	struct frame_walk walk = { .nr = storm.guest.nr };
	int err = 0;

	(void)arg;
	while (!err && (atomic_load(&storm.writing) || !atomic_load(&storm.passes[1]))) {
		err = frame_walk_idle(&walk);
		if (!err)
			err = frame_walk_raw(&walk);
		err = err == -EOPNOTSUPP ? 0 : err;
		atomic_fetch_add(&storm.passes[1], 1);
	}
	if (err)
		atomic_store(&storm.err, err);
	return NULL;
}

/*
 * A page that is being moved is between two frames for a moment, and one that was
 * just moved has another frame: look again, and only what stays wrong is wrong.
 */
static int judge(struct page_made *made)
{
	const struct timespec pause = { 0, 1000000 };
	char text[1024];
	int tries, bad = 0, i;

	for (tries = 0; tries < JUDGE_TRIES; tries++) {
		bad = page_kinds_judge(&storm.kinds, made, PAGE_KIND_STABLE, text, sizeof(text));
		if (!bad)
			return 0;
		nanosleep(&pause, NULL);
		for (i = 0; i < (int)made->kind->pages && !made->told; i++)
			kpage_pfn(&storm.kinds.kpage, made->at + i * PAGE, &made->pfn[i]);
	}
	if (!storm.bad)
		snprintf(storm.text, sizeof(storm.text), "; %s: %.900s", made->kind->name, text);
	return bad;
}

static int read_all(void)
{
	struct frame_walk walk = { .nr = storm.guest.nr };
	size_t i;
	int err = 0;

	while (!err && (atomic_load(&storm.writing) || !atomic_load(&storm.passes[0]))) {
		err = frame_walk_files(&walk, &storm.guest.kpage);
		for (i = 0; i < storm.kinds.nr && !err; i++) {
			storm.judged++;
			storm.bad += judge(&storm.kinds.made[i]) != 0;
		}
		atomic_fetch_add(&storm.passes[0], 1);
		run_phase(storm.kinds.run, "storm: %llu passes, %llu actions",
			  (unsigned long long)atomic_load(&storm.passes[0]),
			  (unsigned long long)atomic_load(&storm.actions));
	}
	return err;
}

static int prepare_zswap(struct run *run)
{
	int err = swap_device_on(run, SWAP_PAGES);

	if (err)
		return err;
	err = sysfs_write(ZSWAP "zpool", "zsmalloc");
	if (!err)
		err = sysfs_write(ZSWAP "enabled", "Y");
	return err ? run_error(run, err, "zswap: %s", strerror(-err)) : 0;
}

static int storm_setup(struct run *run)
{
	char address[32];
	uint64_t nr;
	size_t i;
	int err = peekers_guest_enter(&storm.guest, run);

	if (err)
		return err;
	storm.kinds.run = run;
	storm.kinds.kpage = storm.guest.kpage;
	storm.kinds.reserved_phys = PEEKERS_RESERVED;
	storm.kinds.pmem_bytes = PEEKERS_PMEM_BYTES;
	storm.kinds.cgroup = storm.guest.cgroup;
	err = page_kinds_make(&storm.kinds);
	if (err)
		return err;
	/* A child would share them, and be counted. */
	for (i = 0; i < storm.kinds.nr; i++)
		madvise(storm.kinds.made[i].area, storm.kinds.made[i].bytes, MADV_DONTFORK);
	snprintf(address, sizeof(address), "0x%llx", PEEKERS_BLOCK);
	err = sysfs_write("/sys/devices/system/memory/probe", address);
	if (err)
		return run_error(run, err, "/sys/devices/system/memory/probe: write %s: %s", address,
				 strerror(-err));
	if (!peekers_guest_map(&storm.guest, run, &nr))
		return -ENOMEM;
	storm_actions_use(&storm.guest.nvdimm);
	return prepare_zswap(run);
}

static int start(struct run *run, struct writer writers[WRITERS], pthread_t *idle)
{
	int i, err;

	for (i = 0; i < (int)(sizeof(storm.lock) / sizeof(storm.lock[0])); i++)
		pthread_mutex_init(&storm.lock[i], NULL);
	storm.rounds = run_param_u64(run, "rounds");
	storm.seed = run_seed(run);
	atomic_store(&storm.writing, WRITERS);
	err = pthread_create(idle, NULL, idle_thread, NULL);
	for (i = 0; i < WRITERS && !err; i++) {
		writers[i].state = storm.seed + (uint64_t)i * 7919;
		err = pthread_create(&writers[i].thread, NULL, write_thread, &writers[i]);
	}
	return err ? run_error(run, -err, "pthread_create: %s", strerror(err)) : 0;
}

static int storm_run(struct run *run)
{
	struct writer writers[WRITERS];
	pthread_t idle;
	int i, err;

	run_phase(run, "storm");
	err = start(run, writers, &idle);
	if (err)
		return err;
	err = read_all();
	for (i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	pthread_join(idle, NULL);
	if (!err)
		err = atomic_load(&storm.err);
	run_check(run, "readers", "", err ? VERDICT_FAIL : VERDICT_PASS,
		  "kpage files %llu times, idle bitmap and raw memmap %llu times over all of memory: %s",
		  (unsigned long long)atomic_load(&storm.passes[0]),
		  (unsigned long long)atomic_load(&storm.passes[1]), strerror(-err));
	run_check(run, "writers", "", atomic_load(&storm.failed) ? VERDICT_FAIL : VERDICT_PASS,
		  "%llu actions, %d failed%s", (unsigned long long)atomic_load(&storm.actions),
		  atomic_load(&storm.failed), storm.what);
	run_check(run, "kept-pages", "", storm.bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%u times a kind of page that is kept was looked at, %u times it was wrong for %d "
		  "looks in a row%s", storm.judged, storm.bad, JUDGE_TRIES, storm.text);
	run_phase(run, "counting all pages");
	return peekers_totals(&storm.guest, &storm.kinds);
}

static void storm_cleanup(struct run *run)
{
	(void)run;
	page_kinds_free(&storm.kinds);
	peekers_guest_leave(&storm.guest);
	sysfs_write(ZSWAP "enabled", "N");
	swap_device_off();
}

const struct workload workload_peekers_storm = {
	.name = "peekers-storm",
	.help = "asking about all pages while pages of every kind, and memory, come and go",
	.kind = WORKLOAD_CHECK,
	.on_request = true,
	.needs = { .config = peekers_guest_config, .cmdline = PEEKERS_CMDLINE,
		   .mem_mib = PEEKERS_MEM_MIB, .pmem_mib = PEEKERS_NVDIMM_BYTES >> 20,
		   .balloon_mib = PEEKERS_BALLOON_MIB, .cpus = 2, .nodes = 1 },
	.params = storm_params,
	.checks = storm_checks,
	.deadline_s = 1200,
	.setup = storm_setup,
	.run = storm_run,
	.cleanup = storm_cleanup,
};
