/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check storm: everything that struct pages are for, at once, for as long as it is asked
 * for. Each process writes pages of its own and compares every byte of them whatever the
 * others do to memory meanwhile; and what all of them took is there again in the end.
 *
 * The storm goes on in rounds. After each all processes have ended and nothing is mapped,
 * so that stock can be taken: after a first, short one, in the middle, and in the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>

#include "dax-storm-actors.h"
#include "ext4-format.h"
#include "kmemleak.h"
#include "ksm-control.h"
#include "memory-block.h"
#include "race.h"
#include "run.h"
#include "snapshot.h"
#include "storm-actors.h"
#include "swap-device.h"
#include "sysfs.h"
#include "table.h"
#include "zram-disk.h"
#include "zswap-setup.h"

/*
 *	   0 MiB  RAM, node 0
 *	 256 MiB  256 MiB persistent memory with a file system
 *	 512 MiB  RAM
 *	 640 MiB  128 MiB persistent memory that comes and goes, node 1
 *	 768 MiB  128 MiB RAM, the block that is tried
 *	 896 MiB  128 MiB hidden from the kernel, until a block is added there
 *	1024 MiB  RAM up to 1280 MiB
 */
#define MEM_MIB 1280
#define CPUS 2
#define CMDLINE	\
	"memmap=256M!256M memmap=128M!640M memmap=128M%896M-1 brd.rd_nr=3 brd.rd_size=131072"
#define BLOCK_BYTES (128ull << 20)
#define HOT_ADDRESS (896ull << 20)
#define BOOT_ADDRESS (768ull << 20)
#define PROBE "/sys/devices/system/memory/probe"
#define EXT4_DISK "/dev/ram2"
#define EXT4_BYTES EXT4_FORMAT_STEP
#define SWAP_PAGES 32768	/* of zram */
#define WARM_UP_S 5
#define ROUND_S 60
#define POLLS 500
#define POLL_US 10000

/*
 * What may have grown from one stock to the next. Pages in use: what is left lies scattered,
 * and differently each time; in half an hour on memdesc, whose descriptors scatter too, they
 * went from 5310 to 5207 and 5349. Objects of slab caches: of none more than 70 came, and what
 * each CPU has at hand counts beside. Every 16th zswap_entry that leaks
 * (mutants/zswap-leak-entry) was 577 objects in 93 s on a host six times overcommitted.
 */
#define FLOOR_PAGES 256
#define FLOOR_OBJECTS 64

static const struct workload_param storm_params[] = {
	{ .name = "pages", .help = "pages of each process", .def = "256", .min = 64, .max = 2048 },
	{ .name = "seconds", .help = "how long, in the guest's time", .def = "60", .min = 2,
	  .max = 86400, .quick = "10", .full = "180" },
	{ .name = "seed", .help = "of what is drawn and written, beside the number of the trial",
	  .def = "0", .min = 0, .max = UINT32_MAX },
	{ .name = NULL }
};

static const char *const storm_checks[] = {
	"walkers", "content-verified", "children-verified", "pins-kept", "poison-delivered",
	"blocks-return", "all-paths-taken", "nothing-left", "nothing-leaked", NULL
};

static struct mixed_storm storm;
static struct dax_storm dax;
static struct storm_crew crew;
static uint64_t device_poison;	/* pages of devices that failed, since boot */
static struct snapshot_reader *reader;
static struct { struct snapshot start, half, end, later; } *stock;

/* --- set-up --- */

static int add_block(struct run *run)
{
	uint64_t bytes = 0;
	char text[32];
	int err = memory_block_bytes(&bytes);

	if (!err && bytes != BLOCK_BYTES)
		return run_unsupported(run, "memory blocks are of %" PRIu64 " bytes", bytes);
	snprintf(text, sizeof(text), "0x%llx", HOT_ADDRESS);
	if (!err)
		err = sysfs_write(PROBE, text);
	storm.hot_block = HOT_ADDRESS / BLOCK_BYTES;
	storm.boot_block = BOOT_ADDRESS / BLOCK_BYTES;
	storm.block_pages = BLOCK_BYTES / CONTENT_PAGE;
	return err ? run_error(run, err, PROBE ": write %s: %s", text, strerror(-err)) : 0;
}

static int set_up_zswap(struct run *run)
{
	int err = zswap_set(run, "compressor", "lzo");

	if (!err)
		err = zswap_set(run, "zpool", "zsmalloc");
	if (!err)
		err = zswap_set(run, "shrinker_enabled", "Y");
	return err ? err : zswap_set(run, "enabled", "Y");
}

