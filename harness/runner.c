// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the cells of a plan in one thread: each guest is a state machine behind an
 * fd, and this loop waits for all of them at once.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "host-counts.h"
#include "initramfs.h"
#include "metadata-judge.h"
#include "proc.h"
#include "record.h"
#include "runner-place.h"
#include "runner.h"
#include "traffic-figures.h"

/* Wall seconds per second of guest time; icount runs some 100 M instructions a second. */
static const struct {
	unsigned int boot_s, per_guest_s, silence_s;
} patience[ENGINE_NR] = {
	[ENGINE_KVM] = { 30, 1, 30 },
	[ENGINE_TCG] = { 60, 2, 60 },
	/* A sign of life comes every 10 s of guest time: three times what it may take. */
	[ENGINE_EXACT] = { 60, 20, 600 },
};

/* Every access is counted and goes through the modelled caches. */
#define TRAFFIC_PATIENCE 2

/**
 * struct slot - one guest that runs
 * @guest: NULL when the slot is free
 * @index: cell in the plan
 * @record: what it reported
 * @place: where it runs
 * @console: path of its console
 * @initramfs: path of its archive, removed at its end
 * @counted: path of what the plugin writes, removed at its end; NULL without plugin
 * @job_text: what is in it
 * @started: wall clock
 * @first: how its first guest ended where there is a second, see emulator_failed()
 * @host: the host's counters when it started, of a cell that is watched
 */
struct slot {
	struct guest *guest;
	size_t index;
	struct record record;
	struct topo_placement place;
	char *console;
	char *initramfs;
	char *counted;
	char *job_text;
	int64_t started;
	char *first;
	struct host_counts host;
};

/* Guests of a kernel that must fail to come up before it is believed of all the others. */
#define NO_BOOT_ENOUGH 2

/** struct boots - guests of a variant that came up, and that did not */
struct boots {
	unsigned int up;
	unsigned int down;
};

/**
 * struct runner - the state of a run
 * @config: what to do
 * @slot: guests
 * @next: next cell of the plan to look at
 * @waiting: the cell that waits for a place, from 1; 0 for none
 * @crowded: it had none when slots were filled last
 * @first: what the first cell reported
 * @first_done: the first cell has a verdict
 * @repeat_waits: its repetition waits for that
 * @done: cells with a verdict in this session
 * @to_do: cells without one at the start
 * @begun: when this session began, for the time left
 * @boots: per variant: how it went so far
 */
struct runner {
	const struct runner_config *config;
	struct slot *slot;
	size_t next;
	size_t waiting;
	bool crowded;
	struct record first;
	bool first_done;
	bool repeat_waits;
	unsigned int done;
	unsigned int to_do;
	uint64_t begun;
	struct boots *boots;
};

static const struct plan_cell *cell_of(const struct runner *runner, size_t index)
{
	return &runner->config->plan->cell[index];
}

static const struct runner_variant *variant_of(const struct runner *runner, size_t index)
{
	return &runner->config->variant[cell_of(runner, index)->variant];
}

static void show(struct runner *runner, const char *what, size_t index)
{
	const struct plan_cell *cell = cell_of(runner, index);
	double spent = (clock_ns() - runner->begun) / 1e9;
	char left[32] = "";

	if (runner->done)
		text_seconds(left, sizeof(left),
			     spent / runner->done * (runner->to_do - runner->done));
	progress_show(runner->config->progress, "[%u/%u] %s %s %s%s%s%s%s", runner->done,
		      runner->to_do, what, runner->config->plan->label.item[cell->variant],
		      cell->workload->name, *cell->params ? " " : "", cell->params,
		      *left ? ", left: " : "", left);
}

