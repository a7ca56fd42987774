// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of the guest module have in common; see guest-bench.h.
 */
#include "guest-bench.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void on_msg(void *ctx, const struct msg *msg)
{
	struct bench *bench = ctx;

	strv_add(&bench->records, "%s:%s:%u", msg_type_name(msg->type), msg->text, msg->nr_samples);
}

/* $FAKE_QEMU, or beside this test. */
char *bench_find_fake(void)
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

int bench_open(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	memset(bench, 0, sizeof(*bench));
	bench->dir = str_dup("/tmp/test-guest.XXXXXX");
	if (!mkdtemp(bench->dir))
		return -1;
	bench->console = str_printf("%s/console", bench->dir);
	bench->qemu = bench_find_fake();
	bench->config = (struct guest_config){
		.qemu = bench->qemu,
		.vmlinux = "/no/vmlinux",
		.initramfs = "/no/initramfs",
		.engine = ENGINE_TCG,
		.cpus = 1,
		.mem_mib = 64,
		.deadline_s = 20,
		.silence_s = 10,
		.console_path = bench->console,
		.on_msg = on_msg,
		.on_msg_ctx = bench,
	};
	*state = bench;
	return 0;
}

int bench_close(void **state)
{
	struct bench *bench = *state;

	unsetenv("FAKE_QEMU_SCRIPT");
	fs_remove(bench->dir, NULL);
	free(bench->dir);
	free(bench->console);
	free(bench->qemu);
	strv_free(&bench->records);
	guest_result_free(&bench->result);
	free(bench);
	return 0;
}

struct guest *bench_start(struct bench *bench, const char *script)
{
	struct err err = { "" };
	struct guest *guest;

	setenv("FAKE_QEMU_SCRIPT", script, 1);
	if (guest_start(&bench->config, &guest, &err))
		fail_msg("%s", err.text);
	return guest;
}

void bench_step(struct guest *guest)
{
	while (!guest_step(guest)) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		poll(&poll_fd, 1, guest_timeout_ms(guest));
	}
}

void bench_run(struct bench *bench, const char *script)
{
	struct guest *guest = bench_start(bench, script);

	if (bench->impatient) {
		guest->limits.silence_ns = guest->limits.boot_silence_ns = GUEST_SECOND * 5 / 10;
		guest->limits.nmi_ns = GUEST_SECOND * 3 / 10;
		guest->limits.garbage_ns = GUEST_SECOND * 5 / 10;
	}
	bench_step(guest);
	guest_finish(guest, &bench->result);
}

void bench_expect(const struct bench *bench, enum guest_end end, enum verdict verdict,
		  const char *reason)
{
	if (bench->result.end != end || bench->result.verdict != verdict ||
	    !strstr(bench->result.reason, reason))
		fail_msg("%s, %s, '%s'; wanted %s, '%s'", guest_end_name(bench->result.end),
			 verdict_name(bench->result.verdict), bench->result.reason,
			 guest_end_name(end), reason);
}

void bench_expect_kept(const struct bench *bench, const char *words)
{
	char *text;

	assert_int_equal(fs_read(bench->console, &text, NULL, NULL), 0);
	if (!strstr(text, words))
		fail_msg("the kept console does not say '%s'", words);
	free(text);
}

void bench_step_until(struct bench *bench, struct guest *guest, size_t nr)
{
	uint64_t until = clock_ns() + 10 * GUEST_SECOND;

	for (;;) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		if (guest_step(guest) || bench->records.nr >= nr)
			break;
		assert_true(clock_ns() < until);
		poll(&poll_fd, 1, guest_timeout_ms(guest));
	}
	assert_int_equal(bench->records.nr, nr);
}
