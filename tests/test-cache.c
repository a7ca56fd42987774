// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache: locks that vanish with their process, a list that is right, and a
 * removal that leaves alone what is in use.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache.h"
#include "kernel.h"

#define KEY_A "aaaa"
#define KEY_B "bbbb"
#define KEY_C "cccc"

static char folder[] = "/tmp/test-cache.XXXXXX";

static int make_cache(void **state)
{
	char *root;

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder) || cache_open(folder, &root, NULL))
		return -1;
	*state = root;
	return 0;
}

static int remove_cache(void **state)
{
	free(*state);
	return fs_remove(folder, NULL);
}

static void put(const char *root, const char *file, const char *text)
{
	char *path = str_printf("%s/%s", root, file), *dir = str_dup(path);
	struct err err = { "" };

	*strrchr(dir, '/') = '\0';
	if (fs_mkdir(dir, &err) || fs_write(path, text, strlen(text), &err))
		fail_msg("%s", err.text);
	free(dir);
	free(path);
}

static void used_at(const char *root, const char *entry, time_t when)
{
	char *used = str_printf("%s/%s/used", root, entry);
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };

	assert_int_equal(fs_age_touch(used), 0);
	assert_int_equal(utimensat(AT_FDCWD, used, times, 0), 0);
	free(used);
}

static void put_tree(const char *root, const char *kind, const char *key, const char *name,
		     unsigned int bytes, time_t used)
{
	char *manifest = str_printf("%s/%s/manifest.json", kind, key);
	char *text = str_printf("{\"name\": \"%s\", \"bytes\": %u}", name, bytes);
	char *entry = str_printf("%s/%s", kind, key);

	put(root, manifest, text);
	used_at(root, entry, used);
	free(entry);
	free(text);
	free(manifest);
}

static bool there(const char *root, const char *path)
{
	char *full = str_printf("%s/%s", root, path);
	bool is = fs_exists(full);

	free(full);
	return is;
}

