// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel configurations: how fragments are merged, and that no option is lost
 * without a word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "kernel-config.h"

/* The merged text of a variant. */
static char *merged(const struct fake_kernel *fake, const char *name, bool debug)
{
	struct kernel_config config;
	struct variant *variant;
	struct err err = { "" };
	char *text;

	if (variant_load(fake->kernels, name, &variant, &err) ||
	    kernel_config_merge(fake->kernels, variant, debug, &config, &err))
		fail_msg("%s", err.text);
	text = kernel_config_text(&config);
	kernel_config_free(&config);
	variant_free(variant);
	return text;
}

static void assert_merged(const struct fake_kernel *fake, const char *name, bool debug,
			  const char *expected)
{
	char *text = merged(fake, name, debug);

	assert_string_equal(text, expected);
	free(text);
}

static void later_lines_win_and_order_does_not_matter(void **state)
{
	const struct fake_kernel *fake = *state;

	fake_write(fake->kernels, "base.config",
		   "# words\n\nCONFIG_B=y\nCONFIG_A=1\n# CONFIG_C is not set\nCONFIG_B=0x2\n");
	assert_merged(fake, "baseline", false, "CONFIG_A=1\nCONFIG_B=0x2\n# CONFIG_C is not set\n");
	fake_write(fake->kernels, "base.config",
		   "# CONFIG_C is not set\nCONFIG_B=0x2\n# other words\nCONFIG_A=1\n");
	assert_merged(fake, "baseline", false, "CONFIG_A=1\nCONFIG_B=0x2\n# CONFIG_C is not set\n");
}

static void parents_come_first_and_a_child_can_refuse(void **state)
{
	const struct fake_kernel *fake = *state;

	fake_write(fake->kernels, "base.config", "CONFIG_A=y\n");
	fake_variant(fake, "up", "[config]\nCONFIG_B = \"x y\"\n[off]\nCONFIG_A = no use\n", NULL);
	fake_write(fake->kernels, "down/variant.ini",
		   "[variant]\nhelp = h\nstate = complete\nparent = up\n[config]\nCONFIG_B = 3\n");
	assert_merged(fake, "up", false, "# CONFIG_A is not set\nCONFIG_B=\"x y\"\n");
	assert_merged(fake, "down", false, "# CONFIG_A is not set\nCONFIG_B=3\n");
}

static void debug_is_over_base_and_under_the_variant(void **state)
{
	const struct fake_kernel *fake = *state;

	fake_write(fake->kernels, "base.config", "# CONFIG_KASAN is not set\n# CONFIG_X is not set\n");
	fake_write(fake->kernels, "debug.config", "CONFIG_KASAN=y\nCONFIG_X=y\n");
	fake_variant(fake, "no-kasan", "[off]\nCONFIG_KASAN = no use\n", NULL);
	assert_merged(fake, "no-kasan", false, "# CONFIG_KASAN is not set\n# CONFIG_X is not set\n");
	assert_merged(fake, "no-kasan", true, "# CONFIG_KASAN is not set\nCONFIG_X=y\n");
}

static void a_line_that_is_no_option_is_refused(void **state)
{
	static const char *const bad[] = {
		"CONFIG_A\n", "CONFIG_A=\n", "CONFIG_=y\n", "A=y\n", " CONFIG_A=y\n", "CONFIG_A =y\n",
	};
	const struct fake_kernel *fake = *state;
	struct kernel_config config;
	struct variant *variant;
	struct err err = { "" };

	assert_int_equal(variant_load(fake->kernels, "baseline", &variant, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fake_write(fake->kernels, "base.config", bad[i]);
		assert_int_equal(kernel_config_merge(fake->kernels, variant, false, &config, &err),
				 -EINVAL);
		assert_non_null(strstr(err.text, "base.config"));
	}
	variant_free(variant);
}

static void values_are_found_in_a_config(void **state)
{
	static const char text[] = "CONFIG_AB=y\n# CONFIG_A is not set\nCONFIG_C=\"a=b\"\nCONFIG_D=7";
	char *value;

	(void)state;
	value = kconfig_value(text, "CONFIG_AB");
	assert_string_equal(value, "y");
	free(value);
	value = kconfig_value(text, "CONFIG_A");
	assert_string_equal(value, "n");
	free(value);
	value = kconfig_value(text, "CONFIG_C");
	assert_string_equal(value, "\"a=b\"");
	free(value);
	value = kconfig_value(text, "CONFIG_D");
	assert_string_equal(value, "7");
	free(value);
	assert_null(kconfig_value(text, "CONFIG_B"));
	assert_null(kconfig_value(text, "CONFIG"));
}

static int check(const struct fake_kernel *fake, const char *wanted, const char *got,
		 struct err *err)
{
	char *path = str_printf("%s/config", fake->dir);
	struct kernel_config config;
	struct variant *variant;
	int error;

	fake_write(fake->kernels, "base.config", wanted);
	fake_write(fake->dir, "config", got);
	assert_int_equal(variant_load(fake->kernels, "baseline", &variant, err), 0);
	assert_int_equal(kernel_config_merge(fake->kernels, variant, false, &config, err), 0);
	error = kernel_config_check(path, &config, "baseline", err);
	kernel_config_free(&config);
	variant_free(variant);
	free(path);
	return error;
}

static void options_that_stuck_are_accepted(void **state)
{
	struct err err = { "" };

	assert_int_equal(check(*state, "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_C is not set\n",
			       "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_D=y\n", &err), 0);
}

static void each_option_that_did_not_stick_is_named(void **state)
{
	struct err err = { "" };

	assert_int_equal(check(*state, "CONFIG_A=y\nCONFIG_B=4\n# CONFIG_C is not set\nCONFIG_D=y\n",
			       "# CONFIG_A is not set\nCONFIG_B=44\nCONFIG_C=y\n", &err), -EBADMSG);
	assert_non_null(strstr(err.text, "baseline"));
	assert_non_null(strstr(err.text, "CONFIG_A: wanted y, got not set"));
	assert_non_null(strstr(err.text, "CONFIG_B: wanted 4, got 44"));
	assert_non_null(strstr(err.text, "CONFIG_C: wanted not set, got y"));
	assert_non_null(strstr(err.text, "CONFIG_D: wanted y, got not there"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(later_lines_win_and_order_does_not_matter),
		TEST(parents_come_first_and_a_child_can_refuse),
		TEST(debug_is_over_base_and_under_the_variant),
		TEST(a_line_that_is_no_option_is_refused),
		TEST(values_are_found_in_a_config),
		TEST(options_that_stuck_are_accepted),
		TEST(each_option_that_did_not_stick_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
