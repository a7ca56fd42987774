// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots of a census: JSON (docs/result-format.md). One may come from anyone, so
 * that every number is bounded when it is read, and the pages are held against the
 * sections: what goes on from there does not check again.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "census-private.h"
#include "kpage.h"
#include "util.h"

#define FORMAT "pagemeta-census"
#define SNAPSHOT_VERSION 1
#define FILE_MAX (64 << 20)	/* bytes; a tally takes about 40 of them */
#define DEVICES_MAX 4096
#define FLAGS_TEXT 24

/* --- writing --- */

static json_t *node_object(const struct census_node *node)
{
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "node", (int)node->id,
			 "sections", (json_int_t)node->sections,
			 "present", (json_int_t)node->present,
			 "managed", (json_int_t)node->managed,
			 "cpu_lists", (json_int_t)node->cpu_lists,
			 "zsmalloc", (json_int_t)node->zsmalloc,
			 "kernel_stacks", (json_int_t)node->stacks,
			 "device_spanned", (json_int_t)node->device);
}

static json_t *tally_array(const struct census_tally *tally)
{
	char flags[FLAGS_TEXT];

	snprintf(flags, sizeof(flags), "0x%" PRIx64, tally->flags);
	return json_pack("[i, s, i, I]", tally->node, flags, (int)tally->mapped,
			 (json_int_t)tally->pages);
}

static json_t *lists(const struct census *census, json_t *root)
{
	json_t *nodes = json_array(), *devices = json_array(), *pages = json_array();

	for (size_t i = 0; i < census->nr_nodes; i++)
		json_array_append_new(nodes, node_object(&census->node[i]));
	for (size_t i = 0; i < census->nr_devices; i++)
		json_array_append_new(devices, json_pack("{s:b, s:I, s:I}",
			"dax", census->device[i].dax,
			"bytes", (json_int_t)census->device[i].bytes,
			"align", (json_int_t)census->device[i].align));
	for (size_t i = 0; i < census->tallies.nr; i++)
		json_array_append_new(pages, tally_array(&census->tallies.item[i]));
	json_object_set_new(root, "nodes", nodes);
	json_object_set_new(root, "devices", devices);
	json_object_set_new(root, "pages", pages);
	return root;
}

static json_t *snapshot(const struct census *census)
{
	json_t *root = json_pack("{s:s, s:i, s:s, s:b, s:b}", "format", FORMAT,
				 "version", SNAPSHOT_VERSION, "kernel", census->kernel,
				 "hvo", census->hvo, "five_levels", census->five_levels);

	json_object_set_new(root, "layout", json_pack("{s:I, s:I, s:I}",
		"sections", (json_int_t)census->size.sections,
		"pmd_tables", (json_int_t)census->layout.pmd_tables,
		"pud_tables", (json_int_t)census->layout.pud_tables));
	json_object_set_new(root, "blocks", json_pack("{s:I, s:I}",
		"count", (json_int_t)census->blocks.nr,
		"bytes", (json_int_t)census->blocks.bytes));
	if (census->counted)
		json_object_set_new(root, "counted", json_pack("{s:I, s:I, s:b, s:b, s:I}",
			"boot_pages", (json_int_t)census->size.boot_pages,
			"hotplug_pages", (json_int_t)census->size.hotplug_pages,
			"page_ext", !!(census->beside.extras & MEMMAP_EXTRA_PAGE_EXT),
			"device", !!(census->beside.extras & MEMMAP_EXTRA_DEVICE),
			"added_blocks", (json_int_t)census->beside.added));
	return lists(census, root);
}

int census_save(const struct census *census, const char *path, struct err *err)
{
	json_t *root = snapshot(census);
	char *text = json_dumps(root, JSON_COMPACT);
	int error;

	json_decref(root);
	if (!text)
		return err_set(err, -ENOMEM, "%s: cannot write: out of memory", path);
	error = fs_write(path, text, strlen(text), err);
	free(text);
	return error;
}

/* --- reading --- */

/** struct reader - a snapshot being read */
struct reader {
	const char *path;
	struct census *census;
	struct err *err;
};

static int bad(const struct reader *reader, const char *what, const char *why)
{
	return err_set(reader->err, -EBADMSG, "%s: %s: %s", reader->path, what, why);
}

static int number(const struct reader *reader, const json_t *object, const char *key,
		  uint64_t most, uint64_t *ret_number)
{
	const json_t *value = json_object_get(object, key);
	json_int_t given = json_integer_value(value);

	if (!json_is_integer(value))
		return bad(reader, key, value ? "is no whole number" : "is not there");
	if (given < 0 || (uint64_t)given > most)
		return err_set(reader->err, -EBADMSG, "%s: %s: %" JSON_INTEGER_FORMAT
			       " is not between 0 and %" PRIu64, reader->path, key, given, most);
	*ret_number = given;
	return 0;
}

static int truth(const struct reader *reader, const json_t *object, const char *key,
		 bool *ret_truth)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		return bad(reader, key, value ? "is neither true nor false" : "is not there");
	*ret_truth = json_is_true(value);
	return 0;
}

