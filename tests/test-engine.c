// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Engines by name, and the KVM probe with a QEMU that is a fake.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine.h"

/** struct bench - a cache, a kernel and a QEMU that are none */
struct bench {
	char *dir;
	char *cache;
	char *kernel;
	char *qemu;
};

/* $FAKE_QEMU, or beside this test. */
static char *find_fake(void)
{
	char self[4096], *slash = NULL;
	const char *asked = getenv("FAKE_QEMU");
	ssize_t len;

	if (asked && *asked)
		return str_dup(asked);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
	}
	return slash ? str_printf("%.*s/fake-qemu", (int)(slash - self), self) : NULL;
}

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	bench->qemu = find_fake();
	bench->dir = str_dup("/tmp/test-engine.XXXXXX");
	if (!mkdtemp(bench->dir))
		return -1;
	bench->cache = str_printf("%s/cache", bench->dir);
	bench->kernel = str_printf("%s/bzImage", bench->dir);
	*state = bench;
	return fs_write(bench->kernel, "kernel", 6, NULL);
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	unsetenv("FAKE_QEMU_SCRIPT");
	unsetenv("PAGEMETA_QEMU");
	fs_remove(bench->dir, NULL);
	free(bench->dir);
	free(bench->cache);
	free(bench->kernel);
	free(bench->qemu);
	free(bench);
	return 0;
}

/* Return: false where there is no /dev/kvm, and the answer is that. */
static bool has_device(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static struct engine_probe probe(const struct bench *bench, const char *script, bool force)
{
	struct engine_probe answer = { 0 };
	struct err err = { "" };

	setenv("FAKE_QEMU_SCRIPT", script, 1);
	if (engine_probe_kvm(bench->qemu, bench->kernel, "/no/initramfs", bench->cache, force,
			     &answer, &err))
		fail_msg("%s", err.text);
	return answer;
}

static void engines_have_names(void **state)
{
	enum engine engine = ENGINE_NR;

	(void)state;
	for (unsigned int i = 0; i < ENGINE_NR; i++) {
		assert_int_equal(engine_parse(engine_table[i].name, &engine), 0);
		assert_int_equal(engine, i);
		assert_true(engine_table[i].help[0]);
	}
	assert_int_equal(engine_parse("xen", &engine), -EINVAL);
	assert_int_equal(engine, ENGINE_NR - 1);
}

static void emulated_time_is_never_judged(void **state)
{
	(void)state;
	assert_false(engine_table[ENGINE_TCG].gated);
	assert_true(engine_table[ENGINE_EXACT].exact && engine_table[ENGINE_EXACT].gated);
	assert_true(engine_table[ENGINE_KVM].gated && !engine_table[ENGINE_KVM].exact);
}

static void qemu_is_the_one_that_was_asked_for(void **state)
{
	const struct bench *bench = *state;
	char *qemu;

	setenv("PAGEMETA_QEMU", bench->qemu, 1);
	qemu = qemu_find();
	assert_string_equal(qemu, bench->qemu);
	free(qemu);
	setenv("PAGEMETA_QEMU", "/no/such/qemu", 1);
	assert_null(qemu_find());
	setenv("PAGEMETA_QEMU", "sh", 1);
	qemu = qemu_find();
	assert_non_null(qemu);
	assert_int_equal(qemu[0], '/');
	free(qemu);
}

static void a_version_is_one_line(void **state)
{
	const struct bench *bench = *state;
	char *version = qemu_version(bench->qemu);

	assert_string_equal(version, "QEMU emulator version 0.0 (fake)");
	free(version);
	assert_null(qemu_version("/no/such/qemu"));
}

static void a_guest_that_says_hello_proves_kvm(void **state)
{
	struct engine_probe answer = probe(*state, "hello\nhang", false);

	if (!has_device())
		skip();
	assert_true(answer.kvm);
	assert_non_null(strstr(answer.why, "ready after"));
	assert_false(answer.remembered);
}

static void a_qemu_that_aborts_is_the_reason(void **state)
{
	struct engine_probe answer = probe(*state, "stderr failed to set MSR 0x345\nkill 6", false);

	if (!has_device())
		skip();
	assert_false(answer.kvm);
	assert_non_null(strstr(answer.why, "SIGABRT: failed to set MSR 0x345"));
}

static void an_answer_is_remembered(void **state)
{
	struct engine_probe answer;

	if (!has_device())
		skip();
	probe(*state, "hello\nhang", false);
	answer = probe(*state, "exit 1", false);
	assert_true(answer.kvm);
	assert_true(answer.remembered);
	answer = probe(*state, "exit 1", true);
	assert_false(answer.kvm);
	assert_false(answer.remembered);
	answer = probe(*state, "hello\nhang", false);
	assert_false(answer.kvm);
	assert_true(answer.remembered);
}

static void another_kernel_is_another_question(void **state)
{
	const struct bench *bench = *state;

	if (!has_device())
		skip();
	assert_true(probe(bench, "hello\nhang", false).kvm);
	assert_int_equal(fs_write(bench->kernel, "other", 5, NULL), 0);
	assert_false(probe(bench, "exit 1", false).remembered);
}

static void a_damaged_memory_is_none(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"kvm\": true}", "\377\377" };
	const struct bench *bench = *state;
	char *path = str_printf("%s/probe-kvm.json", bench->cache);

	if (!has_device()) {
		free(path);
		skip();
	}
	probe(bench, "hello\nhang", false);
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		assert_int_equal(fs_write(path, damaged[i], strlen(damaged[i]), NULL), 0);
		assert_false(probe(bench, "exit 1", false).remembered);
	}
	free(path);
}

static void another_boot_of_the_host_is_another_question(void **state)
{
	const struct bench *bench = *state;
	char *path = str_printf("%s/probe-kvm.json", bench->cache), *text, *id;

	if (!has_device()) {
		free(path);
		skip();
	}
	probe(bench, "hello\nhang", false);
	assert_int_equal(fs_read(path, &text, NULL, NULL), 0);
	id = strstr(text, "\"boot\": \"");
	assert_non_null(id);
	id[9] = id[9] == '0' ? '1' : '0';
	assert_int_equal(fs_write(path, text, strlen(text), NULL), 0);
	assert_false(probe(bench, "exit 1", false).remembered);
	free(text);
	free(path);
}

static void a_missing_kernel_is_an_error(void **state)
{
	const struct bench *bench = *state;
	struct engine_probe answer = { .kvm = true };
	struct err err = { "" };

	if (!has_device())
		skip();
	assert_int_equal(engine_probe_kvm(bench->qemu, "/no/such/bzImage", "/no/initramfs",
					  bench->cache, false, &answer, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/bzImage"));
	assert_true(answer.kvm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_have_names),
		cmocka_unit_test(emulated_time_is_never_judged),
		TEST(qemu_is_the_one_that_was_asked_for),
		TEST(a_version_is_one_line),
		TEST(a_guest_that_says_hello_proves_kvm),
		TEST(a_qemu_that_aborts_is_the_reason),
		TEST(an_answer_is_remembered),
		TEST(another_kernel_is_another_question),
		TEST(a_damaged_memory_is_none),
		TEST(another_boot_of_the_host_is_another_question),
		TEST(a_missing_kernel_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
