/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compaction of all there is to compact, and memory blocks that come and go.
 */
#include "storm-knobs.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "memory-block.h"
#include "storm-crew.h"
#include "sysfs.h"
#include "workload.h"
#include "zram-disk.h"
#include "zswap-setup.h"

#define GIVE_UP_S 30	/* offlining goes on until a signal comes; slow machines take long */

int storm_compact(struct run *run, uint64_t turn)
{
	static const struct {
		const char *path;
		const char *text;
	} files[] = {
		{ "/proc/sys/vm/compact_memory", "1" },
		{ "/proc/sys/vm/drop_caches", "2" },
		{ "/proc/sys/vm/compact_memory", "1" },
		{ ZRAM_DISK_SYSFS "compact", "1" },
	};
	size_t i = turn % (sizeof(files) / sizeof(files[0]));
	int err = sysfs_write(files[i].path, files[i].text);

	if (err)
		return run_error(run, err, "%s: write: %s", files[i].path, strerror(-err));
	/* In turn no room, which has the pool written back, and the usual. */
	return turn % 8 ? 0 : zswap_set(run, "max_pool_percent", turn % 16 ? "20" : "0");
}

static void on_alarm(int number)
{
	(void)number;
}

void storm_block_prepare(void)
{
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
}

static int go_offline(struct storm_process *process, uint64_t block)
{
	const struct itimerval give_up = { .it_value = { GIVE_UP_S, 0 } }, none = { 0 };
	int err;

	setitimer(ITIMER_REAL, &give_up, NULL);
	err = memory_block_set(block, "offline");
	setitimer(ITIMER_REAL, &none, NULL);
	if (!err)
		storm_did(process);
	process->more += err == -EBUSY || err == -EINTR;
	return err == -EBUSY || err == -EINTR ? 0 : err;
}

int storm_block_cycle(struct storm_process *process, uint64_t block, const char *state,
		      unsigned int use_ms)
{
	const struct timespec pause = { .tv_sec = use_ms / 1000,
					.tv_nsec = use_ms % 1000 * 1000000L };
	int err = 0;

	if (!memory_block_online(block))
		err = memory_block_set(block, state);
	nanosleep(&pause, NULL);	/* for pages to come there */
	return err ? err : go_offline(process, block);
}
