// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite run: build, boot, measure, compare.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache-model.h"
#include "calibration-file.h"
#include "cmd.h"
#include "compare.h"
#include "plot.h"
#include "proc.h"
#include "session-options.h"
#include "variant-off.h"

#define VARIANTS_DEFAULT "baseline,vmemmap-4k"
#define ENGINE_DEFAULT "auto"
#define PROFILE_DEFAULT "quick"
#define COUNTERS_DEFAULT PERFCTR_QUIET

enum {
	OPT_VARIANTS = OPT_OWN, OPT_RESUME, OPT_DRY_RUN, OPT_PROBE, OPT_NO_PLOTS, OPT_TRAFFIC,
	OPT_STRICT, OPT_COUNTERS, OPT_UNMATCHED,
};

/**
 * struct run_options - what `run` understands beyond the common options
 * @request: what the session will do
 * @variants: text of --variants
 * @resume: run to resume, or NULL
 * @dry_run: print the plan and stop
 * @no_plots: draw nothing
 * @unmatched: leave variants as they are, whatever others of the run switch off
 */
struct run_options {
	struct session_request request;
	const char *variants;
	const char *resume;
	bool dry_run;
	bool no_plots;
	bool unmatched;
};

static int take_traffic(struct run_options *run, const char *sizes)
{
	struct cache_size size[CACHE_LEVELS];
	char why[256];

	if (cache_sizes_parse(sizes, size, why, sizeof(why))) {
		report_usage("--traffic: %s", why);
		return EXIT_USAGE;
	}
	run->request.traffic = sizes;
	return -1;
}

static int take_counters(struct run_options *run, const char *name)
{
	struct strv known = { 0 };
	int code;

	if (!perfctr_mode_parse(name, &run->request.perfctr))
		return -1;
	for (int i = 0; i < PERFCTR_MODES; i++)
		strv_add(&known, "%s", perfctr_mode_name(i));
	code = cmd_unknown("--counters", name, &known);
	strv_free(&known);
	return code;
}

static int take_option(void *ctx, int opt)
{
	struct run_options *run = ctx;

	switch (opt) {
	case OPT_VARIANTS:
		run->variants = optarg;
		return -1;
	case OPT_TRAFFIC:
		return take_traffic(run, optarg ? optarg : CACHE_SIZES_DEFAULT);
	case OPT_COUNTERS:
		return take_counters(run, optarg);
	case OPT_RESUME:
		run->resume = optarg;
		return -1;
	case OPT_DRY_RUN:
		run->dry_run = true;
		return -1;
	case OPT_PROBE:
		run->request.probe_again = true;
		return -1;
	case OPT_NO_PLOTS:
		run->no_plots = true;
		return -1;
	case OPT_STRICT:
		run->request.strict = true;
		return -1;
	case OPT_UNMATCHED:
		run->unmatched = true;
		return -1;
	}
	return session_option(&run->request, opt);
}

/* A resumed run is what it was planned to be. */
static int check_resume(const struct run_options *run)
{
	const struct session_request *request = &run->request;

	if (!run->resume)
		return -1;
	if (run->dry_run || request->out || request->plan.trials || request->plan.workloads.nr ||
	    request->plan.params.nr || request->traffic || request->strict || run->unmatched ||
	    request->perfctr != COUNTERS_DEFAULT ||
	    strcmp(request->plan.profile, PROFILE_DEFAULT) ||
	    strcmp(request->engine, ENGINE_DEFAULT) || strcmp(run->variants, VARIANTS_DEFAULT)) {
		report_usage("--resume %s: runs what that run has planned; only --jobs, --silence and "
			     "--no-plots go with it", run->resume);
		return EXIT_USAGE;
	}
	return -1;
}

static int parse_options(struct run_options *run, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		SESSION_RUN_OPTIONS,
		{ "variants", required_argument, NULL, OPT_VARIANTS },
		{ "traffic", optional_argument, NULL, OPT_TRAFFIC },
		{ "counters", required_argument, NULL, OPT_COUNTERS },
		{ "resume", required_argument, NULL, OPT_RESUME },
		{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
		{ "probe", no_argument, NULL, OPT_PROBE },
		{ "no-plots", no_argument, NULL, OPT_NO_PLOTS },
		{ "strict", no_argument, NULL, OPT_STRICT },
		{ "unmatched", no_argument, NULL, OPT_UNMATCHED },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_run, argc, argv, longs, take_option, run);

	if (code < 0)
		code = cmd_no_arguments(&cmd_run, argc, argv);
	if (code >= 0)
		return code;
	return check_resume(run);
}

static int draw(const struct options *opts, const struct compare *compare, const char *dir)
{
	struct strv made = { 0 };
	struct err err = { "" };
	int error;

	error = plot_run(compare, opts->paths.plots, dir, &made, &err);
	if (error == -ENOENT)
		report_warning("plots: not drawn: %s", err.text);
	else if (error)
		report_error("%s", err.text);
	cmd_print_plots(&made, stdout);
	strv_free(&made);
	return error && error != -ENOENT ? EXIT_BROKEN : EXIT_OK;
}

/* The figures, also those of a run that was stopped half-way. */
static int present(const struct run_options *run, const struct options *opts,
		   struct session *session)
{
	struct store_content content = { 0 };
	struct compare compare = { 0 };
	struct err err = { "" };
	int code = EXIT_BROKEN;

	if (store_load(session->store, &content, &err) ||
	    compare_make(&content, &compare, &err)) {
		report_error("%s", err.text);
		goto out;
	}
	if (compare_print(&compare, PRINT_TEXT, opts->colour, stdout)) {
		report_error("standard output: cannot write: %s", strerror(errno));
		goto out;
	}
	calibration_print_seen(opts->paths.cache, &compare, stdout);
	code = compare_exit_code(&content);
	if (!run->no_plots && draw(opts, &compare, store_dir(session->store)) && code == EXIT_OK)
		code = EXIT_BROKEN;
	printf("run: %s\n", store_dir(session->store));
out:
	compare_free(&compare);
	store_content_free(&content);
	return code;
}

