// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel builder when it is killed, when others build at the same time, and
 * when what is in the cache is lost or damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache.h"
#include "fake-kernel.h"
#include "kernel-tree.h"
#include "proc.h"

/* A process that builds a variant; exits 0 when it is built, 2 when it was in the cache. */
static pid_t builder(const struct fake_kernel *fake, const char *name)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		struct kernel_image image;
		struct err err = { "" };

		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* when a check fails, too */
		proc_catch_signals();
		if (fake_try_build(fake, name, &image, &err)) {
			fprintf(stderr, "%s\n", err.text);
			_exit(1);
		}
		_exit(image.cached ? 2 : 0);
	}
	return pid;
}

static int ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void shift_time(const char *path, int64_t seconds)
{
	struct timespec now, times[2];

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	times[0] = times[1] = now;
	if (utimensat(AT_FDCWD, path, times, 0))
		fail_msg("%s: %s", path, strerror(errno));
}

/* As if the compilation had begun a hundred seconds ago. */
static void make_old(const char *unfinished)
{
	char *text, *since, *changed;

	assert_int_equal(fs_read(unfinished, &text, NULL, NULL), 0);
	since = strstr(text, "\"since\": ") + strlen("\"since\": ");
	changed = str_printf("%.*s%lld%s", (int)(since - text), text,
			     (long long)(atoll(since) - INT64_C(100000000000)),
			     since + strspn(since, "0123456789"));
	assert_int_equal(fs_write(unfinished, changed, strlen(changed), NULL), 0);
	free(changed);
	free(text);
}

static void await_free_tree(const struct fake_kernel *fake, const char *name)
{
	char *key = fake_key(fake, name);
	struct cache_lock *lock;

	assert_int_equal(cache_lock(fake->cache, CACHE_TREE, HOLD_BUILD, key, NULL, NULL, &lock,
				    NULL), 0);
	cache_unlock(lock);
	free(key);
}

static void a_killed_build_is_taken_up_where_it_stopped(void **state)
{
	static const char *const done[] = {
		"linux/tools/objtool/objtool", "linux/tools/objtool/.objtool.cmd", "linux/.config",
		"linux/mm/alloc.o", "linux/mm/.alloc.o.cmd",
	};
	const struct fake_kernel *fake = *state;
	struct kernel_image image, scratch;
	char *half, *unfinished;
	pid_t pid;

	scratch = fake_build(fake, "baseline");
	fs_remove(fake->cache, NULL);
	fake_gate_close(fake);
	pid = builder(fake, "baseline");
	fake_gate_await(fake, 1);
	kill(pid, SIGKILL);
	assert_int_equal(ended(pid), -SIGKILL);
	fake_gate_open(fake);
	await_free_tree(fake, "baseline");
	/* mm/alloc.o was finished long ago, mm/free.o is half-written. */
	for (size_t i = 0; i < ARRAY_SIZE(done); i++) {
		char *path = fake_tree_path(fake, "baseline", done[i]);

		shift_time(path, -40 + (int)i);
		free(path);
	}
	half = fake_tree_path(fake, "baseline", "linux/mm/free.o");
	assert_int_equal(fs_write(half, "half", 4, NULL), 0);
	unfinished = fake_tree_path(fake, "baseline", "unfinished.json");
	make_old(unfinished);
	image = fake_build(fake, "baseline");
	assert_false(image.cached);
	assert_int_equal(fake_compiled(image.log, "mm/alloc.o"), 1);
	assert_int_equal(fake_compiled(image.log, "mm/free.o"), 2);	/* one log for both */
	assert_string_equal(image.image_hash, scratch.image_hash);
	kernel_image_free(&image);
	kernel_image_free(&scratch);
	free(unfinished);
	free(half);
}

