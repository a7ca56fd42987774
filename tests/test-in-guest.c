// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs test programs in a guest of four NUMA nodes with three CPUs, so that one node has
 * none: there the tests meet what the host's kernel cannot show. All that the guest says
 * goes to standard output.
 *
 * usage: test-in-guest INIT TEST... -- LIBRARY...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "guest-kernel.h"
#include "guest.h"
#include "initramfs.h"

/** struct archive - what goes into the guest beside its init */
struct archive {
	struct initramfs_file *file;
	size_t nr;
};

static void add(struct archive *archive, const char *folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct initramfs_file file = {
		.name = str_printf("%s/%s", folder, slash ? slash + 1 : path),
		.path = path, .program = true,
	};

	archive->file = mem_grow(archive->file, archive->nr + 1, sizeof(file));
	archive->file[archive->nr++] = file;
}

/* The loader is looked for where the programs were linked to expect it. */
static void add_all(struct archive *archive, char **path)
{
	static const char *const folders[] = { "tests", "lib", "lib64" };
	const char *folder = "tests";

	archive->file = mem_grow(NULL, ARRAY_SIZE(folders), sizeof(*archive->file));
	for (; archive->nr < ARRAY_SIZE(folders); archive->nr++)
		archive->file[archive->nr] = (struct initramfs_file){
			.name = str_dup(folders[archive->nr]),
		};
	for (; *path; path++)
		if (!strcmp(*path, "--"))
			folder = "lib";
		else
			add(archive, strstr(*path, "/ld-linux") ? "lib64" : folder, *path);
}

static void free_all(struct archive *archive)
{
	for (size_t i = 0; i < archive->nr; i++)
		free((char *)archive->file[i].name);
	free(archive->file);
}

static int boot(const char *initramfs, struct guest_result *ret_result, struct err *err)
{
	struct kernel_image image = { 0 };
	char *qemu = qemu_find();
	struct guest_config config = {
		.qemu = qemu, .initramfs = initramfs, .engine = ENGINE_TCG, .cpus = 3,
		.mem_mib = 1024, .nodes = 4, .deadline_s = 300, .silence_s = 120,
		.console_path = "/dev/stdout",
	};
	int error = qemu ? guest_kernel(&image, err) : err_set(err, -ENODEV, "there is no QEMU");

	config.vmlinux = image.vmlinux;
	if (!error)
		error = guest_run(&config, ret_result, err);
	kernel_image_free(&image);
	free(qemu);
	return error;
}

int main(int argc, char **argv)
{
	char *initramfs = str_printf("/tmp/test-in-guest.%d.cpio", (int)getpid());
	struct guest_result result = { 0 };
	struct archive archive = { 0 };
	struct err err = { "" };
	int error;

	if (argc < 3) {
		fprintf(stderr, "usage: test-in-guest INIT TEST... -- LIBRARY...\n");
		return 2;
	}
	add_all(&archive, argv + 2);
	error = initramfs_write_with(initramfs, argv[1], NULL, archive.file, archive.nr, &err);
	if (!error)
		error = boot(initramfs, &result, &err);
	unlink(initramfs);
	if (error)
		fprintf(stderr, "test-in-guest: %s\n", err.text);
	/* There is no agent to say hello: its init ends it, or its kernel does. */
	else if (result.end != GUEST_NO_BOOT || strncmp(result.reason, "ended ", 6))
		fprintf(stderr, "test-in-guest: %s\n", result.reason);
	else
		error = 0;
	guest_result_free(&result);
	free_all(&archive);
	free(initramfs);
	return error ? 3 : 0;
}
