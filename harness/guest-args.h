/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: the command lines of QEMU and of the kernel in
 * it, as pure functions of what is wanted.
 */
#ifndef PAGEMETA_GUEST_ARGS_H
#define PAGEMETA_GUEST_ARGS_H

#include "guest.h"

/**
 * struct guest_fds - fds that QEMU inherits under the same numbers
 * @console: write end of a pipe: the serial port
 * @port: write end of a pipe: the virtio-serial port of the agent
 * @qmp: socket: the monitor
 *
 * Pipes, because a 16550 writes byte by byte: a Unix socket takes 278 such
 * writes before it makes the guest wait, a pipe a million. A guest that waits
 * for its host spins, and an exact run is no longer exact. A full pipe stops QEMU instead,
 * see guest_let_writes_wait().
 */
struct guest_fds {
	int console;
	int port;
	int qmp;
};

/**
 * guest_args() - QEMU's argv
 * @config: what is wanted
 * @fds: its fds
 * @tsc_khz: what the TSC of the tcg engine counts, 0 if not known
 * @ret_argv: freed with strv_free()
 * @err: what cannot be had
 *
 * Return: 0 or -EINVAL for a configuration that makes no sense.
 */
int guest_args(const struct guest_config *config, const struct guest_fds *fds,
	       unsigned int tsc_khz, struct strv *ret_argv, struct err *err);

/** guest_quote() - malloc'd command line of @argv that a shell takes */
char *guest_quote(const struct strv *argv);

/**
 * struct guest_limits - host memory and patience
 * @rss: resident bytes after which QEMU is killed
 * @address_space: RLIMIT_AS; looser, as QEMU maps much that it never touches
 * @deadline_ns: wall time in all
 * @silence_ns: wall time without output
 * @boot_silence_ns: the same before the agent's hello
 * @panic_ns: wait for the end of a kernel that panics: it prints a stack first
 * @nmi_ns: the same for one that panics because of an NMI, if it does
 * @garbage_ns: wait for a kernel that scribbled over the port to say why
 */
struct guest_limits {
	uint64_t rss;
	uint64_t address_space;
	uint64_t deadline_ns;
	uint64_t silence_ns;
	uint64_t boot_silence_ns;
	uint64_t panic_ns;
	uint64_t nmi_ns;
	uint64_t garbage_ns;
};

/** guest_limits() - the limits of a guest, defaults of its engine filled in */
struct guest_limits guest_limits(const struct guest_config *config);

/**
 * guest_tsc_khz() - frequency of this host's time stamp counter
 *
 * Return: kHz, 0 where there is none.
 */
unsigned int guest_tsc_khz(void);

#endif
