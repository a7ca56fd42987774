// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a session that has a store: a new run, or an earlier one resumed.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "host.h"
#include "metadata-metric.h"
#include "reference.h"
#include "session.h"
#include "traffic-metric.h"
#include "variant-off.h"

static char *new_id(time_t now)
{
	unsigned char random[2] = { 0 };
	struct tm utc;
	char text[32];

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y%m%d-%H%M%S", &utc);
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random[0] = now & 0xff;
	return str_printf("%s-%02x%02x", text, random[0], random[1]);
}

static char *host_line(void)
{
	struct utsname name;
	char *cpu = host_cpu_model(), *line;

	uname(&name);
	line = str_printf("%s %s %s, %s", name.sysname, name.release, name.machine, cpu);
	free(cpu);
	return line;
}

static bool needs_reference(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_workloads; i++) {
		const struct metric *metric = plan->workload[i]->metrics;

		for (; metric && metric->name; metric++)
			if (metric->reference != REFERENCE_NONE)
				return true;
	}
	return false;
}

static void note_reference(const struct session *session, struct strv *lines)
{
	char *note = needs_reference(&session->plan) ? reference_note(&session->plan.label) : NULL;

	if (note) {
		strv_add(lines, "%s", note);
		progress_say(session->progress, "%s", note);
	}
	free(note);
}

/* What a reader of the figures should know beside what was found of the host. */
static char *notes_of(const struct session *session)
{
	struct strv lines = { 0 };
	char *text;

	if (*session->engine_note)
		strv_add(&lines, "%s", session->engine_note);
	strv_add(&lines, "%s", session->seats.note);
	note_reference(session, &lines);
	text = strv_join(&lines, "\n");
	strv_free(&lines);
	return text;
}

static void describe_run(const struct session *session, struct store_run *run)
{
	struct strv argv = { 0 };

	for (char *const *arg = session->request->argv; *arg; arg++)
		strv_add(&argv, strpbrk(*arg, " \t'\"") ? "'%s'" : "%s", *arg);
	*run = (struct store_run){
		.started = time(NULL),
		.suite_version = str_dup(PACKAGE_VERSION),
		.engine = str_dup(engine_table[session->engine].name),
		.exact = engine_table[session->engine].exact,
		.profile = str_dup(session->request->plan.profile),
		.argv = strv_join(&argv, " "),
		.qemu_version = str_dup(session->qemu_version),
		.agent_hash = str_dup(session->agent_hash),
		.host = host_line(),
		.topology = topo_xml(session->topo),
		.notes = notes_of(session),
		.traffic = str_dup(session->request->traffic ? session->request->traffic : ""),
		.strict = session->request->strict,
	};
	run->id = new_id(run->started);
	if (!run->topology)
		run->topology = str_dup("");
	strv_free(&argv);
}

static int add_kernels(struct session *session, struct err *err)
{
	int error = 0;

	for (size_t i = 0; i < session->nr_variants && !error; i++) {
		char *off = variant_off_text(session->variant[i].variant);
		const struct kernel_image *image = &session->variant[i].image;
		struct store_kernel kernel = {
			.variant = session->plan.label.item[i],
			.key = (char *)image->key,
			.source_version = image->source_version,
			.patch_hash = (char *)image->patch_hash,
			.config_hash = (char *)image->config_hash,
			.image_hash = (char *)image->image_hash,
			.compiler = image->compiler,
			.off = off,
			.seconds = image->seconds,
		};

		if (!session->variant[i].why_not)
			error = store_add_kernel(session->store, &kernel, err);
		free(off);
	}
	return error;
}

/** struct adding - what add_traffic_metric() needs */
struct adding {
	struct store *store;
	struct err *err;
};

static int add_traffic_metric(void *ctx, const struct store_metric *metric)
{
	const struct adding *adding = ctx;

	return store_add_metric(adding->store, metric, adding->err);
}

static int add_metrics(struct session *session, struct err *err)
{
	struct adding adding = { .store = session->store, .err = err };
	int error = 0;

	for (size_t i = 0; i < session->plan.nr_workloads; i++) {
		const struct workload *workload = session->plan.workload[i];
		const struct metric *metric = workload->metrics;

		for (; metric && metric->name && !error; metric++) {
			struct store_metric stored = {
				.workload = (char *)workload->name,
				.name = (char *)metric->name,
				.help = (char *)metric->help,
				.series = (char *)metric->series,
				.unit = metric->unit,
				.direction = metric->direction,
				.combine = metric->combine,
				.reference = metric->reference,
			};

			error = store_add_metric(session->store, &stored, err);
		}
		if (!error && session->request->traffic)
			error = traffic_metric_each(workload, add_traffic_metric, &adding);
		if (!error) {
			const struct store_metric metadata = metadata_metric(workload);

			error = store_add_metric(session->store, &metadata, err);
		}
	}
	return error;
}

