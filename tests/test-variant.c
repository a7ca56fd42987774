// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading kernel variants: what a good folder says, what is inherited, and the
 * sentence for each kind of bad one (golden/variant-errors.txt).
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

#include "golden.h"
#include "kernel-config.h"
#include "variant-off.h"

static char folder[] = "/tmp/test-variant.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(folder, NULL);
}

static void put(const char *name, const char *file, const char *text)
{
	char *dir = str_printf("%s/%s", folder, name), *path = str_printf("%s/%s", dir, file);
	struct err err = { "" };

	if (fs_mkdir(dir, &err) || fs_write(path, text, strlen(text), &err))
		fail_msg("%s", err.text);
	free(path);
	free(dir);
}

static struct variant *load(const char *name)
{
	struct variant *variant;
	struct err err = { "" };

	if (variant_load(folder, name, &variant, &err))
		fail_msg("%s", err.text);
	return variant;
}

#define HEAD "[variant]\nhelp = a kernel\nstate = complete\n"

static const char full[] =
	"; a comment\n"
	"[variant]\n"
	"help = everything at once\n"
	"parent = base   ; a comment behind it\n"
	"state = partial\n"
	"source = git:/srv/linux tree v6.12\n"
	"\n"
	"[config]\n"
	"CONFIG_A = y\n"
	"CONFIG_C = 0x10\n"
	"CONFIG_D = \"a text\"\n"
	"[off]\n"
	"CONFIG_B = no room for it: there is none\n"
	"[expect]\n"
	"page_bytes = 8\n"
	"memmap_mapping = 4K\n"
	"zspages = fixed\n"
	"device_memmap = lazy\n"
	"failed_bind = kept\n"
	"page_descriptors = array\n"
	"descriptor_ranges = /sys/c\n"
	"[active]\n"
	"base_pages = /sys/a > 0\n"
	"huge_pages = /sys/b == 7\n";

static void a_full_variant_is_read(void **state)
{
	struct variant *variant;

	(void)state;
	put("base", "variant.ini", HEAD);
	put("full", "variant.ini", full);
	put("full", "series", "# first\n0001-b.patch\n\n  0002-a.patch  \n# 0003-out.patch\n");
	put("full", "0001-b.patch", "b");
	put("full", "0002-a.patch", "a");
	put("full", "0003-out.patch", "out");
	variant = load("full");
	assert_string_equal(variant->help, "everything at once");
	assert_string_equal(variant->parent, "base");
	assert_string_equal(variant->state, "partial");
	assert_string_equal(variant->source, "git:/srv/linux tree v6.12");
	assert_int_equal(variant->nr_config, 4);
	assert_string_equal(variant->config[2].value, "\"a text\"");
	assert_null(variant->config[2].reason);
	assert_string_equal(variant->config[3].option, "CONFIG_B");
	assert_string_equal(variant->config[3].value, "n");
	assert_string_equal(variant->config[3].reason, "no room for it: there is none");
	assert_string_equal(variant->config[3].of, "full");
	assert_int_equal(variant->page_bytes, 8);
	assert_string_equal(variant->memmap_mapping, "4K");
	assert_string_equal(variant->zspages, "fixed");
	assert_string_equal(variant->device_memmap, "lazy");
	assert_string_equal(variant->failed_bind, "kept");
	assert_string_equal(variant->page_descriptors, "array");
	assert_string_equal(variant->descriptor_ranges, "/sys/c");
	assert_int_equal(variant->nr_counters, 2);
	assert_string_equal(variant->counter[0].name, "base_pages");
	assert_string_equal(variant->counter[0].path, "/sys/a");
	assert_int_equal(variant->counter[0].op, '>');
	assert_int_equal(variant->counter[1].op, '=');
	assert_int_equal(variant->counter[1].value, 7);
	assert_int_equal(variant->patch.nr, 2);
	assert_non_null(strstr(variant->patch.item[0], "/full/0001-b.patch"));
	assert_non_null(strstr(variant->patch.item[1], "/full/0002-a.patch"));
	assert_string_equal(variant->up->name, "base");
	variant_free(variant);
}

