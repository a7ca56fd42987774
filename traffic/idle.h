/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets a guest go idle only while QEMU's main thread sleeps.
 *
 * When all CPUs are halted, QEMU 7.2 with -icount sleep=off moves its clock on to the next
 * timer (icount_start_warp_timer() in softmmu/icount.c). Its main thread does that whenever
 * it wakes and finds the CPU halted. The CPU's thread marks it halted first and counts what
 * it has run after that, both without a lock. A main thread that looks between the two takes
 * the clock for earlier than it is and moves it too far, by what was not counted. It is
 * awake often: each timer that expires wakes it, and the kernel is soon idle again after.
 * Every figure behind that point is one of another boot: seen in 2 of 99 boots of a
 * workload that sleeps 900 times.
 *
 * So who is about to halt waits until the main thread is in poll() again. Nothing of what
 * the guest executes or counts depends on how long that takes.
 */
#ifndef PAGEMETA_IDLE_H
#define PAGEMETA_IDLE_H

#include <stdbool.h>
#include <stdint.h>

/** idle_open() - find the main thread of this process. Return: 0 or -errno */
int idle_open(void);

/** idle_wait() - until it sleeps; at most a second, which something else is wrong after */
void idle_wait(void);

/** idle_sleeps() - whether /proc/PID/task/TID/syscall tells of a thread that waits in poll() */
bool idle_sleeps(const char *text);

/** idle_is_halt() - whether an instruction is HLT */
bool idle_is_halt(const uint8_t *bytes, unsigned int size);

#endif