/* It is printed, on a terminal too. */
static int read_kernel(const struct reader *reader, const json_t *root)
{
	const char *text = json_string_value(json_object_get(root, "kernel"));

	if (!text || !*text || strlen(text) >= sizeof(reader->census->kernel))
		return bad(reader, "kernel", "is no release of a kernel");
	for (size_t i = 0; text[i]; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._+~-", text[i]))
			return bad(reader, "kernel", "is no release of a kernel");
	strcpy(reader->census->kernel, text);
	return 0;
}

static int read_layout(const struct reader *reader, const json_t *root)
{
	const json_t *layout = json_object_get(root, "layout");
	const json_t *blocks = json_object_get(root, "blocks");
	struct census *census = reader->census;
	uint64_t most = CENSUS_PFN_MAX / MEMMAP_SECTION_PAGES;
	int error;

	error = number(reader, layout, "sections", most, &census->layout.units);
	most = census->layout.units;
	if (!error)
		error = number(reader, layout, "pmd_tables", most, &census->layout.pmd_tables);
	if (!error)
		error = number(reader, layout, "pud_tables", most, &census->layout.pud_tables);
	if (!error)
		error = number(reader, blocks, "count", CENSUS_PFN_MAX, &census->blocks.nr);
	if (!error)
		error = number(reader, blocks, "bytes", CENSUS_PFN_MAX * 4096,
			       &census->blocks.bytes);
	if (!error)
		error = truth(reader, root, "hvo", &census->hvo);
	if (!error)
		error = truth(reader, root, "five_levels", &census->five_levels);
	census->size.sections = census->layout.units;
	return error;
}

static int read_counted(const struct reader *reader, const json_t *root)
{
	const json_t *counted = json_object_get(root, "counted");
	struct census *census = reader->census;
	bool page_ext = false, device = false;
	int error;

	if (!counted)
		return 0;
	error = number(reader, counted, "boot_pages", CENSUS_PFN_MAX, &census->size.boot_pages);
	if (!error)
		error = number(reader, counted, "hotplug_pages", CENSUS_PFN_MAX,
			       &census->size.hotplug_pages);
	if (!error)
		error = truth(reader, counted, "page_ext", &page_ext);
	if (!error)
		error = truth(reader, counted, "device", &device);
	if (!error)
		error = number(reader, counted, "added_blocks", CENSUS_PFN_MAX,
			       &census->beside.added);
	census->beside.extras = (page_ext ? MEMMAP_EXTRA_PAGE_EXT : 0) |
				(device ? MEMMAP_EXTRA_DEVICE : 0);
	census->counted = true;
	return error;
}

static int read_node(const struct reader *reader, const json_t *object)
{
	const size_t before = reader->census->nr_nodes;
	struct census_node node = { 0 };
	const struct {
		const char *key;
		uint64_t *value;
	} field[] = {
		{ "sections", &node.sections }, { "present", &node.present },
		{ "managed", &node.managed }, { "cpu_lists", &node.cpu_lists },
		{ "zsmalloc", &node.zsmalloc }, { "kernel_stacks", &node.stacks },
		{ "device_spanned", &node.device },
	};
	struct census_node *place;
	uint64_t id = 0;
	int error = number(reader, object, "node", CENSUS_NODES_MAX - 1, &id);

	for (size_t i = 0; i < ARRAY_SIZE(field) && !error; i++)
		error = number(reader, object, field[i].key, CENSUS_PFN_MAX, field[i].value);
	if (error)
		return error;
	node.id = id;
	place = census_node(reader->census, node.id);
	if (reader->census->nr_nodes == before)
		return bad(reader, "nodes", "one is there twice");
	*place = node;
	return 0;
}

static int read_device(const struct reader *reader, const json_t *object)
{
	struct census_device device = { 0 };
	int error = truth(reader, object, "dax", &device.dax);

	if (!error)
		error = number(reader, object, "bytes", CENSUS_PFN_MAX * 4096, &device.bytes);
	if (!error)
		error = number(reader, object, "align", CENSUS_PFN_MAX * 4096, &device.align);
	if (!error)
		census_add_device(reader->census, &device);
	return error;
}

static bool known_node(const struct census *census, int id)
{
	for (size_t i = 0; i < census->nr_nodes; i++)
		if ((int)census->node[i].id == id)
			return true;
	return id == CENSUS_NO_NODE;
}

static bool parse_flags(const char *text, uint64_t *ret_flags)
{
	char *end;

	if (!text || strncmp(text, "0x", 2) || !isxdigit((unsigned char)text[2]))
		return false;
	errno = 0;
	*ret_flags = strtoull(text, &end, 16);
	return !errno && !*end;
}

/* [node, "flags", mapped, pages] */
static int read_tally(const struct reader *reader, const json_t *array)
{
	json_int_t node, mapped, pages;
	const char *text;
	uint64_t flags;

	if (json_unpack((json_t *)array, "[I, s, I, I!]", &node, &text, &mapped, &pages) ||
	    !parse_flags(text, &flags))
		return bad(reader, "pages", "one is not [node, \"0xflags\", mapped, pages]");
	if (node < CENSUS_NO_NODE || node >= CENSUS_NODES_MAX ||
	    !known_node(reader->census, node))
		return bad(reader, "pages", "one is of a node that is not there");
	if (mapped < 0 || mapped >= CENSUS_MAPPED_NR)
		return bad(reader, "pages", "one is mapped neither 0, 1 nor 2 (more) times");
	if (pages < 1 || (uint64_t)pages > CENSUS_PFN_MAX)
		return bad(reader, "pages", "one counts none, or more than there can be");
	if (node == CENSUS_NO_NODE && flags != KPF(NOPAGE))
		return bad(reader, "pages", "one is of no node and not a hole");
	if (census_count(&reader->census->tallies, node, flags, mapped, pages))
		return bad(reader, "pages", "there are too many");
	return 0;
}

static int read_list(const struct reader *reader, const json_t *root, const char *key, size_t most,
		     int (*read_one)(const struct reader *reader, const json_t *item))
{
	const json_t *array = json_object_get(root, key);
	int error = 0;

	if (!json_is_array(array))
		return bad(reader, key, array ? "is no list" : "is not there");
	if (json_array_size(array) > most)
		return bad(reader, key, "there are too many");
	for (size_t i = 0; i < json_array_size(array) && !error; i++)
		error = read_one(reader, json_array_get(array, i));
	return error;
}

/* The sums cannot overflow: 2^20 tallies of 2^40 pages. */
static int check_node(const struct reader *reader, const struct census_node *node,
		      uint64_t *sections)
{
	const struct census *census = reader->census;
	uint64_t pages = 0;

	for (size_t i = 0; i < census->tallies.nr; i++)
		if (census->tallies.item[i].node == (int)node->id)
			pages += census->tallies.item[i].pages;
	*sections += node->sections;
	if (pages == node->sections * MEMMAP_SECTION_PAGES)
		return 0;
	return err_set(reader->err, -EBADMSG, "%s: node %u: has %" PRIu64 " pages in %" PRIu64
		       " sections of %u", reader->path, node->id, pages, node->sections,
		       MEMMAP_SECTION_PAGES);
}

static int check_sums(const struct reader *reader)
{
	const struct census *census = reader->census;
	uint64_t sections = 0;
	int error = 0;

	for (size_t i = 0; i < census->nr_nodes && !error; i++)
		error = check_node(reader, &census->node[i], &sections);
	if (!error && (!sections || sections != census->size.sections))
		error = bad(reader, "layout", "its sections are not those of the nodes");
	return error;
}

static int check_format(const struct reader *reader, const json_t *root)
{
	const char *format = json_string_value(json_object_get(root, "format"));
	uint64_t version = 0;
	int error;

	if (!format || strcmp(format, FORMAT))
		return err_set(reader->err, -EBADMSG, "%s: is no snapshot of a census",
			       reader->path);
	error = number(reader, root, "version", INT32_MAX, &version);
	if (!error && version != SNAPSHOT_VERSION)
		error = err_set(reader->err, -ENOTSUP, "%s: is of version %" PRIu64 ", this suite "
				"reads version %d", reader->path, version, SNAPSHOT_VERSION);
	return error;
}

static int read_root(const struct reader *reader, const json_t *root)
{
	int error = check_format(reader, root);

	if (!error)
		error = read_kernel(reader, root);
	if (!error)
		error = read_layout(reader, root);
	if (!error)
		error = read_counted(reader, root);
	if (!error)
		error = read_list(reader, root, "nodes", CENSUS_NODES_MAX, read_node);
	if (!error)
		error = read_list(reader, root, "devices", DEVICES_MAX, read_device);
	if (!error)
		error = read_list(reader, root, "pages", CENSUS_TALLIES_MAX, read_tally);
	if (!error)
		error = check_sums(reader);
	return error;
}

static int check_size(const char *path, struct err *err)
{
	struct stat status;

	if (stat(path, &status))
		return err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return err_set(err, -EBADMSG, "%s: is no file", path);
	if (status.st_size > FILE_MAX)
		return err_set(err, -EFBIG, "%s: is larger than %d MiB: no snapshot of a census",
			       path, FILE_MAX >> 20);
	return 0;
}

int census_load(const char *path, struct census *ret_census, struct err *err)
{
	struct census census = { 0 };
	const struct reader reader = { .path = path, .census = &census, .err = err };
	json_error_t where;
	json_t *root;
	int error = check_size(path, err);

	if (error)
		return error;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		return err_set(err, -EBADMSG, "%s: is no snapshot of a census: byte %d: %s", path,
			       where.position, where.text);
	error = read_root(&reader, root);
	json_decref(root);
	if (error) {
		census_free(&census);
		return error;
	}
	census_sort(&census);
	*ret_census = census;
	return 0;
}
