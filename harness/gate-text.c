// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A gate's judgement for people: which patch, then what got worse and by how much, then
 * the rest.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-private.h"
#include "gate.h"
#include "text-table.h"

#define INDENT 2
#define LINES_MAX 20	/* of changes of one kind, unless all are asked for */
#define SUBJECT_MAX 44
#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"

static const char *paint_of(enum gate_verdict verdict, unsigned int flags)
{
	if (!(flags & COMPARE_COLOUR) || verdict == GATE_NO_CHANGE)
		return NULL;
	if (verdict == GATE_IMPROVEMENT)
		return GREEN;
	return verdict == GATE_INCONCLUSIVE ? YELLOW : RED;
}

static const char *exercise_text(const struct gate_step *step, char *buf, size_t size)
{
	size_t changed = step->patch->changed ? step->patch->changed->nr : 0;

	switch (step->exercise) {
	case GATE_RAN:
		snprintf(buf, size, "%zu of %zu", step->reached, changed);
		return buf;
	case GATE_SAME_KERNEL:
		return "same kernel";
	case GATE_SAME_CODE:
		return "data only";
	case GATE_BOOTED:
		return "at boot";
	case GATE_NOT_RUN:
		snprintf(buf, size, "none of %zu", changed);
		return buf;
	case GATE_NOT_KNOWN:
	case GATE_EXERCISE_NR:
		break;
	}
	return "not known";
}

/* --- patches --- */

static void put_subject(struct table *table, const char *subject)
{
	if (strlen(subject) > SUBJECT_MAX)
		table_cell(table, NULL, "%.*s...", SUBJECT_MAX - 3, subject);
	else
		table_cell(table, NULL, "%s", subject);
}

static void put_step(struct table *table, const struct gate *gate, size_t at, unsigned int flags)
{
	const struct gate_step *step = &gate->step[at];
	char text[32];

	table_cell(table, NULL, "%zu/%zu", at + 1, gate->nr_steps);
	put_subject(table, step->patch->subject);
	table_cell(table, paint_of(step->verdict, flags), "%s", gate_verdict_name(step->verdict));
	if (step->verdict == GATE_NO_KERNEL) {
		for (int i = 0; i < 4; i++)
			table_cell(table, NULL, "-");
		return;
	}
	table_cell(table, NULL, "%zu", step->regressions);
	table_cell(table, NULL, "%zu", step->improvements);
	table_cell(table, NULL, "%zu", step->failures);
	table_cell(table, NULL, "%s", exercise_text(step, text, sizeof(text)));
}

static void print_patches(const struct gate *gate, unsigned int flags, FILE *out)
{
	struct table *table = table_new("lllrrrl");

	table_cell(table, NULL, "patch");
	table_cell(table, NULL, "subject");
	table_cell(table, NULL, "verdict");
	table_cell(table, NULL, "worse");
	table_cell(table, NULL, "better");
	table_cell(table, NULL, "failed");
	table_cell(table, NULL, "functions run");
	for (size_t i = 0; i < gate->nr_steps; i++)
		put_step(table, gate, i, flags);
	compare_heading("patches, each against the one before", flags, out);
	table_print(table, INDENT, out);
	table_free(table);
}

static void print_no_kernel(const struct gate *gate, FILE *out)
{
	for (size_t i = 0; i < gate->nr_steps; i++)
		if (gate->step[i].patch->why_not)
			fprintf(out, "%*s%zu/%zu: %s\n", INDENT, "", i + 1, gate->nr_steps,
				gate->step[i].patch->why_not);
}

/* --- changes --- */

static double size_of(const struct gate_change *change)
{
	return isnan(change->ratio) ? HUGE_VAL : fabs(log(change->ratio));
}

static int by_size(const void *a, const void *b)
{
	double left = size_of(*(const struct gate_change *const *)a);
	double right = size_of(*(const struct gate_change *const *)b);

	return left > right ? -1 : left < right;
}

/* The changes with one verdict, the largest first. */
static const struct gate_change **sorted(const struct gate_change *list, size_t nr,
					 enum gate_verdict verdict, size_t *ret_nr)
{
	const struct gate_change **found = mem_grow(NULL, nr + 1, sizeof(struct gate_change *));

