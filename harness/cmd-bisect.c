// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite bisect: find the patch that made a figure worse, or a check fail.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bisect.h"
#include "cmd.h"
#include "compare-private.h"
#include "session-options.h"
#include "steps.h"
#include "text-table.h"

#define FLOOR 0.001	/* ends that differ by less are the same: there is nothing to find */

enum {
	OPT_TREE = OPT_OWN, OPT_GOOD, OPT_BAD, OPT_BASE, OPT_PATCH, OPT_METRIC, OPT_CHECK, OPT_ALIGN,
};

/**
 * struct tried - what one revision gave
 * @mark: good, bad, or skipped
 * @figure: of the metric; NaN for none
 * @why: why it was skipped; malloc'd, or NULL
 */
struct tried {
	enum bisect_mark mark;
	double figure;
	char *why;
};

/**
 * struct bisect_options - what `bisect` understands, and what it holds
 * @request: for each session: engine, profile, parameters, trials
 * @series: which patches
 * @workload: what runs
 * @metric: --metric without the workload, or NULL
 * @check: --check without the workload, "" for any of them; or NULL
 * @steps: the patches
 * @tried: one per revision, 0 is the good end
 * @row: "PARAMS" of the figure that is followed, once it is known
 * @unit: of it
 * @exact: the engine is
 */
struct bisect_options {
	struct session_request request;
	struct steps_request series;
	const char *workload;
	const char *metric;
	const char *check;
	struct steps steps;
	struct tried *tried;
	char *row;
	enum metric_unit unit;
	bool exact;
};

/* --- options --- */

/* "WORKLOAD.NAME" */
static int take_subject(struct bisect_options *bisect, const char *option, const char *text,
			const char **ret_name)
{
	const char *dot = strchr(text, '.');

	if (bisect->workload) {
		report_usage("bisect: one --metric or one --check");
		return EXIT_USAGE;
	}
	if (!dot && ret_name == &bisect->metric) {
		report_usage("%s %s: give WORKLOAD.NAME; see `run-suite list metrics`", option, text);
		return EXIT_USAGE;
	}
	strv_add(&bisect->request.plan.workloads, "%.*s", (int)(dot ? dot - text : (long)strlen(text)),
		 text);
	bisect->workload = bisect->request.plan.workloads.item[0];
	*ret_name = dot ? dot + 1 : "";
	return -1;
}

static int take_option(void *ctx, int opt)
{
	struct bisect_options *bisect = ctx;

	switch (opt) {
	case OPT_TREE:
		bisect->series.tree = optarg;
		return -1;
	case OPT_GOOD:
	case OPT_BASE:
		bisect->series.base = optarg;
		return -1;
	case OPT_BAD:
		bisect->series.head = optarg;
		return -1;
	case OPT_PATCH:
		bisect->series.patch = optarg;
		return -1;
	case OPT_METRIC:
		return take_subject(bisect, "--metric", optarg, &bisect->metric);
	case OPT_CHECK:
		return take_subject(bisect, "--check", optarg, &bisect->check);
	case OPT_ALIGN:
		bisect->series.aligned = true;
		return -1;
	}
	return session_option(&bisect->request, opt);
}

static int check_options(const struct bisect_options *bisect)
{
	const char *why = steps_check(&bisect->series);

	if (why)
		report_usage("bisect: %s", why);
	else if (!bisect->workload)
		report_usage("bisect: give --metric WORKLOAD.NAME or --check WORKLOAD[.NAME]");
	else
		return -1;
	return EXIT_USAGE;
}

static int parse_options(struct bisect_options *bisect, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		SESSION_OPTIONS,
		{ "tree", required_argument, NULL, OPT_TREE },
		{ "good", required_argument, NULL, OPT_GOOD },
		{ "bad", required_argument, NULL, OPT_BAD },
		{ "base", required_argument, NULL, OPT_BASE },
		{ "patch", required_argument, NULL, OPT_PATCH },
		{ "metric", required_argument, NULL, OPT_METRIC },
		{ "check", required_argument, NULL, OPT_CHECK },
		{ "align", no_argument, NULL, OPT_ALIGN },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_bisect, argc, argv, longs, take_option, bisect);

	if (code < 0)
		code = cmd_no_arguments(&cmd_bisect, argc, argv);
	return code >= 0 ? code : check_options(bisect);
}

