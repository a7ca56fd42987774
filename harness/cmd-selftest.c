// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite selftest: kernels with a known defect, each of which must be noticed, and
 * beside each its parent against itself, of which nothing may be said.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "gate-more.h"
#include "session-options.h"
#include "text-table.h"

#define MUTANTS "mutants/"
#define SILENCE_S 90	/* enough for what the mutants' workloads do between signs of life */

enum {
	OPT_ALL = OPT_OWN, OPT_LIST,
};

/* Sides of a run: the parent, the parent again, the mutant. */
enum { SIDE_PARENT, SIDE_AGAIN, SIDE_MUTANT, SIDES };

/**
 * struct outcome - of one mutant
 * @name: without "mutants/"
 * @defect: what kind
 * @missed: what did not notice it, "" when all did; malloc'd
 * @alarm: what was said of the parent against itself, "" for nothing; malloc'd
 * @broken: why it could not be tried, NULL when it could; malloc'd
 * @looked: things that had to notice it
 * @runs: of the parent against itself
 * @seconds: what it took
 */
struct outcome {
	char *name;
	char *defect;
	char *missed;
	char *alarm;
	char *broken;
	size_t looked;
	size_t runs;
	double seconds;
};

/**
 * struct selftest_options - what `selftest` understands, and what it holds
 * @opts: common options
 * @names: mutants that were named
 * @all: not only one of each kind
 * @list: print them and stop
 * @request: how guests run
 * @argv: command line
 * @progress: what the user sees
 * @outcome: one per mutant
 * @nr: how many
 */
struct selftest_options {
	const struct options *opts;
	struct strv names;
	bool all;
	bool list;
	struct session_request request;
	char *const *argv;
	struct progress *progress;
	struct outcome *outcome;
	size_t nr;
};

/* --- options --- */

static int take_option(void *ctx, int opt)
{
	struct selftest_options *self = ctx;

	switch (opt) {
	case OPT_ALL:
		self->all = true;
		return -1;
	case OPT_LIST:
		self->list = true;
		return -1;
	}
	return session_option(&self->request, opt);
}

static int parse_options(struct selftest_options *self, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		SESSION_GUEST_OPTIONS,
		{ "all", no_argument, NULL, OPT_ALL },
		{ "list", no_argument, NULL, OPT_LIST },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_selftest, argc, argv, longs, take_option, self);

	if (code >= 0)
		return code;
	for (; optind < argc; optind++)
		strv_add(&self->names, "%s", argv[optind]);
	return -1;
}

/* --- which mutants --- */

static bool is_meant(const struct selftest_options *self, const struct variant *mutant)
{
	const char *name = mutant->name + strlen(MUTANTS);

	if (self->names.nr)
		return strv_has(&self->names, name) || strv_has(&self->names, mutant->name);
	return self->all || mutant->defect;
}

/* A name that is none of them would test nothing, and say that all went well. */
static int check_names(const struct selftest_options *self, const struct strv *known,
		       struct err *err)
{
	for (size_t i = 0; i < self->names.nr; i++) {
		const char *name = self->names.item[i];
		char *whole = str_printf(MUTANTS "%s", name);
		bool there = strv_has(known, name) || strv_has(known, whole);
		const char *nearest = name_nearest(whole, known);

		free(whole);
		if (!there)
			return err_set(err, -ENOENT, "mutant %s: no such mutant%s%s%s", name,
				       nearest ? "; did you mean " : "",
				       nearest ? nearest + strlen(MUTANTS) : "", nearest ? "?" : "");
	}
	return 0;
}

static int find_mutants(const struct selftest_options *self, struct strv *ret_names,
			struct err *err)
{
	const char *kernels = self->opts->paths.kernels;
	struct strv all = { 0 }, mutants = { 0 };
	int error = variant_names(kernels, &all, err);

	for (size_t i = 0; i < all.nr; i++)
		if (!strncmp(all.item[i], MUTANTS, strlen(MUTANTS)))
			strv_add(&mutants, "%s", all.item[i]);
	if (!error)
		error = check_names(self, &mutants, err);
	for (size_t i = 0; i < mutants.nr && !error; i++) {
		struct variant *mutant;

		error = variant_load(kernels, mutants.item[i], &mutant, err);
		if (error)
			break;
		if (is_meant(self, mutant))
			strv_add(ret_names, "%s", mutant->name);
		variant_free(mutant);
	}
	strv_free(&all);
	strv_free(&mutants);
	return error;
}

