// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes, memory and threads of the host this runs on, by the kernel's own records: a
 * child stands for QEMU. Most of it takes several nodes; tests/guest/numa.test runs it in
 * a guest that has four, one of them without CPUs.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hwloc.h>
#include <numa.h>
#include <numaif.h>

#include "affinity.h"
#include "guest-memory.h"
#include "guest-place.h"

#define NODE "/sys/devices/system/node/"
#define MIB (UINT64_C(1) << 20)
#define THREADS 2

/**
 * struct bench - the host, and a child that stands for QEMU
 * @topo: the host
 * @pool: its places
 * @place: of the child
 * @config: what it would be as a guest
 * @stray: bytes of its memory that are put on node @stray_node against the binding
 * @pid: the child, 0 for none
 * @tid: what it said its threads are
 */
struct bench {
	struct topo *topo;
	struct topo_pool *pool;
	struct topo_placement place;
	struct guest_config config;
	uint64_t stray;
	int stray_node;
	pid_t pid;
	pid_t tid[THREADS];
};

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	memset(bench, 0, sizeof(*bench));
	if (topo_load(&bench->topo, NULL))
		return -1;
	bench->pool = topo_pool_new(bench->topo, true, true);
	bench->config.placement = &bench->place;
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	if (bench->pid) {
		kill(bench->pid, SIGKILL);
		waitpid(bench->pid, NULL, 0);
	}
	topo_pool_free(bench->pool);
	topo_free(bench->topo);
	free(bench);
	return 0;
}

/* Not skip(): cmocka calls what is skipped "not ok", which Automake takes at its word. */
static bool is_left_out(const char *why)
{
	print_message("# left out: %s\n", why);
	return true;
}

/* Several nodes, and memory can be bound to each. */
static bool lacks_nodes(const struct bench *bench)
{
	return !topo_binds(bench->topo) && is_left_out("memory cannot be bound to one of several nodes");
}

static void bind_to(void *at, size_t bytes, int node)
{
	struct bitmask *mask = numa_allocate_nodemask();

	numa_bitmask_setbit(mask, node);
	if (mbind(at, bytes, MPOL_BIND, mask->maskp, mask->size + 1, 0))
		_exit(1);
	numa_free_nodemask(mask);
}

/* As QEMU does for each backend; half of it is touched. */
static void make_memory(const struct bench *bench, unsigned int index, uint64_t bytes)
{
	int node = bench->place.node[index];
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		_exit(1);
	if (!index && bench->stray) {
		bind_to(at, bytes, bench->stray_node);
		memset(at, 1, bench->stray);
	}
	bind_to(at, bytes, node);
	memset(at, 1, bytes / 2);
	/* What lies behind would become one mapping with it, were the policies the same. */
	mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/** struct crew - threads of the child, and where they say who they are */
struct crew {
	pthread_barrier_t ready;
	pid_t tid[THREADS];
};

static struct crew crew;

static void *idle(void *tid)
{
	*(pid_t *)tid = gettid();
	pthread_barrier_wait(&crew.ready);
	for (;;)
		pause();
	return NULL;
}

static void __attribute__((noreturn)) be_qemu(const struct bench *bench, int tell)
{
	unsigned int nodes = topo_want_nodes(&bench->place.want);
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (guest_place_self(&bench->place))
		_exit(1);
	for (unsigned int i = 0; i < nodes && bench->place.bind; i++)
		make_memory(bench, i, topo_share(bench->config.mem_mib, nodes, i) * MIB);
	pthread_barrier_init(&crew.ready, NULL, THREADS + 1);
	for (unsigned int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, idle, &crew.tid[i]))
			_exit(1);
	pthread_barrier_wait(&crew.ready);
	if (write(tell, crew.tid, sizeof(crew.tid)) != sizeof(crew.tid))
		_exit(1);
	for (;;)
		pause();
}

static void start(struct bench *bench, unsigned int cpus, unsigned int nodes)
{
	const struct topo_want want = { .cpus = cpus, .nodes = nodes, .mem_mib = 32 };
	int pair[2];

	assert_int_equal(topo_take(bench->pool, &want, &bench->place), 0);
	bench->config.cpus = cpus;
	bench->config.nodes = nodes;
	bench->config.mem_mib = want.mem_mib;
	assert_int_equal(pipe(pair), 0);
	bench->pid = fork();
	assert_true(bench->pid >= 0);
	if (!bench->pid)
		be_qemu(bench, pair[1]);
	close(pair[1]);
	assert_int_equal(read(pair[0], bench->tid, sizeof(bench->tid)), sizeof(bench->tid));
	close(pair[0]);
}

