// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest goes idle while QEMU's main thread sleeps: the main thread of this program
 * stands for it.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "idle.h"

#define BUSY_MS 50

static void threads_that_wait_in_poll_sleep(void **state)
{
	(void)state;
	assert_true(idle_sleeps("271 0x55 0x4 0x0 0x0 0x8 0x0 0x7ffe 0x7f\n"));
	assert_true(idle_sleeps("7 0x55 0x4 0xffffffff\n"));
	assert_false(idle_sleeps("running\n"));
	assert_false(idle_sleeps("202 0x55 0x80 0x2\n"));
	assert_false(idle_sleeps("-1 0x7ffe 0x7f\n"));
	assert_false(idle_sleeps("2711 0x55\n"));
	assert_false(idle_sleeps("271"));
	assert_false(idle_sleeps(""));
}

static void hlt_is_one_byte(void **state)
{
	const uint8_t hlt[] = { 0xf4, 0x90 }, nop[] = { 0x90 };

	(void)state;
	assert_true(idle_is_halt(hlt, 1));
	assert_false(idle_is_halt(hlt, 2));
	assert_false(idle_is_halt(nop, 1));
}

static atomic_bool busy;
static int done[2];

static void *halt_main(void *ctx)
{
	idle_wait();
	*(bool *)ctx = atomic_load(&busy);
	if (write(done[1], "", 1) != 1)
		fail();
	return NULL;
}

static long ms_since(const struct timespec *begun)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begun->tv_sec) * 1000 + (now.tv_nsec - begun->tv_nsec) / 1000000;
}

static void who_is_about_to_halt_waits(void **state)
{
	struct pollfd end;
	struct timespec begun;
	pthread_t thread;
	bool was_busy = true;

	(void)state;
	assert_int_equal(idle_open(), 0);
	assert_int_equal(pipe(done), 0);
	end = (struct pollfd){ .fd = done[0], .events = POLLIN };
	atomic_store(&busy, true);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	assert_int_equal(pthread_create(&thread, NULL, halt_main, &was_busy), 0);
	while (ms_since(&begun) < BUSY_MS)
		;
	atomic_store(&busy, false);
	assert_int_equal(poll(&end, 1, 5000), 1);
	pthread_join(thread, NULL);
	assert_false(was_busy);
	close(done[0]);
	close(done[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_that_wait_in_poll_sleep),
		cmocka_unit_test(hlt_is_one_byte),
		cmocka_unit_test(who_is_about_to_halt_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
