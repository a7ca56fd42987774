/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An empty ext4 file system. Names and offsets are those of the kernel's own
 * description of the format: Documentation/filesystems/ext4 (super, group_descr,
 * inodes, ifork, directory, journal), and fs/ext4/ext4.h, include/linux/jbd2.h.
 *
 * Group 0	super block, descriptors, block bitmap, inode bitmap, inode table,
 *		root directory, lost+found, journal
 * others	block bitmap, inode bitmap, inode table
 *
 * Copies of the super block are left out by the feature sparse_super2, which names
 * the groups that have one.
 */
#include "ext4-format.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096u
#define GROUP_BLOCKS 32768u		/* what one block of bitmap describes */
#define GROUP_INODES 128u
#define INODE 256u
#define TABLE_BLOCKS (GROUP_INODES * INODE / BLOCK)
#define STRIPE_BLOCKS 512u		/* 2 MiB */
#define JOURNAL_BLOCKS 1024u		/* the least the kernel takes (JBD2_MIN_JOURNAL_BLOCKS) */
#define DESCRIPTOR 32u

/* Blocks of group 0. */
enum {
	SUPER_AT = 0,
	DESCRIPTORS_AT = 1,
	FIRST_BITMAP = 2,
	ROOT_AT = FIRST_BITMAP + 2 + TABLE_BLOCKS,
	LOST_AT,
	JOURNAL_AT,
	FIRST_USED = JOURNAL_AT + JOURNAL_BLOCKS,
};

#define OTHER_USED (2 + TABLE_BLOCKS)

/* Inodes that have a meaning; those below FIRST_INODE are taken in any case. */
enum { ROOT_INODE = 2, JOURNAL_INODE = 8, FIRST_INODE = 11, LOST_INODE = 11 };

enum {
	COMPAT_HAS_JOURNAL = 0x4,
	COMPAT_SPARSE_SUPER2 = 0x200,
	INCOMPAT_FILETYPE = 0x2,
	INCOMPAT_EXTENTS = 0x40,
	RO_COMPAT_LARGE_FILE = 0x2,
	RO_COMPAT_EXTRA_ISIZE = 0x40,
};

#define INODE_EXTENTS 0x80000u
#define EXTENT_MAGIC 0xf30au
#define JOURNAL_MAGIC 0xc03b3998u
#define JOURNAL_SUPER_V2 4u

/* Of the file system and its journal; a journal inside the file system has none of its own. */
static const uint8_t uuid[16] = "pagemeta\0dax\0fs";

/**
 * struct format - what is being written
 * @fd: where
 * @groups: block groups
 * @block: scratch
 */
struct format {
	int fd;
	uint32_t groups;
	uint8_t block[BLOCK];
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value);
	put16(at + 2, value >> 16);
}

/* The journal is big-endian. */
static void put32_journal(uint8_t *at, uint32_t value)
{
	put32(at, __builtin_bswap32(value));
}

static int put_block(struct format *format, uint64_t block)
{
	ssize_t n = pwrite(format->fd, format->block, BLOCK, (off_t)(block * BLOCK));

	memset(format->block, 0, BLOCK);
	if (n < 0)
		return -errno;
	return n == (ssize_t)BLOCK ? 0 : -EIO;
}

static uint32_t group_used(uint32_t group)
{
	return group ? OTHER_USED : FIRST_USED;
}

static uint32_t bitmaps_at(uint32_t group)
{
	return group ? group * GROUP_BLOCKS : FIRST_BITMAP;
}

static uint32_t free_inodes(uint32_t group)
{
	return group ? GROUP_INODES : GROUP_INODES - FIRST_INODE;
}