static int write_disk(struct run *run)
{
	struct race race = { .run = run, .pages = RACE_DISK_PAGES };

	storm.disk_content = content_maker_new(CONTENT_RANDOM, run_seed(run));
	if (!storm.disk_content)
		return run_error(run, -ENOMEM, "no memory for contents");
	race.disk_content = storm.disk_content;
	return race_write_disk(&race);
}

static int storm_setup(struct run *run)
{
	const char *source = "";
	int err;

	storm.run = run;
	storm.crew = &crew;
	storm.pages = run_param_u64(run, "pages");
	err = storm_crew_new(run, &crew);
	if (err)
		return err;
	storm_crew_add(&crew, dax_storm_actors, STORM_ACTORS, &dax);
	storm_crew_add(&crew, storm_anon_actors, storm_anon_nr, &storm);
	storm_crew_add(&crew, storm_file_actors, storm_file_nr, &storm);
	storm_crew_add(&crew, storm_frame_actors, storm_frame_nr, &storm);
	stock = calloc(1, sizeof(*stock));
	if (!stock)
		return run_error(run, -ENOMEM, "no memory for the snapshots");
	err = add_block(run);
	if (!err)
		err = cgroup_new(run, "storm", &storm.group);
	if (!err)
		err = dax_storm_setup(run, storm.pages, &dax);
	if (!err)
		err = write_disk(run);
	if (err)
		return err;
	/* What the walkers judge of RAM is not true of memory that goes. */
	err = ram_map_remove(&dax.ram, BOOT_ADDRESS / CONTENT_PAGE,
			     (HOT_ADDRESS + BLOCK_BYTES) / CONTENT_PAGE);
	if (!err)
		err = set_up_zswap(run);
	if (err)
		return err;
	/* It finds the slab caches that there are by then, those of zswap among them. */
	err = snapshot_reader_new(run_job(run), &reader, &source);
	return err ? run_error(run, err, "%s: %s", source, strerror(-err)) : 0;
}

/* --- before and after each round --- */

static int mount_at(struct run *run, const char *device, const char *point, const char *type,
		    const char *options)
{
	if (mkdir(point, 0700) && errno != EEXIST)
		return run_error(run, -errno, "%s: mkdir: %s", point, strerror(errno));
	if (mount(device, point, type, 0, options))
		return run_error(run, -errno, "%s: mount -t %s -o %s: %s", point, type, options,
				 strerror(errno));
	return 0;
}