static void a_child_inherits_what_it_does_not_say(void **state)
{
	struct variant *variant;

	(void)state;
	put("base", "variant.ini",
	    "[variant]\nhelp = h\nstate = complete\nsource = git:/srv/linux v6.12\n"
	    "[expect]\npage_bytes = 64\nmemmap_mapping = 2M\nzspages = fixed\n"
	    "device_memmap = lazy\nfailed_bind = kept\n"
	    "page_descriptors = pool\ndescriptor_ranges = /sys/c\n[active]\nn = /a > 0\n");
	put("child", "variant.ini", HEAD "parent = base\n[expect]\nmemmap_mapping = 4K\n");
	variant = load("child");
	assert_int_equal(variant->page_bytes, 64);
	assert_string_equal(variant->memmap_mapping, "4K");
	assert_string_equal(variant->zspages, "fixed");
	assert_string_equal(variant->device_memmap, "lazy");
	assert_string_equal(variant->failed_bind, "kept");
	assert_string_equal(variant->page_descriptors, "pool");
	assert_string_equal(variant->descriptor_ranges, "/sys/c");
	assert_string_equal(variant->source, "git:/srv/linux v6.12");
	assert_int_equal(variant->nr_counters, 0);
	variant_free(variant);
}

static void a_patch_more_makes_a_variant_of_another(void **state)
{
	struct variant *variant;

	(void)state;
	put("base", "variant.ini", HEAD "[expect]\npage_bytes = 8\n[active]\nn = /a > 1\n");
	variant = variant_derive(load("base+debug"), "base+1", "more", "/p/x.patch");
	assert_string_equal(variant->name, "base+1+debug");
	assert_true(variant->debug);
	assert_string_equal(variant->up->name, "base");
	assert_false(variant->up->debug);
	assert_true(variant->up->keep_tree);
	assert_string_equal(variant->patch.item[0], "/p/x.patch");
	assert_int_equal(variant->page_bytes, 8);
	assert_int_equal(variant->nr_counters, 1);
	variant_free(variant);
}

static void a_mutant_says_what_must_notice_it(void **state)
{
	struct variant *variant;

	(void)state;
	put("base", "variant.ini", HEAD "[noticed]\ndefect = a leak\n"
	    "check = zswap ksm pages=64 nodes=apart: one two\nmetric = core: latency\n");
	variant = load("base");
	assert_string_equal(variant->defect, "a leak");
	assert_int_equal(variant->nr_notices, 2);
	assert_int_equal(variant->notice[0].workload.nr, 2);
	assert_string_equal(variant->notice[0].param.item[1], "nodes=apart");
	assert_string_equal(variant->notice[0].name.item[1], "two");
	assert_false(variant->notice[0].metric);
	assert_true(variant->notice[1].metric);
	assert_string_equal(variant->notice[1].name.item[0], "latency");
	variant_free(variant);
}

static void debug_is_a_suffix_and_parents_have_it_not(void **state)
{
	struct variant *variant;

	(void)state;
	put("base", "variant.ini", HEAD);
	put("child", "variant.ini", HEAD "parent = base\n");
	variant = load("child+debug");
	assert_string_equal(variant->name, "child+debug");
	assert_true(variant->debug);
	assert_string_equal(variant->up->name, "base");
	assert_false(variant->up->debug);
	variant_free(variant);
}

/* A design that switches two options off, its child, which can have one of them, and a plain one. */
static void put_designs(void)
{
	put("base", "variant.ini", HEAD "[expect]\npage_bytes = 64\n");
	put("design", "variant.ini", HEAD "parent = base\n[off]\nCONFIG_A = too large\n"
	    "CONFIG_B = too slow\n[expect]\npage_bytes = 8\n");
	put("child", "variant.ini", HEAD "parent = design\n[config]\nCONFIG_A = y\n");
	put("other", "variant.ini", HEAD "parent = base\n[off]\nCONFIG_C = unsafe\n");
	put("remover", "variant.ini", HEAD "parent = base\n[removed]\nCONFIG_A = no room\n"
	    "CONFIG_B = no room\n");
	put("user", "variant.ini", HEAD "parent = base\n[config]\nCONFIG_B = y\n");
	put("mutants/m", "variant.ini", HEAD "parent = design\n[off]\nCONFIG_D = a tool\n");
}