static void super_sizes(const struct format *format, uint8_t *super)
{
	uint32_t groups = format->groups;

	put32(super + 0x00, groups * GROUP_INODES);
	put32(super + 0x04, groups * GROUP_BLOCKS);
	put32(super + 0x0c, groups * (GROUP_BLOCKS - OTHER_USED) - (FIRST_USED - OTHER_USED));
	put32(super + 0x10, groups * GROUP_INODES - FIRST_INODE);
	put32(super + 0x18, 2);			/* s_log_block_size: 1024 << 2 */
	put32(super + 0x1c, 2);			/* s_log_cluster_size */
	put32(super + 0x20, GROUP_BLOCKS);
	put32(super + 0x24, GROUP_BLOCKS);	/* s_clusters_per_group */
	put32(super + 0x28, GROUP_INODES);
}

static int write_super(struct format *format)
{
	uint8_t *super = format->block + 1024;

	super_sizes(format, super);
	put16(super + 0x36, 0xffff);		/* s_max_mnt_count: never */
	put16(super + 0x38, 0xef53);
	put16(super + 0x3a, 1);			/* s_state: clean */
	put16(super + 0x3c, 1);			/* s_errors: go on, and say so */
	put32(super + 0x4c, 1);			/* s_rev_level: inodes of any size */
	put32(super + 0x54, FIRST_INODE);
	put16(super + 0x58, INODE);
	put32(super + 0x5c, COMPAT_HAS_JOURNAL | COMPAT_SPARSE_SUPER2);
	put32(super + 0x60, INCOMPAT_FILETYPE | INCOMPAT_EXTENTS);
	put32(super + 0x64, RO_COMPAT_LARGE_FILE | RO_COMPAT_EXTRA_ISIZE);
	memcpy(super + 0x68, uuid, sizeof(uuid));
	memcpy(super + 0x78, "pagemeta", 8);	/* s_volume_name */
	put32(super + 0xe0, JOURNAL_INODE);
	put16(super + 0x15c, 32);		/* s_min_extra_isize */
	put16(super + 0x15e, 32);		/* s_want_extra_isize */
	put16(super + 0x164, STRIPE_BLOCKS);	/* s_raid_stride */
	put32(super + 0x170, STRIPE_BLOCKS);	/* s_raid_stripe_width */
	return put_block(format, SUPER_AT);
}

static int write_descriptors(struct format *format)
{
	uint8_t *at = format->block;
	uint32_t group;

	for (group = 0; group < format->groups; group++, at += DESCRIPTOR) {
		put32(at + 0x00, bitmaps_at(group));
		put32(at + 0x04, bitmaps_at(group) + 1);
		put32(at + 0x08, bitmaps_at(group) + 2);
		put16(at + 0x0c, GROUP_BLOCKS - group_used(group));
		put16(at + 0x0e, free_inodes(group));
		put16(at + 0x10, group ? 0 : 2);	/* bg_used_dirs_count */
	}
	return put_block(format, DESCRIPTORS_AT);
}

static void set_bits(uint8_t *bitmap, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		bitmap[from / 8] |= (uint8_t)(1u << from % 8);
}

/* In a bitmap of inodes, those that are not there count as used. */
static int write_bitmaps(struct format *format, uint32_t group)
{
	int err;

	set_bits(format->block, 0, group_used(group));
	err = put_block(format, bitmaps_at(group));
	if (err)
		return err;
	set_bits(format->block, 0, GROUP_INODES - free_inodes(group));
	set_bits(format->block, GROUP_INODES, BLOCK * 8);
	return put_block(format, bitmaps_at(group) + 1);
}

/* An inode whose blocks are one extent. */
static void fill_inode(uint8_t *at, uint32_t mode, uint32_t links, uint32_t start, uint32_t blocks)
{
	uint8_t *tree = at + 0x28;

	put16(at + 0x00, mode);
	put32(at + 0x04, blocks * BLOCK);
	put16(at + 0x1a, links);
	put32(at + 0x1c, blocks * (BLOCK / 512));
	put32(at + 0x20, INODE_EXTENTS);
	put16(tree, EXTENT_MAGIC);
	put16(tree + 2, 1);			/* eh_entries */
	put16(tree + 4, 4);			/* eh_max: what an inode has room for */
	put16(tree + 12 + 4, blocks);		/* ee_len */
	put32(tree + 12 + 8, start);		/* ee_start_lo */
	put16(at + 0x80, 32);			/* i_extra_isize */
}

