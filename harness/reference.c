// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cells held against those of a known good kernel. Pure: a stored run in, checks
 * out.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "reference.h"
#include "stats.h"

#define DEBUG_SUFFIX "+debug"
#define SHOWN_MAX 4	/* differences that a reason names */

/* "vmemmap-4k+debug~2": its name without what follows, and whether it is a debug kernel. */
static size_t stem_of(const char *label, bool *ret_debug)
{
	size_t suffix = strlen(DEBUG_SUFFIX);
	size_t len = strcspn(label, "~");

	*ret_debug = len > suffix && !strncmp(label + len - suffix, DEBUG_SUFFIX, suffix);
	return *ret_debug ? len - suffix : len;
}

static bool same_stem(const char *a, const char *b)
{
	bool debug;
	size_t len = stem_of(a, &debug);

	return stem_of(b, &debug) == len && !strncmp(a, b, len);
}

const char *reference_of(const struct strv *labels, const char *label)
{
	const char *found = NULL;
	bool wanted, debug;

	stem_of(label, &wanted);
	for (size_t i = 0; i < labels->nr; i++) {
		stem_of(labels->item[i], &debug);
		if (debug != wanted)
			continue;
		if (same_stem(labels->item[i], labels->item[0])) {
			found = labels->item[i];
			break;
		}
		if (!found)
			found = labels->item[i];
	}
	return found && strcmp(found, label) ? found : NULL;
}

static bool is_reference(const struct strv *labels, const char *label)
{
	for (size_t i = 0; i < labels->nr; i++) {
		const char *reference = reference_of(labels, labels->item[i]);

		if (reference && !strcmp(reference, label))
			return true;
	}
	return false;
}

char *reference_note(const struct strv *labels)
{
	struct strv alone = { 0 };
	char *list, *note = NULL;

	for (size_t i = 0; i < labels->nr; i++)
		if (!reference_of(labels, labels->item[i]) && !is_reference(labels, labels->item[i]))
			strv_add(&alone, "%s", labels->item[i]);
	list = strv_join(&alone, ", ");
	if (alone.nr)
		note = str_printf("reference: %s: no other variant of the same configuration in this "
				  "run, so that what must be as on a known good kernel is not judged",
				  list);
	free(list);
	strv_free(&alone);
	return note;
}

void reference_labels(const struct store_content *content, struct strv *ret_labels)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (!strv_has(ret_labels, content->cell[i].variant))
			strv_add(ret_labels, "%s", content->cell[i].variant);
}

/**
 * struct sheet - the series of one metric in one cell
 * @series: in order of labels
 * @nr: how many
 */
struct sheet {
	const struct store_series **series;
	size_t nr;
};

static int by_labels(const void *a, const void *b)
{
	const struct store_series *const *first = a, *const *second = b;

	return strcmp((*first)->labels, (*second)->labels);
}

static struct sheet sheet_make(const struct store_content *content, int64_t cell, const char *name)
{
	struct sheet sheet = { 0 };

	for (size_t i = 0; i < content->nr_series; i++) {
		const struct store_series *series = &content->series[i];

		if (series->cell != cell || strcmp(series->name, name))
			continue;
		sheet.series = mem_grow(sheet.series, sheet.nr + 1, sizeof(*sheet.series));
		sheet.series[sheet.nr++] = series;
	}
	if (sheet.nr)
		qsort(sheet.series, sheet.nr, sizeof(*sheet.series), by_labels);
	return sheet;
}

static const char *title_of(const struct store_series *series)
{
	return *series->labels ? series->labels : series->name;
}

/* Return: malloc'd difference, NULL for none. */
static char *unequal(const struct store_series *seen, const struct store_series *wanted)
{
	if (seen->nr != wanted->nr)
		return str_printf("%s: %zu samples instead of %zu", title_of(seen), seen->nr,
				  wanted->nr);
	for (size_t i = 0; i < seen->nr; i++) {
		char place[32] = "";

		if (seen->samples[i] == wanted->samples[i])
			continue;
		if (seen->nr > 1)
			snprintf(place, sizeof(place), " sample %zu:", i);
		return str_printf("%s:%s %" PRIu64 " instead of %" PRIu64, title_of(seen), place,
				  seen->samples[i], wanted->samples[i]);
	}
	return NULL;
}

