// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison as servers that collect test results want it: KTAP, and JUnit's XML. A suite
 * for each workload and variant, a test for each of its cells and checks. Figures are no
 * tests: what changed is for the gate to judge, unless a check says so.
 */
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "junit-text.h"
#include "ktap-text.h"

/**
 * struct suite - the tests of a workload on a variant
 * @content: the run
 * @cell: its first cell: has the names of both
 * @list: cells and checks of the whole run
 * @nr: how many
 */
struct suite {
	const struct store_content *content;
	const struct store_cell *cell;
	const struct compare_judged *list;
	size_t nr;
};

static bool belongs(const struct suite *suite, const struct compare_judged *judged)
{
	return !strcmp(judged->cell->workload, suite->cell->workload) &&
	       !strcmp(judged->cell->variant, suite->cell->variant);
}

static bool is_cell(const struct compare_judged *judged)
{
	return !strcmp(judged->check, "cell");
}

/* A workload may report a check several times, of several rounds. */
static size_t occurrence_of(const struct suite *suite, const struct compare_judged *judged)
{
	size_t nr = 1;

	for (const struct compare_judged *at = judged; at-- > suite->list && at->cell == judged->cell; )
		nr += !strcmp(at->check, judged->check) && !strcmp(at->params, judged->params);
	return nr;
}

/* The same in every run: servers know a test by its name. */
static char *name_of(const struct suite *suite, const struct compare_judged *judged)
{
	size_t occurrence = occurrence_of(suite, judged);
	char *name = str_printf("%s %s%strial=%u", judged->check, judged->params,
				*judged->params ? "," : "", judged->cell->trial), *numbered;

	if (occurrence == 1)
		return name;
	numbered = str_printf("%s,occurrence=%zu", name, occurrence);
	free(name);
	return numbered;
}

static char *suite_name(const struct suite *suite)
{
	return str_printf("%s %s", suite->cell->workload, suite->cell->variant);
}

/* Why a test was left out; nobody must take one that could not be judged for unsupported. */
static char *why_of(const struct compare_judged *judged)
{
	bool unsure = judged->verdict == VERDICT_INCONCLUSIVE;

	return str_printf("%s%s", unsure ? "inconclusive: " : "", judged->reason);
}

static bool is_first(const struct compare_judged *list, size_t at)
{
	const struct suite suite = { .cell = list[at].cell };

	for (size_t i = 0; i < at; i++)
		if (belongs(&suite, &list[i]))
			return false;
	return true;
}

static size_t count_suites(const struct compare_judged *list, size_t nr)
{
	size_t suites = 0;

	for (size_t i = 0; i < nr; i++)
		suites += is_first(list, i);
	return suites;
}

/* --- KTAP --- */

static enum ktap_text_result ktap_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return KTAP_TEXT_OK;
	case VERDICT_FAIL:
		return KTAP_TEXT_NOT_OK;
	case VERDICT_BROKEN:
		return KTAP_TEXT_ERROR;
	default:
		return KTAP_TEXT_SKIP;
	}
}

static void ktap_test(const struct suite *suite, const struct compare_judged *judged,
		      size_t number, FILE *out)
{
	char *name = name_of(suite, judged), *why = why_of(judged);

	if (judged->verdict == VERDICT_FAIL)
		ktap_text_note(1, judged->reason, out);
	ktap_text_line(1, ktap_of(judged->verdict), number, name, why, out);
	free(name);
	free(why);
}

/* A suite of which nothing could be tried is skipped as a whole; one of which something broke fails. */
static enum ktap_text_result ktap_whole(const size_t count[])
{
	if (count[KTAP_TEXT_NOT_OK] || count[KTAP_TEXT_ERROR])
		return KTAP_TEXT_NOT_OK;
	return count[KTAP_TEXT_OK] ? KTAP_TEXT_OK : KTAP_TEXT_SKIP;
}