/* --- one run of a mutant --- */

static void request_notice(const struct selftest_options *self, const struct variant *mutant,
			   const struct variant_notice *notice, struct session_request *ret_request)
{
	struct session_request *request = ret_request;

	*request = (struct session_request){
		.opts = self->opts, .engine = self->request.engine, .jobs = self->request.jobs,
		.silence_s = self->request.silence_s ? self->request.silence_s : SILENCE_S, .reuse = true,
		.argv = self->argv, .perfctr = PERFCTR_QUIET, .plan = { .profile = "quick" },
	};
	strv_add(&request->plan.variants, "%s", mutant->parent);
	strv_add(&request->plan.variants, "%s", mutant->parent);
	strv_add(&request->plan.variants, "%s", mutant->name);
	for (size_t i = 0; i < notice->workload.nr; i++) {
		strv_add(&request->plan.workloads, "%s", notice->workload.item[i]);
		for (size_t j = 0; j < notice->param.nr; j++)
			strv_add(&request->plan.params, "%s.%s", notice->workload.item[i],
				 notice->param.item[j]);
	}
}

static void request_free(struct session_request *request)
{
	strv_free(&request->plan.variants);
	strv_free(&request->plan.workloads);
	strv_free(&request->plan.params);
}

static bool failed(const struct store_content *content, const char *variant,
		   const char *workload, const char *check)
{
	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *cell = &content->cell[i];

		if (strcmp(cell->variant, variant) || strcmp(cell->workload, workload))
			continue;
		if (!strcmp(check, "cell") && cell->verdict == VERDICT_FAIL)
			return true;
		for (size_t j = 0; j < content->nr_checks; j++)
			if (content->check[j].cell == cell->id &&
			    !strcmp(content->check[j].name, check) &&
			    content->check[j].verdict == VERDICT_FAIL)
				return true;
	}
	return false;
}

static bool got_worse(const struct gate *gate, const char *workload, const char *metric)
{
	for (size_t i = 0; i < gate->nr_changes; i++) {
		const struct gate_change *change = &gate->change[i];

		if (change->new == SIDE_MUTANT && change->verdict == GATE_REGRESSION &&
		    !strcmp(change->row->metric->workload, workload) &&
		    !strcmp(change->row->metric->name, metric))
			return true;
	}
	return false;
}

static void add_text(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add_text(char **text, const char *fmt, ...)
{
	char *old = *text, *more = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&more, fmt, args) < 0)
		abort();
	va_end(args);
	*text = str_printf("%s%s%s", old, *old ? "; " : "", more);
	free(more);
	free(old);
}

static void look_for(const struct variant *mutant, const struct variant_notice *notice,
		     const struct store_content *content, const struct gate *gate,
		     struct outcome *outcome)
{
	for (size_t i = 0; i < notice->workload.nr; i++)
		for (size_t j = 0; j < notice->name.nr; j++) {
			const char *workload = notice->workload.item[i], *name = notice->name.item[j];

			outcome->looked++;
			if (notice->metric ? got_worse(gate, workload, name) :
					     failed(content, mutant->name, workload, name))
				continue;
			add_text(&outcome->missed, "%s %s", workload, name);
		}
}

/* What was said of the parent against itself. */
static void look_at_parent(const struct gate *gate, struct outcome *outcome)
{
	outcome->runs++;
	for (size_t i = 0; i < gate->nr_changes; i++) {
		const struct gate_change *change = &gate->change[i];

		if (change->new == SIDE_AGAIN && change->verdict == GATE_REGRESSION)
			add_text(&outcome->alarm, "%s %s %s", change->row->metric->workload,
				 change->row->metric->name, change->row->params);
	}
	for (size_t i = 0; i < gate->nr_failures; i++)
		if (gate->failure[i].step + 1 == SIDE_AGAIN)
			add_text(&outcome->alarm, "%s", gate->failure[i].what);
}

