// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run as text: where it comes from, its kernels, and how each cell went.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "columns.h"
#include "show.h"
#include "show-private.h"
#include "text-table.h"

#define REASON_INDENT 8
#define FIELD_HANG 13	/* where the text of a field begins */
#define CELL_DIGITS 5	/* a plan has at most 100000 cells; more digits begin a run's id */

static bool is_cell_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= CELL_DIGITS && !text[digits];
}

static int find_run_of(const char *results, const char *arg, char **ret_dir, int64_t *ret_cell,
		       struct err *err)
{
	const char *slash = strrchr(arg, '/');
	char *run;
	int error;

	if (!slash || !is_cell_number(slash + 1))
		return -ENOENT;
	run = slash == arg ? str_dup("/") : str_printf("%.*s", (int)(slash - arg), arg);
	error = store_find(results, run, ret_dir, err);
	if (!error)
		*ret_cell = atoll(slash + 1);
	free(run);
	return error;
}

int show_find(const char *results, const char *arg, char **ret_dir, int64_t *ret_cell,
	      struct err *err)
{
	struct err of_cell = { "" };
	int error;

	if (is_cell_number(arg)) {
		error = store_find(results, "last", ret_dir, err);
		if (!error)
			*ret_cell = atoll(arg);
		return error;
	}
	error = store_find(results, arg, ret_dir, err);
	if (!error) {
		*ret_cell = 0;
		return 0;
	}
	if (!find_run_of(results, arg, ret_dir, ret_cell, &of_cell))
		return 0;
	if (*of_cell.text)
		err_set(err, error, "%s", of_cell.text);
	return error;
}

void show_field(FILE *out, const char *name, const char *fmt, ...)
{
	char *text, *line;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = str_dup("");
	va_end(args);
	line = str_printf("%-10s %s", name, text);
	text_wrapped(line, 2, FIELD_HANG, columns_of(out, UINT_MAX), out);
	free(line);
	free(text);
}

void show_block(FILE *out, const char *name, const char *text)
{
	const char *label = name;

	while (*text) {
		size_t len = strcspn(text, "\n");

		show_field(out, label, "%.*s", (int)len, text);
		label = "";
		text += len + (text[len] == '\n');
	}
}

