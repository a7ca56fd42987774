// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the cells of a plan in one thread: each guest is a state machine behind an
 * fd, and this loop waits for all of them at once.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proc.h"
#include "runner-place.h"
#include "runner-private.h"

void runner_show(struct runner *runner, const char *what, size_t index)
{
	const struct plan_cell *cell = runner_cell(runner, index);
	double spent = (clock_ns() - runner->begun) / 1e9;
	char left[32] = "";

	if (runner->done)
		text_seconds(left, sizeof(left),
			     spent / runner->done * (runner->to_do - runner->done));
	progress_show(runner->config->progress, "[%zu/%zu] %s %s %s%s%s%s%s", runner->done,
		      runner->to_do, what, runner->config->plan->label.item[cell->variant],
		      cell->workload->name, *cell->params ? " " : "", cell->params,
		      *left ? ", left: " : "", left);
}

/* Why a cell cannot run here, or NULL. */
static char *unmet_need(const struct runner *runner, size_t index)
{
	const struct plan_cell *cell = runner_cell(runner, index);
	const struct runner_variant *variant = runner_variant_of(runner, index);
	const struct workload_needs needs = plan_cell_needs(cell);

	if (needs.why_not)
		return str_printf("%s", needs.why_not);
	for (size_t i = 0; needs.config && needs.config[i]; i++)
		if (!kernel_image_has(&variant->image, needs.config[i]))
			return str_printf("needs a kernel with %s", needs.config[i]);
	if (runner_engine(cell, runner->config->engine) == ENGINE_EXACT && needs.cpus > 1)
		return str_printf("needs %u CPUs, the exact engine runs one", needs.cpus);
	return NULL;
}

/* A cell that gets its verdict without a guest. */
int runner_end_without_guest(struct runner *runner, size_t index, enum verdict verdict,
			     const char *reason, struct err *err)
{
	struct store_cell cell = {
		.id = index + 1,
		.verdict = verdict,
		.reason = (char *)reason,
		.started = time(NULL),
	};
	int error = store_cell_begin(runner->config->store, &cell, err);

	runner->done++;
	if (index == 0)
		runner->first_done = true;
	return error ? error :
	       store_cell_end(runner->config->store, &cell, NULL, 0, NULL, 0, err);
}

/* Guests of a kernel that must fail to come up before it is believed of all the others. */
#define NO_BOOT_ENOUGH 2

/* Each would take all the patience there is for a boot. */
static bool never_boots(const struct runner *runner, size_t index)
{
	const struct boots *boots = &runner->boots[runner_cell(runner, index)->variant];

	return !boots->up && boots->down >= NO_BOOT_ENOUGH;
}

/* The next cell that can start now; -1 for none. */
static ssize_t take_next(struct runner *runner)
{
	if (runner->waiting) {
		size_t index = runner->waiting - 1;

		runner->waiting = 0;
		return index;
	}
	if (runner->repeat_waits && runner->first_done) {
		runner->repeat_waits = false;
		return 1;
	}
	while (runner->next < runner->to_do) {
		size_t index = runner->order[runner->next++];

		if (runner_cell(runner, index)->trial == 0 && !runner->first_done) {
			runner->repeat_waits = true;
			continue;
		}
		return index;
	}
	return -1;
}

/* A guest in its place, or in line for one. */
static int seat_cell(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	const struct topo_want want = runner_want(runner_cell(runner, index));
	int error = topo_take(runner->config->pool, &want, &slot->place);

	if (error == -EBUSY) {
		runner->crowded = true;
		runner->waiting = index + 1;
		return 0;
	}
	if (error)
		return runner_end_without_guest(runner, index, VERDICT_BROKEN,
					 "no guest has so many vCPUs or NUMA nodes", err);
	return runner_begin_cell(runner, slot, index, err);
}

