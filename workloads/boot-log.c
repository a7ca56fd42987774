/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's log for what it says of its memory.
 */
#include "boot-log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#define READ_ALL 3		/* SYSLOG_ACTION_READ_ALL */
#define SIZE_BUFFER 10		/* SYSLOG_ACTION_SIZE_BUFFER */
#define SIZE_MAX_LOG (64 << 20)
#define PAGE 4096u
#define IMAGE_START UINT64_C(0xffffffff80000000)	/* __START_KERNEL_map */

/* "[mem 0x1f-0x2f]": both ends are included. */
static uint64_t range_bytes(const char *text)
{
	uint64_t first, last;

	if (sscanf(text, "[mem %" SCNx64 "-%" SCNx64 "]", &first, &last) != 2 || last < first)
		return 0;
	return last - first + 1;
}

static const char *behind(const char *line, const char *words)
{
	const char *at = strstr(line, words);

	return at ? at + strlen(words) : NULL;
}

/* "Dentry cache hash table entries: 65536 (order: 7, 524288 bytes, linear)"; later ones are
 * not taken from the boot allocator (alloc_large_system_hash() of mm/mm_init.c). */
static uint64_t hash_bytes(const char *line)
{
	const char *at;
	uint64_t bytes;
	char kind[16];

	if (!strncmp(line, "Dentry cache", 12) || !strncmp(line, "Inode-cache", 11) ||
	    !strncmp(line, "stackdepot", 10)) {
		at = behind(line, "(order: ");
		if (at && sscanf(at, "%*d, %" SCNu64 " bytes, %15[a-z])", &bytes, kind) == 2 &&
		    !strcmp(kind, "linear"))
			return bytes;
	}
	return 0;
}

/*
 * With debug_pagealloc "debug: unmapping init [mem 0xff11...-0xff11...]" stands for what was to
 * be freed (free_init_pages() of arch/x86/mm/init.c), by its virtual addresses. Parts of the
 * image are told by their flags; what is in the direct mapping is the initramfs.
 */
static uint64_t kept_bytes(const char *range)
{
	uint64_t first;

	if (sscanf(range, "[mem %" SCNx64, &first) != 1 || first >= IMAGE_START)
		return 0;
	return range_bytes(range);
}

/* One line at @line, NUL-terminated, without level and time. */
static void take_line(struct boot_log *log, const char *line)
{
	const char *at;
	uint64_t number;

	log->hashes += hash_bytes(line);
	if (!strncmp(line, "NODE_DATA(", 10)) {
		at = behind(line, "allocated ");
		log->nodes += at ? range_bytes(at) : 0;
	} else if (sscanf(line, "percpu: Embedded %" SCNu64 " pages/cpu", &number) == 1) {
		log->percpu = number * PAGE;
	} else if (!strncmp(line, "software IO TLB: mapped ", 24)) {
		/* Here the end is not (kernel/dma/swiotlb.c). */
		number = range_bytes(line + 24);
		log->swiotlb += number ? number - 1 : 0;
	} else if (!strncmp(line, "debug: unmapping init ", 22)) {
		log->kept += kept_bytes(line + 22);
	} else if (sscanf(line, "kfence: initialized - using %" SCNu64 " bytes", &number) == 1) {
		log->kfence = number;
	} else if (sscanf(line, "allocated %" SCNu64 " bytes of page_ext", &number) == 1) {
		log->page_ext = number;
	}
}

/* "<6>[    0.006488] Dentry cache ..." */
static const char *skip_prefix(const char *line)
{
	const char *at = line;

	if (*at == '<')
		at += strspn(at, "<0123456789>");
	if (*at == '[') {
		at += strcspn(at, "]");
		at += *at == ']';
	}
	return at + (*at == ' ');
}

void boot_log_line(struct boot_log *log, const char *line)
{
	const char *start = skip_prefix(line);
	char text[256];
	size_t len;

	/* Lines that matter begin like this, and sscanf() takes its time. */
	if (!strchr("DINpskda", *start) || !*start)
		return;
	len = strcspn(start, "\n");
	if (len >= sizeof(text))
		return;
	memcpy(text, start, len);
	text[len] = '\0';
	take_line(log, text);
}

int boot_log_read(struct boot_log *ret_log)
{
	struct boot_log log = { 0 };
	int size = klogctl(SIZE_BUFFER, NULL, 0), used;
	const char *line;
	char *text;

	if (size < 0)
		return -errno;
	if (!size || size > SIZE_MAX_LOG)
		return -EBADMSG;
	text = malloc((size_t)size + 1);
	if (!text)
		return -ENOMEM;
	used = klogctl(READ_ALL, text, size);
	if (used < 0 || used > size) {
		used = used < 0 ? -errno : -EBADMSG;
		free(text);
		return used;
	}
	text[used] = '\0';
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		boot_log_line(&log, line);
	}
	free(text);
	*ret_log = log;
	return 0;
}
