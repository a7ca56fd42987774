/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the host module share: how a look reads and how it says what it
 * saw. Nobody else includes this.
 */
#ifndef PAGEMETA_HOST_PRIVATE_H
#define PAGEMETA_HOST_PRIVATE_H

#include <dirent.h>
#include <stdbool.h>

#include "host.h"

#define HOST_TEXT 512

/* Above this much load, what runs beside a guest is felt; in CPUs. */
#define HOST_LOAD_QUIET 0.5

/**
 * struct host_look - one look
 * @request: whose host
 * @item: what is looked at
 * @since: counters from which it is counted; NULL at the start of a run
 * @now: counters of this moment
 * @seen: what was seen
 * @mend: what to do, the item's unless the look knows better
 */
struct host_look {
	const struct host_request *request;
	const struct host_item *item;
	const struct host_counts *since;
	const struct host_counts *now;
	char seen[HOST_TEXT];
	char mend[HOST_TEXT];
};

/** host_say() - what was seen. Return: @level */
enum host_level host_say(struct host_look *look, enum host_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** host_mend() - what to do about it, when it is not what the item says */
void host_mend(struct host_look *look, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** host_unread() - it cannot be judged. Return: HOST_UNKNOWN */
enum host_level host_unread(struct host_look *look, const char *path, int error);

/**
 * host_read() - the text of a file below the root, without its last newline
 * @request: whose host
 * @ret_text: malloc'd
 * @fmt: path
 *
 * Return: 0 or -errno.
 */
int host_read(const struct host_request *request, char **ret_text, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** host_number() - the same for a file that holds one decimal number. Return: 0 or -errno */
int host_number(const struct host_request *request, uint64_t *ret_value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** host_has() - whether there is such a file or folder below the root */
bool host_has(const struct host_request *request, const char *path);

/** host_list() - how many numbers "0-3,8" has; 0 for a text that is none or empty */
unsigned int host_list(const char *text);

/** host_cpus() - open the folder of CPUs below a root, for host_next_cpu(); NULL and errno */
DIR *host_cpus(const char *root);

/** host_next_cpu() - the next CPU's number. Return: false after the last */
bool host_next_cpu(DIR *cpus, unsigned int *ret_cpu);

/**
 * struct host_process - a process at one moment
 * @pid: number
 * @parent: its parent's
 * @name: printable
 * @state: letter
 * @ticks: CPU time, in ticks of sysconf(_SC_CLK_TCK)
 * @started: after the boot, in ticks
 */
struct host_process {
	int pid;
	int parent;
	char name[32];
	char state;
	uint64_t ticks;
	uint64_t started;
};

/**
 * host_processes() - all that can be seen
 * @root: prefix of /proc
 * @ret_process: malloc'd
 * @ret_nr: how many
 *
 * Return: 0 or -errno of reading /proc; processes that end meanwhile are left out.
 */
int host_processes(const char *root, struct host_process **ret_process, size_t *ret_nr);

/**
 * host_memory_left() - what control groups leave of memory
 * @request: whose host
 *
 * Return: bytes; UINT64_MAX where none limits it.
 */
uint64_t host_memory_left(const struct host_request *request);

/** host_load() - the load average of a minute. Return: 0 or -errno */
int host_load(const struct host_request *request, double *ret_load);

/* The looks of host_table; each says what it saw. */
enum host_level host_look_qemu(struct host_look *look);
enum host_level host_look_build_tools(struct host_look *look);
enum host_level host_look_compilers(struct host_look *look);
enum host_level host_look_gnuplot(struct host_look *look);
enum host_level host_look_results(struct host_look *look);
enum host_level host_look_cache(struct host_look *look);
enum host_level host_look_kvm(struct host_look *look);
enum host_level host_look_probe(struct host_look *look);
enum host_level host_look_topology(struct host_look *look);
enum host_level host_look_governor(struct host_look *look);
enum host_level host_look_turbo(struct host_look *look);
enum host_level host_look_smt(struct host_look *look);
enum host_level host_look_idle(struct host_look *look);
enum host_level host_look_clocksource(struct host_look *look);
enum host_level host_look_virtual(struct host_look *look);
enum host_level host_look_watchdog(struct host_look *look);
enum host_level host_look_perf(struct host_look *look);
enum host_level host_look_isolation(struct host_look *look);
enum host_level host_look_memory(struct host_look *look);
enum host_level host_look_overcommit(struct host_look *look);
enum host_level host_look_hugetlb(struct host_look *look);
enum host_level host_look_thp(struct host_look *look);
enum host_level host_look_ksm(struct host_look *look);
enum host_level host_look_balancing(struct host_look *look);
enum host_level host_look_swap(struct host_look *look);
enum host_level host_look_zswap(struct host_look *look);
enum host_level host_look_cpu_limit(struct host_look *look);
enum host_level host_look_usable_cpus(struct host_look *look);
enum host_level host_look_usable_nodes(struct host_look *look);
enum host_level host_look_placement(struct host_look *look);
enum host_level host_look_load(struct host_look *look);
enum host_level host_look_pressure(struct host_look *look);
enum host_level host_look_guests(struct host_look *look);
enum host_level host_look_processes(struct host_look *look);
enum host_level host_look_irqbalance(struct host_look *look);
enum host_level host_look_throttling(struct host_look *look);
enum host_level host_look_steal(struct host_look *look);

#endif
