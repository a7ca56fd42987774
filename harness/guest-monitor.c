// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest module asks of QEMU over QMP: where the vCPU threads are, to
 * let them run, and what QEMU says of the guest's end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest-place.h"
#include "guest-private.h"

static void on_cont(void *ctx, const json_t *answer, const char *why)
{
	struct guest *guest = ctx;
	char text[GUEST_WHY_MAX + 1];

	(void)answer;
	if (why) {
		snprintf(text, sizeof(text), "QEMU does not let the guest run: %s", why);
		guest_bed_failed(guest, GUEST_QEMU_DIED, text);
	} else if (guest->state == STATE_MONITOR) {
		guest->state = STATE_RUNS;
		guest->heard_ns = clock_ns();
	}
}

static void let_run(struct guest *guest)
{
	if (qmp_send(guest->qmp, "cont", NULL, on_cont, guest))
		guest_bed_failed(guest, GUEST_QEMU_DIED, "QEMU takes no commands on QMP");
}

/* [{"cpu-index": 0, "thread-id": 1234, ...}, ...] */
static unsigned int thread_ids(const json_t *cpus, pid_t *ret_tid, unsigned int max)
{
	unsigned int nr = 0;
	const json_t *cpu;
	size_t i;

	json_array_foreach(cpus, i, cpu) {
		json_int_t tid = json_integer_value(json_object_get(cpu, "thread-id"));

		if (tid > 0 && nr < max)
			ret_tid[nr++] = tid;
	}
	return nr;
}

static void on_cpus(void *ctx, const json_t *answer, const char *why)
{
	struct guest *guest = ctx;
	const struct topo_placement *place = guest->config.placement;
	pid_t tid[TOPO_CPUS_MAX];
	struct err err = { "" };
	unsigned int nr;

	if (guest->state != STATE_MONITOR)
		return;
	nr = why ? 0 : thread_ids(answer, tid, TOPO_CPUS_MAX);
	if (nr != guest->config.cpus)
		snprintf(err.text, sizeof(err.text), "QEMU names %u of %u vCPU threads%s%s", nr,
			 guest->config.cpus, why ? ": " : "", why ? why : "");
	else if (!guest_place(guest->pid, tid, nr, place, &err))
		let_run(guest);
	if (err.text[0])
		guest_bed_failed(guest, GUEST_NO_BOOT, err.text);
}

static void place_and_run(struct guest *guest)
{
	if (!topo_is_pinned(guest->config.placement))
		let_run(guest);
	else if (qmp_send(guest->qmp, "query-cpus-fast", NULL, on_cpus, guest))
		guest_bed_failed(guest, GUEST_QEMU_DIED, "QEMU takes no commands on QMP");
}

static void on_balloon(void *ctx, const json_t *answer, const char *why)
{
	struct guest *guest = ctx;
	char text[GUEST_WHY_MAX + 1];

	(void)answer;
	if (guest->state != STATE_MONITOR)
		return;
	if (why) {
		snprintf(text, sizeof(text), "QEMU does not inflate the balloon: %s", why);
		guest_bed_failed(guest, GUEST_QEMU_DIED, text);
	} else {
		place_and_run(guest);
	}
}

/* Before the guest runs: its driver then finds how large the balloon is to be. */
void guest_run_cpus(struct guest *guest)
{
	char text[64];

	if (!guest->config.balloon_mib) {
		place_and_run(guest);
		return;
	}
	snprintf(text, sizeof(text), "{\"value\":%" PRIu64 "}",
		 (uint64_t)(guest->config.mem_mib - guest->config.balloon_mib) << 20);
	if (qmp_send(guest->qmp, "balloon", text, on_balloon, guest))
		guest_bed_failed(guest, GUEST_QEMU_DIED, "QEMU takes no commands on QMP");
}

void guest_on_event(void *ctx, const char *name, const json_t *data)
{
	const char *reason = json_string_value(json_object_get(data, "reason"));
	struct guest *guest = ctx;

	if (!strcmp(name, "SHUTDOWN") && reason && !strcmp(reason, "guest-reset"))
		guest->facts.reset = true;
}
