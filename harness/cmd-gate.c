// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite gate: build a kernel after each patch of a series, measure them all, and say
 * which patch makes what worse.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "gate-kernels.h"
#include "gate-more.h"
#include "session-options.h"
#include "steps.h"

enum {
	OPT_BASE = OPT_OWN, OPT_PATCH, OPT_TREE, OPT_HEAD, OPT_FORMAT, OPT_ALL, OPT_FRESH,
	OPT_DRY_RUN, OPT_ALIGN, OPT_BUDGET,
};

/**
 * struct gate_options - what `gate` understands, and what it holds
 * @request: what the session will do
 * @series: which patches
 * @format: --format
 * @all: print every change
 * @dry_run: print the plan and stop
 * @steps: the patches
 * @more: more boots for what is not decided
 */
struct gate_options {
	struct session_request request;
	struct steps_request series;
	enum print_format format;
	bool all;
	bool dry_run;
	struct steps steps;
	struct gate_more more;
};

/* --- options --- */

/* Seconds, or with a letter minutes or hours. */
static int take_budget(struct gate_options *gate, const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (end != text && *end == 'm')
		value *= 60;
	if (end != text && *end == 'h')
		value *= 3600;
	end += *end == 'm' || *end == 'h' || *end == 's';
	if (errno || end == text || *end || *text == '-' || !value || value > 7 * 24 * 3600) {
		report_usage("--budget %s: give a time such as 90s, 20m or 2h", text);
		return EXIT_USAGE;
	}
	gate->more.budget_s = value;
	return -1;
}

static int take_option(void *ctx, int opt)
{
	struct gate_options *gate = ctx;

	switch (opt) {
	case OPT_BASE:
		gate->series.base = optarg;
		return -1;
	case OPT_PATCH:
		gate->series.patch = optarg;
		return -1;
	case OPT_TREE:
		gate->series.tree = optarg;
		return -1;
	case OPT_HEAD:
		gate->series.head = optarg;
		return -1;
	case OPT_ALL:
		gate->all = true;
		return -1;
	case OPT_FRESH:
		gate->request.reuse = false;
		return -1;
	case OPT_ALIGN:
		gate->series.aligned = true;
		return -1;
	case OPT_FORMAT:
		return cmd_format(optarg, cmd_gate.formats, &gate->format);
	case OPT_BUDGET:
		return take_budget(gate, optarg);
	case OPT_DRY_RUN:
		gate->dry_run = true;
		return -1;
	}
	return session_option(&gate->request, opt);
}

static int check_options(const struct gate_options *gate)
{
	const char *why = steps_check(&gate->series);

	if (!why)
		return -1;
	report_usage("gate: %s", why);
	return EXIT_USAGE;
}

static int parse_options(struct gate_options *gate, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		SESSION_RUN_OPTIONS,
		{ "base", required_argument, NULL, OPT_BASE },
		{ "patch", required_argument, NULL, OPT_PATCH },
		{ "tree", required_argument, NULL, OPT_TREE },
		{ "head", required_argument, NULL, OPT_HEAD },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "all", no_argument, NULL, OPT_ALL },
		{ "fresh", no_argument, NULL, OPT_FRESH },
		{ "budget", required_argument, NULL, OPT_BUDGET },
		{ "align", no_argument, NULL, OPT_ALIGN },
		{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_gate, argc, argv, longs, take_option, gate);

	if (code < 0)
		code = cmd_no_arguments(&cmd_gate, argc, argv);
	if (code >= 0)
		return code;
	return check_options(gate);
}

/* --- patches and kernels --- */

static int make_variants(struct gate_options *gate, struct err *err)
{
	struct session_request *request = &gate->request;
	int error = 0;

	request->made = mem_grow(NULL, gate->steps.set.nr + 1, sizeof(struct variant *));
	for (size_t i = 0; i <= gate->steps.set.nr && !error; i++) {
		error = steps_kernel(&gate->steps, i, STEPS_CHAIN, &request->made[i], err);
		if (!error)
			strv_add(&request->plan.variants, "%s", request->made[i]->name);
	}
	return error;
}

/* --- the run --- */

/**
 * struct estimate - what a gate will take, by earlier runs
 * @cells: of one kernel
 * @build_s: of one kernel, 0 when none was built before
 * @cells_s: all cells of one kernel, one after the other; 0 when none was run before
 * @base_known: the base has been measured
 */
struct estimate {
	unsigned int cells;
	double build_s;
	double cells_s;
	bool base_known;
};

static struct estimate estimate(const struct session *session)
{
	struct reuse *reuse = reuse_open(session->request->opts->paths.results, session->agent_hash,
					 session->qemu_version);
	struct estimate estimate = {
		.build_s = reuse_build_seconds(reuse),
		.base_known = reuse_has_variant(reuse, session->plan.label.item[0]),
	};

