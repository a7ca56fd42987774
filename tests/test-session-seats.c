// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many guests run at once on hosts that are not here, and where the harness is
 * meanwhile on this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "affinity.h"
#include "machine.h"
#include "session.h"

static const struct workload small = { .name = "small", .needs = { .cpus = 1, .mem_mib = 64 } };
static const struct workload wide = { .name = "wide", .needs = { .cpus = 4, .mem_mib = 64 } };
static const struct workload two_nodes = {
	.name = "two-nodes", .needs = { .cpus = 1, .nodes = 2, .mem_mib = 64 },
};

/**
 * struct bench - a session as far as it matters here
 * @cell: its plan
 */
struct bench {
	struct session_request request;
	struct session session;
	struct plan_cell cell[2];
};

static void find(struct bench *bench, const char *machine, enum engine engine, unsigned int jobs,
		 const struct workload *first, const struct workload *second)
{
	*bench = (struct bench){ .request.jobs = jobs };
	bench->cell[0].workload = first;
	bench->cell[1].workload = second;
	bench->session = (struct session){
		.request = &bench->request,
		.progress = progress_new(false, 0),
		.topo = machine_of(machine),
		.engine = engine,
		.plan = { .cell = bench->cell, .nr_cells = 2 },
	};
	session_find_seats(&bench->session);
}

static void done(struct bench *bench)
{
	topo_pool_free(bench->session.seats.pool);
	free(bench->session.seats.note);
	topo_free(bench->session.topo);
	progress_free(bench->session.progress);
}

static void expect(const char *machine, enum engine engine, unsigned int jobs,
		   const struct workload *first, const struct workload *second, const char *note)
{
	struct bench bench;

	find(&bench, machine, engine, jobs, first, second);
	assert_string_equal(bench.session.seats.note, note);
	done(&bench);
}

/* Instructions do not mind neighbours: as fast as the host can, whatever it looks like. */
static void exact_guests_are_one_per_core(void **state)
{
	(void)state;
	expect("pack:1 [numa] core:1 pu:1", ENGINE_EXACT, 0, &small, &wide,
	       "placement: 1 guest at once; no core kept for the harness");
	expect("pack:1 [numa] core:2 pu:1", ENGINE_EXACT, 0, &small, &wide,
	       "placement: 2 guests at once; no core kept for the harness");
	expect("pack:1 [numa] core:8 pu:2", ENGINE_EXACT, 0, &small, &small,
	       "placement: 8 guests at once; no core kept for the harness");
	expect("pack:1 [numa] core:9 pu:2", ENGINE_EXACT, 0, &small, &small,
	       "placement: 8 guests at once; harness on CPUs 0-1");
	expect("pack:4 [numa] core:8 pu:1", ENGINE_EXACT, 0, &small, &small,
	       "placement: 8 guests at once; harness on CPUs 0");
	expect("pack:1 [numa] core:2 pu:1", ENGINE_EXACT, 5, &small, &small,
	       "placement: 5 guests at once; no core kept for the harness");
}

static void measured_guests_run_alone_unless_asked(void **state)
{
	(void)state;
	expect("pack:4 [numa] core:8 pu:1", ENGINE_KVM, 0, &small, &wide,
	       "placement: 1 guest at once; harness on CPUs 0");
	expect("pack:4 [numa] core:8 pu:1", ENGINE_TCG, 0, &small, &wide,
	       "placement: 1 guest at once; harness on CPUs 0");
	expect("pack:4 [numa] core:8 pu:1", ENGINE_KVM, 3, &small, &wide,
	       "placement: 3 guests at once; harness on CPUs 0");
}

static void more_measured_guests_than_there_is_room_for_are_fewer(void **state)
{
	(void)state;
	expect("pack:4 [numa] core:8 pu:1", ENGINE_KVM, 8, &small, &wide,
	       "placement: 4 guests at once instead of 8, for those whose time is measured never "
	       "share a NUMA node (usable here: 4, with 32 cores); harness on CPUs 0");
	expect("pack:1 [numa] core:8 pu:2", ENGINE_KVM, 2, &small, &small,
	       "placement: 1 guest at once instead of 2, for those whose time is measured never "
	       "share a NUMA node (usable here: 1, with 8 cores); harness on CPUs 0-1");
	expect("pack:1 [numa] core:1 pu:1", ENGINE_KVM, 2, &wide, &wide,
	       "placement: 1 guest at once instead of 2, for those whose time is measured never "
	       "share a NUMA node (usable here: 1, with 1 core); no core kept for the harness");
	/* Emulated ones may share. */
	expect("pack:1 [numa] core:8 pu:2", ENGINE_TCG, 7, &small, &small,
	       "placement: 7 guests at once; harness on CPUs 0-1");
}

/* The least demanding cell counts: the others wait until there is room for them. */
static void wide_guests_do_not_slow_down_small_ones(void **state)
{
	struct bench bench;

	(void)state;
	find(&bench, "pack:4 [numa] core:2 pu:1", ENGINE_KVM, 4, &wide, &small);
	assert_int_equal(bench.session.seats.jobs, 4);
	done(&bench);
}

static void an_emulated_topology_is_said(void **state)
{
	(void)state;
	expect("pack:1 [numa] core:4 pu:1", ENGINE_KVM, 1, &small, &two_nodes,
	       "placement: 1 guest at once; harness on CPUs 0; emulated topology where a guest has "
	       "several NUMA nodes");
	expect("pack:2 [numa] core:4 pu:1", ENGINE_KVM, 1, &small, &two_nodes,
	       "placement: 1 guest at once; harness on CPUs 0");
}

static void the_harness_keeps_house_while_guests_run(void **state)
{
	struct session session = { 0 };
	char *before, *during, *after;

	(void)state;
	assert_int_equal(topo_load(&session.topo, NULL), 0);
	session.seats.pool = topo_pool_new(session.topo, true, true);
	assert_int_equal(affinity_get(getpid(), getpid(), &before, NULL), 0);
	assert_int_equal(session_keep_house(&session, NULL), 0);
	assert_int_equal(affinity_get(getpid(), getpid(), &during, NULL), 0);
	session_leave_house(&session);
	assert_int_equal(affinity_get(getpid(), getpid(), &after, NULL), 0);
	/* With one core there is no house. */
	assert_string_equal(during, topo_cores(session.topo) > 1 ?
			    topo_first_core(session.topo) : before);
	assert_string_equal(after, before);
	free(before);
	free(during);
	free(after);
	topo_pool_free(session.seats.pool);
	topo_free(session.topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_guests_are_one_per_core),
		cmocka_unit_test(measured_guests_run_alone_unless_asked),
		cmocka_unit_test(more_measured_guests_than_there_is_room_for_are_fewer),
		cmocka_unit_test(wide_guests_do_not_slow_down_small_ones),
		cmocka_unit_test(an_emulated_topology_is_said),
		cmocka_unit_test(the_harness_keeps_house_while_guests_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
