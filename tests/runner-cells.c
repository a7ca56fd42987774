// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "runner-cells.h"

const struct workload cells_plain = {
	.name = "plain", .needs = { .mem_mib = 64, .cpus = 1, .nodes = 1 }, .deadline_s = 5,
};
const struct workload cells_wide = {
	.name = "wide", .needs = { .mem_mib = 64, .cpus = 4, .nodes = 1 }, .deadline_s = 5,
};

int cells_open(void **state)
{
	struct cells *cells = mem_grow(NULL, 1, sizeof(*cells));
	struct err err = { "" };

	memset(cells, 0, sizeof(*cells));
	cells->dir = str_dup("/tmp/test-runner.XXXXXX");
	if (!mkdtemp(cells->dir) || topo_load(&cells->topo, &err))
		return -1;
	cells->run_dir = str_printf("%s/run", cells->dir);
	cells->qemu = str_printf("%s/qemu", cells->dir);
	cells->image.image.vmlinux = str_dup("/no/vmlinux");
	cells->image.image.config = str_printf("%s/config", cells->dir);
	cells->image.variant = &cells->variant;
	fs_write(cells->image.image.config, "", 0, &err);
	strv_add(&cells->plan.label, "baseline");
	cells->plan.cell = cells->cell;
	*state = cells;
	return 0;
}

int cells_close(void **state)
{
	struct cells *cells = *state;

	for (size_t i = 0; i < cells->plan.nr_cells; i++)
		free(cells->cell[i].params);
	store_content_free(&cells->content);
	topo_free(cells->topo);
	strv_free(&cells->plan.label);
	fs_remove(cells->dir, NULL);
	free(cells->image.image.vmlinux);
	free(cells->image.image.config);
	free(cells->run_dir);
	free(cells->qemu);
	free(cells->dir);
	free(cells);
	return 0;
}

void cells_add(struct cells *cells, const struct workload *workload, unsigned int trial,
	       const char *script)
{
	size_t at = cells->plan.nr_cells++;

	cells->script[at] = script;
	cells->cell[at] = (struct plan_cell){ .workload = workload, .trial = trial,
					      .params = str_printf("cell=%zu", at) };
}

/* One program for all cells: it knows its cell by the name of its initramfs. */
static void write_qemu(const struct cells *cells)
{
	const char *fake = getenv("FAKE_QEMU");
	FILE *file = fopen(cells->qemu, "w");

	fputs("#!/bin/sh\ncase \"$*\" in\n", file);
	for (size_t i = 0; i < cells->plan.nr_cells; i++)
		fprintf(file, "*/console/%zu.cpio*) FAKE_QEMU_SCRIPT='%s'; %s ;;\n", i + 1,
			cells->script[i] ? cells->script[i] : "exit 9",
			cells->shell[i] ? cells->shell[i] : ":");
	fprintf(file, "esac\nexport FAKE_QEMU_SCRIPT\nexec %s \"$@\"\n",
		fake ? fake : "tests/fake-qemu");
	fclose(file);
	chmod(cells->qemu, 0755);
}

static struct store *create_store(struct cells *cells)
{
	struct store_run run = { .id = "20260101-000000-0000", .suite_version = "0", .engine = "tcg",
				 .profile = "quick", .argv = "test", .qemu_version = "0",
				 .agent_hash = "", .host = "", .topology = "", .notes = "",
				 .started = 1 };
	struct err err = { "" };
	struct store *store;

	if (store_create(cells->run_dir, &run, &store, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < cells->plan.nr_cells; i++) {
		struct store_cell cell = { .variant = "baseline",
					   .workload = (char *)cells->cell[i].workload->name,
					   .params = cells->cell[i].params,
					   .trial = cells->cell[i].trial, .job = "" };

		assert_int_equal(store_plan(store, &cell, &err), 0);
	}
	return store;
}

int cells_run(struct cells *cells, enum engine engine, unsigned int jobs)
{
	struct progress *progress = progress_new(false, 0);
	struct store *store = create_store(cells);
	struct err err = { "" };
	int error;

	write_qemu(cells);
	cells->config.qemu = cells->qemu;
	cells->config.agent = cells->qemu;	/* any file will do as /init */
	cells->config.engine = engine;
	cells->config.jobs = jobs;
	cells->config.silence_s = 1;
	cells->config.plan = &cells->plan;
	cells->config.variant = &cells->image;
	cells->config.store = store;
	cells->config.finished = cells->finished;
	cells->config.progress = progress;
	cells->config.pool = topo_pool_new(cells->topo, engine == ENGINE_KVM, false);
	error = runner_run(&cells->config, &err);
	topo_pool_free(cells->config.pool);
	if (store_load(store, &cells->content, &err))
		fail_msg("%s", err.text);
	store_close(store);
	progress_free(progress);
	return error;
}

void cells_assert(const struct cells *cells, size_t at, enum verdict verdict, const char *words)
{
	const struct store_cell *cell = &cells->content.cell[at];

	assert_string_equal(cell->status, "finished");
	if (cell->verdict != verdict || !strstr(cell->reason, words))
		fail_msg("cell %zu: %s: %s", at, verdict_name(cell->verdict), cell->reason);
}

const struct store_check *cells_check(const struct cells *cells, const char *name)
{
	for (size_t i = 0; i < cells->content.nr_checks; i++)
		if (!strcmp(cells->content.check[i].name, name))
			return &cells->content.check[i];
	return NULL;
}