/* make dies with the harness, but a compiler it had started goes on for a moment. */
static void orphans_of_a_killed_build_keep_the_tree_locked(void **state)
{
	const struct fake_kernel *fake = *state;
	char *key = fake_key(fake, "baseline");
	struct cache_lock *lock;
	pid_t pid;

	fake_gate_close(fake);
	pid = builder(fake, "baseline");
	fake_gate_await(fake, 1);
	kill(pid, SIGKILL);
	ended(pid);
	assert_int_equal(cache_try_lock(fake->cache, CACHE_TREE, HOLD_BUILD, key, &lock), -EBUSY);
	fake_gate_open(fake);
	fake_build_and_forget(fake, "baseline");
	free(key);
}

static void a_build_killed_at_once_leaves_nothing_complete(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image, scratch;
	pid_t pid;

	scratch = fake_build(fake, "baseline");
	fs_remove(fake->cache, NULL);
	for (int ms = 0; ms < 60; ms += 5) {
		pid = builder(fake, "baseline");
		poll(NULL, 0, ms);
		kill(pid, SIGKILL);
		ended(pid);
	}
	image = fake_build(fake, "baseline");
	assert_string_equal(image.image_hash, scratch.image_hash);
	kernel_image_free(&image);
	kernel_image_free(&scratch);
}

static void an_interrupted_build_says_so_and_ends_its_compilers(void **state)
{
	const struct fake_kernel *fake = *state;
	pid_t pid;

	fake_gate_close(fake);
	pid = builder(fake, "baseline");
	fake_gate_await(fake, 1);
	kill(pid, SIGTERM);
	assert_int_equal(ended(pid), 1);
	/* With the gate still closed: whoever waited at it must be gone. */
	await_free_tree(fake, "baseline");
	fake_gate_open(fake);
	fake_build_and_forget(fake, "baseline");
}

static void two_who_want_the_same_build_it_once(void **state)
{
	const struct fake_kernel *fake = *state;
	int first, second;
	pid_t one, two;

	fake_gate_close(fake);
	one = builder(fake, "baseline");
	fake_gate_await(fake, 1);
	two = builder(fake, "baseline");
	poll(NULL, 0, 300);	/* time for the second to do something wrong */
	assert_int_equal(waitpid(two, NULL, WNOHANG), 0);
	fake_gate_open(fake);
	first = ended(one);
	second = ended(two);
	assert_int_equal(first, 0);
	assert_int_equal(second, 2);
}

static void two_who_want_different_ones_build_at_once(void **state)
{
	const struct fake_kernel *fake = *state;
	pid_t one, two;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_variant(fake, "named", "[config]\nCONFIG_NAME = \"n\"\n", FAKE_PATCH_FREE);
	fake_build_and_forget(fake, "twelve");
	fs_remove(fake->gate, NULL);
	fake_variant(fake, "twelve", "[config]\nCONFIG_NAME = \"t\"\n", FAKE_PATCH_FREE);
	fake_gate_close(fake);
	one = builder(fake, "twelve");
	two = builder(fake, "named");
	fake_gate_await(fake, 2);
	fake_gate_open(fake);
	assert_int_equal(ended(one), 0);
	assert_int_equal(ended(two), 0);
}

static void many_who_start_at_once_unpack_the_source_once(void **state)
{
	static const char *const name[] = { "a", "b", "c", "d" };
	const struct fake_kernel *fake = *state;
	pid_t pid[ARRAY_SIZE(name)];

	for (size_t i = 0; i < ARRAY_SIZE(name); i++) {
		char *file = str_printf("%s/variant.ini", name[i]);
		char *ini = str_printf("[variant]\nhelp = h\nstate = complete\n"
				       "[config]\nCONFIG_NAME = \"%s\"\n", name[i]);

		fake_write(fake->kernels, file, ini);
		free(file);
		free(ini);
	}
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		pid[i] = builder(fake, name[i]);
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		assert_int_equal(ended(pid[i]), 0);
}

