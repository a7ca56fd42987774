// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU without a machine: takes the same command line, talks QMP, and then does
 * what the environment variable FAKE_QEMU_SCRIPT says, one command per line. With it
 * the harness meets in milliseconds every guest that a kernel could be.
 *
 *	hello | alive TEXT | note TEXT | end VERDICT	records of the agent
 *	samples N		a record of N samples
 *	counters PHASE N	a record of what was counted in that phase: N of everything
 *	account MIB		metadata of a guest of so much memory, in all phases
 *	truncate		the first half of a record
 *	skip			leave out a sequence number
 *	garbage			bytes that are no frame
 *	console TEXT		a line, as a 16550 carries it
 *	partial TEXT		the same without its end
 *	flood MIB		so many MiB of console lines
 *	blob MIB		so many MiB of console without a newline
 *	stderr TEXT		words of QEMU
 *	affinity		on the console: the CPUs this process may use
 *	eat MIB			touch so much memory
 *	alone PATH		give up unless no other fake that said so runs
 *	touch MIB		touch so much of the guest's memory that is bound
 *	unbind			forget the binding
 *	roam			run on any CPU
 *	wait-quit		go on when the monitor says quit
 *	reset			event: the guest reset itself
 *	close-qmp | qmp TEXT	end of the monitor; anything on the monitor
 *	wait-nmi		go on when an NMI is injected
 *	hang			do nothing more, ever
 *	exit N | kill N		end: exit code, signal
 *	cont			wait until the monitor lets the guest run
 *	once PATH ... then	what stands between is done once: PATH is made by it
 *
 * A script without the line "cont" begins with it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frame.h"
#include "metadata.h"
#include "msg.h"
#include "perfctr-msg.h"

/** struct ram - a memory backend that is bound to a node, the first of them */
struct ram {
	char *at;
	size_t bytes;
	int node;
};

/** struct fake - this QEMU */
struct fake {
	struct ram ram;
	int console;
	int port;
	int qmp;
	FILE *commands;
	uint32_t seq;
	struct msg msg;
};

static void give_up(const char *why)
{
	fprintf(stderr, "fake-qemu: %s\n", why);
	exit(70);
}

static void write_all(int fd, const void *data, size_t len)
{
	const char *bytes = data;

	while (len) {
		ssize_t put = write(fd, bytes, len);

		if (put <= 0)
			give_up("nobody reads");
		bytes += put;
		len -= put;
	}
}

static void __attribute__((format(printf, 2, 3))) print(int fd, const char *fmt, ...)
{
	char text[8192];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	write_all(fd, text, len);
}

/* "-add-fd fd=4,set=1,opaque=console" */
static int find_fd(int argc, char **argv, const char *option, const char *word)
{
	for (int i = 1; i + 1 < argc; i++) {
		const char *fd = strstr(argv[i + 1], "fd=");

		if (!strcmp(argv[i], option) && strstr(argv[i + 1], word) && fd)
			return atoi(fd + 3);
	}
	give_up("a channel is not on the command line");
	return -1;
}

static void bind(const struct ram *ram, int mode, int node)
{
	unsigned long mask = mode == MPOL_DEFAULT ? 0 : 1UL << node;

	if (syscall(SYS_mbind, ram->at, ram->bytes, mode, &mask, 64, 0))
		give_up("cannot bind memory to host NUMA nodes");
}

/* "-object memory-backend-ram,id=ram0,size=64M,host-nodes=1,policy=bind" */
static void make_ram(struct fake *fake, const char *object)
{
	const char *size = strstr(object, ",size="), *node = strstr(object, ",host-nodes=");
	struct ram ram;

	if (strncmp(object, "memory-backend-ram,", 19) || !size || !node)
		return;
	ram.bytes = strtoull(size + 6, NULL, 10) << 20;
	ram.node = atoi(node + 12);
	ram.at = mmap(NULL, ram.bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram.at == MAP_FAILED)
		give_up("no memory");
	bind(&ram, MPOL_BIND, ram.node);
	if (!fake->ram.at)
		fake->ram = ram;
}

