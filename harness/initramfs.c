// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cpio archive ("newc", Documentation/driver-api/early-userspace/
 * buffer-format.rst of the kernel) a guest boots from. Written here and not by
 * cpio(1): device nodes need no root this way, and nothing of the host (times,
 * owners, inode numbers) gets into it, so that equal input gives equal bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "initramfs.h"
#include "util.h"

#define NEWC_HEADER 110		/* "070701" and 13 fields of 8 hexadecimal digits */
#define NEWC_ALIGN 4
#define ARCHIVE_ALIGN 512	/* as cpio(1) pads; loaders like whole sectors */

/**
 * struct archive - bytes of the archive so far
 * @data: malloc'd
 * @len: used
 * @inode: the last inode number given
 */
struct archive {
	char *data;
	size_t len;
	unsigned int inode;
};

/**
 * struct member - one file of the archive
 * @name: path without the leading slash
 * @mode: type and permissions
 * @rdev: for a device node
 * @data: contents
 * @len: their length
 */
struct member {
	const char *name;
	mode_t mode;
	dev_t rdev;
	const void *data;
	size_t len;
};

static void archive_pad(struct archive *archive, size_t align)
{
	size_t len = (archive->len + align - 1) / align * align;

	archive->data = mem_grow(archive->data, len, 1);
	memset(archive->data + archive->len, 0, len - archive->len);
	archive->len = len;
}

static void archive_bytes(struct archive *archive, const void *data, size_t len)
{
	archive->data = mem_grow(archive->data, archive->len + len, 1);
	if (len)
		memcpy(archive->data + archive->len, data, len);
	archive->len += len;
	archive_pad(archive, NEWC_ALIGN);
}

static void archive_add(struct archive *archive, const struct member *member)
{
	unsigned int links = S_ISDIR(member->mode) ? 2 : 1;
	size_t name_len = strlen(member->name) + 1;
	char *header;

	/* ino mode uid gid nlink mtime filesize dev rdev namesize check */
	header = str_printf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
			    archive->inode++, (unsigned int)member->mode, 0, 0, links, 0,
			    (unsigned int)member->len, 0, 0, major(member->rdev),
			    minor(member->rdev), (unsigned int)name_len, 0);
	archive->data = mem_grow(archive->data, archive->len + NEWC_HEADER, 1);
	memcpy(archive->data + archive->len, header, NEWC_HEADER);
	archive->len += NEWC_HEADER;
	free(header);
	archive_bytes(archive, member->name, name_len);
	archive_bytes(archive, member->data, member->len);
}

static void archive_add_skeleton(struct archive *archive)
{
	const struct member skeleton[] = {
		{ .name = "dev", .mode = S_IFDIR | 0755 },
		/* PID 1 gets its stdout from it before anything is mounted. */
		{ .name = "dev/console", .mode = S_IFCHR | 0600, .rdev = makedev(5, 1) },
		{ .name = "proc", .mode = S_IFDIR | 0755 },
		{ .name = "sys", .mode = S_IFDIR | 0755 },
		{ .name = "tmp", .mode = S_IFDIR | 0755 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(skeleton); i++)
		archive_add(archive, &skeleton[i]);
}

static int archive_add_file(struct archive *archive, const struct initramfs_file *file,
			    struct err *err)
{
	struct member member = { .name = file->name, .mode = S_IFDIR | 0755 };
	char *text = NULL;
	int error;

	if (file->path) {
		member.mode = S_IFREG | (file->program ? 0755 : 0644);
		error = fs_read(file->path, &text, &member.len, err);
		if (error)
			return error;
		if (member.len > UINT32_MAX) {
			free(text);
			return err_set(err, -EFBIG, "%s: too large for an initramfs", file->path);
		}
	}
	member.data = text;
	archive_add(archive, &member);
	free(text);
	return 0;
}

int initramfs_write(const char *path, const char *init, const struct job *job, struct err *err)
{
	return initramfs_write_with(path, init, job, NULL, 0, err);
}

int initramfs_write_with(const char *path, const char *init, const struct job *job,
			 const struct initramfs_file *extra, size_t nr_extra, struct err *err)
{
	struct member program = { .name = "init", .mode = S_IFREG | 0755 };
	struct member orders = { .name = "job", .mode = S_IFREG | 0644 };
	const struct member trailer = { .name = "TRAILER!!!" };
	struct archive archive = { .inode = 1 };
	char *program_text, *orders_text = NULL;
	int error;

	error = fs_read(init, &program_text, &program.len, err);
	if (error)
		return error;
	if (program.len > UINT32_MAX) {
		error = err_set(err, -EFBIG, "%s: too large for an initramfs", init);
		goto err_free_program;
	}
	if (job) {
		error = job_format(job, &orders_text);
		if (error) {
			err_set(err, error, "job of workload '%s': cannot be written: %s",
				job->workload, strerror(-error));
			goto err_free_program;
		}
		orders.data = orders_text;
		orders.len = strlen(orders_text);
	}
	program.data = program_text;
	archive_add_skeleton(&archive);
	archive_add(&archive, &program);
	if (job)
		archive_add(&archive, &orders);
	for (size_t i = 0; i < nr_extra && !error; i++)
		error = archive_add_file(&archive, &extra[i], err);
	if (error)
		goto err_free_archive;
	archive.inode = 0;
	archive_add(&archive, &trailer);
	archive_pad(&archive, ARCHIVE_ALIGN);
	error = fs_write(path, archive.data, archive.len, err);
err_free_archive:
	free(archive.data);
	free(orders_text);
err_free_program:
	free(program_text);
	return error;
}