	*ret_nr = 0;
	for (size_t i = 0; i < nr; i++)
		if (list[i].verdict == verdict)
			found[(*ret_nr)++] = &list[i];
	qsort(found, *ret_nr, sizeof(struct gate_change *), by_size);
	return found;
}

static void put_first(struct table *table, const struct gate *gate, const struct gate_change *change)
{
	if (change->first)
		table_cell(table, NULL, "%zu/%zu", change->first, gate->nr_steps);
	else
		table_cell(table, NULL, "several");
}

static void put_change(struct table *table, const struct gate *gate,
		       const struct gate_change *change, unsigned int flags)
{
	const struct compare_row *row = change->row;
	bool exact = gate->compare->content->run.exact;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", row->metric->workload);
	table_cell(table, NULL, "%s", row->metric->name);
	table_cell(table, NULL, "%s", row->params);
	table_cell(table, NULL, "%s", metric_unit_name(row->metric->unit, exact));
	table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit,
							  row->side[change->old].median));
	table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit,
							  row->side[change->new].median));
	table_cell(table, paint_of(change->verdict, flags), "%s",
		   compare_change_text(text, change->ratio, exact));
	put_first(table, gate, change);
	if (gate->seen)
		table_cell(table, NULL, "%s", calibration_text(text, gate_seen(gate, row)));
}

static void print_changes(const struct gate *gate, const char *heading,
			  const struct gate_change *list, size_t nr_list,
			  enum gate_verdict verdict, unsigned int flags, FILE *out)
{
	struct table *table = table_new(gate->seen ? "llllrrrlr" : "llllrrrl");
	const struct gate_change **change;
	size_t nr, shown;

	change = sorted(list, nr_list, verdict, &nr);
	shown = nr > LINES_MAX && !(flags & COMPARE_ALL) ? LINES_MAX : nr;
	table_cell(table, NULL, "workload");
	table_cell(table, NULL, "metric");
	table_cell(table, NULL, "parameters");
	table_cell(table, NULL, "unit");
	table_cell(table, NULL, "before");
	table_cell(table, NULL, "after");
	table_cell(table, NULL, "change");
	table_cell(table, NULL, "patch");
	if (gate->seen)
		table_cell(table, NULL, "seen from");
	for (size_t i = 0; i < shown; i++)
		put_change(table, gate, change[i], flags);
	if (nr) {
		compare_heading(heading, flags, out);
		table_print(table, INDENT, out);
		if (shown < nr)
			fprintf(out, "%*sand %zu smaller ones; --all prints them\n", INDENT, "", nr - shown);
	}
	free(change);
	table_free(table);
}

/* Those of a patch that the series does not have: made good again, or evened out. */
static void print_passing(const struct gate *gate, unsigned int flags, FILE *out)
{
	struct gate_change *passing = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < gate->nr_changes; i++) {
		bool lasts = false;

		for (size_t j = 0; j < gate->nr_series && !lasts; j++)
			lasts = gate->series[j].row == gate->change[i].row &&
				gate->series[j].verdict == gate->change[i].verdict;
		if (lasts)
			continue;
		passing = mem_grow(passing, nr + 1, sizeof(*passing));
		passing[nr++] = gate->change[i];
	}
	print_changes(gate, "worse after one patch, and not at the end of the series", passing, nr,
		      GATE_REGRESSION, flags, out);
	free(passing);
}

static bool same_trouble(const struct gate_failure *a, const struct gate_failure *b)
{
	return a->step == b->step && !strcmp(a->reason, b->reason);
}

/* A kernel that does not boot fails every cell for the same reason: that is told once. */
static bool told_before(const struct gate *gate, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_trouble(&gate->failure[i], &gate->failure[at]))
			return true;
	return false;
}

static size_t same_later(const struct gate *gate, size_t at)
{
	size_t nr = 0;

	for (size_t i = at + 1; i < gate->nr_failures; i++)
		nr += same_trouble(&gate->failure[i], &gate->failure[at]);
	return nr;
}

