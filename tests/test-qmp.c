// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QMP client against a socket that says what a test wants, also what no QEMU
 * would say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "qmp.h"
#include "util.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define CAPABLE "{\"return\": {}, \"id\": 0}\r\n"

/** struct line - both ends, and what the callbacks saw */
struct line {
	int ours;
	int theirs;
	struct qmp *qmp;
	struct strv events;
	struct strv answers;
};

static void on_event(void *ctx, const char *name, const json_t *data)
{
	struct line *line = ctx;
	const char *reason = json_string_value(json_object_get(data, "reason"));

	strv_add(&line->events, "%s:%s", name, reason ? reason : "");
}

static void on_done(void *ctx, const json_t *answer, const char *why)
{
	struct line *line = ctx;

	if (why)
		strv_add(&line->answers, "error:%s", why);
	else
		strv_add(&line->answers, "return:%zu", json_array_size(answer));
}

static int open_line(void **state)
{
	struct line *line = mem_grow(NULL, 1, sizeof(*line));
	int pair[2];

	memset(line, 0, sizeof(*line));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	line->ours = pair[0];
	line->theirs = pair[1];
	line->qmp = qmp_new(pair[0], on_event, line);
	*state = line;
	return 0;
}

static int close_line(void **state)
{
	struct line *line = *state;

	qmp_free(line->qmp);
	close(line->ours);
	if (line->theirs >= 0)
		close(line->theirs);
	strv_free(&line->events);
	strv_free(&line->answers);
	free(line);
	return 0;
}

static int say(struct line *line, const char *text)
{
	assert_int_equal(write(line->theirs, text, strlen(text)), strlen(text));
	return qmp_read(line->qmp);
}

/* Everything the client has sent since the last call. */
static char *heard(struct line *line)
{
	static char text[4096];
	ssize_t got = recv(line->theirs, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void nothing_is_sent_before_the_greeting(void **state)
{
	struct line *line = *state;

	assert_int_equal(qmp_send(line->qmp, "cont", NULL, NULL, NULL), 0);
	assert_string_equal(heard(line), "");
	assert_int_equal(say(line, GREETING), 0);
	assert_string_equal(heard(line), "{\"execute\":\"qmp_capabilities\",\"id\":0}\n"
			    "{\"execute\":\"cont\",\"id\":1}\n");
}

static void arguments_go_along(void **state)
{
	struct line *line = *state;
	char text[] = "{\"value\":5}";

	assert_int_equal(qmp_send(line->qmp, "balloon", text, NULL, NULL), 0);
	text[0] = 'x';		/* its own copy */
	assert_int_equal(say(line, GREETING), 0);
	assert_string_equal(heard(line), "{\"execute\":\"qmp_capabilities\",\"id\":0}\n"
			    "{\"execute\":\"balloon\",\"arguments\":{\"value\":5},\"id\":1}\n");
}

static void answers_reach_their_command(void **state)
{
	struct line *line = *state;

	say(line, GREETING);
	qmp_send(line->qmp, "query-cpus-fast", NULL, on_done, line);
	qmp_send(line->qmp, "cont", NULL, on_done, line);
	assert_int_equal(say(line, CAPABLE), 0);
	assert_int_equal(line->answers.nr, 0);
	assert_int_equal(say(line, "{\"return\": [{}, {}], \"id\": 1}\n"), 0);
	assert_int_equal(say(line, "{\"error\": {\"class\": \"x\", \"desc\": \"no\"}, \"id\": 2}\n"), 0);
	assert_int_equal(line->answers.nr, 2);
	assert_string_equal(line->answers.item[0], "return:2");
	assert_string_equal(line->answers.item[1], "error:no");
}

static void an_error_without_words_is_an_error(void **state)
{
	struct line *line = *state;

	say(line, GREETING CAPABLE);
	qmp_send(line->qmp, "cont", NULL, on_done, line);
	assert_int_equal(say(line, "{\"error\": 3, \"id\": 1}\n"), 0);
	assert_string_equal(line->answers.item[0], "error:an error without description");
}

static void events_come_between_answers(void **state)
{
	struct line *line = *state;

	say(line, GREETING);
	qmp_send(line->qmp, "cont", NULL, on_done, line);
	assert_int_equal(say(line, "{\"event\": \"RESUME\"}\n" CAPABLE
			     "{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"guest-reset\"}}\n"
			     "{\"return\": {}, \"id\": 1}\n"), 0);
	assert_int_equal(line->events.nr, 2);
	assert_string_equal(line->events.item[0], "RESUME:");
	assert_string_equal(line->events.item[1], "SHUTDOWN:guest-reset");
	assert_int_equal(line->answers.nr, 1);
}

static void a_line_may_come_byte_by_byte(void **state)
{
	struct line *line = *state;
	const char *text = GREETING CAPABLE "\r\n{\"event\": \"STOP\"}\r\n";

	for (; *text; text++) {
		char byte[2] = { *text, '\0' };

		assert_int_equal(say(line, byte), 0);
	}
	assert_int_equal(line->events.nr, 1);
}

static void the_end_is_told(void **state)
{
	struct line *line = *state;

	say(line, GREETING);
	close(line->theirs);
	line->theirs = -1;
	assert_int_equal(qmp_read(line->qmp), -EPIPE);
	assert_non_null(strstr(qmp_why(line->qmp), "closed"));
	assert_int_equal(qmp_send(line->qmp, "cont", NULL, NULL, NULL), -EPIPE);
}

/** struct nonsense - what is said after the greeting (NULL: instead of it) */
struct nonsense {
	const char *greeting;
	const char *text;
};

static const struct nonsense nonsense[] = {
	{ "", "{\"hello\": 1}\n" },
	{ "", "[]\n" },
	{ "", "\"QMP\"\n" },
	{ "", "no JSON\n" },
	{ GREETING, "{\"return\": {}, \"id\": 7}\n" },
	{ GREETING, "{\"return\": {}}\n" },
	{ GREETING, "{\"id\": 0}\n" },
	{ GREETING, "{\"return\": {}, \"id\": \"0\"}\n" },
	{ GREETING CAPABLE, "{\"return\": {}, \"id\": 1}\n" },
	{ GREETING, "{\"event\": 5}\n" },
	{ GREETING, "3\n" },
	{ GREETING, "{\"return\": \n" },
	{ GREETING, "\377\376{}\n" },
};

static void nonsense_ends_the_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		struct line *line;

		assert_int_equal(open_line((void **)&line), 0);
		if (nonsense[i].greeting[0])
			assert_int_equal(say(line, nonsense[i].greeting), 0);
		if (say(line, nonsense[i].text) != -EPROTO)
			fail_msg("taken: %s", nonsense[i].text);
		assert_true(qmp_why(line->qmp)[0]);
		assert_int_equal(say(line, GREETING), -EPROTO);
		close_line((void **)&line);
	}
}

