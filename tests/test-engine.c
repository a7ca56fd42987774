// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Engines by name, and the KVM probe with a QEMU that is a fake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "guest-bench.h"

/** struct host - a cache, a kernel and a QEMU that are none */
struct host {
	char *dir;
	char *cache;
	char *kernel;
	char *qemu;
};

static int open_host(void **state)
{
	struct host *host = mem_grow(NULL, 1, sizeof(*host));

	host->qemu = bench_find_fake();
	host->dir = str_dup("/tmp/test-engine.XXXXXX");
	if (!mkdtemp(host->dir))
		return -1;
	host->cache = str_printf("%s/cache", host->dir);
	host->kernel = str_printf("%s/vmlinux", host->dir);
	*state = host;
	return fs_write(host->kernel, "kernel", 6, NULL);
}

static int close_host(void **state)
{
	struct host *host = *state;

	unsetenv("FAKE_QEMU_SCRIPT");
	unsetenv("PAGEMETA_QEMU");
	fs_remove(host->dir, NULL);
	free(host->dir);
	free(host->cache);
	free(host->kernel);
	free(host->qemu);
	free(host);
	return 0;
}

/* The kernel stands in for the device: any file that opens does. */
static struct engine_probe_request request_of(const struct host *host)
{
	return (struct engine_probe_request){
		.device = host->kernel,
		.qemu = host->qemu,
		.vmlinux = host->kernel,
		.initramfs = "/no/initramfs",
		.cache = host->cache,
	};
}

static struct engine_probe probe(const struct host *host, const char *script, bool force)
{
	struct engine_probe_request request = request_of(host);
	struct engine_probe answer = { 0 };
	struct err err = { "" };

	request.force = force;
	setenv("FAKE_QEMU_SCRIPT", script, 1);
	if (engine_probe_kvm(&request, &answer, &err))
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
	const struct host *host = *state;
	char *qemu;

	setenv("PAGEMETA_QEMU", host->qemu, 1);
	qemu = qemu_find();
	assert_string_equal(qemu, host->qemu);
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
	const struct host *host = *state;
	char *version = qemu_version(host->qemu);

	assert_string_equal(version, "QEMU emulator version 0.0 (fake)");
	free(version);
	assert_null(qemu_version("/no/such/qemu"));
}

static void a_guest_that_says_hello_proves_kvm(void **state)
{
	struct engine_probe answer = probe(*state, "hello\nhang", false);

	assert_true(answer.kvm);
	assert_non_null(strstr(answer.why, "ready after"));
	assert_false(answer.remembered);
}

static void a_qemu_that_aborts_is_the_reason(void **state)
{
	struct engine_probe answer = probe(*state, "stderr failed to set MSR 0x345\nkill 6", false);

	assert_false(answer.kvm);
	assert_non_null(strstr(answer.why, "SIGABRT: failed to set MSR 0x345"));
}

static void an_answer_is_remembered(void **state)
{
	struct engine_probe answer;

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
	const struct host *host = *state;

	assert_true(probe(host, "hello\nhang", false).kvm);
	assert_int_equal(fs_write(host->kernel, "other", 5, NULL), 0);
	assert_false(probe(host, "exit 1", false).remembered);
}

static void a_damaged_memory_is_none(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"kvm\": true}", "\377\377" };
	const struct host *host = *state;
	char *path = str_printf("%s/probe-kvm.json", host->cache);

	probe(host, "hello\nhang", false);
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		assert_int_equal(fs_write(path, damaged[i], strlen(damaged[i]), NULL), 0);
		assert_false(probe(host, "exit 1", false).remembered);
	}
	free(path);
}

static void another_boot_of_the_host_is_another_question(void **state)
{
	const struct host *host = *state;
	char *path = str_printf("%s/probe-kvm.json", host->cache), *text, *id;

	probe(host, "hello\nhang", false);
	assert_int_equal(fs_read(path, &text, NULL, NULL), 0);
	id = strstr(text, "\"boot\": \"");
	assert_non_null(id);
	id[9] = id[9] == '0' ? '1' : '0';
	assert_int_equal(fs_write(path, text, strlen(text), NULL), 0);
	assert_false(probe(host, "exit 1", false).remembered);
	free(text);
	free(path);
}

static void without_the_device_nothing_is_tried(void **state)
{
	struct engine_probe_request request = request_of(*state);
	struct engine_probe answer = { .kvm = true };
	struct err err = { "" };

	request.device = "/no/such/device";
	request.vmlinux = "/no/such/vmlinux";
	assert_int_equal(engine_probe_kvm(&request, &answer, &err), 0);
	assert_false(answer.kvm);
	assert_string_equal(answer.why, "/no/such/device: No such file or directory");
}

static void a_missing_kernel_is_an_error(void **state)
{
	const struct host *host = *state;
	struct engine_probe_request request = request_of(host);
	struct engine_probe answer = { .kvm = true };
	struct err err = { "" };

	request.vmlinux = "/no/such/vmlinux";
	assert_int_equal(engine_probe_kvm(&request, &answer, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/vmlinux"));
	assert_true(answer.kvm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)

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
		TEST(without_the_device_nothing_is_tried),
		TEST(a_missing_kernel_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
