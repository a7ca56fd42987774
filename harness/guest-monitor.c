// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest module asks of QEMU over QMP: where the vCPU threads are, to
 * let them run, and what QEMU says of the guest's end. Its memory is looked at when it has
 * ended, and where it was placed before it runs as well, and never in between: who reads
 * numa_maps or smaps keeps the guest from its memory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-memory.h"
#include "guest-place.h"
#include "guest-private.h"
#include "guest-ram.h"

#define QUIT_WAIT_NS (10 * GUEST_SECOND)

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

/*
 * The emulator runs all CPUs of an exact guest in one thread, which is to be counted once.
 * Without memory there are no counters, and that is all.
 */
static void count(struct guest *guest)
{
	pid_t thread[TOPO_CPUS_MAX];
	unsigned int nr = 0, k;

	if (!guest->config.counters)
		return;
	for (unsigned int i = 0; i < guest->nr_vcpus; i++) {
		for (k = 0; k < nr && thread[k] != guest->vcpu[i]; k++)
			;
		if (k == nr)
			thread[nr++] = guest->vcpu[i];
	}
	perfctr_set_threads(thread, nr, &guest->counters);
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

static bool is_bound(const struct guest *guest)
{
	return guest->config.placement && guest->config.placement->bind;
}

/* With kvm all of it is there by now, see prealloc in guest-args.c. */
static int check_memory(const struct guest *guest, struct err *err)
{
	struct guest_memory memory;
	int error;

	if (!is_bound(guest))
		return 0;
	error = guest_memory_read(&guest->config, guest->pid, &memory, err);
	return error ? error :
		       guest_memory_check(&memory, guest->config.engine == ENGINE_KVM, err);
}

/* Its policies, its pages, its vCPUs: whatever is wrong is said in one line. */
static void look_at_end(struct guest *guest)
{
	struct guest_result *result = &guest->result;
	struct guest_memory memory;
	struct err err = { "" };
	char *seen = NULL;
	int error;

	error = guest_memory_read(&guest->config, guest->pid, &memory, &err);
	if (!error) {
		seen = guest_memory_text(&memory);
		error = guest_memory_check(&memory, true, &err);
	}
	if (!error)
		error = guest_place_check(guest->pid, guest->vcpu, guest->nr_vcpus,
					  guest->config.placement, &err);
	result->misplaced = error;
	result->placed = str_printf("%s%s%s", seen ? seen : "", seen && error ? "; " : "", err.text);
	free(seen);
}

/* QEMU waits with -no-shutdown; one that does not go is killed. */
static void let_go(struct guest *guest)
{
	bool told = !qmp_send(guest->qmp, "quit", NULL, NULL, NULL);

	guest_close(guest, told ? QUIT_WAIT_NS : 0);
}

static int place(struct guest *guest, const char *why, struct err *err)
{
	int error;

	if (!topo_is_pinned(guest->config.placement))
		return 0;
	if (guest->nr_vcpus != guest->config.cpus)
		return err_set(err, -EPROTO, "QEMU names %u of %u vCPU threads%s%s", guest->nr_vcpus,
			       guest->config.cpus, why ? ": " : "", why ? why : "");
	error = guest_place(guest->pid, guest->vcpu, guest->nr_vcpus, guest->config.placement, err);
	return error ? error : check_memory(guest, err);
}

/* QEMU answers: all its channels are open by now, and no CPU has run. */
static void on_cpus(void *ctx, const json_t *answer, const char *why)
{
	struct guest *guest = ctx;
	struct err err = { "" };
	int error;

	if (guest->state != STATE_MONITOR)
		return;
	guest->nr_vcpus = why ? 0 : thread_ids(answer, guest->vcpu, TOPO_CPUS_MAX);
	error = guest_let_writes_wait(guest, &err);
	if (!error)
		error = place(guest, why, &err);
	if (error) {
		guest_bed_failed(guest, GUEST_NO_BOOT, err.text);
		return;
	}
	count(guest);
	let_run(guest);
}

static void place_and_run(struct guest *guest)
{
	if (qmp_send(guest->qmp, "query-cpus-fast", NULL, on_cpus, guest))
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

	if (strcmp(name, "SHUTDOWN"))
		return;
	if (reason && !strcmp(reason, "guest-reset"))
		guest->facts.reset = true;
	/* Another such event says that it quits. */
	if (guest->facts.looked)
		return;
	guest->facts.looked = true;
	guest_ram_read(&guest->config, guest->pid, &guest->result.ram);
	if (is_bound(guest))
		look_at_end(guest);
	let_go(guest);
}