char *show_time(char buf[SHOW_TIME], int64_t seconds)
{
	time_t when = seconds;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(buf, SHOW_TIME, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(buf, SHOW_TIME, "%lld s after 1970", (long long)seconds);
	return buf;
}

static void print_status(const struct show *show, FILE *out)
{
	const struct store_run *run = &show->content->run;
	char when[SHOW_TIME], took[32];

	if (!strcmp(run->status, "finished"))
		show_field(out, "status", "finished");
	else if (show->live)
		show_field(out, "status", "running");
	else
		show_field(out, "status", "cut short; go on with: run-suite run --resume %s",
			   show->dir);
	show_field(out, "started", "%s", show_time(when, run->started));
	if (run->ended)
		show_field(out, "ended", "%s, after %s", show_time(when, run->ended),
			   text_seconds(took, sizeof(took), run->ended - run->started));
}

static void print_provenance(const struct show *show, FILE *out)
{
	const struct store_run *run = &show->content->run;

	fprintf(out, "run %s\n", run->id);
	print_status(show, out);
	show_field(out, "folder", "%s", show->dir);
	show_field(out, "command", "%s", run->argv);
	show_field(out, "profile", "%s", run->profile);
	show_field(out, "engine", "%s%s", run->engine, run->strict ? ", strict" : "");
	show_field(out, "suite", "pagemeta %s", run->suite_version);
	show_field(out, "QEMU", "%s", run->qemu_version);
	show_field(out, "agent", "SHA-256 %s", run->agent_hash);
	show_field(out, "host", "%s", run->host);
	show_field(out, "topology", "hwloc XML of %zu bytes in run.db", strlen(run->topology));
	show_block(out, "notes", run->notes);
}

static void put_finding(struct table *table, const struct store_finding *finding,
			unsigned int columns)
{
	char *mend = str_printf("-> %s", finding->mend);

	table_cell(table, NULL, "%s", host_level_name(finding->level));
	table_cell(table, NULL, "%s", finding->at_end ? "at the end" : "");
	table_cell(table, NULL, "%s", finding->name);
	table_cell(table, NULL, "%s", finding->seen);
	if (host_level_is_bad(finding->level) && *finding->mend)
		table_wrapped(table, REASON_INDENT, columns, mend);
	free(mend);
}

/* What is as it should be is in the file. */
static void print_findings(const struct store_content *content, FILE *out)
{
	struct table *table = table_new("llll");
	size_t good = 0;

	for (size_t i = 0; i < content->nr_findings; i++)
		if (content->finding[i].level == HOST_GOOD)
			good++;
		else
			put_finding(table, &content->finding[i], columns_of(out, SHOW_COLUMNS));
	if (content->nr_findings) {
		fprintf(out, "\nhost\n");
		table_print(table, 2, out);
		fprintf(out, "  good      %zu of %zu looks\n", good, content->nr_findings);
	}
	table_free(table);
}

static void print_kernels(const struct store_content *content, FILE *out)
{
	fprintf(out, "\nkernels\n");
	for (size_t i = 0; i < content->nr_kernels; i++) {
		const struct store_kernel *kernel = &content->kernel[i];
		char took[32];

		fprintf(out, "  %s: linux %s\n", kernel->variant, kernel->source_version);
		show_field(out, "  image", "%s", kernel->image_hash);
		show_field(out, "  patches", "%s", kernel->patch_hash);
		show_field(out, "  config", "%s", kernel->config_hash);
		show_field(out, "  cache", "%s", kernel->key);
		show_field(out, "  compiler", "%s", kernel->compiler);
		show_block(out, "  off", kernel->off);
		if (kernel->seconds > 0)
			show_field(out, "  built in", "%s",
				   text_seconds(took, sizeof(took), kernel->seconds));
		else
			show_field(out, "  built", "before this run");
	}
}

/* To the millisecond: the time to ready is compared with that of other inits. */
void show_nanoseconds(char *buf, size_t size, uint64_t ns)
{
	if (!ns)
		snprintf(buf, size, "-");
	else if (ns < UINT64_C(60000000000))
		snprintf(buf, size, "%.3f s", ns / 1e9);
	else
		text_seconds(buf, size, ns / 1e9);
}

static const char *cell_word(const struct show *show, const struct store_cell *cell)
{
	if (!strcmp(cell->status, "finished"))
		return verdict_name(cell->verdict);
	return !strcmp(cell->status, "running") && !show->live ? "cut short" : cell->status;
}

static void put_cell(struct table *table, const struct show *show, const struct store_cell *cell,
		     unsigned int columns)
{
	char ready[32], wall[32];

	show_nanoseconds(ready, sizeof(ready), cell->ready_ns);
	show_nanoseconds(wall, sizeof(wall), cell->wall_ns);
	table_cell(table, NULL, "%lld", (long long)cell->id);
	table_cell(table, NULL, "%s", cell_word(show, cell));
	table_cell(table, NULL, "%s", ready);
	table_cell(table, NULL, "%s", wall);
	table_cell(table, NULL, "%u", cell->trial);
	table_cell(table, NULL, "%s", cell->variant);
	table_cell(table, NULL, "%s", cell->workload);
	table_cell(table, NULL, "%s", cell->params);
	if (!strcmp(cell->status, "finished") && cell->verdict != VERDICT_PASS)
		table_wrapped(table, REASON_INDENT, columns, cell->reason);
}

static void print_cells(const struct show *show, FILE *out)
{
	static const char *const head[] = {
		"cell", "verdict", "ready", "wall", "trial", "variant", "workload", "parameters"
	};
	struct table *table = table_new("rlrrrlll");

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < show->content->nr_cells; i++)
		put_cell(table, show, &show->content->cell[i], columns_of(out, SHOW_COLUMNS));
	fprintf(out, "\ncells\n");
	table_print(table, 2, out);
	table_free(table);
}

int show_end(FILE *out)
{
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

int show_run(const struct show *show, FILE *out)
{
	errno = 0;
	print_provenance(show, out);
	print_findings(show->content, out);
	print_kernels(show->content, out);
	print_cells(show, out);
	return show_end(out);
}