/* Why a cell cannot run here, or NULL. */
static char *unmet_need(const struct runner *runner, size_t index)
{
	const struct plan_cell *cell = cell_of(runner, index);
	const struct runner_variant *variant = variant_of(runner, index);
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
static int end_without_guest(struct runner *runner, size_t index, enum verdict verdict,
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

static void take_msg(void *ctx, const struct msg *msg)
{
	struct slot *slot = ctx;

	record_msg(&slot->record, msg);
}

static void slot_clear(struct runner *runner, struct slot *slot)
{
	if (slot->place.want.cpus)
		topo_give(runner->config->pool, &slot->place);
	if (slot->initramfs)
		unlink(slot->initramfs);
	if (slot->counted)
		unlink(slot->counted);
	record_free(&slot->record);
	free(slot->console);
	free(slot->initramfs);
	free(slot->counted);
	free(slot->job_text);
	free(slot->first);
	*slot = (struct slot){ 0 };
}

/* Relative to the run's folder, as the store keeps it. */
static char *console_name(size_t index)
{
	return str_printf("console/%zu.txt", index + 1);
}

/*
 * A cell that wants a selftest gets the program, or in its place the reason why there
 * is none.
 */
static int write_archive(const struct runner *runner, const struct slot *slot,
			 const struct job *job, struct err *err)
{
	const struct runner_variant *variant = variant_of(runner, slot->index);
	const char *program = plan_cell_needs(cell_of(runner, slot->index)).selftest;
	const char *agent = runner->config->agent;
	struct initramfs_file extra[] = {
		{ .name = "selftest" }, { .name = "selftest/why-not" },
	};
	char *path, *why, *name;
	int error;

	if (!program)
		return initramfs_write(slot->initramfs, agent, job, err);
	if (!variant->selftests.dir)
		return err_set(err, -EIO, "no selftests: %s", variant->why_no_selftests ?
			       variant->why_no_selftests : "they were not built");
	path = str_printf("%s/%s", variant->selftests.dir, program);
	why = str_printf("%s.why", path);
	name = str_printf("selftest/%s", program);
	extra[1].path = why;
	if (!fs_exists(why))
		extra[1] = (struct initramfs_file){ .name = name, .path = path, .program = true };
	error = initramfs_write_with(slot->initramfs, agent, job, extra, ARRAY_SIZE(extra), err);
	free(name);
	free(why);
	free(path);
	return error;
}

static bool counts_traffic(const struct runner *runner, const struct plan_cell *cell)
{
	return runner->config->traffic_caches &&
	       runner_engine(cell, runner->config->engine) == ENGINE_EXACT;
}

/* By the same plugin, which does one thing at a time. */
static bool counts_calls(const struct runner *runner, size_t index)
{
	return variant_of(runner, index)->changed_path && !runner->config->traffic_caches &&
	       runner_engine(cell_of(runner, index), runner->config->engine) != ENGINE_KVM;
}

static int slot_prepare(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	const char *dir = store_dir(runner->config->store);
	const struct plan_cell *cell = cell_of(runner, index);
	struct job job;
	char *name;
	int error;

	slot->index = index;
	slot->started = time(NULL);
	name = console_name(index);
	slot->console = str_printf("%s/%s", dir, name);
	free(name);
	slot->initramfs = str_printf("%s/console/%zu.cpio", dir, index + 1);
	if (counts_traffic(runner, cell) || counts_calls(runner, index))
		slot->counted = str_printf("%s/console/%zu.counted", dir, index + 1);
	runner_job(cell, variant_of(runner, index)->variant, runner->config->engine,
		   runner->config->perfctr, &job);
	error = job_format(&job, &slot->job_text);
	if (error)
		return err_set(err, error, "cell %zu: its job cannot be written: %s", index + 1,
			       strerror(-error));
	return write_archive(runner, slot, &job, err);
}

static unsigned int boot_silence(const struct runner *runner, const struct slot *slot)
{
	enum engine engine = runner_engine(cell_of(runner, slot->index), runner->config->engine);

	return patience[engine].boot_s *
	       (counts_traffic(runner, cell_of(runner, slot->index)) ? TRAFFIC_PATIENCE : 1) *
	       (variant_of(runner, slot->index)->variant->debug ? RUNNER_DEBUG_PATIENCE : 1);
}

/* What only checks has no figures that a busy host could change. */
static bool is_watched(const struct runner *runner, const struct slot *slot)
{
	return runner->config->watched &&
	       cell_of(runner, slot->index)->workload->kind == WORKLOAD_MEASURE;
}

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

static int slot_start(struct runner *runner, struct slot *slot, struct err *err)
{
	const struct runner_config *config = runner->config;
	const struct plan_cell *cell = cell_of(runner, slot->index);
	const struct workload_needs needs = plan_cell_needs(cell);
	enum engine engine = runner_engine(cell, config->engine);
	struct guest_config guest = {
		.qemu = config->qemu,
		.bzimage = variant_of(runner, slot->index)->image.bzimage,
		.initramfs = slot->initramfs,
		.cmdline = needs.cmdline,
		.engine = engine,
		.cpus = needs.cpus,
		.mem_mib = needs.mem_mib,
		.nodes = needs.nodes,
		.pmem_mib = needs.pmem_mib,
		.pmem_touch_mib = needs.pmem_touch_mib,
		.balloon_mib = needs.balloon_mib,
		.deadline_s = (patience[engine].boot_s +
			       patience[engine].per_guest_s *
			       runner_deadline(cell, variant_of(runner, slot->index)->variant)) *
			      (counts_traffic(runner, cell) ? TRAFFIC_PATIENCE : 1),
		.counters = config->perfctr != PERFCTR_NONE,
		.traffic = slot->counted ? config->plugin : NULL,
		.traffic_caches = config->traffic_caches,
		.traffic_path = slot->counted,
		.functions = counts_calls(runner, slot->index) ?
			     variant_of(runner, slot->index)->changed_path : NULL,
		.silence_s = config->silence_s ? config->silence_s : patience[engine].silence_s,
		.boot_silence_s = boot_silence(runner, slot),
		.placement = &slot->place,
		.console_path = slot->console,
		.on_msg = take_msg,
		.on_msg_ctx = slot,
	};

	if (is_watched(runner, slot))
		host_counts_read(config->watched, &slot->host);
	return guest_start(&guest, &slot->guest, err);
}

static int begin_cell(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	struct err why = { "" };
	struct store_cell cell = { .id = index + 1 };
	int error;

	error = slot_prepare(runner, slot, index, &why);
	if (!error) {
		cell.started = slot->started;
		cell.job = slot->job_text;
		cell.console = console_name(index);
		cell.placement = topo_placement_text(&slot->place);
		error = store_cell_begin(runner->config->store, &cell, err);
		free(cell.console);
		free(cell.placement);
		if (error)
			return error;
		error = slot_start(runner, slot, &why);
	}
	if (!error) {
		show(runner, "running", index);
		return 0;
	}
	slot_clear(runner, slot);
	/* Every other cell would meet the same disk: stop, so that they can be resumed. */
	if (error == -ENOSPC || error == -EDQUOT || error == -EROFS)
		return err_set(err, error, "%s", why.text);
	return end_without_guest(runner, index, VERDICT_BROKEN, why.text, err);
}

#define MEASURED_BEFORE "measured-before"

/* Its checks, and where they are from; what was taken from elsewhere itself says so already. */
static struct store_check *known_checks(const struct reuse_cell *known, char **ret_reason,
					size_t *ret_nr)
{
	struct store_check *check = mem_grow(NULL, known->nr_checks + 1, sizeof(*check));
	size_t nr = known->nr_checks;

	*ret_reason = str_printf("run %s, cell %lld: the same kernel image, agent, QEMU and job",
				 known->run, (long long)known->cell->id);
	for (size_t i = 0; i < known->nr_checks; i++) {
		check[i] = known->check[i];
		if (!strcmp(check[i].name, MEASURED_BEFORE))
			nr = i;
	}
	if (nr == known->nr_checks)
		check[nr] = (struct store_check){
			.name = (char *)MEASURED_BEFORE, .labels = (char *)"",
			.verdict = VERDICT_PASS, .reason = *ret_reason,
		};
	*ret_nr = nr == known->nr_checks ? nr + 1 : known->nr_checks;
	return check;
}

/* Exactness is proved by the first cell all the same: its second boot is held against it. */
static void keep_first(struct runner *runner, const struct reuse_cell *known)
{
	for (size_t i = 0; i < known->nr_series; i++)
		record_add_samples(&runner->first, known->series[i].name, known->series[i].labels,
				   known->series[i].samples, known->series[i].nr);
	record_copy_counters(&runner->first, known->counter, known->nr_counters);
	runner->first_done = true;
}

static int take_known(struct runner *runner, size_t index, const struct reuse_cell *known,
		      struct err *err)
{
	struct store_cell cell = {
		.id = index + 1,
		.verdict = VERDICT_PASS,
		.reason = (char *)"",
		.started = time(NULL),
		.job = known->cell->job,
		.counter = known->counter,
		.nr_counters = known->nr_counters,
	};
	struct store_check *check;
	char *reason;
	size_t nr;
	int error;

	check = known_checks(known, &reason, &nr);
	error = store_cell_begin(runner->config->store, &cell, err);
	if (!error)
		error = store_cell_end(runner->config->store, &cell, known->series, known->nr_series,
				       check, nr, err);
	runner->done++;
	if (index == 0)
		keep_first(runner, known);
	free(check);
	free(reason);
	return error;
}

static bool find_known(const struct runner *runner, size_t index, struct reuse_cell *ret_known)
{
	const struct plan_cell *cell = cell_of(runner, index);
	const struct runner_variant *variant = variant_of(runner, index);
	struct job job;
	char *text;
	bool found;

	if (!runner->config->reuse || !cell->trial)
		return false;
	runner_job(cell, variant->variant, runner->config->engine, runner->config->perfctr, &job);
	if (job_format(&job, &text))
		return false;
	found = reuse_find(runner->config->reuse, variant->image.image_hash, cell->params, text,
			   ret_known);
	free(text);
	return found;
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
	const struct plan_cell *cell = cell_of(runner, slot->index);

	progress_say(runner->config->progress, "[%u/%u] %s: %s %s%s%s%s%s", runner->done,
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
	const struct plan_cell *cell = cell_of(runner, slot->index);

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
	started = !slot_start(runner, slot, &why);
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

/* What the test bed did to it, or the user, says nothing of the kernel. */
static void note_boot(struct runner *runner, size_t index, const struct guest_result *result)
{
	struct boots *boots = &runner->boots[cell_of(runner, index)->variant];

	if (result->ready_ns)
		boots->up++;
	else if (result->end != GUEST_QEMU_DIED && result->end != GUEST_INTERRUPTED)
		boots->down++;
}

/* Each would take all the patience there is for a boot. */
static bool never_boots(const struct runner *runner, size_t index)
{
	const struct boots *boots = &runner->boots[cell_of(runner, index)->variant];

	return !boots->up && boots->down >= NO_BOOT_ENOUGH;
}

static void take_counted(const struct runner *runner, struct slot *slot)
{
	if (counts_calls(runner, slot->index))
		functions_take_calls(&variant_of(runner, slot->index)->changed, slot->counted,
				     &slot->record);
	else
		traffic_figures_add(&slot->record, slot->counted);
}

static int end_cell(struct runner *runner, struct slot *slot, struct err *err)
{
	const struct plan_cell *planned = cell_of(runner, slot->index);
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
	if (is_watched(runner, slot))
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
		cell.verdict = record_judge(&slot->record, planned->workload, also, &result, &cell.reason);
	}
	cell.ready_ns = result.ready_ns;
	cell.wall_ns = result.wall_ns;
	cell.max_rss = result.max_rss;
	cell.command = result.command;
	cell.job = slot->job_text;
	cell.counter = slot->record.counter;
	cell.nr_counters = slot->record.nr_counters;
	cell.console = console_name(slot->index);
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
	slot_clear(runner, slot);
	return error;
}

/* The next cell that can start now; -1 for none. */
static ssize_t take_next(struct runner *runner)
{
	const struct runner_config *config = runner->config;

	if (runner->waiting) {
		size_t index = runner->waiting - 1;

		runner->waiting = 0;
		return index;
	}
	if (runner->repeat_waits && runner->first_done) {
		runner->repeat_waits = false;
		return 1;
	}
	while (runner->next < config->plan->nr_cells) {
		size_t index = runner->next++;

		if (config->finished[index])
			continue;
		if (cell_of(runner, index)->trial == 0 && !runner->first_done) {
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
	const struct topo_want want = runner_want(cell_of(runner, index));
	int error = topo_take(runner->config->pool, &want, &slot->place);

	if (error == -EBUSY) {
		runner->crowded = true;
		runner->waiting = index + 1;
		return 0;
	}
	if (error)
		return end_without_guest(runner, index, VERDICT_BROKEN,
					 "no guest has so many vCPUs or NUMA nodes", err);
	return begin_cell(runner, slot, index, err);
}

static int fill_slot(struct runner *runner, struct slot *slot, struct err *err)
{
	ssize_t index;
	int error = 0;

	while (!error && !slot->guest && !runner->crowded && (index = take_next(runner)) >= 0) {
		const struct runner_variant *variant = variant_of(runner, index);
		struct reuse_cell known;
		char *unmet;

		if (variant->why_not) {
			error = end_without_guest(runner, index, VERDICT_BROKEN, variant->why_not, err);
			continue;
		}
		if (never_boots(runner, index)) {
			error = end_without_guest(runner, index, VERDICT_FAIL, "this kernel does not boot: "
						  "none of its guests came up so far", err);
			continue;
		}
		unmet = unmet_need(runner, index);
		if (unmet)
			error = end_without_guest(runner, index, VERDICT_UNSUPPORTED, unmet, err);
		else if (find_known(runner, index, &known))
			error = take_known(runner, index, &known, err);
		else
			error = seat_cell(runner, slot, index, err);
		free(unmet);
	}
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
			show(runner, "running", slot->index);
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
				error = end_cell(runner, &runner->slot[i], err);
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
	for (size_t i = 0; i < config->plan->nr_cells; i++)
		runner.to_do += !config->finished[i];
	error = loop(&runner, fds, err);
	for (size_t i = 0; i < config->jobs; i++) {
		struct guest_result result;

		if (runner.slot[i].guest) {
			guest_finish(runner.slot[i].guest, &result);
			guest_result_free(&result);
		}
		slot_clear(&runner, &runner.slot[i]);
	}
	record_free(&runner.first);
	free(runner.boots);
	free(runner.slot);
	free(fds);
	return error;
}
