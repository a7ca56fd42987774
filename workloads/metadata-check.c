/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of metadata. Each reason says what was seen and what was expected, also when the
 * check passed.
 */
#include "metadata-check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"

#define PAGE 4096u
#define OWNER_BYTES 72u		/* flags of struct page_ext and struct page_owner */
#define TABLE_CHECK_BYTES 8u	/* struct page_table_check */

/** struct judging - one look being judged */
struct judging {
	const struct report *report;
	const struct metadata_source *source;
	const struct metadata *now;
	enum metadata_phase phase;
	struct metadata_form form;
};

static void judge(const struct judging *judging, enum metadata_kind kind, bool right,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void judge(const struct judging *judging, enum metadata_kind kind, bool right,
		  const char *fmt, ...)
{
	char labels[METADATA_LABELS], text[2 * METADATA_NODES_TEXT];
	va_list args;

	snprintf(labels, sizeof(labels), "kind=%s,phase=%s", metadata_kind_name(kind),
		 metadata_phase_name(judging->phase));
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report_check(judging->report, "metadata-closed-form", labels,
		     right ? VERDICT_PASS : VERDICT_FAIL, "%s", text);
}

static bool same_frames(const struct frames *seen, const struct frames *form)
{
	return !memcmp(seen, form, sizeof(*seen));
}

const char *metadata_nodes_text(char text[METADATA_NODES_TEXT], const struct frames *seen,
				const struct frames *form)
{
	size_t used = 0;
	unsigned int node;
	char name[16];

	text[0] = '\0';
	for (node = 0; node <= METADATA_DEVICE && used < METADATA_NODES_TEXT; node++) {
		if (!seen->node[node] && !form->node[node])
			continue;
		snprintf(name, sizeof(name), "node %u", node);
		used += (size_t)snprintf(text + used, METADATA_NODES_TEXT - used,
					 "%s%s: %" PRIu64 ", must be %" PRIu64, used ? "; " : "",
					 node == METADATA_DEVICE ? "no RAM" : name,
					 seen->node[node], form->node[node]);
	}
	return text;
}

static void check_memmap(const struct judging *judging)
{
	const struct frames *seen = &judging->now->memmap.frames[MEMMAP_OF_RAM];
	char text[METADATA_NODES_TEXT];

	judge(judging, METADATA_MEMMAP, same_frames(seen, &judging->form.memmap),
	      "pages that the vmemmap maps for %" PRIu64 " sections of %u pages x %u B: %s",
	      judging->form.sections, MEMMAP_SECTION_PAGES, judging->source->job->page_bytes,
	      metadata_nodes_text(text, seen, &judging->form.memmap));
}

static bool has_array(const struct judging *judging)
{
	return !strcmp(judging->source->job->page_descriptors, "array");
}

static bool has_pool(const struct judging *judging)
{
	return descriptor_pool_promised(judging->source->job);
}

/* What the kernel tells of descriptors must be what is mapped, of devices as well. */
static void check_descriptors(const struct judging *judging)
{
	const struct metadata *now = judging->now;
	const struct kernel_memmap *array = &now->array;
	const struct frames *seen = &array->frames[MEMMAP_OF_RAM];
	uint64_t mapped = 0;
	unsigned int part;
	char text[METADATA_NODES_TEXT];

	if (!has_array(judging))
		return;
	for (part = 0; part < MEMMAP_PARTS; part++)
		mapped += array->small[part] + array->large[part] + array->huge[part];
	judge(judging, METADATA_DESCRIPTORS,
	      same_frames(seen, &judging->form.descriptors) && mapped == now->told.described,
	      "pages that are mapped for descriptors of %" PRIu64 " sections of %u pages x %u B: %s; "
	      "with devices %" PRIu64 " B are mapped, and must be, as the kernel tells, %" PRIu64,
	      judging->form.sections, MEMMAP_SECTION_PAGES, DESCRIPTOR_BYTES,
	      metadata_nodes_text(text, seen, &judging->form.descriptors), mapped, now->told.described);
}

/*
 * With 4-level paging a table of PUDs stays for good (arch/x86/mm/init_64.c). That of an array
 * of device memory alone is empty when there is no device.
 */
static bool may_be_empty(const struct judging *judging)
{
	const struct kernel_memmap *array = &judging->now->array;

	return has_pool(judging) && !judging->now->five_levels && array->empty == 1 &&
	       frames_total(&array->tables[MEMMAP_OF_DEVICES]) == 1;
}

static void check_tables(const struct judging *judging)
{
	const struct kernel_memmap *memmap = &judging->now->memmap, *array = &judging->now->array;
	const struct kernel_memmap *shared = &judging->now->shared;
	struct frames all = memmap->tables[MEMMAP_OF_RAM];
	const struct frames *seen = &all;
	uint64_t empty = memmap->empty + shared->empty +
			 (may_be_empty(judging) ? 0 : array->empty);
	char text[METADATA_NODES_TEXT];
	unsigned int node;

	for (node = 0; node <= METADATA_DEVICE; node++)
		all.node[node] += array->tables[MEMMAP_OF_RAM].node[node] +
				  shared->tables[MEMMAP_OF_RAM].node[node];
	judge(judging, METADATA_TABLES, same_frames(seen, &judging->form.tables) && !empty,
	      "page tables for the memmap%s of %" PRIu64 " sections, mapped by %s, %s paging: %s; "
	      "%" PRIu64 " for that of devices; %" PRIu64 " of all are empty (must be 0%s)",
	      has_array(judging) ? " and descriptors" :
	      has_pool(judging) ? " and shared descriptors" : "", judging->form.sections,
	      judging->source->job->memmap_mapping,
	      judging->now->five_levels ? "5-level" : "4-level",
	      metadata_nodes_text(text, seen, &judging->form.tables),
	      frames_total(&memmap->tables[MEMMAP_OF_DEVICES]) +
	      frames_total(&array->tables[MEMMAP_OF_DEVICES]), empty,
	      may_be_empty(judging) ? " but for one that stays" : "");
}

/*
 * A root that was used once is there for good. Devices have theirs from the first time that
 * they are bound on; the device-private memory of debug kernels, at the end of the address
 * space, may lie across the border of two.
 */
static uint64_t roots_of_devices(const struct metadata *now)
{
	uint64_t per_root = PAGE / now->section_bytes * MEMMAP_SECTION_PAGES;
	const struct ram_map *devices = &now->map.devices;
	uint64_t roots = 0, known = memory_map_sections(&now->map) * MEMMAP_SECTION_PAGES;
	size_t i;

	for (i = 0; i < devices->nr; i++)
		roots += (devices->range[i].end - 1) / per_root -
			 devices->range[i].start / per_root + 1;
	if (devices->nr && ram_map_end(devices) > known)
		known = ram_map_end(devices);
	return roots + (now->memmap.sections * MEMMAP_SECTION_PAGES > known + per_root ? 2 : 0);
}

static void check_sections(const struct judging *judging)
{
	const struct metadata *now = judging->now;
	uint64_t array = metadata_form_array(now), least = judging->form.roots;
	uint64_t seen = frames_total(&now->frames[METADATA_SECTIONS]);
	uint64_t most = least + roots_of_devices(now);

	judge(judging, METADATA_SECTIONS,
	      seen == array + now->roots_used && now->roots_used >= least &&
	      now->roots_used <= most,
	      "%" PRIu64 " pages: %" PRIu64 " roots of %" PRIu64 " B each section are in use (must be %"
	      PRIu64 " to %" PRIu64 "), beside an array of %" PRIu64 " roots that must take %" PRIu64,
	      seen, now->roots_used, now->section_bytes, least, most, now->section_roots, array);
}

static uint64_t online_sections(const char *root, const struct memory_map *map)
{
	uint64_t section, nr = 0, per_block = map->block_frames / MEMMAP_SECTION_PAGES;
	char path[512], state[32];

	for (section = 0; section < memory_map_sections(map); section++) {
		if (!memory_map_section(map, section))
			continue;
		snprintf(path, sizeof(path), "%s/sys/devices/system/memory/memory%" PRIu64 "/state",
			 root, section / per_block);
		nr += sysfs_read(path, state, sizeof(state)) > 0 && !strncmp(state, "online", 6);
	}
	return nr;
}

static bool wants_owner(const char *root)
{
	char path[512], text[4096];

	snprintf(path, sizeof(path), "%s/proc/cmdline", root);
	return sysfs_read(path, text, sizeof(text)) > 0 && strstr(text, "page_owner=on");
}

/* Where it is off, metadata-counted leaves no room for it. */
static void check_page_ext(const struct judging *judging)
{
	const char *root = judging->source->root;
	uint64_t each = judging->source->page_ext_each, owner, online, pages, seen;

	if (!each)
		return;
	owner = wants_owner(root) ? OWNER_BYTES : 0;
	online = online_sections(root, &judging->now->map);
	pages = (each * MEMMAP_SECTION_PAGES + PAGE - 1) / PAGE;
	seen = frames_total(&judging->now->frames[METADATA_PAGE_EXT]);
	judge(judging, METADATA_PAGE_EXT,
	      (each == owner || each == owner + TABLE_CHECK_BYTES) && seen == online * pages,
	      "%" PRIu64 " pages, must be %" PRIu64 ": %" PRIu64 " B (must be %" PRIu64 ", and %u if "
	      "page tables are checked) for each page of the %" PRIu64 " sections that are online; %"
	      PRIu64 " have it", seen, online * pages, each, owner, TABLE_CHECK_BYTES, online,
	      judging->now->page_ext_sections);
}

/* Where caches are merged, others have objects in them: then it can only be too few. */
static void check_zspages(const struct judging *judging)
{
	const struct zspage_slabs *slabs = &judging->now->zspages;
	uint64_t most = slabs->merged ? UINT64_MAX : slabs->zspages + slabs->uncertain;
	char limit[64] = "more, as others have a part in them";

	if (!slabs->merged)
		snprintf(limit, sizeof(limit), "%" PRIu64, most);
	judge(judging, METADATA_ZSPAGES, slabs->objects >= slabs->zspages && slabs->objects <= most,
	      "%" PRIu64 " descriptors in use in %" PRIu64 " slab caches, must be %" PRIu64 " to %s: "
	      "zspages of all pools, and up to %" PRIu64 " that slabs at hand of CPUs have",
	      slabs->objects, slabs->caches, slabs->zspages, limit, slabs->uncertain);
}

/* altmap pages are counted, although they are no RAM; so are pages that many entries map. */
static void check_counted(const struct judging *judging)
{
	const struct metadata *now = judging->now;
	uint64_t devices = frames_total(&now->memmap.frames[MEMMAP_OF_DEVICES]);
	uint64_t page_ext = frames_total(&now->frames[METADATA_PAGE_EXT]);
	uint64_t seen = now->use.boot_memmap + now->use.later_memmap;
	uint64_t form = judging->form.counted + devices + page_ext;
	char labels[METADATA_LABELS];

	snprintf(labels, sizeof(labels), "phase=%s", metadata_phase_name(judging->phase));
	report_check(judging->report, "metadata-counted", labels,
		     seen == form ? VERDICT_PASS : VERDICT_FAIL,
		     "nr_memmap_boot_pages %" PRIu64 " + nr_memmap_pages %" PRIu64 " = %" PRIu64
		     ", must be %" PRIu64 ": %" PRIu64 " for %" PRIu64 " sections, %" PRIu64
		     " mapped for devices, %" PRIu64 " of page_ext",
		     now->use.boot_memmap, now->use.later_memmap, seen, form,
		     judging->form.counted, judging->form.sections, devices, page_ext);
}

static void check_counted_descriptors(const struct judging *judging)
{
	const struct metadata *now = judging->now;
	uint64_t devices = frames_total(&now->array.frames[MEMMAP_OF_DEVICES]);
	uint64_t form = judging->form.counted_descriptors + devices;
	char labels[METADATA_LABELS];

	if (!has_array(judging))
		return;
	snprintf(labels, sizeof(labels), "kind=descriptors,phase=%s",
		 metadata_phase_name(judging->phase));
	report_check(judging->report, "metadata-counted", labels,
		     now->told.bytes == form * PAGE ? VERDICT_PASS : VERDICT_FAIL,
		     "the kernel counts %" PRIu64 " B of descriptors, must be %" PRIu64 ": %" PRIu64
		     " pages for %" PRIu64 " sections, %" PRIu64 " mapped for devices",
		     now->told.bytes, form * PAGE, judging->form.counted_descriptors,
		     judging->form.sections, devices);
}

static void record_metadata(const struct judging *judging)
{
	const struct metadata *now = judging->now;
	unsigned int kind, node;
	char labels[METADATA_LABELS];
	uint64_t bytes;

	for (kind = 0; kind < METADATA_KINDS; kind++)
		for (node = 0; node <= METADATA_DEVICE; node++) {
			bytes = metadata_bytes(now, kind, node);
			if (node < now->map.nr_nodes || bytes)
				report_value(judging->report, METADATA_SERIES,
					     metadata_labels(labels, kind, node, judging->phase),
					     bytes);
		}
}

static void record_memory(const struct judging *judging)
{
	const struct memory_use *use = &judging->now->use;
	const struct {
		const char *kind;
		uint64_t pages;
	} list[] = {
		{ "present", memory_use_sum(use->present) },
		{ "managed", memory_use_sum(use->managed) },
		{ "free", use->free },
		{ "counted", memory_use_known(use) },
	};
	char labels[METADATA_LABELS];
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		snprintf(labels, sizeof(labels), "kind=%s,phase=%s", list[i].kind,
			 metadata_phase_name(judging->phase));
		report_value(judging->report, METADATA_MEMORY_SERIES, labels, list[i].pages * PAGE);
	}
}

