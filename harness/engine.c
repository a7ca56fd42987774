// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engines by name, and where QEMU is.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "proc.h"

const struct engine_info engine_table[ENGINE_NR] = {
	[ENGINE_KVM] = {
		.name = "kvm",
		.help = "hardware virtualisation: nanoseconds, the truth about latency",
		.gated = true,
	},
	[ENGINE_TCG] = {
		.name = "tcg",
		.help = "emulation: nanoseconds of an emulator, shown and never judged",
	},
	[ENGINE_EXACT] = {
		.name = "exact",
		.help = "emulation that counts: instructions, equal to the last digit on every run",
		.exact = true,
		.gated = true,
	},
};

int engine_parse(const char *name, enum engine *ret_engine)
{
	for (unsigned int i = 0; i < ENGINE_NR; i++) {
		if (strcmp(engine_table[i].name, name))
			continue;
		*ret_engine = i;
		return 0;
	}
	return -EINVAL;
}

char *qemu_find(void)
{
	const char *asked = getenv("PAGEMETA_QEMU");

	if (!asked || !*asked)
		return fs_find_program("qemu-system-x86_64");
	if (!strchr(asked, '/'))
		return fs_find_program(asked);
	return access(asked, X_OK) ? NULL : str_dup(asked);
}

char *qemu_version(const char *qemu)
{
	char *argv[] = { (char *)qemu, (char *)"--version", NULL };
	char *text;

	if (proc_capture(argv, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}
