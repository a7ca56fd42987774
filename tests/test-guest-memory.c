// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a guest's memory is where it was bound: from texts as kernels write them, and
 * from the kernel's own records of fake-qemu, which binds as QEMU does. It is bound to
 * one node here; test-numa-host.c has more where the host has.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <numa.h>

#include "affinity.h"
#include "guest-bench.h"
#include "guest-memory.h"

static const char maps[] =
	"7f0000000000-7f0010000000 rw-p 00000000 00:00 0 \n"
	"7f0010000000-7f0010001000 ---p 00000000 00:00 0 \n"
	"7f0020000000-7f0030000000 rw-p 00000000 00:00 0 \n"
	"7f0040000000-7f0044000000 rw-p 00000000 00:00 0 \n";

/* Two nodes of 256 MiB each, on host nodes 3 and 1, and 64 MiB of an NVDIMM. */
static const struct topo_placement two_nodes = {
	.want = { .cpus = 1, .nodes = 2 }, .node = { 3, 1 }, .bind = true,
};

static const struct guest_config config = {
	.engine = ENGINE_KVM, .cpus = 1, .nodes = 2, .mem_mib = 512, .pmem_mib = 64,
	.placement = &two_nodes,
};

static struct guest_memory parse(const char *numa_maps)
{
	struct guest_memory memory;
	struct err err = { "" };

	if (guest_memory_parse(&config, numa_maps, maps, &memory, &err))
		fail_msg("%s", err.text);
	return memory;
}

static void memory_where_it_belongs_is_well(void **state)
{
	struct guest_memory memory = parse(
		"55d24bf66000 prefer:3 heap anon=9 N0=9 kernelpagesize_kB=4\n"
		"7f0000000000 bind:3 anon=1024 N3=1024 kernelpagesize_kB=4\n"
		"7f0010000000 default\n"
		"7f0020000000 bind:1 anon=512 N1=512 kernelpagesize_kB=4\n"
		"7f0040000000 bind:3\n");
	struct err err = { "" };
	char *text;

	(void)state;
	assert_int_equal(guest_memory_check(&memory, true, &err), 0);
	text = guest_memory_text(&memory);
	assert_string_equal(text, "numa_maps: 320 MiB bound to node 3, 4.0 MiB of it there; "
			    "256 MiB bound to node 1, 2.0 MiB of it there");
	free(text);
}

static void a_page_elsewhere_is_noticed(void **state)
{
	struct guest_memory memory = parse(
		"7f0000000000 bind:3 anon=1024 N3=1024 kernelpagesize_kB=4\n"
		"7f0020000000 bind:1 anon=3 N0=1 N1=3 N2=2 kernelpagesize_kB=4\n"
		"7f0040000000 bind:3\n");
	struct err err = { "" };
	char *text;

	(void)state;
	assert_int_equal(guest_memory_check(&memory, false, &err), 0);
	assert_int_equal(guest_memory_check(&memory, true, &err), -EIO);
	assert_string_equal(err.text, "guest memory: 12.0 KiB of what is bound to node 1 are on other "
			    "nodes, by QEMU's numa_maps");
	text = guest_memory_text(&memory);
	assert_string_equal(text, "numa_maps: 320 MiB bound to node 3, 4.0 MiB of it there; "
			    "256 MiB bound to node 1, 12.0 KiB of it there");
	free(text);
}

static void another_policy_is_named(void **state)
{
	static const char *const instead[] = {
		/* Not bound, bound elsewhere, to several, not at all there. */
		"7f0040000000 default\n", "7f0040000000 bind:1\n", "7f0040000000 bind:0-3\n",
		"7f0040000000 prefer:3\n", "", "7f0041000000 bind:3\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(instead); i++) {
		char *text = str_printf("7f0000000000 bind:3\n7f0020000000 bind:1\n%s", instead[i]);
		struct guest_memory memory = parse(text);
		struct err err = { "" };

		assert_int_equal(guest_memory_check(&memory, false, &err), -EIO);
		assert_string_equal(err.text, "guest memory: 320 MiB were to be bound to node 3, and "
				    "256 MiB are, by QEMU's numa_maps");
		free(text);
	}
}

static void records_that_make_no_sense_are_an_error(void **state)
{
	struct guest_memory memory;
	struct err err = { "" };

	(void)state;
	assert_int_equal(guest_memory_parse(&config, "bind:3\n", maps, &memory, &err), -EINVAL);
	assert_int_equal(guest_memory_read(&config, 1 << 30, &memory, &err), -ENOENT);
}

/* A filter of system calls may forbid all of it. Not skip(): see test-numa-host.c. */
static bool may_not_bind(void)
{
	bool may_not = numa_available() < 0;

	if (may_not)
		print_message("# left out: memory policies are not to be had\n");
	return may_not;
}