/* Its guest, or a verdict without one. */
static int take_cell(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	const struct runner_variant *variant = runner_variant_of(runner, index);
	struct reuse_cell known;
	char *unmet;
	int error;

	if (variant->why_not)
		return runner_end_without_guest(runner, index, VERDICT_BROKEN, variant->why_not,
						err);
	if (never_boots(runner, index))
		return runner_end_without_guest(runner, index, VERDICT_FAIL, "this kernel does not "
						"boot: none of its guests came up so far", err);
	unmet = unmet_need(runner, index);
	if (unmet)
		error = runner_end_without_guest(runner, index, VERDICT_UNSUPPORTED, unmet, err);
	else if (runner_find_known(runner, index, &known))
		error = runner_take_known(runner, index, &known, false, err);
	else if (runner_find_untouched(runner, index, &known))
		error = runner_take_known(runner, index, &known, true, err);
	else
		error = seat_cell(runner, slot, index, err);
	free(unmet);
	return error;
}

static int fill_slot(struct runner *runner, struct slot *slot, struct err *err)
{
	ssize_t index;
	int error = 0;

	while (!error && !slot->guest && !runner->crowded && (index = take_next(runner)) >= 0)
		error = take_cell(runner, slot, index, err);
	return error;
}

static int fill_slots(struct runner *runner, bool *ret_busy, struct err *err)
{
	int error = 0;

	*ret_busy = false;
	runner->crowded = false;
	for (size_t i = 0; i < runner->config->jobs && !error; i++) {
		error = fill_slot(runner, &runner->slot[i], err);
		*ret_busy |= runner->slot[i].guest != NULL;
	}
	return error;
}

static int soonest(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static void wait_for_guests(struct runner *runner, struct pollfd *fds)
{
	int timeout = 1000;	/* the progress line is redrawn once a second */

	for (size_t i = 0; i < runner->config->jobs; i++) {
		struct slot *slot = &runner->slot[i];

		fds[i] = (struct pollfd){ .fd = slot->guest ? guest_fd(slot->guest) : -1,
					  .events = POLLIN };
		if (slot->guest) {
			timeout = soonest(timeout, guest_timeout_ms(slot->guest));
			runner_show(runner, "running", slot->index);
		}
	}
	poll(fds, runner->config->jobs, timeout);
}

static int loop(struct runner *runner, struct pollfd *fds, struct err *err)
{
	bool busy;
	int error;

	for (;;) {
		error = fill_slots(runner, &busy, err);
		if (error || !busy)
			return error;
		wait_for_guests(runner, fds);
		if (proc_interrupted())
			return err_set(err, -EINTR, "interrupted");
		for (size_t i = 0; i < runner->config->jobs && !error; i++)
			if (runner->slot[i].guest && guest_step(runner->slot[i].guest))
				error = runner_end_cell(runner, &runner->slot[i], err);
		if (error)
			return error;
	}
}

int runner_run(const struct runner_config *config, struct err *err)
{
	struct runner runner = { .config = config, .begun = clock_ns() };
	struct pollfd *fds = mem_grow(NULL, config->jobs, sizeof(*fds));
	int error;

	runner.slot = mem_grow(NULL, config->jobs, sizeof(*runner.slot));
	memset(runner.slot, 0, config->jobs * sizeof(*runner.slot));
	runner.boots = mem_grow(NULL, config->plan->label.nr, sizeof(*runner.boots));
	memset(runner.boots, 0, config->plan->label.nr * sizeof(*runner.boots));
	runner.first_done = config->plan->nr_cells && config->finished[0];
	runner.order = runner_order(config, &runner.to_do);
	error = loop(&runner, fds, err);
	for (size_t i = 0; i < config->jobs; i++) {
		struct guest_result result;

		if (runner.slot[i].guest) {
			guest_finish(runner.slot[i].guest, &result);
			guest_result_free(&result);
		}
		runner_slot_clear(&runner, &runner.slot[i]);
	}
	record_free(&runner.first);
	free(runner.boots);
	free(runner.order);
	free(runner.slot);
	free(fds);
	return error;
}
