// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gathering what a guest reports and judging the cell.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static struct store_series *series_of(struct record *record, const char *name, const char *labels)
{
	struct store_series *series;

	for (size_t i = record->nr_series; i--; ) {
		series = &record->series[i];
		if (!strcmp(series->name, name) && !strcmp(series->labels, labels))
			return series;
	}
	if (record->nr_series == RECORD_ENTRIES_MAX)
		return NULL;
	record->series = mem_grow(record->series, record->nr_series + 1, sizeof(*series));
	series = &record->series[record->nr_series++];
	*series = (struct store_series){ .name = str_dup(name), .labels = str_dup(labels) };
	return series;
}

static bool has_room(struct record *record, size_t nr)
{
	if (nr > RECORD_SAMPLES_MAX - record->samples)
		record->overflow = true;
	else
		record->samples += nr;
	return !record->overflow;
}

static void append(uint64_t **list, size_t *nr, const uint64_t *more, size_t nr_more)
{
	*list = mem_grow(*list, *nr + nr_more, sizeof(**list));
	memcpy(*list + *nr, more, nr_more * sizeof(**list));
	*nr += nr_more;
}

void record_add_samples(struct record *record, const char *name, const char *labels,
			const uint64_t *samples, size_t nr)
{
	struct store_series *series;

	if (!has_room(record, nr))
		return;
	series = series_of(record, name, labels);
	if (series)
		append(&series->samples, &series->nr, samples, nr);
	else
		record->overflow = true;
}

static struct record_windows *windows_of(struct record *record, const struct msg *msg)
{
	struct record_windows *windows;

	for (size_t i = record->nr_windows; i--; ) {
		windows = &record->windows[i];
		if (!strcmp(windows->series, msg->name) && !strcmp(windows->labels, msg->labels) &&
		    windows->operations == msg->number[0])
			return windows;
	}
	if (record->nr_windows == RECORD_ENTRIES_MAX)
		return NULL;
	record->windows = mem_grow(record->windows, record->nr_windows + 1, sizeof(*windows));
	windows = &record->windows[record->nr_windows++];
	*windows = (struct record_windows){
		.series = str_dup(msg->name), .labels = str_dup(msg->labels),
		.operations = msg->number[0],
	};
	return windows;
}

static void take_windows(struct record *record, const struct msg *msg)
{
	struct record_windows *windows;

	if (!has_room(record, msg->nr_samples))
		return;
	windows = windows_of(record, msg);
	if (windows)
		append(&windows->window, &windows->nr, msg->samples, msg->nr_samples);
	else
		record->overflow = true;
}

static void take_check(struct record *record, const char *name, const char *labels,
		       enum verdict verdict, const char *reason)
{
	struct store_check *check;

	if (record->nr_checks == RECORD_ENTRIES_MAX) {
		record->overflow = true;
		return;
	}
	record->check = mem_grow(record->check, record->nr_checks + 1, sizeof(*check));
	check = &record->check[record->nr_checks++];
	*check = (struct store_check){
		.name = str_dup(name),
		.labels = str_dup(labels),
		.verdict = verdict,
		.reason = str_dup(reason),
	};
}

void record_msg(struct record *record, const struct msg *msg)
{
	if (msg->type == MSG_SAMPLES)
		record_add_samples(record, msg->name, msg->labels, msg->samples, msg->nr_samples);
	else if (msg->type == MSG_WINDOWS)
		take_windows(record, msg);
	else if (msg->type == MSG_COUNTERS)
		record_take_counters(record, msg);
	else if (msg->type == MSG_CHECK)
		take_check(record, msg->name, msg->labels, msg->verdict, msg->text);
}

void record_add_check(struct record *record, const char *name, enum verdict verdict,
		      const char *fmt, ...)
{
	char reason[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	take_check(record, name, "", verdict, reason);
}

static bool has_check(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->nr_checks; i++)
		if (!strcmp(record->check[i].name, name))
			return true;
	return false;
}

static bool has_series(const struct record *record, const char *name)
{
	for (size_t i = 0; i < record->nr_series; i++)
		if (!strcmp(record->series[i].name, name) && record->series[i].nr)
			return true;
	return false;
}

/*
 * Silence is no pass: what was promised and did not come is a failed check, or a
 * broken one where the workload says itself why it could not go on. How the workload
 * ended belongs to it: nothing else tells why.
 */
static void demand_check(struct record *record, const char *check,
			 const struct workload *workload, const struct guest_result *result)
{
	bool broken = result->end_verdict == VERDICT_BROKEN;
	bool passed = result->end_verdict == VERDICT_PASS;

	if (!has_check(record, check))
		record_add_check(record, check, broken ? VERDICT_BROKEN : VERDICT_FAIL,
				 "declared by %s and not reported%s%s", workload->name,
				 passed ? "" : ": ", passed ? "" : result->end_text);
}

static void demand_checks(struct record *record, const struct workload *workload,
			  const char *also, const struct guest_result *result)
{
	for (size_t i = 0; workload->checks && workload->checks[i]; i++)
		demand_check(record, workload->checks[i], workload, result);
	if (also)
		demand_check(record, also, workload, result);
}