	for (size_t i = 0; i < session->plan.nr_cells; i++) {
		const struct plan_cell *cell = &session->plan.cell[i];

		if (cell->variant != session->nr_variants - 1)
			continue;
		estimate.cells++;
		estimate.cells_s += reuse_wall_ns(reuse, cell->workload->name, cell->params) / 1e9;
	}
	reuse_close(reuse);
	return estimate;
}

static void say_plan(const struct gate_options *gate, const struct session *session,
		     struct progress *progress)
{
	struct kernel_builder builder = cmd_kernel_builder(session->request->opts);
	struct estimate by = estimate(session);
	size_t patches = gate->steps.set.nr, to_build = 0;
	char text[32], about[64] = "";
	double seconds;

	for (size_t i = 0; i < session->nr_variants; i++)
		to_build += !kernel_is_cached(&builder, session->variant[i].variant);
	seconds = to_build * by.build_s +
		  by.cells_s * (patches + !by.base_known) / session_jobs(session);
	if (by.cells_s > 0 && (by.build_s > 0 || !to_build))
		snprintf(about, sizeof(about), "; by earlier runs about %s",
			 text_seconds(text, sizeof(text), seconds));
	progress_say(progress, "gate: %zu patch%s on %s, %zu kernel%s to build, %u cells a kernel%s",
		     patches, patches == 1 ? "" : "es", session->plan.label.item[0], to_build,
		     to_build == 1 ? "" : "s", by.cells, about);
}

static int prepare(struct gate_options *gate, const struct options *opts, struct session *session,
		   struct progress *progress, struct err *err)
{
	int error;

	error = steps_open(&gate->series, &opts->paths, &gate->steps, err);
	if (!error)
		error = make_variants(gate, err);
	if (!error)
		error = session_prepare(&gate->request, progress, session, err);
	if (error)
		return error;
	say_plan(gate, session, progress);
	return 0;
}

static int measure(struct gate_options *gate, struct session *session,
		   struct gate_kernels *ret_kernels, struct err *err)
{
	int error = session_get_ready(session, err);

	if (!error && session->engine == ENGINE_KVM && !gate->request.plan.trials) {
		gate->request.plan.trials = GATE_BOOTS_KVM;
		plan_free(&session->plan);
		error = session_make_plan(session, err);
	}
	if (error)
		return error;
	gate_kernels_look(&gate->steps, session, ret_kernels);
	/* The base alone would say nothing. */
	if (session->variant[1].why_not)
		return 0;
	gate->more.patch = ret_kernels->patch;
	gate->more.nr_patches = gate->steps.set.nr;
	gate->more.judge = gate_more_rules(gate->more.budget_s);
	gate->more.all = gate->more.budget_s > 0;
	gate->more.begun = clock_ns();
	gate->request.more = gate_more;
	gate->request.more_ctx = &gate->more;
	return session_run(session, err);
}

static void print_about(const struct store_content *content, const char *dir)
{
	printf("engine: %s, %s\n", content->run.engine, content->run.qemu_version);
	printf("run: %s\n", dir);
	printf("again: run-suite %s\n", content->run.argv);
}

static int print_gate(const struct gate_options *options, const struct gate *gate,
		      unsigned int flags, const char *dir)
{
	switch (options->format) {
	case PRINT_JSON:
		return gate_print_json(gate, stdout);
	case PRINT_JUNIT:
		gate_print_junit(gate, stdout);
		return 0;
	case PRINT_KTAP:
		gate_print_ktap(gate, stdout);
		return 0;
	case PRINT_MAIL:
		gate_print_mail(gate, stdout);
		return 0;
	default:
		gate_print_text(gate, flags, stdout);
		print_about(gate->compare->content, dir);
		return 0;
	}
}

/* No kernel was built and nothing has run: what there is to say of that. */
static void note_run(const struct gate_options *gate, const struct session *session,
		     struct store_run *run)
{
	struct strv argv = { 0 };

	for (char *const *arg = gate->request.argv; *arg; arg++)
		strv_add(&argv, "%s", *arg);
	*run = (struct store_run){
		.id = str_dup(""), .argv = strv_join(&argv, " "),
		.engine = str_dup(engine_table[session->engine].name),
		.exact = engine_table[session->engine].exact,
		.qemu_version = str_dup(session->qemu_version),
	};
	strv_free(&argv);
}

