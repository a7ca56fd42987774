/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own mm selftests (tools/testing/selftests/mm of the kernel's source): how
 * each is built, and how it is run. The harness builds them, the guest runs them; what
 * each needs is taken from run_vmtests.sh and Makefile of that folder.
 */
#ifndef PAGEMETA_KSELFTEST_TABLE_H
#define PAGEMETA_KSELFTEST_TABLE_H

#include <stdbool.h>

/**
 * struct kselftest - one call of a test program
 * @name: as the parameter names it
 * @program: the source without ".c"; NULL where there is nothing to build
 * @args: words after the program's name, one space between; NULL for none
 * @sources: a source it is linked with, beside vm_util.c and thp_settings.c
 * @option: an option for the compiler and linker
 * @hugepages: size of the hugetlb pool
 * @mem_mib: guest memory in MiB; 0 is 1024
 * @nodes: NUMA nodes; 0 is 1
 * @cpus: CPUs; 0 is 2 with @threads, 1 without
 * @seconds: deadline in guest time; 0 is 60
 * @threads: its threads run against each other, or against the clock: a guest of two
 *	CPUs under tcg. The others run in an exact guest, whose clock does not mind
 *	how busy the host is, and in which sleeping takes no time.
 * @shm: limits of System V shared memory are raised for it
 * @overcommit: vm.overcommit_memory is 1 for it
 * @swap: it pages out, so there must be swap
 * @nobody: runs without privileges
 * @slow: not in the quick profile
 * @why_not: why it cannot be run here; NULL where it can
 */
struct kselftest {
	const char *name;
	const char *program;
	const char *args;
	const char *sources;
	const char *option;
	unsigned int hugepages;
	unsigned int mem_mib;
	unsigned int nodes;
	unsigned int cpus;
	unsigned int seconds;
	bool threads;
	bool shm;
	bool overcommit;
	bool swap;
	bool nobody;
	bool slow;
	const char *why_not;
};

/** kselftest_table - ended by a NULL name */
extern const struct kselftest kselftest_table[];

/** kselftest_names - the names of the table, NULL-terminated: choices of a parameter */
extern const char *const kselftest_names[];

/** kselftest_quick, kselftest_full - the names of a profile, comma separated */
extern const char kselftest_quick[];
extern const char kselftest_full[];

/** kselftest_find() - Return: the entry of that name or NULL */
const struct kselftest *kselftest_find(const char *name);

#endif
