// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of counters, with a fake in libperf's place: what is asked of perf and what is
 * not, and that nothing that could not be counted becomes a figure.
 */
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "perfctr-set.h"

#define INSTANCES_MAX 4

/**
 * struct perfctr - an event of the fake
 * @event: which
 * @nr: readings
 */
struct perfctr {
	const struct perfctr_event *event;
	unsigned int nr;
};

/**
 * struct fake - what perf does, and what was asked of it
 * @hardware_error: of hardware events, 0 where there is a PMU
 * @software_error: of the others
 * @read_error: of all
 * @cpus: that are online
 * @running: percent of the time in which a counter runs; by instance
 * @time: of the next reading
 * @on_cpus: hardware events that were opened on CPUs
 * @on_threads: events that were opened on threads
 * @inherited: of these, with what they start
 * @open: opened and not closed
 */
static struct fake {
	int hardware_error, software_error, read_error;
	unsigned int cpus;
	unsigned int running[INSTANCES_MAX];
	uint64_t time;
	unsigned int on_cpus, on_threads, inherited, open;
} fake;

int perfctr_open(const struct perfctr_event *event, const struct perfctr_target *target,
		 struct perfctr **ret_counter)
{
	int err = event->type == PERF_TYPE_SOFTWARE ? fake.software_error : fake.hardware_error;

	fake.on_cpus += !target->tid;
	fake.on_threads += target->tid != NULL;
	fake.inherited += target->inherit;
	if (err)
		return -err;
	*ret_counter = calloc(1, sizeof(**ret_counter));
	(*ret_counter)->event = event;
	(*ret_counter)->nr = target->tid ? target->nr : fake.cpus;
	fake.open++;
	return 0;
}

void perfctr_close(struct perfctr *counter)
{
	fake.open -= counter != NULL;
	free(counter);
}

unsigned int perfctr_instances(const struct perfctr *counter)
{
	return counter->nr;
}

/* Instance i counts i + 1 events a nanosecond, while it runs. */
int perfctr_read(struct perfctr *counter, struct perfctr_reading *ret_reading)
{
	for (unsigned int i = 0; i < counter->nr; i++) {
		ret_reading[i].enabled = fake.time;
		ret_reading[i].running = fake.time * fake.running[i] / 100;
		ret_reading[i].raw = ret_reading[i].running * (i + 1);
	}
	return -fake.read_error;
}

static int reset(void **state)
{
	(void)state;
	fake = (struct fake){ .cpus = 1, .running = { 100, 100, 100, 100 }, .time = 1000 };
	return 0;
}

static int at(const char *name)
{
	for (int i = 0; i < PERFCTR_EVENTS; i++)
		if (!strcmp(perfctr_event[i].name, name))
			return i;
	fail_msg("no event %s", name);
	return -1;
}

static struct perfctr_set *open_process(enum perfctr_mode mode)
{
	struct perfctr_set *set;

	assert_int_equal(perfctr_set_process(mode, &set), 0);
	return set;
}

static void next(struct perfctr_set *set, uint64_t time, struct perfctr_value *value)
{
	fake.time += time;
	perfctr_set_next(set, value);
}

static void quiet_sets_ask_perf_for_hardware_only_and_on_cpus(void **state)
{
	struct perfctr_set *set = open_process(PERFCTR_QUIET);
	struct perfctr_value value[PERFCTR_EVENTS];

	(void)state;
	assert_int_equal(fake.on_cpus, 5);
	assert_int_equal(fake.on_threads, 0);
	next(set, 500, value);
	assert_int_equal(value[at("cycles")].error, 0);
	assert_int_equal(value[at("cycles")].via, PERFCTR_VIA_PERF);
	assert_true(value[at("cycles")].value == 500);
	assert_int_equal(value[at("page_faults")].error, 0);
	assert_int_equal(value[at("page_faults")].via, PERFCTR_VIA_ACCOUNT);
	perfctr_set_close(set);
	assert_int_equal(fake.open, 0);
}

static void loud_sets_ask_perf_for_all_and_inherit(void **state)
{
	struct perfctr_set *set = open_process(PERFCTR_PERF);
	struct perfctr_value value[PERFCTR_EVENTS];

	(void)state;
	assert_int_equal(fake.on_cpus, 5);
	assert_int_equal(fake.on_threads, 3);
	assert_int_equal(fake.inherited, 3);
	next(set, 500, value);
	assert_int_equal(value[at("page_faults")].via, PERFCTR_VIA_PERF);
	assert_true(value[at("page_faults")].value == 500);
	perfctr_set_close(set);
}

