// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds the time from QEMU's start to the agent's hello against the time the same
 * kernel takes with an init that only powers off. Pairs are interleaved and the
 * smallest of each is taken: what other load adds is never negative.
 *
 * usage: boot-time AGENT POWEROFF
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "guest-kernel.h"
#include "guest.h"
#include "initramfs.h"

#define PAIRS 8
#define RATIO_MAX 1.2

struct setting {
	const char *name;
	enum guest_machine machine;
};

static const struct setting settings[] = {
	{ "microvm", MACHINE_MICROVM },
	{ "q35", MACHINE_Q35 },
};

static int boot(const char *qemu, const struct kernel_image *image, const char *initramfs,
		enum guest_machine machine, struct guest_result *ret_result, struct err *err)
{
	struct guest_config config = {
		.qemu = qemu,
		.vmlinux = image->vmlinux,
		.initramfs = initramfs,
		.engine = ENGINE_TCG,
		.machine = machine,
		.cpus = 1,
		.mem_mib = 512,
		.nodes = 1,
		.deadline_s = 60,
		.silence_s = 30,
		.console_path = "/dev/null",
	};

	return guest_run(&config, ret_result, err);
}

static int measure(const char *qemu, const struct kernel_image *image, char *const initramfs[2],
		   const struct setting *setting, struct err *err)
{
	double least[2] = { 1e9, 1e9 }, ratio;

	for (int i = 0; i < 2 * PAIRS; i++) {
		struct guest_result result;
		double seconds;
		int error;

		error = boot(qemu, image, initramfs[i % 2], setting->machine, &result, err);
		if (error)
			return error;
		seconds = (i % 2 ? result.wall_ns : result.ready_ns) / 1e9;
		if (i % 2 == 0 && result.end != GUEST_DONE)
			return err_set(err, -EIO, "%s: %s", setting->name, result.reason);
		/* An init that hangs would make the agent look fast. */
		if (i % 2 && (result.end != GUEST_NO_BOOT || strncmp(result.reason, "ended ", 6)))
			return err_set(err, -EIO, "%s: the bare boot: %s", setting->name, result.reason);
		if (seconds < least[i % 2])
			least[i % 2] = seconds;
		guest_result_free(&result);
	}
	ratio = least[0] / least[1];
	printf("%s: %s: agent ready after %.3f s, bare boot %.3f s, ratio %.3f of at most %.1f\n",
	       setting->name, ratio <= RATIO_MAX ? "good" : "slow", least[0], least[1], ratio,
	       RATIO_MAX);
	return 0;
}

int main(int argc, char **argv)
{
	struct kernel_image image = { 0 };
	struct err err = { "" };
	char *initramfs[2], *qemu = qemu_find();
	int error;

	if (argc != 3 || !qemu) {
		fprintf(stderr, "usage: boot-time AGENT POWEROFF (and QEMU in PATH)\n");
		return 2;
	}
	error = guest_kernel(&image, &err);
	for (int i = 0; i < 2; i++) {
		initramfs[i] = str_printf("/tmp/boot-time.%d.%d.cpio", (int)getpid(), i);
		if (!error)
			error = initramfs_write(initramfs[i], argv[i + 1], NULL, &err);
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings) && !error; i++)
		error = measure(qemu, &image, initramfs, &settings[i], &err);
	if (error)
		fprintf(stderr, "boot-time: %s\n", err.text);
	for (int i = 0; i < 2; i++) {
		unlink(initramfs[i]);
		free(initramfs[i]);
	}
	kernel_image_free(&image);
	free(qemu);
	return error ? 3 : 0;
}