static void touch(const struct fake *fake, unsigned int mib)
{
	if ((size_t)mib << 20 > fake->ram.bytes)
		give_up("no such memory to touch");
	memset(fake->ram.at, 1, (size_t)mib << 20);
}

static void roam(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	if (sched_setaffinity(0, sizeof(all), &all))
		give_up("it must stay");
}

static bool command_is(const char *line, const char *command)
{
	char *text;
	bool is;

	if (asprintf(&text, "\"execute\":\"%s\"", command) < 0)
		give_up("no memory");
	is = strstr(line, text);
	free(text);
	return is;
}

static void answer(struct fake *fake, const char *line)
{
	const char *id = strstr(line, "\"id\":");

	if (!id)
		give_up("a command without id");
	if (command_is(line, "query-cpus-fast"))
		print(fake->qmp, "{\"return\": [{\"cpu-index\": 0, \"thread-id\": %d}], \"id\": %d}\r\n",
		      (int)getpid(), atoi(id + 5));
	else if (command_is(line, "balloon") && !strstr(line, "\"value\":67108864}"))
		print(fake->qmp, "{\"error\": {\"class\": \"GenericError\", \"desc\": "
		      "\"no balloon of that size\"}, \"id\": %d}\r\n", atoi(id + 5));
	else
		print(fake->qmp, "{\"return\": {}, \"id\": %d}\r\n", atoi(id + 5));
}

/* Answer commands until @command came. */
static void serve_until(struct fake *fake, const char *command)
{
	char line[4096];

	while (fgets(line, sizeof(line), fake->commands)) {
		answer(fake, line);
		if (command && command_is(line, command))
			return;
	}
	/* Without a monitor nothing can come any more. */
	for (;;)
		pause();
}

static void send_record(struct fake *fake, enum msg_type type, const char *text, bool whole)
{
	static uint8_t payload[FRAME_PAYLOAD_MAX], frame[FRAME_PAYLOAD_MAX + FRAME_HEADER];
	struct wire_out out = { .data = payload, .size = sizeof(payload) };
	size_t len;

	fake->msg.type = type;
	snprintf(fake->msg.name, sizeof(fake->msg.name), "%s",
		 type == MSG_HELLO ? "6.12.0" : type == MSG_SAMPLES ? "latency" : "");
	snprintf(fake->msg.text, sizeof(fake->msg.text), "%s", text);
	if (msg_encode(&fake->msg, &out))
		give_up("a record that cannot be encoded");
	len = frame_encode(type, fake->seq++, payload, out.used, frame);
	write_all(fake->port, frame, whole ? len : len / 2);
}

static void send_end(struct fake *fake, const char *verdict)
{
	if (verdict_parse(verdict, &fake->msg.verdict))
		give_up("no such verdict");
	send_record(fake, MSG_END, "all is said", true);
}

static void send_samples(struct fake *fake, unsigned int nr)
{
	fake->msg.nr_samples = nr;
	for (unsigned int i = 0; i < nr; i++)
		fake->msg.samples[i] = i;
	send_record(fake, MSG_SAMPLES, "", true);
	fake->msg.nr_samples = 0;
}

static void send_counters(struct fake *fake, const char *rest)
{
	struct perfctr_phase phase = { .name = "work", .windows = 5 };

	if (sscanf(rest, "%" SCNu64 " %" SCNu64, &phase.number, &phase.value[0].raw) != 2)
		give_up("counters PHASE N");
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		phase.value[i] = (struct perfctr_value){
			.via = PERFCTR_VIA_ACCOUNT, .value = phase.value[0].raw,
			.raw = phase.value[0].raw,
		};
	perfctr_to_msg(&phase, &fake->msg);
	send_record(fake, MSG_COUNTERS, "work", true);
	fake->msg.nr_samples = 0;
}