static int add_cells(struct session *session, size_t from, struct err *err)
{
	int error = 0;

	for (size_t i = from; i < session->plan.nr_cells && !error; i++) {
		const struct plan_cell *planned = &session->plan.cell[i];
		struct store_cell cell = {
			.variant = session->plan.label.item[planned->variant],
			.workload = (char *)planned->workload->name,
			.params = planned->params,
			.trial = planned->trial,
		};
		struct job job;

		runner_job(planned, session->variant[planned->variant].variant, session->engine,
			   session->request->perfctr, &job);
		error = job_format(&job, &cell.job);
		if (error)
			return err_set(err, error, "cell %zu: its job cannot be written", i + 1);
		error = store_plan(session->store, &cell, err);
		free(cell.job);
	}
	return error;
}

static int create(struct session *session, struct err *err)
{
	const char *out = session->request->out;
	struct store_run run;
	char *dir;
	int error;

	describe_run(session, &run);
	dir = out ? str_dup(out) :
		    str_printf("%s/%s", session->request->opts->paths.results, run.id);
	error = store_create_begin(dir, &run, &session->store, err);
	if (error)
		goto out;
	error = add_kernels(session, err);
	if (!error)
		error = session_add_findings(session, err);
	if (!error)
		error = add_metrics(session, err);
	if (!error)
		error = add_cells(session, 0, err);
	if (!error)
		error = store_commit(session->store, err);
	if (error) {
		store_abandon(session->store);
		session->store = NULL;
	}
out:
	free(dir);
	store_run_free(&run);
	return error;
}

static void say_finding(struct session *session, const struct store_cell *cell,
			const struct reference_finding *finding)
{
	if (finding->verdict != cell->verdict)
		progress_say(session->progress, "%s: %s %s%s%s: %s", verdict_name(finding->verdict),
			     cell->variant, cell->workload, *cell->params ? " " : "", cell->params,
			     finding->reason);
}

/*
 * Once all cells have ended, whoever ran them: what a run that was killed here has
 * judged already is judged once more, with the same outcome.
 */
static int judge_references(struct session *session, struct err *err)
{
	struct store_content content;
	struct reference_finding *finding;
	size_t nr;
	int error;

	error = store_load(session->store, &content, err);
	if (error)
		return error;
	finding = reference_judge(&content, &nr);
	for (size_t i = 0; i < nr && !error; i++) {
		struct store_cell amended = {
			.id = finding[i].cell,
			.verdict = finding[i].verdict,
			.reason = finding[i].reason,
		};

		error = store_cell_amend(session->store, &amended, finding[i].check,
					 finding[i].nr_checks, err);
		/* Ids are places in the plan, from 1. */
		if (!error)
			say_finding(session, &content.cell[finding[i].cell - 1], &finding[i]);
	}
	reference_free(finding, nr);
	store_content_free(&content);
	return error;
}

static bool wants_selftests(const struct session *session, size_t variant, const bool *finished)
{
	for (size_t i = 0; i < session->plan.nr_cells; i++) {
		const struct plan_cell *cell = &session->plan.cell[i];

		if (cell->variant == variant && !finished[i] && plan_cell_needs(cell).selftest)
			return true;
	}
	return false;
}

/* Only an interruption is an error here: cells of a variant without tests say why. */
static int get_selftests(struct session *session, const bool *finished, struct err *err)
{
	struct kernel_builder builder = cmd_kernel_builder(session->request->opts);
	int error;

	builder.progress = session_show_build;
	builder.progress_ctx = session;
	for (size_t i = 0; i < session->nr_variants; i++) {
		struct runner_variant *variant = &session->variant[i];

		if (variant->why_not || !wants_selftests(session, i, finished))
			continue;
		error = selftest_get(&builder, variant->variant, &variant->selftests, err);
		if (error == -EINTR)
			return error;
		if (error)
			variant->why_no_selftests = str_printf("%.*s", (int)strcspn(err->text, "\n"),
							       err->text);
	}
	progress_clear(session->progress);
	return 0;
}

/* Cells that were asked for when all others had ended. Return: how many, or -errno. */
static int add_more(struct session *session, struct err *err)
{
	const struct session_request *request = session->request;
	size_t before = session->plan.nr_cells;
	int more, error;

	more = request->more ? request->more(request->more_ctx, session, err) : 0;
	if (more <= 0)
		return more;
	error = store_begin(session->store, err);
	if (!error)
		error = add_cells(session, before, err);
	if (!error)
		error = store_commit(session->store, err);
	return error ? error : more;
}