static void put_failure(struct table *table, const struct gate *gate, size_t at,
			unsigned int columns)
{
	const struct gate_failure *failure = &gate->failure[at];
	size_t more = same_later(gate, at);

	table_cell(table, NULL, "%zu/%zu", failure->step + 1, gate->nr_steps);
	table_cell(table, NULL, "%s", verdict_name(failure->verdict));
	if (more)
		table_cell(table, NULL, "%s; and %zu more", failure->what, more);
	else
		table_cell(table, NULL, "%s", failure->what);
	table_wrapped(table, INDENT + 4, columns, failure->reason);
}

static void print_failures(const struct gate *gate, unsigned int flags, FILE *out)
{
	struct table *table = table_new("lll");

	if (gate->nr_failures)
		compare_heading("passed before, and does not now", flags, out);
	for (size_t i = 0; i < gate->nr_failures; i++)
		if (!told_before(gate, i))
			put_failure(table, gate, i, columns_of(out, COMPARE_COLUMNS));
	table_print(table, INDENT, out);
	table_free(table);
}

/* --- the end --- */

static void print_not_run(const struct gate *gate, FILE *out)
{
	for (size_t i = 0; i < gate->nr_steps; i++) {
		const struct gate_step *step = &gate->step[i];

		if (step->patch->why_not)
			continue;
		if (step->exercise == GATE_NOT_RUN)
			fprintf(out, "%*s%zu/%zu: no workload enters any of the %zu functions that it "
				"changes (%s, ...): nothing was tested; choose other workloads\n", INDENT,
				"", i + 1, gate->nr_steps, step->patch->changed->nr,
				step->patch->changed->item[0].name);
		else if (step->exercise == GATE_NOT_KNOWN)
			fprintf(out, "%*s%zu/%zu: whether its code has run is not known: %s\n", INDENT,
				"", i + 1, gate->nr_steps, step->patch->why_unknown ?
				step->patch->why_unknown : "none of its cells has passed");
	}
}

/* What a verdict of no change is worth. */
static void print_seen(const struct gate *gate, FILE *out)
{
	char *text;

	if (gate->why_not_seen)
		fprintf(out, "\n%s\n", gate->why_not_seen);
	if (!gate->seen)
		return;
	text = calibration_summary(gate->seen, gate->compare);
	fprintf(out, "\n%s\n", text);
	free(text);
}

/* The first patch with the verdict of the whole, or none. */
static const struct gate_step *culprit(const struct gate *gate, size_t *ret_at)
{
	for (size_t i = 0; i < gate->nr_steps; i++)
		if (gate->step[i].verdict == gate->verdict) {
			*ret_at = i + 1;
			return &gate->step[i];
		}
	return NULL;
}

static void print_verdict(const struct gate *gate, unsigned int flags, FILE *out)
{
	const char *paint = paint_of(gate->verdict, flags);
	const struct gate_step *step = NULL;
	size_t at = 0;

	if (gate->verdict > GATE_IMPROVEMENT)
		step = culprit(gate, &at);
	fprintf(out, "\nverdict: %s%s%s", paint ? paint : "", gate_verdict_name(gate->verdict),
		paint ? "\033[0m" : "");
	if (step)
		fprintf(out, ": %zu/%zu %s", at, gate->nr_steps, step->patch->subject);
	else if (gate->verdict == GATE_REGRESSION)
		fprintf(out, ": none of the patches alone");
	fputc('\n', out);
}

static void print_untouched(const struct gate *gate, FILE *out)
{
	size_t nr = 0;

	for (size_t i = 0; i < gate->nr_steps; i++)
		nr += gate->step[i].untouched;
	if (nr)
		fprintf(out, "\n%zu cell%s enter no function that changed, and have the base's figures "
			"(--fresh runs all)\n", nr, nr == 1 ? "" : "s");
}

void gate_print_text(const struct gate *gate, unsigned int flags, FILE *out)
{
	print_patches(gate, flags, out);
	print_no_kernel(gate, out);
	print_failures(gate, flags, out);
	print_changes(gate, "the series makes worse", gate->series, gate->nr_series,
		      GATE_REGRESSION, flags, out);
	print_passing(gate, flags, out);
	print_changes(gate, "the series makes better", gate->series, gate->nr_series,
		      GATE_IMPROVEMENT, flags, out);
	print_not_run(gate, out);
	print_untouched(gate, out);
	print_seen(gate, out);
	print_verdict(gate, flags, out);
}
