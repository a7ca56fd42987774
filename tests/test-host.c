// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What doctor looks at: missing programs are found missing, everything says what
 * was seen, and what is bad says how to mend it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

static const struct host_finding *finding(const struct host_findings *list, const char *what)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->item[i].what, what))
			return &list->item[i];
	fail_msg("nobody looked at %s", what);
	return NULL;
}

static void every_finding_speaks(void **state)
{
	struct host_findings list = { 0 };

	(void)state;
	host_examine(&list, "/nonexistent/folder/of/results");
	assert_true(list.nr > 10);
	for (size_t i = 0; i < list.nr; i++) {
		assert_true(*list.item[i].what);
		assert_true(*list.item[i].seen);
		if (list.item[i].level == HOST_GOOD)
			assert_string_equal(list.item[i].mend, "");
		else
			assert_true(*list.item[i].mend);
	}
	host_findings_free(&list);
}

static void a_missing_program_is_bad_and_names_its_package(void **state)
{
	struct host_findings list = { 0 };
	char *path = strdup(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	host_examine(&list, "/");
	setenv("PATH", path, 1);
	assert_int_equal(finding(&list, "flex")->level, HOST_BAD);
	assert_non_null(strstr(finding(&list, "qemu-system-x86_64")->mend, "qemu-system-x86"));
	assert_int_equal(finding(&list, "gnuplot")->level, HOST_NOTE);
	host_findings_free(&list);
	free(path);
}

static void a_program_in_path_is_found_there(void **state)
{
	struct host_findings list = { 0 };
	char folder[] = "/tmp/test-host.XXXXXX", command[128];
	char *path = strdup(getenv("PATH"));

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "touch %s/bc && chmod +x %s/bc", folder, folder);
	assert_int_equal(system(command), 0);
	setenv("PATH", folder, 1);
	host_examine(&list, "/");
	setenv("PATH", path, 1);
	assert_int_equal(finding(&list, "bc")->level, HOST_GOOD);
	assert_non_null(strstr(finding(&list, "bc")->seen, folder));
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	host_findings_free(&list);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_speaks),
		cmocka_unit_test(a_missing_program_is_bad_and_names_its_package),
		cmocka_unit_test(a_program_in_path_is_found_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