/* A process that takes a lock, says so, and holds it until it is killed. */
static pid_t holder(const char *root, enum cache_kind kind, enum cache_hold hold,
		    const char *key)
{
	int said[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct cache_lock *lock;

		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* when a check fails, too */
		if (cache_lock(root, kind, hold, key, NULL, NULL, &lock, NULL) ||
		    write(said[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(said[1]);
	assert_int_equal(read(said[0], &byte, 1), 1);
	close(said[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void users_share_and_builders_do_not(void **state)
{
	struct cache_lock *one, *two, *three;

	assert_int_equal(cache_lock(*state, CACHE_TREE, HOLD_USE, KEY_A, NULL, NULL, &one, NULL), 0);
	assert_int_equal(cache_lock(*state, CACHE_TREE, HOLD_USE, KEY_A, NULL, NULL, &two, NULL), 0);
	assert_int_equal(cache_try_lock(*state, CACHE_TREE, HOLD_USE, KEY_A, &three), -EBUSY);
	cache_unlock(one);
	cache_unlock(two);
	assert_int_equal(cache_try_lock(*state, CACHE_TREE, HOLD_BUILD, KEY_A, &one), 0);
	assert_int_equal(cache_try_lock(*state, CACHE_IMAGE, HOLD_BUILD, KEY_A, &two), -EBUSY);
	assert_int_equal(cache_try_lock(*state, CACHE_SOURCE, HOLD_BUILD, KEY_A, &two), 0);
	cache_unlock(one);
	cache_unlock(two);
}

static void a_killed_process_holds_nothing(void **state)
{
	pid_t pid = holder(*state, CACHE_TREE, HOLD_BUILD, KEY_A);
	struct cache_lock *lock;

	assert_int_equal(cache_try_lock(*state, CACHE_TREE, HOLD_BUILD, KEY_A, &lock), -EBUSY);
	end(pid);
	assert_int_equal(cache_try_lock(*state, CACHE_TREE, HOLD_BUILD, KEY_A, &lock), 0);
	cache_unlock(lock);
}

struct wait_count {
	pid_t pid;
	unsigned int calls;
};

static void kill_at_third(void *ctx)
{
	struct wait_count *count = ctx;

	if (++count->calls == 3)
		end(count->pid);
}

static void waiting_is_visible_and_ends(void **state)
{
	struct wait_count count = { .pid = holder(*state, CACHE_TREE, HOLD_BUILD, KEY_A) };
	struct cache_lock *lock;

	assert_int_equal(cache_lock(*state, CACHE_TREE, HOLD_BUILD, KEY_A, kill_at_third, &count,
				    &lock, NULL), 0);
	assert_int_equal(count.calls, 3);
	cache_unlock(lock);
}

#define CROWD 4
#define ROUNDS 3000

/* Takes and discards the lock; exits 1 when two were inside at once. */
static void crowd_member(const char *root, _Atomic int *inside)
{
	struct cache_lock *lock;

	for (int i = 0; i < ROUNDS; i++) {
		if (cache_try_lock(root, CACHE_TREE, HOLD_BUILD, KEY_A, &lock))
			continue;
		if (++*inside != 1)
			_exit(1);
		sched_yield();
		--*inside;
		cache_lock_discard(lock);
	}
	_exit(0);
}

/* A lock taken on a file that was unlinked meanwhile would let two in. */
static void a_discarded_lock_lets_only_one_in(void **state)
{
	_Atomic int *inside = mmap(NULL, sizeof(*inside), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[CROWD];
	int status;

	assert_true(inside != MAP_FAILED);
	for (int i = 0; i < CROWD; i++) {
		pid[i] = fork();
		if (!pid[i])
			crowd_member(*state, inside);
	}
	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	munmap((void *)inside, sizeof(*inside));
}

static void the_list_says_what_is_there(void **state)
{
	const char *root = *state;
	struct cache_list list;

	put_tree(root, "source", KEY_A, "6.12.999 (test)", 5000, 300);
	put_tree(root, "tree", KEY_B, "baseline", 700, 200);
	put(root, "tree/" KEY_C "/unfinished.json", "{\"name\": \"other\"}");
	used_at(root, "tree/" KEY_C, 100);
	put(root, "tree/dddd.trash/file", "x");
	assert_int_equal(cache_list(folder, &list, NULL), 0);
	assert_int_equal(list.nr, 4);
	assert_string_equal(list.entry[0].key, KEY_C);
	assert_string_equal(list.entry[0].name, "other (unfinished)");
	assert_string_equal(list.entry[1].name, "baseline");
	assert_string_equal(list.entry[1].kind, "tree");
	assert_int_equal(list.entry[1].bytes, 700);
	assert_int_equal(list.entry[1].used, 200);
	assert_false(list.entry[1].busy);
	assert_string_equal(list.entry[2].kind, "source");
	assert_string_equal(list.entry[3].name, "(remainder)");
	assert_true(list.bytes > 5700);
	cache_list_free(&list);
}

static void a_damaged_manifest_is_listed_as_unfinished(void **state)
{
	struct cache_list list;

	put(*state, "image/" KEY_A "/manifest.json", "{\"name\": ");
	assert_int_equal(cache_list(folder, &list, NULL), 0);
	assert_int_equal(list.nr, 1);
	assert_string_equal(list.entry[0].name, "? (unfinished)");
	cache_list_free(&list);
}

static void the_least_recently_used_goes_first(void **state)
{
	const char *root = *state;
	uint64_t freed = 0;

	put_tree(root, "tree", KEY_A, "a", 1000, 200);
	put_tree(root, "tree", KEY_B, "b", 1000, 100);
	put_tree(root, "tree", KEY_C, "c", 1000, 300);
	assert_int_equal(cache_prune(folder, 3000, &freed, NULL), 0);
	assert_int_equal(freed, 0);
	assert_int_equal(cache_prune(folder, 2500, &freed, NULL), 0);
	assert_int_equal(freed, 1000);
	assert_true(there(root, "tree/" KEY_A));
	assert_false(there(root, "tree/" KEY_B));
	assert_true(there(root, "tree/" KEY_C));
	assert_int_equal(cache_prune(folder, 0, &freed, NULL), 0);
	assert_int_equal(freed, 2000);
	assert_false(there(root, "tree/" KEY_A));
}

static void a_source_goes_after_the_trees_that_share_it(void **state)
{
	const char *root = *state;

	put_tree(root, "source", KEY_A, "s", 1000, 100);
	put_tree(root, "tree", KEY_B, "t", 1000, 100);
	assert_int_equal(cache_prune(folder, 1000, NULL, NULL), 0);
	assert_true(there(root, "source/" KEY_A));
	assert_false(there(root, "tree/" KEY_B));
}

#define MIB (1 << 20)

/* A source of 1 MiB that was used at 100, and trees that link it and have 1 MiB of their own. */
static void put_shared_source(const char *root)
{
	char *big = mem_grow(NULL, MIB + 1, 1);

	memset(big, 'x', MIB);
	big[MIB] = '\0';
	put(root, "source/" KEY_A "/linux/file.c", big);
	put_tree(root, "source", KEY_A, "s", MIB, 100);
	free(big);
}

static void put_linked_tree(const char *root, const char *key, const char *state, time_t used)
{
	char *own = str_printf("tree/%s/linux/own.o", key), *big = mem_grow(NULL, MIB + 1, 1);
	char *from = str_printf("%s/source/" KEY_A "/linux/file.c", root);
	char *to = str_printf("%s/tree/%s/linux/file.c", root, key);
	char *file = str_printf("tree/%s/%s", key, state), *entry = str_printf("tree/%s", key);
	char *text = str_printf("{\"name\": \"t\", \"source_key\": \"%s\", \"bytes\": %d}", KEY_A,
				MIB);

	memset(big, 'y', MIB);
	big[MIB] = '\0';
	put(root, own, big);
	put(root, file, text);
	assert_int_equal(link(from, to), 0);
	used_at(root, entry, used);
	free(text);
	free(entry);
	free(file);
	free(to);
	free(from);
	free(big);
	free(own);
}

/* It went first once, which freed nothing, and its trees were left with files of their own. */
static void an_older_source_stays_for_a_newer_tree(void **state)
{
	const char *root = *state;
	uint64_t before, freed = 0;

	put_shared_source(root);
	put_linked_tree(root, KEY_B, "manifest.json", 200);
	put_linked_tree(root, KEY_C, "unfinished.json", 300);
	before = fs_disk_usage(folder);
	assert_int_equal(cache_prune(folder, 2 * MIB + MIB / 2, &freed, NULL), 0);
	assert_int_equal(freed, MIB);
	assert_true(fs_disk_usage(folder) <= before - freed);
	assert_true(there(root, "source/" KEY_A "/linux/file.c"));
	assert_false(there(root, "tree/" KEY_B));
	assert_true(there(root, "tree/" KEY_C));
	assert_int_equal(cache_prune(folder, 0, &freed, NULL), 0);
	assert_true(freed >= 2 * MIB);
	assert_true(fs_disk_usage(folder) <= before - 3 * MIB);
	assert_false(there(root, "source/" KEY_A));
	assert_false(there(root, "tree/" KEY_C));
}

static void a_source_is_used_when_its_trees_are(void **state)
{
	const char *root = *state;
	struct cache_list list;

	put_shared_source(root);
	put_linked_tree(root, KEY_B, "manifest.json", 200);
	put_linked_tree(root, KEY_C, "unfinished.json", 300);
	assert_int_equal(cache_list(folder, &list, NULL), 0);
	assert_int_equal(list.nr, 3);
	assert_string_equal(list.entry[2].kind, "source");
	assert_int_equal(list.entry[2].used, 300);
	cache_list_free(&list);
}

static void a_source_stays_as_long_as_a_tree_does(void **state)
{
	const char *root = *state;
	uint64_t freed = 1;
	pid_t builder;

	put_shared_source(root);
	put_linked_tree(root, KEY_B, "unfinished.json", 50);
	builder = holder(root, CACHE_TREE, HOLD_BUILD, KEY_B);
	assert_int_equal(cache_prune(folder, 0, &freed, NULL), 0);
	assert_int_equal(freed, 0);
	assert_true(there(root, "source/" KEY_A "/linux/file.c"));
	end(builder);
	assert_int_equal(cache_prune(folder, 0, &freed, NULL), 0);
	assert_false(there(root, "source/" KEY_A));
}

/* A removal that was killed: the size in its manifest is that of the whole. */
static void a_remainder_frees_what_is_left_of_it(void **state)
{
	const char *root = *state;
	uint64_t freed = 0;

	put_shared_source(root);
	put_tree(root, "tree", KEY_B ".trash", "t", 1000 * MIB, 100);
	assert_int_equal(cache_prune(folder, MIB, &freed, NULL), 0);
	assert_in_range(freed, 1, MIB);
	assert_false(there(root, "tree/" KEY_B ".trash"));
	assert_true(there(root, "source/" KEY_A));
}

static void what_others_hold_is_not_removed(void **state)
{
	const char *root = *state;
	struct cache_list list;
	pid_t user, builder;

	put_tree(root, "image", KEY_A, "used", 1000, 100);
	put_tree(root, "tree", KEY_B, "built", 1000, 100);
	put_tree(root, "tree", KEY_C, "free", 1000, 100);
	user = holder(root, CACHE_IMAGE, HOLD_USE, KEY_A);
	builder = holder(root, CACHE_TREE, HOLD_BUILD, KEY_B);
	assert_int_equal(cache_list(folder, &list, NULL), 0);
	for (size_t i = 0; i < list.nr; i++)
		assert_int_equal(list.entry[i].busy, strcmp(list.entry[i].key, KEY_C) != 0);
	cache_list_free(&list);
	assert_int_equal(cache_prune(folder, 0, NULL, NULL), 0);
	assert_true(there(root, "image/" KEY_A));
	assert_true(there(root, "tree/" KEY_B));
	assert_false(there(root, "tree/" KEY_C));
	end(user);
	end(builder);
	assert_int_equal(cache_prune(folder, 0, NULL, NULL), 0);
	assert_false(there(root, "image/" KEY_A));
	assert_false(there(root, "tree/" KEY_B));
}

static void remainders_go_unless_their_builder_is_at_work(void **state)
{
	const char *root = *state;
	pid_t builder;

	put(root, "image/" KEY_A ".new/vmlinux", "x");
	put(root, "source/" KEY_B ".trash/file", "x");
	builder = holder(root, CACHE_IMAGE, HOLD_BUILD, KEY_A);
	assert_int_equal(cache_prune(folder, UINT64_MAX, NULL, NULL), 0);
	assert_true(there(root, "image/" KEY_A ".new"));
	assert_false(there(root, "source/" KEY_B ".trash"));
	end(builder);
	assert_int_equal(cache_prune(folder, UINT64_MAX, NULL, NULL), 0);
	assert_false(there(root, "image/" KEY_A ".new"));
}

static void a_remainder_does_not_hinder_a_removal(void **state)
{
	const char *root = *state;

	put_tree(root, "tree", KEY_A, "a", 1, 1);
	put(root, "tree/" KEY_A ".trash/left", "x");
	assert_true(cache_complete(root, CACHE_TREE, KEY_A));
	assert_int_equal(cache_remove(root, CACHE_TREE, KEY_A, NULL), 0);
	assert_false(there(root, "tree/" KEY_A));
	assert_false(there(root, "tree/" KEY_A ".trash"));
	assert_int_equal(cache_remove(root, CACHE_TREE, KEY_A, NULL), 0);
}

static void the_default_follows_xdg(void **state)
{
	char *path;

	(void)state;
	setenv("HOME", "/home/somebody", 1);
	setenv("XDG_CACHE_HOME", "/var/cache/mine", 1);
	path = cache_default();
	assert_string_equal(path, "/var/cache/mine/pagemeta");
	free(path);
	setenv("XDG_CACHE_HOME", "relative", 1);
	path = cache_default();
	assert_string_equal(path, "/home/somebody/.cache/pagemeta");
	free(path);
}

static void a_cache_that_cannot_be_made_is_named(void **state)
{
	struct err err = { "" };
	char *root;

	(void)state;
	assert_true(cache_open("/dev/null/cache", &root, &err) < 0);
	assert_non_null(strstr(err.text, "/dev/null"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_cache, remove_cache)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(users_share_and_builders_do_not),
		TEST(a_killed_process_holds_nothing),
		TEST(waiting_is_visible_and_ends),
		TEST(a_discarded_lock_lets_only_one_in),
		TEST(the_list_says_what_is_there),
		TEST(a_damaged_manifest_is_listed_as_unfinished),
		TEST(the_least_recently_used_goes_first),
		TEST(a_source_goes_after_the_trees_that_share_it),
		TEST(an_older_source_stays_for_a_newer_tree),
		TEST(a_source_is_used_when_its_trees_are),
		TEST(a_source_stays_as_long_as_a_tree_does),
		TEST(a_remainder_frees_what_is_left_of_it),
		TEST(what_others_hold_is_not_removed),
		TEST(remainders_go_unless_their_builder_is_at_work),
		TEST(a_remainder_does_not_hinder_a_removal),
		TEST(the_default_follows_xdg),
		TEST(a_cache_that_cannot_be_made_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
