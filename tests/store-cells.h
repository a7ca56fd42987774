/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores filled with cells whose samples can be recognised, for the tests of the
 * store. A failure fails the running test.
 */
#ifndef PAGEMETA_TESTS_STORE_CELLS_H
#define PAGEMETA_TESTS_STORE_CELLS_H

#include "err.h"
#include "store.h"

/** must() - fail the test with what @err says unless @error is 0 */
void must(int error, const struct err *err);

/** plain_run() - a run with what must be known of it */
struct store_run plain_run(void);

struct store *create(const char *dir);
struct store *open_run(const char *dir, bool write);
void load(const char *dir, struct store_content *ret_content);

/** db_path() - malloc'd path of run.db */
char *db_path(const char *dir);

/** run_sql() - change a run behind the store's back */
void run_sql(const char *dir, const char *sql);

/** plan_cells() - cells 1 to @nr, all of one variant and workload */
void plan_cells(struct store *store, unsigned int nr);

/** end_cell() - begin and end a cell with ten series and three checks */
int end_cell(struct store *store, int64_t id, struct err *err);

/**
 * check_whole_cells() - everything of the cells that end_cell() finished is there,
 * sample by sample, and nothing of any other
 */
void check_whole_cells(const struct store_content *content);

/** check_integrity() - SQLite finds nothing wrong with the file */
void check_integrity(const char *dir);

#endif