/* --- one session --- */

/**
 * struct probe - revisions measured in one run
 * @session: of the run
 * @content: what it gave
 * @compare: the same
 */
struct probe {
	struct session session;
	struct store_content content;
	struct compare compare;
};

static void probe_close(struct probe *probe)
{
	compare_free(&probe->compare);
	store_content_free(&probe->content);
	session_close(&probe->session);
}

static int add_revisions(struct bisect_options *bisect, const size_t *at, size_t nr,
			 struct err *err)
{
	struct session_request *request = &bisect->request;
	int error = 0;

	strv_free(&request->plan.variants);
	request->made = mem_grow(NULL, nr, sizeof(struct variant *));
	for (size_t i = 0; i < nr && !error; i++) {
		error = steps_kernel(&bisect->steps, at[i], STEPS_LEAP, &request->made[i], err);
		if (!error)
			strv_add(&request->plan.variants, "%s", request->made[i]->name);
	}
	return error;
}

/* Return: 0, also when a kernel could not be built; then its why_not says so. */
static int measure(struct bisect_options *bisect, const size_t *at, size_t nr,
		   struct progress *progress, struct probe *ret_probe, struct err *err)
{
	struct probe *probe = ret_probe;
	int error;

	*probe = (struct probe){ 0 };
	error = add_revisions(bisect, at, nr, err);
	if (!error)
		error = session_prepare(&bisect->request, progress, &probe->session, err);
	if (!error)
		error = session_get_ready(&probe->session, err);
	if (error == -EIO && probe->session.nr_variants && probe->session.variant[0].why_not)
		return 0;
	if (!error)
		error = session_run(&probe->session, err);
	if (!error)
		error = store_load(probe->session.store, &probe->content, err);
	return error ? error : compare_make(&probe->content, &probe->compare, err);
}

static const struct compare_row *find_row(const struct bisect_options *bisect,
					  const struct compare *compare)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (!strcmp(compare->row[i].metric->name, bisect->metric) &&
		    !strcmp(compare->row[i].params, bisect->row))
			return &compare->row[i];
	return NULL;
}

static bool is_meant(const struct bisect_options *bisect, const struct compare_judged *judged)
{
	return !*bisect->check || !strcmp(judged->check, bisect->check);
}

/* Good if all that is meant passed, bad if any of it failed, else nothing is known. */
static struct tried try_check(const struct bisect_options *bisect, const struct probe *probe,
			      const char *variant)
{
	struct tried tried = { .mark = BISECT_SKIPPED, .figure = NAN };
	struct compare_judged *list;
	size_t nr;

	list = compare_judged(&probe->content, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(list[i].cell->variant, variant))
			continue;
		if (is_meant(bisect, &list[i]) && list[i].verdict == VERDICT_FAIL)
			tried.mark = BISECT_BAD;
		else if (is_meant(bisect, &list[i]) && list[i].verdict == VERDICT_PASS &&
			 tried.mark != BISECT_BAD)
			tried.mark = BISECT_GOOD;
		if (list[i].verdict != VERDICT_PASS && !tried.why)
			tried.why = str_printf("%s: %s", list[i].check, list[i].reason);
	}
	compare_judged_free(list, nr);
	return tried;
}

/* Of the kernel at @side of the run; the ends are known when @ratio of them is wanted. */
static struct tried try_metric(const struct bisect_options *bisect, const struct probe *probe,
			       size_t side)
{
	const struct compare_row *row = find_row(bisect, &probe->compare);
	double good = bisect->tried[0].figure, bad = bisect->tried[bisect->steps.set.nr].figure;
	struct tried tried = { .mark = BISECT_SKIPPED, .figure = NAN };

	if (row && row->side[side].nr)
		tried.figure = row->side[side].median;
	if (isnan(tried.figure)) {
		for (size_t i = 0; i < probe->content.nr_cells && !tried.why; i++)
			if (probe->content.cell[i].verdict != VERDICT_PASS)
				tried.why = str_dup(probe->content.cell[i].reason);
		return tried;
	}
	tried.mark = fabs(tried.figure - good) < fabs(tried.figure - bad) ? BISECT_GOOD : BISECT_BAD;
	return tried;
}

