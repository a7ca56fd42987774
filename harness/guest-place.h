/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: where QEMU's threads run and what QEMU takes of
 * the host's memory.
 */
#ifndef PAGEMETA_GUEST_PLACE_H
#define PAGEMETA_GUEST_PLACE_H

#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "topo-place.h"

/**
 * guest_place_self() - place the calling process, which is about to become QEMU
 * @ctx: a struct topo_placement
 *
 * All its threads inherit the CPUs of @others, whatever the harness itself is pinned
 * to, and its own memory (translated code, tables of pages) comes from the node of its
 * vCPUs first. Of a guest with several nodes each thread takes what is near.
 *
 * Return: 0 or -errno.
 */
int guest_place_self(const void *ctx);

/**
 * guest_place() - pin the threads of a QEMU that does not run yet
 * @pid: QEMU
 * @vcpu: thread ids of the vCPUs, in order
 * @nr_vcpus: how many; with the exact engine all are one thread
 * @place: vCPU i goes to place->cpu[i], every other thread to place->others
 * @err: which thread, which CPU
 *
 * The kernel's answer is read back: a cpuset may grant less than was asked for.
 *
 * Return: 0, -errno, or -EIO when a thread is not where it was put.
 */
int guest_place(pid_t pid, const pid_t *vcpu, unsigned int nr_vcpus,
		const struct topo_placement *place, struct err *err);

/**
 * guest_place_check() - whether the vCPUs are where guest_place() has put them
 *
 * Return: 0, -EIO when one is not, or another -errno.
 */
int guest_place_check(pid_t pid, const pid_t *vcpu, unsigned int nr_vcpus,
		      const struct topo_placement *place, struct err *err);

/** guest_resident() - bytes of host memory @pid has now, 0 if it cannot be read */
uint64_t guest_resident(pid_t pid);

#endif