static void without_a_pmu_hardware_is_absent_and_never_zero(void **state)
{
	struct perfctr_value value[PERFCTR_EVENTS];
	struct perfctr_set *set;

	(void)state;
	fake.hardware_error = ENOENT;
	set = open_process(PERFCTR_QUIET);
	for (unsigned int i = 0; i < 2; i++) {
		next(set, 500, value);
		assert_int_equal(value[at("instructions")].error, ENOENT);
		assert_int_equal(value[at("dtlb_load_misses")].error, ENOENT);
		assert_int_equal(value[at("task_clock")].error, 0);
	}
	perfctr_set_close(set);
}

static void what_is_forbidden_says_so(void **state)
{
	const pid_t threads[] = { 1, 2 };
	struct perfctr_value value[PERFCTR_EVENTS];
	struct perfctr_set *set;

	(void)state;
	fake.hardware_error = fake.software_error = EACCES;
	assert_int_equal(perfctr_set_threads(threads, 2, &set), 0);
	next(set, 500, value);
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		assert_int_equal(value[i].error, EACCES);
	perfctr_set_close(set);
}

static void threads_are_counted_each_and_added_up(void **state)
{
	const pid_t threads[] = { 1, 2, 3 };
	struct perfctr_value value[PERFCTR_EVENTS];
	struct perfctr_set *set;

	(void)state;
	assert_int_equal(perfctr_set_threads(threads, 3, &set), 0);
	assert_int_equal(fake.on_threads, PERFCTR_EVENTS);
	assert_int_equal(fake.inherited, 0);
	next(set, 100, value);
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		assert_int_equal(value[i].error, 0);
		assert_true(value[i].value == 100 + 200 + 300);
		assert_true(value[i].enabled == 300 && value[i].running == 300);
	}
	perfctr_set_close(set);
	assert_int_equal(fake.open, 0);
}

static void counters_that_take_turns_are_scaled(void **state)
{
	struct perfctr_value value[PERFCTR_EVENTS];
	struct perfctr_set *set;
	int cycles = at("cycles");

	(void)state;
	fake.cpus = 2;
	fake.running[1] = 25;
	set = open_process(PERFCTR_QUIET);
	next(set, 1000, value);
	assert_true(value[cycles].raw == 1000 + 500);
	assert_true(value[cycles].value == 1000 + 2000);
	assert_true(perfctr_multiplexed(&value[cycles]));
	assert_false(perfctr_multiplexed(&value[at("page_faults")]));
	fake.running[1] = 0;
	fake.time = 0;
	perfctr_set_close(set);
	set = open_process(PERFCTR_QUIET);
	next(set, 1000, value);
	assert_int_equal(value[cycles].error, PERFCTR_NEVER_RAN);
	perfctr_set_close(set);
}

static void a_counter_that_cannot_be_read_is_absent_from_then_on(void **state)
{
	struct perfctr_set *set = open_process(PERFCTR_QUIET);
	struct perfctr_value value[PERFCTR_EVENTS];

	(void)state;
	fake.read_error = EIO;
	next(set, 100, value);
	assert_int_equal(value[at("cycles")].error, EIO);
	assert_int_equal(fake.open, 0);
	fake.read_error = 0;
	next(set, 100, value);
	assert_int_equal(value[at("cycles")].error, EIO);
	perfctr_set_close(set);
}

#define PAGES 300

static void touch(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	madvise(memory, PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	munmap(memory, PAGES * page);
}

static void accounts_have_the_process_and_what_it_waited_for(void **state)
{
	struct perfctr_set *set = open_process(PERFCTR_QUIET);
	struct perfctr_value value[PERFCTR_EVENTS];
	int faults = at("page_faults");
	pid_t pid;

	(void)state;
	touch();
	next(set, 1, value);
	assert_in_range(value[faults].value, PAGES, PAGES + 100);
	assert_in_range(value[at("task_clock")].value, 1000, 60000000000);
	next(set, 1, value);
	assert_in_range(value[faults].value, 0, 50);
	pid = fork();
	if (!pid) {
		touch();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	next(set, 1, value);
	assert_in_range(value[faults].value, PAGES, 10 * PAGES);
	perfctr_set_close(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(quiet_sets_ask_perf_for_hardware_only_and_on_cpus, reset),
		cmocka_unit_test_setup(loud_sets_ask_perf_for_all_and_inherit, reset),
		cmocka_unit_test_setup(without_a_pmu_hardware_is_absent_and_never_zero, reset),
		cmocka_unit_test_setup(what_is_forbidden_says_so, reset),
		cmocka_unit_test_setup(threads_are_counted_each_and_added_up, reset),
		cmocka_unit_test_setup(counters_that_take_turns_are_scaled, reset),
		cmocka_unit_test_setup(a_counter_that_cannot_be_read_is_absent_from_then_on, reset),
		cmocka_unit_test_setup(accounts_have_the_process_and_what_it_waited_for, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