static void send_value(struct fake *fake, const char *series, const char *labels, uint64_t value)
{
	static uint8_t payload[FRAME_PAYLOAD_MAX], frame[FRAME_PAYLOAD_MAX + FRAME_HEADER];
	struct wire_out out = { .data = payload, .size = sizeof(payload) };

	fake->msg.type = MSG_SAMPLES;
	snprintf(fake->msg.name, sizeof(fake->msg.name), "%s", series);
	snprintf(fake->msg.labels, sizeof(fake->msg.labels), "%s", labels);
	fake->msg.nr_samples = 1;
	fake->msg.samples[0] = value;
	if (msg_encode(&fake->msg, &out))
		give_up("a record that cannot be encoded");
	write_all(fake->port, frame,
		  frame_encode(MSG_SAMPLES, fake->seq++, payload, out.used, frame));
	fake->msg.labels[0] = '\0';
	fake->msg.nr_samples = 0;
}

/* So little memmap that this process has as much, and no page is anything else. */
static void send_account(struct fake *fake, unsigned int mib)
{
	uint64_t bytes = (uint64_t)mib << 20;
	char labels[METADATA_LABELS];

	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
			send_value(fake, METADATA_SERIES, metadata_labels(labels, kind, 0, phase),
				   kind == METADATA_MEMMAP ? bytes / 1024 : 0);
	send_value(fake, METADATA_MEMORY_SERIES, "kind=present,phase=boot", bytes);
}

static void flood(struct fake *fake, unsigned int mib, const char *line)
{
	char block[4096];
	size_t len = strlen(line);

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = line[i % len];
	for (unsigned int i = 0; i < mib * 256; i++)
		write_all(fake->console, block, sizeof(block));
}

static void show_affinity(struct fake *fake)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[1024];

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "Cpus_allowed_list:", 18))
			print(fake->console, "%s", line);
	if (status)
		fclose(status);
}