static int fail(struct session *session, struct progress *progress, int error,
		const struct err *err)
{
	progress_clear(progress);
	if (error != -EINTR || !session->store)
		return cmd_fail(error, err);
	report_error("interrupted; finished cells are kept, go on with: run-suite run --resume %s",
		     store_dir(session->store));
	return cmd_exit_code(error);
}

/* A folder that cannot take the run is found before minutes of building. */
static int check_out(const char *out, struct err *err)
{
	char *run_db;
	int error = 0;

	if (!out)
		return 0;
	run_db = str_printf("%s/run.db", out);
	if (fs_exists(run_db))
		error = err_set(err, -EEXIST, "--out %s: holds a run already; choose another folder or "
				"go on with --resume", out);
	else if (fs_exists(out) && access(out, W_OK))
		error = err_set(err, -EACCES, "--out %s: cannot write there: %s", out, strerror(errno));
	free(run_db);
	return error;
}

/* What one kernel of a run has to do without, its partners do without as well. */
static int match(const struct run_options *run, struct strv *variants, struct progress *progress,
		 struct err *err)
{
	struct strv said = { 0 };
	int error = 0;

	if (!run->unmatched)
		error = variant_match_all(run->request.opts->paths.kernels, variants, &said, err);
	for (size_t i = 0; i < said.nr && !error; i++)
		progress_say(progress, "%s", said.item[i]);
	strv_free(&said);
	return error;
}

static int prepare(struct run_options *run, struct session *session, struct progress *progress,
		   struct err *err)
{
	int error;

	strv_split(&run->request.plan.variants, run->variants, ",");
	if (!run->request.plan.variants.nr)
		return err_set(err, -EINVAL, "--variants: name at least one");
	error = check_out(run->request.out, err);
	if (!error)
		error = match(run, &run->request.plan.variants, progress, err);
	return error ? error : session_prepare(&run->request, progress, session, err);
}

static int run_new(struct run_options *run, struct session *session, struct progress *progress,
		   struct err *err)
{
	int error;

	error = prepare(run, session, progress, err);
	if (error || run->dry_run)
		return error;
	error = session_get_ready(session, err);
	return error ? error : session_run(session, err);
}

static int run_resumed(struct run_options *run, const struct options *opts,
		       struct session *session, struct progress *progress, struct err *err)
{
	char *dir;
	int error;

	*session = (struct session){ 0 };
	error = store_find(opts->paths.results, run->resume, &dir, err);
	if (error)
		return error;
	error = session_resume(&run->request, dir, progress, session, err);
	free(dir);
	return error;
}

static int run_main(struct options *opts, int argc, char **argv)
{
	struct run_options run = {
		.request = { .opts = opts, .engine = ENGINE_DEFAULT, .argv = argv,
			     .perfctr = COUNTERS_DEFAULT, .plan = { .profile = PROFILE_DEFAULT } },
		.variants = VARIANTS_DEFAULT,
	};
	struct session session = { 0 };
	struct progress *progress;
	struct err err = { "" };
	int error, code;

	code = parse_options(&run, opts, argc, argv);
	if (code >= 0)
		return code;
	progress = progress_new(opts->tty, opts->verbose);
	error = run.resume ? run_resumed(&run, opts, &session, progress, &err) :
			     run_new(&run, &session, progress, &err);
	if (error)
		code = fail(&session, progress, error, &err);
	else if (run.dry_run)
		session_print_plan(&session, stdout);
	progress_clear(progress);
	if (!error)
		code = run.dry_run ? EXIT_OK : present(&run, opts, &session);
	session_close(&session);
	progress_free(progress);
	strv_free(&run.request.plan.variants);
	strv_free(&run.request.plan.workloads);
	strv_free(&run.request.plan.params);
	return code;
}

const struct command cmd_run = {
	.name = "run",
	.help = "build the variants, boot them, measure, compare (the default)",
	.usage = "usage: run-suite run [OPTIONS]\n"
		 "\n"
		 "  --variants A,B          kernels; the first is the base (" VARIANTS_DEFAULT ")\n"
		 "  --workloads W,...       what to run (all but those on request)\n"
		 "  --engine NAME           auto, kvm, tcg or exact (auto)\n"
		 "  --profile NAME|FILE     quick, full, or a profile file (quick)\n"
		 "  --param W.NAME=V,...    values of a parameter, stronger than the profile\n"
		 "  --trials N              boots per cell\n"
		 "  --jobs N                guests at once\n"
		 "  --traffic[=SIZES]       count memory traffic; caches to model: bytes/ways of L1,\n"
		 "                          L2, LLC, entries/ways of the dTLB (" CACHE_SIZES_DEFAULT ")\n"
		 "  --counters WHAT         performance counters: quiet, perf or none (quiet)\n"
		 "  --silence SECONDS       a guest that says nothing for so long hangs\n"
		 "  --out DIR               folder of this run\n"
		 "  --resume RUN            run what is missing of an earlier run\n"
		 "  --dry-run               print the plan, build and boot nothing\n"
		 "  --probe                 try kvm again instead of remembering\n"
		 "  --no-plots              draw nothing\n"
		 "  --strict                do not run where something disturbs the engine\n"
		 "  --unmatched             leave on in a variant what others of the run switch off\n"
		 "\n"
		 "Exit codes: 0 all good, 1 a check failed, 2 usage, 3 the test bed is broken,\n"
		 "4 inconclusive.\n",
	.main = run_main,
};
