// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Examines the host. Each item reads one thing and says what it means and how to
 * mend it; nothing is changed.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host.h"
#include "util.h"

#define DISK_NEEDED (UINT64_C(8) << 30)	/* one source, one built tree, images, a run */
#define LOAD_QUIET 0.3			/* per CPU; above it neighbours are felt */

static void find(struct host_findings *list, enum host_level level, const char *what,
		 const char *mend, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void find(struct host_findings *list, enum host_level level, const char *what,
		 const char *mend, const char *fmt, ...)
{
	char seen[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(seen, sizeof(seen), fmt, args);
	va_end(args);
	list->item = mem_grow(list->item, list->nr + 1, sizeof(*list->item));
	list->item[list->nr++] = (struct host_finding){
		.level = level,
		.what = str_dup(what),
		.seen = str_dup(seen),
		.mend = str_dup(level == HOST_GOOD ? "" : mend),
	};
}

/* First line of a file without its newline; NULL when it cannot be read. */
static char *first_line(const char *path)
{
	char *text;

	if (fs_read(path, &text, NULL, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static long number_in(const char *path, long absent)
{
	char *text = first_line(path);
	long value = text ? strtol(text, NULL, 10) : absent;

	free(text);
	return value;
}

/* The value between brackets: "always [madvise] never" is "madvise". */
static char *chosen_in(const char *path)
{
	char *text = first_line(path), *open, *word = NULL;

	open = text ? strchr(text, '[') : NULL;
	if (open)
		word = str_printf("%.*s", (int)strcspn(open + 1, "]"), open + 1);
	free(text);
	return word;
}

static void look_kvm(struct host_findings *list)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		find(list, HOST_GOOD, "/dev/kvm", "", "can be opened (whether a kernel boots with it "
		     "is found out by a probe guest)");
	else
		find(list, HOST_NOTE, "/dev/kvm",
		     "load the kvm module or join the kvm group; the exact engine works without",
		     "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void look_governor(struct host_findings *list)
{
	char *governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

	if (governor)
		find(list, strcmp(governor, "performance") ? HOST_NOTE : HOST_GOOD, "CPU governor",
		     "cpupower frequency-set -g performance", "%s", governor);
	else
		find(list, HOST_GOOD, "CPU governor", "", "no frequency scaling to be seen");
	free(governor);
}

static void look_turbo(struct host_findings *list)
{
	long off = number_in("/sys/devices/system/cpu/intel_pstate/no_turbo", -1);
	long boost = number_in("/sys/devices/system/cpu/cpufreq/boost", -1);

	if (off == 0)
		find(list, HOST_NOTE, "turbo", "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
		     "on: clock speed follows load and heat");
	else if (boost == 1)
		find(list, HOST_NOTE, "turbo", "echo 0 > /sys/devices/system/cpu/cpufreq/boost",
		     "on: clock speed follows load and heat");
	else
		find(list, HOST_GOOD, "turbo", "", "off, or not to be seen");
}

static void look_smt(struct host_findings *list)
{
	long active = number_in("/sys/devices/system/cpu/smt/active", 0);

	find(list, active ? HOST_NOTE : HOST_GOOD, "SMT",
	     "echo off > /sys/devices/system/cpu/smt/control (guests get whole cores anyway)",
	     "%s", active ? "siblings share cores" : "off");
}

static void look_thp(struct host_findings *list)
{
	char *mode = chosen_in("/sys/kernel/mm/transparent_hugepage/enabled");

	find(list, mode && !strcmp(mode, "always") ? HOST_NOTE : HOST_GOOD, "transparent huge pages",
	     "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled", "%s",
	     mode ? mode : "not there");
	free(mode);
}

static void look_ksm(struct host_findings *list)
{
	long run = number_in("/sys/kernel/mm/ksm/run", 0);

	find(list, run == 1 ? HOST_NOTE : HOST_GOOD, "KSM of the host",
	     "echo 0 > /sys/kernel/mm/ksm/run", "%s", run == 1 ? "merging" : "not merging");
}

static void look_balancing(struct host_findings *list)
{
	long on = number_in("/proc/sys/kernel/numa_balancing", 0);

	find(list, on ? HOST_NOTE : HOST_GOOD, "NUMA balancing",
	     "sysctl kernel.numa_balancing=0", "%s", on ? "moves pages about" : "off");
}

static void look_swap(struct host_findings *list)
{
	char *text;
	bool used;

	if (fs_read("/proc/swaps", &text, NULL, NULL))
		return;
	used = strchr(text, '\n') && strchr(text, '\n')[1];
	find(list, used ? HOST_NOTE : HOST_GOOD, "swap", "swapoff -a", "%s",
	     used ? "a guest's memory may be swapped out" : "none");
	free(text);
}

static void look_load(struct host_findings *list)
{
	double load = 0;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (getloadavg(&load, 1) != 1 || cpus < 1)
		return;
	find(list, load / cpus > LOAD_QUIET ? HOST_NOTE : HOST_GOOD, "load",
	     "wait until the host is idle (the exact engine does not mind)",
	     "%.2f on %ld CPUs in the last minute", load, cpus);
}

static void look_perf(struct host_findings *list)
{
	long level = number_in("/proc/sys/kernel/perf_event_paranoid", -1);

	find(list, level > 1 && geteuid() ? HOST_NOTE : HOST_GOOD, "perf_event_paranoid",
	     "sysctl kernel.perf_event_paranoid=1", "%ld", level);
}

static void look_disk(struct host_findings *list, const char *path)
{
	char *folder = str_dup(path), *slash, bytes[32];
	struct statvfs disk;
	uint64_t left;

	/* The folder may not be there yet: its nearest parent is on the same disk. */
	while (statvfs(folder, &disk)) {
		slash = strrchr(folder, '/');
		if (!slash || slash == folder) {
			free(folder);
			return;
		}
		*slash = '\0';
	}
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	find(list, left < DISK_NEEDED ? HOST_NOTE : HOST_GOOD, "disk",
	     "make room, or `run-suite cache --prune`", "%s left",
	     text_bytes(bytes, sizeof(bytes), left));
	free(folder);
}

static void look_program(struct host_findings *list, const char *name, enum host_level absent,
			 const char *mend)
{
	char *found = fs_find_program(name);

	find(list, found ? HOST_GOOD : absent, name, mend, "%s", found ? found : "not found");
	free(found);
}

void host_examine(struct host_findings *ret_findings, const char *disk)
{
	look_program(ret_findings, "qemu-system-x86_64", HOST_BAD,
		     "install QEMU (Debian: qemu-system-x86)");
	look_program(ret_findings, "gnuplot", HOST_NOTE, "install gnuplot (Debian: gnuplot-nox)");
	look_program(ret_findings, "flex", HOST_BAD, "needed to build kernels (Debian: flex)");
	look_program(ret_findings, "bison", HOST_BAD, "needed to build kernels (Debian: bison)");
	look_program(ret_findings, "bc", HOST_BAD, "needed to build kernels (Debian: bc)");
	look_program(ret_findings, "lz4", HOST_BAD, "needed to build kernels (Debian: lz4)");
	look_kvm(ret_findings);
	look_governor(ret_findings);
	look_turbo(ret_findings);
	look_smt(ret_findings);
	look_thp(ret_findings);
	look_ksm(ret_findings);
	look_balancing(ret_findings);
	look_swap(ret_findings);
	look_load(ret_findings);
	look_perf(ret_findings);
	look_disk(ret_findings, disk);
}

void host_findings_free(struct host_findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++) {
		free(findings->item[i].what);
		free(findings->item[i].seen);
		free(findings->item[i].mend);
	}
	free(findings->item);
	*findings = (struct host_findings){ 0 };
}

char *host_cpu_model(void)
{
	char *text, *line, *model;

	if (fs_read("/proc/cpuinfo", &text, NULL, NULL))
		return str_dup("unknown CPU");
	line = strstr(text, "model name");
	line = line ? strchr(line, ':') : NULL;
	model = line ? str_printf("%.*s", (int)strcspn(line + 2, "\n"), line + 2) :
		       str_dup("unknown CPU");
	free(text);
	return model;
}
