// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin that QEMU loads. Either every load and store of the guest goes to the
 * counters, or every call of the functions that a file lists; and every mark of the
 * agent. Or it is only noted which functions are entered at all, which costs nothing. With -icount, it lets the guest go idle only where that is exact, see idle.h. It
 * changes nothing of what the guest executes.
 *
 *	-plugin traffic.so,out=FILE,caches=SIZES[,idle=wait]
 *	-plugin traffic.so,out=FILE,functions=FILE[,count=once][,idle=wait]
 *	-plugin traffic.so,idle=wait
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_QEMU_PLUGIN_H
#include <qemu-plugin.h>
#else
#include "qemu-plugin-v1.h"
#endif

#include "idle.h"
#include "reached.h"
#include "traffic.h"

#define OUT_BUFFER (1 << 20)

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* The interface gives callbacks no context of their own that would be cheaper. */
static struct traffic traffic;
static struct reached reached;
static bool waits;

/* No access has more than 16 bytes: the size of one that cannot cross a line is not asked. */
#define BYTES_MAX 16u

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address,
		      void *userdata)
{
	unsigned int offset = address & ((1u << CACHE_LINE_SHIFT) - 1), bytes = 1;

	(void)vcpu;
	(void)userdata;
	if (!traffic.active)
		return;
	if (offset > (1u << CACHE_LINE_SHIFT) - BYTES_MAX)
		bytes = 1u << qemu_plugin_mem_size_shift(info);
	traffic_access(&traffic, address, bytes, qemu_plugin_mem_is_store(info));
}

static void on_mark(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	traffic_take_mark(&traffic, (unsigned int)(uintptr_t)userdata);
}

static void copy_insn(const struct qemu_plugin_insn *insn, uint8_t *ret_bytes, size_t size)
{
#if QEMU_PLUGIN_VERSION >= 3
	qemu_plugin_insn_data(insn, ret_bytes, size);
#else
	memcpy(ret_bytes, qemu_plugin_insn_data(insn), size);
#endif
}

/* Return: the code of a mark, -1 for every other instruction. */
static int code_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nop[] = TRAFFIC_NOP_BYTES;
	uint8_t bytes[TRAFFIC_NOP_SIZE];
	uint32_t number;

	if (qemu_plugin_insn_size(insn) != TRAFFIC_NOP_SIZE)
		return -1;
	copy_insn(insn, bytes, sizeof(bytes));
	if (memcmp(bytes, nop, sizeof(nop)))
		return -1;
	memcpy(&number, bytes + sizeof(nop), sizeof(number));
	number -= TRAFFIC_MAGIC;
	return number < TRAFFIC_CODES ? (int)number : -1;
}

static void on_halt(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	(void)userdata;
	idle_wait();
}

static void look_for_halt(struct qemu_plugin_insn *insn)
{
	uint8_t byte;

	if (!waits || qemu_plugin_insn_size(insn) != sizeof(byte))
		return;
	copy_insn(insn, &byte, sizeof(byte));
	if (idle_is_halt(&byte, sizeof(byte)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_halt, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void on_idle_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < nr; i++)
		look_for_halt(qemu_plugin_tb_get_insn(tb, i));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int code = code_of(insn);

		look_for_halt(insn);
		if (code >= 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)code);
		else
			qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW, NULL);
	}
}

static void on_call(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	reached_call(&reached, userdata);
}

static void on_reached_mark(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	reached_take_mark(&reached, (unsigned int)(uintptr_t)userdata);
}

static void on_reached_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct reached_function *function = reached_find(&reached,
								 qemu_plugin_insn_vaddr(insn));
		int code = code_of(insn);

		look_for_halt(insn);
		/* What is translated is about to run. */
		if (function && reached.once)
			function->calls = 1;
		else if (function)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_call, QEMU_PLUGIN_CB_NO_REGS,
							       function);
		if (code >= 0 && !reached.once)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_reached_mark,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)code);
	}
}

static void on_reached_exit(qemu_plugin_id_t id, void *userdata)
{
	(void)id;
	(void)userdata;
	reached_write(&reached);
	fclose(reached.out);
	reached_free(&reached);
}

static void on_exit(qemu_plugin_id_t id, void *userdata)
{
	(void)id;
	(void)userdata;
	fclose(traffic.out);
	traffic_free(&traffic);
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "traffic plugin: %s: %s\n", what, why);
	return -1;
}

/**
 * struct arguments - what stands behind the plugin's name
 * @out: file to write; NULL counts nothing
 * @functions: file that lists functions, or NULL
 * @once: it is only asked whether they are entered
 * @caches: sizes
 * @waits: the guest goes idle while QEMU's main thread sleeps
 */
struct arguments {
	const char *out;
	const char *functions;
	const char *caches;
	bool once;
	bool waits;
};

static int take_arguments(int argc, char **argv, struct arguments *arguments)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			arguments->out = argv[i] + 4;
		else if (!strncmp(argv[i], "functions=", 10))
			arguments->functions = argv[i] + 10;
		else if (!strcmp(argv[i], "count=once"))
			arguments->once = true;
		else if (!strncmp(argv[i], "caches=", 7))
			arguments->caches = argv[i] + 7;
		else if (!strcmp(argv[i], "idle=wait"))
			arguments->waits = true;
		else
			return complain(argv[i], "is none of out=FILE, caches=SIZES, functions=FILE, "
					"count=once, idle=wait");
	}
	return 0;
}

static int install_reached(qemu_plugin_id_t id, const struct arguments *arguments, FILE *out)
{
	FILE *map = fopen(arguments->functions, "r");
	int err;

	if (!map)
		return complain(arguments->functions, strerror(errno));
	err = reached_init(&reached, map, out);
	fclose(map);
	if (err)
		return complain(arguments->functions, strerror(-err));
	reached.once = arguments->once;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_reached_translation);
	qemu_plugin_register_atexit_cb(id, on_reached_exit, NULL);
	return 0;
}

static int install_traffic(qemu_plugin_id_t id, const struct arguments *arguments, FILE *out)
{
	struct cache_size size[CACHE_LEVELS];
	char why[256];

	if (cache_sizes_parse(arguments->caches, size, why, sizeof(why)))
		return complain("caches", why);
	setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
	if (traffic_init(&traffic, size, out))
		return complain("caches", "no memory");
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit, NULL);
	return 0;
}

static int begin_waiting(void)
{
	int err = idle_open();

	waits = !err;
	return err ? complain("/proc/self/task", strerror(-err)) : 0;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	struct arguments arguments = { .caches = CACHE_SIZES_DEFAULT };
	FILE *out;

	if (take_arguments(argc, argv, &arguments))
		return -1;
	if ((!arguments.out && !arguments.waits) || strcmp(info->target_name, "x86_64") ||
	    !info->system_emulation)
		return complain("start", "needs out=FILE or idle=wait, and an x86_64 machine");
	if ((!arguments.functions || arguments.waits) && info->system.max_vcpus != 1)
		return complain("start", "counts memory traffic, and waits, for one CPU only");
	if (arguments.waits && begin_waiting())
		return -1;
	if (!arguments.out) {
		qemu_plugin_register_vcpu_tb_trans_cb(id, on_idle_translation);
		return 0;
	}
	out = fopen(arguments.out, "w");
	if (!out)
		return complain(arguments.out, strerror(errno));
	return arguments.functions ? install_reached(id, &arguments, out) :
				     install_traffic(id, &arguments, out);
}