static int conclude(const struct gate_options *gate, const struct options *opts,
		 const struct session *session, const struct gate_kernels *kernels)
{
	unsigned int flags = (opts->colour ? COMPARE_COLOUR : 0) |
			     (gate->all || opts->verbose > 0 ? COMPARE_ALL : 0);
	const struct gate_rules rules = { .final = true, .all = gate->more.all,
					  .judge = gate->more.judge };
	struct store_content content = { 0 };
	struct compare compare = { 0 };
	struct calibration_file seen = { 0 };
	struct err err = { "" };
	char *why_not_seen = NULL;
	struct gate judged;
	int code = EXIT_BROKEN;

	if (!session->store)
		note_run(gate, session, &content.run);
	if ((session->store && store_load(session->store, &content, &err)) || compare_make(&content, &compare, &err)) {
		report_error("%s", err.text);
		goto out;
	}
	gate_judge(&compare, kernels->patch, gate->steps.set.nr, &rules, &judged);
	if (session->store && calibration_of_run(opts->paths.cache, &content.run, &seen, &why_not_seen))
		judged.seen = &seen;
	judged.why_not_seen = why_not_seen;
	code = gate_exit_code(&judged);
	if (print_gate(gate, &judged, flags, session->store ? store_dir(session->store) : "none"))
		code = EXIT_BROKEN;
	gate_free(&judged);
out:
	free(why_not_seen);
	calibration_free(&seen);
	compare_free(&compare);
	store_content_free(&content);
	return code;
}

static void gate_end(struct gate_options *gate, struct session *session)
{
	for (size_t i = 0; gate->request.made && i < gate->request.plan.variants.nr; i++)
		variant_free(gate->request.made[i]);
	session_close(session);
	steps_close(&gate->steps);
	strv_free(&gate->request.plan.variants);
	strv_free(&gate->request.plan.workloads);
	strv_free(&gate->request.plan.params);
}

static int gate_main(struct options *opts, int argc, char **argv)
{
	struct gate_options gate = {
		.request = { .opts = opts, .engine = "auto", .argv = argv, .reuse = true,
			     .perfctr = PERFCTR_QUIET, .plan = { .profile = "quick" } },
	};
	struct gate_kernels kernels = { 0 };
	struct session session = { 0 };
	struct progress *progress;
	struct err err = { "" };
	int error, code;

	code = parse_options(&gate, opts, argc, argv);
	if (code >= 0)
		return code;
	progress = progress_new(opts->tty, opts->verbose);
	error = prepare(&gate, opts, &session, progress, &err);
	if (!error && gate.dry_run)
		session_print_plan(&session, stdout);
	else if (!error)
		error = measure(&gate, &session, &kernels, &err);
	progress_clear(progress);
	if (error)
		code = cmd_fail(error, &err);
	else
		code = gate.dry_run ? EXIT_OK : conclude(&gate, opts, &session, &kernels);
	gate_kernels_free(&kernels);
	gate_end(&gate, &session);
	progress_free(progress);
	return code;
}

const struct command cmd_gate = {
	.name = "gate",
	.help = "judge patches: what each makes worse, better or wrong",
	.usage = "usage: run-suite gate [--base VARIANT] --patch FILE|MBOX|DIR [OPTIONS]\n"
		 "       run-suite gate --tree DIR --base REV [--head REV] [OPTIONS]\n"
		 "\n"
		 "Builds a kernel after each patch, measures all of them, judges each against the one\n"
		 "before and the last against the base, and names the first patch that makes a figure\n"
		 "worse. Says so when no workload has run what a patch changed.\n"
		 "\n"
		 "  --base VARIANT|REV      what the patches apply to (baseline)\n"
		 "  --patch FILE|MBOX|DIR   a diff, mails, or a folder with a series\n"
		 "  --tree DIR              repository that has the patches as commits\n"
		 "  --head REV              the last of them (HEAD)\n"
		 "  --workloads W,...       what to run (all but those on request)\n"
		 "  --engine NAME           auto, kvm, tcg or exact (auto)\n"
		 "  --profile NAME|FILE     quick, full, or a profile file (quick)\n"
		 "  --param W.NAME=V,...    values of a parameter, stronger than the profile\n"
		 "  --trials N              boots per cell\n"
		 "  --budget TIME           seconds (or 20m, 2h) for boots that decide what is not decided\n"
		 "  --jobs N                guests at once\n"
		 "  --silence SECONDS       a guest that says nothing for so long hangs\n"
		 "  --out DIR               folder of the run\n"
		 "  --fresh                 measure the base again where an earlier run has it, and\n"
		 "                          cells that enter nothing of what changed\n"
		 "  --align                 align functions to 64 bytes, which takes alignment out of times\n"
		 "  --format FORMAT         text, json, junit, ktap or mail (text)\n"
		 "  --all                   print every change, not the largest (also -v)\n"
		 "  --dry-run               print the plan, build and boot nothing\n"
		 "\n"
		 "Exit codes: 0 nothing worse, 1 a regression or a failed check, 2 usage, 3 the test\n"
		 "bed is broken, 4 inconclusive, 125 a patch does not apply or build.\n",
	.formats = PRINT_PLAIN | PRINT_TESTS,
	.main = gate_main,
};