static int write_table(struct format *format, uint32_t group)
{
	uint32_t i;
	int err = 0;

	if (!group) {
		/* All inodes that are used lie in the first block; numbers begin with 1. */
		fill_inode(format->block + (ROOT_INODE - 1) * INODE, S_IFDIR | 0755, 3, ROOT_AT, 1);
		fill_inode(format->block + (LOST_INODE - 1) * INODE, S_IFDIR | 0700, 2, LOST_AT, 1);
		fill_inode(format->block + (JOURNAL_INODE - 1) * INODE, S_IFREG | 0600, 1,
			   JOURNAL_AT, JOURNAL_BLOCKS);
		_Static_assert(LOST_INODE <= BLOCK / INODE, "in the first block");
	}
	for (i = 0; i < TABLE_BLOCKS && !err; i++)
		err = put_block(format, bitmaps_at(group) + 2 + i);
	return err;
}

/* Return: where the next entry goes. The last one takes what is left of the block. */
static uint8_t *put_entry(struct format *format, uint8_t *at, uint32_t inode, const char *name,
			  bool last)
{
	uint32_t len = (uint32_t)strlen(name), room = (8 + len + 3) / 4 * 4;

	if (last)
		room = (uint32_t)(format->block + BLOCK - at);
	put32(at, inode);
	put16(at + 4, room);
	at[6] = (uint8_t)len;
	at[7] = 2;				/* a directory */
	memcpy(at + 8, name, len);
	return at + room;
}

static int write_directories(struct format *format)
{
	uint8_t *at;
	int err;

	at = put_entry(format, format->block, ROOT_INODE, ".", false);
	at = put_entry(format, at, ROOT_INODE, "..", false);
	put_entry(format, at, LOST_INODE, "lost+found", true);
	err = put_block(format, ROOT_AT);
	if (err)
		return err;
	at = put_entry(format, format->block, LOST_INODE, ".", false);
	put_entry(format, at, ROOT_INODE, "..", true);
	return put_block(format, LOST_AT);
}

/*
 * s_start is 0: there is nothing to replay. The rest is zeroed, or a replay after a
 * crash could take an older journal's blocks for its own.
 */
static int write_journal(struct format *format)
{
	uint32_t i;
	int err;

	put32_journal(format->block + 0x00, JOURNAL_MAGIC);
	put32_journal(format->block + 0x04, JOURNAL_SUPER_V2);
	put32_journal(format->block + 0x0c, BLOCK);
	put32_journal(format->block + 0x10, JOURNAL_BLOCKS);
	put32_journal(format->block + 0x14, 1);	/* s_first */
	put32_journal(format->block + 0x18, 1);	/* s_sequence */
	memcpy(format->block + 0x30, uuid, sizeof(uuid));
	put32_journal(format->block + 0x40, 1);	/* s_nr_users */
	err = put_block(format, JOURNAL_AT);
	for (i = 1; i < JOURNAL_BLOCKS && !err; i++)
		err = put_block(format, JOURNAL_AT + i);
	return err;
}

static int write_all(struct format *format)
{
	uint32_t group;
	int err = 0;

	for (group = 0; group < format->groups && !err; group++) {
		err = write_bitmaps(format, group);
		if (!err)
			err = write_table(format, group);
	}
	if (!err)
		err = write_directories(format);
	if (!err)
		err = write_journal(format);
	if (!err)
		err = write_descriptors(format);
	return err ? err : write_super(format);
}

int ext4_format(int fd, uint64_t bytes)
{
	struct format *format;
	int err;

	if (!bytes || bytes % EXT4_FORMAT_STEP || bytes > EXT4_FORMAT_MAX)
		return -EINVAL;
	format = calloc(1, sizeof(*format));
	if (!format)
		return -ENOMEM;
	format->fd = fd;
	format->groups = (uint32_t)(bytes / EXT4_FORMAT_STEP);
	err = write_all(format);
	free(format);
	return err;
}
