// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest reports and how a cell is judged by it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "perfctr-msg.h"
#include "record.h"

static const char *const declared_checks[] = { "verified", NULL };
static const struct metric declared_metrics[] = { { .name = "store", .series = "store" }, { 0 } };
static const struct workload declared = {
	.name = "declared", .checks = declared_checks, .metrics = declared_metrics,
};

static struct msg msg;	/* large; reused */

static void send_samples(struct record *record, const char *name, const char *labels,
			 uint32_t nr, uint64_t first)
{
	memset(&msg, 0, sizeof(msg));
	msg.type = MSG_SAMPLES;
	snprintf(msg.name, sizeof(msg.name), "%s", name);
	snprintf(msg.labels, sizeof(msg.labels), "%s", labels);
	msg.nr_samples = nr;
	for (uint32_t i = 0; i < nr; i++)
		msg.samples[i] = first + i;
	record_msg(record, &msg);
}

static void send_check(struct record *record, const char *name, enum verdict verdict)
{
	memset(&msg, 0, sizeof(msg));
	msg.type = MSG_CHECK;
	snprintf(msg.name, sizeof(msg.name), "%s", name);
	snprintf(msg.text, sizeof(msg.text), "because");
	msg.verdict = verdict;
	record_msg(record, &msg);
}

static const char *also;	/* what the cell owes beside what the workload declares */

static enum verdict judge(struct record *record, enum guest_end end, enum verdict guest,
			  enum verdict workload, const char *words)
{
	struct guest_result result = { .end = end, .verdict = guest, .end_verdict = workload };
	enum verdict verdict;
	char *reason;

	snprintf(result.reason, sizeof(result.reason), "console line");
	snprintf(result.end_text, sizeof(result.end_text), "agent's words");
	verdict = record_judge(record, &declared, also, &result, &reason);
	if (!strstr(reason, words))
		fail_msg("\"%s\" does not say \"%s\"", reason, words);
	free(reason);
	return verdict;
}

static void records_of_one_series_are_joined_in_order(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "content=text", 3, 10);
	send_samples(&record, "store", "content=same", 1, 99);
	send_samples(&record, "store", "content=text", 2, 20);
	assert_int_equal(record.nr_series, 2);
	assert_int_equal(record.series[0].nr, 5);
	assert_int_equal(record.series[0].samples[2], 12);
	assert_int_equal(record.series[0].samples[4], 21);
	record_free(&record);
}

static void all_there_and_good_is_a_pass(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_PASS);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS, ""), VERDICT_PASS);
	record_free(&record);
}

static void a_failed_check_fails_the_cell(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_FAIL);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS,
			       "verified: because"), VERDICT_FAIL);
	record_free(&record);
}

static void a_declared_check_that_is_silent_fails_the_cell(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "", 1, 1);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS,
			       "declared by declared and not reported"), VERDICT_FAIL);
	record_free(&record);
}

/* What only some values of a parameter take. */
static void a_check_of_the_cell_is_owed_as_well(void **state)
{
	struct record record = { 0 };

	(void)state;
	also = "memory-on-node";
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_PASS);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS,
			       "memory-on-node: declared by declared and not reported"),
			 VERDICT_FAIL);
	record_free(&record);
	record = (struct record){ 0 };
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_PASS);
	send_check(&record, "memory-on-node", VERDICT_PASS);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS, ""), VERDICT_PASS);
	record_free(&record);
	also = NULL;
}

static void a_metric_without_samples_is_a_broken_cell(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_check(&record, "verified", VERDICT_PASS);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS, "metric store"),
			 VERDICT_BROKEN);
	record_free(&record);
}

static void the_console_is_stronger_than_what_the_agent_says(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_PASS);
	assert_int_equal(judge(&record, GUEST_WARNING, VERDICT_FAIL, VERDICT_PASS,
			       "warning: console line"), VERDICT_FAIL);
	record_free(&record);
}

static void an_unmet_need_found_in_the_guest_is_unsupported(void **state)
{
	struct record record = { 0 };

	(void)state;
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_UNSUPPORTED,
			       "agent's words"), VERDICT_UNSUPPORTED);
	send_check(&record, "memmap-mapping", VERDICT_UNSUPPORTED);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_UNSUPPORTED,
			       "agent's words"), VERDICT_UNSUPPORTED);
	send_check(&record, "clean-taint", VERDICT_FAIL);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_UNSUPPORTED,
			       "clean-taint: because"), VERDICT_FAIL);
	record_free(&record);
}

