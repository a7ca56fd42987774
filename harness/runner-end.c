// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest brought, once it has ended: the cell's verdict, and all of it in the store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entered.h"
#include "metadata-judge.h"
#include "runner-place.h"
#include "runner-private.h"
#include "traffic-figures.h"

static void check_host(const struct runner *runner, struct slot *slot)
{
	struct host_counts now;
	char *disturbed;

	host_counts_read(runner->config->watched, &now);
	disturbed = host_counts_disturbed(&slot->host, &now);
	if (disturbed)
		record_add_check(&slot->record, "host-quiet", VERDICT_BROKEN, "%s", disturbed);
	else
		record_add_check(&slot->record, "host-quiet", VERDICT_PASS,
				 "nothing that the host counts disturbed");
	free(disturbed);
}

/* What the test bed did to it, or the user, says nothing of the kernel. */
static void note_boot(struct runner *runner, size_t index, const struct guest_result *result)
{
	struct boots *boots = &runner->boots[runner_cell(runner, index)->variant];

	if (result->ready_ns)
		boots->up++;
	else if (result->end != GUEST_QEMU_DIED && result->end != GUEST_INTERRUPTED)
		boots->down++;
}

/* The second boot of the first cell proves or disproves exactness. */
static void check_exactness(struct runner *runner, struct record *record)
{
	const struct runner_config *config = runner->config;
	const struct store_series *first = runner->first.series;
	const struct store_counter *counter = runner->first.counter;
	size_t nr = runner->first.nr_series, nr_counters = runner->first.nr_counters;
	char *why, *counted = NULL;
	bool equal;

	if (!first) {
		first = config->first_series;
		nr = config->nr_first_series;
		counter = config->first_counter;
		nr_counters = config->nr_first_counters;
	}
	equal = record_compare(first, nr, record->series, record->nr_series, &why);
	if (equal)
		equal = record_compare_counters(counter, nr_counters, record->counter,
						record->nr_counters, &counted);
	record_add_check(record, "exactness", equal ? VERDICT_PASS : VERDICT_BROKEN, "%s%s%s", why,
			 !counted || !*counted ? "" : equal ? ", and the same " : ", but ",
			 counted ? counted : "");
	free(counted);
	free(why);
}

static void say_outcome(struct runner *runner, const struct slot *slot, enum verdict verdict,
			const char *reason)
{
	const struct plan_cell *cell = runner_cell(runner, slot->index);

	progress_say(runner->config->progress, "[%zu/%zu] %s: %s %s%s%s%s%s", runner->done,
		     runner->to_do, verdict_name(verdict),
		     runner->config->plan->label.item[cell->variant], cell->workload->name,
		     *cell->params ? " " : "", cell->params, *reason ? ": " : "", reason);
}

/*
 * The kernel patches its text under its other CPUs: a breakpoint first, which is gone
 * when they are told. QEMU's multi-threaded TCG can run the breakpoint even then, from
 * code it translated meanwhile, and the kernel does not know it any more. Most patching
 * is done while it boots; a kernel that really has such a breakpoint has it twice.
 */
static bool emulator_failed(const struct runner *runner, const struct slot *slot,
			    const struct guest_result *result)
{
	const struct plan_cell *cell = runner_cell(runner, slot->index);

	return runner_engine(cell, runner->config->engine) == ENGINE_TCG &&
	       plan_cell_needs(cell).cpus > 1 && !result->ready_ns &&
	       result->end == GUEST_OOPS && strstr(result->reason, "Oops: int3: ");
}

/* What the first guest said is kept beside. Return: true when there is a second one. */
static bool start_again(struct runner *runner, struct slot *slot, const char *reason)
{
	char *kept = str_printf("%s.first", slot->console);
	struct record record = slot->record;
	struct err why = { "" };
	bool started;

	slot->record = (struct record){ 0 };
	rename(slot->console, kept);
	started = !runner_slot_start(runner, slot, &why);
	if (started) {
		record_free(&record);
		slot->first = str_dup(reason);
	} else {
		rename(kept, slot->console);
		slot->record = record;
	}
	free(kept);
	return started;
}

/* What cannot be remembered is only not to be had the next time. */
static void keep_entered(const struct runner *runner, const struct slot *slot)
{
	struct err err = { "" };

	if (entered_keep(slot->entered, &runner_variant_of(runner, slot->index)->all, slot->counted,
			 &err))
		progress_say(runner->config->progress, "functions that are entered are not remembered: %s",
			     err.text);
}

static void take_counted(const struct runner *runner, struct slot *slot)
{
	if (slot->entered)
		keep_entered(runner, slot);
	else if (runner_counts_calls(runner, slot->index))
		functions_take_calls(&runner_variant_of(runner, slot->index)->changed,
				     slot->counted, &slot->record);
	else
		traffic_figures_add(&slot->record, slot->counted);
}

int runner_end_cell(struct runner *runner, struct slot *slot, struct err *err)
{
	const struct plan_cell *planned = runner_cell(runner, slot->index);
	const char *also = plan_cell_needs(planned).check;
	struct guest_result result;
	struct store_cell cell = { .id = slot->index + 1, .started = slot->started };
	int error;

	guest_finish(slot->guest, &result);
	slot->guest = NULL;
	if (!slot->first && emulator_failed(runner, slot, &result) &&
	    start_again(runner, slot, result.reason)) {
		guest_result_free(&result);
		return 0;
	}
	note_boot(runner, slot->index, &result);
	/* Said in the cell, where it stays: the second guest's verdict is the cell's. */
	if (slot->first)
		record_add_check(&slot->record, "started-twice", VERDICT_PASS, "the first guest "
				 "ended while it booted, which the emulator can make of text that "
				 "is patched: %s", slot->first);
	if (runner_is_watched(runner, slot))
		check_host(runner, slot);
	/* Of a guest that came to its end: what went wrong before says more. */
	if (slot->counted && result.end == GUEST_DONE)
		take_counted(runner, slot);
	if (result.counted)
		record_add_phase(&slot->record, STORE_HOST, &result.counters);
	if (result.end == GUEST_DONE) {
		const struct workload_needs needs = plan_cell_needs(planned);

		metadata_judge(&slot->record, &needs, &result);
	}
	cell.placement = runner_placed(&slot->place, runner_engine(planned, runner->config->engine),
				       &result, &slot->record);
	cell.verdict = record_judge(&slot->record, planned->workload, also, &result, &cell.reason);
	if (planned->trial == 0 && cell.verdict == VERDICT_PASS) {
		check_exactness(runner, &slot->record);
		free(cell.reason);
		cell.verdict = record_judge(&slot->record, planned->workload, also, &result,
					    &cell.reason);
	}
	cell.ready_ns = result.ready_ns;
	cell.wall_ns = result.wall_ns;
	cell.max_rss = result.max_rss;
	cell.command = result.command;
	cell.job = slot->job_text;
	cell.counter = slot->record.counter;
	cell.nr_counters = slot->record.nr_counters;
	cell.console = runner_console_name(slot->index);
	error = store_cell_end(runner->config->store, &cell, slot->record.series,
			       slot->record.nr_series, slot->record.check, slot->record.nr_checks,
			       err);
	runner->done++;
	say_outcome(runner, slot, cell.verdict, cell.reason);
	if (slot->index == 0) {
		runner->first = slot->record;
		slot->record = (struct record){ 0 };
		runner->first_done = true;
	}
	free(cell.console);
	free(cell.reason);
	free(cell.placement);
	guest_result_free(&result);
	runner_slot_clear(runner, slot);
	return error;
}
