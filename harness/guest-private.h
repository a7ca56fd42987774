/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: the guest as its files share it. guest.c starts
 * and ends it, guest-loop.c hears its channels and watches the time, guest-port.c
 * takes the agent's records.
 */
#ifndef PAGEMETA_GUEST_PRIVATE_H
#define PAGEMETA_GUEST_PRIVATE_H

#include "guest-args.h"
#include "guest-judge.h"
#include "perfctr-set.h"
#include "qmp.h"

#define GUEST_SECOND UINT64_C(1000000000)
#define GUEST_WORDS_MAX 2048

/** enum guest_channel - what is polled, in the order in which it is served */
enum guest_channel {
	CHANNEL_CONSOLE,	/* before the port: what the kernel says explains the rest */
	CHANNEL_PORT,
	CHANNEL_QMP,
	CHANNEL_WORDS,		/* QEMU's stdout and stderr */
	CHANNEL_EXIT,		/* pidfd */
	CHANNEL_TIMER,
	CHANNEL_NR,
};

/** enum guest_state - the life of a guest */
enum guest_state {
	STATE_MONITOR,	/* QEMU is up, its CPUs stand still */
	STATE_RUNS,
	STATE_CLOSING,	/* it is killed at close_ns unless it ends before */
	STATE_ENDED,
};

/**
 * struct guest - a guest
 * @config: as given
 * @limits: with defaults filled in
 * @facts: what was seen so far
 * @result: what becomes of it
 * @state: see above
 * @pid: QEMU
 * @theirs: QEMU's ends of console and port, see guest_let_writes_wait(); then -1
 * @epoll: over all channels
 * @fd: one per channel, -1 when it is closed
 * @console: the kernel's words
 * @qmp: monitor
 * @decoder: of the port
 * @msg: the record being looked at
 * @counters: of its vCPU threads, NULL for none
 * @words: last bytes of what QEMU printed
 * @words_len: how many
 * @start_ns: QEMU was started
 * @heard_ns: last byte on console or port
 * @sample_ns: when to look at QEMU's memory next
 * @close_ns: see STATE_CLOSING
 * @vcpu: thread ids of the vCPUs, once they are pinned
 * @nr_vcpus: how many
 */
struct guest {
	struct guest_config config;
	struct guest_limits limits;
	struct guest_facts facts;
	struct guest_result result;
	enum guest_state state;
	pid_t pid;
	int theirs[2];
	int epoll;
	int fd[CHANNEL_NR];
	struct console *console;
	struct qmp *qmp;
	struct frame_decoder *decoder;
	struct msg *msg;
	struct perfctr_set *counters;
	char words[GUEST_WORDS_MAX];
	size_t words_len;
	uint64_t start_ns;
	uint64_t heard_ns;
	uint64_t sample_ns;
	uint64_t close_ns;
	pid_t vcpu[TOPO_CPUS_MAX];
	unsigned int nr_vcpus;
};

/** guest_close() - kill it in @wait_ns unless it ends before; the first caller counts */
void guest_close(struct guest *guest, uint64_t wait_ns);

/** guest_bed_failed() - the test bed cannot go on with this guest: kill it */
void guest_bed_failed(struct guest *guest, enum guest_end end, const char *why);

/** guest_kill() - kill and reap QEMU now, judge */
void guest_kill(struct guest *guest);

/** guest_port_bytes() - bytes from the agent's port */
void guest_port_bytes(struct guest *guest, const void *data, size_t len);

/** guest_on_event() - an event of QMP */
void guest_on_event(void *ctx, const char *name, const json_t *data);

/**
 * guest_let_writes_wait() - nothing that the guest says is lost from now on
 * @guest: its QEMU has opened its channels
 * @err: why not
 *
 * QEMU makes its ends of console and port non-blocking when it opens them. What a full pipe
 * does not take it keeps for later: of the console it drops characters after some tries,
 * and records of the agent that it still has when the guest resets are gone. The flag
 * belongs to the open file, which the harness has as well: without it a write of QEMU waits
 * until the harness has read, the guest with it, and what a guest has written is in the
 * pipe. While that has room, nothing is different.
 *
 * Return: 0 or -errno; the harness's copies are closed.
 */
int guest_let_writes_wait(struct guest *guest, struct err *err);

/** guest_run_cpus() - place the vCPUs and let them run; the answers come by QMP */
void guest_run_cpus(struct guest *guest);

#endif
