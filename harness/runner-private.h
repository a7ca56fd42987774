/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the runner share: the guests that run, and the state of the whole.
 */
#ifndef PAGEMETA_RUNNER_PRIVATE_H
#define PAGEMETA_RUNNER_PRIVATE_H

#include "guest.h"
#include "host-counts.h"
#include "record.h"
#include "runner.h"

/**
 * struct slot - one guest that runs
 * @guest: NULL when the slot is free
 * @index: cell in the plan
 * @record: what it reported
 * @place: where it runs
 * @console: path of its console
 * @initramfs: path of its archive, removed at its end
 * @counted: path of what the plugin writes, removed at its end; NULL without plugin
 * @entered: where the functions that it enters are remembered, NULL where they are not
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
	char *entered;
	char *job_text;
	int64_t started;
	char *first;
	struct host_counts host;
};

/** struct boots - guests of a variant that came up, and that did not */
struct boots {
	unsigned int up;
	unsigned int down;
};

/**
 * struct runner - the state of a run
 * @config: what to do
 * @slot: guests
 * @order: places in the plan of the cells to run, as they start
 * @next: next of them to look at
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
	size_t *order;
	size_t next;
	size_t waiting;
	bool crowded;
	struct record first;
	bool first_done;
	bool repeat_waits;
	size_t done;
	size_t to_do;
	uint64_t begun;
	struct boots *boots;
};

/** runner_cell() - a cell of the plan, by its place */
static inline const struct plan_cell *runner_cell(const struct runner *runner, size_t index)
{
	return &runner->config->plan->cell[index];
}

/** runner_variant_of() - the variant of a cell */
static inline const struct runner_variant *runner_variant_of(const struct runner *runner,
							      size_t index)
{
	return &runner->config->variant[runner_cell(runner, index)->variant];
}

/**
 * runner_order() - in which order the cells start that are not finished
 * @config: of the run
 * @ret_nr: how many there are
 *
 * Return: their places in the plan, freed by the caller.
 */
size_t *runner_order(const struct runner_config *config, size_t *ret_nr);

/** runner_show() - draw the progress line: what is done with which cell */
void runner_show(struct runner *runner, const char *what, size_t index);

/** runner_end_without_guest() - give a cell its verdict. Return: as store_cell_end() */
int runner_end_without_guest(struct runner *runner, size_t index, enum verdict verdict,
			     const char *reason, struct err *err);

/**
 * runner_begin_cell() - start the guest of a cell
 * @runner: the run
 * @slot: free but for its place
 * @index: the cell
 * @err: why the run cannot go on
 *
 * A guest that cannot be started makes its cell broken, and no error.
 *
 * Return: 0, or -errno of the store; -ENOSPC, -EDQUOT or -EROFS where every cell would fail.
 */
int runner_begin_cell(struct runner *runner, struct slot *slot, size_t index, struct err *err);

/** runner_slot_start() - start a guest from what was prepared. Return: as guest_start() */
int runner_slot_start(struct runner *runner, struct slot *slot, struct err *err);

/** runner_slot_clear() - give the place back, and remove what the guest needed on disk */
void runner_slot_clear(struct runner *runner, struct slot *slot);

/** runner_console_name() - relative to the run's folder, as the store keeps it; malloc'd */
char *runner_console_name(size_t index);

/** runner_counts_calls() - whether calls of changed functions are counted in this cell */
bool runner_counts_calls(const struct runner *runner, size_t index);

/**
 * runner_notes_entered() - where it is remembered which functions a cell enters
 *
 * Return: malloc'd path of entered_path(); NULL where that is not asked for.
 */
char *runner_notes_entered(const struct runner *runner, size_t index);

/** runner_is_watched() - whether a busy host spoils this cell, and is looked at for it */
bool runner_is_watched(const struct runner *runner, const struct slot *slot);

/**
 * runner_end_cell() - the guest has ended: its verdict, and all it brought, into the store
 *
 * Where the emulator is to blame, a second guest is started instead.
 *
 * Return: as store_cell_end().
 */
int runner_end_cell(struct runner *runner, struct slot *slot, struct err *err);

/** runner_find_known() - whether an earlier run has a cell that would bring the same */
bool runner_find_known(const struct runner *runner, size_t index, struct reuse_cell *ret_known);

/**
 * runner_find_untouched() - whether a cell enters nothing in which its kernel differs
 * @runner: the run
 * @index: the cell
 * @ret_known: the same cell of the first variant, by an earlier run
 *
 * A kernel's first cell is run all the same: one boot of it there must be.
 */
bool runner_find_untouched(const struct runner *runner, size_t index,
			   struct reuse_cell *ret_known);

/**
 * runner_take_known() - take it from there
 * @runner: the run
 * @index: the cell
 * @known: what runner_find_known() or runner_find_untouched() found
 * @untouched: it was the latter
 * @err: what the store said
 *
 * Return: as store_cell_end().
 */
int runner_take_known(struct runner *runner, size_t index, const struct reuse_cell *known,
		      bool untouched, struct err *err);

#endif
