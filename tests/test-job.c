/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of /job: what is written is read back, and every line that is not
 * understood is named.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "job.h"
#include "metric.h"
#include "verdict.h"

static const char sample[] =
	"workload zswap\n"
	"param compressor=lz4\n"
	"param note=two words = one value\n"
	"param empty=\n"
	"clock insns\n"
	"deadline 60\n"
	"seed 18446744073709551615\n"
	"delay 1000000000\n"
	"page_bytes 64\n"
	"memmap_mapping 2M\n"
	"zspages fixed\n"
	"device_memmap lazy\n"
	"failed_bind kept\n"
	"page_descriptors array\n"
	"descriptor_ranges /sys/kernel/debug/memdesc/ranges\n"
	"perfctr quiet\n"
	"counter base_pages /sys/kernel/debug/vmemmap/base_pages > 0\n"
	"counter huge_pages /sys/kernel/debug/vmemmap/huge_pages = 12\n";

static void fields_are_read(void **state)
{
	struct job job;
	char why[128];

	(void)state;
	assert_int_equal(job_parse(sample, &job, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_string_equal(job.workload, "zswap");
	assert_int_equal(job.nr_params, 3);
	assert_string_equal(job_param(&job, "compressor"), "lz4");
	assert_string_equal(job_param(&job, "note"), "two words = one value");
	assert_string_equal(job_param(&job, "empty"), "");
	assert_null(job_param(&job, "pool"));
	assert_true(job.exact);
	assert_int_equal(job.deadline_s, 60);
	assert_true(job.seed == UINT64_MAX);
	assert_true(job.delay == 1000000000);
	assert_int_equal(job.page_bytes, 64);
	assert_string_equal(job.memmap_mapping, "2M");
	assert_string_equal(job.zspages, "fixed");
	assert_string_equal(job.device_memmap, "lazy");
	assert_string_equal(job.failed_bind, "kept");
	assert_string_equal(job.page_descriptors, "array");
	assert_string_equal(job.descriptor_ranges, "/sys/kernel/debug/memdesc/ranges");
	assert_int_equal(job.perfctr, PERFCTR_QUIET);
	assert_int_equal(job.nr_counters, 2);
	assert_string_equal(job.counters[1].path, "/sys/kernel/debug/vmemmap/huge_pages");
	assert_int_equal(job.counters[1].op, '=');
	assert_int_equal(job.counters[1].value, 12);
}

static void text_comes_back_byte_for_byte(void **state)
{
	struct job job;
	char why[128], *text;

	(void)state;
	assert_int_equal(job_parse(sample, &job, why, sizeof(why)), 0);
	assert_int_equal(job_format(&job, &text), 0);
	assert_string_equal(text, sample);
	free(text);
}

static void smallest_job_gets_defaults_and_no_newline_is_needed(void **state)
{
	struct job job;
	char why[128], *text;

	(void)state;
	memset(&job, 0xff, sizeof(job));
	assert_int_equal(job_parse("workload memmap", &job, why, sizeof(why)), 0);
	assert_false(job.exact);
	assert_int_equal(job.nr_params + job.nr_counters + job.deadline_s + job.page_bytes, 0);
	assert_string_equal(job.memmap_mapping, "");
	assert_string_equal(job.zspages, "");
	assert_string_equal(job.device_memmap, "");
	assert_string_equal(job.failed_bind, "");
	assert_string_equal(job.page_descriptors, "");
	assert_string_equal(job.descriptor_ranges, "");
	assert_int_equal(job.perfctr, PERFCTR_NONE);
	assert_int_equal(job_format(&job, &text), 0);
	assert_null(strstr(text, "memmap_mapping"));
	assert_null(strstr(text, "zspages"));
	assert_null(strstr(text, "device_memmap"));
	assert_null(strstr(text, "failed_bind"));
	assert_null(strstr(text, "page_descriptors"));
	assert_null(strstr(text, "descriptor_ranges"));
	assert_null(strstr(text, "perfctr"));
	free(text);
}

struct refusal {
	const char *text;
	const char *why;
};

static const struct refusal refusals[] = {
	{ "", "line 0: the file ends without a workload" },
	{ "seed 1\n", "line 1: the file ends without a workload" },
	{ "workload a\nworkload b\n", "line 2: 'workload' is given twice" },
	{ "workload a b\n", "line 1: 'a b' is not a name of a workload" },
	{ "workload \n", "line 1: '' is not a name of a workload" },
	{ "workload a\n\nseed 1\n", "line 2: '' has no value" },
	{ "workload a\nspeed 9\n", "line 2: unknown word 'speed'" },
	{ "workload a\nparam x\n", "line 2: 'x' is not NAME=VALUE" },
	{ "workload a\nparam =x\n", "line 2: '' is not a name of a parameter" },
	{ "workload a\nparam x=1\nparam x=2\n", "line 3: parameter 'x' is given twice" },
	{ "workload a\nparam x=\x01\n",
	  "line 2: value of 'x' is too long or cannot be printed" },
	{ "workload a\nclock ms\n", "line 2: clock 'ms' is neither insns nor ns" },
	{ "workload a\ndeadline -1\n", "line 2: deadline '-1' is not a number from 0 to 604800" },
	{ "workload a\ndeadline 604801\n",
	  "line 2: deadline '604801' is not a number from 0 to 604800" },
	{ "workload a\nseed 18446744073709551616\n",
	  "line 2: seed '18446744073709551616' is not a number from 0 to 18446744073709551615" },
	{ "workload a\ndelay 1000000001\n",
	  "line 2: delay '1000000001' is not a number from 0 to 1000000000" },
	{ "workload a\nseed 0x10\n",
	  "line 2: seed '0x10' is not a number from 0 to 18446744073709551615" },
	{ "workload a\npage_bytes 5000\n",
	  "line 2: page_bytes '5000' is not a number from 0 to 4096" },
	{ "workload a\nmemmap_mapping 1G\n", "line 2: memmap_mapping '1G' is neither 2M nor 4K" },
	{ "workload a\nzspages movable\n",
	  "line 2: zspages 'movable' is neither moving nor fixed" },
	{ "workload a\ndevice_memmap late\n",
	  "line 2: device_memmap 'late' is neither full nor lazy" },
	{ "workload a\nfailed_bind lost\n",
	  "line 2: failed_bind 'lost' is neither undone nor kept" },
	{ "workload a\npage_descriptors list\n",
	  "line 2: page_descriptors 'list' is neither array nor pool" },
	{ "workload a\ndescriptor_ranges ranges\n", "line 2: 'ranges' is not an absolute path" },
	{ "workload a\nperfctr loud\n",
	  "line 2: perfctr 'loud' is none of none, quiet and perf" },
	{ "workload a\nperfctr perf\nperfctr none\n", "line 3: 'perfctr' is given twice" },
	{ "workload a\ncounter x /p > \n", "line 2: a counter is NAME PATH OP VALUE" },
	{ "workload a\ncounter x /p > 1 2\n", "line 2: a counter is NAME PATH OP VALUE" },
	{ "workload a\ncounter x p > 1\n", "line 2: 'p' is not an absolute path" },
	{ "workload a\ncounter x /p >= 1\n", "line 2: '>=' is none of < = >" },
	{ "workload a\ncounter x /p ! 1\n", "line 2: '!' is none of < = >" },
	{ "workload a\ncounter x /p > -1\n", "line 2: '-1' is not a number" },
	{ "workload a\ncounter x/y /p > 1\n", "line 2: 'x/y' is not a name of a counter" },
};

static void bad_lines_are_refused_and_named(void **state)
{
	struct job job;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		memset(&job, 0x5a, sizeof(job));
		assert_int_equal(job_parse(refusals[i].text, &job, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, refusals[i].why);
		assert_int_equal(job.workload[0], 0x5a);	/* untouched on failure */
	}
}

static void too_many_and_too_long_are_refused(void **state)
{
	char text[8192] = "workload a\n", why[64];
	struct job job;
	size_t used = strlen(text);
	int i;

	(void)state;
	for (i = 0; i <= JOB_PARAMS_MAX; i++) {
		if (i == JOB_PARAMS_MAX)
			assert_int_equal(job_parse(text, &job, why, sizeof(why)), 0);
		used += (size_t)sprintf(text + used, "param p%d=1\n", i);
	}
	assert_int_equal(job_parse(text, &job, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 34: more than 32 parameters");
	used = (size_t)sprintf(text, "workload a\n");
	for (i = 0; i <= JOB_COUNTERS_MAX; i++)
		used += (size_t)sprintf(text + used, "counter c%d /p = 1\n", i);
	assert_int_equal(job_parse(text, &job, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 18: more than 16 counters");
	sprintf(text, "workload %0*d\n", JOB_NAME_MAX + 1, 0);
	assert_int_equal(job_parse(text, &job, why, sizeof(why)), -EINVAL);
	sprintf(text, "workload %0*d\n", 6000, 0);
	assert_int_equal(job_parse(text, &job, why, 10), -EINVAL);
	assert_string_equal(why, "line 1: l");	/* cut, not overrun */
	sprintf(text, "workload a\nparam x=%0*d\n", JOB_VALUE_MAX, 0);
	assert_int_equal(job_parse(text, &job, why, sizeof(why)), 0);
	sprintf(text, "workload a\nparam x=%0*d\n", JOB_VALUE_MAX + 1, 0);
	assert_int_equal(job_parse(text, &job, why, sizeof(why)), -EINVAL);
}

static int formats(const struct job *job)
{
	char *text;
	int err = job_format(job, &text);

	if (!err)
		free(text);
	return err;
}

static void what_would_not_survive_lines_is_not_written(void **state)
{
	struct job good, job;
	char why[64];

	(void)state;
	assert_int_equal(job_parse(sample, &good, why, sizeof(why)), 0);
	assert_int_equal(formats(&good), 0);
	job = good, strcpy(job.workload, "a b");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.params[0].value, "a\nseed 2");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.params[1].name, "compressor");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.memmap_mapping, "1G");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.zspages, "gone");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.device_memmap, "none");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.failed_bind, "lost");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.page_descriptors, "tree");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, strcpy(job.counters[0].path, "/a b");
	assert_int_equal(formats(&job), -EINVAL);
	job = good, job.counters[0].op = '\0';
	assert_int_equal(formats(&job), -EINVAL);
	job = good, job.nr_params = JOB_PARAMS_MAX + 1;
	assert_int_equal(formats(&job), -EINVAL);
}

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* What is accepted must also be written, and read back to the same text. */
static void random_edits_are_survived(void **state)
{
	char text[sizeof(sample)], why[128], *once, *twice;
	uint64_t seed = 20240101;
	struct job job;
	int round;
	size_t i;

	(void)state;
	for (round = 0; round < 20000; round++) {
		memcpy(text, sample, sizeof(sample));
		for (i = draw(&seed) % 6; i; i--)
			text[draw(&seed) % (sizeof(sample) - 1)] =
				draw(&seed) % 3 ? " \n=>/4Kz"[draw(&seed) % 8] : (char)draw(&seed);
		if (job_parse(text, &job, why, sizeof(why))) {
			assert_true(why[0]);
			continue;
		}
		assert_int_equal(job_format(&job, &once), 0);
		assert_int_equal(job_parse(once, &job, why, sizeof(why)), 0);
		assert_int_equal(job_format(&job, &twice), 0);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void verdict_names_come_back_and_gravity_is_as_declared(void **state)
{
	static const enum verdict order[] = {
		VERDICT_PASS, VERDICT_UNSUPPORTED, VERDICT_INCONCLUSIVE, VERDICT_BROKEN,
		VERDICT_FAIL
	};
	enum verdict verdict;
	size_t a, b;

	(void)state;
	for (a = 0; a < VERDICT_NR; a++) {
		assert_int_equal(verdict_parse(verdict_name((enum verdict)a), &verdict), 0);
		assert_int_equal(verdict, a);
		for (b = 0; b < VERDICT_NR; b++)
			assert_int_equal(verdict_worse(order[a], order[b]), order[a > b ? a : b]);
	}
	assert_string_equal(verdict_name((enum verdict)99), "invalid");
	assert_int_equal(verdict_parse("invalid", &verdict), -EINVAL);
	assert_int_equal(verdict_parse("", &verdict), -EINVAL);
}

static void units_name_instructions_only_under_exact(void **state)
{
	(void)state;
	assert_string_equal(metric_unit_name(UNIT_CLOCK, 1), "insns");
	assert_string_equal(metric_unit_name(UNIT_CLOCK, 0), "ns");
	assert_string_equal(metric_unit_name(UNIT_BYTES, 1), "B");
	assert_string_equal(metric_unit_name(UNIT_RATIO, 0), "ratio");
	assert_string_equal(metric_direction_name(DIR_HIGHER), "higher");
	assert_string_equal(metric_combine_name(COMBINE_P99), "p99");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(text_comes_back_byte_for_byte),
		cmocka_unit_test(smallest_job_gets_defaults_and_no_newline_is_needed),
		cmocka_unit_test(bad_lines_are_refused_and_named),
		cmocka_unit_test(too_many_and_too_long_are_refused),
		cmocka_unit_test(what_would_not_survive_lines_is_not_written),
		cmocka_unit_test(random_edits_are_survived),
		cmocka_unit_test(verdict_names_come_back_and_gravity_is_as_declared),
		cmocka_unit_test(units_name_instructions_only_under_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
