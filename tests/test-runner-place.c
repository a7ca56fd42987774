// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop that runs cells: where on the host their guests run, and which of them at
 * the same time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <numa.h>

#include "runner-cells.h"

/* CPU 0 and nothing else: a machine with room for one guest. */
static void use_one_core(struct cells *cells)
{
	topo_free(cells->topo);
	assert_int_equal(topo_load_synthetic("pack:1 [numa] core:1 pu:1", &cells->topo, NULL), 0);
}

static void guests_whose_time_is_measured_take_turns(void **state)
{
	struct cells *cells = *state;
	char *script = str_printf("alone %s/lock\n" CELLS_GOOD, cells->dir);

	use_one_core(cells);
	for (int i = 0; i < 5; i++)
		cells_add(cells, i == 2 ? &cells_wide : &cells_plain, 1, script);
	assert_int_equal(cells_run(cells, ENGINE_KVM, 4), 0);
	for (int i = 0; i < 5; i++)
		cells_assert(cells, i, VERDICT_PASS, "");
	assert_non_null(strstr(cells->content.cell[1].placement, "node 0, CPU 0, "));
	assert_non_null(strstr(cells->content.cell[2].placement, "not pinned"));
	free(script);
}

/* A second node beside the only one: then memory is bound, and node 0 is what every host has. */
static bool use_two_nodes(struct cells *cells)
{
	if (numa_available() < 0) {
		print_message("# left out: memory policies are not to be had\n");
		return false;
	}
	topo_free(cells->topo);
	assert_int_equal(topo_load_synthetic("pack:1 [numa] [numa] core:1 pu:1", &cells->topo, NULL),
			 0);
	return true;
}

#define WORK "cont\nhello\nsamples 5\naccount 64\ntouch 4\n"

static void time_is_worth_what_its_place_is_worth(void **state)
{
	struct cells *cells = *state;

	if (!use_two_nodes(cells))
		return;
	cells_add(cells, &cells_plain, 1, WORK "end pass\nreset\nwait-quit\nexit 0");
	cells_add(cells, &cells_plain, 1, WORK "unbind\nend pass\nreset\nwait-quit\nexit 0");
	cells_add(cells, &cells_plain, 1, WORK "end pass\nexit 0");
	/* What went wrong before says more. */
	cells_add(cells, &cells_plain, 1, WORK "unbind\nconsole Kernel panic - not syncing: test\nreset\n"
		  "wait-quit\nexit 0");
	assert_int_equal(cells_run(cells, ENGINE_KVM, 2), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_int_equal(cells_check(cells, "placement")->verdict, VERDICT_PASS);
	assert_non_null(strstr(cells->content.cell[0].placement,
			       "\nnuma_maps: 64.0 MiB bound to node 0, 4.0 MiB of it there"));
	cells_assert(cells, 1, VERDICT_BROKEN, "placement: numa_maps: 0 B bound to node 0");
	cells_assert(cells, 2, VERDICT_BROKEN, "placement: QEMU was gone");
	cells_assert(cells, 3, VERDICT_FAIL, "panic");
	for (size_t i = 0; i < cells->content.nr_checks; i++)
		assert_int_not_equal(cells->content.check[i].cell, 4);
}

static void emulated_time_is_worth_the_same_anywhere(void **state)
{
	struct cells *cells = *state;

	if (!use_two_nodes(cells))
		return;
	cells_add(cells, &cells_plain, 1, WORK "unbind\nend pass\nreset\nwait-quit\nexit 0");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_null(cells_check(cells, "placement"));
	assert_non_null(strstr(cells->content.cell[0].placement, "were to be bound to node 0"));
}

static void emulated_guests_do_not_wait_for_cores(void **state)
{
	struct cells *cells = *state;

	use_one_core(cells);
	for (int i = 0; i < 3; i++)
		cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 3), 0);
	for (int i = 0; i < 3; i++)
		cells_assert(cells, i, VERDICT_PASS, "");
	assert_non_null(strstr(cells->content.cell[0].placement, "node 0, CPU 0, "));
	assert_non_null(strstr(cells->content.cell[1].placement, "not pinned"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cells_open, cells_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(guests_whose_time_is_measured_take_turns),
		TEST(time_is_worth_what_its_place_is_worth),
		TEST(emulated_time_is_worth_the_same_anywhere),
		TEST(emulated_guests_do_not_wait_for_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