static void a_flood_is_bounded_and_breaks_the_cell(void **state)
{
	struct record record = { 0 };
	char name[32];

	(void)state;
	send_check(&record, "verified", VERDICT_PASS);
	send_samples(&record, "store", "", 1, 1);
	record.samples = RECORD_SAMPLES_MAX;	/* as if so many had come */
	send_samples(&record, "store", "", 1, 2);
	assert_true(record.overflow);
	assert_int_equal(record.series[0].nr, 1);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS, "more than"),
			 VERDICT_BROKEN);
	record.overflow = false;
	record.nr_checks = RECORD_ENTRIES_MAX;
	snprintf(name, sizeof(name), "one-more");
	send_check(&record, name, VERDICT_PASS);
	assert_true(record.overflow);
	record.nr_checks = 1;
	record_free(&record);
}

static void equal_boots_are_equal(void **state)
{
	struct record a = { 0 }, b = { 0 };
	char *why;

	(void)state;
	send_samples(&a, "store", "", 4, 1);
	send_samples(&a, "load", "", 4, 7);
	send_samples(&b, "load", "", 4, 7);
	send_samples(&b, "store", "", 4, 1);
	assert_true(record_compare(a.series, a.nr_series, b.series, b.nr_series, &why));
	assert_string_equal(why, "two boots gave the same 8 samples of 2 series");
	free(why);
	record_free(&a);
	record_free(&b);
}

static void one_instruction_in_one_sample_is_a_difference(void **state)
{
	struct record a = { 0 }, b = { 0 };
	char *why;

	(void)state;
	send_samples(&a, "store", "content=text", 4, 1000);
	send_samples(&b, "store", "content=text", 4, 1000);
	b.series[0].samples[2]++;
	assert_false(record_compare(a.series, 1, b.series, 1, &why));
	assert_string_equal(why, "series store content=text, sample 2: 1002, then 1003");
	free(why);
	record_free(&a);
	record_free(&b);
}

static void missing_series_and_samples_are_differences(void **state)
{
	struct record a = { 0 }, b = { 0 }, none = { 0 };
	char *why;

	(void)state;
	send_samples(&a, "store", "", 4, 1);
	send_samples(&b, "store", "", 3, 1);
	assert_false(record_compare(a.series, 1, b.series, 1, &why));
	free(why);
	assert_false(record_compare(a.series, 1, none.series, 0, &why));
	free(why);
	assert_false(record_compare(none.series, 0, a.series, 1, &why));
	free(why);
	assert_false(record_compare(none.series, 0, none.series, 0, &why));
	free(why);
	record_free(&a);
	record_free(&b);
}

static void send_phase(struct record *record, uint64_t number, uint64_t faults)
{
	struct perfctr_phase phase = { .name = "op=fault", .number = number, .windows = 4 };

	for (int i = 0; i < PERFCTR_EVENTS; i++) {
		bool exact = perfctr_event[i].exact;

		phase.value[i] = (struct perfctr_value){
			.error = exact ? 0 : ENOENT, .via = PERFCTR_VIA_ACCOUNT,
			.value = exact ? faults : 0, .raw = exact ? faults : 0,
		};
	}
	perfctr_to_msg(&phase, &msg);
	record_msg(record, &msg);
}

static void counters_come_phase_by_phase(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_phase(&record, 1, 7);
	send_phase(&record, 4, 9);
	assert_false(record.disorder);
	assert_int_equal(record.nr_counters, 2 * PERFCTR_EVENTS);
	assert_string_equal(record.counter[0].source, "guest");
	assert_string_equal(record.counter[0].event, "instructions");
	assert_int_equal(record.counter[0].value.error, ENOENT);
	assert_true(record.counter[2 * PERFCTR_EVENTS - 1].phase == 4);
	assert_true(record.counter[2 * PERFCTR_EVENTS - 1].value.value == 9);
	record_free(&record);
}