static void assert_off(const char *name, const char *wanted)
{
	struct variant *variant = load(name);
	char *text = variant_off_text(variant);

	assert_string_equal(text, wanted);
	free(text);
	variant_free(variant);
}

static void what_is_off_is_inherited_and_can_be_taken_back(void **state)
{
	(void)state;
	put_designs();
	assert_off("base", "");
	assert_off("user", "");
	assert_off("design", "CONFIG_A: too large\nCONFIG_B: too slow");
	assert_off("child", "CONFIG_B: too slow");
	assert_off("remover", "CONFIG_A: no room\nCONFIG_B: no room");
	assert_off("mutants/m", "CONFIG_A: too large\nCONFIG_B: too slow\nCONFIG_D: a tool");
}

static void a_matched_variant_has_the_same_switched_off(void **state)
{
	struct kernel_config config;
	struct variant *variant;
	struct err err = { "" };
	char *text, *path;

	(void)state;
	put_designs();
	path = str_printf("%s/base.config", folder);
	assert_int_equal(fs_write(path, "CONFIG_A=y\nCONFIG_E=y\n", 22, &err), 0);
	free(path);
	variant = load("base+design+other");
	assert_string_equal(variant->name, "base+design+other");
	assert_string_equal(variant->up->name, "base");
	assert_int_equal(variant->patch.nr, 0);
	assert_int_equal(variant->page_bytes, 64);
	assert_int_equal(kernel_config_merge(folder, variant, false, &config, &err), 0);
	text = kernel_config_text(&config);
	assert_string_equal(text, "# CONFIG_A is not set\n# CONFIG_B is not set\n"
			    "# CONFIG_C is not set\nCONFIG_E=y\n");
	free(text);
	kernel_config_free(&config);
	variant_free(variant);
	variant = load("other+child+debug");
	assert_string_equal(variant->name, "other+child+debug");
	assert_string_equal(variant->up->name, "base");
	assert_true(variant->debug);
	variant_free(variant);
	assert_off("other+child", "CONFIG_C: unsafe\nCONFIG_B: too slow");
}

static void assert_refused(const char *name, int error, const char *why)
{
	struct variant *variant;
	struct err err = { "" };

	assert_int_equal(variant_load(folder, name, &variant, &err), error);
	if (!strstr(err.text, why))
		fail_msg("%s: %s", name, err.text);
}

static void what_cannot_be_matched_is_refused(void **state)
{
	(void)state;
	put_designs();
	assert_refused("base+user", -EINVAL, "base+user: user switches nothing off");
	assert_refused("design+design", -EINVAL, "switches nothing off that design does not");
	assert_refused("user+design", -EINVAL, "user+design: CONFIG_B is off in design, and user is "
		       "made to have it");
	assert_refused("base+remover", -EINVAL, "remover switches nothing off");
	assert_refused("base+desgin", -ENOENT, "base+desgin: desgin: no such kernel variant");
	assert_refused("base+debug+design", -EINVAL, "+debug stands at the end");
	assert_refused("base+../design", -ENOENT, "no such kernel variant");
	assert_refused("base+", -ENOENT, "no such kernel variant");
	assert_refused("+design", -ENOENT, "no such kernel variant");
}

/* What is asked for, what is run, and how many of the names have changed. */
static const struct {
	const char *asked;
	const char *run;
	size_t said;
} match_table[] = {
	{ "base,base", "base,base", 0 },
	{ "base,design", "base+design,design", 1 },
	{ "base,child", "base+design,child", 1 },
	{ "base,mutants/m", "base+design,mutants/m", 1 },
	{ "base,design,other", "base+design+other,design+other,other+design", 3 },
	{ "base+design,design", "base+design,design", 0 },
	{ "base+debug,design+debug,base", "base+design+debug,design+debug,base", 1 },
	{ "base,design+debug", "base,design+debug", 0 },
	{ "base,user,remover", "base,user,remover", 0 },
	{ "base,remover,design", "base+design,remover,design", 1 },
};

