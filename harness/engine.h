/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engines a guest can run on, and the probe that finds out what works here.
 */
#ifndef PAGEMETA_ENGINE_H
#define PAGEMETA_ENGINE_H

#include <stdbool.h>

#include "err.h"
#include "util.h"

enum engine { ENGINE_KVM, ENGINE_TCG, ENGINE_EXACT, ENGINE_NR };

/**
 * struct engine_info - what is known of an engine before anything runs
 * @name: as on the command line
 * @help: one line
 * @exact: samples are instructions, figures are equal to the last digit
 * @gated: figures may be judged (those of tcg are shown, never judged)
 */
struct engine_info {
	const char *name;
	const char *help;
	bool exact;
	bool gated;
};

extern const struct engine_info engine_table[ENGINE_NR];

/** engine_parse() - Return: 0 or -EINVAL */
int engine_parse(const char *name, enum engine *ret_engine);

/**
 * struct engine_probe - the answer of the kvm probe
 * @kvm: a guest kernel really boots under kvm here
 * @why: why not, or how long it took
 * @remembered: read from the cache, not tried now
 */
struct engine_probe {
	bool kvm;
	char why[512];
	bool remembered;
};

#define ENGINE_KVM_DEVICE "/dev/kvm"

/**
 * struct engine_probe_request - what the kvm probe boots
 * @device: ENGINE_KVM_DEVICE; another file where a test plays the host
 * @qemu: the QEMU program
 * @vmlinux: a kernel that boots under tcg
 * @initramfs: one whose agent says hello
 * @cache: folder in which the answer is remembered per host boot, QEMU version
 *	and kernel version
 * @force: try again
 */
struct engine_probe_request {
	const char *device;
	const char *qemu;
	const char *vmlinux;
	const char *initramfs;
	const char *cache;
	bool force;
};

/**
 * engine_probe_kvm() - find out whether a 64-bit kernel boots under kvm
 * @request: what to boot
 * @ret_probe: the answer
 * @err: why there is none
 *
 * /dev/kvm that opens, makes a VM and runs firmware does not prove that a kernel
 * boots, so one is booted, with a deadline of 10 s.
 *
 * Return: 0 when there is an answer, -errno when the probe itself could not run.
 */
int engine_probe_kvm(const struct engine_probe_request *request,
		     struct engine_probe *ret_probe, struct err *err);

/** qemu_find() - malloc'd path of qemu-system-x86_64 ($PAGEMETA_QEMU first), NULL if none */
char *qemu_find(void);

/** qemu_version() - malloc'd first line of --version, NULL on failure */
char *qemu_version(const char *qemu);

#endif