static void a_phase_that_comes_twice_breaks_the_cell(void **state)
{
	struct record record = { 0 };

	(void)state;
	send_samples(&record, "store", "", 1, 1);
	send_check(&record, "verified", VERDICT_PASS);
	send_phase(&record, 3, 7);
	send_phase(&record, 3, 7);
	assert_int_equal(record.nr_counters, PERFCTR_EVENTS);
	assert_int_equal(judge(&record, GUEST_DONE, VERDICT_PASS, VERDICT_PASS, "twice"),
			 VERDICT_BROKEN);
	record_free(&record);
}

static void too_many_phases_are_dropped_and_break_the_cell(void **state)
{
	struct record record = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= RECORD_ENTRIES_MAX / PERFCTR_EVENTS + 1; i++)
		send_phase(&record, i, 7);
	assert_true(record.overflow);
	assert_in_range(record.nr_counters, 1, RECORD_ENTRIES_MAX);
	record_free(&record);
}

static bool same_counters(const struct record *a, const struct record *b, const char *words)
{
	char *why;
	bool same = record_compare_counters(a->counter, a->nr_counters, b->counter, b->nr_counters,
					    &why);

	if (!strstr(why, words))
		fail_msg("\"%s\" does not say \"%s\"", why, words);
	free(why);
	return same;
}

static void counters_of_two_boots_must_agree(void **state)
{
	struct record a = { 0 }, b = { 0 }, none = { 0 };
	struct perfctr_phase host = { .name = "whole guest", .number = 1 };

	(void)state;
	assert_true(same_counters(&none, &none, ""));
	send_phase(&a, 1, 7);
	send_phase(&a, 2, 8);
	send_phase(&b, 1, 7);
	send_phase(&b, 2, 8);
	/* The host's are different each time. */
	host.value[5].value = host.value[5].raw = 12;
	record_add_phase(&a, STORE_HOST, &host);
	assert_true(same_counters(&a, &b, "6 counters"));
	assert_true(same_counters(&b, &a, "6 counters"));
	assert_false(same_counters(&a, &none, "phase 1 (op=fault) was counted in one boot only"));
	assert_false(same_counters(&none, &b, "phase 1 (op=fault) was counted in one boot only"));
	b.counter[PERFCTR_EVENTS + 5].value.raw++;
	assert_false(same_counters(&a, &b, "phase 2 (op=fault), page_faults: 8, then 9"));
	b.counter[PERFCTR_EVENTS + 5].value.raw--;
	b.counter[0].value.error = EACCES;
	assert_false(same_counters(&a, &b, "instructions: errno 2, then 13"));
	b.counter[0].value.error = ENOENT;
	b.counter[PERFCTR_EVENTS].windows++;
	assert_false(same_counters(&a, &b, "phase 2: 4 windows of op=fault, then 5"));
	record_free(&a);
	record_free(&b);
}

static void hardware_that_is_counted_need_not_agree(void **state)
{
	struct record a = { 0 }, b = { 0 };

	(void)state;
	send_phase(&a, 1, 7);
	send_phase(&b, 1, 7);
	a.counter[0].value = (struct perfctr_value){ .value = 100, .raw = 100 };
	b.counter[0].value = (struct perfctr_value){ .value = 200, .raw = 200 };
	assert_true(same_counters(&a, &b, "3 counters"));
	record_free(&a);
	record_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_one_series_are_joined_in_order),
		cmocka_unit_test(all_there_and_good_is_a_pass),
		cmocka_unit_test(a_failed_check_fails_the_cell),
		cmocka_unit_test(a_declared_check_that_is_silent_fails_the_cell),
		cmocka_unit_test(a_check_of_the_cell_is_owed_as_well),
		cmocka_unit_test(a_metric_without_samples_is_a_broken_cell),
		cmocka_unit_test(the_console_is_stronger_than_what_the_agent_says),
		cmocka_unit_test(an_unmet_need_found_in_the_guest_is_unsupported),
		cmocka_unit_test(a_flood_is_bounded_and_breaks_the_cell),
		cmocka_unit_test(equal_boots_are_equal),
		cmocka_unit_test(one_instruction_in_one_sample_is_a_difference),
		cmocka_unit_test(missing_series_and_samples_are_differences),
		cmocka_unit_test(counters_come_phase_by_phase),
		cmocka_unit_test(a_phase_that_comes_twice_breaks_the_cell),
		cmocka_unit_test(too_many_phases_are_dropped_and_break_the_cell),
		cmocka_unit_test(counters_of_two_boots_must_agree),
		cmocka_unit_test(hardware_that_is_counted_need_not_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