static void a_held_image_survives_a_prune(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image = fake_build(fake, "baseline");

	assert_int_equal(cache_prune(fake->cache, 0, NULL, NULL), 0);
	assert_true(fs_exists(image.vmlinux));
	kernel_image_free(&image);
	assert_int_equal(cache_prune(fake->cache, 0, NULL, NULL), 0);
	image = fake_build(fake, "baseline");
	assert_false(image.cached);
	kernel_image_free(&image);
}

static void the_limit_is_held_after_a_build(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, "baseline");
	struct cache_list list;
	struct kernel_image image;

	kb.limit = 1;
	assert_int_equal(kernel_build(&kb, variant, &image, NULL), 0);
	assert_true(fs_exists(image.vmlinux));
	assert_int_equal(cache_list(fake->cache, &list, NULL), 0);
	assert_int_equal(list.nr, 1);
	assert_string_equal(list.entry[0].kind, "image");
	cache_list_free(&list);
	kernel_image_free(&image);
	variant_free(variant);
}

static void a_damaged_image_is_built_anew(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image = fake_build(fake, "baseline"), again;

	assert_int_equal(truncate(image.vmlinux, 3), 0);
	again = fake_build(fake, "baseline");
	assert_false(again.cached);
	assert_string_equal(again.image_hash, image.image_hash);
	kernel_image_free(&again);
	kernel_image_free(&image);
}

static void a_lost_image_comes_back_from_its_tree(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image, again;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_build_and_forget(fake, "twelve");
	image = fake_build(fake, "baseline");
	fs_remove(image.dir, NULL);
	again = fake_build(fake, "baseline");
	assert_false(again.cached);
	assert_string_equal(again.image_hash, image.image_hash);
	assert_true(fs_exists(again.log));
	assert_int_equal(fake_compiled(again.log, "mm/alloc.o"), 0);
	kernel_image_free(&again);
	kernel_image_free(&image);
}

static void a_source_file_that_was_written_to_is_found(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };
	char *file;
	FILE *in_place;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_build_and_forget(fake, "twelve");
	file = fake_tree_path(fake, "baseline", "linux/mm/alloc.c");
	in_place = fopen(file, "a");
	assert_non_null(in_place);
	fputs("/* changed */\n", in_place);
	fclose(in_place);
	fake_variant(fake, "named", "[config]\nCONFIG_NAME = \"n\"\n", NULL);
	assert_int_equal(fake_try_build(fake, "named", &image, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "mm/alloc.c"));
	free(file);
}

static void put_aged(const char *dir, const char *file, const char *text, int age)
{
	char *path = str_printf("%s/%s", dir, file);

	fake_write(dir, file, text);
	shift_time(path, -age);
	free(path);
}

static bool is_there(const char *dir, const char *file)
{
	char *path = str_printf("%s/%s", dir, file);
	bool is = fs_exists(path);

	free(path);
	return is;
}

static void a_copy_keeps_time_mode_and_link(void **state)
{
	const struct fake_kernel *fake = *state;
	int dir = open(fake->dir, O_RDONLY | O_DIRECTORY);
	char *path = str_printf("%s/tool", fake->dir), *link = str_printf("%s/link", fake->dir);
	struct stat from, to;
	char target[8];

	assert_true(dir >= 0);
	put_aged(fake->dir, "tool", "text", 1000);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(symlink("tool", link), 0);
	assert_int_equal(tree_copy_file(dir, "tool", dir, "copy"), 0);
	assert_int_equal(tree_copy_file(dir, "link", dir, "link-too"), 0);
	assert_int_equal(tree_copy_file(dir, "tool", dir, "copy"), -EEXIST);
	assert_int_equal(tree_copy_file(dir, "source", dir, "folder"), -EINVAL);
	assert_int_equal(fstatat(dir, "tool", &from, 0), 0);
	assert_int_equal(fstatat(dir, "copy", &to, 0), 0);
	assert_int_equal(from.st_mtim.tv_sec, to.st_mtim.tv_sec);
	assert_int_equal(from.st_mtim.tv_nsec, to.st_mtim.tv_nsec);
	assert_int_equal(from.st_mode, to.st_mode);
	assert_int_equal(from.st_size, to.st_size);
	assert_int_not_equal(from.st_ino, to.st_ino);
	assert_int_equal(readlinkat(dir, "link-too", target, sizeof(target)), 4);
	close(dir);
	free(path);
	free(link);
}

