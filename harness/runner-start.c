// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest for a cell: what it needs on disk, how long it may take, what QEMU is told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "initramfs.h"
#include "runner-private.h"

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

static void take_msg(void *ctx, const struct msg *msg)
{
	struct slot *slot = ctx;

	record_msg(&slot->record, msg);
}

void runner_slot_clear(struct runner *runner, struct slot *slot)
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
	free(slot->entered);
	free(slot->job_text);
	free(slot->first);
	*slot = (struct slot){ 0 };
}

/* Relative to the run's folder, as the store keeps it. */
char *runner_console_name(size_t index)
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
	const struct runner_variant *variant = runner_variant_of(runner, slot->index);
	const char *program = plan_cell_needs(runner_cell(runner, slot->index)).selftest;
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
bool runner_counts_calls(const struct runner *runner, size_t index)
{
	return runner_variant_of(runner, index)->changed_path && !runner->config->traffic_caches &&
	       runner_engine(runner_cell(runner, index), runner->config->engine) != ENGINE_KVM;
}

static int slot_prepare(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	const char *dir = store_dir(runner->config->store);
	const struct plan_cell *cell = runner_cell(runner, index);
	struct job job;
	char *name;
	int error;

	slot->index = index;
	slot->started = time(NULL);
	name = runner_console_name(index);
	slot->console = str_printf("%s/%s", dir, name);
	free(name);
	slot->initramfs = str_printf("%s/console/%zu.cpio", dir, index + 1);
	slot->entered = runner_notes_entered(runner, index);
	if (counts_traffic(runner, cell) || runner_counts_calls(runner, index) || slot->entered)
		slot->counted = str_printf("%s/console/%zu.counted", dir, index + 1);
	runner_job(cell, runner_variant_of(runner, index)->variant, runner->config->engine,
		   runner->config->perfctr, &job);
	error = job_format(&job, &slot->job_text);
	if (error)
		return err_set(err, error, "cell %zu: its job cannot be written: %s", index + 1,
			       strerror(-error));
	return write_archive(runner, slot, &job, err);
}

static unsigned int boot_silence(const struct runner *runner, const struct slot *slot)
{
	const struct plan_cell *cell = runner_cell(runner, slot->index);

	return patience[runner_engine(cell, runner->config->engine)].boot_s *
	       (counts_traffic(runner, cell) ? TRAFFIC_PATIENCE : 1) *
	       (runner_variant_of(runner, slot->index)->variant->debug ? RUNNER_DEBUG_PATIENCE : 1);
}

/* What only checks has no figures that a busy host could change. */
bool runner_is_watched(const struct runner *runner, const struct slot *slot)
{
	return runner->config->watched &&
	       runner_cell(runner, slot->index)->workload->kind == WORKLOAD_MEASURE;
}

int runner_slot_start(struct runner *runner, struct slot *slot, struct err *err)
{
	const struct runner_config *config = runner->config;
	const struct plan_cell *cell = runner_cell(runner, slot->index);
	const struct runner_variant *variant = runner_variant_of(runner, slot->index);
	const struct workload_needs needs = plan_cell_needs(cell);
	bool measures = cell->workload->kind == WORKLOAD_MEASURE;
	enum engine engine = runner_engine(cell, config->engine);
	struct guest_config guest = {
		.qemu = config->qemu,
		.vmlinux = variant->image.vmlinux,
		.initramfs = slot->initramfs,
		.cmdline = needs.cmdline,
		.engine = engine,
		.cpus = needs.cpus,
		.mem_mib = needs.mem_mib,
		.nodes = needs.nodes,
		.pmem_mib = needs.pmem_mib,
		.pmem_touch_mib = needs.pmem_touch_mib,
		.balloon_mib = needs.balloon_mib,
		.by_words = !measures,
		.deadline_s = (patience[engine].boot_s +
			       patience[engine].per_guest_s *
			       runner_deadline(cell, variant->variant)) *
			      (counts_traffic(runner, cell) ? TRAFFIC_PATIENCE : 1),
		.counters = config->perfctr != PERFCTR_NONE,
		.plugin = measures || slot->counted ? config->plugin : NULL,
		.traffic_caches = config->traffic_caches,
		.traffic_path = slot->counted,
		.functions = slot->entered ? variant->all_path :
			     runner_counts_calls(runner, slot->index) ? variant->changed_path : NULL,
		.once = slot->entered,
		.silence_s = config->silence_s ? config->silence_s : patience[engine].silence_s,
		.boot_silence_s = boot_silence(runner, slot),
		.placement = &slot->place,
		.console_path = slot->console,
		.on_msg = take_msg,
		.on_msg_ctx = slot,
	};

	if (runner_is_watched(runner, slot))
		host_counts_read(config->watched, &slot->host);
	return guest_start(&guest, &slot->guest, err);
}

int runner_begin_cell(struct runner *runner, struct slot *slot, size_t index, struct err *err)
{
	struct err why = { "" };
	struct store_cell cell = { .id = index + 1 };
	int error;

	error = slot_prepare(runner, slot, index, &why);
	if (!error) {
		cell.started = slot->started;
		cell.job = slot->job_text;
		cell.console = runner_console_name(index);
		cell.placement = topo_placement_text(&slot->place);
		error = store_cell_begin(runner->config->store, &cell, err);
		free(cell.console);
		free(cell.placement);
		if (error)
			return error;
		error = runner_slot_start(runner, slot, &why);
	}
	if (!error) {
		runner_show(runner, "running", index);
		return 0;
	}
	runner_slot_clear(runner, slot);
	/* Every other cell would meet the same disk: stop, so that they can be resumed. */
	if (error == -ENOSPC || error == -EDQUOT || error == -EROFS)
		return err_set(err, error, "%s", why.text);
	return runner_end_without_guest(runner, index, VERDICT_BROKEN, why.text, err);
}
