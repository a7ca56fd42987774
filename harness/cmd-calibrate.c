// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite calibrate: measure a kernel against itself, and keep how small a change is seen
 * on this host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-file.h"
#include "cmd.h"
#include "gate-more.h"
#include "session-options.h"

#define BASE_DEFAULT "baseline"

/* Sides of the run: the kernel, and the same again. */
enum { SIDE_OLD, SIDE_NEW };

enum {
	OPT_BASE = OPT_OWN, OPT_ROUNDS, OPT_DRY_RUN,
};

/**
 * struct calibrate_options - what `calibrate` understands
 * @request: what the session will do
 * @base: --base
 * @boots: --trials: of each side of a comparison; 0: as many as a gate has
 * @rounds: --rounds: comparisons of each figure
 * @dry_run: --dry-run
 */
struct calibrate_options {
	struct session_request request;
	const char *base;
	unsigned int boots;
	unsigned int rounds;
	bool dry_run;
};

/* --- options --- */

static int take_option(void *ctx, int opt)
{
	struct calibrate_options *own = ctx;

	switch (opt) {
	case OPT_BASE:
		own->base = optarg;
		return -1;
	case OPT_TRIALS:
		return cmd_count("--trials", optarg, &own->boots);
	case OPT_ROUNDS:
		return cmd_count("--rounds", optarg, &own->rounds);
	case OPT_DRY_RUN:
		own->dry_run = true;
		return -1;
	}
	return session_option(&own->request, opt);
}

static int parse_options(struct calibrate_options *own, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		SESSION_RUN_OPTIONS,
		{ "base", required_argument, NULL, OPT_BASE },
		{ "rounds", required_argument, NULL, OPT_ROUNDS },
		{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_calibrate, argc, argv, longs, take_option, own);

	return code >= 0 ? code : cmd_no_arguments(&cmd_calibrate, argc, argv);
}

/* --- the run --- */

static unsigned int boots_of(const struct calibrate_options *own, const struct session *session)
{
	if (own->boots)
		return own->boots;
	return session->engine == ENGINE_EXACT ? GATE_PHASES : GATE_BOOTS_KVM;
}

/*
 * The engine says how many boots there are. Another boot by the exact engine is the same
 * boot: each of the second side's has its tick where none of the first side's has.
 */
static int plan_boots(struct calibrate_options *own, struct session *session, struct err *err)
{
	struct plan_request *plan = &own->request.plan;
	int error;

	if (session->engine == ENGINE_TCG)
		return err_set(err, -EINVAL, "calibrate: times of tcg are never judged, so that there is "
			       "nothing to calibrate; use the engine kvm or exact");
	plan->trials = boots_of(own, session) * own->rounds;
	plan_free(&session->plan);
	error = session_make_plan(session, err);
	if (!error && session->engine == ENGINE_EXACT)
		plan_move_trials(&session->plan, SIDE_NEW, plan->trials);
	return error;
}

static int measure(struct calibrate_options *own, struct session *session, struct err *err)
{
	int error;

	error = session_get_ready(session, err);
	if (!error)
		error = plan_boots(own, session, err);
	return error ? error : session_run(session, err);
}

/* --- what comes out --- */

/* What cannot be read is made anew. */
static int keep(struct calibration_file *made, const char *path, struct err *err)
{
	struct calibration_file old = { 0 };
	int error;

	error = calibration_read(path, &old, NULL);
	if (!error)
		calibration_merge(made, &old);
	calibration_free(&old);
	return calibration_write(made, path, err);
}

static void print_made(const struct calibration_file *made, const char *path)
{
	calibration_print(made, stdout);
	printf("\nalarms: comparisons of a kernel with itself, %zu boots a side, of which a gate would\n"
	       "        tell of a change\n"
	       "seen from: the smallest change that a gate finds here in half of the figures, and\n"
	       "        in the worst\n"
	       "kept in %s\n", made->boots, path);
}

static int conclude(const struct calibrate_options *own, const struct options *opts,
		    const struct session *session)
{
	struct store_content content = { 0 };
	struct calibration_file made = { 0 };
	struct compare compare = { 0 };
	struct err err = { "" };
	char *path = NULL;
	int error;

	error = store_load(session->store, &content, &err);
	if (!error)
		error = compare_make(&content, &compare, &err);
	if (!error) {
		calibration_make(&compare, boots_of(own, session), &made);
		path = calibration_path(opts->paths.cache, &content.run);
		error = keep(&made, path, &err);
	}
	if (error)
		report_error("%s", err.text);
	else
		print_made(&made, path);
	error = error ? EXIT_BROKEN : (int)compare_exit_code(&content);
	free(path);
	calibration_free(&made);
	compare_free(&compare);
	store_content_free(&content);
	return error;
}

static void calibrate_end(struct calibrate_options *own, struct session *session)
{
	session_close(session);
	strv_free(&own->request.plan.variants);
	strv_free(&own->request.plan.workloads);
	strv_free(&own->request.plan.params);
}

static int calibrate_main(struct options *opts, int argc, char **argv)
{
	struct calibrate_options own = {
		.base = BASE_DEFAULT, .rounds = 1,
		.request = { .opts = opts, .engine = "auto", .argv = argv, .reuse = true,
			     .plan = { .profile = "quick" } },
	};
	struct session session = { 0 };
	struct progress *progress;
	struct err err = { "" };
	int error, code;

	code = parse_options(&own, opts, argc, argv);
	if (code >= 0)
		return code;
	strv_add(&own.request.plan.variants, "%s", own.base);
	strv_add(&own.request.plan.variants, "%s", own.base);
	progress = progress_new(opts->tty, opts->verbose);
	error = session_prepare(&own.request, progress, &session, &err);
	if (!error)
		error = plan_boots(&own, &session, &err);
	if (!error && own.dry_run)
		session_print_plan(&session, stdout);
	else if (!error)
		error = measure(&own, &session, &err);
	progress_clear(progress);
	if (error)
		code = cmd_fail(error, &err);
	else
		code = own.dry_run ? EXIT_OK : conclude(&own, opts, &session);
	calibrate_end(&own, &session);
	progress_free(progress);
	return code;
}

const struct command cmd_calibrate = {
	.name = "calibrate",
	.help = "measure a kernel against itself: how small a change is seen here",
	.usage = "usage: run-suite calibrate [OPTIONS]\n"
		 "\n"
		 "Compares a kernel with itself, and keeps in the cache how often each figure looks as if\n"
		 "it had changed, and how small a change of it is seen. Gates on this host then say so\n"
		 "beside their verdicts. Workloads that are not run keep what is known of them.\n"
		 "\n"
		 "  --base VARIANT          the kernel (baseline)\n"
		 "  --workloads W,...       what to run (all but those on request)\n"
		 "  --engine NAME           auto, kvm or exact (auto)\n"
		 "  --profile NAME|FILE     quick, full, or a profile file (quick)\n"
		 "  --param W.NAME=V,...    values of a parameter, stronger than the profile\n"
		 "  --trials N              boots of each side (as a gate: exact 5, kvm 10)\n"
		 "  --rounds N              comparisons of each figure (1)\n"
		 "  --jobs N                guests at once\n"
		 "  --silence SECONDS       a guest that says nothing for so long hangs\n"
		 "  --out DIR               folder of the run\n"
		 "  --dry-run               print the plan, build and boot nothing\n"
		 "\n"
		 "Exit codes: 0 all good, 1 a check failed, 2 usage, 3 the test bed is broken.\n",
	.main = calibrate_main,
};