static struct tried look(const struct bisect_options *bisect, const struct probe *probe,
			 size_t side)
{
	const struct runner_variant *variant = &probe->session.variant[side];

	if (variant->why_not)
		return (struct tried){ .mark = BISECT_SKIPPED, .figure = NAN,
				       .why = str_dup(variant->why_not) };
	return bisect->metric ? try_metric(bisect, probe, side) :
				try_check(bisect, probe, probe->session.plan.label.item[side]);
}

/* --- the two ends --- */

static double worse_by(const struct compare_row *row)
{
	double ratio = compare_ratio(row, 1);

	if (isnan(ratio) || ratio <= 0)
		return 0;
	return row->metric->direction == DIR_HIGHER ? -log(ratio) : log(ratio);
}

/* The figure that got worse most is followed, in cells of its parameters alone. */
static int choose_row(struct bisect_options *bisect, const struct compare *compare, struct err *err)
{
	const struct compare_row *worst = NULL;
	struct strv params = { 0 };
	bool known = false;

	for (size_t i = 0; i < compare->nr_rows; i++) {
		if (strcmp(compare->row[i].metric->name, bisect->metric))
			continue;
		known = true;
		if (!worst || worse_by(&compare->row[i]) > worse_by(worst))
			worst = &compare->row[i];
	}
	if (!known)
		return err_set(err, -ENOENT, "metric %s.%s: no such metric; see `run-suite list metrics`",
			       bisect->workload, bisect->metric);
	for (size_t side = 0; side < 2; side++)
		if (!worst->side[side].nr)
			return err_set(err, -ERANGE, "%s.%s: %s gave no figures, its cells did not pass; "
				       "look for the check that fails with --check %s", bisect->workload,
				       bisect->metric, side ? "the bad end" : "the good end",
				       bisect->workload);
	if (worse_by(worst) <= log1p(FLOOR))
		return err_set(err, -ERANGE, "%s.%s: is not worse after the last patch than before the "
			       "first: there is nothing to find", bisect->workload, bisect->metric);
	bisect->row = str_dup(worst->params);
	bisect->unit = worst->metric->unit;
	bisect->tried[0].figure = worst->side[0].median;
	bisect->tried[bisect->steps.set.nr].figure = worst->side[1].median;
	strv_split(&params, worst->cell_params, ",");
	strv_free(&bisect->request.plan.params);
	for (size_t i = 0; i < params.nr; i++)
		strv_add(&bisect->request.plan.params, "%s.%s", bisect->workload, params.item[i]);
	strv_free(&params);
	return 0;
}

static int judge_ends(struct bisect_options *bisect, const struct probe *probe, struct err *err)
{
	size_t last = bisect->steps.set.nr;
	int error;

	bisect->exact = engine_table[probe->session.engine].exact;
	for (size_t side = 0; side < 2; side++)
		if (probe->session.variant[side].why_not)
			return err_set(err, -ERANGE, "%s: %s", side ? "the bad end" : "the good end",
				       probe->session.variant[side].why_not);
	if (bisect->metric) {
		error = choose_row(bisect, &probe->compare, err);
		if (error)
			return error;
	} else {
		bisect->tried[0] = look(bisect, probe, 0);
		bisect->tried[last] = look(bisect, probe, 1);
		if (bisect->tried[0].mark != BISECT_GOOD || bisect->tried[last].mark != BISECT_BAD)
			return err_set(err, -ERANGE, "%s%s%s: does not pass before the first patch and "
				       "fail after the last: there is nothing to find", bisect->workload,
				       *bisect->check ? "." : "", bisect->check);
	}
	bisect->tried[0].mark = BISECT_GOOD;
	bisect->tried[last].mark = BISECT_BAD;
	return 0;
}

/* --- the search --- */