void metadata_report(const struct report *report, const struct metadata_source *source,
		     enum metadata_phase phase, const struct metadata *now)
{
	const struct job *job = source->job;
	struct judging judging = {
		.report = report, .source = source, .phase = phase, .now = now,
	};
	char labels[METADATA_LABELS];

	record_metadata(&judging);
	record_memory(&judging);
	if (!job->page_bytes || !job->memmap_mapping[0]) {
		snprintf(labels, sizeof(labels), "phase=%s", metadata_phase_name(phase));
		report_check(report, "metadata-closed-form", labels, VERDICT_UNSUPPORTED,
			     "the variant does not state the size of struct page and how the memmap is "
			     "mapped");
		return;
	}
	metadata_form(now, job, &judging.form);
	check_memmap(&judging);
	check_descriptors(&judging);
	if (has_pool(&judging))
		metadata_report_pool(report, phase, now, &judging.form);
	check_tables(&judging);
	check_sections(&judging);
	check_page_ext(&judging);
	check_zspages(&judging);
	check_counted(&judging);
	check_counted_descriptors(&judging);
}

void metadata_report_unread(const struct report *report, enum metadata_phase phase, int error,
			    const char *why)
{
	char labels[METADATA_LABELS];

	snprintf(labels, sizeof(labels), "phase=%s", metadata_phase_name(phase));
	report_check(report, "metadata-counted", labels,
		     error == -ENOENT || error == -EOPNOTSUPP ? VERDICT_UNSUPPORTED : VERDICT_BROKEN,
		     "metadata of memory cannot be accounted: %s", why);
}