static void repair_removes_what_may_be_half_written(void **state)
{
	const struct fake_kernel *fake = *state;
	char *dir = str_printf("%s/tree", fake->dir);
	struct timespec now;
	int64_t since;

	clock_gettime(CLOCK_REALTIME, &now);
	since = (now.tv_sec - 100) * INT64_C(1000000000);
	put_aged(dir, ".config", "CONFIG_A=y\n", 101);
	put_aged(dir, "mm/good.o", "x", 61);
	put_aged(dir, "mm/.good.o.cmd", "savedcmd_mm/good.o := gcc\n\nsource_mm/good.o := g.c\n\n"
		 "deps_mm/good.o := \\\n\nmm/good.o: $(deps_mm/good.o)\n\n$(deps_mm/good.o):\n", 60);
	put_aged(dir, "mm/newer.o", "x", 50);
	put_aged(dir, "mm/.newer.o.cmd", "savedcmd_mm/newer.o := gcc\n", 60);
	put_aged(dir, "mm/cut.o", "x", 61);
	put_aged(dir, "mm/.cut.o.cmd", "savedcmd_mm/cut.o := gcc\n\nsource_mm/cut.o := c.c\n\n"
		 "deps_mm/cut.o := \\\n  include/a.h \\\n", 60);
	put_aged(dir, "mm/.short.o.cmd", "savedcmd_mm/sho", 60);
	put_aged(dir, "mm/table.h", "x", 5);
	put_aged(dir, "mm/last.o", "x", 0);
	put_aged(dir, "mm/future.c", "x", -5000);
	assert_int_equal(tree_repair(dir, since, NULL), 0);
	assert_true(is_there(dir, ".config"));
	assert_true(is_there(dir, "mm/good.o"));
	assert_true(is_there(dir, "mm/.good.o.cmd"));
	assert_false(is_there(dir, "mm/newer.o"));
	assert_false(is_there(dir, "mm/.cut.o.cmd"));
	assert_false(is_there(dir, "mm/.short.o.cmd"));
	assert_false(is_there(dir, "mm/table.h"));
	assert_false(is_there(dir, "mm/last.o"));
	assert_true(is_there(dir, "mm/future.c"));
	free(dir);
}

static void a_young_tree_is_not_repaired(void **state)
{
	const struct fake_kernel *fake = *state;
	char *dir = str_printf("%s/tree", fake->dir);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	put_aged(dir, "mm/last.o", "x", 0);
	assert_int_equal(tree_repair(dir, (now.tv_sec - 10) * INT64_C(1000000000), NULL), -ESTALE);
	assert_true(is_there(dir, "mm/last.o"));
	free(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_killed_build_is_taken_up_where_it_stopped),
		TEST(orphans_of_a_killed_build_keep_the_tree_locked),
		TEST(a_build_killed_at_once_leaves_nothing_complete),
		TEST(an_interrupted_build_says_so_and_ends_its_compilers),
		TEST(two_who_want_the_same_build_it_once),
		TEST(two_who_want_different_ones_build_at_once),
		TEST(many_who_start_at_once_unpack_the_source_once),
		TEST(a_held_image_survives_a_prune),
		TEST(the_limit_is_held_after_a_build),
		TEST(a_damaged_image_is_built_anew),
		TEST(a_lost_image_comes_back_from_its_tree),
		TEST(a_source_file_that_was_written_to_is_found),
		TEST(a_copy_keeps_time_mode_and_link),
		TEST(repair_removes_what_may_be_half_written),
		TEST(a_young_tree_is_not_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