static char *worse(const struct store_metric *metric, const struct store_series *seen,
		   const struct store_series *wanted)
{
	double figure = stats_combine(metric->combine, seen->samples, seen->nr);
	double good = stats_combine(metric->combine, wanted->samples, wanted->nr);
	char figure_text[FIGURE_TEXT], good_text[FIGURE_TEXT];

	if ((isnan(figure) && isnan(good)) || figure == good ||
	    (metric->direction == DIR_LOWER && figure < good) ||
	    (metric->direction == DIR_HIGHER && figure > good))
		return NULL;
	return str_printf("%s: %s %s instead of %s", title_of(seen),
			  metric_combine_name(metric->combine),
			  compare_figure_text(figure_text, metric->unit, figure),
			  compare_figure_text(good_text, metric->unit, good));
}

static char *difference(const struct store_metric *metric, const struct store_series *seen,
			const struct store_series *wanted)
{
	if (!seen)
		return str_printf("%s: missing", title_of(wanted));
	if (!wanted)
		return str_printf("%s: not there on the reference", title_of(seen));
	return metric->reference == REFERENCE_EQUAL ? unequal(seen, wanted) :
						      worse(metric, seen, wanted);
}

/* Both sheets are in order: what is smaller has no partner on the other side. */
static size_t walk(const struct store_metric *metric, const struct sheet *seen,
		   const struct sheet *wanted, struct strv *ret_differences)
{
	size_t at = 0, other = 0, nr = 0;

	while (at < seen->nr || other < wanted->nr) {
		const struct store_series *a = at < seen->nr ? seen->series[at] : NULL;
		const struct store_series *b = other < wanted->nr ? wanted->series[other] : NULL;
		int order = a && b ? strcmp(a->labels, b->labels) : a ? -1 : 1;
		char *what;

		a = order <= 0 ? a : NULL;
		b = order >= 0 ? b : NULL;
		what = difference(metric, a, b);
		if (what)
			strv_add(ret_differences, "%s", what);
		free(what);
		at += a != NULL;
		other += b != NULL;
		nr++;
	}
	return nr;
}

static char *tell_differences(const struct strv *difference, size_t nr,
			      const struct store_cell *reference)
{
	struct strv shown = { 0 };
	char *list, *text;

	for (size_t i = 0; i < difference->nr && i < SHOWN_MAX; i++)
		strv_add(&shown, "%s", difference->item[i]);
	if (difference->nr > SHOWN_MAX)
		strv_add(&shown, "and %zu more", difference->nr - SHOWN_MAX);
	list = strv_join(&shown, "; ");
	text = str_printf("%zu of %zu series are not as on %s: %s", difference->nr, nr,
			  reference->variant, list);
	free(list);
	strv_free(&shown);
	return text;
}

static enum verdict hold(const struct store_content *content, const struct store_metric *metric,
			 const struct store_cell *cell, const struct store_cell *reference,
			 char **ret_reason)
{
	struct sheet seen = sheet_make(content, cell->id, metric->series);
	struct sheet wanted = sheet_make(content, reference->id, metric->series);
	struct strv differences = { 0 };
	enum verdict verdict = VERDICT_PASS;
	size_t nr = walk(metric, &seen, &wanted, &differences);

	if (differences.nr) {
		verdict = VERDICT_FAIL;
		*ret_reason = tell_differences(&differences, nr, reference);
	} else if (!nr) {
		verdict = VERDICT_INCONCLUSIVE;
		*ret_reason = str_printf("neither it nor %s has series %s", reference->variant,
					 metric->series);
	} else {
		*ret_reason = str_printf("%zu series are %s on %s", nr,
					 metric->reference == REFERENCE_EQUAL ? "as" :
									       "no worse than",
					 reference->variant);
	}
	strv_free(&differences);
	free(wanted.series);
	free(seen.series);
	return verdict;
}

