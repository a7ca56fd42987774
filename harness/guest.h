/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One QEMU from start to end: command line, QMP, console, deadlines, placement.
 * A guest never interprets what a workload reports; it hands records on.
 */
#ifndef PAGEMETA_GUEST_H
#define PAGEMETA_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "err.h"
#include "msg.h"
#include "perfctr.h"
#include "topo-place.h"
#include "util.h"

/** enum guest_machine - what QEMU emulates around the CPU */
enum guest_machine { MACHINE_AUTO, MACHINE_MICROVM, MACHINE_Q35 };

/**
 * struct guest_config - what to boot and how long to wait
 * @qemu: program
 * @vmlinux: kernel, with an entry for PVH: nothing in it has to be unpacked, which takes
 *	instructions that depend on every byte of the image
 * @initramfs: agent and job
 * @cmdline: added to the kernel's command line, or NULL
 * @engine: kvm, tcg or exact
 * @machine: MACHINE_AUTO takes microvm, and q35 for NUMA nodes or an NVDIMM
 * @cpus: vCPUs
 * @mem_mib: guest memory
 * @nodes: NUMA nodes of the guest, memory and vCPUs split evenly
 * @pmem_mib: size of an NVDIMM with a RAM backend, 0 for none
 * @pmem_touch_mib: so much of it the guest touches at most: the host reserves
 *	nothing for it and may have less memory; 0: all of it
 * @balloon_mib: so much of its memory is given back through a balloon when it starts
 * @by_words: an emulated CPU is not fast at strings of bytes, so that kernels clear and copy
 *	by words, in an eighth of the steps; for guests in which nothing is counted
 * @deadline_s: wall time the guest may take in all
 * @silence_s: wall time without a byte on console and port after which it hangs
 * @boot_silence_s: the same while it boots, when it says more; 0: no other
 * @mem_limit: bytes QEMU may allocate beyond the guest's memory; 0 takes a default,
 *	a smaller one where @pmem_touch_mib is given
 * @placement: where it runs, must live as long as the guest; NULL leaves it to the host
 * @counters: count on the threads of the vCPUs, see struct guest_result
 * @plugin: QEMU's plugin of traffic/: counts, and keeps the exact engine exact; NULL for none
 * @traffic_caches: sizes of the caches it models, see cache_sizes_parse()
 * @traffic_path: file it writes; NULL: it counts nothing. Traffic: exact engine only
 * @functions: file that lists functions whose calls the same plugin counts, see
 *	functions_write(); NULL for none. Not together with @traffic_caches, and not by kvm
 * @once: it is only asked which of them are entered at all
 * @console_path: file that keeps all the console says
 * @on_msg: called for each record; may be NULL
 * @on_msg_ctx: handed to it
 */
struct guest_config {
	const char *qemu;
	const char *vmlinux;
	const char *initramfs;
	const char *cmdline;
	enum engine engine;
	enum guest_machine machine;
	unsigned int cpus;
	unsigned int mem_mib;
	unsigned int nodes;
	unsigned int pmem_mib;
	unsigned int pmem_touch_mib;
	unsigned int balloon_mib;
	bool by_words;
	unsigned int deadline_s;
	unsigned int silence_s;
	unsigned int boot_silence_s;
	uint64_t mem_limit;
	const struct topo_placement *placement;
	bool counters;
	const char *plugin;
	const char *traffic_caches;
	const char *traffic_path;
	const char *functions;
	bool once;
	const char *console_path;
	void (*on_msg)(void *ctx, const struct msg *msg);
	void *on_msg_ctx;
};

/** enum guest_end - how a guest ended */
enum guest_end {
	GUEST_DONE,		/* the agent said END and the guest powered off */
	GUEST_PANIC,		/* the console shows a panic */
	GUEST_OOPS,		/* ... an oops, a bug or a general protection fault */
	GUEST_WARNING,		/* ... a warning, lockdep or sanitizer report; END may have come */
	GUEST_HANG,		/* silence or deadline */
	GUEST_NO_BOOT,		/* ended or hung before the agent said hello */
	GUEST_GARBAGE,		/* the port carried what no agent says */
	GUEST_QEMU_DIED,	/* QEMU ended by itself: signal, exit code, its last words */
	GUEST_INTERRUPTED,	/* the harness was told to stop */
	GUEST_END_NR,
};

/** guest_end_name() - "done", "panic", ... */
const char *guest_end_name(enum guest_end end);

/**
 * struct guest_ram - a guest's RAM as the host sees it
 * @bytes: what QEMU has mapped for it; 0 where that is not known
 * @resident: bytes of it that the host has, in memory or swapped out
 */
struct guest_ram {
	uint64_t bytes;
	uint64_t resident;
};

/**
 * struct guest_result - what became of a guest
 * @end: how it ended
 * @verdict: pass for GUEST_DONE (what the agent judged comes by on_msg), fail for
 *	panic, oops, warning and hang, broken otherwise
 * @reason: one line: for kernel trouble the console line that says it
 * @end_verdict: the workload's own verdict from MSG_END; BROKEN when none came
 * @end_text: its reason
 * @ready_ns: from the start of QEMU to the agent's hello; 0 when it never came
 * @wall_ns: from the start of QEMU to its end
 * @command: malloc'd full command line of QEMU, shell-quoted
 * @max_rss: bytes of host memory QEMU had at most
 * @ram: its RAM when it had ended; all 0 where QEMU was gone before one could look
 * @placed: malloc'd line: where its memory was when it had ended; NULL where none was
 *	bound, or QEMU was gone before one could look
 * @misplaced: some of it was on another node, or a vCPU on another CPU
 * @counted: whether there are counters
 * @counters: of the vCPU threads, from before the guest ran to the end of QEMU
 */
struct guest_result {
	enum guest_end end;
	enum verdict verdict;
	char reason[512];
	enum verdict end_verdict;
	char end_text[512];
	uint64_t ready_ns;
	uint64_t wall_ns;
	char *command;
	uint64_t max_rss;
	struct guest_ram ram;
	char *placed;
	bool misplaced;
	bool counted;
	struct perfctr_phase counters;
};

struct guest;

/**
 * guest_start() - start a guest
 * @config: copied as far as needed; strings must live as long as the guest
 * @ret_guest: ended with guest_finish()
 * @err: what could not be started
 *
 * QEMU is started paused, its vCPU threads are placed, then it runs.
 *
 * Return: 0 or -errno; a QEMU that starts and dies is a result, not an error.
 */
int guest_start(const struct guest_config *config, struct guest **ret_guest, struct err *err);

/** guest_fd() - an fd that is readable when guest_step() has something to do */
int guest_fd(const struct guest *guest);

/** guest_timeout_ms() - how long guest_step() can wait at most, -1 for ever */
int guest_timeout_ms(const struct guest *guest);

/** guest_step() - do what there is to do. Return: true when the guest has ended */
bool guest_step(struct guest *guest);

/** guest_stop() - kill it now; guest_step() then returns true */
void guest_stop(struct guest *guest, enum guest_end why, const char *reason);

/** guest_finish() - take the result and free the guest (kills one that still runs) */
void guest_finish(struct guest *guest, struct guest_result *ret_result);

/** guest_run() - start, step until the end, finish */
int guest_run(const struct guest_config *config, struct guest_result *ret_result,
	      struct err *err);

void guest_result_free(struct guest_result *result);

#endif
