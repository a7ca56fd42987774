// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a session that knows the host: how many guests run at once, and where the
 * harness itself stays meanwhile.
 */
#include <stdlib.h>
#include <unistd.h>

#include "affinity.h"
#include "runner-place.h"
#include "session.h"

#define JOBS_MAX 8	/* when nothing else was asked for */

/* What the least demanding cell wants: if not even that fits, nothing does. */
static struct topo_want least_want(const struct plan *plan)
{
	struct topo_want least = { .cpus = 1, .nodes = 1 };

	for (size_t i = 0; i < plan->nr_cells; i++) {
		struct topo_want want = runner_want(&plan->cell[i]);

		least = !i || want.cpus < least.cpus ? want : least;
	}
	least.nodes = 1;
	least.mem_mib = 0;
	least.extra_mib = 0;
	return least;
}

static const struct plan_cell *cell_of_several_nodes(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_cells; i++)
		if (plan_cell_needs(&plan->cell[i]).nodes > 1)
			return &plan->cell[i];
	return NULL;
}

static unsigned int asked_jobs(const struct session *session)
{
	unsigned int cores = topo_cores(session->topo);

	if (session->request->jobs)
		return session->request->jobs;
	/* Instructions do not mind neighbours, nanoseconds do. */
	if (session->engine != ENGINE_EXACT || !cores)
		return 1;
	return cores < JOBS_MAX ? cores : JOBS_MAX;
}

static unsigned int room_for(const struct session *session, unsigned int asked)
{
	const struct topo_want want = least_want(&session->plan);

	return topo_room(session->topo, session->engine == ENGINE_KVM, true, &want, asked);
}

/* Of those whose time is measured one always can: what cannot be pinned at all runs alone. */
unsigned int session_jobs(const struct session *session)
{
	unsigned int asked = asked_jobs(session), room = room_for(session, asked);

	if (session->engine != ENGINE_KVM)
		return asked;
	return room ? room : 1;
}

/*
 * Where time is measured, guests have nodes of their own and the harness has a core.
 * Emulated time does not tell who the neighbours are: there as many guests run as were
 * asked for, and a core is kept only where they leave one.
 */
static struct topo_pool *make_pool(const struct session *session)
{
	bool exclusive = session->engine == ENGINE_KVM;
	unsigned int asked = asked_jobs(session);

	return topo_pool_new(session->topo, exclusive,
			     exclusive || room_for(session, asked) == asked);
}

/* Asked of an empty host, of which everything is given back at once. */
static bool is_emulated(struct topo_pool *pool, const struct plan_cell *cell)
{
	const struct topo_want want = runner_want(cell);
	struct topo_placement place;

	if (topo_take(pool, &want, &place))
		return true;
	topo_give(pool, &place);
	return place.emulated;
}

static void describe_jobs(const struct session *session, struct strv *words)
{
	unsigned int jobs = session->seats.jobs, asked = asked_jobs(session);

	if (jobs < asked)
		strv_add(words, "placement: %u guest%s at once instead of %u, for those whose time is "
			 "measured never share a NUMA node (usable here: %u, with %u core%s)", jobs,
			 jobs == 1 ? "" : "s", asked, topo_nodes(session->topo),
			 topo_cores(session->topo), topo_cores(session->topo) == 1 ? "" : "s");
	else
		strv_add(words, "placement: %u guest%s at once", jobs, jobs == 1 ? "" : "s");
}

static char *describe(const struct session *session)
{
	const struct plan_cell *several = cell_of_several_nodes(&session->plan);
	const char *house = topo_pool_housekeeping(session->seats.pool);
	struct strv words = { 0 };
	char *line;

	describe_jobs(session, &words);
	if (house)
		strv_add(&words, "harness on CPUs %s", house);
	else
		strv_add(&words, "no core kept for the harness");
	if (several && is_emulated(session->seats.pool, several))
		strv_add(&words, "emulated topology where a guest has several NUMA nodes");
	line = strv_join(&words, "; ");
	strv_free(&words);
	return line;
}

void session_find_seats(struct session *session)
{
	session->seats.jobs = session_jobs(session);
	session->seats.pool = make_pool(session);
	session->seats.note = describe(session);
	progress_say(session->progress, "%s", session->seats.note);
}

int session_keep_house(struct session *session, struct err *err)
{
	const char *house = topo_pool_housekeeping(session->seats.pool);
	char *before;
	int error;

	if (!house)
		return 0;
	error = affinity_get(getpid(), gettid(), &before, err);
	if (error)
		return error;
	error = affinity_set(0, house, err);
	if (error)
		free(before);
	else
		session->seats.before = before;
	return error;
}

/* What was allowed before is allowed still; if not, nobody could do better. */
void session_leave_house(struct session *session)
{
	if (session->seats.before)
		affinity_set(0, session->seats.before, NULL);
	free(session->seats.before);
	session->seats.before = NULL;
}