static void deep_nesting_is_refused(void **state)
{
	struct line *line = *state;
	char *deep = malloc(100002);

	say(line, GREETING);
	memset(deep, '[', 100000);
	strcpy(deep + 100000, "\n");
	assert_int_equal(say(line, deep), -EPROTO);
	free(deep);
}

static void an_endless_line_is_refused(void **state)
{
	struct line *line = *state;
	char block[4097];
	int error = 0;

	say(line, GREETING);
	memset(block, 'x', 4096);
	block[4096] = '\0';
	for (unsigned int i = 0; i < 300 && !error; i++)
		error = say(line, block);
	assert_int_equal(error, -EMSGSIZE);
}

static void commands_without_answers_are_bounded(void **state)
{
	struct line *line = *state;
	int error = 0;

	for (unsigned int i = 0; i < 100 && !error; i++)
		error = qmp_send(line->qmp, "inject-nmi", NULL, NULL, NULL);
	assert_int_equal(error, -EAGAIN);
}

static void a_stuck_socket_is_noticed(void **state)
{
	struct line *line = *state;
	char block[4096] = { 0 };

	say(line, GREETING);
	while (send(line->ours, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(qmp_send(line->qmp, "cont", NULL, NULL, NULL), -EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_line, close_line)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_sent_before_the_greeting),
		TEST(arguments_go_along),
		TEST(answers_reach_their_command),
		TEST(an_error_without_words_is_an_error),
		TEST(events_come_between_answers),
		TEST(a_line_may_come_byte_by_byte),
		TEST(the_end_is_told),
		cmocka_unit_test(nonsense_ends_the_client),
		TEST(deep_nesting_is_refused),
		TEST(an_endless_line_is_refused),
		TEST(commands_without_answers_are_bounded),
		TEST(a_stuck_socket_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