static char *read_line(const char *fmt, unsigned int node)
{
	char *path = str_printf(fmt, node), *text;

	if (fs_read(path, &text, NULL, NULL))
		fail_msg("%s: cannot be read", path);
	text[strcspn(text, "\n")] = '\0';
	free(path);
	return text;
}

/* This process may use all of it, or sysfs has more than is its own. */
static bool is_restricted(const struct bench *bench)
{
	char *online = read_line("/sys/devices/system/cpu/online", 0);
	bool restricted = strcmp(online, topo_cpu_list(bench->topo));

	free(online);
	return restricted;
}

static hwloc_bitmap_t read_list(const char *fmt, unsigned int node)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	char *list = read_line(fmt, node);

	hwloc_bitmap_list_sscanf(set, list);
	free(list);
	return set;
}

static void nodes_are_those_of_the_kernel(void **state)
{
	struct bench *bench = *state;
	hwloc_bitmap_t nodes, cpus;
	unsigned int cores = 0;

	if (is_restricted(bench) && is_left_out("this process may not use all CPUs"))
		return;
	nodes = read_list(NODE "has_memory", 0);
	assert_int_equal(topo_nodes(bench->topo), hwloc_bitmap_weight(nodes));
	for (unsigned int i = 0; i < topo_nodes(bench->topo); i++) {
		const struct topo_node *node = topo_node(bench->topo, i);

		assert_true(hwloc_bitmap_isset(nodes, node->os));
		cpus = read_list(NODE "node%u/cpulist", node->os);
		for (unsigned int j = 0; j < node->nr_cores; j++)
			assert_true(hwloc_bitmap_isset(cpus, node->cpu[j]));
		cores += node->nr_cores;
		hwloc_bitmap_free(cpus);
	}
	assert_int_equal(cores, topo_cores(bench->topo));
	hwloc_bitmap_free(nodes);
}

static void distances_are_those_of_the_kernel(void **state)
{
	struct bench *bench = *state;
	unsigned int nr = topo_nodes(bench->topo);

	if (lacks_nodes(bench))
		return;
	for (unsigned int i = 0; i < nr; i++) {
		char *row = read_line(NODE "node%u/distance", topo_node(bench->topo, i)->os);
		struct strv words = { 0 };

		strv_split(&words, row, " ");
		/* By their numbers, where none is missing. */
		for (unsigned int j = 0; j < nr && words.nr == nr; j++)
			assert_int_equal(topo_distance(bench->topo, i, j), atoi(words.item[j]));
		strv_free(&words);
		free(row);
	}
}

static void check_memory(struct bench *bench, uint64_t elsewhere)
{
	struct guest_memory memory;
	struct err err = { "" };
	uint64_t there = 0, strayed = 0;

	if (guest_memory_read(&bench->config, bench->pid, &memory, &err) ||
	    guest_memory_check(&memory, false, &err))
		fail_msg("%s", err.text);
	assert_int_equal(guest_memory_check(&memory, true, &err), elsewhere ? -EIO : 0);
	for (unsigned int i = 0; i < memory.nr; i++) {
		there += memory.node[i].there;
		strayed += memory.node[i].elsewhere;
	}
	assert_int_equal(strayed, elsewhere);
	assert_int_equal(there + elsewhere, bench->config.mem_mib * MIB / 2);
	assert_int_equal(memory.nr, bench->place.emulated ? 1 : topo_want_nodes(&bench->place.want));
}

static void memory_of_one_node_is_there(void **state)
{
	struct bench *bench = *state;

	if (lacks_nodes(bench))
		return;
	start(bench, 1, 1);
	check_memory(bench, 0);
}

static void memory_of_two_nodes_is_on_two(void **state)
{
	struct bench *bench = *state;

	if (lacks_nodes(bench))
		return;
	start(bench, 1, 2);
	assert_false(bench->place.emulated);
	assert_int_not_equal(bench->place.node[0], bench->place.node[1]);
	check_memory(bench, 0);
}

