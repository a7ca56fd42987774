// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a session that asks whether its host is fit to measure on: before anything
 * is built, so that what a build does to the host is not held against it, and again when
 * the last cell has ended.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session.h"

static unsigned int kernels_to_build(const struct session *session)
{
	struct kernel_builder builder = cmd_kernel_builder(session->request->opts);
	unsigned int nr = 0;

	for (size_t i = 0; i < session->nr_variants; i++)
		nr += !kernel_is_cached(&builder, session->variant[i].variant);
	return nr;
}

static struct host_request request_of(const struct session *session, unsigned int builds)
{
	const struct session_request *asked = session->request;
	struct host_request request = {
		.root = "",
		.results = asked->out ? asked->out : asked->opts->paths.results,
		.cache = asked->opts->paths.cache,
		.topo = session->topo,
		.probe = session->probed ? &session->probe : NULL,
	};

	host_request_plan(&request, &session->plan, session_jobs(session), builds);
	return request;
}

/* What mends is told at once: nobody should have to ask again. */
static int refuse(const struct session *session, struct err *err)
{
	struct strv bad = { 0 };
	int error = 0;
	char *list;

	for (size_t i = 0; i < session->host.nr; i++) {
		const struct host_finding *finding = &session->host.item[i];

		if (host_level_is_bad(host_level_for(finding, session->engine)))
			strv_add(&bad, "%s: %s (%s)", finding->item->name, finding->seen,
				 finding->mend);
	}
	list = strv_join(&bad, "; ");
	if (bad.nr)
		error = err_set(err, -EBUSY, "--strict: %zu thing%s in the way of engine %s on this "
				"host: %s", bad.nr, bad.nr == 1 ? " is" : "s are",
				engine_table[session->engine].name, list);
	free(list);
	strv_free(&bad);
	return error;
}

int session_look(struct session *session, struct err *err)
{
	const struct host_request request = request_of(session, kernels_to_build(session));

	host_findings_free(&session->host);
	host_examine(&request, &session->host);
	session->looked = time(NULL);
	return session->request->strict ? refuse(session, err) : 0;
}

static void say_host(const struct session *session)
{
	const char *engine = engine_table[session->engine].name;
	struct strv names = { 0 };
	size_t nr = host_bad_names(&session->host, session->engine, &names);

	if (nr)
		progress_say(session->progress, "%zu thing%s measurements on this host: run-suite "
			     "doctor --engine %s", nr, nr == 1 ? " disturbs" : "s disturb", engine);
	strv_free(&names);
}

int session_admit(struct session *session, struct err *err)
{
	const struct host_request request = request_of(session, 0);

	/* The probe's answer came after the first look. */
	host_look_again_at(&request, &session->host, "kvm guest");
	say_host(session);
	return session->request->strict ? refuse(session, err) : 0;
}

static int add(struct session *session, const struct host_findings *findings, bool at_end,
	       int64_t when, struct err *err)
{
	int error = 0;

	for (size_t i = 0; i < findings->nr && !error; i++) {
		const struct host_finding *finding = &findings->item[i];
		const struct store_finding stored = {
			.at_end = at_end,
			.time = when,
			.name = (char *)finding->item->name,
			.level = host_level_for(finding, session->engine),
			.seen = finding->seen,
			.mend = finding->mend,
		};

		error = store_add_finding(session->store, &stored, err);
	}
	return error;
}

int session_add_findings(struct session *session, struct err *err)
{
	return add(session, &session->host, false, session->looked, err);
}

void session_count_from_here(struct session *session)
{
	host_counts_read("", &session->host.counts);
}

int session_look_again(struct session *session, struct err *err)
{
	const struct host_request request = request_of(session, 0);
	struct host_findings changed;
	int error;

	host_examine_again(&request, &session->host, &changed);
	error = store_begin(session->store, err);
	if (!error) {
		add(session, &changed, true, time(NULL), err);
		/* Knows of what failed in between, and undoes it. */
		error = store_commit(session->store, err);
	}
	host_findings_free(&changed);
	return error;
}

const char *session_watched(const struct session *session)
{
	return session->request->strict && host_counted_for(session->engine) ? "" : NULL;
}