static int judge_run(struct session *session, const struct variant *mutant,
		     const struct variant_notice *notice, const struct gate_more *more,
		     struct outcome *outcome, struct err *err)
{
	const struct gate_rules rules = { .final = true, .all = true, .judge = more->judge };
	struct store_content content = { 0 };
	struct compare compare = { 0 };
	struct gate gate = { 0 };
	int error;

	error = store_load(session->store, &content, err);
	if (!error)
		error = compare_make(&content, &compare, err);
	if (!error) {
		gate_judge(&compare, more->patch, more->nr_patches, &rules, &gate);
		look_for(mutant, notice, &content, &gate, outcome);
		look_at_parent(&gate, outcome);
		gate_free(&gate);
	}
	compare_free(&compare);
	store_content_free(&content);
	return error;
}

static int run_notice(struct selftest_options *self, const struct variant *mutant,
		      const struct variant_notice *notice, size_t serial,
		      struct outcome *outcome, struct err *err)
{
	struct gate_patch patch[] = { { .subject = "the same kernel" }, { .subject = mutant->name } };
	struct gate_more more = { .patch = patch, .nr_patches = ARRAY_SIZE(patch),
				  .all = true, .judge = gate_more_rules(0) };
	struct session_request request;
	struct session session = { 0 };
	int error;

	request_notice(self, mutant, notice, &request);
	request.more = gate_more;
	request.more_ctx = &more;
	error = session_prepare(&request, self->progress, &session, err);
	if (!error)
		error = session_get_ready(&session, err);
	if (!error && session.variant[SIDE_MUTANT].why_not)
		error = err_set(err, -EBADMSG, "%s", session.variant[SIDE_MUTANT].why_not);
	if (!error) {
		/* The same boot again would prove nothing: each mutant's parent has its own ticks. */
		if (session.engine == ENGINE_EXACT)
			plan_move_trials(&session.plan, SIDE_AGAIN, GATE_PHASES * (serial + 1));
		error = session_run(&session, err);
	}
	if (!error)
		error = judge_run(&session, mutant, notice, &more, outcome, err);
	session_close(&session);
	request_free(&request);
	return error;
}

/* --- all of them --- */

static void say_outcome(const struct selftest_options *self, const struct outcome *outcome)
{
	progress_say(self->progress, "selftest: %s: %s%s%s", outcome->name,
		     outcome->broken ? "broken: " : *outcome->missed ? "MISSED by " : "caught",
		     outcome->broken ? outcome->broken : outcome->missed,
		     *outcome->alarm ? ", and a false alarm" : "");
}

/* Only an interruption and a full disk stop all of them. */
static int try_mutant(struct selftest_options *self, const char *name, struct err *err)
{
	uint64_t began = clock_ns();
	struct outcome *outcome;
	struct variant *mutant;
	int error;

	error = variant_load(self->opts->paths.kernels, name, &mutant, err);
	if (error)
		return error;
	self->outcome = mem_grow(self->outcome, self->nr + 1, sizeof(*self->outcome));
	outcome = &self->outcome[self->nr++];
	*outcome = (struct outcome){
		.name = str_dup(name + strlen(MUTANTS)),
		.defect = str_dup(mutant->defect ? mutant->defect : ""),
		.missed = str_dup(""), .alarm = str_dup(""),
	};
	if (!mutant->nr_notices)
		outcome->broken = str_dup("its variant.ini does not say what must notice it");
	for (size_t i = 0; i < mutant->nr_notices && !error; i++)
		error = run_notice(self, mutant, &mutant->notice[i], self->nr - 1, outcome, err);
	outcome->seconds = (clock_ns() - began) / 1e9;
	if (error && error != -EINTR && error != -ENOSPC) {
		outcome->broken = str_printf("%.*s", (int)strcspn(err->text, "\n"), err->text);
		error = 0;
	}
	variant_free(mutant);
	if (!error)
		say_outcome(self, outcome);
	return error;
}