static const struct metric *missing_metric(const struct record *record,
					   const struct workload *workload)
{
	const struct metric *metric = workload->metrics;

	for (; metric && metric->name; metric++)
		if (!has_series(record, metric->series))
			return metric;
	return NULL;
}

static enum verdict judge_checks(const struct record *record, char **ret_reason)
{
	enum verdict worst = VERDICT_PASS;

	for (size_t i = 0; i < record->nr_checks; i++) {
		const struct store_check *check = &record->check[i];

		if (verdict_worse(worst, check->verdict) == worst)
			continue;
		worst = check->verdict;
		free(*ret_reason);
		*ret_reason = str_printf("%s: %s", check->name, check->reason);
	}
	return worst;
}

/*
 * Of the same gravity, the checks come first, for they are more exact. But why a
 * workload could not run says more than which check of the boot could not.
 */
static bool end_decides(enum verdict checks, enum verdict end)
{
	return verdict_worse(checks, end) != checks ||
	       (checks == VERDICT_UNSUPPORTED && end == VERDICT_UNSUPPORTED);
}

enum verdict record_judge(struct record *record, const struct workload *workload,
			  const char *also, const struct guest_result *result, char **ret_reason)
{
	const struct metric *missing;
	enum verdict verdict;

	*ret_reason = NULL;
	if (result->end != GUEST_DONE || result->verdict != VERDICT_PASS) {
		*ret_reason = str_printf("%s: %s", guest_end_name(result->end), result->reason);
		return result->verdict;
	}
	/* A workload that could not run owes nothing; the checks of every boot still count. */
	if (result->end_verdict != VERDICT_UNSUPPORTED)
		demand_checks(record, workload, also, result);
	verdict = judge_checks(record, ret_reason);
	if (end_decides(verdict, result->end_verdict)) {
		verdict = result->end_verdict;
		free(*ret_reason);
		*ret_reason = str_dup(result->end_text);
	}
	missing = missing_metric(record, workload);
	if (verdict == VERDICT_PASS && (missing || record->overflow || record->disorder)) {
		free(*ret_reason);
		*ret_reason = missing ? str_printf("metric %s: no samples of series %s came",
						   missing->name, missing->series) :
			      record->overflow ?
					str_dup("the guest sent more than the harness keeps") :
					str_dup("the guest sent counters of a phase twice");
		verdict = VERDICT_BROKEN;
	}
	if (!*ret_reason)
		*ret_reason = str_dup("");
	return verdict;
}

static const struct store_series *find_series(const struct store_series *list, size_t nr,
					      const struct store_series *like)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list[i].name, like->name) && !strcmp(list[i].labels, like->labels))
			return &list[i];
	return NULL;
}

static char *series_difference(const struct store_series *a, const struct store_series *b)
{
	const char *gap = *a->labels ? " " : "";

	if (!b)
		return str_printf("series %s%s%s came in one boot only", a->name, gap, a->labels);
	if (a->nr != b->nr)
		return str_printf("series %s%s%s: %zu samples, then %zu", a->name, gap, a->labels,
				  a->nr, b->nr);
	for (size_t i = 0; i < a->nr; i++)
		if (a->samples[i] != b->samples[i])
			return str_printf("series %s%s%s, sample %zu: %" PRIu64 ", then %" PRIu64,
					  a->name, gap, a->labels, i, a->samples[i], b->samples[i]);
	return NULL;
}

bool record_compare(const struct store_series *first, size_t nr_first,
		    const struct store_series *second, size_t nr_second, char **ret_why)
{
	size_t samples = 0;

	*ret_why = NULL;
	for (size_t i = 0; i < nr_first && !*ret_why; i++) {
		*ret_why = series_difference(&first[i],
					     find_series(second, nr_second, &first[i]));
		samples += first[i].nr;
	}
	for (size_t i = 0; i < nr_second && !*ret_why; i++)
		if (!find_series(first, nr_first, &second[i]))
			*ret_why = series_difference(&second[i], NULL);
	if (!*ret_why && !samples)
		*ret_why = str_dup("there are no samples to compare");
	if (*ret_why)
		return false;
	*ret_why = str_printf("two boots gave the same %zu samples of %zu series", samples,
			      nr_first);
	return true;
}

void record_free(struct record *record)
{
	for (size_t i = 0; i < record->nr_series; i++) {
		free(record->series[i].name);
		free(record->series[i].labels);
		free(record->series[i].samples);
	}
	for (size_t i = 0; i < record->nr_checks; i++) {
		free(record->check[i].name);
		free(record->check[i].labels);
		free(record->check[i].reason);
	}
	for (size_t i = 0; i < record->nr_windows; i++) {
		free(record->windows[i].series);
		free(record->windows[i].labels);
		free(record->windows[i].window);
	}
	for (size_t i = 0; i < record->nr_counters; i++)
		store_counter_free(&record->counter[i]);
	free(record->counter);
	free(record->series);
	free(record->check);
	free(record->windows);
	*record = (struct record){ 0 };
}
