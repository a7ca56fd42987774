// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How fast the time stamp counter of this host runs. QEMU's emulator hands the
 * host's counter to the guest, and a guest that must find out its frequency by
 * itself fails at it when the host is loaded: its clock then has a resolution of
 * 10 ms.
 */
#include "guest-args.h"

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>

#define WINDOW_NS 3000000	/* 1 us of doubt at each end makes 0.07 % */
#define DOUBT_NS 1000
#define TRIES 64

/** struct reading - clock and counter at the same moment */
struct reading {
	uint64_t ns;
	uint64_t ticks;
};

/* A reading that was not interrupted between clock and counter, if there is one. */
static struct reading read_both(void)
{
	struct reading reading = { 0 };

	for (unsigned int i = 0; i < TRIES; i++) {
		uint64_t after;

		reading.ns = clock_ns();
		reading.ticks = __rdtsc();
		after = clock_ns();
		if (after - reading.ns < DOUBT_NS)
			break;
	}
	return reading;
}

unsigned int guest_tsc_khz(void)
{
	struct reading first = read_both(), last;

	do {
		last = read_both();
	} while (last.ns - first.ns < WINDOW_NS);
	return (last.ticks - first.ticks) * 1000000 / (last.ns - first.ns);
}
#else
unsigned int guest_tsc_khz(void)
{
	return 0;
}
#endif