/* What was planned first, and what comes to it. */
static int run_all(struct session *session, struct runner_config *config, struct err *err)
{
	bool *finished = NULL;
	int more, error;

	do {
		size_t before = session->plan.nr_cells;

		error = runner_run(config, err);
		more = error ? error : add_more(session, err);
		if (more <= 0)
			break;
		finished = mem_grow(finished, session->plan.nr_cells, sizeof(*finished));
		for (size_t i = 0; i < session->plan.nr_cells; i++)
			finished[i] = i < before;
		config->finished = finished;
	} while (true);
	free(finished);
	return more;
}

/* What stands in a run is in order of cells: that of the first cell comes first. */
static void take_first_cell(const struct store_content *before, struct runner_config *config)
{
	config->first_series = before->series;
	while (config->nr_first_series < before->nr_series &&
	       before->series[config->nr_first_series].cell == 1)
		config->nr_first_series++;
	config->first_counter = before->counter;
	while (config->nr_first_counters < before->nr_counters &&
	       before->counter[config->nr_first_counters].cell == 1)
		config->nr_first_counters++;
}

/* @before: what a run that is resumed has of its finished cells, NULL for a new one. */
static int run_cells(struct session *session, const bool *finished,
		     const struct store_content *before, struct err *err)
{
	struct runner_config config = {
		.qemu = session->qemu,
		.agent = session->request->opts->paths.agent,
		.engine = session->engine,
		.plugin = session->request->opts->paths.traffic,
		.traffic_caches = session->request->traffic,
		.perfctr = session->request->perfctr,
		.jobs = session->seats.jobs,
		.silence_s = session->request->silence_s,
		.pool = session->seats.pool,
		.plan = &session->plan,
		.variant = session->variant,
		.store = session->store,
		.finished = finished,
		.progress = session->progress,
		.watched = session_watched(session),
		.agent_hash = session->agent_hash,
		.qemu_version = session->qemu_version,
	};
	struct err look_err = { "" };
	int error = get_selftests(session, finished, err), look_error = 0;

	if (session->request->reuse && engine_table[session->engine].exact)
		session->reuse = reuse_open(session->request->opts->paths.results,
					    session->agent_hash, session->qemu_version);
	config.reuse = session->reuse;
	if (before)
		take_first_cell(before, &config);
	if (!error)
		error = session_keep_house(session, err);
	session_count_from_here(session);
	if (!error)
		error = run_all(session, &config, err);
	session_leave_house(session);
	if (!error || error == -EINTR)
		look_error = session_look_again(session, &look_err);
	if (!error && look_error)
		error = err_set(err, look_error, "%s", look_err.text);
	if (!error)
		error = judge_references(session, err);
	return error ? error : store_finish(session->store, err);
}

int session_run(struct session *session, struct err *err)
{
	bool *finished;
	int error;

	error = session_admit(session, err);
	if (error)
		return error;
	session_find_seats(session);
	error = create(session, err);
	if (error)
		return error;
	finished = mem_grow(NULL, session->plan.nr_cells, sizeof(*finished));
	memset(finished, 0, session->plan.nr_cells * sizeof(*finished));
	error = run_cells(session, finished, NULL, err);
	free(finished);
	return error;
}

/* "baseline~2" is the second "baseline" of the run. */
static char *variant_of_label(const char *label)
{
	return str_printf("%.*s", (int)strcspn(label, "~"), label);
}

static size_t take_label(struct plan *plan, const char *label)
{
	size_t i;
	char *variant;

	for (i = 0; i < plan->label.nr; i++)
		if (!strcmp(plan->label.item[i], label))
			return i;
	variant = variant_of_label(label);
	strv_add(&plan->label, "%s", label);
	strv_add(&plan->variant, "%s", variant);
	free(variant);
	return i;
}

/* The job kept with each planned cell has all its parameters: nothing is guessed. */
static int take_cell(struct plan *plan, const struct store_cell *stored,
		     enum perfctr_mode *ret_perfctr, struct err *err)
{
	struct plan_cell cell = { .trial = stored->trial };
	char why[256];
	struct job job;

	cell.workload = workload_find(stored->workload);
	if (!cell.workload)
		return err_set(err, -ENOENT, "workload %s: this suite does not have it any more",
			       stored->workload);
	if (job_parse(stored->job, &job, why, sizeof(why)))
		return err_set(err, -EINVAL, "cell %lld: its job cannot be read: %s",
			       (long long)stored->id, why);
	cell.variant = take_label(plan, stored->variant);
	memcpy(cell.param, job.params, sizeof(job.params));
	cell.nr_params = job.nr_params;
	cell.params = str_dup(stored->params);
	plan->cell = mem_grow(plan->cell, plan->nr_cells + 1, sizeof(*plan->cell));
	plan->cell[plan->nr_cells++] = cell;
	*ret_perfctr = job.perfctr;
	return 0;
}

