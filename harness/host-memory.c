// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a host does with memory behind a guest's back, and whether there is enough.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"
#include "sysfs.h"
#include "util.h"

#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"
#define ZSWAP_ENABLED "/sys/module/zswap/parameters/enabled"

/* The value between brackets: "always [madvise] never" is "madvise". */
static void cut_to_chosen(char *text)
{
	const char *open = strchr(text, '[');
	size_t len = open ? strcspn(open + 1, "]") : 0;

	if (!open)
		return;
	memmove(text, open + 1, len);
	text[len] = '\0';
}

/* What a kernel was built without is not there, but the folder it would be in is. */
static bool is_left_out(const struct host_look *look, int error, const char *folder)
{
	return error == -ENOENT && host_has(look->request, folder);
}

enum host_level host_look_thp(struct host_look *look)
{
	char *mode;
	enum host_level level;
	int error = host_read(look->request, &mode, THP_ENABLED);

	if (is_left_out(look, error, "/sys/kernel/mm"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, THP_ENABLED, error);
	cut_to_chosen(mode);
	level = host_say(look, strcmp(mode, "never") ? look->item->level : HOST_GOOD, "%s", mode);
	if (!strcmp(mode, "madvise")) {
		level = host_say(look, HOST_NOTE, "madvise: QEMU asks for them, and gets them while "
				 "the host has some");
		host_mend(look, "%s", "");
	}
	free(mode);
	return level;
}

enum host_level host_look_ksm(struct host_look *look)
{
	static const char path[] = "/sys/kernel/mm/ksm/run";
	uint64_t run;
	int error = host_number(look->request, &run, "%s", path);

	if (is_left_out(look, error, "/sys/kernel/mm"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, path, error);
	return run == 1 ? host_say(look, look->item->level, "merges") :
			  host_say(look, HOST_GOOD, "does not merge");
}

enum host_level host_look_balancing(struct host_look *look)
{
	static const char path[] = "/proc/sys/kernel/numa_balancing";
	char *nodes;
	unsigned int nr;
	uint64_t on;
	int error = host_number(look->request, &on, "%s", path);

	if (is_left_out(look, error, "/proc/sys/kernel"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, path, error);
	if (!on)
		return host_say(look, HOST_GOOD, "off");
	if (host_read(look->request, &nodes, "/sys/devices/system/node/has_memory"))
		return host_say(look, look->item->level, "on");
	nr = host_list(nodes);
	free(nodes);
	if (nr == 1)
		return host_say(look, HOST_GOOD, "on, but there is one node");
	return host_say(look, look->item->level, "on, %u nodes", nr);
}

/* Columns of /proc/swaps: name, type, KiB, KiB in use, priority; a heading first. */
static int read_swaps(const struct host_request *request, uint64_t *ret_bytes,
		      uint64_t *ret_used)
{
	uint64_t bytes = 0, used = 0;
	char *text;
	int error = host_read(request, &text, "/proc/swaps");

	if (error)
		return error;
	for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
		uint64_t size, taken;

		if (sscanf(line, " %*s %*s %" SCNu64 " %" SCNu64, &size, &taken) != 2)
			continue;
		bytes += size * 1024;
		used += taken * 1024;
	}
	free(text);
	*ret_bytes = bytes;
	*ret_used = used;
	return 0;
}

enum host_level host_look_swap(struct host_look *look)
{
	uint64_t bytes, used;
	char in_use[32], all[32];
	int error = read_swaps(look->request, &bytes, &used);

	if (is_left_out(look, error, "/proc/meminfo"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, "/proc/swaps", error);
	if (!bytes)
		return host_say(look, HOST_GOOD, "none");
	text_bytes(in_use, sizeof(in_use), used);
	text_bytes(all, sizeof(all), bytes);
	return host_say(look, used ? look->item->level : HOST_NOTE, "%s of %s in use", in_use, all);
}

enum host_level host_look_zswap(struct host_look *look)
{
	uint64_t bytes = 0, used = 0;
	char *text;
	bool on;
	int error = host_read(look->request, &text, ZSWAP_ENABLED);

	if (is_left_out(look, error, "/sys/module"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, ZSWAP_ENABLED, error);
	on = *text == 'Y' || *text == '1';
	free(text);
	if (!on)
		return host_say(look, HOST_GOOD, "off");
	if (!read_swaps(look->request, &bytes, &used) && !bytes)
		return host_say(look, HOST_GOOD, "on, but there is no swap");
	return host_say(look, used ? look->item->level : HOST_NOTE, "on%s",
			used ? ", and pages are swapped out" : "; nothing is swapped out");
}

static int meminfo(const struct host_request *request, const char *key, uint64_t *ret_kib)
{
	char *text;
	int error = host_read(request, &text, "/proc/meminfo");

	if (error)
		return error;
	error = sysfs_text_field(text, key, ret_kib);
	free(text);
	return error;
}

enum host_level host_look_memory(struct host_look *look)
{
	uint64_t kib, left, limited = host_memory_left(look->request);
	char has[32], wants[32];
	const char *by = "";
	int error = meminfo(look->request, "MemAvailable", &kib);

	if (error)
		return host_unread(look, "/proc/meminfo", error);
	left = kib * 1024;
	if (limited < left) {
		left = limited;
		by = " within the limit of a control group";
	}
	text_bytes(has, sizeof(has), left);
	text_bytes(wants, sizeof(wants), look->request->memory);
	if (!look->request->memory)
		return host_say(look, HOST_GOOD, "%s left%s", has, by);
	return host_say(look, left < look->request->memory ? look->item->level : HOST_GOOD,
			"%s left%s, guests take up to %s", has, by, wants);
}

/* In mode 2 alone, memory that is only mapped is counted, MAP_NORESERVE or not. */
enum host_level host_look_overcommit(struct host_look *look)
{
	static const char path[] = "/proc/sys/vm/overcommit_memory";
	uint64_t mode, limit, taken, left;
	char has[32], wants[32];
	int error = host_number(look->request, &mode, "%s", path);

	if (error)
		return host_unread(look, path, error);
	if (mode != 2)
		return host_say(look, HOST_GOOD, "mode %" PRIu64 ": sparse guests may be larger than "
				"memory", mode);
	error = meminfo(look->request, "CommitLimit", &limit);
	if (!error)
		error = meminfo(look->request, "Committed_AS", &taken);
	if (error)
		return host_unread(look, "/proc/meminfo", error);
	left = limit > taken ? (limit - taken) * 1024 : 0;
	text_bytes(has, sizeof(has), left);
	text_bytes(wants, sizeof(wants), look->request->mapped);
	return host_say(look, left < look->request->mapped ? look->item->level : HOST_NOTE,
			"mode 2: %s can be mapped, guests map up to %s", has, wants);
}

enum host_level host_look_hugetlb(struct host_look *look)
{
	uint64_t pages, kib;
	char bytes[32];
	int error = meminfo(look->request, "HugePages_Total", &pages);

	if (error == -ENOKEY)
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (!error)
		error = meminfo(look->request, "Hugepagesize", &kib);
	if (error)
		return host_unread(look, "/proc/meminfo", error);
	text_bytes(bytes, sizeof(bytes), pages * kib * 1024);
	return pages ? host_say(look, look->item->level, "%s set aside", bytes) :
		       host_say(look, HOST_GOOD, "none set aside");
}