static void eat(unsigned int mib)
{
	char *memory = mmap(NULL, (size_t)mib << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		give_up("no memory to eat");
}

/* Held until it ends, however it ends. */
static void be_alone(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		give_up("it is not alone");
}

static void send_reset(struct fake *fake)
{
	print(fake->qmp, "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": "
	      "\"SHUTDOWN\", \"data\": {\"guest\": true, \"reason\": \"guest-reset\"}}\r\n");
}

static bool do_record(struct fake *fake, const char *word, const char *rest)
{
	if (!strcmp(word, "hello"))
		send_record(fake, MSG_HELLO, "fake", true);
	else if (!strcmp(word, "alive"))
		send_record(fake, MSG_ALIVE, rest, true);
	else if (!strcmp(word, "note"))
		send_record(fake, MSG_NOTE, rest, true);
	else if (!strcmp(word, "samples"))
		send_samples(fake, atoi(rest));
	else if (!strcmp(word, "counters"))
		send_counters(fake, rest);
	else if (!strcmp(word, "account"))
		send_account(fake, atoi(rest));
	else if (!strcmp(word, "end"))
		send_end(fake, rest);
	else if (!strcmp(word, "truncate"))
		send_record(fake, MSG_NOTE, "a record that is cut in the middle", false);
	else if (!strcmp(word, "skip"))
		fake->seq++;
	else if (!strcmp(word, "garbage"))
		flood(&(struct fake){ .console = fake->port }, 1, "not a frame ");
	else
		return false;
	return true;
}

static bool do_console(struct fake *fake, const char *word, const char *rest)
{
	if (!strcmp(word, "console"))
		print(fake->console, "%s\r\n", rest);
	else if (!strcmp(word, "partial"))
		print(fake->console, "%s", rest);
	else if (!strcmp(word, "flood"))
		flood(fake, atoi(rest), "[    1.000000] a line of a kernel that cannot stop\r\n");
	else if (!strcmp(word, "blob"))
		flood(fake, atoi(rest), "no newline ");
	else if (!strcmp(word, "affinity"))
		show_affinity(fake);
	else
		return false;
	return true;
}

static void close_monitor(struct fake *fake)
{
	close(fake->qmp);
	fclose(fake->commands);
}

static bool do_monitor(struct fake *fake, const char *word, const char *rest)
{
	if (!strcmp(word, "reset"))
		send_reset(fake);
	else if (!strcmp(word, "qmp"))
		print(fake->qmp, "%s\n", rest);
	else if (!strcmp(word, "close-qmp"))
		close_monitor(fake);
	else if (!strcmp(word, "wait-nmi"))
		serve_until(fake, "inject-nmi");
	else if (!strcmp(word, "cont"))
		serve_until(fake, "cont");
	else if (!strcmp(word, "wait-quit"))
		serve_until(fake, "quit");
	else if (!strcmp(word, "hang"))
		serve_until(fake, NULL);
	else
		return false;
	return true;
}

static bool do_memory(struct fake *fake, const char *word, const char *rest)
{
	if (!strcmp(word, "touch"))
		touch(fake, atoi(rest));
	else if (!strcmp(word, "unbind"))
		bind(&fake->ram, MPOL_DEFAULT, 0);
	else if (!strcmp(word, "roam"))
		roam();
	else
		return false;
	return true;
}

static void do_process(const char *word, const char *rest)
{
	if (!strcmp(word, "stderr"))
		fprintf(stderr, "%s\n", rest);
	else if (!strcmp(word, "eat"))
		eat(atoi(rest));
	else if (!strcmp(word, "alone"))
		be_alone(rest);
	else if (!strcmp(word, "exit"))
		exit(atoi(rest));
	else if (!strcmp(word, "kill"))
		kill(getpid(), atoi(rest));
	else
		give_up("unknown command in FAKE_QEMU_SCRIPT");
}

/* Return: true when it was done before. */
static bool was_done(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static void run_script(struct fake *fake, char *script)
{
	bool skip = false;
	char *save, *line;

	for (line = strtok_r(script, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *rest = strchr(line, ' ');

		if (rest)
			*rest++ = '\0';
		if (!strcmp(line, "then"))
			skip = false;
		else if (!strcmp(line, "once"))
			skip = was_done(rest ? rest : "");
		if (skip || !strcmp(line, "then") || !strcmp(line, "once"))
			continue;
		if (!do_record(fake, line, rest ? rest : "") &&
		    !do_console(fake, line, rest ? rest : "") &&
		    !do_monitor(fake, line, rest ? rest : "") &&
		    !do_memory(fake, line, rest ? rest : ""))
			do_process(line, rest ? rest : "");
	}
}

/* As QEMU does with each channel that is a file. */
static int open_channel(int argc, char **argv, const char *word)
{
	int fd = find_fd(argc, argv, "-add-fd", word);

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		give_up("a channel is no file");
	return fd;
}

int main(int argc, char **argv)
{
	static struct fake fake;
	char *script = getenv("FAKE_QEMU_SCRIPT"), *text;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("QEMU emulator version 0.0 (fake)\nsecond line");
		return 0;
	}
	fake.console = open_channel(argc, argv, "opaque=console");
	fake.port = open_channel(argc, argv, "opaque=port");
	fake.qmp = find_fd(argc, argv, "-chardev", "id=qmp");
	fake.commands = fdopen(dup(fake.qmp), "r");
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "-object"))
			make_ram(&fake, argv[i + 1]);
	if (!script || !fake.commands)
		give_up("there is nothing to do");
	print(fake.qmp, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
	text = strdup(script);
	if (!strstr(text, "cont\n"))
		serve_until(&fake, "cont");
	run_script(&fake, text);
	free(text);
	return 0;
}
