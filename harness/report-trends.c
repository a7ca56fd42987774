// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Earlier runs of the same host, read once for all variants of a run.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report-trends.h"

/** struct earlier - folders of runs, the newest first */
struct earlier {
	struct strv dir;
	uint64_t bytes;
	size_t left_out;
};

static bool fits(const struct trend *like, const char *dir)
{
	struct err err = { "" };
	struct store_run run;
	struct store *store;
	bool same = false;

	if (store_open(dir, false, &store, &err))
		return false;
	if (!store_get_run(store, &run, &err)) {
		same = trend_fits(like, &run);
		store_run_free(&run);
	}
	store_close(store);
	return same;
}

static uint64_t bytes_of(const char *dir)
{
	char *path = str_printf("%s/run.db", dir);
	struct stat st;
	uint64_t bytes = stat(path, &st) ? 0 : st.st_size;

	free(path);
	return bytes;
}

static void take_run(struct earlier *earlier, const struct trend *like, const char *dir)
{
	uint64_t bytes = bytes_of(dir);

	if (!fits(like, dir))
		return;
	if (earlier->dir.nr >= REPORT_TREND_RUNS || earlier->bytes + bytes > REPORT_TREND_BYTES) {
		earlier->left_out++;
		return;
	}
	earlier->bytes += bytes;
	strv_add(&earlier->dir, "%s", dir);
}

/* Ids begin with the time, so that their order is that of time. */
static void find_earlier(const struct compare *compare, const char *results,
			 const struct trend *like, struct earlier *ret_earlier)
{
	struct strv ids = { 0 };
	struct err err = { "" };

	if (store_ids(results, &ids, &err))
		return;
	for (size_t i = ids.nr; i-- > 0;) {
		char *dir;

		if (strcmp(ids.item[i], compare->content->run.id) >= 0 ||
		    (i && !strcmp(ids.item[i], ids.item[i - 1])) ||
		    store_find(results, ids.item[i], &dir, &err))
			continue;
		take_run(ret_earlier, like, dir);
		free(dir);
	}
	strv_free(&ids);
}

static void add_compare(struct report_trends *trends, const struct compare *compare)
{
	for (size_t i = 0; i < trends->nr; i++)
		trend_add(&trends->trend[i], compare);
}

static void add_earlier(struct report_trends *trends, const char *dir)
{
	struct store_content content;
	struct compare compare;
	struct err err = { "" };
	struct store *store;
	int error;

	if (store_open(dir, false, &store, &err))
		return;
	error = store_load(store, &content, &err);
	store_close(store);
	if (error)
		return;
	if (!compare_make(&content, &compare, &err)) {
		add_compare(trends, &compare);
		compare_free(&compare);
		trends->runs++;
	}
	store_content_free(&content);
}

/* Patches of a gate ("baseline+1") are others each time, and the second of a pair is no other. */
static bool has_trend(const char *variant)
{
	const char *plus = strchr(variant, '+');

	for (; plus; plus = strchr(plus + 1, '+')) {
		size_t digits = strspn(plus + 1, "0123456789");

		if (digits && (!plus[1 + digits] || plus[1 + digits] == '+'))
			return false;
	}
	return !strchr(variant, '~');
}

/* One point is no series. */
static void drop_short(struct report_trends *trends)
{
	size_t kept = 0;

	for (size_t i = 0; i < trends->nr; i++) {
		if (trends->trend[i].nr_runs < 2) {
			trend_free(&trends->trend[i]);
			continue;
		}
		trend_judge(&trends->trend[i]);
		trends->trend[kept++] = trends->trend[i];
	}
	trends->nr = kept;
}

void report_trends_make(const struct compare *compare, const char *results,
			struct report_trends *ret_trends)
{
	struct report_trends trends = { 0 };
	struct earlier earlier = { 0 };

	for (size_t i = 0; results && i < compare->variant.nr; i++) {
		if (!has_trend(compare->variant.item[i]))
			continue;
		trends.trend = mem_grow(trends.trend, trends.nr + 1, sizeof(*trends.trend));
		trend_begin(&trends.trend[trends.nr++], &compare->content->run,
			    compare->variant.item[i]);
	}
	if (trends.nr)
		find_earlier(compare, results, &trends.trend[0], &earlier);
	for (size_t i = earlier.dir.nr; i-- > 0;)
		add_earlier(&trends, earlier.dir.item[i]);
	trends.left_out = earlier.left_out;
	add_compare(&trends, compare);
	drop_short(&trends);
	strv_free(&earlier.dir);
	*ret_trends = trends;
}

void report_trends_free(struct report_trends *trends)
{
	for (size_t i = 0; i < trends->nr; i++)
		trend_free(&trends->trend[i]);
	free(trends->trend);
	*trends = (struct report_trends){ 0 };
}