static int format_disk(struct run *run)
{
	int fd = open(EXT4_DISK, O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return run_unsupported(run, EXT4_DISK ": %s; it takes brd.rd_nr=3", strerror(errno));
	err = ext4_format(fd, EXT4_BYTES);
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err ? run_error(run, err, EXT4_DISK ": format: %s", strerror(-err)) : 0;
}

/* A RAM disk keeps what it was given once. */
static int empty_disk(struct run *run)
{
	uint64_t range[2] = { 0, EXT4_BYTES };
	int fd = open(EXT4_DISK, O_RDWR | O_CLOEXEC);
	int err = fd < 0 || ioctl(fd, BLKDISCARD, range) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err ? run_error(run, err, EXT4_DISK ": discard: %s", strerror(-err)) : 0;
}

static int begin(struct run *run)
{
	int err = dax_storm_begin(&dax);

	if (!err)
		err = mount_at(run, "tmpfs", STORM_TMPFS, "tmpfs", "huge=always");
	if (!err)
		err = format_disk(run);
	if (!err)
		err = mount_at(run, EXT4_DISK, STORM_EXT4, "ext4", "");
	if (!err)
		err = zram_disk_size(run, "lzo", SWAP_PAGES);
	if (!err)
		err = swap_device_on_path(run, ZRAM_DISK_DEVICE, SWAP_PAGES - 1);
	return err ? err : ksm_set(run, "run", 1);
}

static int unmount(struct run *run, const char *point)
{
	return umount(point) ? run_error(run, -errno, "%s: umount: %s", point, strerror(errno)) : 0;
}

static int stop_swap(struct run *run)
{
	int err = swapoff(ZRAM_DISK_DEVICE) ? -errno : 0;

	if (!err)
		err = zram_disk_reset();
	return err ? run_error(run, err, ZRAM_DISK_DEVICE ": swapoff and reset: %s", strerror(-err)) :
	       0;
}

/* All is tried, the first failure is told. */
static int end(struct run *run)
{
	int err = dax_storm_end(&dax), late[7] = { 0 };
	size_t i;

	late[0] = unmount(run, STORM_TMPFS);
	late[1] = unmount(run, STORM_EXT4);
	late[2] = empty_disk(run);
	late[3] = ksm_set(run, "run", 2);
	late[4] = ksm_set(run, "run", 0);
	late[5] = stop_swap(run);
	if (memory_block_online(storm.hot_block))
		late[6] = memory_block_set(storm.hot_block, "offline");
	for (i = 0; i < sizeof(late) / sizeof(late[0]) && !err; i++)
		err = late[i];
	return err;
}

/*
 * Empty zspages are freed by a worker of their own, hence the deadline. 6.12 counts pages of
 * devices that failed and does not take them back when they are written anew.
 */
static int check_left(struct run *run)
{
	uint64_t poisoned = 0, zspages = 1, devices = device_poison * CONTENT_PAGE / 1024;
	bool online = memory_block_online(storm.hot_block);
	unsigned int polls;
	int err = 0;

	for (polls = 0; polls < POLLS && !err && zspages; polls++) {
		if (polls)
			usleep(POLL_US);
		err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
		if (!err)
			err = sysfs_field("/proc/vmstat", "nr_zspages", &zspages);
	}
	if (!err)
		err = sysfs_field("/proc/meminfo", "HardwareCorrupted", &poisoned);
	if (err)
		return run_error(run, err, "/proc/vmstat or /proc/meminfo: %s", strerror(-err));
	run_check(run, "nothing-left", "", zspages || poisoned != devices || online ?
		  VERDICT_FAIL : VERDICT_PASS,
		  "with no process and nothing swapped there are %" PRIu64 " pages of zspages (must be "
		  "0), %" PRIu64 " KiB of frames that failed (must be %" PRIu64 ", those of devices), "
		  "and block %" PRIu64 " is %s", zspages, poisoned, devices, storm.hot_block,
		  online ? "in use (must not)" : "out of use, as it must be");
	return 0;
}

static int one_round(struct run *run, uint64_t seconds, uint64_t most)
{
	int err = begin(run), late;

	if (!err)
		err = storm_crew_rage(&crew, seconds, most);
	device_poison += crew.shared->process[STORM_POISON].done +
			 crew.shared->process[STORM_CYCLE].beside.right;
	late = end(run);
	return err ? err : late;
}

static int take_stock(struct run *run, struct snapshot *ret_snapshot)
{
	const char *source = "";
	int err;

	run_phase(run, "taking stock");
	err = snapshot_take_settled(reader, ret_snapshot, &stock->later, &source);
	return err ? run_error(run, err, "%s: %s", source, strerror(-err)) : 0;
}

/* --- the storm --- */

/** struct course - how it went, the first round aside */
struct course {
	uint64_t seconds;
	unsigned int rounds;
};

/* A leak goes on; what fills up late does not grow a second time. */
static void check_leaked(struct run *run, const struct course *course)
{
	char first[400], second[400], whole[400];
	const struct snapshot_bound half = { FLOOR_PAGES, FLOOR_OBJECTS, CPUS };
	const struct snapshot_bound more = { 4 * FLOOR_PAGES, 4 * FLOOR_OBJECTS, CPUS };
	unsigned int one, two, all;

	one = snapshot_growth_by(&stock->start, &stock->half, &half, first, sizeof(first));
	two = snapshot_growth_by(&stock->half, &stock->end, &half, second, sizeof(second));
	all = snapshot_growth_by(&stock->start, &stock->end, &more, whole, sizeof(whole));

	run_check(run, "nothing-leaked", "", all || (one && two) ? VERDICT_FAIL : VERDICT_PASS,
		  "used pages: %" PRIu64 " after the first round, %" PRIu64 " in the middle, %" PRIu64
		  " after %u rounds in %" PRIu64 " s; first half: %s; second half: %s; in all: %s",
		  stock->start.value[SNAP_USED], stock->half.value[SNAP_USED],
		  stock->end.value[SNAP_USED], course->rounds, course->seconds, first, second, whole);
}

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/*
 * What processes take to compare everything and to end is part of the time, and on a slow
 * machine most of it. Two rounds there are in any case.
 */
static int rounds(struct run *run, uint64_t seconds, struct course *course)
{
	uint64_t start = now_s(), round = seconds / 2 < ROUND_S ? seconds / 2 : ROUND_S;
	bool half = false, last = false;
	int err = 0;

	while (!err && !last && !storm_crew_wrong(&crew)) {
		last = half && course->seconds + round >= seconds;
		err = one_round(run, round, last ? UINT64_MAX : 1);
		course->rounds++;
		course->seconds = now_s() - start;
		if (!err && !half && course->seconds >= seconds / 2) {
			half = true;
			err = take_stock(run, &stock->half);
		}
	}
	return err;
}

static int storm_run(struct run *run)
{
	struct course course = { 0 };
	int err = one_round(run, WARM_UP_S, 1);

	if (!err)
		err = take_stock(run, &stock->start);
	if (!err && !storm_crew_wrong(&crew)) {
		storm_crew_forget(&crew);
		err = rounds(run, run_param_u64(run, "seconds"), &course);
	}
	storm_crew_report(&crew, "");
	if (err)
		return err;
	storm_crew_report_paths(&crew);
	err = dax_storm_check_left(&dax, "part=dax");
	if (!err)
		err = check_left(run);
	if (err)
		return err;
	if (storm_crew_wrong(&crew)) {
		run_check(run, "nothing-leaked", "", VERDICT_INCONCLUSIVE,
			  "not looked at: the storm was broken off, as something was wrong");
		return 0;
	}
	err = take_stock(run, &stock->end);
	if (!err)
		check_leaked(run, &course);
	return err ? err : kmemleak_check(run);
}

static void storm_cleanup(struct run *run)
{
	(void)run;
	dax_storm_cleanup(&dax);
	cgroup_free(&storm.group);
	content_maker_free(storm.disk_content);
	sysfs_write("/sys/module/zswap/parameters/enabled", "N");
	snapshot_reader_free(reader);
	free(stock);
	storm_crew_free(&crew);
}

static const char *const storm_config[] = {
	DAX_STORM_CONFIG, "CONFIG_SWAP=y", "CONFIG_ZSWAP=y", "CONFIG_ZSMALLOC=y", "CONFIG_ZRAM=y",
	"CONFIG_KSM=y", "CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_HUGETLBFS=y", "CONFIG_COMPACTION=y",
	"CONFIG_MIGRATION=y", "CONFIG_NUMA=y", "CONFIG_MEMCG=y", "CONFIG_TMPFS=y",
	"CONFIG_HWPOISON_INJECT=y", "CONFIG_ARCH_MEMORY_PROBE=y", "CONFIG_MEMORY_HOTREMOVE=y",
	"CONFIG_SLUB_DEBUG=y", "CONFIG_VM_EVENT_COUNTERS=y", NULL
};

const struct workload workload_storm = {
	.name = "storm",
	.help = "memory of every kind used, moved, merged, split, poisoned and looked at, all at once",
	.about = "For a long time by `--param storm.seconds=1800`. All processes share two CPUs: those "
		 "of dax-storm, with its file system, its second namespace and its walkers; pages "
		 "swapped out one by one, and by a cgroup that has no room for them, to zswap over "
		 "zram; huge pages written in part, swapped, split and collapsed; children that share "
		 "pages with parents who write, of both sizes; pages moved between two nodes; pages "
		 "merged by KSM; files on tmpfs, of huge pages, and on ext4, mapped, written, punched and "
		 "cut; HugeTLB pages taken, shared and given back; direct reads that are held "
		 "while their pages are forked, paged out or offered to KSM; compaction, also of both pools "
		 "of zsmalloc; a block of movable memory that goes and comes, and one of the boot's that "
		 "is tried; frames that are soft-offlined under their user or when just freed, and "
		 "given back; pipes for slabs; and who reads smaps, numa_maps and pagemap of all "
		 "others.\n"
		 "\n"
		 "It goes on in rounds of a minute at most, the first of five seconds. At the end of each "
		 "all bytes are compared, processes end, and all is unmounted. `all-paths-taken` of each "
		 "process says what it did, and fails where that was less than its least; a slow machine "
		 "gets two minutes more for it. `nothing-left`: zspages, frames out of use, "
		 "blocks of the file system. `nothing-leaked`: pages in use, counters of metadata and "
		 "objects of slab caches, after the first round, in the middle and in the end. Those of memmap, "
		 "managed and isolated pages may not differ. Others may have grown by 256 pages in "
		 "one half of the time but not in both, and by 1024 in all: a leak goes on. For slab caches "
		 "it is 64 and 256 objects, and two slabs, one for each CPU.\n"
		 "\n"
		 "What is drawn and written follows from the number of the trial and `seed`; in which order "
		 "the CPUs come to it does not, so that a failure comes again with the same seed only as "
		 "often as it takes no luck.",
	.kind = WORKLOAD_CHECK,
	.on_request = true,
	.needs = { .config = storm_config, .cmdline = CMDLINE, .mem_mib = MEM_MIB, .cpus = CPUS,
		   .nodes = 2 },
	.params = storm_params,
	.checks = storm_checks,
	.deadline_s = 1200,
	.lasts = "seconds",
	.setup = storm_setup,
	.run = storm_run,
	.cleanup = storm_cleanup,
};
