/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Poisoning a page in use tells its user at once, from within the system call: that
 * signal is only noted. One that an access raised would come again for ever.
 */
#include "bus-error.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

static struct sigaction old;
static sigjmp_buf fault;
static volatile sig_atomic_t armed;
static volatile struct bus_error seen;

static void on_bus_error(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen.nr++;
	seen.code = info->si_code;
	seen.at = info->si_addr;
	if (armed)
		siglongjmp(fault, 1);
}

void bus_error_catch(void)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, &old);
}

void bus_error_release(void)
{
	sigaction(SIGBUS, &old, NULL);
}

void bus_error_forget(void)
{
	seen.nr = 0;
}

struct bus_error bus_error_seen(void)
{
	return seen;
}

int bus_error_try(const uint8_t *at)
{
	int byte;

	if (sigsetjmp(fault, 1)) {
		armed = 0;
		return -1;
	}
	armed = 1;
	byte = *(volatile const uint8_t *)at;
	armed = 0;
	return byte;
}
