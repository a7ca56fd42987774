/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run whose guests are played by fake-qemu, for the tests of the loop that runs cells.
 */
#ifndef PAGEMETA_TESTS_RUNNER_CELLS_H
#define PAGEMETA_TESTS_RUNNER_CELLS_H

#include "fake-kernel.h"
#include "runner.h"

#define CELLS_MAX 8

/* What a guest does with which nothing is wrong */
#define CELLS_GOOD "cont\nhello\nsamples 5\naccount 64\nend pass\nreset\nexit 0"

/**
 * struct cells - a run of up to CELLS_MAX cells
 * @script: what the guest of each cell does
 * @shell: what happens on the host when it starts; or NULL
 * @content: what the store has of it, after cells_run()
 */
struct cells {
	char *dir;
	char *run_dir;
	char *qemu;
	const char *script[CELLS_MAX];
	const char *shell[CELLS_MAX];
	struct plan_cell cell[CELLS_MAX];
	bool finished[CELLS_MAX];
	struct plan plan;
	struct variant variant;
	struct runner_variant image;
	struct runner_config config;
	struct topo *topo;
	struct store_content content;
};

/** cells_plain - a workload that needs nothing */
extern const struct workload cells_plain;
/** cells_wide - a workload that needs four CPUs */
extern const struct workload cells_wide;

/** cells_open() - cmocka's setup; *state becomes a struct cells */
int cells_open(void **state);

/** cells_close() - cmocka's teardown */
int cells_close(void **state);

/** cells_add() - one cell more; @script: what its guest does, NULL: it must not start */
void cells_add(struct cells *cells, const struct workload *workload, unsigned int trial,
	       const char *script);

/** cells_run() - run them all; gives what runner_run() gives */
int cells_run(struct cells *cells, enum engine engine, unsigned int jobs);

/** cells_assert() - cell @at is finished, with @verdict and a reason that has @words */
void cells_assert(const struct cells *cells, size_t at, enum verdict verdict, const char *words);

/** cells_check() - the first check of that name, or NULL */
const struct store_check *cells_check(const struct cells *cells, const char *name);

#endif