static void say_tried(const struct bisect_options *bisect, size_t at, struct progress *progress)
{
	static const char *const word[] = { "?", "good", "bad", "skipped" };
	const struct tried *tried = &bisect->tried[at];
	char text[FIGURE_TEXT];

	if (!isnan(tried->figure))
		progress_say(progress, "%zu/%zu %s: %s %s", at, bisect->steps.set.nr,
			     word[tried->mark], compare_figure_text(text, bisect->unit, tried->figure),
			     metric_unit_name(bisect->unit, bisect->exact));
	else
		progress_say(progress, "%zu/%zu %s%s%s", at, bisect->steps.set.nr, word[tried->mark],
			     tried->why ? ": " : "", tried->why ? tried->why : "");
}

static int search(struct bisect_options *bisect, struct bisect *state, struct progress *progress,
		  struct err *err)
{
	size_t at;

	while (bisect_next(state, &at)) {
		struct probe probe;
		int error;

		progress_say(progress, "bisect: %zu patches left, about %u steps",
			     state->bad - state->good, bisect_steps(state));
		error = measure(bisect, &at, 1, progress, &probe, err);
		if (!error)
			bisect->tried[at] = look(bisect, &probe, 0);
		probe_close(&probe);
		if (error)
			return error;
		say_tried(bisect, at, progress);
		bisect_tell(state, at, bisect->tried[at].mark);
	}
	return 0;
}

/*
 * Both sides of the boundary once more, in one run and without what earlier runs had. Of
 * real time, with aligned functions: a patch that moves code can slow down what it never
 * touched.
 */
static int confirm(struct bisect_options *bisect, const struct bisect *state,
		   struct progress *progress, struct err *err)
{
	const size_t at[] = { state->good, state->bad };
	struct probe probe;
	int error;

	bisect->request.reuse = false;
	if (!bisect->exact && bisect->metric && bisect->unit == UNIT_CLOCK &&
	    !strcmp(bisect->request.engine, "kvm"))
		bisect->steps.request.aligned = true;
	error = measure(bisect, at, 2, progress, &probe, err);
	for (size_t side = 0; side < 2 && !error; side++) {
		struct tried tried = look(bisect, &probe, side);

		free(bisect->tried[at[side]].why);
		bisect->tried[at[side]] = tried;
		if (tried.mark != (side ? BISECT_BAD : BISECT_GOOD))
			error = err_set(err, -ERANGE, "patch %zu: %s when it is measured again%s: the "
					"difference is not the patch's", at[side],
					side ? "is not bad" : "is not good",
					bisect->steps.request.aligned ? ", with aligned functions" : "");
	}
	probe_close(&probe);
	return error;
}

/* --- what came out --- */

static void print_figures(const struct bisect_options *bisect, const struct bisect *state)
{
	double good = bisect->tried[state->good].figure, bad = bisect->tried[state->bad].figure;
	double whole = log(bisect->tried[bisect->steps.set.nr].figure / bisect->tried[0].figure);
	char before[FIGURE_TEXT], after[FIGURE_TEXT], change[FIGURE_TEXT];

	if (!bisect->metric) {
		printf("  %s\n", bisect->tried[state->bad].why);
		return;
	}
	printf("  %s.%s %s: %s -> %s %s, %s; %.0f %% of what the series makes\n", bisect->workload,
	       bisect->metric, bisect->row, compare_figure_text(before, bisect->unit, good),
	       compare_figure_text(after, bisect->unit, bad),
	       metric_unit_name(bisect->unit, bisect->exact),
	       compare_change_text(change, bad / good, bisect->exact), 100 * log(bad / good) / whole);
}

static int print_result(const struct bisect_options *bisect, const struct bisect *state)
{
	const struct patchset *set = &bisect->steps.set;
	bool one = state->bad == state->good + 1;

	printf(one ? "first bad patch:\n" : "the first bad patch is one of these, of which all but "
					    "the last cannot be judged:\n");
	for (size_t at = state->good + 1; at <= state->bad; at++) {
		const struct tried *tried = &bisect->tried[at];

		printf("  %zu/%zu %s\n", at, set->nr, set->patch[at - 1].subject);
		if (tried->mark == BISECT_SKIPPED && tried->why)
			printf("      %s\n", tried->why);
	}
	print_figures(bisect, state);
	return one ? EXIT_OK : EXIT_INCONCLUSIVE;
}