static void memory_of_an_emulated_topology_is_on_one(void **state)
{
	struct bench *bench = *state;

	if (lacks_nodes(bench))
		return;
	if (topo_nodes(bench->topo) >= TOPO_GUEST_NODES_MAX && is_left_out("too many nodes"))
		return;
	start(bench, 1, topo_nodes(bench->topo) + 1);
	assert_true(bench->place.emulated);
	check_memory(bench, 0);
}

static void pages_that_strayed_are_counted(void **state)
{
	struct bench *bench = *state;

	if (lacks_nodes(bench))
		return;
	/* Places begin with the last node. */
	bench->stray_node = topo_node(bench->topo, 0)->os;
	bench->stray = 3 * MIB;
	start(bench, 1, 1);
	assert_int_not_equal(bench->place.node[0], bench->stray_node);
	check_memory(bench, 3 * MIB);
}

static void qemus_own_memory_comes_from_its_node_first(void **state)
{
	struct bench *bench = *state;
	char *path, *text, *policy;

	if (lacks_nodes(bench))
		return;
	start(bench, 1, 1);
	path = str_printf("/proc/%d/numa_maps", (int)bench->pid);
	policy = str_printf(" prefer:%d heap ", bench->place.node[0]);
	assert_int_equal(fs_read(path, &text, NULL, NULL), 0);
	if (!strstr(text, policy))
		fail_msg("the heap is not '%s' in:\n%s", policy, text);
	free(policy);
	free(path);
	free(text);
}

static void assert_on(const struct bench *bench, pid_t tid, const char *cpus)
{
	struct err err = { "" };

	if (affinity_check(bench->pid, tid, cpus, &err))
		fail_msg("%s", err.text);
}

static void threads_are_where_they_belong(void **state)
{
	struct bench *bench = *state;
	struct err err = { "" };
	char cpu[16];

	start(bench, 1, 1);
	/* Before it is told to, none is on a CPU of its own. */
	for (unsigned int i = 0; i < THREADS; i++)
		assert_on(bench, bench->tid[i], bench->place.others);
	if (guest_place(bench->pid, bench->tid, 1, &bench->place, &err))
		fail_msg("%s", err.text);
	snprintf(cpu, sizeof(cpu), "%d", bench->place.cpu[0]);
	assert_on(bench, bench->tid[0], cpu);
	assert_on(bench, bench->tid[1], bench->place.others);
	assert_on(bench, bench->pid, bench->place.others);
	assert_int_equal(guest_place_check(bench->pid, bench->tid, 1, &bench->place, &err), 0);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		fail_msg("%s: '%s' cannot be written", path, text);
}

/* In a guest only: nobody's cgroups are touched. The last test, as this process stays in it. */
static void a_cpuset_is_what_there_is(void **state)
{
	struct err err = { "" };
	struct topo *topo;
	char pid[16];

	(void)state;
	if (!getenv("PAGEMETA_TEST_GUEST") && is_left_out("this is somebody's machine"))
		return;
	mkdir("/tmp/cgroup", 0700);
	assert_int_equal(mount("cgroup2", "/tmp/cgroup", "cgroup2", 0, NULL), 0);
	put("/tmp/cgroup/cgroup.subtree_control", "+cpuset");
	assert_int_equal(mkdir("/tmp/cgroup/part", 0700), 0);
	put("/tmp/cgroup/part/cpuset.cpus", "1-2");
	put("/tmp/cgroup/part/cpuset.mems", "1,3");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	put("/tmp/cgroup/part/cgroup.procs", pid);
	if (topo_load(&topo, &err))
		fail_msg("%s", err.text);
	assert_string_equal(topo_cpu_list(topo), "1-2");
	assert_int_equal(topo_nodes(topo), 2);
	assert_int_equal(topo_node(topo, 0)->os, 1);
	assert_int_equal(topo_node(topo, 0)->nr_cores, 1);
	assert_int_equal(topo_node(topo, 1)->os, 3);
	assert_int_equal(topo_node(topo, 1)->nr_cores, 0);
	topo_free(topo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nodes_are_those_of_the_kernel),
		TEST(distances_are_those_of_the_kernel),
		TEST(memory_of_one_node_is_there),
		TEST(memory_of_two_nodes_is_on_two),
		TEST(memory_of_an_emulated_topology_is_on_one),
		TEST(pages_that_strayed_are_counted),
		TEST(qemus_own_memory_comes_from_its_node_first),
		TEST(threads_are_where_they_belong),
		cmocka_unit_test(a_cpuset_is_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