static int restore_plan(struct plan *plan, const struct store_content *content,
			enum perfctr_mode *ret_perfctr, struct err *err)
{
	int error = 0;

	if (!content->nr_cells)
		return err_set(err, -ESTALE, "run %s: has no cells; start a new run",
			       content->run.id);
	for (size_t i = 0; i < content->nr_cells && !error; i++) {
		/* The runner takes a cell's id for its place in the plan. */
		if (content->cell[i].id != (int64_t)i + 1)
			return err_set(err, -EINVAL, "run %s: cell %zu is missing: the file is damaged",
				       content->run.id, i + 1);
		error = take_cell(plan, &content->cell[i], ret_perfctr, err);
	}
	return error;
}

/* What a cell is judged by must be what its finished neighbours were judged by. */
static int check_job(const struct session *session, const struct store_cell *stored, size_t index,
		     struct err *err)
{
	const struct plan_cell *cell = &session->plan.cell[index];
	struct job job;
	char *text;
	int error;

	runner_job(cell, session->variant[cell->variant].variant, session->engine,
		   session->request->perfctr, &job);
	error = job_format(&job, &text);
	if (error)
		return err_set(err, error, "cell %zu: its job cannot be written", index + 1);
	if (strcmp(text, stored->job))
		error = err_set(err, -ESTALE, "cell %zu: variant %s or workload %s now promises "
				"something else than when the run began; start a new run", index + 1,
				stored->variant, stored->workload);
	free(text);
	return error;
}

static int check_same(struct session *session, const struct store_content *content,
		      struct err *err)
{
	int error = 0;

	if (strcmp(session->qemu_version, content->run.qemu_version))
		return err_set(err, -ESTALE, "run %s: was made with %s, this is %s; start a new run",
			       content->run.id, content->run.qemu_version, session->qemu_version);
	if (strcmp(session->agent_hash, content->run.agent_hash))
		return err_set(err, -ESTALE, "run %s: the agent has been rebuilt since and its figures "
			       "may differ; start a new run", content->run.id);
	for (size_t i = 0; i < content->nr_kernels; i++) {
		const struct store_kernel *kernel = &content->kernel[i];

		for (size_t j = 0; j < session->nr_variants; j++)
			if (!session->variant[j].why_not &&
			    !strcmp(session->plan.label.item[j], kernel->variant) &&
			    strcmp(session->variant[j].image.image_hash, kernel->image_hash))
				return err_set(err, -ESTALE, "variant %s: its kernel is not the one of "
					       "run %s any more; start a new run", kernel->variant,
					       content->run.id);
	}
	for (size_t i = 0; i < content->nr_cells && !error; i++)
		if (strcmp(content->cell[i].status, "finished"))
			error = check_job(session, &content->cell[i], i, err);
	return error;
}

static int rerun(struct session *session, const struct store_content *content, struct err *err)
{
	bool *finished = mem_grow(NULL, content->nr_cells, sizeof(*finished));
	int error;

	for (size_t i = 0; i < content->nr_cells; i++)
		finished[i] = !strcmp(content->cell[i].status, "finished");
	error = run_cells(session, finished, content, err);
	free(finished);
	return error;
}

int session_resume(struct session_request *request, const char *dir, struct progress *progress,
		   struct session *ret_session, struct err *err)
{
	struct store_content content = { 0 };
	struct plan plan = { 0 };
	struct store *store;
	int error;

	*ret_session = (struct session){ .request = request, .progress = progress };
	error = store_open(dir, true, &store, err);
	if (error)
		return error;
	error = store_load(store, &content, err);
	if (!error)
		error = restore_plan(&plan, &content, &request->perfctr, err);
	for (size_t i = 0; i < plan.variant.nr && !error; i++)
		strv_add(&request->plan.variants, "%s", plan.variant.item[i]);
	request->traffic = *content.run.traffic ? content.run.traffic : NULL;
	request->strict = content.run.strict;
	if (!error)
		error = session_open(request, progress, ret_session, err);
	ret_session->plan = plan;
	ret_session->store = store;
	request->engine = content.run.engine;
	if (!error)
		error = session_choose_engine(ret_session, false, err);
	if (!error)
		error = session_build(ret_session, err);
	if (!error)
		error = check_same(ret_session, &content, err);
	if (!error)
		error = session_admit(ret_session, err);
	if (!error)
		error = add_kernels(ret_session, err);
	if (!error)
		error = session_add_findings(ret_session, err);
	if (!error) {
		session_find_seats(ret_session);
		error = rerun(ret_session, &content, err);
	}
	request->engine = "";
	request->traffic = NULL;
	store_content_free(&content);
	return error;
}
