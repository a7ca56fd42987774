// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin that QEMU loads: every load and store of the guest goes to the counters,
 * and every mark of the agent. It changes nothing of what the guest executes.
 *
 *	-plugin traffic.so,out=FILE,caches=SIZES
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_QEMU_PLUGIN_H
#include <qemu-plugin.h>
#else
#include "qemu-plugin-v1.h"
#endif

#include "traffic.h"

#define OUT_BUFFER (1 << 20)

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* The interface gives callbacks no context of their own that would be cheaper. */
static struct traffic traffic;

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

static void copy_insn(const struct qemu_plugin_insn *insn, uint8_t bytes[TRAFFIC_NOP_SIZE])
{
#if QEMU_PLUGIN_VERSION >= 3
	qemu_plugin_insn_data(insn, bytes, TRAFFIC_NOP_SIZE);
#else
	memcpy(bytes, qemu_plugin_insn_data(insn), TRAFFIC_NOP_SIZE);
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
	copy_insn(insn, bytes);
	if (memcmp(bytes, nop, sizeof(nop)))
		return -1;
	memcpy(&number, bytes + sizeof(nop), sizeof(number));
	number -= TRAFFIC_MAGIC;
	return number < TRAFFIC_CODES ? (int)number : -1;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int code = code_of(insn);

		if (code >= 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)code);
		else
			qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW, NULL);
	}
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

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	const char *path = NULL, *caches = CACHE_SIZES_DEFAULT;
	struct cache_size size[CACHE_LEVELS];
	char why[256];
	FILE *out;
	int i;

	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			path = argv[i] + 4;
		else if (!strncmp(argv[i], "caches=", 7))
			caches = argv[i] + 7;
		else
			return complain(argv[i], "is none of out=FILE, caches=SIZES");
	}
	if (!path || strcmp(info->target_name, "x86_64") || !info->system_emulation ||
	    info->system.max_vcpus != 1)
		return complain("start", "needs out=FILE and an x86_64 machine with one CPU");
	if (cache_sizes_parse(caches, size, why, sizeof(why)))
		return complain("caches", why);
	out = fopen(path, "w");
	if (!out)
		return complain(path, strerror(errno));
	setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
	if (traffic_init(&traffic, size, out))
		return complain("caches", "no memory");
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit, NULL);
	return 0;
}