static int run_bisect(struct bisect_options *bisect, struct options *opts,
		      struct progress *progress, struct bisect *state, struct err *err)
{
	size_t ends[2] = { 0 };
	struct probe probe;
	int error;

	error = steps_open(&bisect->series, &opts->paths, &bisect->steps, err);
	if (error)
		return error;
	ends[1] = bisect->steps.set.nr;
	bisect->tried = mem_grow(NULL, ends[1] + 1, sizeof(*bisect->tried));
	for (size_t i = 0; i <= ends[1]; i++)
		bisect->tried[i] = (struct tried){ .figure = NAN };
	error = measure(bisect, ends, 2, progress, &probe, err);
	if (!error)
		error = judge_ends(bisect, &probe, err);
	probe_close(&probe);
	if (error)
		return error;
	bisect_init(state, ends[1] + 1);
	error = search(bisect, state, progress, err);
	return error ? error : confirm(bisect, state, progress, err);
}

static void bisect_end(struct bisect_options *bisect, struct bisect *state)
{
	for (size_t i = 0; bisect->tried && i <= bisect->steps.set.nr; i++)
		free(bisect->tried[i].why);
	free(bisect->tried);
	free(bisect->row);
	bisect_free(state);
	steps_close(&bisect->steps);
	strv_free(&bisect->request.plan.variants);
	strv_free(&bisect->request.plan.workloads);
	strv_free(&bisect->request.plan.params);
}

static int bisect_main(struct options *opts, int argc, char **argv)
{
	struct bisect_options bisect = {
		.request = { .opts = opts, .engine = "auto", .argv = argv, .reuse = true,
			     .perfctr = PERFCTR_QUIET, .plan = { .profile = "quick" } },
	};
	struct bisect state = { 0 };
	struct progress *progress;
	struct err err = { "" };
	int error, code;

	code = parse_options(&bisect, opts, argc, argv);
	if (code >= 0)
		return code;
	progress = progress_new(opts->tty, opts->verbose);
	error = run_bisect(&bisect, opts, progress, &state, &err);
	progress_clear(progress);
	if (!error) {
		code = print_result(&bisect, &state);
	} else if (error == -ERANGE) {
		report_error("%s", err.text);
		code = EXIT_INCONCLUSIVE;
	} else {
		code = cmd_fail(error, &err);
	}
	bisect_end(&bisect, &state);
	progress_free(progress);
	return code;
}

const struct command cmd_bisect = {
	.name = "bisect",
	.help = "find the patch that made a figure worse or a check fail",
	.usage = "usage: run-suite bisect --tree DIR --good REV --bad REV --metric W.NAME [OPTIONS]\n"
		 "       run-suite bisect [--base VARIANT] --patch FILE|MBOX|DIR --metric W.NAME [OPTIONS]\n"
		 "\n"
		 "Measures both ends, follows the figure that got worse most, halves the series until\n"
		 "one patch is left, and measures both sides of it once more. Patches whose kernel\n"
		 "cannot be built or does not boot are left out.\n"
		 "\n"
		 "  --tree DIR              repository\n"
		 "  --good REV              a revision before the change\n"
		 "  --bad REV               one after it (HEAD)\n"
		 "  --base VARIANT          what patches apply to (baseline)\n"
		 "  --patch FILE|MBOX|DIR   a diff, mails, or a folder with a series\n"
		 "  --metric W.NAME         workload and metric\n"
		 "  --check W[.NAME]        workload and check; without a name, any of them\n"
		 "  --engine NAME           auto, kvm, tcg or exact (auto)\n"
		 "  --profile NAME|FILE     quick, full, or a profile file (quick)\n"
		 "  --param W.NAME=V,...    values of a parameter, stronger than the profile\n"
		 "  --trials N              boots per cell\n"
		 "  --jobs N                guests at once\n"
		 "  --silence SECONDS       a guest that says nothing for so long hangs\n"
		 "  --align                 align functions to 64 bytes in all kernels\n"
		 "\n"
		 "Exit codes: 0 found, 2 usage, 3 the test bed is broken, 4 not found, or not one alone.\n",
	.main = bisect_main,
};