static void put_outcome(struct table *table, const struct outcome *outcome)
{
	char text[32];

	table_cell(table, NULL, "%s", outcome->name);
	table_cell(table, NULL, "%s", outcome->defect);
	table_cell(table, NULL, "%s", outcome->broken ? "broken" : *outcome->missed ? "MISSED" :
									      "caught");
	table_cell(table, NULL, "%zu", outcome->looked);
	table_cell(table, NULL, "%s", text_seconds(text, sizeof(text), outcome->seconds));
	if (outcome->broken)
		table_wrapped(table, 6, 100, outcome->broken);
	else if (*outcome->missed)
		table_wrapped(table, 6, 100, outcome->missed);
}

static int print_outcomes(const struct selftest_options *self)
{
	struct table *table = table_new("lllrr");
	size_t caught = 0, missed = 0, broken = 0, runs = 0, alarms = 0;

	table_cell(table, NULL, "mutant");
	table_cell(table, NULL, "defect");
	table_cell(table, NULL, "verdict");
	table_cell(table, NULL, "by");
	table_cell(table, NULL, "took");
	for (size_t i = 0; i < self->nr; i++) {
		const struct outcome *outcome = &self->outcome[i];

		put_outcome(table, outcome);
		broken += outcome->broken != NULL;
		missed += !outcome->broken && *outcome->missed;
		caught += !outcome->broken && !*outcome->missed;
		runs += outcome->runs;
		alarms += *outcome->alarm != '\0';
	}
	table_print(table, 0, stdout);
	table_free(table);
	printf("\nmutants: %zu caught, %zu missed, %zu broken\n", caught, missed, broken);
	printf("the same kernel twice: %zu runs, %zu false alarms\n", runs, alarms);
	for (size_t i = 0; i < self->nr; i++)
		if (*self->outcome[i].alarm)
			printf("  beside %s: %s\n", self->outcome[i].name, self->outcome[i].alarm);
	if (missed || alarms)
		return EXIT_FAILED;
	return broken ? EXIT_BROKEN : EXIT_OK;
}

static void selftest_end(struct selftest_options *self)
{
	for (size_t i = 0; i < self->nr; i++) {
		free(self->outcome[i].name);
		free(self->outcome[i].defect);
		free(self->outcome[i].missed);
		free(self->outcome[i].alarm);
		free(self->outcome[i].broken);
	}
	free(self->outcome);
	strv_free(&self->names);
}

static int run_mutants(struct selftest_options *self, struct err *err)
{
	struct strv mutants = { 0 };
	int error = find_mutants(self, &mutants, err);

	for (size_t i = 0; i < mutants.nr && !error; i++) {
		if (self->list)
			puts(mutants.item[i] + strlen(MUTANTS));
		else
			error = try_mutant(self, mutants.item[i], err);
	}
	strv_free(&mutants);
	return error;
}

static int selftest_main(struct options *opts, int argc, char **argv)
{
	struct selftest_options self = { .opts = opts, .request.engine = "auto", .argv = argv };
	struct err err = { "" };
	int error, code;

	code = parse_options(&self, opts, argc, argv);
	if (code >= 0)
		return code;
	self.progress = progress_new(opts->tty, opts->verbose);
	error = run_mutants(&self, &err);
	progress_clear(self.progress);
	if (error)
		code = cmd_fail(error, &err);
	else
		code = self.list ? EXIT_OK : print_outcomes(&self);
	selftest_end(&self);
	progress_free(self.progress);
	return code;
}

const struct command cmd_selftest = {
	.name = "selftest",
	.help = "boot kernels with known defects and show that each is noticed",
	.usage = "usage: run-suite selftest [MUTANT...] [OPTIONS]\n"
		 "\n"
		 "Each mutant runs the workloads that must notice it, beside its parent twice: of the\n"
		 "same kernel nothing may be said. Without names, one mutant of each kind of defect.\n"
		 "\n"
		 "  --all                   every mutant\n"
		 "  --list                  print their names\n"
		 "  --engine NAME           auto, kvm, tcg or exact (auto)\n"
		 "  --jobs N                guests at once\n"
		 "  --silence SECONDS       a guest that says nothing for so long hangs (90)\n"
		 "\n"
		 "Exit codes: 0 all were noticed and nothing else was, 1 a mutant was missed or a false\n"
		 "alarm raised, 2 usage, 3 the test bed is broken.\n",
	.main = selftest_main,
};