static void ktap_suite(const struct suite *suite, size_t number, FILE *out)
{
	size_t count[KTAP_TEXT_ERROR + 1] = { 0 };
	char *name = suite_name(suite);
	size_t tests = 0, at = 0;

	for (size_t i = 0; i < suite->nr; i++) {
		if (!belongs(suite, &suite->list[i]))
			continue;
		count[ktap_of(suite->list[i].verdict)]++;
		tests++;
	}
	ktap_text_plan(1, tests, out);
	for (size_t i = 0; i < suite->nr; i++)
		if (belongs(suite, &suite->list[i]))
			ktap_test(suite, &suite->list[i], ++at, out);
	ktap_text_line(0, ktap_whole(count), number, name, "nothing of it could be judged", out);
	free(name);
}

void compare_print_ktap(const struct compare *compare, FILE *out)
{
	struct suite suite = { .content = compare->content };
	struct compare_judged *list;
	size_t number = 0;

	list = compare_judged(compare->content, &suite.nr);
	suite.list = list;
	ktap_text_plan(0, count_suites(list, suite.nr), out);
	for (size_t i = 0; i < suite.nr; i++) {
		if (!is_first(list, i))
			continue;
		suite.cell = list[i].cell;
		ktap_suite(&suite, ++number, out);
	}
	compare_judged_free(list, suite.nr);
}

/* --- JUnit --- */

static enum junit_result junit_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return JUNIT_PASSED;
	case VERDICT_FAIL:
		return JUNIT_FAILED;
	case VERDICT_BROKEN:
		return JUNIT_ERROR;
	default:
		return JUNIT_SKIPPED;
	}
}

static void junit_test(const struct suite *suite, const struct compare_judged *judged, FILE *out)
{
	char *class = str_printf("%s.%s", judged->cell->workload, judged->cell->variant);
	char *name = name_of(suite, judged), *why = why_of(judged);
	char *detail = str_printf("%s\nthe cell: run-suite show %s/%lld\nthe run: run-suite %s\n",
				  judged->reason, suite->content->run.id,
				  (long long)judged->cell->id, suite->content->run.argv);

	junit_case(&(struct junit_case){
		.class = class, .name = name, .result = junit_of(judged->verdict), .message = why,
		.detail = detail,
		.seconds = is_cell(judged) ? judged->cell->wall_ns / 1e9 : 0,
	}, out);
	free(class);
	free(name);
	free(why);
	free(detail);
}

static void junit_suite(const struct suite *suite, FILE *out)
{
	struct junit_count count = { { 0 } };
	char *name = suite_name(suite);
	double seconds = 0;

	for (size_t i = 0; i < suite->nr; i++) {
		const struct compare_judged *judged = &suite->list[i];

		if (!belongs(suite, judged))
			continue;
		count.of[junit_of(judged->verdict)]++;
		if (is_cell(judged))
			seconds += judged->cell->wall_ns / 1e9;
	}
	junit_suite_begin(name, &count, seconds, suite->cell->started, out);
	for (size_t i = 0; i < suite->nr; i++)
		if (belongs(suite, &suite->list[i]))
			junit_test(suite, &suite->list[i], out);
	junit_suite_end(out);
	free(name);
}

void compare_print_junit(const struct compare *compare, FILE *out)
{
	struct suite suite = { .content = compare->content };
	struct junit_count count = { { 0 } };
	struct compare_judged *list;
	char *name;

	list = compare_judged(compare->content, &suite.nr);
	suite.list = list;
	for (size_t i = 0; i < suite.nr; i++)
		count.of[junit_of(list[i].verdict)]++;
	name = str_printf("pagemeta %s", compare->content->run.id);
	junit_begin(name, &count, out);
	for (size_t i = 0; i < suite.nr; i++) {
		if (!is_first(list, i))
			continue;
		suite.cell = list[i].cell;
		junit_suite(&suite, out);
	}
	junit_end(out);
	free(name);
	compare_judged_free(list, suite.nr);
}
