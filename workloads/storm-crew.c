/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting, stopping and judging all processes of a storm.
 */
#include "storm-crew.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "run.h"

#define MORE_S 120	/* for those who have not done enough by then */

int storm_crew_new(struct run *run, struct storm_crew *ret_crew)
{
	void *shared = mmap(NULL, sizeof(*ret_crew->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	*ret_crew = (struct storm_crew){ .run = run };
	if (shared == MAP_FAILED)
		return run_error(run, -ENOMEM, "no memory for what processes tell");
	ret_crew->shared = shared;
	return 0;
}

void storm_crew_free(struct storm_crew *crew)
{
	if (crew->shared)
		munmap(crew->shared, sizeof(*crew->shared));
	*crew = (struct storm_crew){ 0 };
}

void storm_crew_add(struct storm_crew *crew, const struct storm_actor *actor, unsigned int nr,
		    void *context)
{
	unsigned int i;

	for (i = 0; i < nr && crew->nr < STORM_CREW_MAX; i++, crew->nr++) {
		crew->actor[crew->nr] = &actor[i];
		crew->shared->process[crew->nr].context = context;
	}
}

static uint64_t least_of(const struct storm_actor *actor, uint64_t most)
{
	return actor->least < most ? actor->least : most;
}

/* Whether everybody did as much as he has to, or @most where that is less. */
static bool all_did(const struct storm_crew *crew, uint64_t most)
{
	unsigned int i;

	for (i = 0; i < crew->nr; i++)
		if (crew->total[i].done + storm_process_did(&crew->shared->process[i]) <
		    least_of(crew->actor[i], most))
			return false;
	return true;
}

static bool any_over(const struct storm_crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->nr; i++)
		if (storm_process_over(&crew->shared->process[i]))
			return true;
	return false;
}

static int start(struct storm_crew *crew, unsigned int number)
{
	struct storm_process *process = &crew->shared->process[number];

	*process = (struct storm_process){
		.name = crew->actor[number]->name,
		.go = crew->actor[number]->go,
		.context = process->context,
		.number = number,
		.salt = crew->storms * STORM_CREW_MAX + number + 1,
		.stop = &crew->shared->stop,
	};
	return storm_process_start(crew->run, process);
}

static void add_verdict(struct swap_verdict *total, const struct swap_verdict *verdict)
{
	if (!total->wrong)
		memcpy(total->first, verdict->first, sizeof(total->first));
	total->right += verdict->right;
	total->wrong += verdict->wrong;
}

static void add_up(struct storm_crew *crew)
{
	const struct storm_process *process = crew->shared->process;
	unsigned int i;

	for (i = 0; i < crew->nr; i++) {
		crew->total[i].done += process[i].done;
		crew->total[i].more += process[i].more;
		add_verdict(&crew->total[i].verdict, &process[i].verdict);
		add_verdict(&crew->total[i].beside, &process[i].beside);
	}
	crew->storms++;
}

int storm_crew_rage(struct storm_crew *crew, uint64_t seconds, uint64_t most)
{
	struct storm_process *process = crew->shared->process;
	unsigned int started = 0, more;
	int err = 0, late;

	crew->shared->stop = false;
	for (; started < crew->nr && !err; started += !err)
		err = start(crew, started);
	if (!err)
		storm_process_rage(crew->run, process, started, seconds);
	for (more = 0; more < MORE_S && !err && !all_did(crew, most) && !any_over(crew); more++)
		storm_process_rage(crew->run, process, started, 1);
	__atomic_store_n(&crew->shared->stop, true, __ATOMIC_RELEASE);
	late = storm_process_await(crew->run, process, started);
	add_up(crew);
	return err ? err : late;
}

void storm_crew_forget(struct storm_crew *crew)
{
	memset(crew->total, 0, sizeof(crew->total));
}

size_t storm_crew_wrong(const struct storm_crew *crew)
{
	size_t wrong = 0;
	unsigned int i;

	for (i = 0; i < crew->nr; i++)
		wrong += crew->total[i].verdict.wrong + crew->total[i].beside.wrong;
	return wrong;
}

static void report_one(struct run *run, const char *check, const char *labels, const char *name,
		       const struct swap_verdict *verdict)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%sprocess=%s", labels, labels[0] ? "," : "", name);
	run_check(run, check, text, verdict->wrong || !verdict->right ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu times right (must be some), %zu times wrong%s%s", verdict->right,
		  verdict->wrong, verdict->wrong ? ", first: " : "", verdict->first);
}

void storm_crew_report(const struct storm_crew *crew, const char *labels)
{
	unsigned int i;

	for (i = 0; i < crew->nr; i++) {
		const struct storm_actor *actor = crew->actor[i];

		if (actor->check)
			report_one(crew->run, actor->check, labels, actor->name,
				   &crew->total[i].verdict);
		if (actor->beside)
			report_one(crew->run, actor->beside, labels, actor->name,
				   &crew->total[i].beside);
	}
}

void storm_crew_report_paths(const struct storm_crew *crew)
{
	char labels[64], beside[96];
	unsigned int i;

	for (i = 0; i < crew->nr; i++) {
		const struct storm_actor *actor = crew->actor[i];
		const struct storm_total *total = &crew->total[i];

		snprintf(labels, sizeof(labels), "process=%s", actor->name);
		beside[0] = '\0';
		if (actor->more)
			snprintf(beside, sizeof(beside), ", and %" PRIu64 " %s (at least %" PRIu64 ")",
				 total->more, actor->more, actor->more_least);
		run_check(crew->run, "all-paths-taken", labels,
			  total->done >= actor->least && total->more >= actor->more_least ?
			  VERDICT_PASS : VERDICT_FAIL,
			  "%" PRIu64 " %s (at least %" PRIu64 ")%s", total->done, actor->unit,
			  actor->least, beside);
	}
}