static void variants_of_a_run_are_matched_with_each_other(void **state)
{
	(void)state;
	put_designs();
	put("child", "variant.ini", HEAD "parent = design\n");
	for (size_t i = 0; i < ARRAY_SIZE(match_table); i++) {
		struct strv names = { 0 }, said = { 0 };
		struct err err = { "" };
		char *run;

		strv_split(&names, match_table[i].asked, ",");
		if (variant_match_all(folder, &names, &said, &err))
			fail_msg("%s: %s", match_table[i].asked, err.text);
		run = strv_join(&names, ",");
		assert_string_equal(run, match_table[i].run);
		assert_int_equal(said.nr, match_table[i].said);
		free(run);
		strv_free(&names);
		strv_free(&said);
	}
}

static void variants_that_exclude_each_other_are_no_run(void **state)
{
	struct strv names = { 0 }, said = { 0 };
	struct err err = { "" };
	char *left;

	(void)state;
	put_designs();
	strv_split(&names, "user,base,design", ",");
	assert_int_equal(variant_match_all(folder, &names, &said, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cannot have the same configuration"));
	left = strv_join(&names, ",");
	assert_string_equal(left, "user,base,design");
	assert_int_equal(said.nr, 0);
	free(left);
	strv_free(&names);
}

static void names_are_sorted_and_mutants_come_last(void **state)
{
	struct strv names = { 0 };
	char *all;

	(void)state;
	put("zeta", "variant.ini", HEAD);
	put("alpha", "variant.ini", HEAD);
	put("mutants/a-broken-one", "variant.ini", HEAD);
	put("no-variant", "README.md", "nothing");
	assert_int_equal(variant_names(folder, &names, NULL), 0);
	all = strv_join(&names, " ");
	assert_string_equal(all, "alpha zeta mutants/a-broken-one");
	free(all);
	strv_free(&names);
	variant_free(load("mutants/a-broken-one"));
}

#define LONG50 "0123456789012345678901234567890123456789012345678901"

/* Each is a folder of its own; its error goes into the golden file. */
static const struct bad {
	const char *name;
	const char *ini;
	const char *series;	/* or NULL */
	const char *patch;	/* name of a patch file that lies there, or NULL */
	int error;
} bad_table[] = {
	{ "no-help", "[variant]\nstate = complete\n", NULL, NULL, -EINVAL },
	{ "no-state", "[variant]\nhelp = h\n", NULL, NULL, -EINVAL },
	{ "empty", "", NULL, NULL, -EINVAL },
	{ "bad-state", "[variant]\nhelp = h\nstate = done\n", NULL, NULL, -EINVAL },
	{ "help-twice", "[variant]\nhelp = h\nhelp = i\n", NULL, NULL, -EINVAL },
	{ "empty-value", "[variant]\nhelp =\n", NULL, NULL, -EINVAL },
	{ "unknown-key", HEAD "parrent = base\n", NULL, NULL, -EINVAL },
	{ "unknown-section", HEAD "[expects]\npage_bytes = 64\n", NULL, NULL, -EINVAL },
	{ "no-section", "help = h\n", NULL, NULL, -EINVAL },
	{ "no-equals", HEAD "[config]\nCONFIG_A\n", NULL, NULL, -EINVAL },
	{ "open-section", "[variant\n", NULL, NULL, -EINVAL },
	{ "indented", HEAD "[config]\nCONFIG_A = y\n  CONFIG_B = y\n", NULL, NULL, -EINVAL },
	{ "too-long", HEAD "[config]\nCONFIG_A = \"" LONG50 LONG50 LONG50 LONG50 "\"\n", NULL, NULL,
	  -EINVAL },
	{ "control", "[variant]\nhelp = a\033[31m\n", NULL, NULL, -EINVAL },
	{ "bad-source", HEAD "source = /srv/linux v6.12\n", NULL, NULL, -EINVAL },
	{ "source-no-rev", HEAD "source = git:/srv/linux\n", NULL, NULL, -EINVAL },
	{ "source-option", HEAD "source = git:/srv/linux --all\n", NULL, NULL, -EINVAL },
	{ "bad-option", HEAD "[config]\nZSWAP = y\n", NULL, NULL, -EINVAL },
	{ "module", HEAD "[config]\nCONFIG_A = m\n", NULL, NULL, -EINVAL },
	{ "half-string", HEAD "[config]\nCONFIG_A = \"a\n", NULL, NULL, -EINVAL },
	{ "option-twice", HEAD "[config]\nCONFIG_A = y\nCONFIG_A = 1\n", NULL, NULL, -EINVAL },
	{ "off-no-reason", HEAD "[config]\nCONFIG_A = n\n", NULL, NULL, -EINVAL },
	{ "off-empty-reason", HEAD "[off]\nCONFIG_A =\n", NULL, NULL, -EINVAL },
	{ "off-no-option", HEAD "[off]\nA = it has no room\n", NULL, NULL, -EINVAL },
	{ "removed-no-reason", HEAD "[removed]\nCONFIG_A =\n", NULL, NULL, -EINVAL },
	{ "off-and-removed", HEAD "[off]\nCONFIG_A = slow\n[removed]\nCONFIG_A = slow\n", NULL, NULL,
	  -EINVAL },
	{ "off-and-on", HEAD "[config]\nCONFIG_A = y\n[off]\nCONFIG_A = no room\n", NULL, NULL,
	  -EINVAL },
	{ "page-bytes", HEAD "[expect]\npage_bytes = 63\n", NULL, NULL, -EINVAL },
	{ "page-bytes-huge", HEAD "[expect]\npage_bytes = 99999999999999999999\n", NULL, NULL,
	  -EINVAL },
	{ "mapping", HEAD "[expect]\nmemmap_mapping = 1G\n", NULL, NULL, -EINVAL },
	{ "zspages", HEAD "[expect]\nzspages = movable\n", NULL, NULL, -EINVAL },
	{ "device-memmap", HEAD "[expect]\ndevice_memmap = late\n", NULL, NULL, -EINVAL },
	{ "failed-bind", HEAD "[expect]\nfailed_bind = lost\n", NULL, NULL, -EINVAL },
	{ "page-descriptors", HEAD "[expect]\npage_descriptors = list\n", NULL, NULL, -EINVAL },
	{ "descriptor-ranges", HEAD "[expect]\ndescriptor_ranges = sys/c\n", NULL, NULL, -EINVAL },
	{ "counter-form", HEAD "[active]\nn = /sys/a 0\n", NULL, NULL, -EINVAL },
	{ "counter-path", HEAD "[active]\nn = sys/a > 0\n", NULL, NULL, -EINVAL },
	{ "counter-op", HEAD "[active]\nn = /sys/a >= 0\n", NULL, NULL, -EINVAL },
	{ "counter-value", HEAD "[active]\nn = /sys/a > -1\n", NULL, NULL, -EINVAL },
	{ "counter-name", HEAD "[active]\nn/m = /sys/a > 1\n", NULL, NULL, -EINVAL },
	{ "counter-twice", HEAD "[active]\nn = /a > 1\nn = /a > 1\n", NULL, NULL, -EINVAL },
	{ "notice-form", HEAD "[noticed]\ncheck = zswap content-verified\n", NULL, NULL, -EINVAL },
	{ "notice-nowhere", HEAD "[noticed]\ncheck = a=1: content-verified\n", NULL, NULL, -EINVAL },
	{ "notice-nothing", HEAD "[noticed]\nmetric = zswap:\n", NULL, NULL, -EINVAL },
	{ "no-parent", HEAD "parent = no-hlep\n", NULL, NULL, -ENOENT },
	{ "parent-path", HEAD "parent = ../etc\n", NULL, NULL, -EINVAL },
	{ "own-parent", HEAD "parent = own-parent\n", NULL, NULL, -ELOOP },
	{ "patch-not-there", HEAD, "0001-a.patch\n", NULL, -EINVAL },
	{ "patch-elsewhere", HEAD, "../a.patch\n", NULL, -EINVAL },
	{ "patch-twice", HEAD, "a.patch\na.patch\n", "a.patch", -EINVAL },
	{ "patch-not-named", HEAD, "# nothing\n", "a.patch", -EINVAL },
	{ "patch-no-series", HEAD, NULL, "a.patch", -EINVAL },
};

/* "/tmp/test-variant.Ab12Cd/x" -> "KERNELS/x" */
static void add_error(struct strv *lines, const char *name, const char *text)
{
	const char *found;
	struct strv parts = { 0 };
	char *joined;

	while ((found = strstr(text, folder))) {
		strv_add(&parts, "%.*s", (int)(found - text), text);
		text = found + strlen(folder);
	}
	strv_add(&parts, "%s", text);
	joined = strv_join(&parts, "KERNELS");
	strv_add(lines, "[%s]\n%s", name, joined);
	free(joined);
	strv_free(&parts);
}

static void each_bad_file_has_its_sentence(void **state)
{
	struct variant *variant;
	struct strv lines = { 0 };
	struct err err;
	char *text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_table); i++) {
		put(bad_table[i].name, "variant.ini", bad_table[i].ini);
		if (bad_table[i].series)
			put(bad_table[i].name, "series", bad_table[i].series);
		if (bad_table[i].patch)
			put(bad_table[i].name, bad_table[i].patch, "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad_table); i++) {
		err.text[0] = '\0';
		if (variant_load(folder, bad_table[i].name, &variant, &err) != bad_table[i].error)
			fail_msg("%s: another result than expected: %s", bad_table[i].name, err.text);
		add_error(&lines, bad_table[i].name, err.text);
	}
	strv_add(&lines, "%s", "");
	text = strv_join(&lines, "\n");
	golden_check("variant-errors.txt", text);
	free(text);
	strv_free(&lines);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
	struct variant *variant;
	struct err err;

	(void)state;
	put("baseline", "variant.ini", HEAD);
	assert_int_equal(variant_load(folder, "basline", &variant, &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean baseline?"));
	assert_int_equal(variant_load(folder, "basline+debug", &variant, &err), -ENOENT);
	assert_int_equal(variant_load(folder, "../baseline", &variant, &err), -ENOENT);
	assert_int_equal(variant_load(folder, "", &variant, &err), -ENOENT);
}

static void parents_in_a_circle_are_named(void **state)
{
	struct variant *variant;
	struct err err;

	(void)state;
	put("a", "variant.ini", HEAD "parent = b\n");
	put("b", "variant.ini", HEAD "parent = c\n");
	put("c", "variant.ini", HEAD "parent = a\n");
	assert_int_equal(variant_load(folder, "a", &variant, &err), -ELOOP);
	assert_non_null(strstr(err.text, "a -> b -> c -> a"));
}

static void a_nul_byte_is_no_text(void **state)
{
	static const char text[] = HEAD "[config]\nCONFIG_A = y\0\nCONFIG_B = y\n";
	char *path = str_printf("%s/nul/variant.ini", folder);
	struct variant *variant;
	struct err err;

	(void)state;
	put("nul", "variant.ini", "");
	assert_int_equal(fs_write(path, text, sizeof(text) - 1, NULL), 0);
	assert_int_equal(variant_load(folder, "nul", &variant, &err), -EINVAL);
	assert_non_null(strstr(err.text, "NUL"));
	free(path);
}

/* Every beginning of a good file is refused or read; none is read past its end. */
static void every_beginning_of_a_file_is_survived(void **state)
{
	struct variant *variant;
	struct err err;

	(void)state;
	put("base", "variant.ini", HEAD);
	for (size_t len = 0; len < sizeof(full); len++) {
		char *text = str_printf("%.*s", (int)len, full);

		put("cut", "variant.ini", text);
		if (!variant_load(folder, "cut", &variant, &err))
			variant_free(variant);
		free(text);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_variant_is_read),
		TEST(a_child_inherits_what_it_does_not_say),
		TEST(a_patch_more_makes_a_variant_of_another),
		TEST(a_mutant_says_what_must_notice_it),
		TEST(debug_is_a_suffix_and_parents_have_it_not),
		TEST(what_is_off_is_inherited_and_can_be_taken_back),
		TEST(a_matched_variant_has_the_same_switched_off),
		TEST(what_cannot_be_matched_is_refused),
		TEST(variants_of_a_run_are_matched_with_each_other),
		TEST(variants_that_exclude_each_other_are_no_run),
		TEST(names_are_sorted_and_mutants_come_last),
		TEST(each_bad_file_has_its_sentence),
		TEST(an_unknown_name_is_answered_with_the_nearest),
		TEST(parents_in_a_circle_are_named),
		TEST(a_nul_byte_is_no_text),
		TEST(every_beginning_of_a_file_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