static int host_node(void)
{
	struct topo *topo;
	int node;

	assert_int_equal(topo_load(&topo, NULL), 0);
	node = topo_node(topo, 0)->os;
	topo_free(topo);
	return node;
}

static char *own_cpus(void)
{
	struct err err = { "" };
	char *cpus;

	if (affinity_get(getpid(), getpid(), &cpus, &err))
		fail_msg("%s", err.text);
	return cpus;
}

/* A placement on this host: the first CPU that may be used, memory on @node. */
static void place_on(struct topo_placement *place, int node)
{
	char *cpus = own_cpus();

	*place = (struct topo_placement){ .want = { .cpus = 1, .nodes = 1 }, .node = { node },
					  .bind = true, .cpu = { atoi(cpus) } };
	free(cpus);
}

static void run(struct bench *bench, struct topo_placement *place, enum engine engine,
		const char *script)
{
	bench->config.placement = place;
	bench->config.engine = engine;
	bench_run(bench, script);
}

static void a_guest_is_looked_at_when_it_has_ended(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;

	if (may_not_bind())
		return;
	place_on(&place, host_node());
	run(bench, &place, ENGINE_KVM, "hello\ntouch 8\nend pass\nreset\nwait-quit");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_non_null(bench->result.placed);
	assert_non_null(strstr(bench->result.placed, "64.0 MiB bound to node "));
	assert_non_null(strstr(bench->result.placed, "8.0 MiB of it there"));
	assert_false(bench->result.misplaced);
}

static void a_binding_that_got_lost_is_noticed(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;

	if (may_not_bind())
		return;
	place_on(&place, host_node());
	run(bench, &place, ENGINE_TCG, "hello\ntouch 8\nunbind\nend pass\nreset\nwait-quit");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_true(bench->result.misplaced);
	assert_non_null(strstr(bench->result.placed, "64.0 MiB were to be bound"));
}

static void a_binding_that_never_was_starts_no_guest(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;

	if (may_not_bind())
		return;
	place_on(&place, host_node());
	run(bench, &place, ENGINE_EXACT, "unbind\ncont\nhello\nend pass\nreset\nwait-quit");
	bench_expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "64.0 MiB were to be bound");
}

static void a_vcpu_that_left_its_cpu_is_noticed(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;
	char *cpus = own_cpus();
	bool alone = !strpbrk(cpus, ",-");

	free(cpus);
	if (alone || may_not_bind())
		return;
	place_on(&place, host_node());
	run(bench, &place, ENGINE_KVM, "hello\nroam\nend pass\nreset\nwait-quit");
	assert_true(bench->result.misplaced);
	assert_non_null(strstr(bench->result.placed, "and may run on"));
}

static void a_qemu_that_does_not_go_is_killed(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;
	struct guest *guest;

	if (may_not_bind())
		return;
	place_on(&place, host_node());
	bench->config.placement = &place;
	guest = bench_start(bench, "hello\nend pass\nreset\ncont\nhang");
	while (guest->state != STATE_CLOSING && !guest_step(guest))
		poll(&(struct pollfd){ .fd = guest_fd(guest), .events = POLLIN }, 1, 1000);
	guest->close_ns = clock_ns();
	bench_step(guest);
	guest_finish(guest, &bench->result);
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_false(bench->result.misplaced);
}

static void a_qemu_that_is_gone_was_not_looked_at(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;

	if (may_not_bind())
		return;
	place_on(&place, host_node());
	run(bench, &place, ENGINE_KVM, "hello\nend pass\nexit 0");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_null(bench->result.placed);
}

static void a_node_that_is_not_there_is_an_error(void **state)
{
	struct bench *bench = *state;
	struct topo_placement place;
	struct err err = { "" };

	if (may_not_bind())
		return;
	place_on(&place, numa_max_node() + 1);
	bench->config.placement = &place;
	assert_true(guest_run(&bench->config, &bench->result, &err) < 0);
	assert_non_null(strstr(err.text, "cannot be put on its CPUs and its node"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_where_it_belongs_is_well),
		cmocka_unit_test(a_page_elsewhere_is_noticed),
		cmocka_unit_test(another_policy_is_named),
		cmocka_unit_test(records_that_make_no_sense_are_an_error),
		TEST(a_guest_is_looked_at_when_it_has_ended),
		TEST(a_binding_that_got_lost_is_noticed),
		TEST(a_binding_that_never_was_starts_no_guest),
		TEST(a_vcpu_that_left_its_cpu_is_noticed),
		TEST(a_qemu_that_does_not_go_is_killed),
		TEST(a_qemu_that_is_gone_was_not_looked_at),
		TEST(a_node_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
