/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that do one thing for as long as a storm lasts, and tell the workload that
 * started them how it went. They share nothing else.
 *
 * Processes and not threads: of an address space that is in use on several CPUs, every
 * page that is unmapped waits for an answer of them all, which an emulator on a busy
 * host takes long to give.
 */
#ifndef PAGEMETA_STORM_PROCESS_H
#define PAGEMETA_STORM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "swap-pages.h"

struct run;

/**
 * struct storm_process - one of them, in memory that is shared with it
 * @name: for messages
 * @go: what it does; returns 0 or -errno
 * @context: for @go
 * @number: the same
 * @salt: tells apart what it draws and writes from others, and from an earlier storm
 * @stop: of a crew, see storm-crew.h: whether it is to end
 * @pid: set by storm_process_start()
 * @done: what it did so far, in units of its own
 * @more: something else it counts
 * @err: of @go
 * @over: @go has returned
 * @verdict: of all pages it compared
 * @beside: of something else that it looked at
 */
struct storm_process {
	const char *name;
	int (*go)(struct storm_process *process);
	void *context;
	unsigned int number;
	uint64_t salt;
	const bool *stop;
	pid_t pid;
	uint64_t done;
	uint64_t more;
	int err;
	bool over;
	struct swap_verdict verdict;
	struct swap_verdict beside;
};

/**
 * storm_judge() - count something that was looked at
 * @verdict: counted up
 * @right: whether it was as it must be
 * @fmt: what is wrong where it was not
 */
void storm_judge(struct swap_verdict *verdict, bool right, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** storm_process_start() - let it run. Return: 0 or -errno */
int storm_process_start(struct run *run, struct storm_process *process);

/** storm_process_did() - @done of a process that runs */
uint64_t storm_process_did(const struct storm_process *process);

/** storm_process_over() - whether a child came to its end, or died */
bool storm_process_over(const struct storm_process *process);

/**
 * storm_process_rage() - let some run for a time
 * @run: its phase tells what they did so far
 * @process: the first
 * @nr: how many were started
 * @seconds: how long, in the guest's time
 *
 * Ends early with the first of them that ends: one that was not told to has failed, and
 * there is no use in going on.
 */
void storm_process_rage(struct run *run, const struct storm_process *process, unsigned int nr,
			uint64_t seconds);

/**
 * storm_process_await() - wait for the end of some
 * @run: gets the reason of a failure
 * @process: the first
 * @nr: how many were started
 *
 * Return: 0, -errno of one of them, or -ECHILD when one died and told no end, whatever it
 * compared before.
 */
int storm_process_await(struct run *run, const struct storm_process *process, unsigned int nr);

/**
 * storm_process_swap() - write, swap out, compare and give back pages, and compare them all
 * @process: salt, done and verdict are used
 * @run: the workload
 * @pages: how many it has
 * @goes_on: asked before each operation
 *
 * Return: 0 or -errno.
 */
int storm_process_swap(struct storm_process *process, struct run *run, size_t pages,
		       bool (*goes_on)(const struct storm_process *process));

#endif