static bool finished(const struct store_cell *cell)
{
	return !strcmp(cell->status, "finished");
}

static enum verdict judge_metric(const struct store_content *content,
				 const struct store_metric *metric, const struct store_cell *cell,
				 const struct store_cell *reference, char **ret_reason)
{
	if (reference && finished(reference) && reference->verdict == VERDICT_PASS)
		return hold(content, metric, cell, reference, ret_reason);
	if (!reference)
		*ret_reason = str_dup("the reference has no such cell: nothing to hold it against");
	else
		*ret_reason = str_printf("cell %lld of %s, which it is to be held against, %s%s",
					 (long long)reference->id, reference->variant,
					 finished(reference) ? "is " : "has not finished",
					 finished(reference) ? verdict_name(reference->verdict) : "");
	return VERDICT_INCONCLUSIVE;
}

static const struct store_cell *find_reference(const struct store_content *content,
					       const struct store_cell *cell, const char *variant)
{
	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *other = &content->cell[i];

		if (other->trial == cell->trial && !strcmp(other->variant, variant) &&
		    !strcmp(other->workload, cell->workload) && !strcmp(other->params, cell->params))
			return other;
	}
	return NULL;
}

static void add_check(struct reference_finding *finding, const struct store_metric *metric,
		      enum verdict verdict, char *reason)
{
	finding->check = mem_grow(finding->check, finding->nr_checks + 1, sizeof(*finding->check));
	finding->check[finding->nr_checks++] = (struct store_check){
		.cell = finding->cell,
		.name = str_dup(REFERENCE_CHECK),
		.labels = str_printf("metric=%s", metric->name),
		.verdict = verdict,
		.reason = reason,
	};
	if (verdict_worse(finding->verdict, verdict) == finding->verdict)
		return;
	finding->verdict = verdict;
	free(finding->reason);
	finding->reason = str_printf(REFERENCE_CHECK ": %s: %s", metric->name, reason);
}

static struct reference_finding judge_cell(const struct store_content *content,
					   const struct store_cell *cell, const char *variant)
{
	const struct store_cell *reference = find_reference(content, cell, variant);
	struct reference_finding finding = {
		.cell = cell->id, .verdict = cell->verdict, .reason = str_dup(cell->reason)
	};

	for (size_t i = 0; i < content->nr_metrics; i++) {
		const struct store_metric *metric = &content->metric[i];
		enum verdict verdict;
		char *reason;

		if (metric->reference == REFERENCE_NONE || strcmp(metric->workload, cell->workload))
			continue;
		verdict = judge_metric(content, metric, cell, reference, &reason);
		add_check(&finding, metric, verdict, reason);
	}
	return finding;
}

static bool can_be_judged(const struct store_cell *cell)
{
	return finished(cell) && cell->verdict != VERDICT_BROKEN &&
	       cell->verdict != VERDICT_UNSUPPORTED;
}

struct reference_finding *reference_judge(const struct store_content *content, size_t *ret_nr)
{
	struct reference_finding *list = NULL;
	struct strv labels = { 0 };
	size_t nr = 0;

	reference_labels(content, &labels);
	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *cell = &content->cell[i];
		const char *variant = reference_of(&labels, cell->variant);
		struct reference_finding finding;

		if (!variant || !can_be_judged(cell))
			continue;
		finding = judge_cell(content, cell, variant);
		if (!finding.nr_checks) {
			free(finding.reason);
			continue;
		}
		list = mem_grow(list, nr + 1, sizeof(*list));
		list[nr++] = finding;
	}
	strv_free(&labels);
	*ret_nr = nr;
	return list;
}

void reference_free(struct reference_finding *finding, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < finding[i].nr_checks; j++) {
			free(finding[i].check[j].name);
			free(finding[i].check[j].labels);
			free(finding[i].check[j].reason);
		}
		free(finding[i].check);
		free(finding[i].reason);
	}
	free(finding);
}
